"""Servers of others as values, and how long to wait for one that fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade
from oureyes.model.markings import TLP, Marking
from oureyes.model.remotes import Progress, Remote, wait_ms


def test_a_remote_survives_being_kept() -> None:
    made = Remote("them", "https://x.example/", types=frozenset({"indicator"}), max_grade=Grade("C", "3"))
    made = made.but(marking=Marking(TLP.GREEN), user="us", ca="pem")
    assert Remote.from_json(made.to_json()) == made


@pytest.mark.parametrize("more", [{"interval_s": 1}, {"limit": 0}, {"overlap_s": -1}, {"push": True}])
def test_what_makes_no_sense_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(InvalidObject):
        Remote("them", "https://x.example/", **more)  # type: ignore[arg-type]  # what a person might write
    with pytest.raises(InvalidObject):
        Remote("th em", "https://x.example/")


@given(st.integers(10, 100_000), st.integers(0, 40), st.floats(0, 1))
def test_each_failure_waits_longer_up_to_an_end(interval: int, attempts: int, luck: float) -> None:
    usual = interval * 1_000
    waits = wait_ms(interval, attempts, luck)
    assert usual * 0.75 <= waits <= max(usual, 6 * 3_600_000) * 1.25
    assert wait_ms(interval, 0, luck) == usual


def test_progress_goes_one_page_on_and_counts_what_was_done_and_put_aside() -> None:
    gone = Progress(newest="n", pages=1, objects=4, stored=3, put_aside=1).went("etag", 2, 1)
    assert gone == Progress(newest="n", following="etag", pages=2, objects=7, stored=5, put_aside=2)
