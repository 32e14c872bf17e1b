"""What meets what: found by key or by the parts it shares, compared by its matcher, ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from oureyes.correlate import MATCHERS, PARTIAL, observables, ranking, standing
from oureyes.model.findings import Key, Match, WarningHit
from oureyes.model.objects import StixObject
from oureyes.node.connecting.ringing import ring
from oureyes.node.context import Context
from oureyes.storage import Connection, index, objects

__all__ = ["Asked", "Side", "meet_all", "rematch"]

_BY_NAME = {matcher.NAME: matcher for matcher in MATCHERS}
_MOST: dict[str, int] = {matcher.NAME: matcher.MOST for matcher in MATCHERS if hasattr(matcher, "MOST")}
_Key = tuple[int, str, str]  # their source, matcher, what is the same
_Pair = tuple[str, int, int, int]  # matcher, our holding, theirs, their source
# Of one part (a chunk, a band, a feature) that many are looked at; it is another part that then tells them apart.
_CROWD = 1_000
_COMPARED = 20_000  # pairs that share parts, those that share most first


class Side(NamedTuple):
    holding: int
    object: StixObject


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch looks up: by whole values, where one object stands for a value, and by parts, where all do. For a
    block of addresses two stand, since a network meets what an address does not, and the other way round: a network
    among the whole values, and an address."""

    whole: dict[tuple[str, str], Side] = field(default_factory=dict)
    addresses: dict[tuple[str, str], Side] = field(default_factory=dict)
    parts: dict[tuple[str, str], list[Side]] = field(default_factory=dict)
    implied: set[tuple[str, str]] = field(default_factory=set)  # of the whole values, those nothing names so far

    def add(self, side: Side, keys: Iterable[Key]) -> None:
        for key in keys:
            if key is standing.MARK:
                continue
            name = (key.matcher, key.value)
            if key.matcher in PARTIAL:
                self.parts.setdefault(name, []).append(side)
            elif key.implied and index.is_block(key.value):
                if name not in self.addresses or _is_bare(side) < _is_bare(self.addresses[name]):
                    self.addresses[name] = side
            else:
                self._stand(name, side, key.implied)

    def _stand(self, name: tuple[str, str], side: Side, implied: bool) -> None:
        """What names the value goes before what implies it, an indicator or a person before the bare observable."""
        stands = self.whole.get(name)
        if stands is None or (implied, _is_bare(side)) < (name in self.implied, _is_bare(stands)):
            self.whole[name] = side
            (self.implied.add if implied else self.implied.discard)(name)


def _is_bare(side: Side) -> bool:
    return objects.is_observable(side.object.type)


def _meet(ctx: Context, connection: Connection, best: dict[tuple[str, str], Side], source: int) -> list[int]:
    if not best:
        return []
    values = {value for _, value in best}
    found = index.candidates(connection, values, source=source, limit=ctx.config.number("fanout"))
    if not found:
        return []
    other = objects.by_holding(connection, [one.holding for some in found.values() for one in some])
    total = index.count_sources(connection)
    pairs: dict[_Key, index.NewMatch] = {}
    for value, candidates in found.items():
        for candidate in candidates:
            side, held = best.get((candidate.matcher, value)), other.get(candidate.holding)
            met = _compared(ctx, candidate.matcher, side.object, held.current) if side and held else None
            if side is None or met is None:
                continue
            match, hit = met
            rank = ranking.rank(match.score, candidate.holders, total)
            warned = hit.listed if hit else match.quiet
            new = index.NewMatch(match, side.holding, candidate.holding, source, candidate.source, rank, warned)
            pairs.setdefault((candidate.source, match.matcher, match.key), new)
    fresh = index.add_matches(connection, list(pairs.values()), ctx.now())
    ring(ctx, connection, fresh)
    return fresh


def meet_all(ctx: Context, connection: Connection, asked: Asked, source: int) -> list[int]:
    met = _meet(ctx, connection, asked.whole, source) + _meet(ctx, connection, asked.addresses, source)
    return met + _meet_parts(ctx, connection, asked.parts, source)


def _meet_parts(
    ctx: Context, connection: Connection, parts: dict[tuple[str, str], list[Side]], source: int
) -> list[int]:
    """Compare with every holder of a part, each pair once, those that share most parts first."""
    if not parts:
        return []
    shared: Counter[_Pair] = Counter()
    side_of: dict[int, Side] = {}
    for found in index.sharing(connection, {value for _, value in parts}, source=source, limit=_CROWD):
        for side in parts.get((found.matcher, found.value), ()):
            side_of[side.holding] = side
            shared[(found.matcher, side.holding, found.holding, found.source)] += 1
    pairs = list(_closest(pair for pair, _ in shared.most_common()))
    other = objects.by_holding(connection, dict.fromkeys(held for _, _, held, _ in pairs))
    total = index.count_sources(connection)
    kept: dict[_Key, index.NewMatch] = {}
    for matcher, mine, held, theirs in pairs:
        match = _BY_NAME[matcher].compare(side_of[mine].object, other[held].current) if held in other else None
        if match is not None:
            rank = ranking.rank(match.score, 2, total)
            new = index.NewMatch(match, mine, held, source, theirs, rank, match.quiet)
            kept.setdefault((theirs, match.matcher, match.key), new)
    fresh = index.add_matches(connection, list(kept.values()), ctx.now())
    ring(ctx, connection, fresh)
    return fresh


def _closest(pairs: Iterable[_Pair]) -> Iterator[_Pair]:
    """Of pairs in order of what they share, no more than may be compared: in all, and for one object where a matcher
    says so."""
    looked: Counter[tuple[str, int]] = Counter()
    for matcher, mine, held, theirs in pairs:
        looked[matcher, mine] += 1
        if looked[matcher, mine] <= _MOST.get(matcher, _COMPARED):
            yield matcher, mine, held, theirs
            looked["", 0] += 1
        if looked["", 0] == _COMPARED:
            return


def _compared(ctx: Context, name: str, left: StixObject, right: StixObject) -> tuple[Match, WarningHit | None] | None:
    """The strongest thing both name that no warninglist names, else the strongest that one does."""
    if name != observables.NAME:
        match = _BY_NAME[name].compare(left, right)
        return None if match is None else (match, None)
    warned: tuple[Match, WarningHit] | None = None
    for met in observables.shared(left, right):
        value = met.observable
        match = Match(left.id, right.id, name, met.score, met.reason, value.text, value.kind)
        hit = ctx.warninglists.hit(value)
        if hit is None:
            return match, None
        warned = warned or (match, hit)
    return warned


def rematch(ctx: Context, connection: Connection, value: str) -> None:
    for held, source, matcher in index.live_of(connection, value):
        one = objects.by_holding(connection, [held])[held]
        _meet(ctx, connection, {(matcher, value): Side(held, one.current)}, source)
