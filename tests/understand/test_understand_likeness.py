"""How alike two reports are, measured against unlike ones in the same two languages."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.understand.likeness import ONE_IN_A_HUNDRED, TYPES, Report, Space, report_text
from oureyes.understand.samplereports import REPORTS

WIDE = 24
ZAWGYI = "ေအာင္ဝင္းေဇာ္ ေအာင္ဝင္းေဇာ္ ေအာင္"


def world(seed=7, languages=("en", "th", "my")):
    """Vectors as a multilingual model gives them: mostly the language, then the meaning, then noise."""
    chosen = random.Random(seed)
    tongue = {language: [chosen.gauss(0, 1) for _ in range(WIDE)] for language in languages}
    meaning: dict[str, list[float]] = {}

    def vector(language, what):
        if what not in meaning:
            meaning[what] = [chosen.gauss(0, 0.4) for _ in range(WIDE)]
        return [a + b + chosen.gauss(0, 0.04) for a, b in zip(tongue[language], meaning[what], strict=True)]

    return vector, {language: [vector(language, f"sample {n}") for n in range(6)] for language in languages}


def near(space, one, other):
    return space.likeness(one.language, space.centred(one), other.language, space.centred(other))


def test_one_crime_in_two_languages_is_nearer_than_two_in_one_language():
    vector, samples = world()
    space = Space(samples)
    english, thai = Report("en", vector("en", "bomb")), Report("th", vector("th", "bomb"))
    stranger = Report("en", vector("en", "fraud"))
    assert near(space, english, thai) > ONE_IN_A_HUNDRED > near(space, english, stranger)


def test_without_the_means_the_language_would_decide():
    vector, _ = world()

    def cosine(one, other):
        lengths = math.dist(one, [0] * WIDE) * math.dist(other, [0] * WIDE)
        return sum(x * y for x, y in zip(one, other, strict=True)) / lengths

    assert cosine(vector("en", "bomb"), vector("en", "fraud")) > cosine(vector("en", "bomb"), vector("th", "bomb"))


def test_likeness_is_symmetric_and_a_report_is_like_itself():
    vector, samples = world()
    space = Space(samples)
    one, other = Report("en", vector("en", "bomb")), Report("my", vector("my", "bomb"))
    assert near(space, one, other) == pytest.approx(near(space, other, one))
    assert near(space, one, one) > ONE_IN_A_HUNDRED


def test_what_is_held_moves_the_mean_of_its_language_alone():
    vector, samples = world()
    held = [Report("th", vector("th", f"held {n}")) for n in range(5)]
    thai, english = Report("th", vector("th", "x")), Report("en", vector("en", "x"))
    assert Space(samples, held).centred(thai) != Space(samples).centred(thai)
    assert Space(samples, held).centred(english) == Space(samples).centred(english)


def test_a_language_without_samples_takes_the_mean_of_what_is_held_or_of_all():
    vector, samples = world(languages=("en", "th", "my", "xx"))
    known = {language: found for language, found in samples.items() if language != "xx"}
    report = Report("xx", vector("xx", "bomb"))
    assert Space(known).centred(report)
    own = Space(known, [Report("xx", one) for one in samples["xx"]])
    assert near(own, report, Report("en", vector("en", "bomb"))) > ONE_IN_A_HUNDRED


@given(st.lists(st.floats(-5, 5), min_size=WIDE, max_size=WIDE))
def test_what_is_centred_has_length_one_or_none(values):
    _, samples = world()
    found = Space(samples).centred(Report("en", values))
    assert math.dist(found, [0.0] * WIDE) == pytest.approx(1, abs=1e-6)


def test_a_report_is_its_name_and_text_in_unicode_and_no_longer_than_a_page():
    assert report_text({"type": "report", "name": "A title of a report", "description": "and what it says"}) == (
        "A title of a report\nand what it says"
    )
    assert report_text({"type": "identity", "name": "a person " * 9}) == ""
    assert report_text({"type": "note", "content": "short"}) == ""
    assert len(report_text({"type": "note", "content": "x" * 9_000})) == 2_000
    assert "\0" not in report_text({"type": "note", "content": "a\0b" * 20})
    assert "အောင်ဝင်းဇော်" in report_text({"type": "note", "content": ZAWGYI})
    assert "report" in TYPES


def test_the_samples_are_the_same_reports_in_each_language():
    assert {len(told) for told in REPORTS.values()} == {6}
    assert len(REPORTS) == 12
    assert len({text for told in REPORTS.values() for text in told}) == 72
