"""Whether a plan still stands on its evidence, and why, in words. Pure: the plan, and what time it is.

Evidence is *sound* when it is held, fresh, and as good as when it was cited; *weak* when it is stale, poorer, or a
newer version has not been re-read; *lost* when it was retracted, revoked or has expired; *unknown* when it was never
received. A claim counts distinct objects:

    holds      at least `needs` sound pieces, or a waiver by a named person that still runs
    weakened   some piece stands, but too few of them soundly
    unknown    nothing stands, but something was never received; or nothing is cited
    broken     everything cited is lost

    plan: broken    an essential claim is broken
          unknown   it has no claim, or an essential one cites nothing; or nothing at all that it rests on is sound
          weakened  a claim is weakened or unknown, or one that is not essential is broken
          holds     otherwise

Two properties hold and are tested: taking evidence away never makes a plan look better, and a retraction never does
either. That is why an essential claim that cites nothing counts as low as a broken one (deleting the retracted piece
must not turn a red plan amber), and why lost and unknown together are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from oureyes.model.grades import Grade
from oureyes.model.instants import day_of, is_instant, nanoseconds
from oureyes.model.plans import Claim, Evidence, EvidenceState, Finding, Plan, Status, Validity, Waiver

__all__ = ["Standing", "assess", "judge", "standing"]

_DAY = 86_400 * 1_000_000_000
_SOURCES, _INFORMATION = "ABCDEG", "12345"  # best first; F and 6 say that nobody could judge
_POOR_SOURCES, _POOR_INFORMATION = "EG", "5"
_LOST = {
    EvidenceState.RETRACTED: "was retracted",
    EvidenceState.REVOKED: "was revoked",
    EvidenceState.EXPIRED: "has expired",
}


class Standing(IntEnum):
    """How much one piece of evidence carries; a greater value carries more."""

    LOST = 0
    UNKNOWN = 1
    WEAK = 2
    SOUND = 3


def assess(plan: Plan, at: str) -> Validity:
    """How the plan stands at the instant `at`."""
    findings = tuple(judge(claim, at) for claim in plan.claims)
    status, reason = _whole(plan.claims, findings, at)
    return Validity(status, reason, findings)


def judge(claim: Claim, at: str) -> Finding:
    """How one claim stands."""
    if not claim.evidence:
        status, reason = Status.UNKNOWN, "nothing is cited for it"
    else:
        status, reason = _carried(claim, at)
    if status is not Status.HOLDS and claim.waiver:
        return _waived(claim.id, status, reason, claim.waiver, at)
    return Finding(claim.id, status, reason)


def standing(evidence: Evidence, at: str) -> tuple[Standing, str]:
    """What one piece carries, and why if it is not sound."""
    name = evidence.object
    if evidence.state in _LOST:
        return Standing.LOST, f"{name} {_LOST[evidence.state]}"
    if evidence.state is EvidenceState.UNKNOWN:
        return Standing.UNKNOWN, f"{name} was never received here"
    if evidence.state is EvidenceState.SUPERSEDED:
        return Standing.WEAK, f"{name} has a newer version that nobody has re-read"
    faults = [fault for fault in (_poorer(evidence), _stale(evidence, at)) if fault]
    return (Standing.WEAK, f"{name} {' and '.join(faults)}") if faults else (Standing.SOUND, "")


def _carried(claim: Claim, at: str) -> tuple[Status, str]:
    pieces = _distinct(claim.evidence, at)
    needs = max(claim.needs, 1)
    sound = sum(piece is Standing.SOUND for piece, _ in pieces)
    why = "; ".join(reason for _, reason in pieces if reason)
    if sound >= needs:
        return Status.HOLDS, f"{sound} sound of {needs} needed" + (f"; {why}" if why else "")
    best = max(piece for piece, _ in pieces)
    if best >= Standing.WEAK:
        return Status.WEAKENED, f"{sound} sound of {needs} needed" + (f": {why}" if why else "")
    return (Status.UNKNOWN if best is Standing.UNKNOWN else Status.BROKEN), why


def _distinct(evidence: Iterable[Evidence], at: str) -> list[tuple[Standing, str]]:
    """One standing per object, its best, in order of id: citing a thing twice does not make it two."""
    best: dict[str, tuple[Standing, str]] = {}
    for piece in evidence:
        found = standing(piece, at)
        held = best.get(piece.object)
        if held is None or (-found[0], found[1]) < (-held[0], held[1]):
            best[piece.object] = found
    return [best[name] for name in sorted(best)]


def _poorer(evidence: Evidence) -> str:
    grade, cited = evidence.grade, evidence.cited_grade
    if grade is None:
        return ""
    if grade.source in _POOR_SOURCES or grade.information in _POOR_INFORMATION:
        return f"is graded {grade.text} ({grade.meaning})"
    if cited is not None and _worse(grade, cited):
        return f"was downgraded from {cited.text} to {grade.text}"
    return ""


def _worse(now: Grade, cited: Grade) -> bool:
    """Worse in either part; a part nobody can judge any more is worse than one that was judged."""
    return _below(now.source, cited.source, _SOURCES) or _below(now.information, cited.information, _INFORMATION)


def _below(now: str, cited: str, best_first: str) -> bool:
    return cited in best_first and (now not in best_first or best_first.index(now) > best_first.index(cited))


def _stale(evidence: Evidence, at: str) -> str:
    if not is_instant(evidence.seen):
        return "has no date of last confirmation"
    days = (nanoseconds(at) - nanoseconds(evidence.seen)) // _DAY
    if days <= evidence.stale_after_days:
        return ""
    return f"is stale: last confirmed {day_of(evidence.seen)}, {days} days ago, {evidence.stale_after_days} allowed"


def _waived(claim: str, status: Status, reason: str, waiver: Waiver, at: str) -> Finding:
    if nanoseconds(at) > nanoseconds(_end(waiver.until)):
        ended = f"the waiver of {waiver.by} ended on {day_of(waiver.until)}"
        return Finding(claim, status, f"{reason}; {ended}")
    said = f"waived by {waiver.by} until {day_of(waiver.until)}: {waiver.why}; without it {status}: {reason}"
    return Finding(claim, Status.HOLDS, said)


def _end(day: str) -> str:
    """A day given alone runs to its end."""
    return f"{day}T23:59:59.999999999Z" if len(day) == 10 else day


def _whole(claims: tuple[Claim, ...], findings: tuple[Finding, ...], at: str) -> tuple[Status, str]:
    if not claims:
        return Status.UNKNOWN, "it rests on no claim"
    pairs = sorted(zip(claims, findings, strict=True), key=lambda pair: pair[0].id)
    for status, lost in (
        (Status.BROKEN, [found for claim, found in pairs if claim.essential and found.status is Status.BROKEN]),
        (Status.UNKNOWN, [found for claim, found in pairs if claim.essential and _empty(claim, found)]),
        (Status.WEAKENED, [found for _, found in pairs if found.status is not Status.HOLDS]),
    ):
        if lost and status is Status.WEAKENED and not _any_sound(claims, findings, at):
            status = Status.UNKNOWN  # nobody can say that it holds in part
        if lost:
            return status, "; ".join(f"claim {found.claim} is {found.status}: {found.reason}" for found in lost)
    return Status.HOLDS, f"all {len(claims)} claims hold" if len(claims) > 1 else "its claim holds"


def _any_sound(claims: Iterable[Claim], findings: Iterable[Finding], at: str) -> bool:
    """Whether anything under the plan is sound, or a person answers for a gap."""
    held = any(found.status is Status.HOLDS for found in findings)
    return held or any(piece is Standing.SOUND for claim in claims for piece, _ in _distinct(claim.evidence, at))


def _empty(claim: Claim, found: Finding) -> bool:
    return not claim.evidence and found.status is Status.UNKNOWN
