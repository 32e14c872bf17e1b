"""Questions to partners, and their clocks."""

import pytest

from oureyes.errors import InvalidObject
from oureyes.plan.requests import GROUNDS, Clock, RequestState, Urgency

START = "2026-07-01T00:00:00Z"


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (Urgency.URGENT, "2026-07-01T08:00:00.000000Z"),
        (Urgency.URGENT_INDIRECT, "2026-07-04T00:00:00.000000Z"),
        (Urgency.ORDINARY, "2026-07-08T00:00:00.000000Z"),
        (Urgency.HIT, "2026-07-03T00:00:00.000000Z"),
    ],
)
def test_the_kind_sets_the_term(kind: Urgency, due: str) -> None:
    assert Clock(kind, START).due() == due


@pytest.mark.parametrize(
    ("clock", "at", "state"),
    [
        (Clock(Urgency.URGENT, START), "2026-07-01T08:00:00Z", RequestState.OPEN),
        (Clock(Urgency.URGENT, START), "2026-07-01T08:00:01Z", RequestState.OVERDUE),
        (Clock(Urgency.ORDINARY, START, "2026-07-01T01:00:00Z"), "2026-07-02T00:00:00Z", RequestState.ACKNOWLEDGED),
        (Clock(Urgency.ORDINARY, START, "2026-07-01T01:00:00Z"), "2026-07-09T00:00:00Z", RequestState.OVERDUE),
        (Clock(Urgency.URGENT, START, answered="2026-07-09T00:00:00Z"), "2026-07-10T00:00:00Z", RequestState.ANSWERED),
        (Clock(Urgency.ORDINARY, START, answered="2026-07-03T00:00:00Z"), "2026-07-02T00:00:00Z", RequestState.OPEN),
        (Clock(Urgency.HIT, START, refused="2026-07-02T00:00:00Z", ground="rights"), "2026-07-10T00:00:00Z",
         RequestState.REFUSED),
    ],
)  # fmt: skip
def test_where_a_question_stands(clock: Clock, at: str, state: RequestState) -> None:
    assert clock.state(at) is state


def test_an_answer_slip_is_due_in_twelve_hours_or_with_the_answer() -> None:
    assert Clock(Urgency.ORDINARY, START).acknowledge_by() == "2026-07-01T12:00:00.000000Z"
    assert Clock(Urgency.URGENT, START).acknowledge_by() == Clock(Urgency.URGENT, START).due()


def test_a_missing_answer_slip_is_late_and_one_given_is_not() -> None:
    assert not Clock(Urgency.ORDINARY, START).unacknowledged("2026-07-01T12:00:00Z")
    assert Clock(Urgency.ORDINARY, START).unacknowledged("2026-07-01T12:00:01Z")
    assert not Clock(Urgency.ORDINARY, START, "2026-07-01T01:00:00Z").unacknowledged("2026-07-03T00:00:00Z")


def test_the_desk_reads_how_much_time_is_left() -> None:
    assert Clock(Urgency.URGENT, START).words("2026-07-01T06:30:00Z") == "open, 1 h 30 min left"
    assert Clock(Urgency.URGENT, START).words("2026-07-03T09:00:00Z") == "overdue, 2 d 1 h over"
    late = Clock(Urgency.URGENT, START, answered="2026-07-01T09:00:00Z")
    assert late.words("2026-07-02T00:00:00Z") == "answered late"
    refused = Clock(Urgency.URGENT, START, refused="2026-07-01T01:00:00Z", ground="not-held")
    assert refused.words("2026-07-02T00:00:00Z") == "refused: the information is not held"


@pytest.mark.parametrize(
    "times",
    [
        {"received": "yesterday"},
        {"refused": START},
        {"refused": START, "ground": "no"},
        {"ground": "rights"},
    ],
)
def test_a_refusal_needs_a_ground_and_times_are_instants(times: dict[str, str]) -> None:
    with pytest.raises(InvalidObject):
        Clock(Urgency.URGENT, **{"received": START, **times})


def test_every_ground_reads_as_a_sentence() -> None:
    assert all(words[0].islower() and len(words) < 90 for words in GROUNDS.values())
