"""What is due: nothing about a person is kept without a day on which somebody must decide again.

    30 days before its review date   warn the one who can prolong it
    on that date                     hide it: no search, no match, no release
    90 days later                    erase it; a tombstone (id, digest, audit rows) stays

A legal hold stops hiding and erasing; it is still warned about, so that no hold is forgotten. First terms follow the
five years of INTERPOL's Rules on the Processing of Data at most, and less for those who did nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from oureyes.model.instants import nanoseconds, of_datetime, to_datetime
from oureyes.model.markings import Role

__all__ = ["SHORTEST", "WARN_BEFORE", "Due", "Kept", "Step", "default_review", "due"]

WARN_BEFORE = timedelta(days=30)
_ERASE_AFTER = timedelta(days=90)
_YEAR = 365

SHORTEST = _YEAR  # days
_LONGEST = 5 * _YEAR
_MINOR = _YEAR
_BY_ROLE = {
    Role.SUSPECT: 5 * _YEAR,
    Role.CONVICTED: 5 * _YEAR,
    Role.WITNESS: _YEAR,
    Role.VICTIM: _YEAR,
    Role.OTHER: 2 * _YEAR,
}
_BY_KIND = {
    "indicator": 2 * _YEAR,
    "observed-data": 2 * _YEAR,
    "sighting": 2 * _YEAR,
    "ipv4-addr": _YEAR,
    "ipv6-addr": _YEAR,
    "identity": 2 * _YEAR,  # a person without a role in any case
    "identity-document": 2 * _YEAR,
    "x-oureyes-request": 3 * _YEAR,
}


class Step(IntEnum):
    """What is to be done, in order of gravity."""

    WARN = 1
    HIDE = 2
    ERASE = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """One holding as retention sees it; `review` is its review date, `done` the last step taken for it."""

    object: str
    origin: str
    review: str
    hold: bool = False
    done: Step | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is due for a holding, since when, and why in words."""

    object: str
    origin: str
    step: Step
    since: str
    reason: str


def due(holdings: Iterable[Kept], at: str) -> list[Due]:
    """What is to be done at the instant `at`, the longest overdue first. One step each; what was done is not repeated,
    and nothing is erased before it was hidden."""
    found = [one for kept in holdings if (one := _step(kept, at))]
    return sorted(found, key=lambda one: (nanoseconds(one.since), one.object, one.origin))


def default_review(kind: str, at: str, role: Role | None = None, minor: bool = False) -> str:
    """The first review date of something recorded at `at`: the shortest term that applies."""
    days = [_BY_ROLE[role] if role else _BY_KIND.get(kind, _LONGEST)]
    if minor:
        days.append(_MINOR)
    return of_datetime(to_datetime(at) + timedelta(days=min(days)))


def _step(kept: Kept, at: str) -> Due | None:
    review = to_datetime(kept.review)
    days = ((Step.ERASE, review + _ERASE_AFTER), (Step.HIDE, review), (Step.WARN, review - WARN_BEFORE))
    for step, since in days:
        if to_datetime(at) >= since:
            return _allowed(kept, step, of_datetime(since))
    return None


def _allowed(kept: Kept, step: Step, since: str) -> Due | None:
    """The step that may be taken now: a hold leaves only the warning, and hiding comes before erasing."""
    if kept.hold and step > Step.WARN:
        step, since = Step.WARN, kept.review
    elif step is Step.ERASE and (kept.done is None or kept.done < Step.HIDE):
        step, since = Step.HIDE, kept.review
    if kept.done is not None and kept.done >= step:
        return None
    return Due(kept.object, kept.origin, step, since, _words(kept, step))


def _words(kept: Kept, step: Step) -> str:
    day = kept.review[:10]
    if step is Step.WARN:
        return f"review by {day}{'; it is under legal hold' if kept.hold else ''}"
    return f"nobody prolonged it by {day}" + ("; hidden for 90 days" if step is Step.ERASE else "")
