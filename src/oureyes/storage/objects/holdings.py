"""Who holds what, and how it is linked, without reading the objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from oureyes.model.objects import OBSERVABLE_TYPES
from oureyes.storage.dialect import rows, select_in
from oureyes.storage.objects.interning import ACCOUNT, idents

__all__ = [
    "all_labels",
    "any_taken_back",
    "arrivals",
    "count",
    "current_labels",
    "existing",
    "held_by",
    "holders",
    "is_observable",
    "labels_of",
    "neighbours",
    "numbers",
    "of_source",
    "sources_named",
    "sources_of",
    "states_of",
    "under_labels",
]


def states_of(connection: Connection, identifier: str) -> list[tuple[str, str, str, str, str]]:
    """(origin, source, state, version, digest) of every holding, tombstones included."""
    found = rows(
        connection,
        "SELECT h.origin, s.name, h.state, o.version, o.digest FROM holding h JOIN object o ON o.n = h.object"
        " JOIN source s ON s.n = h.source JOIN ident i ON i.n = h.ident WHERE i.id = ? ORDER BY h.n",
        [identifier],
    )
    return [(str(a), str(b), str(c), str(d), bytes(e).hex()) for a, b, c, d, e in found]


def current_labels(connection: Connection, ids: Iterable[str], origin: str) -> dict[str, int]:
    """The label of what `origin` itself says of each id now; what outside accounts posted is not its word."""
    found = select_in(
        connection,
        "SELECT i.id, h.label FROM holding h JOIN ident i ON i.n = h.ident JOIN source s ON s.n = h.source"
        " WHERE i.id IN (:in) AND h.origin = ? AND h.last AND h.state IN ('held', 'held-back')"
        f" AND s.kind <> '{ACCOUNT}' ORDER BY h.n",
        dict.fromkeys(ids),
        origin,
    )
    return {str(text): int(lab) for text, lab in found}


def any_taken_back(connection: Connection, origin: str, name: str) -> bool:
    """Whether anything of a source was taken back or erased."""
    found = rows(
        connection,
        "SELECT 1 FROM holding h JOIN source s ON s.n = h.source WHERE s.origin = ? AND s.name = ?"
        " AND h.state IN ('retracted', 'erased') LIMIT 1",
        [origin, name],
    )
    return bool(found)


def held_by(connection: Connection, identifier: str, origin: str) -> bool:
    """Whether `origin` holds an id itself, now."""
    found = rows(
        connection,
        "SELECT 1 FROM holding h JOIN ident i ON i.n = h.ident WHERE i.id = ? AND h.origin = ? AND h.state = 'held'"
        " LIMIT 1",
        [identifier, origin],
    )
    return bool(found)


def neighbours(connection: Connection, ids: Sequence[str]) -> list[tuple[str, str, str, int]]:
    """(from, link, to, object number) of every edge that touches one of the ids."""
    numbers = list(idents(connection, ids, make=False).values())
    sql = (
        "SELECT a.id, e.kind, b.id, e.object FROM edge e JOIN ident a ON a.n = e.source JOIN ident b ON b.n = e.target"
        " WHERE e.{} IN (:in)"
    )
    found = select_in(connection, sql.format("source"), numbers) + select_in(connection, sql.format("target"), numbers)
    return [(str(a), str(kind), str(b), int(o)) for a, kind, b, o in dict.fromkeys(map(tuple, found))]


def holders(connection: Connection, numbers: Iterable[int]) -> dict[int, list[tuple[str, int, str]]]:
    """For object numbers: (origin, label, state) of their live holdings."""
    out: dict[int, list[tuple[str, int, str]]] = {}
    for number, origin, lab, state in select_in(
        connection,
        "SELECT object, origin, label, state FROM holding WHERE object IN (:in) AND state IN ('held', 'held-back')",
        dict.fromkeys(numbers),
    ):
        out.setdefault(int(number), []).append((str(origin), int(lab), str(state)))
    return out


def existing(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Which of the ids this node holds in any form."""
    return {
        str(text)
        for (text,) in select_in(
            connection,
            "SELECT i.id FROM ident i WHERE i.id IN (:in) AND EXISTS (SELECT 1 FROM holding h WHERE h.ident = i.n)",
            dict.fromkeys(ids),
        )
    }


def count(connection: Connection) -> dict[str, int]:
    """How many objects of each type are held now."""
    found = rows(
        connection,
        "SELECT o.type, count(DISTINCT h.ident) FROM holding h JOIN object o ON o.n = h.object"
        " WHERE h.last AND h.state IN ('held', 'held-back') GROUP BY o.type ORDER BY o.type",
    )
    return {str(kind): int(number) for kind, number in found}


def is_observable(kind: str) -> bool:
    """Whether a type has no versions."""
    return kind in OBSERVABLE_TYPES


def labels_of(connection: Connection, ids: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """(origin, label) of every current holding of each id; what an outside account posted has no origin."""
    found = select_in(
        connection,
        "SELECT i.id, h.label, h.origin, s.name FROM holding h JOIN ident i ON i.n = h.ident"
        " JOIN source s ON s.n = h.source WHERE i.id IN (:in) AND h.last ORDER BY h.n",
        dict.fromkeys(ids),
    )
    out: dict[str, list[tuple[str, int]]] = {}
    for text, lab, origin, name in found:
        whose = "" if str(name).startswith(f"{ACCOUNT}:") else str(origin)
        out.setdefault(str(text), []).append((whose, int(lab)))
    return out


def of_source(connection: Connection, origin: str, name: str) -> list[str]:
    """The ids of everything that `origin` holds from one of its sources now, oldest first."""
    found = rows(
        connection,
        "SELECT DISTINCT i.id, min(h.n) FROM holding h JOIN source s ON s.n = h.source JOIN ident i ON i.n = h.ident"
        " WHERE s.origin = ? AND s.name = ? AND h.last AND h.state = 'held' GROUP BY i.id ORDER BY min(h.n)",
        [origin, name],
    )
    return [str(text) for text, _ in found]


def numbers(
    connection: Connection, kinds: Iterable[str], origins: Iterable[str], *, limit: int, offset: int = 0
) -> list[int]:
    """Object numbers by type and origin alone, newest first."""
    where: list[str] = ["h.last", "h.state = 'held'"]
    values: list[str] = []
    for column, wanted in (("o.type", list(kinds)), ("lower(h.origin)", [one.lower() for one in origins])):
        if wanted:
            where.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values += wanted
    found = rows(
        connection,
        "SELECT DISTINCT h.object FROM holding h JOIN object o ON o.n = h.object"
        f" WHERE {' AND '.join(where)} ORDER BY h.object DESC LIMIT ? OFFSET ?",
        [*values, limit, offset],
    )
    return [int(n) for (n,) in found]


def all_labels(connection: Connection, ids: Iterable[str]) -> dict[str, set[int]]:
    """Every label under which each id is held now."""
    out: dict[str, set[int]] = {}
    for text, lab in select_in(
        connection,
        "SELECT DISTINCT i.id, h.label FROM holding h JOIN ident i ON i.n = h.ident WHERE i.id IN (:in) AND h.last",
        dict.fromkeys(ids),
    ):
        out.setdefault(str(text), set()).add(int(lab))
    return out


def arrivals(connection: Connection) -> list[tuple[str, str]]:
    """(UTC day, "origin type") of every current holding."""
    found = rows(
        connection,
        "SELECT h.added, h.origin, o.type FROM holding h JOIN object o ON o.n = h.object WHERE h.last ORDER BY h.added",
    )
    return [(_day(int(added)), f"{origin} {kind}") for added, origin, kind in found]


def _day(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, tz=UTC).strftime("%Y-%m-%d")


def sources_of(connection: Connection, holdings: Iterable[int]) -> dict[int, int]:
    """The source number of each holding."""
    found = select_in(connection, "SELECT n, source FROM holding WHERE n IN (:in)", dict.fromkeys(holdings))
    return {int(n): int(source) for n, source in found}


def under_labels(connection: Connection, labels: Iterable[int]) -> list[tuple[str, str, int, str, tuple[str, ...]]]:
    """(id, origin, label, state, tags) of what is held, or hidden, under any of the labels."""
    found = select_in(
        connection,
        "SELECT i.id, h.origin, h.label, h.state, h.tags FROM holding h JOIN ident i ON i.n = h.ident"
        " WHERE h.label IN (:in) AND h.state IN ('held', 'held-back', 'hidden') ORDER BY h.n",
        labels,
    )
    return [(str(a), str(b), int(c), str(d), tuple(str(e).split("\n"))) for a, b, c, d, e in found]


def sources_named(connection: Connection, origin: str, start: str) -> list[tuple[str, int]]:
    """(name, how many current holdings) of the sources of `origin` whose names begin so."""
    found = rows(
        connection,
        "SELECT s.name, count(h.n) FROM source s JOIN holding h ON h.source = s.n AND h.last AND h.state = 'held'"
        " WHERE s.origin = ? AND substr(s.name, 1, ?) = ? GROUP BY s.name ORDER BY s.name",
        [origin, len(start), start],
    )
    return [(str(name), int(number)) for name, number in found]
