"""What is looked up: keys and the candidates they give, matches and judgements, words.

A value that occurs everywhere must cost little more than a rare one and never go dark: candidates are read a few a
key, one a source, other origins first, and how many sources hold it is counted, for ranking.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from oureyes.model.findings import Judgement, Match, Verdict
from oureyes.model.objects import OBSERVABLE_TYPES
from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, next_numbers, rows, run, select_in, under

__all__ = [
    "Candidate",
    "Linked",
    "add_judgement",
    "add_matches",
    "candidates",
    "close_matches",
    "judgements",
    "matches",
    "postings",
    "search",
    "sharing",
]

_LIVE = "h.state = 'held' AND h.last"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A holding that shares a key; `holders` is how many sources have the value."""

    value: str
    matcher: str
    holding: int
    source: int
    origin: str
    holders: int


@dataclass(frozen=True, slots=True)
class NewMatch:
    """A match to keep: which holdings of which sources it joins, how it ranks, and why it rings nobody: the warninglist
    that names it, or that it is quiet by itself."""

    match: Match
    left: int
    right: int
    left_source: int
    right_source: int
    rank: float
    warned: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A match as it is kept, with both sides named."""

    n: int
    match: Match
    left_holding: int
    right_holding: int
    left_origin: str
    right_origin: str
    left_name: str
    right_name: str
    left_label: int
    right_label: int
    rank: float
    warned: str
    at: str


def candidates(connection: Connection, values: Iterable[str], *, source: int, limit: int) -> dict[str, list[Candidate]]:
    """For each value that another source than `source` holds: up to `limit` holdings, one a source (of a block two),
    other origins first. Nothing for values that nobody else holds."""
    wanted = list(dict.fromkeys(values))
    shared = select_in(
        connection, "SELECT value FROM key WHERE value IN (:in) GROUP BY value HAVING min(source) < max(source)", wanted
    )
    mine = rows(connection, "SELECT origin FROM source WHERE n = ?", [source])
    return {
        str(value): found
        for (value,) in shared
        if (found := _of_value(connection, str(value), source, str(mine[0][0]), limit))
    }


def _of_value(connection: Connection, value: str, source: int, mine: str, limit: int) -> list[Candidate]:
    found = rows(
        connection,
        "SELECT k.matcher, k.source, s.origin FROM key k JOIN source s ON s.n = k.source"
        " WHERE k.value = ? GROUP BY k.matcher, k.source, s.origin",
        [value],
    )
    holders = len({int(number) for _, number, _ in found})
    others = sorted((str(origin) == mine, int(n), str(m), str(origin)) for m, n, origin in found if int(n) != source)
    out: list[Candidate] = []
    for _, number, matcher, origin in others:
        if len(out) >= limit:
            break
        standing = _standing_for(connection, value, matcher, number)
        out += [Candidate(value, matcher, holding, number, origin, holders) for holding in standing]
    return out


def is_block(value: str) -> bool:
    """Whether a key stands for a block of addresses, which networks name and addresses imply."""
    return value.startswith("network:")


def _standing_for(connection: Connection, value: str, matcher: str, source: int) -> list[int]:
    """The live holding of a source that is compared for a value: the newest that names it, else that implies it. For a
    block both: neither can stand for the other."""
    standing: list[int] = []
    for implied in (0, 1):
        found = rows(
            connection,
            "SELECT k.holding FROM key k JOIN holding h ON h.n = k.holding WHERE k.value = ? AND k.matcher = ?"
            f" AND k.source = ? AND k.implied = ? AND {_LIVE} ORDER BY k.holding DESC LIMIT 1",
            [value, matcher, source, implied],
        )
        standing += [int(found[0][0])] if found else []
        if standing and not is_block(value):
            break
    return standing


def sharing(connection: Connection, values: Iterable[str], *, source: int, limit: int) -> list[Candidate]:
    """Every live holding of another source that has one of the values, up to `limit` a value: for keys that are only a
    part of what is compared."""
    known = select_in(connection, "SELECT DISTINCT value FROM key WHERE value IN (:in) AND source <> ?", values, source)
    return [
        Candidate(str(value), str(matcher), int(holding), int(theirs), "", 0)
        for (value,) in known
        for matcher, theirs, holding in rows(
            connection,
            "SELECT k.matcher, k.source, k.holding FROM key k JOIN holding h ON h.n = k.holding"
            f" WHERE k.value = ? AND k.source <> ? AND {_LIVE} ORDER BY k.matcher, k.source, k.holding LIMIT ?",
            [value, source, limit],
        )
    ]


def postings(connection: Connection, value: str) -> list[tuple[str, str, str]]:
    """(object id, origin, source) of everything live that holds a value, however common: nothing goes dark."""
    found = rows(
        connection,
        "SELECT i.id, h.origin, s.name FROM key k JOIN holding h ON h.n = k.holding JOIN ident i ON i.n = h.ident"
        f" JOIN source s ON s.n = h.source WHERE k.value = ? AND {_LIVE} ORDER BY h.n",
        [value],
    )
    return [(str(a), str(b), str(c)) for a, b, c in found]


def holders(connection: Connection, values: Iterable[str]) -> list[tuple[str, str, str, int]]:
    """(object id, origin, source, label) of everything live that holds one of the values, however common."""
    found = select_in(
        connection,
        "SELECT DISTINCT i.id, h.origin, s.name, h.label, h.n FROM key k JOIN holding h ON h.n = k.holding"
        f" JOIN ident i ON i.n = h.ident JOIN source s ON s.n = h.source WHERE {_LIVE} AND k.value IN (:in)"
        " ORDER BY h.n",
        dict.fromkeys(values),
    )
    return [(str(a), str(b), str(c), int(d)) for a, b, c, d, _ in found]


def keys_of(connection: Connection, holdings: Iterable[int]) -> list[str]:
    """The key values of holdings' objects, by what shares them (used when a side of a match falls away)."""
    found = select_in(connection, 'SELECT key FROM "match" WHERE "left" IN (:in)', holdings)
    found += select_in(connection, 'SELECT key FROM "match" WHERE "right" IN (:in)', holdings)
    return list(dict.fromkeys(str(value) for (value,) in found))


def forget(connection: Connection, holdings: Sequence[int], values: Iterable[str]) -> None:
    """Erased content leaves no keys behind: a key is its value."""
    for value in dict.fromkeys(values):
        for n in holdings:
            run(connection, "DELETE FROM key WHERE value = ? AND holding = ?", [value, n])


def add_matches(connection: Connection, found: Sequence[NewMatch], at: str) -> list[int]:
    """Keep matches; the numbers of those that are news.

    One is kept per pair of sources, matcher and key; one that had gone comes back under its old number. What rang
    nobody and does now (a second sign came) is news.
    """
    fresh: list[int] = []
    n = next_numbers(connection, "match")
    for new in found:
        one = new if new.left_source < new.right_source else _turned(new)
        match = one.match
        known = rows(
            connection,
            'SELECT n, state, warned, score FROM "match"'
            " WHERE left_source = ? AND right_source = ? AND matcher = ? AND key = ?",
            [one.left_source, one.right_source, match.matcher, match.key],
        )
        if known and (known[0][1] != "open" or _stronger(one, str(known[0][2]), float(known[0][3]))):
            _say_again(connection, int(known[0][0]), one)
            if known[0][2] and not one.warned:
                fresh.append(int(known[0][0]))
            continue
        if known:
            _firm_up(connection, int(known[0][0]), one)
            continue
        sides = (one.left, one.right, one.left_source, one.right_source)
        said = (match.matcher, match.key, match.kind, match.score, one.rank, match.reason, one.warned, at, "open")
        insert_many(
            connection,
            "match",
            'n, "left", "right", left_source, right_source, matcher, key, kind, score, rank, reason, warned, at, state',
            [(n, *sides, *said)],
        )
        fresh.append(n)
        n += 1
    return fresh


def _stronger(one: NewMatch, warned: str, score: float) -> bool:
    """Whether it says more than what is kept: it rings where that did not, or more is the same."""
    return not one.warned if warned else not one.warned and one.match.score > score


def _say_again(connection: Connection, n: int, one: NewMatch) -> None:
    """As it is found now: a version may say more, or less, than the one before."""
    said = (one.match.score, one.rank, one.match.reason, one.warned)
    run(
        connection,
        'UPDATE "match" SET state = \'open\', "left" = ?, "right" = ?, score = ?, rank = ?, reason = ?, warned = ?'
        " WHERE n = ?",
        [one.left, one.right, *said, n],
    )


def _firm_up(connection: Connection, n: int, one: NewMatch) -> None:
    """An indicator or a person says more than the bare observable that stood for its source before it came."""
    sides = rows(connection, 'SELECT "left", "right" FROM "match" WHERE n = ?', [n])[0]
    for column, stands, new in (('"left"', int(sides[0]), one.left), ('"right"', int(sides[1]), one.right)):
        if stands != new and _is_bare(connection, stands) and not _is_bare(connection, new):
            run(connection, f'UPDATE "match" SET {column} = ? WHERE n = ?', [new, n])


def _is_bare(connection: Connection, holding: int) -> bool:
    found = rows(connection, "SELECT o.type FROM holding h JOIN object o ON o.n = h.object WHERE h.n = ?", [holding])
    return bool(found) and str(found[0][0]) in OBSERVABLE_TYPES


def _turned(one: NewMatch) -> NewMatch:
    return NewMatch(one.match, one.right, one.left, one.right_source, one.left_source, one.rank, one.warned)


def close_matches(connection: Connection, holdings: Iterable[int]) -> list[int]:
    """A side fell away: its matches are gone (kept, but shown no more). Their numbers."""
    gone: list[int] = []
    for column in ('"left"', '"right"'):
        gone += [
            int(n)
            for (n,) in select_in(
                connection, f"SELECT n FROM \"match\" WHERE {column} IN (:in) AND state = 'open'", holdings
            )
        ]
    for n in gone:
        run(connection, "UPDATE \"match\" SET state = 'gone' WHERE n = ?", [n])
    return gone


def matches(
    connection: Connection,
    *,
    numbers: Iterable[int] | None = None,
    identifier: str = "",
    value: str = "",
    warned: bool = False,
    limit: int = 1000,
    after: int = 0,
    labels: Collection[int] | None = None,
) -> list[Linked]:
    """Open matches, highest rank first; all of one object, one value, or by number; for a reader those of which both
    sides are under its `labels`, before any is cut off."""
    where = ["m.state = 'open'", "m.n > ?"]
    extra: list[object] = [after]
    if identifier:
        where.append("(li.id = ? OR ri.id = ?)")
        extra += [identifier, identifier]
    if value:
        where.append("m.key = ?")
        extra.append(value)
    if not warned:
        where.append("m.warned = ''")
    if labels is not None:
        where += [under("lh.label", labels), under("rh.label", labels)]
    if numbers is not None:
        wanted = list(numbers)
        if not wanted:
            return []
        where.append(f"m.n IN ({', '.join('?' * len(wanted))})")
        extra += wanted
    found = rows(
        connection,
        'SELECT m.n, li.id, ri.id, m.matcher, m.score, m.reason, m.key, m.kind, m."left", m."right",'
        " lh.origin, rh.origin, ls.name, rs.name, lh.label, rh.label, m.rank, m.warned, m.at"
        ' FROM "match" m JOIN holding lh ON lh.n = m."left" JOIN holding rh ON rh.n = m."right"'
        " JOIN ident li ON li.n = lh.ident JOIN ident ri ON ri.n = rh.ident"
        " JOIN source ls ON ls.n = m.left_source JOIN source rs ON rs.n = m.right_source"
        f" WHERE {' AND '.join(where)} ORDER BY m.rank DESC, m.n LIMIT {int(limit)}",
        extra,
    )
    return [_linked(row) for row in found]


def _linked(r: Sequence[Any]) -> Linked:
    return Linked(
        int(r[0]),
        Match(str(r[1]), str(r[2]), str(r[3]), float(r[4]), str(r[5]), str(r[6]), str(r[7])),
        int(r[8]),
        int(r[9]),
        str(r[10]),
        str(r[11]),
        str(r[12]),
        str(r[13]),
        int(r[14]),
        int(r[15]),
        float(r[16]),
        str(r[17]),
        str(r[18]),
    )


def add_judgement(connection: Connection, judgement: Judgement) -> None:
    """Keep a person's word; none is ever overwritten."""
    left, right = sorted((judgement.left, judgement.right))
    if judgement.opinion:  # under its own id: that has a label, as the two things it is about have theirs
        noted(connection, "judgement", judgement.opinion)
    n = next_numbers(connection, "judgement")
    insert_many(
        connection,
        "judgement",
        'n, "left", "right", verdict, "by", at, why',
        [(n, left, right, str(judgement.verdict), judgement.by, judgement.at, judgement.why)],
    )


def judgements(connection: Connection, left: str, right: str) -> list[Judgement]:
    """Everything said about a pair, oldest first."""
    first, second = sorted((left, right))
    found = rows(
        connection,
        'SELECT "left", "right", verdict, "by", at, why FROM judgement WHERE "left" = ? AND "right" = ? ORDER BY n',
        [first, second],
    )
    return [Judgement(str(a), str(b), Verdict(c), str(d), str(e), str(f)) for a, b, c, d, e, f in found]


def search(connection: Connection, match: str, *, limit: int, offset: int = 0) -> list[int]:
    """Object numbers whose words match, best first. `match` is what `understand` made for this engine."""
    if connection.dialect.name == "sqlite":
        sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank, rowid LIMIT ? OFFSET ?"
    else:
        sql = (
            "SELECT rowid FROM words, to_tsquery('simple', ?) q WHERE tokens @@ q"
            " ORDER BY ts_rank(tokens, q) DESC, rowid LIMIT ? OFFSET ?"
        )
    return [int(n) for (n,) in rows(connection, sql, [match, limit, offset])]


def holdings_of(connection: Connection, numbers: Iterable[int]) -> list[int]:
    """Live holdings of objects."""
    return [
        int(n)
        for (n,) in select_in(
            connection, f"SELECT h.n FROM holding h WHERE h.object IN (:in) AND {_LIVE} ORDER BY h.n", numbers
        )
    ]


@dataclass(frozen=True, slots=True)
class MatchStep:
    """A match as a step of the graph, with the labels of both sides."""

    left: str
    right: str
    matcher: str
    left_label: int
    right_label: int
    origin: str


def matches_of(connection: Connection, ids: Iterable[str]) -> list[MatchStep]:
    """Open, unwarned matches that touch any of the ids."""
    out: dict[MatchStep, None] = {}
    for side in ("li", "ri"):
        found = select_in(
            connection,
            "SELECT li.id, ri.id, m.matcher, lh.label, rh.label, rh.origin"
            ' FROM "match" m JOIN holding lh ON lh.n = m."left" JOIN holding rh ON rh.n = m."right"'
            " JOIN ident li ON li.n = lh.ident JOIN ident ri ON ri.n = rh.ident"
            f" WHERE m.state = 'open' AND m.warned = '' AND {side}.id IN (:in)",
            dict.fromkeys(ids),
        )
        for a, b, matcher, left, right, origin in found:
            out[MatchStep(str(a), str(b), str(matcher), int(left), int(right), str(origin))] = None
    return list(out)


def live_of(connection: Connection, value: str, *, every: bool = False) -> list[tuple[int, int, str]]:
    """(holding, source, matcher): for each source that holds a value, the live holding that stands for it (the newest
    that names it, else that implies it); or `every` one."""
    found = rows(
        connection,
        f"SELECT {'k.holding' if every else 'max(k.holding)'}, k.source, k.matcher FROM key k"
        f" JOIN holding h ON h.n = k.holding WHERE k.value = ? AND {_LIVE}"
        + ("" if every else " GROUP BY k.implied, k.source, k.matcher ORDER BY k.implied"),
        [value],
    )
    standing: dict[tuple[object, ...], tuple[int, int, str]] = {}
    for holding, source, matcher in found:
        standing.setdefault((source, matcher, holding if every else ""), (int(holding), int(source), str(matcher)))
    return list(standing.values())


def count_sources(connection: Connection) -> int:
    """How many sources there are: what rarity is measured against."""
    return int(rows(connection, "SELECT count(*) FROM source")[0][0])


def touches(connection: Connection, holdings: Iterable[int]) -> bool:
    """Whether an open match has one of the holdings on either side."""
    wanted = list(holdings)
    return any(
        select_in(connection, f"SELECT 1 FROM \"match\" WHERE {side} IN (:in) AND state = 'open'", wanted)
        for side in ('"left"', '"right"')
    )
