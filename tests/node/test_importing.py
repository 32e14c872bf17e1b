"""A file read again: what it says of things that are held, or were taken back, is never passed over in silence."""

from __future__ import annotations

import json

import pytest
from a_case import a_bundle, an_indicator, an_object
from simulated import Clock, deliver, federation, for_

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade
from oureyes.model.markings import TLP, Handling, Onward
from oureyes.model.objects import StixObject
from oureyes.storage import objects

GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"


@pytest.fixture
def nodes(tmp_path):
    found = federation(tmp_path / "nodes", ["ID", "SG"], Clock(), batch=10)
    yield found
    for node in found.values():
        node.close()


def warned(report, identifier):
    return [one["warning"] for one in report.warnings if one["subject"] == identifier]


def newer(obj, **more):
    return StixObject.make({**obj.content, "modified": "2026-11-22T08:00:00.000Z", **more})


def verbs(node, identifier):
    return [row.verb for row in node.audit(by="auditor", subject=identifier)][::-1]


def test_another_marking_for_what_is_held_is_said_and_nothing_is_changed(nodes, tmp_path):
    node, one = nodes["ID"], an_indicator()
    file = a_bundle(tmp_path, one)
    node.record([file], by="ayu", marking=for_("SG", tlp=TLP.AMBER))
    again = node.record([file], by="ayu", marking=for_("SG", tlp=TLP.GREEN))
    assert (again.unchanged, again.other_marking, again.remarked) == (1, 1, 0)
    assert node.marking_of(one.id).tlp is TLP.AMBER
    assert node.record([file], by="ayu", marking=for_("SG", tlp=TLP.AMBER)).other_marking == 0


def test_another_marking_is_put_on_what_is_held_where_that_is_asked_for_and_leaves_its_row(nodes, tmp_path):
    node, one = nodes["ID"], an_indicator()
    file = a_bundle(tmp_path, one)
    node.record([file], by="ayu", marking=for_("SG", tlp=TLP.AMBER, grade=Grade("B", "2")))
    again = node.record([file], by="ayu", marking=for_("SG", tlp=TLP.GREEN), remark=True)
    assert (again.unchanged, again.other_marking, again.remarked) == (1, 0, 1)
    assert node.marking_of(one.id).tlp is TLP.GREEN
    assert node.marking_of(one.id).grade == Grade("B", "2")
    assert verbs(node, one.id) == ["mark"]
    with pytest.raises(InvalidObject, match="give --tlp"):
        node.record([file], by="ayu", remark=True)


def test_what_was_taken_back_is_not_recorded_and_it_is_said_when_and_by_whom(nodes, tmp_path):
    node, one, other = nodes["ID"], an_indicator(), an_indicator(value="b.example")
    file = a_bundle(tmp_path, one, other)
    node.record([file], by="ayu")
    node.retract([one.id], by="budi", reason="wrong person")
    again = node.record([file], by="ayu")
    assert (again.read, again.stored, again.unchanged, again.retracted) == (2, 0, 2, 1)
    (said,) = warned(again, one.id)
    assert "retracted on 2026-11-24, by budi" in said
    assert "--again" in said


@pytest.mark.parametrize("name", ["bundle.json", "another.json"])
@pytest.mark.parametrize("version", [False, True])
def test_it_is_recorded_again_where_that_is_asked_for(nodes, tmp_path, name, version):
    node, one = nodes["ID"], an_indicator()
    node.record([a_bundle(tmp_path, one)], by="ayu", marking=for_("SG"))
    node.approve(node.propose([one.id], ["SG"], by="ayu").id, by="budi")
    deliver(nodes)
    node.retract([one.id], by="budi", reason="wrong person")
    deliver(nodes)
    said = newer(one, name="after all") if version else one
    file = a_bundle(tmp_path, said, name=name)
    assert node.record([file], by="ayu", marking=for_("SG")).retracted == 1
    back = node.record([file], by="ayu", marking=for_("SG", tlp=TLP.AMBER), again=True)
    assert (back.stored, back.retracted) == (1, 0)
    assert json.loads(node.show(one.id, by="ayu").raw) == dict(said.content)
    assert node.marking_of(one.id).tlp is TLP.AMBER
    node.approve(node.propose([one.id], ["SG"], by="ayu").id, by="budi")
    deliver(nodes)
    assert json.loads(nodes["SG"].show(one.id, by="lim").raw) == dict(said.content)


def test_a_value_of_another_unit_is_that_unit_s_word_though_ours_was_taken_back(nodes, tmp_path):
    node = nodes["ID"]
    domain = StixObject.make({"type": "domain-name", "spec_version": "2.1", "value": "fund-relief.example",
                              "id": "domain-name--0ee80e57-eefe-557c-8dd2-7da1d0a8e9e2"})  # fmt: skip
    node.record([a_bundle(tmp_path, domain)], by="ayu")
    node.retract([domain.id], by="ayu", reason="wrong")
    assert node.record([a_bundle(tmp_path, domain)], by="ayu").retracted == 1
    assert node.record([a_bundle(tmp_path, domain, name="other-unit.json")], by="ayu").stored == 1


def test_a_newer_version_keeps_the_marking_and_the_grade(nodes, tmp_path):
    node, one = nodes["ID"], an_indicator()
    mine = for_("SG", tlp=TLP.GREEN, grade=Grade("B", "2"))
    node.record([a_bundle(tmp_path, one)], by="ayu", marking=mine)
    node.record([a_bundle(tmp_path, newer(one))], by="ayu")
    kept = node.marking_of(one.id)
    assert (kept.tlp, kept.releasable_to, kept.grade) == (TLP.GREEN, {"SG"}, Grade("B", "2"))
    node.record([a_bundle(tmp_path, newer(one, name="x", modified="2026-11-23T08:00:00.000Z"))], by="ayu",
                marking=for_("SG", tlp=TLP.AMBER))  # fmt: skip
    assert node.marking_of(one.id).tlp is TLP.AMBER
    assert node.marking_of(one.id).grade == Grade("B", "2")


def test_a_newer_version_does_not_loosen_what_an_officer_marked(nodes, tmp_path):
    node, one = nodes["ID"], an_indicator(object_marking_refs=[GREEN])
    node.record([a_bundle(tmp_path, one)], by="ayu", marking=for_("SG", tlp=TLP.AMBER))
    node.record([a_bundle(tmp_path, newer(one))], by="ayu")
    assert node.marking_of(one.id).tlp is TLP.AMBER


def test_a_source_that_names_a_tlp_leaves_whom_the_officer_names_and_how_it_is_to_be_handled(nodes, tmp_path):
    node, one = nodes["ID"], an_indicator(object_marking_refs=[GREEN])
    given = for_("SG", tlp=TLP.CLEAR, handling=Handling.H1).but(onward=Onward.CONSENT)
    node.record([a_bundle(tmp_path, one)], by="ayu", marking=given)
    kept = node.marking_of(one.id)
    assert (kept.tlp, kept.releasable_to, kept.handling) == (TLP.GREEN, {"SG"}, Handling.H1)
    assert kept.onward is Onward.NONE  # TLP:GREEN goes on only as its origin allows


def test_a_reference_to_what_is_not_held_is_named_and_one_that_the_file_brings_later_is_not(nodes, tmp_path):
    node, one = nodes["ID"], an_indicator()
    gone = "threat-actor--6f0c1a52-3c1b-4d0e-9a51-6f6f6f000009"
    early = an_object("relationship", relationship_type="indicates", source_ref=one.id, target_ref=gone)
    fill = [an_indicator(value=f"h{n}.example") for n in range(12)]  # more than a batch
    late = an_object("relationship", relationship_type="related-to", source_ref=fill[0].id, target_ref=fill[11].id)
    report = node.record([a_bundle(tmp_path, late, early, *fill, one)], by="ayu")
    assert report.dangling == 1
    assert warned(report, early.id) == [f"refers to {gone}, not held yet"]
    assert not warned(report, late.id)


def test_many_references_to_what_is_not_held_are_named_up_to_a_number_and_then_counted(nodes, tmp_path):
    node, one = nodes["ID"], an_indicator()
    loose = [
        an_object(
            "relationship",
            relationship_type="indicates",
            source_ref=one.id,
            target_ref=f"malware--6f0c1a52-3c1b-4d0e-9a51-{n:012x}",
        )
        for n in range(60)
    ]
    report = node.record([a_bundle(tmp_path, one, *loose)], by="ayu")
    assert report.dangling == 60
    assert len([one for one in report.warnings if "not held yet" in one["warning"]]) == 51
    assert [one["warning"] for one in report.warnings][-1].startswith("10 more objects refer to")


def test_every_reading_is_one_row_also_of_a_file_that_is_known_and_none_is_empty(nodes, tmp_path):
    node = nodes["ID"]
    file = a_bundle(tmp_path, *[an_indicator(value=f"h{n}.example") for n in range(20)])  # two whole batches
    node.record([file], by="ayu")
    node.record([file], by="sari")
    rows = node.audit(by="auditor", verb="import")[::-1]
    assert [(row.actor, row.detail["count"], row.detail["state"]) for row in rows] == [
        ("ayu", 10, "reading"),
        ("ayu", 10, "done"),
        ("sari", 0, "known"),
    ]


def test_what_breaks_off_the_reading_loses_nothing_that_was_read_before(nodes, tmp_path, monkeypatch):
    node = nodes["ID"]
    whole = [an_indicator(value=f"h{n}.example") for n in range(20)]

    def broken(stream, name, options):
        from oureyes.model.ports import Record

        yield from (Record(one) for one in whole)
        raise InvalidObject("bundle", "JSON", "an end in the middle")

    monkeypatch.setattr("oureyes.node.importing.record.read", broken)
    report = node.record([a_bundle(tmp_path, *whole)], by="ayu")
    assert report.errors
    with node.ctx.db.read() as connection:
        assert len(objects.latest(connection, [one.id for one in whole])) == 20


def test_the_report_has_every_count_and_is_plain_json(nodes, tmp_path):
    report = nodes["ID"].record([a_bundle(tmp_path, an_indicator())], by="ayu").to_json()
    assert {"retracted", "other_marking", "remarked", "dangling"} <= set(json.loads(json.dumps(report)))
