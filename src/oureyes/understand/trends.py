"""What is rising, against its own past, with the counts behind the word.

A burst is a count its own past makes improbable. The past gives a rate that is itself uncertain, so the test is the
tail of a negative binomial (a Poisson whose rate has a gamma posterior): three events after a year of none are a
burst, three after twenty-eight days of two are not. Where the past is long and ragged, the count must also stand
three robust deviations (median, MAD) above it. No score is ever given to a person: keys are kinds, areas, values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma, log, log1p
from statistics import median

from oureyes.model.instants import day_of

__all__ = ["Burst", "Series", "bursts", "counts", "tail"]

_DAYS = {"day": 1, "week": 7}
_LEAST = 3  # fewer than three events are never called a trend


@dataclass(frozen=True, slots=True)
class Series:
    """How often a key occurred in each period from `start` (a day; a Monday for weeks), zeros included."""

    key: str
    start: str
    step: str
    counts: tuple[int, ...]

    def period(self, index: int) -> str:
        """The first day of period `index`."""
        return (date.fromisoformat(self.start) + timedelta(days=index * _DAYS[self.step])).isoformat()


@dataclass(frozen=True, slots=True)
class Burst:
    """A period whose count its past makes improbable: `probability` of so many or more; `past` is what it was
    compared with, oldest first."""

    key: str
    period: str
    count: int
    expected: float
    probability: float
    past: tuple[int, ...]

    @property
    def words(self) -> str:
        """For the analyst, figures included."""
        seen = f"{sum(self.past)} in the {len(self.past)} periods before"
        return f"{self.key}: {self.count} from {self.period}, about {self.expected:.1f} expected ({seen})"


def counts(rows: Iterable[tuple[str, str]], until: str, step: str = "day", periods: int = 35) -> tuple[Series, ...]:
    """Series by key from (instant, key) rows: the `periods` that end with the one holding the instant `until`."""
    last = _start(date.fromisoformat(day_of(until)), step)
    first = last - timedelta(days=_DAYS[step] * (periods - 1))
    found: dict[str, list[int]] = {}
    for at, key in rows:
        index = (_start(date.fromisoformat(day_of(at)), step) - first).days // _DAYS[step]
        if 0 <= index < periods:
            found.setdefault(key, [0] * periods)[index] += 1
    return tuple(Series(key, first.isoformat(), step, tuple(found[key])) for key in sorted(found))


def bursts(series: Iterable[Series], recent: int = 1, at_most: float = 1e-3) -> tuple[Burst, ...]:
    """The bursts in the last `recent` periods of each series, the most improbable first."""
    found = [
        burst
        for one in series
        for index in range(max(len(one.counts) - recent, 1), len(one.counts))
        if (burst := _burst(one, index, at_most))
    ]
    return tuple(sorted(found, key=lambda burst: (burst.probability, burst.key, burst.period)))


def tail(count: int, past: Iterable[int]) -> float:
    """The probability of `count` or more in one period, given the counts of the periods before.

    With a Gamma(½, 0) prior (Jeffreys) and `n` periods of sum `s`, the count is negative binomial with r = s + ½ and
    p = n / (n + 1).
    """
    seen = tuple(past)
    r, stay, go = sum(seen) + 0.5, -log1p(1 / len(seen)), -log(len(seen) + 1)
    below = sum(exp(lgamma(k + r) - lgamma(r) - lgamma(k + 1) + r * stay + k * go) for k in range(count))
    return max(0.0, 1.0 - below)


def _burst(one: Series, index: int, at_most: float) -> Burst | None:
    count, past = one.counts[index], one.counts[:index]
    if count < _LEAST or _within(count, past):
        return None
    probability = tail(count, past)
    if probability > at_most:
        return None
    return Burst(one.key, one.period(index), count, sum(past) / len(past), probability, past)


def _within(count: int, past: tuple[int, ...]) -> bool:
    """Whether the count lies in the ordinary scatter of a ragged past."""
    middle = median(past)
    spread = 1.4826 * median(abs(value - middle) for value in past)
    return spread > 0 and count < middle + 3 * spread


def _start(day: date, step: str) -> date:
    return day - timedelta(days=day.weekday()) if step == "week" else day
