"""Objects and who holds them: the bulk path in, and the ways to read.

The bulk path takes a batch at once: ids are interned, versions told apart, and edges, keys and words written with a
few statements, whatever the batch's size. All of it is derived from the bytes and can be rebuilt from them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from oureyes.model.findings import Key
from oureyes.model.markings import Marking
from oureyes.model.objects import OBSERVABLE_TYPES, StixObject, digest
from oureyes.release.neutrality import needed
from oureyes.storage.dialect import insert_many, next_numbers, rows, run, select_in
from oureyes.storage.schema import RARE

__all__ = [
    "Added",
    "Held",
    "Incoming",
    "add",
    "by_holding",
    "by_id",
    "count",
    "idents",
    "label",
    "labels",
    "latest",
    "neighbours",
    "set_label",
    "set_state",
    "source",
]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One object on its way in, with everything derived from it that the store indexes; `probes` are looked up only."""

    object: StixObject
    marking: Marking
    keys: tuple[Key, ...] = ()
    tokens: str = ""
    upgraded: StixObject | None = None
    hold: str = ""
    tags: tuple[str, ...] = ()
    probes: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What became of it: `outcome` is new, version, unchanged, older, other or revived. `other` is another spelling or
    content under an id and version already held, and not the current one; `conflict` when the contents differ.
    `outdated` are the holdings a new version took the place of."""

    holding: int
    object: int
    outcome: str
    conflict: bool = False
    outdated: tuple[int, ...] = ()


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


ACCOUNT = "account"  # the kind of a source that is an outside account's postings
_NO_REFS = ("created_by_ref",)
_HELD = """SELECT h.n, o.body, o.upgraded, h.origin, s.name, h.label, h.state, h.last, h.added, h.statement, h.hold,
 h.tags FROM holding h JOIN object o ON o.n = h.object JOIN source s ON s.n = h.source """


def idents(connection: Connection, ids: Iterable[str], *, make: bool = True) -> dict[str, int]:
    """Interned numbers of ids; unknown ones are given one when `make`."""
    wanted = list(dict.fromkeys(ids))
    known = {
        str(text): int(n) for text, n in select_in(connection, "SELECT id, n FROM ident WHERE id IN (:in)", wanted)
    }
    fresh = [text for text in wanted if text not in known] if make else []
    if fresh:
        start = next_numbers(connection, "ident")
        made = {text: start + place for place, text in enumerate(fresh)}
        insert_many(connection, "ident", "id, n", list(made.items()))
        known |= made
    return known


def label(connection: Connection, marking: Marking) -> int:
    """The interned number of a marking."""
    return labels(connection, [marking])[marking]


def labels(connection: Connection, markings: Iterable[Marking]) -> dict[Marking, int]:
    """Interned numbers of markings."""
    found: dict[Marking, int] = {}
    for marking in dict.fromkeys(markings):
        text = msgspec.json.encode(marking.to_json()).decode()
        key = digest(text.encode())
        known = rows(connection, "SELECT n FROM label WHERE digest = ?", [key])
        if known:
            found[marking] = int(known[0][0])
        else:
            found[marking] = next_numbers(connection, "label")
            insert_many(connection, "label", "n, digest, tlp, marking", [(found[marking], key, int(marking.tlp), text)])
    return found


def markings(connection: Connection) -> dict[int, Marking]:
    """Every label: thousands at most, which is why policy is decided here and not per row."""
    found = rows(connection, "SELECT n, marking FROM label")
    return {int(n): Marking.from_json(msgspec.json.decode(text)) for n, text in found}


def source(connection: Connection, origin: str, name: str, kind: str = "", date: str = "") -> int:
    """The number of a source: a file, feed or partner, as `origin` knows it."""
    known = rows(connection, "SELECT n FROM source WHERE origin = ? AND name = ?", [origin, name])
    if known:
        return int(known[0][0])
    n = next_numbers(connection, "source")
    insert_many(connection, "source", "n, origin, name, kind, date", [(n, origin, name, kind, date)])
    return n


def add(
    connection: Connection,
    batch: Sequence[Incoming],
    *,
    source: int,
    origin: str,
    at_us: int,
    statement: str | None = None,
) -> list[Added]:
    """Store a batch. Order in, order out. The same object from the same source adds nothing.

    Two texts under one id and version are both kept; the one with the smaller digest is the current one on every
    node, whatever came first.
    """
    numbers = idents(connection, _every_id(batch))
    markings_of = {
        id(item.marking): item.marking for item in batch
    }  # few, and long to hash: told apart by where they are
    numbered = labels(connection, markings_of.values())
    label_of = {place: numbered[marking] for place, marking in markings_of.items()}
    own = {numbers[item.object.id] for item in batch}
    objects, erased = _objects(connection, own)
    known = _Known(connection, own, origin, source, revive=statement is not None)
    next_object, next_holding = next_numbers(connection, "object"), next_numbers(connection, "holding")
    at_us = max(at_us, _next_place(connection))
    new: dict[str, list[tuple[Any, ...]]] = {"object": [], "holding": [], "edge": [], "key": [], "words": []}
    out: list[Added] = []
    for item in batch:
        obj, ident = item.object, numbers[item.object.id]
        instant, dig = _within(obj.instant), obj.digest
        name = (ident, instant, dig)
        upgraded = item.upgraded.raw if item.upgraded is not None else None
        number = objects.get(name)
        said = number is None  # its links and words are to be kept
        if number is None:
            number = objects[name] = next_object
            next_object += 1
            whole, refs = _whole(item), _refs(item, numbers)
            new["object"].append((number, ident, obj.version, instant, dig, obj.type, obj.raw, upgraded, whole, refs))
        outcome, holding, outdated = known.place(ident, instant, dig, number, next_holding)
        if number in erased and outcome != "unchanged":  # what was erased is said again
            erased.discard(number)
            run(connection, "UPDATE object SET body = ?, upgraded = ? WHERE n = ?", [obj.raw, upgraded, number])
            said = True
        if said:
            new["edge"] += _edges(item, ident, number, numbers)
            new["words"] += [(number, item.tokens)] if item.tokens else []
        if outcome != "unchanged":
            new["key"] += [(key.value, key.matcher, source, holding) for key in item.keys]
        if outcome in ("unchanged", "revived"):
            out.append(Added(holding, number, outcome, outdated=outdated))
            continue
        next_holding += 1
        last = outcome in ("new", "version")
        state = "held-back" if item.hold else "held"
        marked, tags = label_of[id(item.marking)], "\n".join(item.tags)
        new["holding"].append(
            (holding, number, ident, source, origin, marked, state, last, at_us, at_us, statement, item.hold, tags)
        )
        at_us += 1
        out.append(Added(holding, number, outcome, outdated=outdated))
    _save(connection, new)
    known.save(connection, at_us)
    return _conflicts(connection, batch, out, objects)


def _next_place(connection: Connection) -> int:
    """The first position after all that outside readers may have read."""
    return int(rows(connection, "SELECT max(placed) FROM holding")[0][0] or 0) + 1


def place_anew(connection: Connection, holdings: Iterable[int], at_us: int) -> int:
    """Move holdings to the end of what outside readers read: whoever could not have them and now may has read past
    them. Where the next one goes."""
    at = max(at_us, _next_place(connection))
    for n in holdings:
        run(connection, "UPDATE holding SET placed = ? WHERE n = ?", [at, n])
        at += 1
    return at


def _whole(item: Incoming) -> bool:
    current = item.upgraded or item.object
    return "granular_markings" not in current.content and not needed(current.type)


def _refs(item: Incoming, numbers: Mapping[str, int]) -> bytes:
    found = (item.upgraded or item.object).references()
    return array("q", [numbers[ref] for name, ref in found if name not in _NO_REFS]).tobytes()


def _objects(connection: Connection, own: Iterable[int]) -> tuple[dict[tuple[int, int, bytes], int], set[int]]:
    """The versions kept of some ids, by (ident, instant, digest); and those of which only the digest is left."""
    found = select_in(
        connection, "SELECT n, ident, instant, digest, body IS NULL FROM object WHERE ident IN (:in)", own
    )
    numbers = {(int(ident), int(instant), bytes(dig)): int(n) for n, ident, instant, dig, _ in found}
    return numbers, {int(row[0]) for row in found if row[4]}


def _conflicts(
    connection: Connection, batch: Sequence[Incoming], added: list[Added], known: Mapping[tuple[int, int, bytes], int]
) -> list[Added]:
    """Name those whose content, not just its spelling, differs from another under the same id and version."""
    texts: dict[tuple[int, int], list[int]] = {}
    for (ident, instant, _), number in known.items():
        texts.setdefault((ident, instant), []).append(number)
    several = {number: numbers for numbers in texts.values() if len(numbers) > 1 for number in numbers}
    if not several:
        return added
    found = select_in(connection, "SELECT n, body FROM object WHERE n IN (:in) AND body IS NOT NULL", several)
    contents = {int(n): msgspec.json.decode(bytes(body)) for n, body in found}
    return [
        replace(one, conflict=True)
        if one.outcome in ("version", "other")
        and any(
            contents.get(number) != item.object.content for number in several.get(one.object, ()) if number in contents
        )
        else one
        for item, one in zip(batch, added, strict=True)
    ]


_GONE = ("retracted", "hidden", "erased")


class _Known:
    """What this origin already says of the objects of a batch, kept up to date while the batch is placed."""

    def __init__(self, connection: Connection, own: set[int], origin: str, source: int, *, revive: bool) -> None:
        self.source, self._revive = source, revive
        self.by_object: dict[int, tuple[int, str]] = {}
        self.newest: dict[int, tuple[int, bytes]] = {}
        self.outdated: set[int] = set()
        self.revived: list[tuple[int, bool]] = []
        self._holdings: dict[int, list[int]] = {}
        found = select_in(
            connection,
            "SELECT h.n, h.ident, h.object, h.source, h.state, h.last, o.instant, o.digest, s.kind FROM holding h"
            " JOIN object o ON o.n = h.object JOIN source s ON s.n = h.source"
            " WHERE h.ident IN (:in) AND h.origin = ?",
            own,
            origin,
        )
        mine = _voice(connection, source)
        for n, ident, obj, src, state, last, instant, dig, kind in found:
            if int(src) == source:
                self.by_object[int(obj)] = (int(n), str(state))
            if (int(src) if kind == ACCOUNT else 0) != mine:
                continue  # an outside account speaks for itself alone: it replaces nothing of ours, nor we of its own
            if last and state not in _GONE:
                self.newest[int(ident)] = (int(instant), bytes(dig))
                self._holdings.setdefault(int(ident), []).append(int(n))

    def place(self, ident: int, instant: int, dig: bytes, number: int, fresh: int) -> tuple[str, int, tuple[int, ...]]:
        known = self.by_object.get(number)
        # an origin may say again what it took back, and an account post again what it deleted itself; reading a file
        # again must not undo a retraction of ours
        if known is not None and known[1] != "withdrawn" and (known[1] not in _GONE or not self._revive):
            return "unchanged", known[0], ()
        holding = known[0] if known else fresh
        self.by_object[number] = (holding, "held")
        outcome = self._against_newest(ident, instant, dig)
        current = outcome in ("new", "version")
        outdated = tuple(self._holdings.pop(ident, ())) if outcome == "version" else ()
        self.outdated.update(outdated)
        if current:
            self.newest[ident] = (instant, dig)
            self._holdings.setdefault(ident, []).append(holding)
        if known is None:
            return outcome, fresh, outdated
        self.revived.append((holding, current))
        return "revived", holding, outdated

    def _against_newest(self, ident: int, instant: int, dig: bytes) -> str:
        newest = self.newest.get(ident)
        if newest is None:
            return "new"
        if newest[0] == instant and newest[1] != dig:
            return "other" if dig > newest[1] else "version"
        if newest[0] > instant:
            return "older"
        return "version" if newest[0] < instant else "new"

    def save(self, connection: Connection, at_us: int) -> None:
        place_anew(connection, [n for n, _ in self.revived], at_us)
        for n, current in self.revived:
            run(connection, "UPDATE holding SET state = 'held', last = ? WHERE n = ?", [current, n])
        for n in self.outdated:
            run(connection, "UPDATE holding SET last = ?, state = 'superseded' WHERE n = ?", [False, n])


def _save(connection: Connection, new: Mapping[str, list[tuple[Any, ...]]]) -> None:
    insert_many(
        connection,
        "object",
        "n, ident, version, instant, digest, type, body, upgraded, whole, refs",
        new["object"],
        ignore=True,
    )
    insert_many(
        connection,
        "holding",
        "n, object, ident, source, origin, label, state, last, added, placed, statement, hold, tags",
        new["holding"],
    )
    insert_many(connection, "edge", "source, kind, target, object", new["edge"], ignore=True)
    insert_many(connection, "key", "value, matcher, source, holding", new["key"], ignore=True)
    if new["words"]:
        vector = "?" if connection.dialect.name == "sqlite" else "to_tsvector('simple', ?)"
        sql = f"INSERT INTO words (rowid, tokens) VALUES (?, {vector})"  # one of two literals
        if connection.dialect.name != "sqlite":
            sql = sql.replace("?", "%s")
        connection.exec_driver_sql(sql, new["words"])


def _within(instant: int) -> int:
    """Years before 1678 and after 2262 do not fit 64 bits of nanoseconds; they count as the first and the last."""
    return max(-(1 << 63), min(instant, (1 << 63) - 1))


def _every_id(batch: Sequence[Incoming]) -> Iterable[str]:
    for item in batch:
        yield item.object.id
        for name, ref in (item.upgraded or item.object).references():
            if name not in _NO_REFS:
                yield ref


def _edges(item: Incoming, ident: int, number: int, numbers: Mapping[str, int]) -> list[tuple[Any, ...]]:
    obj = item.upgraded or item.object
    content = obj.content
    if obj.type == "relationship":
        source, target = numbers.get(content.get("source_ref", "")), numbers.get(content.get("target_ref", ""))
        if source is not None and target is not None:
            return [(source, str(content.get("relationship_type", "related-to")), target, number)]
        return []
    return [(ident, name, numbers[ref], number) for name, ref in obj.references() if name not in _NO_REFS]


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


def states_of(connection: Connection, identifier: str) -> list[tuple[str, str, str, str, str]]:
    """(origin, source, state, version, digest) of every holding, tombstones included."""
    found = rows(
        connection,
        "SELECT h.origin, s.name, h.state, o.version, o.digest FROM holding h JOIN object o ON o.n = h.object"
        " JOIN source s ON s.n = h.source JOIN ident i ON i.n = h.ident WHERE i.id = ? ORDER BY h.n",
        [identifier],
    )
    return [(str(a), str(b), str(c), str(d), bytes(e).hex()) for a, b, c, d, e in found]


def set_state(connection: Connection, identifier: str, origin: str, state: str, *, erase: bool = False) -> list[int]:
    """Move every live holding that `origin` has of an id to `state`; the numbers of the holdings moved.

    `erase` drops the bytes and the words too, once nobody else holds the object: the digest stays as the tombstone.
    """
    found = rows(
        connection,
        "SELECT h.n, h.object FROM holding h JOIN ident i ON i.n = h.ident"
        " WHERE i.id = ? AND h.origin = ? AND h.state IN ('held', 'held-back', 'superseded', 'hidden')",
        [identifier, origin],
    )
    for n, number in found:
        run(connection, "UPDATE holding SET state = ? WHERE n = ?", [state, n])
        if erase:
            _erase(connection, int(number))
    gone = [int(n) for n, _ in found]
    place_anew(connection, gone, 0)  # whoever follows along finds that it is gone
    _uncover(connection, identifier, gone)
    return gone


def _uncover(connection: Connection, identifier: str, gone: Sequence[int], at_us: int = 0) -> None:
    """What others say of the same id, and was hidden from outside readers by what goes now, they must find."""
    if gone:
        sql = "SELECT h.n FROM holding h JOIN ident i ON i.n = h.ident WHERE i.id = ? AND h.last AND h.state = 'held'"
        place_anew(connection, [int(n) for (n,) in rows(connection, sql, [identifier]) if int(n) not in gone], at_us)


def _erase(connection: Connection, number: int) -> None:
    alive = rows(
        connection,
        "SELECT count(*) FROM holding WHERE object = ? AND state NOT IN ('retracted', 'withdrawn', 'erased')",
        [number],
    )
    if int(alive[0][0]) == 0:
        run(connection, "UPDATE object SET body = NULL, upgraded = NULL WHERE n = ?", [number])
        run(connection, "DELETE FROM words WHERE rowid = ?", [number])
        run(connection, "DELETE FROM edge WHERE object = ?", [number])


def set_label(connection: Connection, identifier: str, origin: str, marking: Marking, at_us: int = 0) -> int:
    """Give every holding that `origin` has of an id another marking; how many were changed. What an outside account
    posted under the same id is another's word, and keeps its marking unless nothing else is held."""
    number = label(connection, marking)
    found = [
        (int(n), int(lab), kind == ACCOUNT)
        for n, lab, kind in rows(
            connection,
            "SELECT h.n, h.label, s.kind FROM holding h JOIN source s ON s.n = h.source"
            " WHERE h.origin = ? AND h.ident = (SELECT n FROM ident WHERE id = ?) ORDER BY h.n",
            [origin, identifier],
        )
    ]
    ours = [one for one in found if not one[2]] or found
    for n, *_ in ours:
        run(connection, "UPDATE holding SET label = ? WHERE n = ?", [number, n])
    moved = [n for n, before, _ in ours if before != number]
    place_anew(connection, moved, at_us)
    _uncover(connection, identifier, moved, at_us)
    return len(ours)


def held_by(connection: Connection, identifier: str, origin: str) -> bool:
    """Whether `origin` holds an id itself, now."""
    found = rows(
        connection,
        "SELECT 1 FROM holding h JOIN ident i ON i.n = h.ident WHERE i.id = ? AND h.origin = ? AND h.state = 'held'"
        " LIMIT 1",
        [identifier, origin],
    )
    return bool(found)


def lift_hold(connection: Connection, identifier: str, origin: str, at_us: int = 0) -> int:
    """A person has looked: what was held back is held."""
    found = [
        int(n)
        for (n,) in rows(
            connection,
            "SELECT n FROM holding WHERE state = 'held-back' AND origin = ?"
            " AND ident = (SELECT n FROM ident WHERE id = ?)",
            [origin, identifier],
        )
    ]
    for n in found:
        run(connection, "UPDATE holding SET state = 'held', hold = '' WHERE n = ?", [n])
    place_anew(connection, found, at_us)
    return len(found)


def withdraw(connection: Connection, holdings: Sequence[int], at_us: int) -> None:
    """Take back what an account posted: a tombstone; the newest version it leaves is its current one again."""
    wherefrom = {
        (int(ident), int(src))
        for ident, src in select_in(connection, "SELECT ident, source FROM holding WHERE n IN (:in)", holdings)
    }
    for n in holdings:
        run(connection, "UPDATE holding SET state = 'withdrawn', last = ? WHERE n = ?", [False, n])
    place_anew(connection, holdings, at_us)
    for ident, src in wherefrom:
        left = rows(
            connection,
            "SELECT h.n, h.last FROM holding h JOIN object o ON o.n = h.object WHERE h.ident = ? AND h.source = ?"
            " AND h.state IN ('held', 'held-back', 'superseded') ORDER BY o.instant DESC, o.digest LIMIT 1",
            [ident, src],
        )
        if left and not left[0][1]:
            run(connection, "UPDATE holding SET state = 'held', last = ? WHERE n = ?", [True, left[0][0]])
            place_anew(connection, [int(left[0][0])], at_us)


def _voice(connection: Connection, source: int) -> int:
    """Whose versions belong together: an origin speaks with one voice, each outside account with its own."""
    found = rows(connection, "SELECT kind FROM source WHERE n = ?", [source])
    return source if found and found[0][0] == ACCOUNT else 0


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


def labels_of(connection: Connection, ids: Iterable[str], me: str) -> dict[str, int]:
    """The label of each id's current holding, ours where there is one."""
    found = select_in(
        connection,
        "SELECT i.id, h.label, h.origin FROM holding h JOIN ident i ON i.n = h.ident WHERE i.id IN (:in) AND h.last"
        " ORDER BY h.n",
        dict.fromkeys(ids),
    )
    out: dict[str, int] = {}
    for text, lab, origin in found:
        if str(text) not in out or str(origin) == me:
            out[str(text)] = int(lab)
    return out


def of_type(connection: Connection, kind: str, *, limit: int = 1000) -> list[Held]:
    """The current holdings of one type, oldest first."""
    rare = f"AND o.type IN {RARE} " if f"'{kind}'" in RARE else ""  # as the index has it, or it is not used
    found = rows(
        connection,
        _HELD + f"WHERE o.type = ? {rare}AND h.last AND h.state = 'held' AND o.body IS NOT NULL ORDER BY h.n LIMIT ?",
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


def of_types(connection: Connection, kinds: Iterable[str], *, limit: int) -> list[Held]:
    """Current holdings of some types, newest first."""
    found = select_in(
        connection,
        _HELD
        + "WHERE o.type IN (:in) AND h.last AND h.state = 'held' AND o.body IS NOT NULL ORDER BY h.n DESC LIMIT ?",
        kinds,
        limit,
    )
    return [_read(row) for row in found]


def sources_of(connection: Connection, holdings: Iterable[int]) -> dict[int, int]:
    """The source number of each holding."""
    found = select_in(connection, "SELECT n, source FROM holding WHERE n IN (:in)", dict.fromkeys(holdings))
    return {int(n): int(source) for n, source in found}


def set_tags(connection: Connection, identifier: str, origin: str, tags: Iterable[str]) -> int:
    """Give what `origin` holds of an id these tags."""
    return run(
        connection,
        "UPDATE holding SET tags = ? WHERE origin = ? AND ident = (SELECT n FROM ident WHERE id = ?)",
        ["\n".join(tags), origin, identifier],
    )


def held_of_source(connection: Connection, origin: str, name: str) -> list[Held]:
    """The current holdings of one source."""
    found = rows(
        connection,
        _HELD + "WHERE s.origin = ? AND s.name = ? AND h.last AND h.state = 'held' AND o.body IS NOT NULL ORDER BY h.n",
        [origin, name],
    )
    return [_read(row) for row in found]


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
