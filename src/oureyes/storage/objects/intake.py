"""The bulk path in: a batch at once, versions told apart, what is derived written with few statements."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Connection

from oureyes.model.findings import Key
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.release.neutrality import needed
from oureyes.storage.dialect import insert_many, next_numbers, run, select_in
from oureyes.storage.objects.interning import ACCOUNT, idents, labels, voice
from oureyes.storage.objects.states import next_place, place_anew

__all__ = ["Added", "Incoming", "add"]


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


_NO_REFS = ("created_by_ref",)


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
    at_us = max(at_us, next_place(connection))
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
        mine = voice(connection, source)
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
