"""What was released follows its marking: narrowed, re-marked, re-graded, tagged; and patterns stand."""

from pathlib import Path

from a_case import a_plan_on, an_indicator, an_object
from simulated import Clock, deliver, federation, for_

from oureyes.model.grades import Grade
from oureyes.model.markings import TLP
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable, sco
from oureyes.model.plans import Status
from oureyes.model.sharing import Kind
from oureyes.node import Node


def _released(tmp_path: Path, *to: str) -> tuple[dict[str, Node], StixObject]:
    states = federation(tmp_path, ["ID", "MY", "SG"])
    indonesia = states["ID"]
    found = an_indicator()
    indonesia.record_objects([found], by="ayu", marking=for_(*to, grade=Grade("B", "2")))
    indonesia.approve(indonesia.propose([found.id], to, by="ayu").id, by="budi")
    deliver(states)
    return states, found


def test_whoever_may_no_longer_have_it_lets_it_go(tmp_path: Path) -> None:
    states, found = _released(tmp_path, "MY", "SG")
    indonesia = states["ID"]
    indonesia.mark([found.id], for_("MY"), by="ayu")
    draft = indonesia.propose([found.id], ["MY", "SG"], by="ayu", kind=Kind.SUPERSEDE)
    indonesia.approve(draft.id, by="budi")
    deliver(states)
    assert states["MY"].search("type:indicator", by="aziz")
    assert not states["SG"].search("type:indicator", by="lim")


def test_the_same_bytes_under_a_new_marking_are_re_marked_at_the_holder(tmp_path: Path) -> None:
    states, found = _released(tmp_path, "MY")
    indonesia = states["ID"]
    indonesia.mark([found.id], for_("MY", tlp=TLP.AMBER), by="ayu")
    indonesia.approve(indonesia.propose([found.id], ["MY"], by="ayu", kind=Kind.SUPERSEDE).id, by="budi")
    deliver(states)
    assert [hit.tlp for hit in states["MY"].search("type:indicator", by="aziz")] == ["TLP:AMBER"]


def test_a_plan_is_weakened_when_its_evidence_is_graded_lower_and_its_owner_is_told(tmp_path: Path) -> None:
    clock = Clock()
    states = federation(tmp_path, ["ID"], clock)
    indonesia = states["ID"]
    found = an_indicator()
    indonesia.record_objects([found], by="ayu", marking=for_(grade=Grade("B", "2")))
    plan = a_plan_on(found)
    assert indonesia.plan(plan, by="ayu", marking=for_()).validity.status is Status.HOLDS
    indonesia.mark([found.id], for_(grade=Grade("E", "5")), by="ayu")
    assert indonesia.standing(plan.id).validity.status is not Status.HOLDS
    assert [alert.event for alert, *_ in indonesia.inbox(owner="planners")] == ["plan"]


def test_terms_of_the_shared_taxonomies_travel_and_the_desk_s_own_words_stay(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    found = an_indicator()
    indonesia.record_objects([found], by="ayu", marking=for_("MY"))
    indonesia.tag([found.id], ['asean-somtc:crime-area="terrorism"', "our own word"], by="ayu")
    indonesia.approve(indonesia.propose([found.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    assert malaysia.show(found.id, by="aziz").holdings[0].tags == ('asean-somtc:crime-area="terrorism"',)


def test_a_pattern_stands_and_meets_what_comes_later_and_what_was_there(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    pattern = "[url:value LIKE '%/donate-now/%']"
    standing = an_object(
        "indicator", name="path", pattern=pattern, pattern_type="stix", valid_from="2026-11-20T08:00:00.000Z"
    )
    early = sco(Observable("url", "https://a.example/donate-now/1"))
    late = an_indicator("url:value", "https://b.example/donate-now/2")
    malaysia.record_objects([early], by="aziz", marking=for_(), source="before")
    indonesia.record_objects([standing], by="ayu", marking=for_("MY"))
    indonesia.approve(indonesia.propose([standing.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    malaysia.record_objects([late], by="aziz", marking=for_(), source="after")
    met = [linked.match for linked in malaysia.matches() if linked.match.matcher == "patterns"]
    assert {early.id, late.id} <= {side for match in met for side in (match.left, match.right)}
