"""Ask names of a hundred thousand, as a screen of an index and as a node by its keys: who is found, who is alarmed."""

from __future__ import annotations

import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.names.material import Stranger, Truth
from oureyes.correlate import names as matcher
from oureyes.correlate.names.index import NameIndex
from oureyes.correlate.names.keys import name_keys
from oureyes.correlate.names.likeness import screened
from oureyes.model.objects import StixObject

__all__ = ["Answer", "Crowd", "by_keys", "compared", "screen", "share"]

Peer = Callable[[str, str], float]
_CANDIDATES, _LOOKED_AT = 100, 50
_NONE = -9.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question gave. Of a true pair: whether its other spelling was a candidate, rang, or was found and
    left quiet until there is a second sign. Of a stranger: whether anybody rang, or was found and quiet. `alone` is
    the sum that decides it: that of the true pair, or the highest."""

    group: str
    cross: bool
    true: bool
    candidate: bool
    rang: bool
    quiet: bool
    alone: float
    peers: tuple[float, ...] = ()
    index_ms: float = 0.0
    whole_ms: float = 0.0


class Crowd:
    """Everybody in one shuffled index, with the other spelling of every truth among them."""

    def __init__(self, others: Sequence[str], truths: Sequence[Truth]) -> None:
        self.names = [*others, *(truth.right if at % 2 else truth.left for at, truth in enumerate(truths))]
        self.asked = [
            (truth, truth.left if at % 2 else truth.right, len(others) + at) for at, truth in enumerate(truths)
        ]
        order = list(range(len(self.names)))
        random.Random(7).shuffle(order)
        self.index = NameIndex()
        self.index.add((place, self.names[place]) for place in order)


def screen(crowd: Crowd, strangers: Iterable[Stranger], peers: Sequence[Peer]) -> Iterator[Answer]:
    """Candidates from the index, the best of them compared: each truth by its other spelling, each stranger by name."""
    for truth, query, place in crowd.asked:
        found, met, index_ms, whole_ms = _screened(crowd, query)
        one = met.get(place, (_NONE, False))
        near = tuple(peer(query, crowd.names[place]) if place in found else _NONE for peer in peers)
        rang = one[0] >= 0
        yield Answer(truth.group, truth.cross, True, place in found, rang, one[1], one[0], near, index_ms, whole_ms)
    for group, name in strangers:
        found, met, index_ms, whole_ms = _screened(crowd, name)
        best = max((alone for alone, _ in met.values()), default=_NONE)
        quiet = any(one for _, one in met.values())
        near = tuple(max((peer(name, crowd.names[place]) for place in found), default=_NONE) for peer in peers)
        yield Answer(group, False, False, bool(found), best >= 0, quiet, best, near, index_ms, whole_ms)


def _screened(crowd: Crowd, query: str) -> tuple[list[int], dict[int, tuple[float, bool]], float, float]:
    """The candidates; of the best of them the sum, and whether it is found and quiet; CPU milliseconds."""
    started = time.process_time()
    found = crowd.index.search(query, _CANDIDATES)
    ms = (time.process_time() - started) * 1e3
    met = {}
    for place in found[:_LOOKED_AT]:
        one = screened(query, crowd.names[place], crowd.index.namesakes)
        met[place] = one.alone(), one.alone() < 0 <= one.logit
    return found, met, ms, (time.process_time() - started) * 1e3


def by_keys(crowd: Crowd, strangers: Iterable[Stranger]) -> Iterator[Answer]:
    """What a node does: who shares a key is compared, by name alone."""
    held: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(crowd.names):
        for key in name_keys(name):
            held[key].append(place)
    for truth, query, place in crowd.asked:
        rang, quiet, alone = compared(query, [crowd.names[place]])
        yield Answer(truth.group, truth.cross, True, rang or quiet, rang, quiet, alone)
    for group, name in strangers:
        found = Counter(place for key in name_keys(name) for place in held.get(key, ()))
        rang, quiet, alone = compared(name, [crowd.names[place] for place, _ in found.most_common(matcher.MOST)])
        yield Answer(group, False, False, bool(found), rang, quiet, alone)


def compared(name: str, others: Iterable[str]) -> tuple[bool, bool, float]:
    """Whether any of them rings, whether any is found and rings nobody, and the highest sum."""
    mine = _person(0, name)
    found = [matcher.compare(mine, _person(place, other)) for place, other in enumerate(others, 1)]
    met = [match for match in found if match is not None]
    best = max((match.score for match in met), default=0.0)
    alone = math.log(best / (1 - best)) if 0 < best < 1 else _NONE if best == 0 else -_NONE
    return any(not match.quiet for match in met), any(match.quiet for match in met), alone


def _person(number: int, name: str) -> StixObject:
    identifier = f"identity--00000000-0000-4000-8000-{number:012d}"
    return StixObject.make({"type": "identity", "id": identifier, "identity_class": "individual", "name": name})


def share(answers: Iterable[Answer], said: Callable[[Answer], bool]) -> float:
    """Per cent of the answers of which it is so; 0 of none."""
    every = [said(one) for one in answers]
    return 100 * sum(every) / len(every) if every else 0.0
