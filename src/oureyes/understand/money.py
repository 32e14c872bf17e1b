"""Where money went: the routes between two subjects, the cheapest evidence first, and the flow from an account on.

A route is walked over every link a reader may see. A transfer costs least, for it is money; a wallet that two records
name costs little; that two names are alike costs much, and each further state's word costs a little more. So the first
route is the one that is easiest to prove, and a route of three certain steps comes before one of two doubtful ones.

In a flow, amounts are summed by currency and never converted: a rate is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count, groupby

from oureyes.model.instants import day_of
from oureyes.model.ports import Neighbour, Neighbours
from oureyes.model.transfers import Transfer

__all__ = ["COSTS", "Account", "Flow", "Layer", "Pattern", "Route", "flow", "routes"]

# What a link costs, by its beginning: 1 is a movement of money on record. What is not named here is a word of somebody.
COSTS: tuple[tuple[str, float], ...] = (
    ("source_ref", 0.5),  # a transfer and its end: half a movement each
    ("target_ref", 0.5),
    ("observable_refs", 1.0),
    ("object_refs", 1.5),
    ("match: observables", 1.75),  # what both name is itself a thing on the way, at 1.5
    ("match: money", 1.75),
    ("match: media", 2.0),
    ("hypothesis: ", 3.0),  # a person has looked, and may be wrong
    ("match: ", 4.0),  # names, wording, patterns: somebody must look first
)
_OTHER, _NEW_STATE = 2.5, 0.1
_HUB = 100
_PASSED, _WITHIN_DAYS, _SPLIT = Decimal("0.8"), 14, 3


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a subject to another: its things, the links between them, what it costs, and whose word it takes."""

    nodes: tuple[str, ...]
    steps: tuple[Neighbour, ...]
    cost: float
    states: tuple[str, ...]


def routes(start: str, end: str, neighbours: Neighbours, hops: int = 6, most: int = 3) -> tuple[Route, ...]:
    """Up to `most` ways of at most `hops` steps, cheapest first. What more than a hundred things touch (an exchange's
    wallet, a bank) is no way through. Rings are asked for whole: the cost in questions is the number of hops."""
    around = _surroundings(start, end, neighbours, hops)
    order = count()
    waiting: list[tuple[float, int, tuple[str, ...], tuple[Neighbour, ...]]] = [(0.0, next(order), (start,), ())]
    found: list[Route] = []
    passed: dict[str, int] = {}
    while waiting and len(found) < most:
        cost, _, nodes, steps = heappop(waiting)
        at = nodes[-1]
        if at == end:
            found.append(Route(nodes, steps, round(cost, 3), _states(steps)))
            continue
        passed[at] = passed.get(at, 0) + 1
        if passed[at] > most or len(steps) == hops:  # the k-th cheapest way passes a thing at most k times
            continue
        for step, other in around.get(at, ()):
            if other not in nodes:
                more = _cost(step) + (0.0 if step.origin in _states(steps) or not steps else _NEW_STATE)
                heappush(waiting, (cost + more, next(order), (*nodes, other), (*steps, step)))
    return tuple(found)


def _surroundings(
    start: str, end: str, neighbours: Neighbours, hops: int
) -> Mapping[str, Sequence[tuple[Neighbour, str]]]:
    """From each thing within reach of both ends, the cheapest step to each of its neighbours."""
    steps: dict[str, dict[str, Neighbour]] = {}
    for end_ in (start, end):
        ring, seen = [end_], {end_}
        for _ in range((hops + 1) // 2):
            for step in neighbours(sorted(ring)):
                for at, other in ((step.source, step.target), (step.target, step.source)):
                    known = steps.setdefault(at, {}).get(other)
                    if at != other and (known is None or _order(step) < _order(known)):
                        steps[at][other] = step
            ring = sorted({o for at in ring if _open(at, steps, start, end) for o in steps.get(at, ())} - seen)
            seen.update(ring)
    return {
        at: [(step, other) for other, step in sorted(found.items())]
        for at, found in steps.items()
        if _open(at, steps, start, end)
    }


def _open(at: str, steps: Mapping[str, Mapping[str, Neighbour]], start: str, end: str) -> bool:
    return at in (start, end) or len(steps.get(at, ())) <= _HUB


def _order(step: Neighbour) -> tuple[float, str, str, str, str]:
    return _cost(step), step.link, step.source, step.target, step.origin


def _cost(step: Neighbour) -> float:
    return next((cost for link, cost in COSTS if step.link.startswith(link)), _OTHER)


def _states(steps: Iterable[Neighbour]) -> tuple[str, ...]:
    return tuple(sorted({step.origin for step in steps}))


@dataclass(frozen=True, slots=True)
class Account:
    """An account, wallet or card in a flow: what came in and what went out, by currency."""

    end: str
    came: Mapping[str, Decimal]
    went: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Layer:
    """The accounts that money reached after so many movements."""

    hop: int
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way of hiding that a flow shows: `kind` is splitting, gathering or passing on."""

    kind: str
    end: str
    words: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What left an account, layer by layer, and what about it looks like laundering."""

    start: str
    layers: tuple[Layer, ...]
    transfers: tuple[Transfer, ...]
    patterns: tuple[Pattern, ...]


def flow(start: str, transfers: Iterable[Transfer], hops: int = 6) -> Flow:
    """Follow money from an account: from each account only what left on or after the day it came in."""
    known = _once(transfers)
    by_source = {end: list(some) for end, some in groupby(sorted(known, key=_by_source), key=lambda one: one.source)}
    reached, ring, taken, layers = {start: ""}, [start], [], []
    for hop in range(hops + 1):
        moved = [one for end in ring for one in by_source.get(end, ()) if end and one.at >= reached[end]]
        taken += [one for one in moved if one not in taken]
        layers.append((hop, ring))
        fresh: dict[str, str] = {}
        for one in moved:
            if one.target and one.target not in reached:
                fresh[one.target] = min(fresh.get(one.target, one.at), one.at)
        if not fresh:
            break
        reached |= fresh
        ring = sorted(fresh)
    made = tuple(Layer(hop, tuple(_account(end, taken) for end in ends)) for hop, ends in layers)
    return Flow(start, made, tuple(sorted(taken, key=lambda one: one.at)), tuple(_patterns(taken)))


def _once(transfers: Iterable[Transfer]) -> list[Transfer]:
    """One movement told by two states is one movement."""
    seen: dict[tuple[str, str, str, Decimal, str], Transfer] = {}
    for one in transfers:
        seen.setdefault((one.source, one.target, one.currency, one.amount, one.at[:10]), one)
    return list(seen.values())


def _by_source(one: Transfer) -> tuple[str, str, str, Decimal]:
    return one.source, one.at, one.target, one.amount


def _account(end: str, taken: Sequence[Transfer]) -> Account:
    came = _sums(one for one in taken if one.target == end)
    return Account(end, came, _sums(one for one in taken if one.source == end))


def _sums(transfers: Iterable[Transfer]) -> dict[str, Decimal]:
    out: dict[str, Decimal] = {}
    for one in transfers:
        out[one.currency] = out.get(one.currency, Decimal(0)) + one.amount
    return out


def _patterns(taken: Sequence[Transfer]) -> Iterable[Pattern]:
    for end in sorted({one.source for one in taken} | {one.target for one in taken}):
        came = [one for one in taken if one.target == end and end]
        went = [one for one in taken if one.source == end and end]
        yield from _hidden(end, came, went)


def _hidden(end: str, came: Sequence[Transfer], went: Sequence[Transfer]) -> Iterable[Pattern]:
    days = _apart((*came, *went))
    receivers, payers = {one.target for one in went}, {one.source for one in came}
    within = f"within {days} day{'' if days == 1 else 's'}"
    if days > _WITHIN_DAYS:
        return
    if len(receivers) >= _SPLIT:
        yield Pattern("splitting", end, f"{_total(went)} went to {len(receivers)} accounts {within}")
    if len(payers) >= _SPLIT:
        yield Pattern("gathering", end, f"{_total(came)} came from {len(payers)} accounts {within}")
    if came and went and _passes(came, went):
        yield Pattern("passing on", end, f"{_total(came)} came in and {_total(went)} went on {within}")


def _passes(came: Sequence[Transfer], went: Sequence[Transfer]) -> bool:
    """Most of what came in went on; where the currency changed, that all that came in was followed by something."""
    in_, out = _sums(came), _sums(went)
    shared = set(in_) & set(out)
    if shared:
        return any(_PASSED * in_[one] <= out[one] <= in_[one] / _PASSED for one in shared)
    return min(one.at for one in went) >= min(one.at for one in came)


def _apart(transfers: Sequence[Transfer]) -> int:
    days = [date.fromisoformat(day_of(one.at)) for one in transfers]
    return (max(days) - min(days)).days if days else 0


def _total(transfers: Iterable[Transfer]) -> str:
    return " and ".join(f"{amount:,f} {currency}" for currency, amount in sorted(_sums(transfers).items()))
