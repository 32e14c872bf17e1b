"""Every call that an unmodified MISP 2.5 and an unmodified PyMISP make, row by row, and what each must find there.

MISP has no standard for this: the rows are what two instances were seen to ask of each other, in the order a pull and a
push ask them, and what PyMISP reads without looking whether it is there.
"""

from __future__ import annotations

import json

import pytest
from misp_parties import ANYBODY, MispSite, an_event

from oureyes.interfaces.misp.server import CALLS

CERT = {"name": "Fictional CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f"}
UUID = "5bad1b96-53bc-4148-87eb-50d50a0163{:02x}"
LONG = (
    "/deleted[]:0/deleted[]:1/excludeGalaxy:1/includeEventCorrelations:0/includeFeedCorrelations:0"
    "/includeWarninglistHits:0/excludeLocalTags:1"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = MispSite(tmp_path_factory.mktemp("endpoints"))
    made.account("peer", speaks_for=ANYBODY)
    event = an_event()
    event.uuid, event.published = UUID.format(1), True
    event.attributes[0].uuid = UUID.format(2)
    made.misp("peer").add_event(event)
    yield made
    made.close()


def an(number, **more):
    return {
        "uuid": UUID.format(number), "info": "x", "date": "2023-11-14", "timestamp": "1700000000", "distribution": "1",
        "analysis": "0", "threat_level_id": "2", "published": True, "Orgc": CERT, "Attribute": [], **more,
    }  # fmt: skip


SEEN = {"uuid": UUID.format(3), "date_sighting": "1700000000", "type": "0", "attribute_uuid": UUID.format(2)}
NOTE = {"uuid": UUID.format(4), "note": "known", "object_uuid": UUID.format(1), "object_type": "Event", "Orgc": CERT}
NOTE |= {"created": "2026-01-01 00:00:00", "modified": "2026-01-01 00:00:00", "note_type_name": "Note"}
CLUSTER = {
    "uuid": UUID.format(5), "value": "Fund fraud ring", "type": "fund-fraud", "version": "1700000000",
    "tag_name": f'misp-galaxy:fund-fraud="{UUID.format(5)}"', "description": "d", "default": False, "published": True,
    "distribution": "1", "Orgc": CERT, "GalaxyElement": [{"key": "country", "value": "XX"}],
    "Galaxy": {"uuid": UUID.format(6), "name": "Fund fraud", "type": "fund-fraud", "namespace": "own", "version": "1"},
}  # fmt: skip

# What a peer asks of us (method, path, body), the status, and what must hold of the decoded answer.
PEER = {
    "getVersion": ("GET", "servers/getVersion", None, 200, lambda said: said.keys() >= {
        "version", "pymisp_recommended_version", "perm_sync", "perm_sighting", "perm_galaxy_editor",
        "perm_analyst_data", "uuid", "request_encoding", "filter_sightings"} and said["request_encoding"] == ["gzip"]),
    "postTest": ("POST", "servers/postTest", {"testString": "x" * 5000}, 200, lambda said:
        said["body"] == {"testString": "x" * 5000} and said["headers"] == {
            "Content-type": "application/json", "Accept": "application/json", "Authorization": "OK"}),
    "me": ("GET", "users/view/me.json", None, 200, lambda said: said.keys() >= {
        "User", "Role", "UserSetting", "Organisation"} and said["User"].keys() >= {"id", "org_id", "email", "role_id"}
        and said["Organisation"].keys() >= {"id", "name", "uuid", "local"}),
    "rules": ("GET", "servers/getAvailableSyncFilteringRules", None, 200, lambda said:
        said == {"organisations": said["organisations"], "tags": ["tlp:green"]}),
    "index": ("POST", "events/index", {"minimal": 1, "published": 1}, 200, lambda said: [set(one) for one in said] == [
        {"id", "timestamp", "sighting_timestamp", "published", "uuid", "orgc_uuid"}] * len(said) and said),
    "view": ("GET", f"events/view/{UUID.format(1)}{LONG}", None, 200, lambda said:
        len(said["Event"]["Attribute"]) == 2 and isinstance(said["Event"]["timestamp"], str)
        and said["Event"]["published"] is True),
    "head there": ("HEAD", f"events/view/{UUID.format(1)}", None, 200, None),
    "head not there": ("HEAD", f"events/view/{UUID.format(90)}", None, 404, None),
    "wanted": ("POST", "events/filterEventIdsForPush", [
        {"Event": {"uuid": UUID.format(1), "timestamp": "1"}}, {"Event": {"uuid": UUID.format(7), "timestamp": "1"}}],
        200, lambda said: said == [UUID.format(7)]),
    "add": ("POST", "events/add/metadata:1", {"Event": an(8)}, 200, lambda said:
        said["Event"]["uuid"] == UUID.format(8) and "Attribute" not in said["Event"]),
    "add again": ("POST", "events/add/metadata:1", {"Event": an(8)}, 404, lambda said: said["name"]),
    "edit": ("POST", f"events/edit/{UUID.format(8)}/metadata:1", {"Event": an(8, timestamp="1700000001")}, 200,
        lambda said: said["Event"]["timestamp"] == "1700000001"),
    "edit not newer": ("POST", f"events/edit/{UUID.format(8)}/metadata:1", {"Event": an(8)}, 403, lambda said:
        said["errors"] == "Event could not be saved: Event in the request not newer than the local copy."),
    "proposals": ("POST", f"events/pushProposals/{UUID.format(1)}", [
        {"uuid": UUID.format(9), "old_uuid": UUID.format(2), "type": "domain", "value": "b.example", "Org": CERT}], 200,
        lambda said: said == {"success": True, "message": "", "counter": 1}),
    "proposals since": ("GET",
        "shadow_attributes/index/all:1/timestamp:0/limit:1000/page:1/deleted[]:0/deleted[]:1.json", None, 200,
        lambda said: said[0]["ShadowAttribute"].keys() >= {"org_uuid", "event_uuid", "old_uuid", "Org"}),
    "sightings known": ("POST", f"sightings/filterSightingUuidsForPush/{UUID.format(1)}", [SEEN["uuid"]], 200,
        lambda said: said == []),
    "sightings given": ("POST", f"sightings/bulkSaveSightings/{UUID.format(1)}", [SEEN], 200,
        lambda said: said["saved"] is True and said["success"] == "1 sightings added."),
    "sightings": ("POST", "sightings/restSearch/event", {
        "returnFormat": "json", "last": 0, "includeUuid": True, "uuid": [UUID.format(1)]}, 200, lambda said:
        said["response"][0]["Sighting"].keys() >= {
            "uuid", "date_sighting", "type", "source", "attribute_uuid", "event_uuid", "Organisation"}),
    "cluster given": ("POST", "galaxies/pushCluster", [{"GalaxyCluster": CLUSTER}], 200, lambda said: said["saved"]),
    "clusters": ("POST", "galaxy_clusters/restSearch", {"published": 1, "minimal": 1, "custom": 1}, 200, lambda said:
        said == {"response": [{"GalaxyCluster": {"uuid": CLUSTER["uuid"], "version": CLUSTER["version"]}}]}),
    "cluster": ("GET", f"galaxy_clusters/view/{CLUSTER['uuid']}", None, 200, lambda said:
        said["GalaxyCluster"]["value"] == CLUSTER["value"]
        and said["GalaxyCluster"]["Galaxy"]["type"] == "fund-fraud"),
    "analyst wanted": ("POST", "analyst_data/filterAnalystDataForPush", {"Note": {NOTE["uuid"]: NOTE}}, 200,
        lambda said: list(said.get("Note", [])) == [NOTE["uuid"]]),
    "analyst given": ("POST", "analyst_data/pushAnalystData", {"Note": NOTE}, 200, lambda said:
        said["saved"] is True and said["success"] is True and said["message"]),
    "analyst known": ("POST", "analyst_data/indexMinimal", {"orgc_name": []}, 200, lambda said:
        said["Note"] == {NOTE["uuid"]: NOTE["modified"]} and said.keys() == {"Note", "Opinion", "Relationship"}),
    "analyst": ("GET", f"analyst_data/index/Note/uuid[]:{NOTE['uuid']}.json", None, 200, lambda said:
        said[0]["Note"]["note"] == "known" and said[0]["Note"].keys() >= {"Org", "Orgc"}),
    "reports taken": ("GET", "eventReports/add", None, 200, lambda said: said["name"] and said["description"]),
}  # fmt: skip


def test_a_peer_is_answered_as_it_expects(site):
    """Row by row, in the order a pull and a push ask."""
    for row, (method, path, body, status, holds) in PEER.items():
        said = site.ask("peer", method, path, body)
        assert said.status_code == status, (row, said.text[:300])
        assert holds is None or holds(said.json()), (row, said.text[:500])


def test_overlaps_are_looked_for_by_digest(site):
    asked = {"returnFormat": "cache", "includeEventUuid": 1, "page": 1, "limit": 10}
    lines = site.ask("peer", "POST", "attributes/restSearch.json", asked).text.split()
    assert all(len(line.split(",")[0]) == 32 and line.endswith(UUID.format(1)) for line in lines)
    assert lines


def test_an_event_that_is_there_is_named_by_its_place(site):
    said = site.ask("peer", "POST", "events/add/metadata:1", {"Event": an(1)})
    assert said.headers["Location"].startswith("/events/")


# Whatever PyMISP calls that has to do with intelligence must lead somewhere.
PYMISP = (
    "servers/getversion users/view attributes/describetypes events/add events/view events/edit events/delete"
    " events/publish events/alert events/restsearch attributes/restsearch objects/restsearch events/index sightings/add"
    " attributes/add attributes/edit attributes/delete attributes/restore attributes/view objects/add objects/edit"
    " objects/delete objects/view objectreferences/add tags/attachtagtoobject tags/removetagfromobject"
    " eventreports/add eventreports/edit eventreports/delete eventreports/view analystdata/add analystdata/view"
    " analystdata/edit analystdata/delete shadowattributes/add shadowattributes/accept shadowattributes/discard"
    " sightings/delete sightings/listsightings admin/organisations/add admin/users/add admin/roles/setdefault"
    " servers/serversettingsedit galaxyclusters/view galaxyclusters/restsearch"
).split()


@pytest.mark.parametrize("call", PYMISP)
def test_a_call_of_pymisp_leads_somewhere(call):
    controller, _, action = call.rpartition("/")
    assert (controller, action) in CALLS


@pytest.mark.parametrize(
    "path", ["sharing_groups/index", "sharingGroups/index", "SharingGroups/index.json", "sharing_groups/"]
)
def test_a_path_is_one_however_it_is_spelt(site, path):
    assert "response" in site.ask("peer", "GET", path).json()


def test_numbers_are_text_and_truth_is_truth(site):
    event = site.ask("peer", "GET", f"events/view/{UUID.format(1)}").json()["Event"]
    texts = ("id", "orgc_id", "threat_level_id", "analysis", "distribution", "timestamp", "attribute_count")
    assert all(isinstance(event[name], str) for name in texts)
    assert all(isinstance(event[name], bool) for name in ("published", "locked", "disable_correlation"))
    for one in event["Attribute"]:
        assert all(isinstance(one[name], str) for name in ("id", "event_id", "distribution", "timestamp"))
        assert all(isinstance(one[name], bool) for name in ("to_ids", "deleted", "disable_correlation"))


def test_a_long_answer_is_packed_for_who_can_unpack_it(site):
    import gzip

    path = f"events/view/{UUID.format(1)}"
    packed = site.ask("peer", "GET", path, None, **{"Accept-Encoding": "deflate, gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == site.ask("peer", "GET", path).json()


def test_an_error_is_said_in_the_form_a_client_reads(site):
    said = site.ask("peer", "GET", f"events/view/{UUID.format(91)}")
    assert said.status_code == 404
    assert said.json().keys() >= {"name", "message", "url"}
