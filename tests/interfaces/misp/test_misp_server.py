"""An unmodified PyMISP connects, adds, edits, searches, publishes, sights and deletes over a real socket."""

import copy
import gzip
import json

import pymisp
import pytest
from misp_parties import ANYBODY, MispSite, an_event, as_seen, corpus
from paths import DATA

from oureyes.model.markings import TLP
from oureyes.model.observables import normalise, sco
from oureyes.storage import objects

CERT = {"name": "Fictional CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = MispSite(tmp_path_factory.mktemp("misp"))
    made.account("ann", speaks_for=ANYBODY)
    made.account("bea", to=("ann",))
    yield made
    made.close()


@pytest.fixture(scope="module")
def ann(site):
    return site.misp("ann")


def added(misp, **more):
    event = misp.add_event(an_event(**more), pythonify=True)
    assert isinstance(event, pymisp.MISPEvent), event
    return event


def test_pymisp_connects_and_learns_who_it_is(ann):
    assert ann.misp_instance_version["version"] == "2.5.42"
    assert ann._current_user.email == "ann"
    assert ann._current_role.perm_sync
    assert "domain" in ann.types


def test_a_version_is_told_to_each_peer_as_agreed(site):
    site.account("old", misp_version="2.4.190")
    assert site.misp("old").misp_instance_version["version"] == "2.4.190"


def test_an_event_goes_in_and_comes_out(ann):
    event = added(ann)
    found = ann.get_event(event.uuid, pythonify=True)
    assert (found.info, found.threat_level_id, found.analysis) == ("Relief fund fraud", 2, 1)
    assert [one.value for one in found.attributes] == ["fund-relief.example", "198.51.100.7"]
    assert [tag.name for tag in found.tags] == ["tlp:green"]
    assert ann.get_event(event.id)["Event"]["uuid"] == event.uuid
    assert ann.event_exists(event)


def test_an_event_is_changed_and_its_parts_with_it(ann):
    event = added(ann)
    event.info = "Relief fund fraud, second wave"
    event.attributes[0].comment = "taken down"
    event.add_attribute("url", "https://fund-relief.example/give")
    event.attributes[1].delete()
    changed = ann.update_event(event, pythonify=True)
    found = {one.value: one for one in changed.attributes}
    assert changed.info == "Relief fund fraud, second wave"
    assert set(found) == {"fund-relief.example", "https://fund-relief.example/give"}
    assert found["fund-relief.example"].comment == "taken down"
    assert changed.timestamp > event.timestamp


def test_what_was_deleted_softly_is_shown_to_who_asks(ann):
    event = added(ann)
    event.attributes[1].delete()
    ann.update_event(event)
    shown = ann.get_event(event, deleted=[0, 1])["Event"]["Attribute"]
    assert {one["value"]: one["deleted"] for one in shown} == {"fund-relief.example": False, "198.51.100.7": True}


def test_to_publish_changes_no_timestamp(ann):
    event = added(ann)
    assert ann.publish(event)["success"]
    found = ann.get_event(event, pythonify=True)
    assert found.published
    assert found.timestamp == event.timestamp
    assert not ann.unpublish(event).get("errors")
    assert not ann.get_event(event, pythonify=True).published


def test_a_deleted_event_is_gone(ann):
    event = added(ann)
    assert not ann.delete_event(event).get("errors")
    assert not ann.event_exists(event)
    assert ann.get_event(event)["errors"][0] == 404
    assert ann.search(value="fund-relief.example", uuid=event.uuid) == []


def test_an_event_that_is_there_is_named_by_its_location(site, ann):
    event = added(ann)
    again = site.ask("ann", "POST", "events/add/metadata:1", {"Event": json.loads(event.to_json())})
    assert again.status_code == 404
    assert again.headers["Location"] == f"/events/{event.id}"


def test_what_is_not_newer_is_refused_in_the_words_a_peer_takes_for_benign(site, ann):
    event = added(ann)
    body = {"Event": {"uuid": event.uuid, "info": "older", "timestamp": str(int(event.timestamp.timestamp()))}}
    said = site.ask("ann", "POST", f"events/edit/{event.uuid}/metadata:1", body)
    assert said.status_code == 403
    assert said.json()["errors"] == "Event could not be saved: Event in the request not newer than the local copy."


@pytest.fixture(scope="module")
def two(site):
    """Two events to search among, of one account that has no others."""
    site.account("sea", title="Sea CERT")
    misp = site.misp("sea")
    first = an_event(info="first of two")
    first.attributes[0].add_tag('admiralty-scale:source-reliability="b"')
    first.add_tag("region:east")
    second = pymisp.MISPEvent()
    second.info, second.distribution, second.published = "the second", 1, True
    second.add_attribute("md5", "0" * 32, to_ids=True)
    second.add_tag("ประเทศ:ไทย")
    made = second.add_object(name="file", strict=False)
    made.add_attribute("filename", "give.exe", type="filename")
    return misp, misp.add_event(first, pythonify=True), misp.add_event(second, pythonify=True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"value": "fund-relief.example"}, [0]),
        ({"value": "%relief%"}, [0]),
        ({"value": ["fund-relief.example", "0" * 32]}, [0, 1]),
        ({"value": "nothing.example"}, []),
        ({"type_attribute": "md5"}, [1]),
        ({"type_attribute": ["md5", "domain"]}, [0, 1]),
        ({"tags": "tlp:green"}, [0]),
        ({"tags": ["tlp:green", "ประเทศ:ไทย"]}, [0, 1]),
        ({"tags": {"AND": ["tlp:green", "region:east"]}}, [0]),
        ({"tags": {"AND": ["tlp:green", "ประเทศ:ไทย"]}}, []),
        ({"tags": {"NOT": ["tlp:green"]}}, [1]),
        ({"tags": {"OR": ["tlp:green", "ประเทศ:ไทย"], "NOT": ["region:east"]}}, [1]),
        ({"tags": 'admiralty-scale:source-reliability="b"'}, [0]),
        ({"published": True}, [1]),
        ({"published": False}, [0]),
        ({"timestamp": "1d"}, [0, 1]),
        ({"timestamp": ["3d", "2d"]}, []),
        ({"org": "Sea CERT"}, [0, 1]),
        ({"org": "!Sea CERT"}, []),
        ({"eventinfo": "second"}, [1]),
        ({"object_name": "file"}, [1]),
        ({"to_ids": 1}, [0, 1]),
        ({"searchall": "seen in a post"}, [0]),
        ({"limit": 1, "page": 2}, [1]),
        ({"metadata": True}, [0, 1]),
    ],
)
def test_events_are_found_by(two, asked, found):
    misp, *events = two
    got = misp.search(**asked)
    assert [one["Event"]["uuid"] for one in got] == [events[place].uuid for place in found]


def test_events_are_found_by_id_uuid_and_time_of_publishing(two):
    misp, first, second = two
    assert [one["Event"]["id"] for one in misp.search(eventid=first.id)] == [str(first.id)]
    assert [one["Event"]["uuid"] for one in misp.search(uuid=second.uuid)] == [second.uuid]
    misp.publish(second)
    assert [one["Event"]["uuid"] for one in misp.search(publish_timestamp="1h")] == [second.uuid]


def test_attributes_are_found_with_their_context(two):
    misp, first, _ = two
    (one,) = misp.search(controller="attributes", value="fund-relief.example", include_context=True)["Attribute"]
    assert one["Event"]["info"] == "first of two"
    assert {tag["name"] for tag in one["Event"]["Tag"]} == {"tlp:green", "region:east"}
    found = misp.search(controller="attributes", to_ids=1, limit=1)["Attribute"]
    assert [one["event_uuid"] for one in found] == [first.uuid]


def test_objects_are_found(two):
    misp, _, second = two
    (one,) = misp.search(controller="objects", object_name="file")
    assert one["Object"]["Attribute"][0]["value"] == "give.exe"
    assert one["Object"]["event_id"] == str(second.id)


def test_attributes_come_as_csv_text_and_digests(site, two):
    misp, *_ = two
    rows = misp.search(controller="attributes", return_format="csv", type_attribute="domain", pythonify=True)
    assert [row["value"] for row in rows] == ["fund-relief.example"]
    text = misp.search(controller="attributes", return_format="text", type_attribute="md5")
    assert text.split() == ["0" * 32]
    lines = site.ask("sea", "POST", "attributes/restSearch.json", {"returnFormat": "cache", "limit": 100, "page": 1})
    assert len(lines.text.split()) == 4
    assert all(len(line.split(",")[0]) == 32 for line in lines.text.split())


def test_a_filter_that_is_not_known_is_refused_and_not_left_out(site):
    said = site.ask("ann", "POST", "events/restSearch", {"returnFormat": "json", "colour": "blue"})
    assert said.status_code == 400
    assert "colour" in said.json()["errors"]


def test_the_index_is_searched(two):
    misp, first, second = two
    assert [one["uuid"] for one in misp.search_index(tags="tlp:green")] == [first.uuid]
    assert {one["uuid"] for one in misp.search_index(org="Sea CERT")} == {first.uuid, second.uuid}
    assert [one.info for one in misp.search_index(eventinfo="second", pythonify=True)] == ["the second"]


def test_tags_of_any_script_are_put_on_and_taken_off(ann):
    event = added(ann)
    for name in ("ข่าวกรอง", "tình báo", "သတင်း", 'x:y="z z"'):
        assert not ann.tag(event, name).get("errors")
        assert name in {tag["name"] for tag in ann.get_event(event)["Event"]["Tag"]}
    assert not ann.untag(event, "tình báo").get("errors")
    assert "tình báo" not in {tag["name"] for tag in ann.get_event(event)["Event"]["Tag"]}
    part = ann.get_event(event, pythonify=True).attributes[0]
    ann.tag(part, "ข่าวกรอง")
    assert [tag["name"] for tag in ann.get_attribute(part)["Attribute"]["Tag"]] == ["ข่าวกรอง"]
    ann.untag(part, "ข่าวกรอง")
    assert not ann.get_attribute(part)["Attribute"].get("Tag")


def test_attributes_are_added_changed_deleted_and_brought_back(ann):
    event = added(ann)
    part = ann.add_attribute(
        event, {"type": "url", "category": "Network activity", "value": "http://a.example/x"}, True
    )
    part.comment, part.value = "moved", "http://a.example/y"
    changed = ann.update_attribute(part, pythonify=True)
    assert (changed.comment, changed.value) == ("moved", "http://a.example/y")
    assert ann.attribute_exists(part)
    assert not ann.delete_attribute(part).get("errors")
    assert len(ann.get_event(event)["Event"]["Attribute"]) == 2
    assert ann.restore_attribute(part)["Attribute"]["deleted"] is False
    again = ann.add_attribute(event, {"type": "url", "category": "Network activity", "value": "http://a.example/y"})
    assert again["errors"][0] == 403


def test_an_attribute_to_detect_by_from_now_on_leaves_nothing_of_what_it_was(site, ann):
    event = added(ann)
    part = event.attributes[1]
    part.to_ids = True
    assert ann.update_attribute(part)["Attribute"]["to_ids"] is True
    with site.node.ctx.db.read() as connection:
        kinds = [f"{kind}--{part.uuid}" for kind in ("observed-data", "indicator")]
        assert set(objects.latest(connection, kinds)) == {kinds[1]}


def test_a_value_nobody_names_any_more_is_no_longer_held(site, ann):
    event = added(ann)
    name = sco(normalise("domain", "only-here.example")).id
    part = ann.add_attribute(
        event, {"type": "domain", "category": "Network activity", "value": "only-here.example"}, True
    )
    with site.node.ctx.db.read() as connection:
        assert name in objects.latest(connection, [name])
    ann.delete_event(event)
    with site.node.ctx.db.read() as connection:
        assert not objects.latest(connection, [name, f"observed-data--{part.uuid}"])


def test_objects_are_added_changed_linked_and_deleted(ann):
    event = added(ann)
    made = pymisp.MISPObject("file", strict=False)
    made.add_attribute("filename", "give.exe", type="filename")
    held = ann.add_object(event, made, pythonify=True)
    assert ann.object_exists(held)
    held.comment = "dropper"
    assert ann.update_object(held)["Object"]["comment"] == "dropper"
    link = held.add_reference(event.attributes[0].uuid, "connects-to")
    assert ann.add_object_reference(link)["ObjectReference"]["relationship_type"] == "connects-to"
    (shown,) = ann.get_event(event)["Event"]["Object"]
    assert [one["referenced_uuid"] for one in shown["ObjectReference"]] == [event.attributes[0].uuid]
    assert not ann.delete_object(held).get("errors")
    assert ann.get_event(event)["Event"]["Object"] == []


def test_a_sighting_is_added_by_value_and_by_attribute_listed_and_deleted(ann):
    event = added(ann)
    part = event.attributes[0]
    one = ann.add_sighting({"type": "0", "source": "sensor"}, part, pythonify=True)
    assert one.source == "sensor"
    assert ann.add_sighting({"values": ["198.51.100.7"], "type": "1"})["Sighting"]["type"] == "1"
    assert len(ann.sightings(event)) == 2
    found = ann.search_sightings(context="event", context_id=event.uuid)
    assert {entry["Sighting"]["type"] for entry in found} == {"0", "1"}
    assert not ann.delete_sighting(one).get("errors")
    assert len(ann.sightings(event)) == 1


def test_an_event_report_is_added_read_and_changed(ann):
    event = added(ann)
    report = pymisp.MISPEventReport()
    report.from_dict(name="What we saw", content="# Seen\n<script>alert(1)</script>")
    ann.add_event_report(event, report)
    (held,) = ann.get_event_reports(event.id, pythonify=True)
    assert held.content == "# Seen\n<script>alert(1)</script>"
    held.name = "What we know"
    ann.update_event_report(held)
    assert [one.name for one in ann.get_event_reports(event.id, pythonify=True)] == ["What we know"]
    assert not ann.delete_event_report(held).get("errors")
    assert ann.get_event_reports(event.id) == []


def test_notes_and_opinions_are_kept_with_what_they_are_about(ann):
    event = added(ann)
    note = pymisp.MISPNote()
    note.from_dict(note="Known since spring", object_uuid=event.uuid, object_type="Event", language="en")
    assert ann.add_note(note)["Note"]["note"] == "Known since spring"
    opinion = pymisp.MISPOpinion()
    opinion.from_dict(opinion=80, comment="likely", object_uuid=event.attributes[0].uuid, object_type="Attribute")
    assert not ann.add_opinion(opinion).get("errors")
    shown = ann.get_event(event)["Event"]
    assert [one["note"] for one in shown["Note"]] == ["Known since spring"]
    assert [int(one["opinion"]) for one in shown["Attribute"][0]["Opinion"]] == [80]


def test_what_one_may_not_change_becomes_a_proposal_its_owner_accepts(site):
    site.account("owner", to=("guest",))
    site.account("guest", to=("owner",))
    owner, guest = site.misp("owner"), site.misp("guest")
    event = added(owner)
    part = guest.get_event(event, pythonify=True).attributes[0]
    part.value = "fund-relief-2.example"
    said = guest.update_attribute(part, pythonify=True)
    assert isinstance(said, pymisp.MISPShadowAttribute)
    (proposal,) = owner.get_event(event)["Event"]["Attribute"][0]["ShadowAttribute"]
    assert proposal["value"] == "fund-relief-2.example"
    assert not owner.accept_attribute_proposal(proposal["uuid"]).get("errors")
    assert owner.get_event(event)["Event"]["Attribute"][0]["value"] == "fund-relief-2.example"


def test_a_peer_asks_for_the_index_again_and_gets_nothing_new(site, ann):
    added(ann)
    asked = {"minimal": 1, "published": 0}
    first = site.ask("ann", "POST", "events/index", asked, **{"If-None-Match": ""})
    assert set(first.json()[0]) == {"id", "timestamp", "sighting_timestamp", "published", "uuid", "orgc_uuid"}
    again = site.ask("ann", "POST", "events/index", asked, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "ETag" not in site.ask("ann", "POST", "events/index", asked).headers


def test_a_peer_pushes_as_an_unmodified_misp_does(site):
    site.account("peer", speaks_for=frozenset({CERT["uuid"]}))
    event = {
        "uuid": "5bad1b96-53bc-4148-87eb-50d50a016201",
        "info": "x",
        "date": "2018-09-27",
        "timestamp": "1539269641",
    }
    event |= {"distribution": "1", "analysis": "0", "threat_level_id": "2", "published": True, "Orgc": CERT}
    event["Attribute"] = [{"uuid": "5bad1b96-53bc-4148-87eb-50d50a016202", "type": "domain", "value": "a.example"}]
    assert site.ask("peer", "GET", "servers/getVersion").json()["perm_sync"]
    wanted = site.ask("peer", "POST", "events/filterEventIdsForPush", [{"Event": event}])
    assert wanted.json() == [event["uuid"]]
    path = f"events/view/{event['uuid']}"
    assert site.ask("peer", "HEAD", path).status_code == 404
    body = gzip.compress(json.dumps({"Event": event}).encode())
    said = site.ask("peer", "POST", "events/add/metadata:1", body, **{"Content-Encoding": "gzip"})
    assert said.status_code == 200
    assert "Attribute" not in said.json()["Event"]
    assert site.ask("peer", "HEAD", path).status_code == 200
    assert site.ask("peer", "POST", "events/filterEventIdsForPush", [{"Event": event}]).json() == []
    newer = {**event, "timestamp": "1539269642", "info": "y"}
    assert site.ask("peer", "POST", f"events/edit/{event['uuid']}/metadata:1", {"Event": newer}).status_code == 200
    longer = path + "/deleted[]:0/deleted[]:1/excludeGalaxy:1/includeEventCorrelations:0/excludeLocalTags:1.json"
    assert site.ask("peer", "GET", longer).json()["Event"]["info"] == "y"
    seen = {"uuid": "5bad1b96-53bc-4148-87eb-50d50a016203", "date_sighting": "1539269700", "type": "0", "source": ""}
    seen |= {"attribute_uuid": event["Attribute"][0]["uuid"], "Organisation": CERT}
    assert (
        site.ask("peer", "POST", f"sightings/filterSightingUuidsForPush/{event['uuid']}", [seen["uuid"]]).json() == []
    )
    told = site.ask("peer", "POST", f"sightings/bulkSaveSightings/{event['uuid']}", [seen])
    assert told.json()["success"] == "1 sightings added."
    found = site.ask("peer", "POST", "sightings/restSearch/event", {"uuid": [event["uuid"]], "last": 0})
    assert [one["Sighting"]["uuid"] for one in found.json()["response"]] == [seen["uuid"]]
    proposed = [{"uuid": "5bad1b96-53bc-4148-87eb-50d50a016204", "type": "domain", "value": "b.example", "Org": CERT}]
    counted = site.ask("peer", "POST", f"events/pushProposals/{event['uuid']}", proposed).json()
    assert counted == {"success": True, "message": "", "counter": 1}
    listed = site.ask("peer", "GET", "shadow_attributes/index/all:1/timestamp:0/limit:1000/page:1/deleted[]:0.json")
    assert [one["ShadowAttribute"]["event_uuid"] for one in listed.json()] == [event["uuid"]]
    assert site.ask("peer", "GET", "eventReports/add").json()["description"]
    assert site.ask("peer", "POST", "galaxy_clusters/restSearch", {"published": 1}).json() == {"response": []}
    assert set(site.ask("peer", "POST", "analyst_data/indexMinimal", {"orgc_name": []}).json()) >= {"Note", "Opinion"}
    said = site.ask("peer", "POST", "servers/postTest", {"testString": "ทดสอบ" * 100})
    assert said.json()["body"]["testString"] == "ทดสอบ" * 100


def test_an_event_goes_out_only_to_whom_it_is_released_and_a_part_only_where_it_is(site):
    site.account("desk", to=("reader",))
    site.account("reader", ceiling=TLP.GREEN)
    desk, reader = site.misp("desk"), site.misp("reader")
    event = an_event()
    event.attributes[1].add_tag("tlp:amber")
    held = desk.add_event(event, pythonify=True)
    assert len(desk.get_event(held)["Event"]["Attribute"]) == 2
    assert [one["value"] for one in reader.get_event(held)["Event"]["Attribute"]] == ["fund-relief.example"]
    assert reader.search(value="198.51.100.7") == []
    desk.untag(held, "tlp:green")
    desk.tag(held, "tlp:red")
    assert reader.get_event(held)["errors"][0] == 404
    assert not any(one["uuid"] == held.uuid for one in reader.search_index())


def test_staff_are_not_named_on_the_way_out(ann):
    event = an_event()
    content = json.loads(event.to_json()) | {"event_creator_email": "staff@cert.example", "user_id": "7"}
    content["Attribute"][0]["user_id"] = "7"
    ann.direct_call("events/add", {"Event": content})
    shown = json.dumps(ann.get_event(event.uuid))
    assert "staff@cert.example" not in shown
    assert '"user_id": "7"' not in shown


# Every oddity at hand in a dozen; all of them in the slow suite.
_SAMPLE = tuple(
    "57c4445b existing_event japanese_test mainly_objects proposals shadow to_delete1 signsight sednit__2018 dukes"
    " gelsemium sshdoor__misp-events__abafar".split()
)


def comes_back(misp, event):
    made = pymisp.MISPEvent()
    made.load(copy.deepcopy(event))
    sent = as_seen(json.loads(made.to_json()))
    said = misp.add_event(made)
    assert "errors" not in said, said
    found = as_seen(misp.get_event(said["Event"]["uuid"], deleted=[0, 1])["Event"])
    for name in ("uuid", "timestamp", "orgc"):  # what a hand-made event has not, it is given
        if not event.get({"orgc": "Orgc"}.get(name, name)):
            found[name] = sent[name]
    if any(not one.get("uuid") for one in event.get("Attribute") or ()):
        for one in (found, sent):
            one["attributes"] = sorted((a["type"], a["value"], a["comment"]) for a in one["attributes"].values())
    return sent, found


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
@pytest.mark.parametrize("name", _SAMPLE)
def test_what_an_analyst_sees_of_an_event_comes_back_the_same(ann, name):
    found = [event for where, event in corpus() if where.startswith(name)]
    assert found
    for event in found:
        sent, back = comes_back(ann, event)
        assert back == sent


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_every_event_at_hand_comes_back_the_same(tmp_path):
    site = MispSite(tmp_path)
    site.account("ann", speaks_for=ANYBODY)
    misp, count = site.misp("ann"), 0
    for _, event in corpus():
        sent, back = comes_back(misp, event)
        assert back == sent
        count += 1
    site.close()
    assert count == 127
