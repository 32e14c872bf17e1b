"""What restSearch asks for is read as MISP means it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.interfaces.misp.filters import Words, asked

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("a", Words(("a",))),
        (["a", "b"], Words(("a", "b"))),
        (["a", "!b"], Words(("a",), (), ("b",))),
        ("a&&!b", Words(("a",), (), ("b",))),
        ({"OR": ["a"], "AND": ["b"], "NOT": ["c"]}, Words(("a",), ("b",), ("c",))),
        ({"or": "a", "not": "c"}, Words(("a",), (), ("c",))),
    ],
)
def test_words_are_alternatives_demands_and_exclusions(said, found):
    assert asked({"tags": said}, NOW).tags == found


@pytest.mark.parametrize(
    ("words", "texts", "fits"),
    [
        (Words(("A%",)), ["abc"], True),
        (Words(("%b%",)), ["abc"], True),
        (Words(("b",)), ["abc"], False),
        (Words(("a.c",)), ["abc"], False),
        (Words((), ("a", "b")), ["a"], False),
        (Words((), ("a", "b")), ["b", "a"], True),
        (Words((), (), ("a",)), ["b"], True),
        (Words((), (), ("a",)), ["a", "b"], False),
        (Words(("ข่าว%",)), ["ข่าวกรอง"], True),
    ],
)
def test_words_fit(words, texts, fits):
    assert words.fits(texts) is fits


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("5d", (NOW - 5 * 86_400, float("inf"))),
        ("1699999999", (1_699_999_999.0, float("inf"))),
        (["2d", "1d"], (NOW - 2 * 86_400, NOW - 86_400)),
        (["1d", "2d"], (NOW - 2 * 86_400, NOW - 86_400)),
        ("2023-11-14", (1_699_920_000.0, float("inf"))),
    ],
)
def test_a_time_is_an_age_a_timestamp_a_day_or_two_of_them(said, span):
    assert asked({"publish_timestamp": said}, NOW).published_at == span


def test_a_time_is_the_events_where_events_are_asked_for():
    assert asked({"timestamp": "1d"}, NOW, of_events=True).event_changed is not None
    assert asked({"timestamp": "1d"}, NOW).changed is not None


@pytest.mark.parametrize("form", [{"colour": "x"}, {"timestamp": "soon"}])
def test_what_cannot_be_understood_is_refused(form):
    with pytest.raises(InvalidObject):
        asked(form, NOW)


@pytest.mark.parametrize("form", [{"limit": "x"}, {"page": [1]}, {"limit": "9" * 40}])
def test_a_page_is_a_number(form):
    with pytest.raises(InvalidObject):
        asked(form, NOW).page(100)


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4), st.text(max_size=5))
def test_one_more_exclusion_never_finds_more(some, texts, no):
    words = Words(tuple(some))
    assert words.fits(texts) or not Words(tuple(some), (), (no,)).fits(texts)
