"""What correlation and watching find. A match is a hypothesis with a reason, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "Alert",
    "AlertState",
    "Finding",
    "Holding",
    "Judgement",
    "Key",
    "Match",
    "Subscription",
    "Verdict",
    "WarningHit",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noticed about an object while it was read: `level` is "warning" or "error"; never its content."""

    subject: str
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Key:
    """What a matcher looks up: equal keys make a candidate pair. It is `implied` where the object does not name the
    value itself, as a link does not name its host: of a source that has both, the one that names it is compared."""

    matcher: str
    value: str
    kind: str = ""
    implied: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """One object as held from one origin and source."""

    object: str
    origin: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class WarningHit:
    """A warninglist names the value: it is shown and searchable, and raises no alert."""

    listed: str
    value: str


@dataclass(frozen=True, slots=True)
class Match:
    """Two things, how alike (0–1), found by whom, and why, in the analyst's words. `quiet` says why it rings nobody by
    itself, where it should not: it is kept, shown where it is asked for, and rings when a second sign is added."""

    left: str
    right: str
    matcher: str
    score: float
    reason: str
    key: str = ""
    kind: str = ""
    quiet: str = ""


class Verdict(StrEnum):
    """A person's word on a match."""

    SAME = "same"
    NOT_SAME = "not-same"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"  # the word before it is taken back: nothing is said of the pair


@dataclass(frozen=True, slots=True)
class Judgement:
    """Reversible and attributable: a state's latest one counts, all are kept. `by` is the person, known at home only;
    `opinion` the object it is exchanged as."""

    left: str
    right: str
    verdict: Verdict
    by: str
    at: str
    why: str = ""
    state: str = ""
    opinion: str = ""


class AlertState(StrEnum):
    """Where an alert stands in the inbox."""

    NEW = "new"
    SEEN = "seen"
    ASSIGNED = "assigned"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whom to tell about what. An empty field matches everything."""

    id: str
    owner: str
    events: frozenset[str] = frozenset()  # match received retracted superseded plan
    crime_areas: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    own_only: bool = False
    notifier: str = "inbox"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """What someone must know. `cause` groups: one row a cause, not one an indicator."""

    id: str
    cause: str
    event: str
    headline: str
    objects: tuple[str, ...]
    origin: str
    at: str
    owner: str = ""
    state: AlertState = AlertState.NEW
    reason: str = ""
    rank: float = 1.0
