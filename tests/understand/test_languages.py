"""Which language a report is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.understand.languages import NAMES, language_of
from oureyes.understand.samplereports import REPORTS


@pytest.mark.parametrize("language", REPORTS)
def test_the_sample_reports_are_told_by_their_language(language):
    told = [language_of(text) for text in REPORTS[language]]
    assert told.count(language) >= len(told) - 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ema sira iha foho hodi ba merkadu ne'e", "tet"),
        ("Ông ấy đã chuyển tiền", "vi"),
        ("ตำรวจจับ Thongdi Phromma ที่ Bangkok", "th"),
        ("محمد علي", "ar"),
        ("192.0.2.7 zzz qqq", ""),
        ("", ""),
        ("12345", ""),
    ],
)
def test_script_and_common_words_tell(text, language):
    assert language_of(text) == language


@given(st.text(max_size=80))
def test_any_text_has_a_known_language_or_none(text):
    assert language_of(text) in {"", *NAMES}
