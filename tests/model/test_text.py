"""Characters that hide or reorder are found and shown; those a script is written with are left alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.text import hidden, reveal, strings, suspicious


def test_an_override_is_named_and_shown():
    assert hidden("invoice\u202egnp.exe") == ("U+202E RIGHT-TO-LEFT OVERRIDE",)
    assert reveal("invoice\u202egnp.exe\u200b") == "invoice⟦U+202E⟧gnp.exe⟦U+200B⟧"


@pytest.mark.parametrize(
    "text",
    [
        "ភាសា\u200bខ្មែរ",
        "ไทย\u200bลาว",
        "မြန်မာ\u200bစာ",
        "کتاب\u200cها",
        "👨\u200d👩\u200d👧",
        "line\nbreak\ttab",
        "Nguyễn",
    ],
)
def test_what_a_script_is_written_with_hides_nothing(text):
    assert hidden(text) == ()
    assert reveal(text) == text


@given(st.text(max_size=60))
def test_nothing_hidden_is_left_once_it_is_revealed(text):
    assert not hidden(reveal(text))


@given(st.text(max_size=30), st.booleans())
def test_the_quick_look_never_misses_what_the_slow_one_finds(text, escaped):
    if hidden(text):
        try:
            raw = json.dumps(text, ensure_ascii=escaped).encode()
        except UnicodeEncodeError:
            return
        assert suspicious(raw)


def test_strings_are_found_however_deep_and_keys_too():
    assert sorted(strings({"a": ["b", {"c": "d"}], "e": 1})) == ["a", "b", "c", "d", "e"]
