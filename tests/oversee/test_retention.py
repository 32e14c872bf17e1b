"""What is due, when, and in which order: warn, hide, erase."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Role
from oureyes.oversee.retention import Due, Kept, Step, default_review, due

KEPT = Kept("identity--1", "ID", "2026-07-01T00:00:00Z")


def step(kept: Kept, at: str) -> Step | None:
    found = due([kept], at)
    return found[0].step if found else None


@pytest.mark.parametrize(
    ("kept", "at", "expected"),
    [
        (KEPT, "2026-05-31T23:59:59Z", None),
        (KEPT, "2026-06-01T00:00:00Z", Step.WARN),
        (replace(KEPT, done=Step.WARN), "2026-06-15T00:00:00Z", None),
        (replace(KEPT, done=Step.WARN), "2026-07-01T00:00:00Z", Step.HIDE),
        (replace(KEPT, done=Step.HIDE), "2026-09-28T00:00:00Z", None),
        (replace(KEPT, done=Step.HIDE), "2026-09-29T00:00:00Z", Step.ERASE),
        (replace(KEPT, done=Step.ERASE), "2030-01-01T00:00:00Z", None),
        (KEPT, "2030-01-01T00:00:00Z", Step.HIDE),
        (replace(KEPT, hold=True), "2030-01-01T00:00:00Z", Step.WARN),
        (replace(KEPT, hold=True, done=Step.WARN), "2030-01-01T00:00:00Z", None),
    ],
)
def test_one_step_at_its_time(kept: Kept, at: str, expected: Step | None) -> None:
    assert step(kept, at) is expected


def test_what_is_due_says_since_when_and_why() -> None:
    (found,) = due([replace(KEPT, done=Step.HIDE)], "2026-10-01T00:00:00Z")
    reason = "nobody prolonged it by 2026-07-01; hidden for 90 days"
    assert found == Due("identity--1", "ID", Step.ERASE, "2026-09-29T00:00:00.000000Z", reason)


def test_the_longest_overdue_comes_first() -> None:
    older = replace(KEPT, object="identity--2", review="2026-06-01T00:00:00Z")
    assert [one.object for one in due([KEPT, older], "2026-07-02T00:00:00Z")] == ["identity--2", "identity--1"]


@given(st.booleans(), st.sampled_from([None, *Step]), st.integers(2026, 2040))
def test_a_legal_hold_is_never_hidden_or_erased(hold: bool, done: Step | None, year: int) -> None:
    found = step(Kept("a", "ID", "2026-07-01T00:00:00Z", hold, done), f"{year}-01-01T00:00:00Z")
    assert not hold or found in (None, Step.WARN)
    assert found is not Step.ERASE or done is Step.HIDE


def test_those_who_did_nothing_are_kept_shorter() -> None:
    def term(role: Role | None, minor: bool = False, kind: str = "identity") -> int:
        return nanoseconds(default_review(kind, "2026-01-01T00:00:00Z", role, minor))

    assert term(Role.VICTIM) < term(Role.OTHER) < term(Role.SUSPECT)
    assert term(Role.SUSPECT, minor=True) < term(Role.SUSPECT)
    assert max(term(role, kind="report") for role in [None, *Role]) <= nanoseconds("2030-12-31T00:00:00Z")
