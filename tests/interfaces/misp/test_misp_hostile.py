"""What a hostile peer tries at the MISP door is refused, for a reason that is kept, and nothing it sent is logged."""

import gzip
import json
import logging
import socket
import time
from urllib.parse import urlsplit

import pytest
from misp_parties import MispSite, an_event

from oureyes.model.markings import PAP, TLP, Marking
from oureyes.node.pushing import group_id

CERT = {"name": "Fictional CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f"}
OTHER = {"name": "Another CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d2100"}
CANARY = "canary-7f3a"
UUID = "5bad1b96-53bc-4148-87eb-50d50a0162{:02x}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = MispSite(tmp_path_factory.mktemp("hostile"), misp_max_mib=4)
    made.account("ann", to=("peer", "eve"), speaks_for=frozenset({CERT["uuid"]}), groups=frozenset({"sea-1"}))
    made.account("eve", groups=frozenset())
    made.account("peer", groups=frozenset({"sea-1"}))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_content_in_logs(caplog, site):
    caplog.set_level(logging.DEBUG, logger="oureyes")
    yield
    assert CANARY not in caplog.text
    site.serving.notes.flush(wait=True)
    for row in site.node.audit(by="auditor", limit=100_000):
        assert CANARY not in str(row)


def content(number=1, **more):
    part = {"uuid": UUID.format(number + 100), "type": "text", "value": CANARY, "timestamp": "1700000000"}
    return {
        "uuid": UUID.format(number),
        "info": f"{CANARY} event",
        "date": "2023-11-14",
        "timestamp": "1700000000",
        "distribution": "1",
        "Attribute": [part],
        **more,
    }


def push(site, name, number=1, **more):
    return site.ask(name, "POST", "events/add", {"Event": content(number, **more)})


def held(site, name, number):
    return site.ask(name, "GET", f"events/view/{UUID.format(number)}").json()["Event"]


def reasons(site, actor):
    return [str(row.detail.get("reason")) for row in site.node.audit(by="auditor", actor=actor, verb="refuse")]


def test_nobody_speaks_for_an_organisation_its_agreement_does_not_name(site):
    said = push(site, "eve", 1, Orgc=CERT)
    assert said.status_code == 403
    assert "another organisation's event" in reasons(site, "eve")
    assert site.ask("eve", "HEAD", f"events/view/{UUID.format(1)}").status_code == 404


def test_nobody_takes_an_event_over_by_renaming_its_organisation(site):
    assert push(site, "ann", 2, Orgc=CERT).status_code == 200
    own = site.ask("eve", "GET", "organisations/index").json()[0]["Organisation"]
    newer = {"timestamp": "1700000009", "Orgc": own}
    said = site.ask("eve", "POST", f"events/edit/{UUID.format(2)}", {"Event": content(2, **newer)})
    assert said.status_code == 403
    assert said.json()["message"] == "You do not have permission to do that."
    assert held(site, "ann", 2)["Orgc"]["uuid"] == CERT["uuid"]
    said = site.ask(
        "ann", "POST", f"events/edit/{UUID.format(2)}", {"Event": content(2, timestamp="1700000009", Orgc=OTHER)}
    )
    assert said.status_code == 403


@pytest.mark.parametrize(
    "call",
    [
        ("POST", "events/edit/{event}", {"Event": {"info": "defaced", "timestamp": "1700000099"}}),
        ("POST", "events/delete/{event}", None),
        ("POST", "events/publish/{event}", {}),
        ("POST", "attributes/add/{event}", {"type": "text", "category": "Other", "value": "more"}),
        ("POST", "attributes/edit/{part}", {"value": "defaced"}),
        ("POST", "attributes/delete/{part}", {}),
        ("POST", "objects/add/{event}", {"name": "file", "Attribute": []}),
        ("POST", "tags/attachTagToObject", {"uuid": "{event}", "tag": "tlp:clear"}),
        ("POST", "tags/removeTagFromObject", {"uuid": "{event}", "tag": "tlp:green"}),
    ],
)
def test_nobody_changes_anothers_event(site, call):
    push(site, "ann", 3)
    before = held(site, "ann", 3)
    method, path, body = call
    names = {"event": UUID.format(3), "part": UUID.format(103)}
    body = json.loads(json.dumps(body).replace("{event}", names["event"])) if body is not None else None
    assert held(site, "eve", 3)  # it may be read
    said = site.ask("eve", method, path.format(**names), body)
    assert said.status_code == 403
    assert said.json()["message"] == "You do not have permission to do that."
    assert held(site, "ann", 3) == before


def test_nobody_changes_an_event_of_the_node_itself(site, tmp_path):
    file = tmp_path / "event.json"
    own = content(4, Orgc=CERT, Tag=[{"name": "tlp:green"}])
    file.write_text(json.dumps({"Event": own}))
    site.node.record([file], by="ayu")
    named = Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset({"ann"}))
    site.node.mark(site.node.of_source("event.json"), named, by="ayu")
    assert held(site, "ann", 4)["locked"] is False
    newer = content(4, Orgc=CERT, timestamp="1700000009", info="defaced")
    assert site.ask("ann", "POST", f"events/edit/{UUID.format(4)}", {"Event": newer}).status_code == 403
    assert "an event of this node" in reasons(site, "ann")


def test_a_payload_never_changes_who_is_in_a_group(site):
    group = {"uuid": group_id(site.node.ctx, "sea-1"), "name": "sea-1", "releasability": "", "description": ""}
    eve = site.ask("eve", "GET", "organisations/index").json()[0]["Organisation"]
    group["SharingGroupOrg"] = [{"extend": True, "Organisation": eve}]
    said = push(site, "ann", 5, distribution="4", SharingGroup=group)
    assert said.status_code == 200
    assert site.ask("eve", "HEAD", f"events/view/{UUID.format(5)}").status_code == 404
    (member,) = held(site, "peer", 5)["SharingGroup"]["SharingGroupOrg"]  # in the group, and told of nobody else
    assert member["Organisation"]["name"] == "peer"
    assert site.ask("eve", "GET", "sharing_groups").json()["response"] == []
    assert site.ask("eve", "GET", f"sharingGroups/view/{group['uuid']}").status_code == 404


def test_a_group_this_node_does_not_know_is_nobody(site):
    group = {"uuid": UUID.format(99), "name": "all", "SharingGroupOrg": [{"extend": True, "Organisation": OTHER}]}
    assert push(site, "ann", 6, distribution="4", SharingGroup=group).status_code == 200
    assert held(site, "ann", 6)
    for other in ("eve", "peer"):
        assert site.ask(other, "HEAD", f"events/view/{UUID.format(6)}").status_code == 404


@pytest.mark.parametrize("place", ["event", "attribute"])
def test_nothing_is_dated_after_now(site, place):
    later = str(int(time.time()) + 10 * 365 * 86_400)
    more = (
        {"timestamp": later}
        if place == "event"
        else {"Attribute": [{"type": "text", "value": "x", "timestamp": later}]}
    )
    assert push(site, "eve", 7, **more).status_code == 403
    assert "a later one" in reasons(site, "eve")


def test_an_older_version_does_not_come_back(site):
    push(site, "ann", 8, timestamp="1700000005", info="new")
    for stamp in ("1700000004", "1700000005"):
        said = site.ask(
            "ann", "POST", f"events/edit/{UUID.format(8)}", {"Event": content(8, timestamp=stamp, info="old")}
        )
        assert said.status_code == 403
    assert held(site, "ann", 8)["info"] == "new"


def test_what_may_not_be_seen_is_answered_like_what_is_not_there(site):
    push(site, "eve", 9)  # nobody is named: only eve may have it
    number = held(site, "eve", 9)["id"]
    part = held(site, "eve", 9)["Attribute"][0]["id"]
    hidden, absent = UUID.format(9), UUID.format(98)
    calls = [
        ("GET", "events/view/{}", (hidden, absent, number, "999999")),
        ("HEAD", "events/view/{}", (hidden, absent, number)),
        ("POST", "events/edit/{}", (hidden, absent, number)),
        ("POST", "events/delete/{}", (hidden, absent, number)),
        ("POST", "events/publish/{}", (hidden, absent)),
        ("GET", "attributes/view/{}", (UUID.format(109), absent, part)),
        ("POST", "attributes/edit/{}", (UUID.format(109), absent, part)),
        ("POST", "sightings/add/{}", (UUID.format(109), absent, part, hidden)),
        ("POST", "shadowAttributes/add/{}", (hidden, absent)),
        ("POST", "events/pushProposals/{}", (hidden, absent)),
        ("GET", "shadowAttributes/index/{}", (hidden, absent)),
        ("POST", "sightings/bulkSaveSightings/{}", (hidden, absent)),
    ]
    for method, path, keys in calls:
        answers = {
            (said.status_code, _without_url(said))
            for key in keys
            if (said := site.ask("ann", method, path.format(key), {})) is not None
        }
        assert len(answers) == 1, (path, answers)
        assert next(iter(answers))[0] == 404
    found = site.ask("ann", "POST", "events/restSearch", {"returnFormat": "json", "value": CANARY, "uuid": hidden})
    assert found.json()["response"] == []


def _without_url(said):
    return {name: value for name, value in said.json().items() if name != "url"}.__repr__() if said.content else ""


def test_to_push_what_is_hidden_neither_tells_of_it_nor_changes_it(site):
    push(site, "eve", 10)
    assert push(site, "ann", 10, info="another").status_code == 200
    assert [one["value"] for one in held(site, "eve", 10)["Attribute"]] == [CANARY]


def test_a_part_is_not_taken_out_of_another_event(site):
    push(site, "ann", 11)
    stolen = [{"uuid": UUID.format(111), "type": "text", "value": "x", "timestamp": "1700000009"}]
    assert push(site, "ann", 12, Attribute=stolen).status_code == 403
    assert [one["value"] for one in held(site, "ann", 11)["Attribute"]] == [CANARY]
    assert push(site, "eve", 13, Attribute=stolen).status_code == 200  # its own word, beside the other's
    assert [one["value"] for one in held(site, "ann", 11)["Attribute"]] == [CANARY]


def test_one_uuid_twice_in_an_event_is_one_part(site):
    part = {"uuid": UUID.format(114), "type": "text", "value": "first", "timestamp": "1700000000"}
    push(site, "ann", 14, Attribute=[part, {**part, "value": "second"}])
    assert len(held(site, "ann", 14)["Attribute"]) == 1


def test_nobody_sights_in_anothers_name(site):
    push(site, "ann", 15)
    seen = [
        {
            "uuid": UUID.format(16),
            "date_sighting": "1700000000",
            "attribute_uuid": UUID.format(115),
            "Organisation": OTHER,
        }
    ]
    assert site.ask("eve", "POST", f"sightings/bulkSaveSightings/{UUID.format(15)}", seen).status_code == 403
    later = [{**seen[0], "Organisation": {}, "date_sighting": str(int(time.time()) + 10**7)}]
    assert site.ask("eve", "POST", f"sightings/bulkSaveSightings/{UUID.format(15)}", later).status_code == 403


def test_a_flood_of_proposals_is_refused(site):
    push(site, "ann", 17)
    flood = [{"uuid": f"5bad1b96-53bc-4148-87eb-50d50a{n:06x}", "type": "text", "value": CANARY} for n in range(1001)]
    assert site.ask("eve", "POST", f"events/pushProposals/{UUID.format(17)}", flood).status_code == 400
    assert held(site, "ann", 17)["ShadowAttribute"] == []


def test_too_much_is_refused_while_it_is_read(site):
    big = b'{"Event": {"info": "' + b"x" * (5 << 20) + b'"}}'
    assert site.ask("eve", "POST", "events/add", big).status_code == 413
    bomb = gzip.compress(b"0" * (64 << 20))
    assert len(bomb) < 1 << 20
    assert site.ask("eve", "POST", "events/add", bomb, **{"Content-Encoding": "gzip"}).status_code == 413
    assert site.ask("eve", "POST", "events/add", bomb[:-9], **{"Content-Encoding": "gzip"}).status_code in (400, 413)
    assert site.ask("eve", "POST", "events/add", b"x", **{"Content-Encoding": "gzip"}).status_code == 400
    assert site.ask("eve", "POST", "events/add", b"x", **{"Content-Encoding": "br"}).status_code == 415
    assert {"status 413", "status 400", "status 415"} <= set(reasons(site, "eve"))


@pytest.mark.parametrize("said", [True, 1, "1"])
def test_an_event_whose_signature_cannot_be_checked_is_refused(site, said):
    assert push(site, "ann", 24, protected=said, CryptographicKey=[{"key_data": "x"}]).status_code == 403
    assert "a protected one" in reasons(site, "ann")
    assert site.ask("ann", "HEAD", f"events/view/{UUID.format(24)}").status_code == 404
    push(site, "ann", 25)
    changed = {"Event": content(25, protected=said, timestamp="1700000009")}
    assert site.ask("ann", "POST", f"events/edit/{UUID.format(25)}", changed).status_code == 403


# The list of what a hostile peer tries, as the research on MISP gives it, and the test that tries it.
CASES = {
    "forged Orgc": "test_nobody_speaks_for_an_organisation_its_agreement_does_not_name",
    "foreign overwrite": "test_nobody_changes_anothers_event",
    "future timestamp": "test_nothing_is_dated_after_now",
    "group widening": "test_a_payload_never_changes_who_is_in_a_group",
    "existence probe": "test_what_may_not_be_seen_is_answered_like_what_is_not_there",
    "oversized gzip body": "test_too_much_is_refused_while_it_is_read",
    "4-byte text": "test_text_is_text_whatever_it_holds",
    "invalid JSON": "test_what_cannot_be_read_is_refused_and_nothing_breaks",
}


@pytest.mark.parametrize("case", CASES)
def test_every_case_of_the_list_has_its_test(case):
    assert callable(globals()[CASES[case]])


@pytest.mark.parametrize(
    "body",
    [
        b"{" * 100,
        b"[" * 40 + b"]" * 40,
        b'{"Event": ',
        b"\xff\xfe\x00",
        b"[]",
        b'"text"',
        b"null",
        b"",
        b'{"Event": []}',
        b'{"Event": {"info": 7}}',
        b'{"Event": {"info": "x", "Attribute": 7}}',
        b'{"Event": {"info": "x", "uuid": "../../etc/passwd"}}',
        b'{"Event": {"info": "x", "uuid": 7}}',
        b'{"Event": {"info": "  "}}',
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_breaks(site, body):
    before = len(reasons(site, "eve"))
    said = site.ask("eve", "POST", "events/add", body)
    assert said.status_code == 400
    assert said.json()["name"]
    assert len(reasons(site, "eve")) == before + 1


def test_one_attribute_that_cannot_be_read_does_not_stop_its_event(site):
    bad = [{"uuid": "1", "type": "text", "value": "x"}, {"type": 7, "value": []}, 7, {"type": "text", "value": "good"}]
    assert push(site, "ann", 18, Attribute=bad).status_code == 200
    assert [one["value"] for one in held(site, "ann", 18)["Attribute"]] == ["good"]


def test_text_is_text_whatever_it_holds(site):
    odd = "<script>alert(1)</script>\u0000\u202e𝔘 '\"; DROP TABLE holding; -- 😀"
    push(site, "ann", 19, info=odd, Tag=[{"name": odd}], Attribute=[{"type": "text", "value": odd, "comment": odd}])
    said = site.ask("ann", "GET", f"events/view/{UUID.format(19)}")
    assert said.headers["Content-Type"] == "application/json"
    assert said.headers["X-Content-Type-Options"] == "nosniff"
    event = said.json()["Event"]
    assert (event["info"], event["Tag"][0]["name"], event["Attribute"][0]["value"]) == (odd, odd, odd)


def test_a_value_is_no_formula_in_a_table(site):
    push(site, "ann", 20, Attribute=[{"type": "text", "value": "=HYPERLINK(1)"}])
    said = site.ask("ann", "POST", "attributes/restSearch", {"returnFormat": "csv", "eventid": UUID.format(20)})
    assert ",'=HYPERLINK(1)," in said.text


@pytest.mark.parametrize(
    "path",
    [
        "events/view/%2e%2e%2f%2e%2e", "events/view/1/deleted[]:x/:y/:", "events/view/" + "9" * 400, "nothing/here",
        "events/view/-1", "events/view/%00", "events", "events/index/page:x", "attributes/view/1%27%20or%201=1",
        "admin/users/add", "admin", "events/restSearch/limit:-1", "events/index/limit:99999999999999999999",
    ],
)  # fmt: skip
def test_an_odd_path_breaks_nothing(site, path):
    for method in ("GET", "POST", "HEAD", "DELETE"):
        assert site.ask("ann", method, path).status_code < 500


def test_who_is_unknown_or_may_not_learns_nothing(site):
    site.keys["wrong"] = "oe_" + "x" * 43
    for name in ("nobody", "wrong"):
        said = site.ask(name, "GET", f"events/view/{UUID.format(3)}")
        assert said.status_code == 403
        assert said.json()["message"].startswith("Authentication failed")
    site.account("reader", scopes=frozenset({"misp:read"}))
    assert push(site, "reader", 21).status_code == 403
    site.account("taxi", scopes=frozenset({"taxii:read"}))
    assert site.ask("taxi", "GET", "events/index").status_code == 403


def test_what_needs_two_people_is_not_given_by_one(site):
    site.account("lone", approver="")
    event = an_event()
    event.add_tag("tlp:amber")
    site.account("desk", to=("lone", "pair"))
    site.account("pair")
    made = site.misp("desk").add_event(event, pythonify=True)
    assert site.ask("pair", "HEAD", f"events/view/{made.uuid}").status_code == 200
    assert site.ask("lone", "HEAD", f"events/view/{made.uuid}").status_code == 404


def test_what_one_account_says_of_an_event_is_not_what_another_said(site):
    site.account("two", to=("ann",), speaks_for=frozenset({CERT["uuid"]}))
    push(site, "ann", 22, Orgc=CERT)
    said = site.ask(
        "two", "POST", "events/add", {"Event": content(22, Orgc=CERT, info="unlike", timestamp="1700000009")}
    )
    assert said.status_code == 200  # ann let nobody but peer and eve have hers
    assert held(site, "two", 22)["info"] == "unlike"
    assert held(site, "two", 22)["info"] == "unlike"


def test_nobody_grades_its_own_word_beyond_its_agreement(site):
    site.account("loud", to=("ann",), max_grade=None, ceiling=TLP.GREEN)
    assert push(site, "loud", 23, Tag=[{"name": "tlp:red"}]).status_code == 200
    assert site.ask("ann", "HEAD", f"events/view/{UUID.format(23)}").status_code == 404
    assert held(site, "loud", 23)


def test_bodies_that_never_come_hold_up_no_other_account(site):
    where = urlsplit(site.url)
    head = (
        f"POST {where.path}events/add HTTP/1.1\r\nHost: here\r\nAuthorization: {site.keys['eve']}\r\n"
        "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    )
    lines = [socket.create_connection((where.hostname, where.port)) for _ in range(8)]
    try:
        for line in lines:
            line.sendall(head.encode())
        while not site.door._bodies.full("eve"):
            time.sleep(0.005)
        assert site.ask("ann", "POST", "/events/restSearch", {"limit": 1}).status_code == 200
    finally:
        for line in lines:
            line.close()
