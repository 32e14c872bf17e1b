"""Zawgyi: recognised, converted, and Unicode left alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.zawgyi import holds_zawgyi, is_zawgyi, to_unicode

PAIRS = [
    ("ေအာင္ဝင္းေဇာ္", "အောင်ဝင်းဇော်"),
    ("ေအာင္ဆန္းစုၾကည္", "အောင်ဆန်းစုကြည်"),
    ("မင္းေအာင္လႈိင္", "မင်းအောင်လှိုင်"),
    ("သန္းေ႐ႊ", "သန်းရွှေ"),
    ("ဦးသိန္းစိန္", "ဦးသိန်းစိန်"),
    ("ျမန္မာ", "မြန်မာ"),
    ("ခင္ၫြန္႔", "ခင်ညွန့်"),
    ("ေက်ာ္နြယ္ဘ", "ကျော်နွယ်ဘ"),
    ("ခ်ိုေဇာ္", "ချိုဇော်"),
]


@pytest.mark.parametrize(("zawgyi", "unicode"), PAIRS)
def test_zawgyi_becomes_unicode(zawgyi, unicode):
    assert is_zawgyi(zawgyi)
    assert to_unicode(zawgyi) == unicode


@pytest.mark.parametrize(("zawgyi", "unicode"), PAIRS)
def test_unicode_stays_as_it_is(zawgyi, unicode):
    assert not is_zawgyi(unicode)
    assert to_unicode(unicode) == unicode


@pytest.mark.parametrize("text", ["စန္ဒာ", "ဝဏ္ဏ", "သတ္တဝါ", "အင်္ဂါ", "ပစ္စည်း", "မန္တလေး", "ကျွန်ုပ်", "ရန်ကုန်မြို့", ""])
def test_stacked_unicode_is_not_taken_for_zawgyi(text):
    assert not is_zawgyi(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x0FFF), max_size=40))
def test_text_without_burmese_is_never_touched(text):
    assert to_unicode(text) == text


@given(st.text(alphabet=st.characters(min_codepoint=0x1000, max_codepoint=0x109F), max_size=20))
def test_any_burmese_can_be_converted(text):
    assert isinstance(to_unicode(text), str)


@pytest.mark.parametrize("escaped", [True, False])
def test_an_object_tells_whether_any_text_of_it_is_zawgyi(escaped):
    for name, said in ((PAIRS[0][0], True), (PAIRS[0][1], False), ("Aung", False), ("ทองดี", False)):
        content = {"type": "identity", "extensions": {"x": {"aliases": ["-", name]}}}
        assert holds_zawgyi(content, json.dumps(content, ensure_ascii=escaped).encode()) is said
