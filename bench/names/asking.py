"""Ask every name of a hundred thousand: candidates found, alarms raised, by community."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench.names.material import Material, Truth
from oureyes.correlate.names.index import NameIndex

__all__ = ["Asked", "Score", "ask", "indexed", "recall_at", "threshold"]

Score = Callable[[str, str, NameIndex], float]


@dataclass(slots=True)
class Asked:
    """What came of it: scores of the true partner (−9: no candidate), and the best score each stranger reached."""

    found: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    true: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    false: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    index_ms: list[float] = field(default_factory=list)
    whole_ms: list[float] = field(default_factory=list)
    cross: dict[str, bool] = field(default_factory=dict)


def sample(truths: Sequence[Truth], each: int) -> list[Truth]:
    """The first `each` of every community."""
    count: dict[str, int] = defaultdict(int)
    out = []
    for truth in truths:
        count[truth.group] += 1
        if count[truth.group] <= each:
            out.append(truth)
    return out


def indexed(crowd: Sequence[str], truths: Sequence[Truth]) -> tuple[list[str], list[int], NameIndex]:
    """Everybody in one shuffled index; where each truth's other spelling lies."""
    names = [*crowd, *(truth.right if at % 2 else truth.left for at, truth in enumerate(truths))]
    order = list(range(len(names)))
    random.Random(7).shuffle(order)
    index = NameIndex()
    index.add((place, names[place]) for place in order)
    return names, [len(crowd) + at for at in range(len(truths))], index


def ask(
    material: Material, truths: Sequence[Truth], strangers: Iterable[tuple[str, str]], score: Score, limit: int = 100
) -> Asked:
    """Each truth by its other spelling, each stranger by name."""
    names, places, index = indexed(material.crowd, truths)
    out = Asked()
    for at, (truth, place) in enumerate(zip(truths, places, strict=True)):
        query = truth.left if at % 2 else truth.right
        candidates, ms = _timed(index, query, limit)
        out.index_ms.append(ms)
        out.cross[truth.group] = truth.cross
        out.found[truth.group].append(place in candidates)
        started = time.process_time()
        best = max((score(query, names[one], index) for one in candidates), default=-9.0)
        out.whole_ms.append(ms + (time.process_time() - started) * 1e3)
        out.true[truth.group].append(score(query, names[place], index) if place in candidates else -9.0)
        del best
    for group, name in strangers:
        candidates, _ = _timed(index, name, limit)
        out.false[group].append(max((score(name, names[one], index) for one in candidates), default=-9.0))
    return out


def _timed(index: NameIndex, name: str, limit: int) -> tuple[list[int], float]:
    started = time.process_time()
    found = index.search(name, limit)
    return found, (time.process_time() - started) * 1e3


def threshold(asked: Asked, share: float) -> float:
    """The score above which `share` of the strangers raise an alarm."""
    every = sorted((score for some in asked.false.values() for score in some), reverse=True)
    return every[min(int(len(every) * share), len(every) - 1)]


def recall_at(asked: Asked, level: float, groups: Iterable[str] | None = None) -> float:
    """The mean over communities of the share of true partners that score above the level."""
    chosen = list(groups) if groups is not None else list(asked.true)
    parts = [sum(score > level for score in asked.true[group]) / len(asked.true[group]) for group in chosen]
    return sum(parts) / len(parts) if parts else 0.0
