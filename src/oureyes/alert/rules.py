"""Which events ring whom. Pure: an event and the subscriptions give alerts; the node passes the time and new ids in.

Some things never ring, whoever subscribed:

* a match or an arrival whose value a warninglist names (private and special addresses are on one);
* a match or an arrival about a person who is a victim or a witness (Directive (EU) 2016/680 Art. 6): corrections and
  retractions about them do arrive, watching them does not;
* what a person did themself.

A headline carries ids, kinds and states, never what an object says: it may leave the node in a notification. The
`reason` is for the inbox, which releases it like everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from oureyes.model.findings import Alert, AlertState, Subscription, WarningHit
from oureyes.model.markings import Role

__all__ = ["Event", "EventKind", "Subject", "alerts", "concerns", "grouped", "headline", "routes"]


class EventKind(StrEnum):
    """What happened."""

    MATCH = "match"
    RECEIVED = "received"
    RETRACTED = "retracted"
    SUPERSEDED = "superseded"
    PLAN = "plan"
    QUARANTINE = "quarantine"
    LAG = "lag"


_WATCHING = frozenset([EventKind.MATCH, EventKind.RECEIVED])
_UNWATCHED = frozenset([Role.VICTIM, Role.WITNESS])
_SAID = {
    EventKind.MATCH: "match",
    EventKind.RECEIVED: "received",
    EventKind.RETRACTED: "retracted",
    EventKind.SUPERSEDED: "superseded",
    EventKind.PLAN: "plan changed",
    EventKind.QUARANTINE: "held back for a person to look at",
    EventKind.LAG: "partner link is behind",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One object an event is about. `own` is whether this state recorded it, or has a case or plan that cites it."""

    object: str
    kind: str
    state: str
    crime_areas: frozenset[str] = frozenset()
    own: bool = False
    role: Role | None = None
    warnings: tuple[WarningHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `cause` groups what belongs together (a statement, a campaign, a pair); `by` is the
    person whose act it was, "" for what the machine found; `warnings` are on the value a match shares."""

    kind: EventKind
    cause: str
    subjects: tuple[Subject, ...]
    origin: str
    by: str = ""
    reason: str = ""
    rank: float = 1.0
    warnings: tuple[WarningHit, ...] = ()


def alerts(event: Event, subscriptions: Iterable[Subscription], at: str, new_id: Callable[[], str]) -> list[Alert]:
    """One alert for each owner whom some subscription tells, in order of owner."""
    quiet = _quiet(event)
    owners = sorted({each.owner for each in subscriptions if concerns(each, quiet)})
    objects = tuple(dict.fromkeys(subject.object for subject in quiet.subjects))
    return [
        Alert(
            new_id(),
            event.cause,
            event.kind,
            headline(quiet),
            objects,
            event.origin,
            at,
            owner,
            reason=event.reason,
            rank=event.rank,
        )
        for owner in owners
    ]


def concerns(subscription: Subscription, event: Event) -> bool:
    """Whether a subscription asks for this event, and may have it. An empty filter asks for everything."""
    event = _quiet(event)
    if event.by and event.by == subscription.owner:
        return False
    if event.kind in _WATCHING and not event.subjects:
        return False
    if subscription.events and event.kind not in subscription.events:
        return False
    if not subscription.own_only and not (subscription.kinds or subscription.crime_areas or subscription.states):
        return True
    return _touches(subscription, event)


def routes(event: Event, owner: str, subscriptions: Iterable[Subscription]) -> list[tuple[str, str]]:
    """The (notifier, address) pairs, beside the inbox, by which an owner asked to be told of this event."""
    asked = (each for each in subscriptions if each.owner == owner and concerns(each, event))
    return sorted({(each.notifier, each.address) for each in asked if each.notifier != "inbox"})


def grouped(waiting: Iterable[Alert], fresh: Iterable[Alert]) -> tuple[list[Alert], list[Alert]]:
    """One row a cause: (rows that grew, rows to add). A fresh alert joins the owner's row of the same cause that is not
    done; a row that was already seen is new again, one that is assigned stays with its officer."""
    rows = {(each.owner, each.cause): each for each in waiting if each.state is not AlertState.DONE}
    known = set(rows)
    touched: list[tuple[str, str]] = []
    for alert in fresh:
        key = (alert.owner, alert.cause)
        rows[key] = _joined(rows[key], alert) if key in rows else alert
        if key not in touched:
            touched.append(key)
    return [rows[key] for key in touched if key in known], [rows[key] for key in touched if key not in known]


def headline(event: Event) -> str:
    """What an alert is called: event, kinds with counts, states. No id of an observable, which is a hash of its value,
    and no content."""
    kinds: dict[str, int] = {}
    for subject in event.subjects:
        kinds[subject.kind] = kinds.get(subject.kind, 0) + 1
    things = ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in sorted(kinds.items()))
    states = sorted({subject.state for subject in event.subjects if subject.state} or {event.origin})
    return f"{_SAID[event.kind]}{f': {things}' if things else ''} ({', '.join(states)})"


def _quiet(event: Event) -> Event:
    """The event without the subjects that must not ring; a match that must not ring has none left."""
    if event.kind not in _WATCHING:
        return event
    kept = tuple(each for each in event.subjects if not each.warnings and each.role not in _UNWATCHED)
    if event.warnings or (event.kind is EventKind.MATCH and len(kept) < len(event.subjects)):
        kept = ()
    return replace(event, subjects=kept)


def _touches(wanted: Subscription, event: Event) -> bool:
    """Kind and area are asked of one subject; the state and the own object may be the other side of a match."""
    subjects = event.subjects
    states = {subject.state for subject in subjects} | {event.origin}
    return (
        any(_fits(wanted, subject) for subject in subjects)
        and (not wanted.states or bool(wanted.states & states))
        and (not wanted.own_only or any(subject.own for subject in subjects))
    )


def _fits(wanted: Subscription, subject: Subject) -> bool:
    if wanted.kinds and subject.kind not in wanted.kinds:
        return False
    return not wanted.crime_areas or bool(wanted.crime_areas & subject.crime_areas)


def _joined(row: Alert, fresh: Alert) -> Alert:
    more = [name for name in fresh.objects if name not in row.objects]
    stronger = fresh if fresh.rank > row.rank else row
    return replace(
        row,
        objects=(*row.objects, *more),
        at=fresh.at,
        rank=stronger.rank,
        event=stronger.event,
        headline=stronger.headline,
        reason=_reasons(row, fresh),
        state=AlertState.NEW if more and row.state is AlertState.SEEN else row.state,
    )


def _reasons(row: Alert, fresh: Alert) -> str:
    said: Sequence[str] = row.reason.split("\n") if row.reason else ()
    if not fresh.reason or fresh.reason in said or len(said) >= 20:
        return row.reason
    return "\n".join((*said, fresh.reason))
