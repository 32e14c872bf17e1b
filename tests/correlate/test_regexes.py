"""Foreign regular expressions are bounded before they run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.correlate.regexes import guarded
from oureyes.errors import InvalidObject


@pytest.mark.parametrize("text", [r"(a+)+b", r"(a|a)*b", r"(a|ab|b){1,20}c", r"((a{1,4}){4}){4}b", r"a*a*a*a*b",
    "a?" * 30 + "a" * 30, "a{0,16}" * 10, "(", "(?P<x>", "[", "x" * 600])  # fmt: skip
def test_what_could_take_for_ever_or_is_none_is_refused(text):
    with pytest.raises(InvalidObject):
        guarded(text)


@pytest.mark.parametrize(
    ("text", "at_least"),
    [(r"^Final Report.+\.exe$", 4096), (r"(\d{1,3}\.){3}\d{1,3}", 4096), (r"(?:www\.)?evil\.example", 4096),
     (r".*evil.*", 500), (r"[*+{}()|]x", 4096), (r"a\{2,\}", 4096), (r"(?i)evil", 4096)],
)  # fmt: skip
def test_what_analysts_write_is_taken(text, at_least):
    assert guarded(text)[1] >= at_least


_PIECES = st.sampled_from(
    ["a", "b", ".", "[ab]", "a*", "a+", "a?", "a{1,3}", "(", ")", "|", ")*", "){2}", ")?", "^", "$"]
)


@settings(deadline=None)
@given(st.lists(_PIECES, max_size=10).map("".join))
def test_what_is_taken_ends(text):
    try:
        rule, longest = guarded(text)
    except InvalidObject:
        return
    for value in ("a" * longest, ("ab" * longest)[:longest], "a" * (longest - 1) + "c"):
        rule.search(value)
