"""When things happened, as the objects say: which kind of time, who says so, and how exact it is.

A date known only to the day, month or year is a range, never a false midnight. When something was *written down* is
kept apart from when it *happened*: `kind` says which.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.objects import StixObject

__all__ = ["Event", "Told", "span", "timeline"]

# (first property, last property, what it means, whether it happened in the world or on paper)
_KINDS: tuple[tuple[str, str, str, str], ...] = (
    ("created", "", "written down", "record"),
    ("modified", "", "changed", "record"),
    ("published", "", "published", "record"),
    ("valid_from", "valid_until", "in force", "record"),
    ("first_seen", "last_seen", "seen", "world"),
    ("first_observed", "last_observed", "observed", "world"),
    ("start_time", "stop_time", "true", "world"),
    ("start", "end", "active", "world"),
    ("account_created", "", "account opened", "world"),
    ("account_first_login", "account_last_login", "account used", "world"),
    ("ctime", "", "file made", "world"),
    ("mtime", "", "file changed", "world"),
    ("date", "", "sent", "world"),
    ("validity_not_before", "validity_not_after", "certificate valid", "record"),
)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


@dataclass(frozen=True, slots=True)
class Told:
    """An object and the state that says it."""

    object: StixObject
    origin: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline. `until` is "" for a point; `certain` is False when the ends are the limits of a vague
    date; `open` when the end, or the beginning, was not said. `about` names what a sighting is of."""

    at: str
    until: str
    kind: str
    sort: str  # "world": when it happened; "record": when it was written down
    object: str
    said_by: str
    certain: bool = True
    open: bool = False
    count: int = 1
    about: str = ""


def timeline(told: Iterable[Told]) -> tuple[Event, ...]:
    """All that is dated in the objects, earliest first; the same saying from the same state stands once."""
    events = {event for each in told for event in _events(each)}
    return tuple(sorted(events, key=_order))


def span(text: str) -> tuple[str, str] | None:
    """The first and last instant a date can mean: equal for an instant; None when it is no date."""
    if is_instant(text):
        return text, text
    found = _PARTIAL.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if year < 1 or month > 12 or (found[2] and not month):
        return None
    last_month = month or 12
    last_day = day or monthrange(year, last_month)[1]
    if last_day > monthrange(year, last_month)[1] or (found[3] and not day):
        return None
    return f"{year:04}-{month or 1:02}-{day or 1:02}T00:00:00Z", f"{year:04}-{last_month:02}-{last_day:02}T23:59:59Z"


def _events(told: Told) -> Iterator[Event]:
    content = told.object.content
    for first, last, meaning, sort in _KINDS:
        begins, ends = _dated(content, first), _dated(content, last)
        if (begins or ends) and not (first == "modified" and content.get("created") == content.get("modified")):
            yield _event(told, meaning, sort, begins, ends, bool(last))


def _event(
    told: Told, meaning: str, sort: str, begins: tuple[str, str] | None, ends: tuple[str, str] | None, ranged: bool
) -> Event:
    content = told.object.content
    known = [part for part in (begins, ends) if part]
    at, until = known[0][0], known[-1][1]
    sighting = told.object.type == "sighting"
    count = content.get("count" if sighting else "number_observed", 1)
    return Event(
        at,
        "" if until == at else until,
        "sighted" if sighting and meaning == "seen" else meaning,
        sort,
        told.object.id,
        told.origin,
        certain=all(low == high for low, high in known),
        open=ranged and len(known) == 1,
        count=count if meaning in ("seen", "observed") and isinstance(count, int) else 1,
        about=str(content.get("sighting_of_ref", "")) if sighting else "",
    )


def _dated(content: Mapping[str, object], key: str) -> tuple[str, str] | None:
    value = content.get(key) if key else None
    return span(value) if isinstance(value, str) else None


def _order(event: Event) -> tuple[int, int, str, str, str]:
    until = nanoseconds(event.until) if event.until else nanoseconds(event.at)
    return nanoseconds(event.at), until, event.kind, event.object, event.said_by
