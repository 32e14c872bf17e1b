"""The client pulls from and pushes to a MISP elsewhere: our own door, and a stub that answers as it was recorded."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from misp_parties import ANYBODY, MispSite, an_event

from oureyes.interfaces.misp.client import downgraded, run
from oureyes.model.remotes import Remote
from oureyes.node import polling
from oureyes.node.serving import Serving

CERT = {"id": "3", "name": "Fictional CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f", "local": True}
UUID = "5bad1b96-53bc-4148-87eb-50d50a0162{:02x}"


@pytest.fixture
def here(tmp_path):
    made = MispSite(tmp_path / "here", taxii_loopback=True)
    made.account("peer", to=("ann",), speaks_for=ANYBODY)
    made.account("ann", speaks_for=ANYBODY)
    yield made
    made.close()


@pytest.fixture
def there(tmp_path):
    made = MispSite(tmp_path / "there")
    made.account("us", speaks_for=ANYBODY)
    made.account("bea", to=("us",))
    yield made
    made.close()


def polled(site, url, secret, *, push=False, **options):
    remote = Remote("there", url, push=push, kind="misp", account="peer")
    if not any(one.remote.name == "there" for one in polling.listed(site.node.ctx)):
        polling.add(site.node.ctx, remote, secret, by="ayu")
    return run(Serving(site.node.ctx), "there", early=True, **options)


def test_what_is_published_there_comes_here_and_comes_once(here, there):
    bea, ann = there.misp("bea"), here.misp("ann")
    event = bea.add_event(an_event(distribution=2), pythonify=True)
    draft = bea.add_event(an_event(distribution=2), pythonify=True)
    bea.publish(event)
    bea.add_sighting({"source": "sensor"}, event.attributes[0])
    first = polled(here, there.url, there.keys["us"])
    assert (first.state, first.progress.stored, first.error) == ("idle", 1, "")
    found = ann.get_event(event.uuid)["Event"]
    assert [one["value"] for one in found["Attribute"]] == ["fund-relief.example", "198.51.100.7"]
    assert found["distribution"] == "1"
    assert [one["source"] for one in found["Attribute"][0]["Sighting"]] == ["sensor"]
    assert not ann.event_exists(draft)
    again = polled(here, there.url, there.keys["us"])
    assert again.progress.stored == 1
    assert again.progress.following == first.progress.following


def test_a_change_there_is_a_change_here_and_so_is_a_deletion_of_a_part(here, there):
    bea, ann = there.misp("bea"), here.misp("ann")
    event = bea.add_event(an_event(distribution=3), pythonify=True)
    bea.publish(event)
    polled(here, there.url, there.keys["us"])
    event.attributes[1].delete()
    event.info = "second wave"
    bea.update_event(event)
    bea.untag(event, "tlp:green")
    bea.publish(event)
    polled(here, there.url, there.keys["us"])
    found = ann.get_event(event.uuid)["Event"]
    assert (found["info"], [one["value"] for one in found["Attribute"]]) == ("second wave", ["fund-relief.example"])
    assert found["Tag"] == []


def test_what_was_meant_for_the_community_there_goes_no_further(here, there):
    bea = there.misp("bea")
    event = bea.add_event(an_event(distribution=1), pythonify=True)
    bea.publish(event)
    assert polled(here, there.url, there.keys["us"]).progress.stored == 1
    assert not here.misp("ann").event_exists(event.uuid)
    assert here.misp("peer").event_exists(event.uuid)


def test_what_may_go_is_pushed_and_parts_that_may_not_stay(here, there):
    here.account("sea", to=("peer",))
    sea, us = here.misp("sea"), there.misp("us")
    event = an_event(distribution=2)
    event.attributes[1].distribution = 0
    event.add_tag({"name": "local-note", "local": True})
    event = sea.add_event(event, pythonify=True)
    own = here.misp("ann").add_event(an_event(distribution=2), pythonify=True)
    for misp, one in ((sea, event), (here.misp("ann"), own)):
        misp.publish(one)
    first = polled(here, there.url, there.keys["us"], push=True)
    assert (first.state, first.progress.stored, first.progress.put_aside) == ("idle", 1, 0)
    found = us.get_event(event.uuid)["Event"]
    assert [one["value"] for one in found["Attribute"]] == ["fund-relief.example"]
    assert [tag["name"] for tag in found["Tag"]] == ["tlp:green"]
    assert found["distribution"] == "1"
    assert not us.event_exists(own.uuid)  # released to nobody
    assert polled(here, there.url, there.keys["us"], push=True).progress.pages == 1  # nothing new
    event.info = "second wave"
    sea.update_event(event)
    sea.publish(event)
    assert polled(here, there.url, there.keys["us"], push=True).progress.stored == 2
    assert us.get_event(event.uuid)["Event"]["info"] == "second wave"


def a_cluster(number, **more):
    galaxy = {"uuid": UUID.format(200), "name": "Fund fraud", "type": "fund-fraud", "namespace": "own", "version": "1"}
    return {
        "uuid": UUID.format(number), "value": "Fund fraud ring", "type": "fund-fraud", "version": "1700000000",
        "tag_name": "misp-galaxy:fund-fraud=\"ring\"", "description": "They collect", "published": True,
        "distribution": "2", "Galaxy": galaxy, "GalaxyElement": [{"key": "country", "value": "XX"}], **more,
    }  # fmt: skip


def listed(site, name):
    said = site.ask(name, "POST", "galaxy_clusters/restSearch", {"published": 1, "minimal": 1, "custom": 1}).json()
    return {one["GalaxyCluster"]["uuid"]: one["GalaxyCluster"]["version"] for one in said["response"]}


def pushed_cluster(site, name, content):
    return site.ask(name, "POST", "galaxies/pushCluster", [{"GalaxyCluster": content}])


def test_a_cluster_of_somebody_s_own_comes_here_and_a_later_version_takes_its_place(here, there):
    pushed_cluster(there, "bea", a_cluster(1))
    pushed_cluster(there, "bea", a_cluster(2, published=False))
    first = polled(here, there.url, there.keys["us"])
    assert (first.state, first.error, listed(here, "ann")) == ("idle", "", {UUID.format(1): "1700000000"})
    found = here.ask("ann", "GET", f"galaxy_clusters/view/{UUID.format(1)}").json()["GalaxyCluster"]
    assert (found["value"], found["distribution"], found["GalaxyElement"][0]["value"]) == ("Fund fraud ring", "1", "XX")
    assert found["Galaxy"]["name"] == "Fund fraud"
    pushed_cluster(there, "bea", a_cluster(1, version="1700000009", description="They collect and run"))
    polled(here, there.url, there.keys["us"])
    found = here.ask("ann", "GET", f"galaxy_clusters/view/{UUID.format(1)}").json()["GalaxyCluster"]
    assert (found["description"], found["version"]) == ("They collect and run", "1700000009")


def test_a_cluster_that_may_go_is_pushed_and_once(here, there):
    here.account("sea", to=("peer",))
    pushed_cluster(here, "sea", a_cluster(1))
    pushed_cluster(here, "sea", a_cluster(2, distribution="1"))
    pushed_cluster(here, "ann", a_cluster(3))  # released to nobody
    told = polled(here, there.url, there.keys["us"], push=True)
    assert (told.state, told.progress.stored, told.progress.put_aside) == ("idle", 1, 0)
    assert set(listed(there, "us")) == {UUID.format(1)}
    assert polled(here, there.url, there.keys["us"], push=True).progress.stored == 1


def noted(site, name, about, kind="Event", **more):
    note = {"note": "known since spring", "object_uuid": about, "object_type": kind, "distribution": "2", **more}
    return site.ask(name, "POST", "analyst_data/add/Note", {"Note": note}).json()["Note"]["uuid"]


def test_what_analysts_said_there_comes_here_and_what_they_say_here_goes_there(here, there):
    bea, ann = there.misp("bea"), here.misp("ann")
    event = bea.add_event(an_event(distribution=3), pythonify=True)
    bea.publish(event)
    noted(there, "bea", event.uuid)
    noted(there, "bea", event.attributes[0].uuid, "Attribute", note="on the domain")
    assert polled(here, there.url, there.keys["us"]).state == "idle"
    found = ann.get_event(event.uuid)["Event"]
    assert [one["note"] for one in found["Note"]] == ["known since spring"]
    assert [one["note"] for one in found["Attribute"][0]["Note"]] == ["on the domain"]
    assert polled(here, there.url, there.keys["us"]).state == "idle"
    assert len(ann.get_event(event.uuid)["Event"]["Note"]) == 1

    here.account("sea", to=("peer",), speaks_for=ANYBODY)
    sea, us = here.misp("sea"), there.misp("us")
    own = sea.add_event(an_event(distribution=2), pythonify=True)
    sea.publish(own)
    noted(here, "sea", own.uuid, note="ours")
    noted(here, "sea", own.uuid, note="for this community", distribution="1")
    polling.remove(here.node.ctx, "there", by="ayu")
    polled(here, there.url, there.keys["us"], push=True)
    assert [one["note"] for one in us.get_event(own.uuid)["Event"]["Note"]] == ["ours"]


def test_a_note_for_its_author_s_organisation_alone_is_shown_to_nobody_else(here):
    here.account("sea", to=("ann",))
    event = here.misp("sea").add_event(an_event(), pythonify=True)
    noted(here, "sea", event.uuid, note="for us alone", distribution="0")
    assert here.misp("sea").get_event(event)["Event"]["Note"]
    assert not here.misp("ann").get_event(event.uuid)["Event"].get("Note")


@pytest.mark.parametrize("how", ["retracted", "narrowed"])
def test_what_is_taken_back_here_is_deleted_there(here, there, how):
    here.account("sea", to=("peer",))
    sea, us = here.misp("sea"), there.misp("us")
    event, other = (sea.add_event(an_event(distribution=2), pythonify=True) for _ in range(2))
    for one in (event, other):
        sea.publish(one)
    assert polled(here, there.url, there.keys["us"], push=True).progress.stored == 2
    if how == "retracted":
        sea.delete_event(event)
    else:
        sea.tag(event, "tlp:red")
    told = polled(here, there.url, there.keys["us"], push=True)
    assert (told.state, told.progress.stored) == ("idle", 3)
    assert (us.event_exists(event.uuid), us.event_exists(other.uuid)) == (False, True)
    assert polled(here, there.url, there.keys["us"], push=True).progress.stored == 3  # told once


def test_what_was_never_given_is_never_deleted(here, there):
    us = there.misp("us")
    theirs = us.add_event(an_event(distribution=2), pythonify=True)
    here.account("sea", to=("peer",))
    own = here.misp("sea").add_event(an_event(distribution=2), pythonify=True)
    here.misp("sea").delete_event(own)
    assert polled(here, there.url, there.keys["us"], push=True).state == "idle"
    assert us.event_exists(theirs.uuid)


def test_an_event_that_is_refused_is_put_aside_and_the_others_go_on(here, tmp_path):
    there = MispSite(tmp_path / "strict")
    there.account("us", speaks_for=frozenset({CERT["uuid"]}))
    here.account("sea", to=("peer",), speaks_for=ANYBODY)
    sea = here.misp("sea")
    bad, good = an_event(distribution=2), an_event(distribution=2)
    made = json.loads(good.to_json()) | {"Orgc": CERT, "published": True}
    sea.add_event(made)
    held = sea.add_event(bad, pythonify=True)
    sea.publish(held)
    told = polled(here, there.url, there.keys["us"], push=True)
    assert (told.state, told.progress.stored, told.progress.put_aside) == ("idle", 1, 1)
    (letter,) = here.node.quarantine()
    assert (letter.source, letter.subject) == ("misp:there", f"event {held.uuid}")
    there.close()


def test_a_remote_that_does_not_answer_is_tried_later_and_later(here):
    first = polled(here, "http://127.0.0.1:1/", "key")
    second = polled(here, "http://127.0.0.1:1/", "key")
    assert (first.state, first.attempts, second.attempts) == ("failing", 1, 2)
    assert second.next_try > first.next_try


def test_a_key_that_is_wrong_is_a_failure_and_loses_nothing(here, there):
    assert polled(here, there.url, "wrong").state == "failing"


class Stub:
    """Answers as a MISP 2.5 does, byte by byte as it was recorded, with faults where they are asked for."""

    def __init__(self, answers):
        self.asked = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                stub.asked.append((self.command, self.path, body))
                key = next((key for key in answers if key[0] == self.command and self.path.startswith(key[1])), None)
                status, said = answers[key] if key else (404, {"name": "Not Found", "message": "Not Found", "url": "/"})
                raw = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.send_header("Content-Type", "application/json; charset=UTF-8")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(raw)

            do_GET = do_POST = do_HEAD = answer

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def recorded(number, **more):
    part = {"id": "11", "event_id": "7", "object_id": "0", "object_relation": None, "category": "Network activity"}
    part |= {"type": "domain", "to_ids": True, "uuid": UUID.format(number + 100), "timestamp": "1700000000"}
    part |= {
        "distribution": "5",
        "sharing_group_id": "0",
        "comment": "",
        "deleted": False,
        "disable_correlation": False,
    }
    part |= {"first_seen": None, "last_seen": None, "value": f"a{number}.example", "Galaxy": [], "ShadowAttribute": []}
    event = {"id": "7", "orgc_id": "3", "org_id": "3", "date": "2023-11-14", "threat_level_id": "2", "info": "recorded"}
    event |= {"published": True, "uuid": UUID.format(number), "attribute_count": "1", "analysis": "0"}
    event |= {"timestamp": "1700000000", "distribution": "3", "publish_timestamp": "1700000001", "locked": False}
    event |= {"event_creator_email": "staff@cert.example", "Org": CERT, "Orgc": CERT, "Attribute": [part], "Object": []}
    return {"Event": {**event, "RelatedEvent": [], "Galaxy": [], "EventReport": [], **more}}


@pytest.fixture
def stub():
    made = []

    def make(answers):
        made.append(Stub(answers))
        return made[-1]

    yield make
    for one in made:
        one.close()


def line(number):
    made = {"id": "7", "timestamp": "1700000000", "sighting_timestamp": "0", "published": True}
    return {**made, "uuid": UUID.format(number), "orgc_uuid": CERT["uuid"]}


VERSION = (200, {"version": "2.5.1", "perm_sync": True, "perm_sighting": True, "uuid": UUID.format(90)})


def test_an_instance_that_answers_as_recorded_is_pulled(here, stub):
    remote = stub(
        {
            ("GET", "/servers/getVersion"): VERSION,
            ("POST", "/events/index"): (200, [line(1), line(2), line(3)]),
            ("GET", f"/events/view/{UUID.format(1)}"): (200, recorded(1)),
            ("GET", f"/events/view/{UUID.format(2)}"): (200, recorded(2, uuid="x")),  # another than was asked for
            ("POST", "/sightings/restSearch/event"): (200, {"response": []}),
            ("GET", "/shadow_attributes/index"): (200, []),
        }
    )
    told = polled(here, remote.url, "k" * 40)
    assert (told.state, told.progress.stored, told.progress.put_aside) == ("idle", 1, 2)
    found = here.misp("ann").get_event(UUID.format(1))["Event"]
    assert (found["info"], found["Attribute"][0]["value"]) == ("recorded", "a1.example")
    assert "staff@cert.example" not in json.dumps(found)
    order = ["/servers/getVersion", "/galaxy_clusters/restSearch", "/events/index"]
    assert [path for _, path, _ in remote.asked][:3] == order
    assert all("Bearer" not in str(one) for one in remote.asked)


@pytest.mark.parametrize(
    "answer",
    [(500, b"<html>"), (200, b"<html>"), (200, b"[" * 100), (200, []), (200, {}), (403, {"name": "no"}), (302, b"")],
)
def test_a_fault_there_is_kept_and_breaks_nothing_here(here, stub, answer):
    remote = stub({("GET", "/servers/getVersion"): answer})
    assert polled(here, remote.url, "k").state == "failing"


def test_another_major_version_is_not_synced_with(here, stub):
    remote = stub({("GET", "/servers/getVersion"): (200, {"version": "3.0.1"})})
    told = polled(here, remote.url, "k")
    assert "3.0.1" in told.error


def test_a_private_address_is_not_dialled(here):
    ctx = here.node.ctx
    polling.add(ctx, Remote("inside", "https://10.0.0.1/", kind="misp", account="peer"), "k", by="ayu")
    told = run(Serving(ctx), "inside", early=True, loopback_http=False, resolve=lambda host, port: ["10.0.0.1"])
    assert "a private or special one" in told.error


def test_one_community_further_on_local_tags_stay():
    made = downgraded(
        {"distribution": "2", "Tag": [{"name": "a", "local": 1}, {"name": "b"}, {"name": "c", "exportable": False}],
         "Attribute": [{"distribution": "1"}, {"distribution": "5"}]},
        {"1": "0", "2": "1"},
    )  # fmt: skip
    assert made["distribution"] == "1"
    assert [tag["name"] for tag in made["Tag"]] == ["b"]
    assert [one["distribution"] for one in made["Attribute"]] == ["0", "5"]
