"""Where an alert may go from where it is: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from oureyes.errors import Refused
from oureyes.model.findings import Alert, AlertState

__all__ = ["TRANSITIONS", "move"]

_NEW, _SEEN, _ASSIGNED, _DONE = AlertState.NEW, AlertState.SEEN, AlertState.ASSIGNED, AlertState.DONE

TRANSITIONS: Mapping[AlertState, frozenset[AlertState]] = {
    _NEW: frozenset([_SEEN, _ASSIGNED, _DONE]),
    _SEEN: frozenset([_ASSIGNED, _DONE]),
    _ASSIGNED: frozenset([_SEEN, _ASSIGNED, _DONE]),  # given back, handed on, finished
    _DONE: frozenset([_SEEN]),  # reopened; never new again: somebody knows it
}


def move(alert: Alert, to: AlertState, by: str, assignee: str = "") -> Alert:
    """The alert in its next state, moved by a person. Assigning gives it to `assignee`, else to `by`. Refused when the
    table has no such step."""
    if not by:
        raise Refused(f"alert {alert.id}", "the person who moves it", "nobody", "say who")
    if to not in TRANSITIONS[alert.state]:
        allowed = ", ".join(sorted(TRANSITIONS[alert.state]))
        raise Refused(f"alert {alert.id}", f"from {alert.state} to {allowed}", str(to), "read it again: it has moved")
    return replace(alert, state=to, owner=(assignee or by) if to is _ASSIGNED else alert.owner)
