"""The same crime told in twelve languages: how many pairs of it lie above 99 % of pairs of different crimes.

Beside it character trigrams, the model's vectors as they come, and with each language's mean taken away alone. A new
node has the six sample reports of a language; a node at work has reports of its own, here those of the four crimes that
are not being measured, in all ways of halving the eight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from bench.figures import Figure
from bench.reports import CRIMES, TOLD
from oureyes.node import embedding
from oureyes.understand.languages import language_of
from oureyes.understand.likeness import ONE_IN_A_HUNDRED, Report, Space
from oureyes.understand.samplereports import REPORTS

__all__ = ["figures"]

_AIM = "≥ 85 %"
Pairs = list[tuple[bool, float]]  # whether one crime, and how alike
Told = dict[tuple[str, int], Report]


def figures(_data: Path) -> Iterator[Figure]:
    """Shares in percent; one line that says so where the extra is not installed."""
    right = sum(language_of(text) == language for language, told in TOLD.items() for text in told)
    yield Figure("language told from a report", 100 * right / sum(map(len, TOLD.values())), "%")
    trigrams = _share(_pairs({key: _trigrams(text) for key, text in _texts()}, _overlap))
    model = embedding.installed()
    if model is None:
        yield Figure("same crime, 12 languages: oureyes[semantic] is not installed; trigrams", trigrams, "% of pairs")
        return
    told: Told = {}
    keys, texts = zip(*_texts(), strict=True)
    samples_of = [(language, text) for language, sample in REPORTS.items() for text in sample]
    found: list[Sequence[float] | None] = []
    found.extend(model.embed([*texts, *(text for _, text in samples_of)]))
    spent = getrusage(RUSAGE_CHILDREN)
    vectors = [one for one in found if one is not None]
    assert len(vectors) == len(texts) + len(samples_of)
    told = {key: Report(key[0], vector) for key, vector in zip(keys, vectors, strict=False)}
    samples: dict[str, list[Sequence[float]]] = {}
    for (language, _), vector in zip(samples_of, vectors[len(texts) :], strict=True):
        samples.setdefault(language, []).append(vector)
    yield from _measured(told, samples, trigrams)
    yield Figure("a vector of one sentence", 1e3 * (spent.ru_utime + spent.ru_stime) / len(found), "cpu-ms")


def _measured(told: Told, samples: dict[str, list[Sequence[float]]], trigrams: float) -> Iterator[Figure]:
    raw = _share(_pairs({key: one.vector for key, one in told.items()}, _dot))
    new = _compared(told, Space(samples))
    yield Figure("same crime, new node", _share(new), "% of pairs", "character trigrams", trigrams, _AIM)
    yield Figure("same crime, new node / raw", _share(new), "% of pairs", "the model's vectors as they come", raw)
    yield Figure("same crime, told as alike by a new node", _above(new, True), "% of pairs")
    yield Figure("different crimes told as alike by a new node", _above(new, False), "% of pairs", aim="about 1 %")
    halves = list(combinations(range(len(CRIMES)), len(CRIMES) // 2))
    worked = [_half(told, samples, set(half)) for half in halves]
    yield Figure(
        "same crime, node with 4 more reports a language",
        sum(map(_share, worked)) / len(halves),
        "% of pairs",
        "character trigrams",
        trigrams,
        _AIM,
    )
    for language in TOLD:
        mine = [(same, near) for same, near in _compared(told, Space(samples), language)]
        yield Figure(f"same crime, new node: {language}", _above(mine, True), "% told as alike")


def _half(told: Told, samples: dict[str, list[Sequence[float]]], measured: set[int]) -> Pairs:
    space = Space(samples, [one for (_, crime), one in told.items() if crime not in measured])
    return _compared({key: one for key, one in told.items() if key[1] in measured}, space)


def _compared(told: Told, space: Space, only: str = "") -> Pairs:
    centred = {key: space.centred(one) for key, one in told.items()}
    return [
        (one[1] == other[1], space.likeness(one[0], centred[one], other[0], centred[other]))
        for one, other in combinations(told, 2)
        if not only or only in (one[0], other[0])
    ]


def _texts() -> Iterator[tuple[tuple[str, int], str]]:
    yield from (((language, crime), text) for language, told in TOLD.items() for crime, text in enumerate(told))


def _pairs(told: dict[tuple[str, int], Sequence[float]], alike: Callable[..., float]) -> Pairs:
    return [(one[1] == other[1], alike(told[one], told[other])) for one, other in combinations(told, 2)]


def _share(pairs: Pairs) -> float:
    """Of pairs of one crime, how many percent lie above 99 % of the pairs of different ones."""
    different = sorted(near for same, near in pairs if not same)
    mark = different[int(len(different) * 0.99)]
    of_one = [near for same, near in pairs if same]
    return 100 * sum(near > mark for near in of_one) / len(of_one)


def _above(pairs: Pairs, same: bool) -> float:
    wanted = [near for one, near in pairs if one is same]
    return 100 * sum(near >= ONE_IN_A_HUNDRED for near in wanted) / len(wanted)


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def _trigrams(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right)
