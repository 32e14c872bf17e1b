"""The row of one object, and which version of the cutting made it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.understand import wordbreaks
from oureyes.understand.fulltext import indexed, version, whole
from oureyes.understand.tokens import text_of, tokens

ZAWGYI, UNICODE = "ေအာင္ဝင္းေဇာ္", "အောင်ဝင်းဇော်"


@settings(deadline=None)  # tables of readings are loaded on first use
@given(st.text(max_size=60))
def test_the_pieces_come_first_and_are_the_same_with_and_without_icu(text):
    content = {"type": "note", "id": "x", "content": text}
    pieces = tokens(text_of(content))
    with_icu = indexed(content).split()
    assert with_icu[: len(pieces)] == pieces
    breaker, wordbreaks.breaker = wordbreaks.breaker, lambda: None
    try:
        assert indexed(content).split()[: len(pieces)] == pieces
    finally:
        wordbreaks.breaker = breaker


def test_the_version_says_whether_icu_cut(monkeypatch):
    assert "icu" in version()
    monkeypatch.setattr(wordbreaks, "version", lambda: "")
    assert "icu" not in version()
    assert version()


def test_zawgyi_is_indexed_as_unicode():
    assert indexed({"type": "note", "content": ZAWGYI}) == indexed({"type": "note", "content": UNICODE})


def test_only_a_question_of_one_unspaced_run_has_whole_words():
    assert whole("จักรยาน") == ("1" + tokens_of("จักรยาน"),)
    assert len(whole("打击恐怖主义")) == 3
    assert whole("fund") == whole("จักร fund") == whole("จักร-จักร") == ()


def tokens_of(word):
    return "u" + word.encode("utf-16-be").hex()


def test_english_text_adds_nothing_to_its_pieces():
    content = {"type": "note", "content": "Police arrested a man who sent money."}
    assert indexed(content).split() == tokens(content["content"])
