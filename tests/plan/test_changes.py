"""What a change of evidence means to a plan's owners, in words."""

from oureyes.model.plans import Claim, Evidence, Finding, Plan, Status, Validity
from oureyes.plan.changes import Cause, changes

PLAN = Plan(
    "x-oureyes-plan--1",
    "stop it",
    (Claim("c1", "a", (Evidence("indicator--1"),)), Claim("c2", "b", (Evidence("indicator--2"),))),
    (),
    ("ID",),
)


def validity(whole: Status, *claims: Status, reason: str = "because") -> Validity:
    findings = tuple(Finding(f"c{index}", status, reason) for index, status in enumerate(claims, 1))
    return Validity(whole, reason, findings)


def test_a_lost_claim_names_what_happened_who_did_it_and_when() -> None:
    before = validity(Status.HOLDS, Status.HOLDS, Status.HOLDS)
    after = validity(Status.BROKEN, Status.HOLDS, Status.BROKEN)
    causes = [
        Cause("indicator--2", "was retracted", "ID", "2026-07-01T09:00:00Z"),
        Cause("x", "was retracted", "MY", ""),
    ]
    assert changes(PLAN, before, after, causes) == (
        "the plan held and now is broken",
        "claim c2 lost its footing: indicator--2 was retracted by ID on 2026-07-01",
    )


def test_without_a_cause_the_reason_is_given() -> None:
    before, after = validity(Status.HOLDS, Status.HOLDS), validity(Status.HOLDS, Status.WEAKENED, reason="it is stale")
    assert changes(PLAN, before, after) == ("claim c1 was weakened: it is stale",)


def test_getting_better_is_said_as_getting_better() -> None:
    before, after = validity(Status.BROKEN, Status.BROKEN), validity(Status.HOLDS, Status.HOLDS)
    assert changes(PLAN, before, after)[1] == "claim c1 holds again: because"
    assert changes(PLAN, before, validity(Status.BROKEN, Status.WEAKENED)) == (
        "claim c1 stands again, but weakly: because",
    )


def test_nothing_changed_is_no_line() -> None:
    assert changes(PLAN, validity(Status.HOLDS, Status.HOLDS), validity(Status.HOLDS, Status.HOLDS)) == ()


def test_another_reason_for_the_same_standing_is_said() -> None:
    after = validity(Status.BROKEN, Status.BROKEN, reason="another")
    assert changes(PLAN, validity(Status.BROKEN, Status.BROKEN), after) == (
        "claim c1 is still broken, for another reason: another",
    )


def test_new_and_removed_claims_are_named() -> None:
    before = Validity(Status.HOLDS, "", (Finding("c0", Status.HOLDS, ""),))
    after = validity(Status.HOLDS, Status.HOLDS)
    assert changes(PLAN, before, after) == ("claim c1 is new and holds: because", "claim c0 was taken out of the plan")


def test_what_nobody_did_names_nobody() -> None:
    assert Cause("a", "expired", "", "2026-07-01T09:00:00Z").words == "a expired on 2026-07-01"
