"""Lessons learnt, and the plans they concern."""

import pytest

from oureyes.errors import InvalidObject
from oureyes.model.objects import StixObject
from oureyes.plan.lessons import Lesson, Outcome, from_stix, to_stix

TIMES = {"created": "2026-07-01T00:00:00Z", "modified": "2026-07-01T00:00:00Z", "created_by": "identity--1"}
LESSON = Lesson(
    "x-oureyes-lesson--00000000-0000-4000-8000-000000000001",
    "x-oureyes-plan--00000000-0000-4000-8000-000000000001",
    "the wallet changed the day the first domain went down",
    Outcome.CHANGED,
    "ID",
    "take both at once",
    ("domain-name--00000000-0000-4000-8000-000000000002",),
)


def test_a_lesson_survives_the_journey_and_so_do_unknown_fields() -> None:
    first = StixObject.make({**to_stix(LESSON, **TIMES).content, "x_new": 1})
    again = to_stix(LESSON, **TIMES, previous=first)
    assert from_stix(again) == LESSON
    assert again.content["x_new"] == 1


def test_a_lesson_points_at_its_plan() -> None:
    assert ("plan_ref", LESSON.plan) in list(to_stix(LESSON, **TIMES).references())


@pytest.mark.parametrize("change", [{"outcome": "shrug"}, {"type": "tool", "id": "tool--" + LESSON.id[-36:]}])
def test_what_is_no_lesson_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(InvalidObject):
        from_stix(StixObject.make({**to_stix(LESSON, **TIMES).content, **change}))
