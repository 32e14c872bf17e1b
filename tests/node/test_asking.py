"""Questions between real nodes: both ledgers read one clock, and nothing leaves but by a release."""

from __future__ import annotations

import pytest
from a_case import an_object
from simulated import Clock, deliver, federation, for_

from oureyes.errors import InvalidObject, NotHeld, NotReleasable
from oureyes.model.markings import TLP
from oureyes.plan.requests import RequestState, Urgency


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def states(tmp_path, clock):
    nodes = federation(tmp_path / "nodes", ["MY", "TH", "SG"], clock, two_person_from="RED")
    yield nodes
    for node in nodes.values():
        node.close()


def put(node, to, text, **more):
    question, draft = node.ask(to, text, by="aziz", **more)
    node.approve(draft.id, by="salmah")
    return question


def one(node):
    (found,) = node.requests(by="somchai")
    return found


def test_both_ends_read_the_same_clock_to_the_microsecond(states, clock):
    asked = put(states["MY"], "TH", "Is it he?", urgency=Urgency.URGENT)
    assert one(states["MY"]).words == "not received yet"
    deliver(states)
    here, there = one(states["MY"]), one(states["TH"])
    assert here.clock == there.clock
    assert here.question == there.question == asked
    assert here.words.startswith("open, 7 h 59 min")
    clock.forward(hours=9)
    assert states["MY"].watch_requests() == 1
    assert states["MY"].watch_requests() == 0  # once
    assert states["TH"].watch_requests() == 1
    (alert,) = [alert for alert, *_ in states["TH"].inbox() if alert.event == "request"]
    assert alert.objects == (asked.id,)
    assert "overdue" in alert.headline
    assert one(states["MY"]).words.startswith("overdue")


def test_it_is_acknowledged_and_answered_and_both_know_it(states, clock):
    asked = put(states["MY"], "TH", "Is it he?")
    deliver(states)
    clock.forward(hours=13)
    assert states["TH"].watch_requests() == 1  # no sign of life for twelve hours
    for state in (RequestState.ACKNOWLEDGED, RequestState.ANSWERED):
        states["TH"].approve(states["TH"].reply(asked.id, state, text="yes", by="somchai").id, by="malee")
        deliver(states)
        assert one(states["MY"]).clock == one(states["TH"]).clock
    assert one(states["MY"]).words == "answered in time"
    assert states["MY"].requests(by="aziz")[0].replies[-1].text == "yes"
    assert states["SG"].requests(by="lim") == []


def test_a_refusal_carries_its_ground(states):
    asked = put(states["MY"], "TH", "Is it he?")
    deliver(states)
    with pytest.raises(InvalidObject):
        states["TH"].reply(asked.id, RequestState.REFUSED, by="somchai")
    draft = states["TH"].reply(asked.id, RequestState.REFUSED, ground="rights", by="somchai")
    states["TH"].approve(draft.id, by="malee")
    deliver(states)
    assert one(states["MY"]).words == "refused: it would put a person's fundamental rights at risk"
    assert dict(states["TH"].yearly(2026).grounds) == {"rights": 1}


def test_a_late_answer_is_counted_as_late_in_the_years_figures(states, clock):
    asked = put(states["MY"], "TH", "Is it he?", urgency=Urgency.URGENT)
    deliver(states)
    clock.forward(hours=9)
    for state in (RequestState.ACKNOWLEDGED, RequestState.ANSWERED):
        states["TH"].reply(asked.id, state, by="somchai")
    counts = states["TH"].yearly(2026).counts
    assert (counts["requests answered"], counts["answered late"]) == (1, 1)
    assert states["MY"].yearly(2026).counts["requests made"] == 1


def test_only_the_state_that_was_asked_can_reply(states):
    asked = put(states["MY"], "TH", "Is it he?")
    deliver(states)
    for name in ("MY", "SG"):
        with pytest.raises(NotHeld):
            states[name].reply(asked.id, RequestState.ANSWERED, by="x")
    assert one(states["TH"]).replies == ()


def test_a_question_about_what_the_partner_may_not_know_of_does_not_leave(states):
    secret = an_object("identity", name="Known at home", identity_class="individual")
    states["MY"].record_objects([secret], by="aziz", marking=for_(tlp=TLP.RED))
    _, draft = states["MY"].ask("TH", "Is it he?", about=[secret.id], by="aziz")
    with pytest.raises(NotReleasable):
        states["MY"].approve(draft.id, by="salmah")
    with pytest.raises(NotHeld):
        states["MY"].ask("TH", "Is it he?", about=["identity--none"], by="aziz")
    deliver(states)
    assert states["TH"].requests(by="somchai") == []


def test_a_question_of_a_third_that_names_us_is_a_question_of_whoever_sent_it(states):
    """What is asked of SG is no business of TH, whatever else it gets."""
    question, _ = states["MY"].ask("SG", "Is it he?", by="aziz")
    states["MY"].mark([question.id], for_("SG", "TH"), by="aziz")
    states["MY"].approve(states["MY"].propose([question.id], ["SG", "TH"], by="aziz").id, by="salmah")
    deliver(states)
    assert states["TH"].requests(by="somchai") == []
    with pytest.raises(NotHeld):
        states["TH"].reply(question.id, RequestState.ANSWERED, by="somchai")
    assert one(states["SG"]).clock == one(states["MY"]).clock
