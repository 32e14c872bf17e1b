"""Whether a plan stands on its evidence, stated as cases and as properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.grades import Grade
from oureyes.model.plans import Claim, Evidence, EvidenceState, Plan, Status, Waiver
from oureyes.plan.validity import Standing, assess, judge, standing

NOW = "2026-07-01T00:00:00Z"
B2 = Grade.admiralty("B2")


def piece(name: str = "indicator--1", state: EvidenceState = EvidenceState.HELD, **but: object) -> Evidence:
    held = Evidence(name, "2026-06-01T00:00:00Z", B2, state, B2, "2026-06-01T00:00:00Z")
    return replace(held, **but)  # type: ignore[arg-type]  # any field


def claim(*evidence: Evidence, id: str = "c1", **but: object) -> Claim:
    return replace(Claim(id, "they move money", evidence), **but)  # type: ignore[arg-type]  # any field


def plan(*claims: Claim) -> Plan:
    return Plan("x-oureyes-plan--1", "stop it", claims, (), ("ID",))


RETRACTED, UNKNOWN, SUPERSEDED = EvidenceState.RETRACTED, EvidenceState.UNKNOWN, EvidenceState.SUPERSEDED


@pytest.mark.parametrize(
    ("evidence", "expected", "word"),
    [
        (piece(), Standing.SOUND, ""),
        (piece(grade=None), Standing.SOUND, ""),
        (piece(grade=Grade.admiralty("A1")), Standing.SOUND, ""),
        (piece(grade=Grade.admiralty("B3")), Standing.WEAK, "downgraded from B2 to B3"),
        (piece(grade=Grade.admiralty("F6")), Standing.WEAK, "downgraded from B2 to F6"),
        (piece(grade=Grade.admiralty("F6"), cited_grade=Grade.admiralty("F6")), Standing.SOUND, ""),
        (piece(grade=Grade.admiralty("F6"), cited_grade=None), Standing.SOUND, ""),
        (
            piece(grade=Grade.admiralty("G1"), cited_grade=Grade.admiralty("G1")),
            Standing.WEAK,
            "deliberately deceptive",
        ),
        (piece(grade=Grade.admiralty("E2"), cited_grade=None), Standing.WEAK, "unreliable"),
        (piece(grade=Grade.admiralty("A5"), cited_grade=None), Standing.WEAK, "improbable"),
        (piece(seen="2026-01-02T00:00:00Z"), Standing.SOUND, ""),
        (piece(seen="2026-01-01T00:00:00Z"), Standing.WEAK, "181 days ago, 180 allowed"),
        (piece(seen=""), Standing.WEAK, "no date"),
        (piece(state=SUPERSEDED), Standing.WEAK, "newer version"),
        (piece(state=UNKNOWN), Standing.UNKNOWN, "never received"),
        (piece(state=RETRACTED), Standing.LOST, "retracted"),
        (piece(state=EvidenceState.EXPIRED), Standing.LOST, "expired"),
        (piece(state=EvidenceState.REVOKED), Standing.LOST, "revoked"),
    ],
)
def test_what_one_piece_carries(evidence: Evidence, expected: Standing, word: str) -> None:
    found, reason = standing(evidence, NOW)
    assert found is expected
    assert word in reason


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (claim(piece()), Status.HOLDS),
        (claim(piece(), piece("b", RETRACTED)), Status.HOLDS),
        (claim(piece(), needs=2), Status.WEAKENED),
        (claim(piece(), piece(), needs=2), Status.WEAKENED),
        (claim(piece(state=SUPERSEDED)), Status.WEAKENED),
        (claim(piece(state=RETRACTED)), Status.BROKEN),
        (claim(piece(state=RETRACTED), piece("b", UNKNOWN)), Status.UNKNOWN),
        (claim(piece(state=UNKNOWN)), Status.UNKNOWN),
        (claim(), Status.UNKNOWN),
    ],
)
def test_how_a_claim_stands(case: Claim, expected: Status) -> None:
    assert judge(case, NOW).status is expected


GOOD, BAD = claim(piece()), claim(piece(state=RETRACTED), id="c2")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (plan(GOOD), Status.HOLDS),
        (plan(GOOD, BAD), Status.BROKEN),
        (plan(GOOD, replace(BAD, essential=False)), Status.WEAKENED),
        (plan(GOOD, claim(piece(state=UNKNOWN), id="c3")), Status.WEAKENED),
        (plan(GOOD, claim(id="c3")), Status.UNKNOWN),
        (plan(GOOD, claim(id="c3", essential=False)), Status.WEAKENED),
        (plan(), Status.UNKNOWN),
    ],
)
def test_how_a_plan_stands(case: Plan, expected: Status) -> None:
    assert assess(case, NOW).status is expected


def test_a_broken_plan_names_the_claim_and_the_evidence() -> None:
    assert assess(plan(GOOD, BAD), NOW).reason == "claim c2 is broken: indicator--1 was retracted"


def test_a_waiver_lifts_a_claim_until_its_day_ends_and_is_named() -> None:
    waived = replace(BAD, waiver=Waiver("Col. Sari", "2026-07-01", "new source expected"))
    found = judge(waived, "2026-07-01T23:00:00Z")
    assert found.status is Status.HOLDS
    assert "waived by Col. Sari until 2026-07-01: new source expected; without it broken" in found.reason
    later = judge(waived, "2026-07-02T00:00:00Z")
    assert later.status is Status.BROKEN
    assert "the waiver of Col. Sari ended on 2026-07-01" in later.reason


def test_a_claim_that_holds_anyway_does_not_name_its_waiver() -> None:
    assert "waived" not in judge(replace(GOOD, waiver=Waiver("x", "2027-01-01", "y")), NOW).reason


CLAIM_RANK = {Status.BROKEN: 0, Status.UNKNOWN: 1, Status.WEAKENED: 2, Status.HOLDS: 3}
PLAN_RANK = {Status.BROKEN: 0, Status.UNKNOWN: 0, Status.WEAKENED: 1, Status.HOLDS: 2}
PIECES = st.builds(
    piece,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(EvidenceState),
    grade=st.sampled_from([None, *(Grade.admiralty(text) for text in ("A1", "B2", "C3", "E5", "F6"))]),
    seen=st.sampled_from(["", "2025-01-01T00:00:00Z", "2026-06-01T00:00:00Z"]),
)
CLAIMS = st.builds(
    lambda evidence, needs, essential: claim(*evidence, needs=needs, essential=essential),
    st.lists(PIECES, max_size=5),
    st.integers(1, 3),
    st.booleans(),
)
PLANS = st.lists(CLAIMS, min_size=1, max_size=4).map(
    lambda claims: plan(*(replace(one, id=f"c{index}") for index, one in enumerate(claims)))
)


def _changed(before: Plan, at: int, evidence: tuple[Evidence, ...]) -> Plan:
    claims = list(before.claims)
    claims[at] = replace(claims[at], evidence=evidence)
    return replace(before, claims=tuple(claims))


def _spot(before: Plan, data: st.DataObject) -> tuple[int, int] | None:
    spots = [(at, index) for at, one in enumerate(before.claims) for index in range(len(one.evidence))]
    return data.draw(st.sampled_from(spots)) if spots else None


@given(PLANS, st.data())
def test_taking_evidence_away_never_makes_a_plan_look_better(before: Plan, data: st.DataObject) -> None:
    if (spot := _spot(before, data)) is None:
        return
    at, index = spot
    kept = before.claims[at].evidence[:index] + before.claims[at].evidence[index + 1 :]
    after = _changed(before, at, kept)
    assert PLAN_RANK[assess(after, NOW).status] <= PLAN_RANK[assess(before, NOW).status]


@given(PLANS, st.data())
def test_a_retraction_never_makes_anything_look_better(before: Plan, data: st.DataObject) -> None:
    if (spot := _spot(before, data)) is None:
        return
    at, index = spot
    name = before.claims[at].evidence[index].object
    after = replace(
        before,
        claims=tuple(
            replace(
                one,
                evidence=tuple(
                    replace(each, state=RETRACTED) if each.object == name else each for each in one.evidence
                ),
            )
            for one in before.claims
        ),
    )
    old, new = assess(before, NOW), assess(after, NOW)
    assert PLAN_RANK[new.status] <= PLAN_RANK[old.status]
    assert all(CLAIM_RANK[b.status] <= CLAIM_RANK[a.status] for a, b in zip(old.claims, new.claims, strict=True))


@given(PLANS, st.integers(0, 2000))
def test_time_alone_never_makes_a_plan_look_better(case: Plan, days: int) -> None:
    later = f"{2026 + days // 300}-12-28T00:00:00Z"
    assert PLAN_RANK[assess(case, later).status] <= PLAN_RANK[assess(case, NOW).status]


@given(PLANS, st.randoms())
def test_no_order_of_evidence_or_claims_changes_the_verdict(case: Plan, random: object) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(sorted(items, key=lambda _: random.random()))  # type: ignore[attr-defined]  # hypothesis seeds it

    other = replace(case, claims=shuffled(tuple(replace(one, evidence=shuffled(one.evidence)) for one in case.claims)))
    old, new = assess(case, NOW), assess(other, NOW)
    assert (old.status, old.reason, set(old.claims)) == (new.status, new.reason, set(new.claims))


def test_a_plan_under_which_nothing_is_sound_is_not_only_weakened() -> None:
    stale = claim(piece(state=SUPERSEDED))
    assert assess(plan(stale), NOW).status is Status.UNKNOWN
    assert assess(plan(stale, claim(piece(state=UNKNOWN), id="c2")), NOW).status is Status.UNKNOWN
    assert assess(plan(claim(piece(state=UNKNOWN))), NOW).status is Status.UNKNOWN
    assert assess(plan(GOOD, stale), NOW).status is Status.WEAKENED
    assert assess(plan(claim(piece(), needs=2)), NOW).status is Status.WEAKENED  # one of two is sound
