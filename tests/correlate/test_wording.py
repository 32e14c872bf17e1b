"""Wording is compared in any script, whatever links it carries; what is short or different is not put together."""

from hypothesis import given
from hypothesis import strategies as st

from oureyes.correlate.wording import likeness, shingles

CALL = "Brothers, the families of our martyrs are in need. Send what you can to the relief fund before Friday."
THAI = "พี่น้องทั้งหลาย ครอบครัวของพวกเราต้องการความช่วยเหลือ โปรดส่งเงินบริจาคเข้ากองทุนก่อนวันศุกร์"


def test_links_and_case_do_not_count():
    assert likeness(CALL, f"{CALL.upper()} https://a.example/1") == 1
    assert likeness(THAI, THAI) == 1


def test_other_words_are_another_text_and_a_short_one_has_no_pieces():
    assert likeness(CALL, "The weather in the north is expected to be dry. Farmers should water early.") < 0.1
    assert shingles("short text") == frozenset()


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_from_either_side(one, other):
    assert 0 <= likeness(one, other) == likeness(other, one) <= 1
