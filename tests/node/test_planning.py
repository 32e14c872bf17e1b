"""Plans follow their evidence, whatever moves it, and their owners are told which claim lost its footing."""

from __future__ import annotations

import pytest
from a_case import a_bundle, a_plan_on, an_indicator
from simulated import Clock, deliver, federation, for_

from oureyes.errors import NotHeld
from oureyes.model.grades import Grade
from oureyes.model.plans import Status
from oureyes.model.sharing import Kind
from oureyes.node import planning


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def states(tmp_path, clock):
    nodes = federation(tmp_path / "nodes", ["ID", "MY"], clock)
    yield nodes
    for node in nodes.values():
        node.close()


def shared(states, *found, **marking):
    """Recorded in Indonesia, released to Malaysia, and planned on there."""
    indonesia, malaysia = states.values()
    indonesia.record_objects(found, by="ayu", marking=for_("MY", grade=Grade("B", "2"), **marking))
    indonesia.approve(indonesia.propose([obj.id for obj in found], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    plan = a_plan_on(*found)
    assert malaysia.plan(plan, by="aziz", marking=for_()).validity.status is Status.HOLDS
    return plan.id


def told(node):
    return [(row.event, row.headline) for row, *_ in node.inbox(owner="planners")]


def again(states, obj, **how):
    indonesia = states["ID"]
    kind = how.pop("kind", Kind.RELEASE)
    indonesia.approve(indonesia.propose([obj.id], ["MY"], by="ayu", kind=kind).id, by="budi")
    deliver(states)


def test_a_downgrade_at_the_origin_weakens_the_partners_plan(states):
    obj = an_indicator()
    plan = shared(states, obj)
    states["ID"].mark([obj.id], for_("MY", grade=Grade("E", "5")), by="ayu")
    again(states, obj)
    assert states["MY"].standing(plan).validity.status is not Status.HOLDS
    assert [event for event, _ in told(states["MY"])] == ["plan"]


def test_a_retraction_breaks_it_and_names_the_claim(states):
    obj = an_indicator()
    plan = shared(states, obj)
    states["ID"].retract([obj.id], by="budi", reason="withdrawn")
    deliver(states)
    now = states["MY"].standing(plan).validity
    assert now.status is Status.BROKEN
    assert [finding.claim for finding in now.claims if finding.status is Status.BROKEN] == ["c1"]
    assert len(told(states["MY"])) == 1


def test_time_alone_ends_what_expires_and_the_owner_is_told_once(states, clock):
    obj = an_indicator()
    plan = shared(states, obj, expires="2026-12-24T00:00:00Z")
    malaysia = states["MY"]
    clock.forward(days=31)
    assert malaysia.standing(plan).validity.status is not Status.HOLDS
    for _ in range(2):
        malaysia.ctx.db.write(lambda c: planning.reassess_all(malaysia.ctx, c))
    assert len(told(malaysia)) == 1


@pytest.mark.parametrize("change", [{"revoked": True}, {"valid_until": "2026-11-24T00:00:00Z"}])
def test_a_newer_version_that_no_longer_stands_moves_the_plan(states, change):
    obj = an_indicator()
    plan = shared(states, obj)
    newer = type(obj).make({**obj.content, "modified": "2026-12-01T00:00:00.000Z", **change})
    states["ID"].record_objects([newer], by="ayu", marking=for_("MY", grade=Grade("B", "2")))
    again(states, obj, kind=Kind.SUPERSEDE)
    assert states["MY"].standing(plan).validity.status is not Status.HOLDS
    assert told(states["MY"])


def test_what_is_imported_or_recorded_here_moves_plans_too(states, tmp_path):
    node = states["ID"]
    one, other = an_indicator(), an_indicator()
    node.record_objects([one, other], by="ayu", marking=for_(grade=Grade("B", "2")))
    first, second = a_plan_on(one), a_plan_on(other)
    for plan in (first, second):
        node.plan(plan, by="ayu", marking=for_())
    revoked = [
        type(obj).make({**obj.content, "modified": "2026-12-01T00:00:00.000Z", "revoked": True}) for obj in (one, other)
    ]
    node.record([a_bundle(tmp_path, revoked[0])], by="ayu")
    assert len(told(node)) == 1
    node.record_objects([revoked[1]], by="ayu", marking=for_())
    assert len(told(node)) == 2


def test_evidence_that_was_never_held_is_unknown(states):
    plan = a_plan_on(an_indicator())
    assert states["ID"].plan(plan, by="ayu", marking=for_()).validity.status is not Status.HOLDS
    with pytest.raises(NotHeld):
        states["ID"].standing("x-oureyes-plan--none")


def test_a_plan_is_drawn_with_the_versions_and_grades_held_now_and_its_gap_waived_until_a_day(states):
    node, obj = states["ID"], an_indicator()
    node.record_objects([obj], by="ayu", marking=for_(grade=Grade("B", "2")))
    drawn = node.draw(
        {
            "objective": "Cut the network's funding",
            "states": ["ID", "MY"],
            "owners": ["ayu"],
            "claims": [{"text": "the wallet is the network's", "evidence": [obj.id]}],
            "measures": [{"text": "freeze it", "owner": "MY", "due": "2026-12-31", "rests_on": ["c1"]}],
        }
    )
    stands = node.plan(drawn, by="ayu", marking=for_("MY"))
    [piece] = stands.plan.claims[0].evidence
    assert (piece.cited_version, piece.cited_grade) == (obj.version, Grade("B", "2"))
    node.retract([obj.id], by="budi", reason="withdrawn")
    assert node.standing(drawn.id).validity.status is Status.BROKEN
    waived = node.waive(drawn.id, "c1", until="2027-01-31", why="another source is sought", by="budi")
    assert waived.validity.status is not Status.BROKEN
    with pytest.raises(NotHeld):
        node.waive(drawn.id, "c9", until="2027-01-31", why="w", by="budi")
    assert [one.plan.id for one in node.plans()] == [drawn.id]
