"""Reports of one kind of crime in different languages: how alike two vectors are, measured against unlike reports.

A multilingual model lays texts of one language side by side whatever they say. So the mean of each language is taken
away first: of the sample reports (`samplereports`) and of what is held, together, which makes it a running mean. What
is left still lies closer for some pairs of languages than for others, so the cosine of two reports is told in spreads
above that of unlike samples in the same two languages. One unlike pair in a hundred reaches `ONE_IN_A_HUNDRED`.

It finds candidates for a person to read, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import sqrt
from operator import mul
from typing import Any

from oureyes.model.zawgyi import to_unicode

__all__ = ["ONE_IN_A_HUNDRED", "TYPES", "Report", "Space", "report_text"]

ONE_IN_A_HUNDRED = 2.33  # of a normal distribution
TYPES = (
    "report", "note", "incident", "grouping", "campaign", "media-content", "x-post", "x-oureyes-post", "x-oureyes-case",
)  # fmt: skip
_TEXTS = ("name", "title", "abstract", "description", "content", "text")
_SHORTEST, _LONGEST = 24, 2_000  # characters; what a report is about is said at its beginning
Vector = Sequence[float]
_Spread = tuple[float, float]  # middle, and standard deviation


@dataclass(frozen=True, slots=True)
class Report:
    """A report's vector, and the language of its text."""

    language: str
    vector: Vector


def report_text(content: Mapping[str, Any]) -> str:
    """What of an object is compared; "" for what is no report, or says too little."""
    if content.get("type") not in TYPES:
        return ""
    found = (content.get(name) for name in _TEXTS)
    text = "\n".join(dict.fromkeys(to_unicode(one) for one in found if isinstance(one, str) and one))
    return text.replace("\0", " ")[:_LONGEST] if len(text) >= _SHORTEST else ""


class Space:
    """Vectors of one model, with the means of their languages: `samples` has the same reports in each language."""

    def __init__(self, samples: Mapping[str, Sequence[Vector]], held: Iterable[Report] = ()) -> None:
        self._pairs, self._any = _spreads(samples)
        self._mean = _mean(vector for vectors in samples.values() for vector in vectors)
        sums = {language: _Sum(vectors) for language, vectors in samples.items()}
        for report in held:
            sums.setdefault(report.language, _Sum()).add(report.vector)
        self._means = {language: one.mean() for language, one in sums.items()}

    def centred(self, report: Report) -> Vector:
        """A report without what its language adds to every text, of length one."""
        return _apart(report.vector, self._means.get(report.language, self._mean))

    def likeness(self, one: str, left: Vector, other: str, right: Vector) -> float:
        """How many spreads two centred vectors of two languages lie above unlike reports."""
        middle, spread = self._pairs.get((one, other), self._any)
        return (_dot(left, right) - middle) / spread


def _spreads(samples: Mapping[str, Sequence[Vector]]) -> tuple[dict[tuple[str, str], _Spread], _Spread]:
    """For each two languages, mean and spread of the cosines of unlike samples. Each pair is centred without itself:
    a mean that holds the two would put them apart."""
    count = len(next(iter(samples.values())))
    pairs = list(permutations(range(count), 2))
    apart = {
        (language, a, b): _apart(vectors[a], _mean(vectors[at] for at in range(count) if at not in (a, b)))
        for language, vectors in samples.items()
        for a, b in pairs
    }
    found = {
        (one, other): [_dot(apart[one, a, b], apart[other, b, a]) for a, b in pairs]
        for one in samples
        for other in samples
    }
    every = [cosine for cosines in found.values() for cosine in cosines]
    return {languages: _spread(cosines) for languages, cosines in found.items()}, _spread(every)


def _spread(values: Sequence[float]) -> _Spread:
    middle = sum(values) / len(values)
    return middle, sqrt(sum((value - middle) ** 2 for value in values) / len(values)) or 1.0


class _Sum:
    """A running mean."""

    def __init__(self, vectors: Iterable[Vector] = ()) -> None:
        self._total: list[float] = []
        self._count = 0
        for vector in vectors:
            self.add(vector)

    def add(self, vector: Vector) -> None:
        before = self._total or [0.0] * len(vector)
        self._total = [one + other for one, other in zip(before, vector, strict=True)]
        self._count += 1

    def mean(self) -> Vector:
        return [one / self._count for one in self._total]


def _mean(vectors: Iterable[Vector]) -> Vector:
    return _Sum(vectors).mean()


def _apart(vector: Vector, mean: Vector) -> Vector:
    moved = [one - other for one, other in zip(vector, mean, strict=True)]
    length = sqrt(_dot(moved, moved)) or 1.0
    return [one / length for one in moved]


def _dot(left: Vector, right: Vector) -> float:
    return float(sum(map(mul, left, right)))
