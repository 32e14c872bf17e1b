"""What grows faster than its own past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.understand.trends import Series, bursts, counts, tail


def series(*values: int) -> Series:
    return Series("terrorism", "2026-01-01", "day", values)


def test_days_without_any_are_counted_as_zero() -> None:
    (found,) = counts(
        [("2026-03-01T10:00:00Z", "a"), ("2026-03-03T00:00:00Z", "a"), ("2026-02-01T00:00:00Z", "a")],
        "2026-03-03T12:00:00Z",
        periods=4,
    )
    assert (found.start, found.counts, found.period(3)) == ("2026-02-28", (0, 1, 0, 1), "2026-03-03")


def test_weeks_begin_on_monday() -> None:
    (found,) = counts([("2026-03-01T00:00:00Z", "a"), ("2026-03-02T00:00:00Z", "a")], "2026-03-08T23:59:59Z", "week", 2)
    assert (found.start, found.counts) == ("2026-02-23", (1, 1))


def test_a_few_after_a_long_silence_are_a_burst_with_its_counts() -> None:
    (found,) = bursts([series(*[0] * 28, 3)])
    assert (found.count, found.period) == (3, "2026-01-29")
    assert found.words == "terrorism: 3 from 2026-01-29, about 0.0 expected (0 in the 28 periods before)"


@pytest.mark.parametrize(
    "values",
    [[2] * 28 + [3], [0] * 28 + [2], [0, 9, 1, 14, 0, 11, 2, 13, 0, 8, 1, 12, 3, 16], [5], [30, 28, 33, 31, 36]],
)
def test_the_ordinary_is_no_burst(values: list[int]) -> None:
    assert bursts([series(*values)]) == ()


def test_the_most_improbable_comes_first() -> None:
    found = bursts([series(*[1] * 28, 9), Series("scams", "2026-01-01", "day", (*[1] * 28, 20))])
    assert [burst.key for burst in found] == ["scams", "terrorism"]


@given(st.integers(0, 60), st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_the_tail_is_a_probability_that_falls_with_the_count(count: int, past: list[int]) -> None:
    assert 0 <= tail(count + 1, past) <= tail(count, past) <= 1


def test_a_longer_past_of_the_same_rate_makes_the_same_count_more_surprising() -> None:
    assert tail(6, [1] * 60) < tail(6, [1] * 3)
