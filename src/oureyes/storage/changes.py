"""What changed, in the order it was committed: for whoever follows along and must miss nothing.

Objects are found by their holding's `placed`, which is given anew with every change. Everything else people work with
(proposals, alerts, plans …) has its last change noted here, one row a thing, so the table grows with things and not
with time. Both numbers only grow, and there is one writer, so what is read after a number is all that came after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from oureyes.storage.dialect import chunks, insert_many, next_numbers, rows, run, select_in

__all__ = ["Change", "Placed", "held", "labels", "newest", "noted", "place", "since"]

_LIVE = ("held", "held-back")
_PLACED = (
    "SELECT h.placed, i.id, o.type, h.label, h.state, h.last, h.n, h.origin FROM holding h"
    " JOIN object o ON o.n = h.object JOIN ident i ON i.n = h.ident WHERE "
)


class Change(NamedTuple):
    """The last change of a thing that is no object."""

    n: int
    kind: str
    id: str


class Placed(NamedTuple):
    """A holding as it now stands, at its place."""

    placed: int
    id: str
    type: str
    label: int
    state: str
    last: bool
    holding: int
    origin: str

    @property
    def stands(self) -> bool:
        """Whether it is what its origin says now."""
        return self.last and self.state in _LIVE


def noted(connection: Connection, kind: str, *ids: str) -> None:
    """Things changed; they move behind everything that changed before."""
    found = list(dict.fromkeys(ids))
    if not found:
        return
    n = next_numbers(connection, "change")
    for some in chunks(found):
        marks = ", ".join("?" * len(some))
        run(connection, f"DELETE FROM change WHERE kind = ? AND id IN ({marks})", [kind, *some])
    insert_many(connection, "change", "n, kind, id", [(n + at, kind, one) for at, one in enumerate(found)])


def since(connection: Connection, n: int, limit: int) -> list[Change]:
    """What changed after `n`, oldest first."""
    found = rows(connection, "SELECT n, kind, id FROM change WHERE n > ? ORDER BY n LIMIT ?", [n, limit])
    return [Change(int(one), str(kind), str(identifier)) for one, kind, identifier in found]


def newest(connection: Connection) -> int:
    """The number of the last change."""
    return next_numbers(connection, "change") - 1


def held(
    connection: Connection, after: int, limit: int, *, kinds: tuple[str, ...] = (), origin: str = "", live: bool = False
) -> list[Placed]:
    """Holdings placed after `after`, in order: all of them, or only what stands."""
    where, values = ["h.placed > ?"], [after]
    more: list[object] = [*values]
    if live:
        where.append("h.last AND h.state IN ('held', 'held-back') AND o.body IS NOT NULL")
    if kinds:
        where.append(f"o.type IN ({', '.join('?' * len(kinds))})")
        more += kinds
    if origin:
        where.append("h.origin = ?")
        more.append(origin)
    sql = f"{_PLACED}{' AND '.join(where)} ORDER BY h.placed LIMIT ?"
    return [_placed(row) for row in rows(connection, sql, [*more, limit])]


def labels(connection: Connection, ids: Iterable[str]) -> dict[str, set[int]]:
    """The labels under which each of these is or was held here; an id that never was has none."""
    out: dict[str, set[int]] = {}
    sql = "SELECT i.id, h.label FROM ident i JOIN holding h ON h.ident = i.n WHERE i.id IN (:in) AND h.last"
    for identifier, label in select_in(connection, sql, dict.fromkeys(ids)):
        out.setdefault(str(identifier), set()).add(int(label))
    return out


def place(connection: Connection, identifier: str) -> list[Placed]:
    """Every holding of an id, with its place."""
    return [_placed(row) for row in rows(connection, f"{_PLACED}i.id = ? ORDER BY h.placed", [identifier])]


def _placed(row: tuple[object, ...]) -> Placed:
    placed, identifier, kind, label, state, last, n, origin = row
    return Placed(
        int(str(placed)), str(identifier), str(kind), int(str(label)), str(state), bool(last), int(str(n)), str(origin)
    )
