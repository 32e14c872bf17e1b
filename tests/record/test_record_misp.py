"""MISP events become STIX and events again, and nothing an analyst sees is lost on the way."""

import io
import json

import pytest
from a_case import NOW
from misp_parties import as_seen, corpus
from paths import DATA

from oureyes.model.markings import TLP
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import misp, stix
from oureyes.record.misp_export import to_misp

EVENT = "5bad1b96-53bc-4148-87eb-50d50a016219"
PART = "5bad1c5a-c608-4f5b-9d0e-4a7d0a0162{:02x}"
WALLET = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
ORGC = {"name": "Fictional CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f"}


def an_attribute(kind="domain", value="a.example", number=1, **more):
    return {
        "uuid": PART.format(number),
        "type": kind,
        "category": "Other",
        "value": value,
        "to_ids": False,
        "timestamp": "1538071642",
        **more,
    }


def an_event(*attributes, **more):
    return {
        "uuid": EVENT,
        "info": "x",
        "date": "2018-09-27",
        "timestamp": "1539269641",
        "distribution": "3",
        "Orgc": ORGC,
        "Attribute": list(attributes),
        **more,
    }


def taken(event):
    return list(misp.read(io.BytesIO(json.dumps(event).encode()), Options(now=NOW)))


def kept(event):
    return [item.object for item in taken(event) if isinstance(item, Record)]


def of_type(objects, kind):
    return [obj for obj in objects if obj.type == kind]


@pytest.mark.parametrize(
    "wrap",
    [lambda e: {"Event": e}, lambda e: {"response": [{"Event": e}]}, lambda e: e, lambda e: [{"Event": e}]],
    ids=["event", "response", "bare", "list"],
)
def test_an_event_arrives_from_every_shape(wrap):
    assert [obj.id for obj in of_type(kept(wrap(an_event(an_attribute()))), "report")] == [f"report--{EVENT}"]


def test_an_attribute_to_detect_by_is_an_indicator_and_another_is_observed_data():
    objects = kept(an_event(an_attribute(to_ids=True), an_attribute(value="b.example", number=2)))
    (indicator,), (observed,) = of_type(objects, "indicator"), of_type(objects, "observed-data")
    assert indicator.id == f"indicator--{PART.format(1)}"
    assert indicator.content["pattern"] == "[domain-name:value = 'a.example']"
    assert observed.content["object_refs"] == [of_type(objects, "domain-name")[1].id]


@pytest.mark.parametrize(
    ("kind", "value", "pattern"),
    [
        ("filename|sha1", "a.exe|" + "0" * 40, f"[file:name = 'a.exe' AND file:hashes.'SHA-1' = '{'0' * 40}']"),
        ("domain|ip", "a.test|198.51.100.3", "[domain-name:value = 'a.test'] OR [ipv4-addr:value = '198.51.100.3']"),
        ("ip-dst|port", "198.51.100.3|443", "[ipv4-addr:value = '198.51.100.3']"),
        ("mutex", "it's\\here", "[mutex:name = 'it\\'s\\\\here']"),
        ("btc", WALLET, f"[cryptocurrency-wallet:value = 'btc:{WALLET}']"),
        ("AS", "AS64496", "[autonomous-system:number = 64496]"),
    ],
)  # fmt: skip
def test_composite_types_become_patterns_that_parse(kind, value, pattern):
    (indicator,) = of_type(kept(an_event(an_attribute(kind, value, to_ids=True))), "indicator")
    assert indicator.content["pattern"] == pattern
    stix.check(indicator.raw)


def test_a_rule_is_an_indicator_in_its_own_language():
    (indicator,) = of_type(kept(an_event(an_attribute("yara", "rule x { condition: true }"))), "indicator")
    assert indicator.content["pattern_type"] == "yara"


@pytest.mark.parametrize(
    ("tags", "distribution", "tlp"),
    [
        (["tlp:white"], "3", TLP.CLEAR),
        (["tlp:green", "tlp:red"], "3", TLP.RED),
        (["tlp:amber+strict"], "3", TLP.AMBER_STRICT),
        (["tlp:green"], "0", TLP.RED),
        (["tlp:unclear"], "3", TLP.RED),
    ],
)
def test_tags_and_distribution_demand_the_strictest(tags, distribution, tlp):
    event = an_event(an_attribute(), distribution=distribution, Tag=[{"name": tag} for tag in tags])
    assert {item.marking.tlp for item in taken(event)} == {tlp}


def test_a_tag_on_one_attribute_tightens_that_attribute_alone():
    event = an_event(an_attribute(Tag=[{"name": "tlp:red"}]), an_attribute(number=2), Tag=[{"name": "tlp:green"}])
    found = {item.object.id: item.marking.tlp for item in taken(event) if item.object.type == "observed-data"}
    assert list(found.values()) == [TLP.RED, TLP.GREEN]


@pytest.mark.parametrize("change", [{"distribution": "4"}, {"distribution": "9"}, {"Tag": [{"name": "tlp:purple"}]}])
def test_an_audience_that_is_not_known_is_nobody(change):
    assert all("nobody" in item.hold for item in taken(an_event(an_attribute(), **change)))


def test_what_was_deleted_is_revoked():
    (obj,) = of_type(kept(an_event(an_attribute(deleted=True))), "observed-data")
    assert obj.revoked


def test_one_attribute_without_a_usable_uuid_does_not_stop_its_event():
    found = taken(an_event(an_attribute(uuid="1"), an_attribute(number=2)))
    assert [dict(item.counts) for item in found if isinstance(item, Rejected)] == [{"attributes": 1}]
    assert len([item for item in found if isinstance(item, Record)]) == 4


def test_a_hand_made_event_without_uuids_gets_the_same_ones_every_time():
    event = {"info": "x", "Attribute": [{"type": "domain", "value": "a.example"}]}
    assert [obj.id for obj in kept(event)] == [obj.id for obj in kept(event)]


def test_objects_keep_their_attributes_and_their_links():
    other = {"uuid": PART.format(9), "name": "file", "Attribute": [an_attribute("filename", "b.exe", 8)]}
    link = {"uuid": PART.format(7), "referenced_uuid": PART.format(9), "relationship_type": "Dropped by"}
    first = {
        "uuid": PART.format(5),
        "name": "file",
        "Attribute": [an_attribute("md5", "0" * 32, 6)],
        "ObjectReference": [link],
    }
    objects = kept(an_event(Object=[first, other]))
    (relation,) = of_type(objects, "relationship")
    assert relation.content["relationship_type"] == "dropped-by"
    assert relation.content["target_ref"] == f"x-misp-object--{PART.format(9)}"
    assert of_type(objects, "x-misp-object")[0].content["attribute_refs"] == [f"observed-data--{PART.format(6)}"]


def test_a_technique_is_linked_by_its_cluster_or_else_by_its_number():
    tag = 'misp-galaxy:mitre-attack-pattern="Hidden Files and Directories - T1158"'
    objects = kept(an_event(an_attribute(to_ids=True, Tag=[{"name": tag}])))
    (technique,), (relation,) = of_type(objects, "attack-pattern"), of_type(objects, "relationship")
    assert technique.content["external_references"][0]["external_id"] == "T1158"
    assert (relation.content["relationship_type"], relation.content["target_ref"]) == ("indicates", technique.id)
    cluster = {"uuid": PART.format(3), "value": "Hidden Files and Directories - T1158"}
    named = an_attribute(Tag=[{"name": tag}], Galaxy=[{"GalaxyCluster": [cluster]}])
    objects = kept(an_event(named))
    assert of_type(objects, "attack-pattern") == []
    assert of_type(objects, "relationship")[0].content["target_ref"] == f"attack-pattern--{PART.format(3)}"


def an_event_with_everything():
    proposal = {"uuid": PART.format(20), "type": "domain", "value": "c.example", "timestamp": "1538071643"}
    sighting = {"uuid": PART.format(21), "type": "1", "date_sighting": "1538071650"}
    report = {"uuid": PART.format(22), "name": "Report", "content": "# Text", "timestamp": "1538071651"}
    attribute = an_attribute(
        comment="C2", first_seen="2018-09-01T00:00:00.000000+07:00", ShadowAttribute=[proposal], Sighting=[sighting]
    )
    return an_event(attribute, EventReport=[report], event_creator_email="person@agency.example", threat_level_id="1")


def test_proposals_sightings_and_reports_travel_both_ways():
    objects = kept(an_event_with_everything())
    assert [len(of_type(objects, kind)) for kind in ("note", "sighting")] == [2, 1]
    assert of_type(objects, "sighting")[0].content["count"] == 0
    (event,) = events_of(json.loads(to_misp(objects)))
    attribute = event["Attribute"][0]
    assert attribute["ShadowAttribute"][0]["value"] == "c.example"
    assert attribute["Sighting"][0]["uuid"] == PART.format(21)
    assert event["EventReport"][0]["content"] == "# Text"


def test_nobodys_address_at_the_agency_leaves_with_the_event():
    objects = kept(an_event_with_everything())
    assert all(b"person@agency" not in obj.raw for obj in objects)
    assert b"person@agency" not in to_misp(objects)


def events_of(content):
    if isinstance(content, list):
        return [event for item in content for event in events_of(item)]
    return events_of(content["response"]) if "response" in content else [content.get("Event", content)]


def real_events():
    """(name, event) of all at hand that have a uuid."""
    return [(name, event) for name, event in corpus() if event.get("uuid")] if DATA.exists() else []


@pytest.mark.parametrize(("name", "event"), real_events(), ids=lambda one: one[:40] if isinstance(one, str) else "")
def test_real_events_come_back_as_analysts_saw_them(name, event):
    """MISP to STIX 2.1 and back: every field an analyst sees, of the event, its parts, and what was said of them."""
    (back,) = events_of(json.loads(to_misp(kept(event))))
    assert as_seen(back) == as_seen(event)


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_all_events_of_eset_are_among_them():
    eset = {file.name for file in (DATA / "misp" / "events" / "eset").iterdir()}
    tested = {name.rpartition(":")[0] for name, _ in real_events()}
    assert len(eset) == 37
    assert eset <= tested


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_what_is_converted_would_be_taken_as_stix():
    path = DATA / "misp" / "events" / "pymisp" / "existing_event.json"
    for obj in kept(json.loads(path.read_bytes())):
        checked, findings = stix.check(obj.raw)
        assert checked == obj
        assert not findings


def test_stix_that_never_was_misp_becomes_attributes():
    at = "2026-03-01T08:00:00.000Z"
    indicator = StixObject.make(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{PART.format(1)}",
            "created": at,
            "modified": at,
            "pattern": "[domain-name:value = 'a.example']",
            "pattern_type": "stix",
            "valid_from": at,
            "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
        }
    )
    (event,) = events_of(json.loads(to_misp([indicator])))
    (attribute,) = event["Attribute"]
    assert (attribute["type"], attribute["value"], attribute["to_ids"]) == ("domain", "a.example", True)
    assert attribute["Tag"] == [{"name": "tlp:green"}]
    assert event["distribution"] == "0"
