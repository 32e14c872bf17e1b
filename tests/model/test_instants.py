"""Points in time as text, exact."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.instants import is_instant, nanoseconds, of_datetime, to_datetime


def test_the_same_instant_may_be_written_in_several_ways() -> None:
    assert nanoseconds("2026-03-01T08:00:00Z") == nanoseconds("2026-03-01T08:00:00.000000000Z")
    assert nanoseconds("2026-03-01T08:00:00.1Z") > nanoseconds("2026-03-01T08:00:00.099999999Z")


def test_a_leap_second_is_an_instant() -> None:
    assert nanoseconds("2016-12-31T23:59:60Z") == nanoseconds("2017-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "text", ["", "2026-03-01", "2026-03-01T08:00:00+07:00", "2026-13-01T00:00:00Z", "2026-03-01T08:00:00"]
)
def test_what_is_not_utc_to_the_second_is_refused(text: str) -> None:
    assert not is_instant(text)
    with pytest.raises(ValueError):
        nanoseconds(text)


def test_what_is_no_text_is_no_instant() -> None:
    assert not is_instant(None)
    assert not is_instant(1767225600)


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.timezones()))
def test_a_datetime_comes_back_to_the_microsecond(moment) -> None:  # type: ignore[no-untyped-def]  # hypothesis fills it in
    text = of_datetime(moment)
    assert to_datetime(text).timestamp() == pytest.approx(moment.timestamp(), abs=1e-5)
