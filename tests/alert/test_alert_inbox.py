"""How an alert moves through the inbox: new, seen, assigned, done."""

import pytest

from oureyes.alert.inbox import TRANSITIONS, move
from oureyes.errors import Refused
from oureyes.model.findings import Alert, AlertState

ALERT = Alert("a1", "c", "match", "h", (), "ID", "2026-07-01T00:00:00Z", "sari")


def test_an_alert_goes_from_new_to_done_and_can_be_reopened() -> None:
    alert = ALERT
    for state in (AlertState.SEEN, AlertState.ASSIGNED, AlertState.DONE, AlertState.SEEN):
        alert = move(alert, state, "sari")
    assert alert.state is AlertState.SEEN


def test_assigning_gives_it_to_an_officer() -> None:
    assert move(ALERT, AlertState.ASSIGNED, "sari", "budi").owner == "budi"
    assert move(ALERT, AlertState.ASSIGNED, "sari").owner == "sari"


def test_nothing_is_ever_new_again() -> None:
    assert all(AlertState.NEW not in after for after in TRANSITIONS.values())
    assert set(TRANSITIONS) == set(AlertState)


def test_a_step_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(Refused, match="from done to seen"):
        move(move(ALERT, AlertState.DONE, "sari"), AlertState.ASSIGNED, "sari")


def test_nobody_moves_nothing() -> None:
    with pytest.raises(Refused):
        move(ALERT, AlertState.SEEN, "")
