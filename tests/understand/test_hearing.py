"""Names of one script, found from another by their sound."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.understand import wordbreaks
from oureyes.understand.fulltext import indexed, matched_as
from oureyes.understand.hearing import heard, sounds
from oureyes.understand.query import query
from oureyes.understand.tokens import text_of

NAMES = {
    "ทองดี": "Thongdi", "ສີສຸລິດ": "Sisoulit", "សុភាព": "Sopheap", "ကျော်": "Kyaw", "陈美玲": "Chen Meiling",
    "محمد": "Muhammad", "சிவராசா": "Sivarasa", "จักร": "Chak",
}  # fmt: skip


def row(kind="note", **content):
    return set(indexed({"type": kind, "id": "x", **content}).split())


def met(text, content):
    return matched_as({"type": "note", "id": "x", **content}, query(text).ear)


@pytest.mark.parametrize(("native", "latin"), NAMES.items())
def test_a_latin_name_is_found_in_the_script_it_came_from(native, latin):
    assert met(latin, {"content": f"({native})"}) != ""


@pytest.mark.parametrize(("native", "latin"), NAMES.items())
def test_a_name_is_found_where_it_stands_in_latin_letters(native, latin):
    assert met(native, {"content": f"seen with {latin} at noon"}) == latin.replace(" ", ", ")


@pytest.mark.parametrize(("asked", "found"), [("ທອງດີ", "ทองดี"), ("ทองดี", "ທອງດີ")])
def test_a_name_is_found_in_a_third_script(asked, found):
    assert met(asked, {"content": f"({found})"}) == found


def test_a_name_inside_a_thai_sentence_is_found_with_icu():
    text = "ตำรวจจับนายทองดีที่โอนเงินให้สมชาย"
    assert met("Thongdi", {"content": text}) == "ทองดี"
    assert met("Somchai", {"content": text}) == "สมชาย"


def test_without_icu_names_in_name_fields_and_words_alone_are_found(monkeypatch):
    monkeypatch.setattr(wordbreaks, "breaker", lambda: None)
    assert met("Thongdi", {"name": "ทองดี พรหมมาทองคำสุข", "content": ""}) == "ทองดี พรหมมาทองคำสุข"
    assert met("Thongdi", {"content": "ผู้ต้องสงสัยคือ ทองดี ซึ่งโอนเงิน"}) == "ทองดี"
    assert met("Thongdi", {"content": "ตำรวจจับนายทองดีที่โอนเงิน"}) == ""


def test_of_several_words_that_sound_so_those_that_stand_together_are_shown():
    assert met("Chen Meiling", {"content": "警方逮捕了陈美玲在新加坡"}) == "陈, 美玲"


def test_latin_names_are_heard_only_of_persons_and_organisations():
    assert "2tunti" in row("identity", name="Thongdi")
    assert not [token for token in row("indicator", name="Thongdi") if token[0] in "02"]


def test_a_value_is_never_heard():
    for value in ("evil.example.com", "192.0.2.7", "a@example.com", "T1059", "https://example.com/"):
        assert heard(value) == ()


def test_what_is_too_short_is_not_heard_alone_but_beside_something_longer():
    assert not query("Li").by_ear(sqlite=True)
    assert query("Mei Ling").by_ear(sqlite=True)


def test_a_beginning_a_phrase_left_out_and_a_star_are_taken_as_written():
    assert not query("Thongd*").by_ear(sqlite=True)
    assert "0tunti" not in query("fund -Thongdi").by_ear(sqlite=True)


def test_what_one_word_and_one_object_add_to_the_index_is_bounded():
    one = {"type": "note", "content": "陈美玲"}
    assert len(sounds(one, text_of(one), [["陈美玲"]]).at) <= 8
    words = [[chr(0x4E00 + n) + chr(0x4F00 + n)] for n in range(1_000)]
    many = {"type": "note", "content": "".join(word for run in words for word in run)}
    assert len(sounds(many, text_of(many), words).at) <= 1_200 + 8 + 3


@settings(deadline=None)  # tables of readings are loaded on first use
@given(st.text("ทองดีພົມມາសុខ陈美玲محمدசிவ ok-'.", max_size=30))
def test_every_token_is_plain_ascii_and_no_sound_looks_like_a_word(text):
    for token in row("identity", name=text):
        assert re.fullmatch("[a-z][a-z0-9]*|1u[0-9a-f]+|[02][a-z]{2,20}", token)


@settings(deadline=None)  # tables of readings are loaded on first use
@given(st.text(max_size=40))
def test_nothing_typed_is_syntax_by_ear_either(text):
    for way in heard(text):
        assert all(re.fullmatch("[02]?[a-z]+", spelling) for spellings in way for spelling in spellings)
