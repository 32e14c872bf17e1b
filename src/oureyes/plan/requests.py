"""Questions between states, with a clock that both ends read alike.

The clock starts at receipt, as the receipt says it, so both ledgers compute the same due time to the second. Terms
are those of Directive (EU) 2023/977 (8 hours, 3 days, 7 days), of SIRENE (12 hours for an answer slip) and of
Prüm II (48 hours for core data after a confirmed hit), as the mission notes read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from oureyes.errors import InvalidObject
from oureyes.model.instants import nanoseconds, of_datetime, to_datetime

__all__ = ["GROUNDS", "Clock", "RequestState", "Urgency"]


class Urgency(StrEnum):
    """What kind of question it is, which sets its term."""

    URGENT = "urgent"  # urgent, and the answer is directly accessible
    URGENT_INDIRECT = "urgent-indirect"
    ORDINARY = "ordinary"
    HIT = "hit"  # core data after a confirmed hit


class RequestState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    REFUSED = "refused"
    OVERDUE = "overdue"


_TERMS = {
    Urgency.URGENT: timedelta(hours=8),
    Urgency.URGENT_INDIRECT: timedelta(days=3),
    Urgency.ORDINARY: timedelta(days=7),
    Urgency.HIT: timedelta(hours=48),
}
_ACKNOWLEDGE = timedelta(hours=12)

# Why a state may refuse; a refusal without one of these is none.
GROUNDS = {
    "not-held": "the information is not held",
    "authorisation": "a judicial authorisation is needed and was refused",
    "security": "it would harm essential national security interests",
    "investigation": "it would endanger a current investigation or a person's safety",
    "disproportionate": "it is clearly disproportionate or irrelevant to the purpose",
    "originator": "the state or third party it comes from has not consented",
    "minor": "the offence is too minor under the law of the state asked",
    "rights": "it would put a person's fundamental rights at risk",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One question's times: each is an instant, or "" while it has not happened. `ground` is a key of `GROUNDS`."""

    kind: Urgency
    received: str
    acknowledged: str = ""
    answered: str = ""
    refused: str = ""
    ground: str = ""

    def __post_init__(self) -> None:
        for name in ("received", "acknowledged", "answered", "refused"):
            value = getattr(self, name)
            if value:
                _instant(name, value)
        if bool(self.refused) != bool(self.ground) or (self.ground and self.ground not in GROUNDS):
            raise InvalidObject(
                "request", f"a refusal with one of {', '.join(GROUNDS)}", self.ground[:40] or "no ground"
            )

    def due(self) -> str:
        """When the answer is due."""
        return of_datetime(to_datetime(self.received) + _TERMS[self.kind])

    def acknowledge_by(self) -> str:
        """When an answer slip is due, even one that says "nothing yet"; never later than the answer."""
        return of_datetime(to_datetime(self.received) + min(_ACKNOWLEDGE, _TERMS[self.kind]))

    def state(self, at: str) -> RequestState:
        """Where it stands at the instant `at`: what has not happened by then is not known yet."""
        if _by(self.refused, at):
            return RequestState.REFUSED
        if _by(self.answered, at):
            return RequestState.ANSWERED
        if nanoseconds(at) > nanoseconds(self.due()):
            return RequestState.OVERDUE
        return RequestState.ACKNOWLEDGED if _by(self.acknowledged, at) else RequestState.OPEN

    def unacknowledged(self, at: str) -> bool:
        """Whether the answer slip is late."""
        waiting = self.state(at) in (RequestState.OPEN, RequestState.OVERDUE) and not _by(self.acknowledged, at)
        return waiting and nanoseconds(at) > nanoseconds(self.acknowledge_by())

    @property
    def late(self) -> bool:
        """Whether the answer, or the refusal, came after it was due."""
        done = self.refused or self.answered
        return bool(done) and nanoseconds(done) > nanoseconds(self.due())

    def words(self, at: str) -> str:
        """One line for the desk, with the time left or over."""
        state = self.state(at)
        if state is RequestState.REFUSED:
            return f"refused: {GROUNDS[self.ground]}"
        if state is RequestState.ANSWERED:
            return "answered late" if self.late else "answered in time"
        left = (nanoseconds(self.due()) - nanoseconds(at)) // 1_000_000_000
        return f"{state}, {_length(abs(left))} {'over' if left < 0 else 'left'}"


def _by(moment: str, at: str) -> bool:
    return bool(moment) and nanoseconds(moment) <= nanoseconds(at)


def _length(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    return f"{days} d {hours} h" if days else f"{hours} h {rest // 60} min"


def _instant(name: str, value: str) -> None:
    try:
        nanoseconds(value)
    except ValueError:
        raise InvalidObject(f"request.{name}", "a UTC instant such as 2026-12-31T00:00:00Z", value[:40]) from None
