"""The small trees that weigh two names: `trees.json`, written by `python -m bench.names.training`.

A tree asks one question of one value after another and ends in a number; the sum of all is what the names come to.
Two levels are added, set so that one stranger in twenty rings: one where an index counted how many bear such a name,
one where only customs say so. Boosted trees: Friedman, *Greedy Function Approximation*, 2001.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

__all__ = ["parts_of", "sum_of"]

_COUNTED = 1  # the place of "counted in an index" among the values


class _Question(NamedTuple):
    value: int
    bound: float
    low: _Question | float
    high: _Question | float
    mean: float  # of all that came so far when it was learnt


def sum_of(values: Sequence[float]) -> float:
    """The logarithm of the odds, 0 where it is worth an officer's time."""
    levels, trees = _read()
    total = levels[int(values[_COUNTED])]
    for tree in trees:
        at = tree
        while isinstance(at, _Question):
            at = at.low if values[at.value] <= at.bound else at.high
        total += at
    return total


def parts_of(values: Sequence[float]) -> tuple[float, list[float]]:
    """Where the sum begins, and what each value moved it by: at every question, from the mean before it to the mean
    behind the answer. Together they are `sum_of`, to the last rounding."""
    levels, trees = _read()
    start, out = levels[int(values[_COUNTED])], [0.0] * len(values)
    for tree in trees:
        at = tree
        start += _mean(at)
        while isinstance(at, _Question):
            after = at.low if values[at.value] <= at.bound else at.high
            out[at.value] += _mean(after) - at.mean
            at = after
    return start, out


def _mean(at: _Question | float) -> float:
    return at.mean if isinstance(at, _Question) else at


@lru_cache(maxsize=1)
def _read() -> tuple[tuple[float, float], tuple[_Question | float, ...]]:
    kept = json.loads(files("oureyes.correlate.names").joinpath("trees.json").read_text("utf-8"))
    return (kept["customs"], kept["counted"]), tuple(_tree(one) for one in kept["trees"])


def _tree(kept: Any) -> _Question | float:
    if isinstance(kept, list):
        value, bound, low, high, mean = kept
        return _Question(value, bound, _tree(low), _tree(high), mean)
    return float(kept)
