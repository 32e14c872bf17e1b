"""One grade, four scales, and the steps that lose something say so."""

import pytest

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade

TABLE = [  # Admiralty, 4x4, 3x5x2, STIX
    ("A1", "A1", "1A", "90"), ("A2", "A2", "1B", "70"), ("B2", "B2", "1B", "70"), ("C3", "B3", "1C", "50"),
    ("D4", "C4", "3D", "30"), ("E5", "C4", "3E", "10"), ("F6", "X4", "2D", "none"), ("G1", "C1", "3A", "90"),
    ("F3", "X3", "2C", "50"),
]  # fmt: skip


@pytest.mark.parametrize(("admiralty", "four", "three", "stix"), TABLE)
def test_a_grade_is_shown_in_every_scale(admiralty, four, three, stix):
    views = Grade.admiralty(admiralty).views()
    assert {name: view.text for name, view in views.items()} == {
        "admiralty": admiralty, "4x4": four, "3x5x2": three, "stix": stix,
    }  # fmt: skip


def test_a_view_is_lossy_exactly_when_another_grade_looks_the_same_there():
    grades = [Grade(source, information) for source in "ABCDEFG" for information in "123456"]
    for scale in ("admiralty", "4x4", "3x5x2"):
        for grade in grades:
            view = grade.views()[scale]
            alike = [one for one in grades if one.views()[scale].text == view.text]
            back = scale == "4x4" and Grade.four_by_four(view.text) == grade  # what 4x4 itself would be read as
            assert view.lossy == (len(alike) > 1 and not back), (scale, grade.text)
    assert all(grade.views()["stix"].lossy for grade in grades)  # the source is not in it at all


@pytest.mark.parametrize("text", ["A1", "B2", "C3", "X4", "A4", "X1"])
def test_a_4x4_grade_entered_is_shown_as_entered(text):
    assert Grade.four_by_four(text).views()["4x4"].text == text


@pytest.mark.parametrize("text", ["", "A", "Z1", "A9", "B22", "1A", "D1"])
def test_what_is_no_grade_is_refused(text):
    with pytest.raises(InvalidObject):
        Grade.admiralty(text) if text != "D1" else Grade.four_by_four(text)


def test_only_what_was_judged_counts_as_judged():
    assert not Grade("F", "6").judged
    assert Grade("F", "5").judged
    assert Grade("A", "6").confidence is None
