"""The questions asked before a notice on a person leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.release import QUESTIONS, Answers, gate
from oureyes.release.neutrality import needed

NOTICE = "x-oureyes-notice"
NO = dict.fromkeys(QUESTIONS, "no")


def test_only_notices_pass_the_gate():
    assert needed(NOTICE)
    assert gate("indicator", None) is None


def test_unanswered_questions_shut_the_gate_and_are_named():
    assert "have not been answered" in gate(NOTICE, None)
    assert "minor" in gate(NOTICE, Answers("ayu", {name: "no" for name in QUESTIONS if name != "minor"}))


def test_no_to_all_opens_it():
    assert gate(NOTICE, Answers("ayu", NO)) is None


@given(st.dictionaries(st.sampled_from(sorted(QUESTIONS)), st.sampled_from(("no", "yes", "unsure"))), st.booleans())
def test_any_doubt_needs_a_second_person_who_clears_it(answers, cleared):
    alone, reviewed = Answers("ayu", answers), Answers("ayu", answers, "budi", cleared)
    whole, doubtful = len(answers) == len(QUESTIONS), any(said != "no" for said in answers.values())
    assert (gate(NOTICE, alone) is None) == (whole and not doubtful)
    assert (gate(NOTICE, reviewed) is None) == (whole and (cleared or not doubtful))


@pytest.mark.parametrize("reviewer", ["ayu", "Ayu", " ayu "])
def test_nobody_reviews_their_own_answers(reviewer):
    with pytest.raises(InvalidObject, match="reviewer"):
        Answers("ayu", {**NO, "political": "yes"}, reviewer, True)


@pytest.mark.parametrize("answers", [{"weather": "no"}, {"political": "perhaps"}])
def test_an_unknown_question_or_answer_is_refused(answers):
    with pytest.raises(InvalidObject):
        Answers("ayu", answers)
