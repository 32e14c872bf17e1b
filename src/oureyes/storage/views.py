"""What outside readers page through: one query, whose text follows from what is asked.

A row is found by its `placed`, a number no other has, that only grows, and that is given anew when a reader's rights
to it may have grown: so whoever reads on from where it stopped misses nothing. Rights are a list of labels, decided
before (`+label IN (…)`: without the plus the engine may walk by label and sort, which is thousands of times slower).
The bytes come out as they went in; nothing is parsed here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from oureyes.storage.dialect import chunks, quick, rows
from oureyes.storage.objects import ACCOUNT, is_observable, place_anew

__all__ = [
    "Asked",
    "Found",
    "Visible",
    "exists",
    "hidden",
    "newest_label",
    "newest_place",
    "owned",
    "page",
    "place_labels",
    "plan",
    "postings",
    "sources",
]


@dataclass(frozen=True, slots=True)
class Visible:
    """What one account may see of one collection. `own` are the sources it posted by, to this collection; `posted`
    those by which others did. `fitting` are the labels of the view, None for a collection without one."""

    allowed: tuple[int, ...]
    fitting: tuple[int, ...] | None
    own: tuple[int, ...] = ()
    posted: tuple[int, ...] = ()
    origins: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's filters. `idents` None asks for all. `versions` holds first, last, all; `instants` are exact
    versions; `old` asks for what is STIX 2.0 as it came."""

    after: int = 0
    limit: int = 100
    idents: tuple[int, ...] | None = None
    types: tuple[str, ...] = ()
    versions: frozenset[str] = frozenset({"last"})
    instants: tuple[int, ...] = ()
    old: bool = False
    bodies: bool = True


class Found(NamedTuple):
    """One row of a page; a tuple, since a page makes a thousand of them."""

    placed: int
    holding: int
    ident: int
    id: str
    version: str
    added: int
    label: int
    source: int
    whole: bool
    refs: bytes
    old: bool
    body: bytes

    def refers(self) -> array[int]:
        """The idents it refers to."""
        return array("q", self.refs)


def page(connection: Connection, seen: Visible, asked: Asked) -> list[Found]:
    """Rows after `asked.after`, in order, `asked.limit` at most."""
    sql, values = _query(seen, asked)
    if not sql:
        return []
    return [Found._make(row) for row in quick(connection, sql, values)]


def plan(connection: Connection, seen: Visible, asked: Asked) -> str:
    """How SQLite would go about a page: for the test that watches over it."""
    sql, values = _query(seen, asked)
    return "\n".join(str(row[-1]) for row in rows(connection, "EXPLAIN QUERY PLAN " + sql, values))


def _query(seen: Visible, asked: Asked) -> tuple[str, list[Any]]:
    member = _Member(seen, every=asked.versions != {"last"} or bool(asked.instants))
    if member.nothing or asked.idents == () or not (asked.versions or asked.instants):
        return "", []
    where, values = [member.sql("h", "o")], member.values()
    if asked.idents is not None:
        where.append(f"h.ident IN ({_numbers(asked.idents)})")
    if asked.types:
        where.append(f"o.type IN ({', '.join('?' * len(asked.types))})")
        values += asked.types
    if asked.old:
        where.append("o.upgraded IS NOT NULL")
    of_version, more = _of_versions(asked, member)
    body = "''" if not asked.bodies else "o.body" if asked.old else "coalesce(o.upgraded, o.body)"
    place = "h.placed" if asked.idents is None else "+h.placed"
    sql = (
        "SELECT h.placed, h.n, h.ident, i.id, o.version, h.added, h.label, h.source, o.whole, o.refs,"
        f" o.upgraded IS NOT NULL, {body}"
        " FROM holding h JOIN object o ON o.n = h.object JOIN ident i ON i.n = h.ident"
        f" WHERE {place} > ? AND o.body IS NOT NULL AND {' AND '.join(where)} AND {of_version}"
        f" ORDER BY {place} LIMIT ?"
    )
    return sql, [asked.after, *values, *more, asked.limit]


class _Member:
    """Whether a holding belongs to what is seen, as SQL; written once for the row and for those beside it."""

    def __init__(self, seen: Visible, *, every: bool) -> None:
        self._seen, self._every = seen, every
        fits = seen.fitting is not None and bool(seen.fitting)
        self.nothing = not seen.own and not fits and not (seen.posted and seen.allowed)
        self._fits = fits

    def sql(self, h: str, o: str) -> str:
        """As a condition on `h` and `o`."""
        old = f" OR {h}.state = 'superseded'" if self._every else ""
        live = f"({h}.state = 'held'{old})"
        ways = []
        if self._seen.own:
            ways.append(f"(+{h}.source IN ({_numbers(self._seen.own)}) AND ({h}.state = 'held-back' OR {live}))")
        if self._seen.posted and self._seen.allowed:
            posted, allowed = _numbers(self._seen.posted), _numbers(self._seen.allowed)
            ways.append(f"({live} AND +{h}.source IN ({posted}) AND +{h}.label IN ({allowed}))")
        if self._fits:
            ways.append(f"({live} AND +{h}.label IN ({_numbers(self._seen.fitting or ())}){self._view(h, o)})")
        return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"

    def _view(self, h: str, o: str) -> str:
        said = ""
        for column, wanted in ((f"{h}.origin", self._seen.origins), (f"{o}.type", self._seen.types)):
            said += f" AND {column} IN ({', '.join('?' * len(wanted))})" if wanted else ""
        if self._seen.tags:
            one = f"('\n' || {h}.tags || '\n') LIKE ? ESCAPE '\\'"
            said += f" AND ({' OR '.join([one] * len(self._seen.tags))})"
        return said

    def values(self) -> list[Any]:
        """What its question marks stand for."""
        if not self._fits:
            return []
        return [*self._seen.origins, *self._seen.types, *(f"%\n{_escaped(tag)}\n%" for tag in self._seen.tags)]


def _of_versions(asked: Asked, member: _Member) -> tuple[str, list[Any]]:
    """Which versions, and each (id, version) once: of equal ones the smaller digest, then the one placed first."""
    twin = "(p.digest < o.digest OR (p.digest = o.digest AND d.placed < h.placed))"
    beside = (
        "SELECT 1 FROM holding d JOIN object p ON p.n = d.object WHERE d.ident = h.ident AND d.n <> h.n"
        f" AND {member.sql('d', 'p')}"
    )
    if asked.versions == {"last"} and not asked.instants:
        newer = f"NOT EXISTS ({beside} AND d.last AND (p.instant > o.instant OR (p.instant = o.instant AND {twin})))"
        return f"h.last AND {newer}", member.values()
    once, values = f"NOT EXISTS ({beside} AND p.instant = o.instant AND {twin})", member.values()
    if "all" in asked.versions:
        return once, values
    ways: list[str] = []
    if asked.instants:
        marks = ", ".join("?" * len(asked.instants))
        ways.append(f"(o.instant IN ({marks}) OR (o.instant = 0 AND h.added * 1000 IN ({marks})))")
        values += [*asked.instants, *asked.instants]
    for word, sign in (("last", ">"), ("first", "<")):
        if word in asked.versions:
            ways.append(f"NOT EXISTS ({beside} AND p.instant {sign} o.instant)")
            values += member.values()
    return f"{once} AND ({' OR '.join(ways)})", values


def _numbers(found: Iterable[int]) -> str:
    return ",".join(str(int(n)) for n in found)  # integers of ours, never text: safe to write out


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def exists(connection: Connection, seen: Visible, ident: int) -> bool:
    """Whether any version of it is seen here."""
    asked = Asked(limit=1, idents=(ident,), versions=frozenset({"all"}), bodies=False)
    return bool(page(connection, seen, asked))


def owned(connection: Connection, seen: Visible, asked: Asked) -> list[Found]:
    """Of what is seen, only what the account posted itself."""
    return page(connection, replace(seen, posted=(), fitting=None), asked)


def hidden(
    connection: Connection, idents: Iterable[int], allowed: frozenset[int], own: frozenset[int], citable: frozenset[int]
) -> dict[int, str]:
    """Of what is referred to, the idents (and ids) that are held here and that the reader may not know of. Labels
    that are `citable` hide no id but an observable's, which tells its value. What accounts posted counts only where
    nobody else holds it: or an account could post a value, and read in our reports whether they speak of it."""
    known: dict[int, list[tuple[int, int]]] = {}
    posted: dict[int, list[tuple[int, int]]] = {}
    for some in _parts(idents):
        for ident, label, source, name in quick(
            connection,
            "SELECT h.ident, h.label, h.source, s.name FROM holding h JOIN source s ON s.n = h.source"
            f" WHERE h.ident IN ({_numbers(some)}) AND h.last",
        ):
            into = posted if str(name).startswith(f"{ACCOUNT}:") else known
            into.setdefault(ident, []).append((label, source))
    known = posted | known
    shut = {
        ident: all(label in citable for label, _ in held)
        for ident, held in known.items()
        if not any(label in allowed or source in own for label, source in held)
    }
    out: dict[int, str] = {}
    for some in _parts(shut):
        for n, text in quick(connection, f"SELECT n, id FROM ident WHERE n IN ({_numbers(some)})"):
            if not shut[n] or is_observable(str(text).partition("--")[0]):
                out[int(n)] = str(text)
    return out


def _parts(idents: Iterable[int]) -> Iterable[list[int]]:
    return chunks(dict.fromkeys(idents))


def sources(connection: Connection, origin: str, collection: str) -> dict[str, int]:
    """Account → number of the source by which it posted to a collection."""
    prefix = postings("", collection)
    found = quick(
        connection,
        "SELECT name, n FROM source WHERE origin = ? AND name >= ? AND name < ?",
        [origin, prefix, prefix[:-1] + "0"],  # "0" comes right after "/"
    )
    return {str(name).removeprefix(prefix): int(n) for name, n in found}


def postings(account: str, collection: str) -> str:
    """The name of the source that is an account's postings to a collection."""
    return f"{ACCOUNT}:{collection}/{account}"


def newest_label(connection: Connection) -> int:
    """The greatest label there is."""
    return int(quick(connection, "SELECT max(n) FROM label")[0][0] or 0)


def newest_place(connection: Connection) -> int:
    """The last position given."""
    return int(quick(connection, "SELECT max(placed) FROM holding")[0][0] or 0)


def place_labels(connection: Connection, labels: Sequence[int], at_us: int) -> None:
    """Move everything under some labels to the end of what outside readers read."""
    for some in _parts(labels):
        found = rows(
            connection,
            f"SELECT n FROM holding WHERE label IN ({_numbers(some)}) AND last AND state = 'held'",
        )
        place_anew(connection, [int(n) for (n,) in found], at_us)
