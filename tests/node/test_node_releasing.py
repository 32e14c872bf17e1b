"""What leaves a whole node: tear-lines by a state's own definition, and plans that cite what others released."""

import json
from pathlib import Path
from uuid import uuid4

from a_case import AT, a_plan_on, an_indicator, an_object
from simulated import deliver, federation, for_

from oureyes.model.objects import StixObject
from oureyes.model.plans import Status


def a_bundle_with_a_line(file: Path, *, readers: tuple[str, ...]) -> StixObject:
    """An indicator whose description is for `readers` alone, in a bundle with the definition that says so."""
    line = for_(*readers).to_stix()
    selected = [{"marking_ref": line["id"], "selectors": ["description"]}]
    obj = an_indicator(description="the source's own words", granular_markings=selected)
    bundle = {"type": "bundle", "id": f"bundle--{uuid4()}", "objects": [line, dict(obj.content)]}
    file.write_text(json.dumps(bundle))
    return obj


def test_a_property_under_the_bundles_own_definition_goes_only_to_those_it_names(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY", "TH"])["ID"]
    obj = a_bundle_with_a_line(tmp_path / "case.json", readers=("MY",))
    indonesia.record([tmp_path / "case.json"], by="ayu", marking=for_("MY", "TH"))
    draft = indonesia.propose([obj.id], ["MY", "TH"], by="ayu")
    made = {one.recipient: one.decision.object for one in indonesia.preview(draft.id, approver="budi")}
    assert made["MY"] is not None
    assert made["MY"].content["description"] == "the source's own words"
    assert made["TH"] is not None
    assert "description" not in made["TH"].content
    assert made["TH"].id != obj.id


def test_saying_a_definition_again_loosens_nothing(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY", "TH"])["ID"]
    obj = a_bundle_with_a_line(tmp_path / "case.json", readers=("MY",))
    indonesia.record([tmp_path / "case.json"], by="ayu", marking=for_("MY", "TH"))
    line = obj.content["granular_markings"][0]["marking_ref"]
    wider = StixObject.make({**for_("MY", "TH").to_stix(), "id": line, "created": AT})
    indonesia.record_objects([wider], by="ayu", marking=for_())
    draft = indonesia.propose([obj.id], ["TH"], by="ayu")
    made = indonesia.preview(draft.id, approver="budi")[0].decision.object
    assert made is None or "description" not in made.content


def test_a_plan_that_cites_what_another_state_released_to_all_of_them_goes_whole(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY", "SG"])
    indonesia, malaysia, singapore = states.values()
    evidence = an_indicator()
    indonesia.record_objects([evidence], by="ayu", marking=for_("MY", "SG"))
    indonesia.approve(indonesia.propose([evidence.id], ["MY", "SG"], by="ayu").id, by="budi")
    deliver(states)
    plan = a_plan_on(evidence)
    malaysia.plan(plan, by="aziz", marking=for_("SG"))
    malaysia.approve(malaysia.propose([plan.id], ["SG"], by="aziz", purpose="strategy").id, by="mei")
    deliver(states)
    assert singapore.show(plan.id, by="lim").raw == plan.raw
    assert singapore.standing(plan.id).validity.status is Status.HOLDS


def test_a_plan_does_not_tell_of_what_its_originator_did_not_release_to_the_reader(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY", "SG"])
    indonesia, malaysia, _ = states.values()
    evidence = an_indicator()
    indonesia.record_objects([evidence], by="ayu", marking=for_("MY"))
    indonesia.approve(indonesia.propose([evidence.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    plan = a_plan_on(evidence)
    malaysia.plan(plan, by="aziz", marking=for_("SG"))
    draft = malaysia.propose([plan.id], ["SG"], by="aziz", purpose="strategy")
    decision = malaysia.preview(draft.id, approver="mei")[0].decision
    assert decision.object is None or evidence.id not in decision.object.content.get("evidence_refs", ())


def test_a_person_who_is_the_source_is_not_named_by_what_they_made(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    source = an_object("identity", name="a man in the group", identity_class="individual")
    office = an_object("identity", name="a desk", identity_class="organization")
    by_source, by_office = an_indicator(created_by_ref=source.id), an_indicator(created_by_ref=office.id)
    indonesia.record_objects([source, office], by="ayu", marking=for_())
    indonesia.record_objects([by_source, by_office], by="ayu", marking=for_("MY"))
    indonesia.approve(indonesia.propose([by_source.id, by_office.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    got = [malaysia.show(hit.id, by="aziz").raw for hit in malaysia.search("type:indicator", by="aziz")]
    assert by_office.raw in got
    assert len(got) == 2
    assert not any(source.id.encode() in raw for raw in got)
