"""The bulk path in: a batch at once, versions told apart, what is derived written with few statements."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from oureyes.model.findings import Key
from oureyes.model.markings import Marking
from oureyes.model.objects import OBSERVABLE_TYPES, StixObject
from oureyes.release.neutrality import needed
from oureyes.storage import words
from oureyes.storage.dialect import insert_many, next_numbers, run, select_in
from oureyes.storage.filters import note_changed
from oureyes.storage.objects.interning import ACCOUNT, idents, labels, voice
from oureyes.storage.objects.states import place_anew, places

__all__ = ["Added", "Incoming", "add"]


class Incoming(NamedTuple):  # and no dataclass: made for every object, in half the time
    """One object on its way in, with everything derived from it that the store indexes; `probes` are looked up only."""

    object: StixObject
    marking: Marking
    keys: tuple[Key, ...] = ()
    tokens: str = ""
    upgraded: StixObject | None = None
    hold: str = ""
    tags: tuple[str, ...] = ()
    probes: tuple[Key, ...] = ()


class Added(NamedTuple):
    """What became of it: `outcome` is new, version, unchanged, older, other, revived or retracted. `other` is another
    spelling or content under an id and version already held, and not the current one; `conflict` when they differ.
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
    taken_back: str = "",
) -> list[Added]:
    """Store a batch. Order in, order out. The same object from the same source adds nothing. `taken_back` says what
    becomes of what this origin took back or erased: "stays" so, whatever its source says now; or comes "again".

    Two texts under one id and version are both kept; the one with the smaller digest is the current one on every
    node, whatever came first.
    """
    links = [_links(item) for item in batch]
    numbers = idents(connection, _every_id(batch, links))
    own = {numbers[item.object.id] for item in batch}
    objects, erased = _objects(connection, own)
    revive = _GONE if statement is not None else _TAKEN_BACK if taken_back == "again" else ()
    known = _Known(connection, own, origin, source, revive=revive)
    free = iter(places(connection, len(batch), at_us))
    rows_of = _Rows(connection, source, origin, statement, _labelled(connection, batch))
    out: list[Added] = []
    for item, refs in zip(batch, links, strict=True):
        obj = item.object
        ident, instant, dig = numbers[obj.id], _within(obj.instant), obj.digest
        if taken_back == "stays" and known.gone(ident, source, obj.type):
            out.append(Added(0, 0, "retracted"))
            continue
        name = (ident, instant, dig)
        number = objects.get(name)
        said = number is None  # its links and words are to be kept
        if number is None:
            number = objects[name] = rows_of.put_object(item, name, refs, numbers)
        outcome, holding, outdated = known.place(ident, instant, dig, number, rows_of.next_holding)
        if number in erased and outcome != "unchanged":  # what was erased is said again
            erased.discard(number)
            upgraded = item.upgraded.raw if item.upgraded is not None else None
            run(connection, "UPDATE object SET body = ?, upgraded = ? WHERE n = ?", [obj.raw, upgraded, number])
            said = True
        if said:
            rows_of.put_words(item, ident, number, refs, numbers)
        if outcome != "unchanged":
            rows_of.put_keys(item, holding)
            if outcome != "revived":
                rows_of.put_holding(item, number, ident, outcome, at_us, next(free))
        out.append(Added(holding, number, outcome, outdated=outdated))
    _save(connection, rows_of.rows)
    known.save(connection, at_us)
    return _conflicts(connection, batch, out, objects)


_Links = Sequence[tuple[str, str]]
_NO_LINKS: _Links = ()


class _Rows:
    """The rows of one batch, table by table, and the numbers they get."""

    def __init__(
        self, connection: Connection, source: int, origin: str, statement: str | None, label_of: Mapping[int, int]
    ) -> None:
        self._source, self._origin, self._statement, self._label_of = source, origin, statement, label_of
        self._next_object, self.next_holding = next_numbers(connection, "object"), next_numbers(connection, "holding")
        self.rows: dict[str, list[tuple[Any, ...]]] = {
            "object": [], "holding": [], "edge": [], "key": [], "words": [],
        }  # fmt: skip

    def put_object(self, item: Incoming, name: tuple[int, int, bytes], refs: _Links, numbers: Mapping[str, int]) -> int:
        """Its number."""
        obj, number = item.object, self._next_object
        self._next_object += 1
        upgraded = item.upgraded.raw if item.upgraded is not None else None
        ident, instant, dig = name
        told = array("q", [numbers[ref] for _, ref in refs]).tobytes() if refs else b""
        self.rows["object"].append(
            (number, ident, obj.version, instant, dig, obj.type, obj.raw, upgraded, _whole(item), told)
        )
        return number

    def put_words(self, item: Incoming, ident: int, number: int, refs: _Links, numbers: Mapping[str, int]) -> None:
        """What it is linked to and found by."""
        if refs:
            self.rows["edge"] += _edges(item, ident, number, refs, numbers)
        if item.tokens:
            self.rows["words"].append((number, item.tokens))

    def put_keys(self, item: Incoming, holding: int) -> None:
        source = self._source
        self.rows["key"] += [(key.value, key.matcher, source, int(key.implied), holding) for key in item.keys]

    def put_holding(self, item: Incoming, number: int, ident: int, outcome: str, at_us: int, placed: int) -> None:
        state, last = "held-back" if item.hold else "held", outcome in ("new", "version")
        marked, tags = self._label_of[id(item.marking)], "\n".join(item.tags)
        place = (self.next_holding, number, ident, self._source, self._origin, marked, state, last, at_us, placed)
        self.rows["holding"].append((*place, self._statement, item.hold, tags))
        self.next_holding += 1


def _labelled(connection: Connection, batch: Sequence[Incoming]) -> dict[int, int]:
    """The labels of a batch's markings: few, and long to hash, so told apart by where they are."""
    markings_of = {id(item.marking): item.marking for item in batch}
    numbered = labels(connection, markings_of.values())
    return {place: numbered[marking] for place, marking in markings_of.items()}


def _whole(item: Incoming) -> bool:
    current = item.upgraded or item.object
    return "granular_markings" not in current.content and not needed(current.type)


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
    if len({name[:2] for name in known}) == len(known):
        return added
    texts: dict[tuple[int, int], list[int]] = {}
    for (ident, instant, _), number in known.items():
        texts.setdefault((ident, instant), []).append(number)
    several = {number: numbers for numbers in texts.values() if len(numbers) > 1 for number in numbers}
    if not several:
        return added
    found = select_in(connection, "SELECT n, body FROM object WHERE n IN (:in) AND body IS NOT NULL", several)
    contents = {int(n): msgspec.json.decode(bytes(body)) for n, body in found}
    return [
        one._replace(conflict=True)
        if one.outcome in ("version", "other")
        and any(
            contents.get(number) != item.object.content for number in several.get(one.object, ()) if number in contents
        )
        else one
        for item, one in zip(batch, added, strict=True)
    ]


_GONE = ("retracted", "hidden", "erased")
_TAKEN_BACK = ("retracted", "erased")


class _Known:
    """What this origin already says of the objects of a batch, kept up to date while the batch is placed."""

    def __init__(
        self, connection: Connection, own: set[int], origin: str, source: int, *, revive: Sequence[str]
    ) -> None:
        self.source, self._revive = source, revive
        self.by_object: dict[int, tuple[int, str]] = {}
        self.newest: dict[int, tuple[int, bytes]] = {}
        self.outdated: set[int] = set()
        self.revived: list[tuple[int, bool]] = []
        self._holdings: dict[int, list[int]] = {}
        self._taken_back: dict[int, set[int]] = {}
        stands: set[int] = set()
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
            if state in _TAKEN_BACK:
                self._taken_back.setdefault(int(ident), set()).add(int(src))
            elif state != "superseded":
                stands.add(int(ident))
        for ident in stands:
            self._taken_back.pop(ident, None)

    def gone(self, ident: int, source: int, kind: str) -> bool:
        """Whether this origin took it back and says nothing of it any more. A value that another source names as well
        is that source's word."""
        sources = self._taken_back.get(ident)
        return sources is not None and (source in sources or kind not in OBSERVABLE_TYPES)

    def place(self, ident: int, instant: int, dig: bytes, number: int, fresh: int) -> tuple[str, int, tuple[int, ...]]:
        known = self.by_object.get(number)
        # an origin may say again what it took back, and an account post again what it deleted itself; reading a file
        # again must not undo a retraction of ours
        if known is not None and known[1] != "withdrawn" and known[1] not in self._revive:
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
        note_changed(connection, self.outdated)
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
    insert_many(connection, "key", "value, matcher, source, implied, holding", new["key"], ignore=True)
    words.put(connection, new["words"])


def _within(instant: int) -> int:
    """Years before 1678 and after 2262 do not fit 64 bits of nanoseconds; they count as the first and the last."""
    return max(-(1 << 63), min(instant, (1 << 63) - 1))


def _links(item: Incoming) -> _Links:
    found = (item.upgraded or item.object).references()
    return [one for one in found if one[0] not in _NO_REFS] if found else _NO_LINKS


def _every_id(batch: Sequence[Incoming], links: Sequence[_Links]) -> Iterable[str]:
    for item, refs in zip(batch, links, strict=True):
        yield item.object.id
        for _, ref in refs:
            yield ref


def _edges(item: Incoming, ident: int, number: int, refs: _Links, numbers: Mapping[str, int]) -> list[tuple[Any, ...]]:
    obj = item.upgraded or item.object
    if obj.type != "relationship":
        return [(ident, name, numbers[ref], number) for name, ref in refs]
    content = obj.content
    source, target = numbers.get(content.get("source_ref", "")), numbers.get(content.get("target_ref", ""))
    if source is not None and target is not None:
        return [(source, str(content.get("relationship_type", "related-to")), target, number)]
    return []
