"""A state records: files become objects, held with their source, marking and everything the index needs.

Each batch is one transaction that also says how far the file has been read, so a killed import goes on where it
stopped, and the same bytes a second time add nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from oureyes.correlate import keys_of, observables, probes_of, standing
from oureyes.correlate.names.subject import TYPES, subject_of
from oureyes.errors import NotHeld
from oureyes.model.markings import Marking, Role
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable
from oureyes.node import connecting
from oureyes.node.context import Context
from oureyes.oversee.retention import SHORTEST, default_review
from oureyes.storage import Connection, objects
from oureyes.understand.fulltext import indexed

__all__ = [
    "Progress",
    "Report",
    "Taken",
    "derive",
    "lift",
    "rare_collection",
    "record_objects",
    "tag",
    "take_in",
]

# name of the input, bytes read, bytes in all, objects so far
Progress = Callable[[str, int, int, int], None]

_OF_AGE = 18
_SUSPECTED = frozenset({"suspect", "convicted", "offender", "perpetrator", "threat-actor"})
_COUNTS = (
    *("files", "read", "stored", "unchanged", "quarantined", "conflicts", "dangling", "matches", "retracted"),
    *("other_marking", "remarked"),
)


@dataclass(slots=True)
class Report:
    """What came of an import: `read` = `stored` + `unchanged` + `quarantined`. `units` is in the source's own terms.
    Of what is `unchanged`, `retracted` was taken back before and stays so; `other_marking` is held under another
    marking than was asked for, and `remarked` was put under it."""

    files: int = 0
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    conflicts: int = 0
    dangling: int = 0
    matches: int = 0
    retracted: int = 0
    other_marking: int = 0
    remarked: int = 0
    seconds: float = 0.0
    units: dict[str, int] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Count another input in."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for unit, number in other.units.items():
            self.units[unit] = self.units.get(unit, 0) + number
        self.warnings += other.warnings
        self.errors += other.errors

    def to_json(self) -> dict[str, Any]:
        """For `--json` and for the log of what was read."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one batch."""

    added: list[objects.Added]
    matched: list[int]


@contextmanager
def rare_collection() -> Iterator[None]:
    """Millions of dicts come and go, none in a cycle: looking for cycles every 700 of them cost 8 % of an import."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def derive(
    obj: StixObject,
    marking: Marking,
    *,
    upgraded: StixObject | None = None,
    hold: str = "",
    tags: tuple[str, ...] = (),
    named: tuple[Observable, ...] | None = None,
) -> objects.Incoming:
    """An object with everything the store indexes of it. `named`, where known, saves reading its observables again;
    what names them is their equality, which stands for nothing more."""
    current = upgraded or obj
    if named is None:
        keys = keys_of(current)
        if standing.standing(current.content):
            keys += (standing.MARK,)
    else:
        keys = observables.keys_of_named(named) + keys_of(current, without=observables)
    return objects.Incoming(obj, marking, keys, indexed(current.content), upgraded, hold, tags, probes_of(current))


def take_in(
    ctx: Context,
    connection: Connection,
    batch: list[objects.Incoming],
    *,
    source: int,
    origin: str,
    statement: str | None = None,
    taken_back: str = "",
) -> Taken:
    """Store a batch, find what it connects to, and tell whom it concerns: the one way in, from files and partners.
    `taken_back` is for `objects.add`."""
    if not batch:
        return Taken([], [])
    batch = _owned(batch, origin)
    if origin == ctx.me:  # a partner's node has done so for what is its own
        batch = _reviewed(ctx, [_in_role(item) if item.object.type == "identity" else item for item in batch])
    at = ctx.now_us()
    added = objects.add(
        connection, batch, source=source, origin=origin, at_us=at, statement=statement, taken_back=taken_back
    )
    matched = connecting.connect(ctx, connection, batch, added, source=source)
    return Taken(added, matched)


def _in_role(item: objects.Incoming) -> objects.Incoming:
    """A person whom the source itself calls victim or witness, and nothing worse, is marked so: nobody is to be
    watched, or answered for, because an officer did not say it once more."""
    said = item.object.content.get("roles")
    if item.marking.role is not None or not isinstance(said, list):
        return item
    words = {str(word).casefold() for word in said}
    role = next((one for one in (Role.VICTIM, Role.WITNESS) if one in words), None)
    return item if role is None or words & _SUSPECTED else item._replace(marking=item.marking.but(role=role))


def _reviewed(ctx: Context, batch: list[objects.Incoming]) -> list[objects.Incoming]:
    """Where nobody said by when it must be looked at again, and this node's usual term (`review_days`) is longer than
    the first one of its kind, of the person's role or of a minor, that one. What an officer said stands."""
    if ctx.config.number("review_days") <= SHORTEST:
        return batch
    usual, now = ctx.in_days(ctx.config.number("review_days")), ctx.now()
    firsts: dict[tuple[int, str, bool], Marking] = {}  # one marking for many, as it was: labels are told apart by it

    def marked(item: objects.Incoming) -> objects.Incoming:
        if item.marking.review != usual:
            return item
        minor = _is_minor(item.object, int(now[:4]))
        named = (id(item.marking), item.object.type, minor)
        if named not in firsts:
            first = default_review(item.object.type, now, item.marking.role, minor)
            firsts[named] = item.marking.but(review=min(usual, f"{first[:10]}T00:00:00Z"))
        return item._replace(marking=firsts[named])

    return [marked(item) for item in batch]


def _is_minor(obj: StixObject, year: int) -> bool:
    """Whether it names a person who may be under age, of the years of birth that are told by the latest."""
    subject = subject_of(obj.content) if obj.type in TYPES else None
    return subject is not None and bool(subject.years) and max(subject.years) > year - _OF_AGE


def _owned(batch: list[objects.Incoming], origin: str) -> list[objects.Incoming]:
    """Who said nothing of the originator is it: without a name, a partner's object would pass for ours to give."""
    known: dict[int, Marking] = {}
    out = []
    for item in batch:
        if item.marking.originator:
            out.append(item)
            continue
        marking = known.get(id(item.marking)) or known.setdefault(id(item.marking), item.marking.but(originator=origin))
        out.append(item._replace(marking=marking))
    return out


def record_objects(
    ctx: Context,
    contents: Iterable[StixObject],
    *,
    by: str,
    purpose: str,
    marking: Marking,
    source: str,
) -> list[str]:
    """Record objects made here (a plan, a notice, an extract …); their ids."""
    made = list(contents)

    def write(connection: Connection) -> None:
        number = objects.source(connection, ctx.me, source, "desk", ctx.now()[:10])
        batch = [derive(obj, marking) for obj in made]
        take_in(ctx, connection, batch, source=number, origin=ctx.me)
        for obj in made:
            ctx.audit(connection, by, "record", obj.id, purpose, digest=obj.digest.hex())

    ctx.db.write(write)
    return [obj.id for obj in made]


def tag(ctx: Context, ids: Iterable[str], tags: Iterable[str], *, by: str, purpose: str) -> int:
    """Put objects of ours under terms of a taxonomy; machine tags travel with a release. How many were tagged."""
    wanted, terms = list(dict.fromkeys(ids)), tuple(dict.fromkeys(tags))

    def write(connection: Connection) -> int:
        held = objects.latest(connection, wanted, states=("held", "held-back"))
        for identifier in wanted:
            mine = [item for item in held.get(identifier, ()) if item.origin == ctx.me]
            if not mine:
                raise NotHeld(identifier, "an object of ours", "none by that id", "`oureyes search`")
            together = tuple(dict.fromkeys((*mine[0].tags, *terms)))
            objects.set_tags(connection, identifier, ctx.me, together)
            ctx.audit(connection, by, "tag", identifier, purpose, count=len(terms))
        return len(wanted)

    return ctx.db.write(write)


def lift(ctx: Context, identifier: str, *, by: str, purpose: str, marking: Marking | None = None) -> None:
    """A person has looked at what was held back: it is held from now on, under `marking` where one is given."""

    def write(connection: Connection) -> None:
        if not objects.lift_hold(connection, identifier, ctx.me, ctx.now_us()):
            raise NotHeld(identifier, "something held back", "nothing by that id", "`oureyes quarantine list`")
        if marking is not None:
            objects.set_label(connection, identifier, ctx.me, marking.but(originator=ctx.me), ctx.now_us())
        connecting.reconnect(ctx, connection, [identifier])
        ctx.audit(connection, by, "confirm", identifier, purpose)

    ctx.db.write(write)
