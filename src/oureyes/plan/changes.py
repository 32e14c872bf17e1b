"""What changed in a plan's standing, in the words its owners are alerted with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oureyes.model.instants import day_of
from oureyes.model.plans import Claim, Finding, Plan, Status, Validity

__all__ = ["Cause", "changes"]

_WORDS = {
    Status.BROKEN: "lost its footing",
    Status.WEAKENED: "was weakened",
    Status.UNKNOWN: "can no longer be judged",
    Status.HOLDS: "holds",
}
_WAS = {
    Status.HOLDS: "held",
    Status.WEAKENED: "was weakened",
    Status.BROKEN: "was broken",
    Status.UNKNOWN: "could not be judged",
}
_IS = {
    Status.HOLDS: "holds",
    Status.WEAKENED: "is weakened",
    Status.BROKEN: "is broken",
    Status.UNKNOWN: "cannot be judged",
}
_BETTER = {Status.HOLDS: "holds again", Status.WEAKENED: "stands again, but weakly"}
_RANK = {Status.BROKEN: 0, Status.UNKNOWN: 0, Status.WEAKENED: 1, Status.HOLDS: 2}


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened to a piece of evidence: `what` is "was retracted", "was downgraded", "expired" …;
    `by` is "" where nobody did it."""

    object: str
    what: str
    by: str
    at: str

    @property
    def words(self) -> str:
        by = f" by {self.by}" if self.by else ""
        return f"{self.object} {self.what}{by} on {day_of(self.at)}"


def changes(plan: Plan, before: Validity, after: Validity, causes: Iterable[Cause] = ()) -> tuple[str, ...]:
    """One line for the plan if its status changed, then one a claim, in the plan's order; nothing if nothing did.

    A claim names the causes that touch its evidence; where none is given, the reason of its new finding."""
    known = tuple(causes)
    old = {found.claim: found for found in before.claims}
    lines = [_claim(claim, old.get(claim.id), found, known) for claim, found in _paired(plan, after)]
    gone = [f"claim {found.claim} was taken out of the plan" for found in _taken_out(before, after)]
    return (*_whole(before, after), *(line for line in lines if line), *gone)


def _whole(before: Validity, after: Validity) -> tuple[str, ...]:
    if before.status is after.status:
        return ()
    return (f"the plan {_WAS[before.status]} and now {_IS[after.status]}",)


def _paired(plan: Plan, validity: Validity) -> list[tuple[Claim, Finding]]:
    found = {finding.claim: finding for finding in validity.claims}
    return [(claim, found[claim.id]) for claim in plan.claims if claim.id in found]


def _claim(claim: Claim, before: Finding | None, after: Finding, causes: tuple[Cause, ...]) -> str:
    if before is None:
        return f"claim {claim.id} is new and {after.status}: {after.reason}"
    if (before.status, before.reason) == (after.status, after.reason):
        return ""
    cited = {piece.object for piece in claim.evidence}
    touching = sorted((cause for cause in causes if cause.object in cited), key=lambda cause: (cause.at, cause.object))
    why = "; ".join(dict.fromkeys(cause.words for cause in touching)) or after.reason
    return f"claim {claim.id} {_said(before.status, after.status)}: {why}"


def _said(before: Status, after: Status) -> str:
    if before is after:
        return f"is still {after}, for another reason" if after is not Status.HOLDS else "still holds"
    better = _RANK[after] > _RANK[before]
    return _BETTER.get(after, _WORDS[after]) if better else _WORDS[after]


def _taken_out(before: Validity, after: Validity) -> list[Finding]:
    kept = {found.claim for found in after.claims}
    return [found for found in before.claims if found.claim not in kept]
