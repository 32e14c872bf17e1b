"""Questions and replies as STIX, and the clock they come to."""

from __future__ import annotations

from uuid import UUID

import pytest

from oureyes.errors import InvalidObject
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.plan.questions import KIND, Question, Reply, clock, question_of, reply_of, to_note, to_stix
from oureyes.plan.requests import RequestState, Urgency

AT = "2026-07-01T00:00:00Z"
ASKED = Question(
    f"{KIND}--{UUID(int=1)}",
    "MY",
    "TH",
    "Is it he?",
    Urgency.URGENT,
    (f"identity--{UUID(int=2)}", f"file--{UUID(int=3)}"),
)
ANSWERED, SLIP, REFUSED = RequestState.ANSWERED, RequestState.ACKNOWLEDGED, RequestState.REFUSED


def test_a_question_comes_back_as_it_was_asked_by_whom_the_channel_says():
    made = to_stix(ASKED, AT)
    assert question_of(made, "MY") == ASKED
    assert question_of(made, "SG").asker == "SG"
    assert [name for name, _ in made.references()] == ["object_ref", "object_ref"]  # single: whole or not at all


@pytest.mark.parametrize(
    "broken", [{"question": 1}, {"asked": None}, {"urgency": "now"}, {"urgency": ["urgent"]}, {"type": "note"}]
)
def test_what_is_no_question_is_refused(broken):
    content = {**to_stix(ASKED, AT).content, **broken}
    content["id"] = f"{content['type']}--{UUID(int=1)}"
    with pytest.raises(InvalidObject):
        question_of(StixObject.make(content), "MY")


def test_a_reply_comes_back_as_it_was_given_and_another_note_is_none():
    said = Reply(ASKED.id, REFUSED, AT, "rights", "he is a witness")
    made = to_note(said, f"note--{UUID(int=4)}", "TH")
    assert reply_of(made) == said
    assert reply_of(StixObject.make({**made.content, "extensions": {}})) is None
    said = {"request_ref": ASKED.id, "state": "refused"}  # without a ground it is none
    assert reply_of(StixObject.make({**made.content, "extensions": {EXTENSIONS[KIND]: said}})) is None


def test_a_refusal_names_a_ground_and_nothing_else_does():
    for state, ground in ((REFUSED, ""), (REFUSED, "no time"), (ANSWERED, "rights"), (RequestState.OVERDUE, "")):
        with pytest.raises(InvalidObject):
            Reply(ASKED.id, state, AT, ground)


def test_the_clock_runs_from_the_first_receipt_and_stops_at_the_first_answer():
    assert clock(ASKED, [], [Reply(ASKED.id, SLIP, AT)]) is None
    later = "2026-07-01T07:00:00Z"
    found = clock(ASKED, [later, AT, "yesterday"], [Reply(ASKED.id, ANSWERED, later), Reply(ASKED.id, SLIP, AT)])
    assert found is not None
    assert (found.received, found.acknowledged, found.answered) == (AT, AT, later)
    assert found.state("2026-07-01T06:00:00Z") is RequestState.ACKNOWLEDGED
    assert not found.late
