"""The full-text index, built anew when words are cut in another way than when it was made.

The index remembers which cutting made it. A newer version of the software, or ICU's wheel come or gone, means another
one; the running node then goes through its objects batch by batch, and `oureyes reindex` does it at once. What is
recorded meanwhile is cut in the new way already. Search answers all the while (`understand.fulltext` says why).
"""

from __future__ import annotations

from dataclasses import dataclass

from oureyes.model.objects import StixObject
from oureyes.node.context import Context
from oureyes.storage import Connection, desk, words
from oureyes.understand.fulltext import indexed, version

__all__ = ["State", "begin", "rebuild", "state", "step"]

_MADE_WITH, _REACHED = "words", "words_reached"
_BATCH = 300  # at once: those who wait for the writer wait no longer than for a batch of objects


@dataclass(frozen=True, slots=True)
class State:
    """What made the index, what would make it now, and how far it is built anew: of `total` objects, `done`."""

    made_with: str
    wanted: str
    done: int
    total: int

    @property
    def current(self) -> bool:
        return self.made_with == self.wanted


def begin(ctx: Context) -> None:
    """An empty index is made with what is here."""
    with ctx.db.read() as connection:
        known = desk.get_setting(connection, _MADE_WITH) is not None or words.any_object(connection)
    if not known:
        ctx.db.write(lambda connection: desk.put_setting(connection, _MADE_WITH, version()))


def state(ctx: Context) -> State:
    """How the index stands."""
    with ctx.db.read() as connection:
        made, wanted = desk.get_setting(connection, _MADE_WITH) or "", version()
        total = words.count(connection)
        done = total if made == wanted else words.count(connection, _reached(connection, wanted))
    return State(made, wanted, done, total)


def step(ctx: Context) -> int:
    """Build one more batch anew, where that is due; how many objects it was."""
    with ctx.db.read() as connection:
        if desk.get_setting(connection, _MADE_WITH) == version():
            return 0
    return ctx.db.submit(_next, background=True).result()


def rebuild(ctx: Context, *, by: str) -> int:
    """Build the whole index anew, whatever made it; how many objects it holds."""

    def start(connection: Connection) -> None:
        desk.put_setting(connection, _MADE_WITH, "")
        desk.put_setting(connection, _REACHED, "")
        ctx.audit(connection, by, "reindex", "", "", count=words.count(connection))

    ctx.db.write(start)
    done = 0
    while built := ctx.db.write(_next):
        done += built
    return done


def _next(connection: Connection) -> int:
    wanted = version()
    found = words.waiting(connection, _reached(connection, wanted), _BATCH)
    words.replace(connection, [(number, indexed(StixObject.parse(raw).content)) for number, raw in found])
    if found:
        desk.put_setting(connection, _REACHED, f"{found[-1][0]} {wanted}")
    else:
        desk.put_setting(connection, _MADE_WITH, wanted)
    return len(found)


def _reached(connection: Connection, wanted: str) -> int:
    """The last object that is cut as is wanted now; none when it was cut towards another version."""
    number, _, towards = (desk.get_setting(connection, _REACHED) or "").partition(" ")
    return int(number) if number and towards == wanted else 0
