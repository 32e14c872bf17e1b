"""Holdings read whole, with the object that is held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from oureyes.model.objects import StixObject
from oureyes.storage.dialect import rows, select_in, under
from oureyes.storage.objects.interning import ACCOUNT
from oureyes.storage.schema import RARE

__all__ = ["Held", "by_holding", "by_id", "held_back", "held_of_source", "latest", "live", "of_type", "of_types"]


@dataclass(frozen=True, slots=True)
class Held:
    """One holding, read."""

    holding: int
    object: StixObject
    upgraded: StixObject | None
    origin: str
    source: str
    label: int
    state: str
    last: bool
    added: int
    statement: str
    hold: str
    tags: tuple[str, ...]

    @property
    def posted(self) -> bool:
        """Whether an outside account posted it."""
        return self.source.startswith(f"{ACCOUNT}:")

    @property
    def current(self) -> StixObject:
        """The STIX 2.1 form: what is exchanged, matched and shown."""
        return self.upgraded or self.object


_HELD = """SELECT h.n, o.body, o.upgraded, h.origin, s.name, h.label, h.state, h.last, h.added, h.statement, h.hold,
 h.tags FROM holding h JOIN object o ON o.n = h.object JOIN source s ON s.n = h.source """


def _read(row: Any) -> Held:
    n, body, upgraded, origin, src, lab, state, last, added, statement, hold, tags = row
    return Held(
        int(n),
        StixObject.parse(bytes(body)),
        StixObject.parse(bytes(upgraded)) if upgraded is not None else None,
        str(origin),
        str(src),
        int(lab),
        str(state),
        bool(last),
        int(added),
        str(statement or ""),
        str(hold),
        tuple(str(tags).split("\n")) if tags else (),
    )


def by_id(connection: Connection, identifier: str) -> list[Held]:
    """Every holding of an id whose content is still kept, newest version first."""
    found = rows(
        connection,
        _HELD + "JOIN ident i ON i.n = h.ident WHERE i.id = ? AND o.body IS NOT NULL"
        " ORDER BY h.last DESC, o.instant DESC, h.n",
        [identifier],
    )
    return [_read(row) for row in found]


def latest(connection: Connection, ids: Iterable[str], *, states: tuple[str, ...] = ("held",)) -> dict[str, list[Held]]:
    """The current holdings of each id, in the states asked for."""
    marks = ", ".join(f"'{state}'" for state in states)
    found = select_in(
        connection,
        _HELD + f"JOIN ident i ON i.n = h.ident WHERE i.id IN (:in) AND h.last AND h.state IN ({marks})"
        " AND o.body IS NOT NULL ORDER BY h.n",
        list(dict.fromkeys(ids)),
    )
    out: dict[str, list[Held]] = {}
    for row in found:
        held = _read(row)
        out.setdefault(held.object.id, []).append(held)
    return out


def by_holding(connection: Connection, numbers: Iterable[int]) -> dict[int, Held]:
    """Holdings by their number."""
    found = select_in(connection, _HELD + "WHERE h.n IN (:in) AND o.body IS NOT NULL", dict.fromkeys(numbers))
    return {held.holding: held for held in map(_read, found)}


def of_type(connection: Connection, kind: str, *, limit: int = 1000, labels: Iterable[int] | None = None) -> list[Held]:
    """The current holdings of one type, oldest first; for a reader those under its `labels`, before any is cut off."""
    only = "" if labels is None else f" AND {under('h.label', labels)}"
    rare = f"AND o.type IN {RARE} " if f"'{kind}'" in RARE else ""  # as the index has it, or it is not used
    found = rows(
        connection,
        _HELD
        + f"WHERE o.type = ? {rare}AND h.last AND h.state = 'held' AND o.body IS NOT NULL{only} ORDER BY h.n LIMIT ?",
        [kind, limit],
    )
    return [_read(row) for row in found]


def live(connection: Connection, numbers: Iterable[int]) -> list[tuple[int, Held]]:
    """(object number, holding) of the current holdings of objects."""
    found = select_in(
        connection,
        _HELD.replace("SELECT h.n", "SELECT h.object, h.n") + "WHERE h.object IN (:in) AND h.last"
        " AND h.state = 'held' AND o.body IS NOT NULL",
        dict.fromkeys(numbers),
    )
    return [(int(row[0]), _read(row[1:])) for row in found]


def held_back(connection: Connection, *, limit: int = 1000) -> list[Held]:
    """What was read and waits for a person before anybody may have it, oldest first."""
    found = rows(
        connection,
        _HELD + "WHERE h.state = 'held-back' AND h.last AND o.body IS NOT NULL ORDER BY h.n LIMIT ?",
        [limit],
    )
    return [_read(row) for row in found]


def of_types(
    connection: Connection, kinds: Iterable[str], *, limit: int, labels: Iterable[int] | None = None
) -> list[Held]:
    """Current holdings of some types, newest first; for a reader those under its `labels`, before any is cut off."""
    only = "" if labels is None else f" AND {under('h.label', labels)}"
    found = select_in(
        connection,
        _HELD
        + f"WHERE o.type IN (:in) AND h.last AND h.state = 'held' AND o.body IS NOT NULL{only}"
        + " ORDER BY h.n DESC LIMIT ?",
        kinds,
        limit,
    )
    return [_read(row) for row in found]


def held_of_source(connection: Connection, origin: str, name: str) -> list[Held]:
    """The current holdings of one source."""
    found = rows(
        connection,
        _HELD + "WHERE s.origin = ? AND s.name = ? AND h.last AND h.state = 'held' AND o.body IS NOT NULL ORDER BY h.n",
        [origin, name],
    )
    return [_read(row) for row in found]
