"""Plans as STIX and back, with nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade
from oureyes.model.objects import StixObject
from oureyes.model.plans import Claim, Evidence, EvidenceState, Measure, Plan, Waiver
from oureyes.plan.stix import from_stix, to_stix, with_evidence

ID = "x-oureyes-plan--00000000-0000-4000-8000-000000000001"
REF = "indicator--00000000-0000-4000-8000-000000000002"
TIMES = {
    "created": "2026-07-01T00:00:00.000Z",
    "modified": "2026-07-02T00:00:00.000Z",
    "created_by": "identity--00000000-0000-4000-8000-000000000003",
}
CITED = Evidence(REF, "2026-06-01T00:00:00Z", Grade.admiralty("B2"), EvidenceState.UNKNOWN, stale_after_days=90)
PLAN = Plan(
    ID,
    "cut the money",
    (Claim("c1", "they use one wallet", (CITED,), 2, False, Waiver("Col. Sari", "2026-12-31", "expected")),),
    (Measure("freeze it", "ID", "2026-12-01", ("c1",)),),
    ("ID", "MY"),
    ("sari",),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLANS = st.builds(
    Plan,
    st.just(ID),
    WORDS,
    st.lists(
        st.builds(
            Claim, WORDS, WORDS, st.lists(st.just(CITED), max_size=1).map(tuple), st.integers(1, 9), st.booleans()
        ),
        max_size=3,
        unique_by=lambda claim: claim.id,
    ).map(tuple),
    st.lists(st.builds(Measure, WORDS, WORDS, WORDS, st.lists(WORDS).map(tuple)), max_size=3).map(tuple),
    st.lists(WORDS).map(tuple),
    st.lists(WORDS).map(tuple),
)


@given(PLANS)
def test_a_plan_survives_the_journey(plan: Plan) -> None:
    assert from_stix(StixObject.parse(to_stix(plan, **TIMES).raw)) == plan


def test_waiver_grade_and_freshness_survive_the_journey() -> None:
    assert from_stix(StixObject.parse(to_stix(PLAN, **TIMES).raw)) == PLAN


def test_what_this_node_does_not_know_survives_at_every_depth() -> None:
    content = dict(to_stix(PLAN, **TIMES).content)
    content["x_new"] = 1
    content["extensions"] = {**content["extensions"], "extension-definition--other": {"a": 1}}
    content["claims"][0]["x_new"] = 2
    content["claims"][0]["evidence"][0]["x_new"] = 3
    content["measures"][0]["x_new"] = 4
    again = to_stix(PLAN, **TIMES, previous=StixObject.make(content)).content
    assert again == content


def test_any_tool_sees_what_the_plan_rests_on() -> None:
    assert ("evidence_refs", REF) in list(to_stix(PLAN, **TIMES).references())


def test_a_waiver_taken_back_is_gone() -> None:
    from dataclasses import replace

    before = to_stix(PLAN, **TIMES)
    plan = replace(PLAN, claims=(replace(PLAN.claims[0], waiver=None),))
    assert "waiver" not in to_stix(plan, **TIMES, previous=before).content["claims"][0]


def test_evidence_is_as_it_is_held_and_what_was_cited_stays() -> None:
    now = Evidence(REF, state=EvidenceState.RETRACTED, grade=Grade.admiralty("D4"), seen="2026-06-30T00:00:00Z")
    (piece,) = with_evidence(PLAN, {REF: now}).claims[0].evidence
    assert (piece.state, piece.grade, piece.seen) == (now.state, now.grade, now.seen)
    assert (piece.cited_version, piece.cited_grade, piece.stale_after_days) == (
        CITED.cited_version,
        CITED.cited_grade,
        90,
    )


def test_evidence_nobody_reports_is_unknown() -> None:
    held = with_evidence(PLAN, {REF: Evidence(REF)})
    assert with_evidence(held, {}).claims[0].evidence[0].state is EvidenceState.UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"objective": None},
        {"claims": {}},
        {"claims": [{"id": "c1"}]},
        {"claims": ["c1"]},
        {"claims": [{"id": "c1", "text": "x", "needs": 0}]},
        {"claims": [{"id": "c1", "text": "x", "evidence": [{"ref": "nothing"}]}]},
        {"claims": [{"id": "c1", "text": "x", "evidence": [{"ref": REF, "grade": "Z9"}]}]},
        {"claims": [{"id": "c1", "text": "x", "waiver": {"by": "a", "until": "soon", "why": "b"}}]},
        {"measures": [{"text": "x"}]},
    ],
)
def test_a_plan_that_cannot_be_read_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidObject):
        from_stix(StixObject.make({**to_stix(PLAN, **TIMES).content, **change}))


def test_another_kind_is_no_plan() -> None:
    with pytest.raises(InvalidObject):
        from_stix(StixObject.make({"type": "tool", "id": "tool--00000000-0000-4000-8000-000000000001"}))
