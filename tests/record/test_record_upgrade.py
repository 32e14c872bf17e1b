"""STIX 2.0 is kept as it came and stands beside its 2.1 form."""

import io
import json

from oureyes.model.identifiers import observable_id
from oureyes.model.observables import normalise, sco
from oureyes.model.ports import Options
from oureyes.record import stix

AT = "2017-01-01T00:00:00.000Z"


def an_old(kind, **more):
    return {"type": kind, "id": f"{kind}--00000000-1111-4111-8111-000000000001", "created": AT, "modified": AT, **more}


def taken(*objects, version="2.0"):
    bundle = {"type": "bundle", "id": "bundle--1", "spec_version": version, "objects": list(objects)}
    return list(stix.read(io.BytesIO(json.dumps(bundle).encode()), Options()))


def test_an_indicator_gets_its_types_and_the_language_of_its_pattern():
    old = an_old("indicator", labels=["malicious-activity"], pattern="[url:value = 'http://a.example/']", valid_from=AT)
    (record,) = taken(old)
    new = record.upgraded.content
    assert json.loads(record.object.raw) == old
    assert (new["indicator_types"], new["pattern_type"], new["spec_version"]) == (["malicious-activity"], "stix", "2.1")
    assert "labels" not in new
    assert (record.upgraded.id, record.upgraded.version) == (record.object.id, record.object.version)


def test_malware_becomes_a_family_and_other_labels_find_their_place():
    (malware,) = taken(an_old("malware", name="x", labels=["trojan"]))
    (actor,) = taken(an_old("threat-actor", name="x", labels=["crime-syndicate"]))
    (relation,) = taken(an_old("campaign", name="x", labels=["kept"]))
    assert (malware.upgraded.content["malware_types"], malware.upgraded.content["is_family"]) == (["trojan"], True)
    assert actor.upgraded.content["threat_actor_types"] == ["crime-syndicate"]
    assert relation.upgraded.content["labels"] == ["kept"]


def test_the_objects_of_an_observation_become_observables_with_ids_that_follow_from_them():
    inside = {
        "0": {"type": "ipv4-addr", "value": "198.51.100.3"},
        "1": {"type": "network-traffic", "src_ref": "0", "protocols": ["tcp"], "dst_port": 443},
        "2": {"type": "process", "pid": 4, "binary_ref": "3", "name": "a"},
        "3": {"type": "file", "name": "a.exe", "parent_directory_ref": "4"},
        "4": {"type": "directory", "path": "C:\\a", "contains_refs": ["3"]},
    }
    observed = an_old("observed-data", first_observed=AT, last_observed=AT, number_observed=1, objects=inside)
    record, *freed = taken(observed)
    by_type = {item.object.type: item.object for item in freed}
    address = by_type["ipv4-addr"]
    assert "objects" not in record.upgraded.content
    assert record.upgraded.content["object_refs"] == [item.object.id for item in freed]
    assert address.id == sco(normalise("ip", "198.51.100.3")).id
    assert by_type["network-traffic"].content["src_ref"] == address.id
    assert by_type["process"].content["image_ref"] == by_type["file"].id
    assert by_type["process"].content["x_name"] == "a"
    assert by_type["directory"].content["contains_refs"] == [by_type["file"].id]
    assert [item.counts for item in freed] == [()] * 5


def test_a_circle_of_references_ends():
    inside = {
        "0": {"type": "file", "name": "a", "parent_directory_ref": "1"},
        "1": {"type": "file", "name": "b", "parent_directory_ref": "0"},
    }
    observed = an_old("observed-data", first_observed=AT, last_observed=AT, number_observed=1, objects=inside)
    assert len(taken(observed)) == 3


def test_an_object_without_a_version_of_its_own_is_old_even_outside_an_old_bundle():
    (record,) = taken(an_old("campaign", name="x"), version=None)
    assert record.upgraded is not None


def test_a_new_object_in_an_old_bundle_is_new():
    (record,) = taken(an_old("campaign", name="x", spec_version="2.1"))
    assert record.upgraded is None


def test_our_ids_agree_with_those_of_the_observables():
    for kind, value in [
        ("domain", "a.example"),
        ("md5", "0" * 32),
        ("iban", "DE89370400440532013000"),
        ("AS", "64496"),
    ]:
        made = sco(normalise(kind, value))
        assert observable_id(made.type, made.content) == made.id
