"""Strategies, and what they rest on. A plan is as valid as the evidence beneath it, now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from oureyes.model.grades import Grade

__all__ = ["Claim", "Evidence", "EvidenceState", "Finding", "Measure", "Plan", "Status", "Validity", "Waiver"]


class EvidenceState(StrEnum):
    """How the node holds a piece of evidence now."""

    HELD = "held"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """How a claim, or a plan, stands."""

    HOLDS = "holds"
    WEAKENED = "weakened"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One object a claim rests on, as it was when cited and as it is held now."""

    object: str
    cited_version: str = ""
    cited_grade: Grade | None = None
    state: EvidenceState = EvidenceState.HELD
    grade: Grade | None = None
    seen: str = ""  # when it was last confirmed: its version, or a later sighting
    stale_after_days: int = 180


@dataclass(frozen=True, slots=True)
class Waiver:
    """A named person accepts a gap until a day."""

    by: str
    until: str
    why: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement the plan rests on. `needs` is how many sound pieces of evidence it takes."""

    id: str
    text: str
    evidence: tuple[Evidence, ...]
    needs: int = 1
    essential: bool = True
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What one state will do, by when; `rests_on` names claims."""

    text: str
    owner: str
    due: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A shared strategy."""

    id: str
    objective: str
    claims: tuple[Claim, ...]
    measures: tuple[Measure, ...]
    states: tuple[str, ...]
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """How one claim stands, and why, in words."""

    claim: str
    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class Validity:
    """How the plan stands, why, and each of its claims."""

    status: Status
    reason: str
    claims: tuple[Finding, ...]
