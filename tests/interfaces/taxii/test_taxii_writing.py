"""The checklist for TAXII 2.1 servers, third part: posting, status, permissions, deleting."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from a_case import an_indicator, an_object
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taxii_parties import ROOT, TAXII, Site, envelope, ids, post

from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject

V1, V2 = "2026-11-20T08:00:00.000Z", "2026-11-21T08:00:00.000Z"


def raw_post(site: Site, where: str, body: bytes, content_type: str = TAXII) -> int:
    return site.ann.ask("POST", f"{where}objects/", body=body, content_type=content_type).status


def two_versions() -> tuple[StixObject, StixObject]:
    name = f"malware--{uuid4()}"
    first, second = (an_object("malware", id=name, modified=at, name=at, is_family=True) for at in (V1, V2))
    return first, second


def test_ADD_01_an_envelope_is_accepted(site: Site) -> None:
    reply = post(site.ann, site.collection(), an_indicator())
    assert (reply.status, reply.headers["content-type"]) == (202, TAXII)


def test_ADD_02_the_status_has_an_id_a_word_and_four_counts(site: Site) -> None:
    said = post(site.ann, site.collection(), an_indicator()).json
    assert UUID(said["id"]).version == 4
    assert said["status"] in ("complete", "pending")
    assert all(isinstance(said[f"{name}_count"], int) for name in ("total", "success", "failure", "pending"))


def test_ADD_03_the_counts_add_up_to_what_was_sent_and_all_of_it_is_accepted(site: Site) -> None:
    said = post(site.ann, site.collection(), *(an_indicator(value=f"a{n}.example") for n in range(3))).json
    assert said["status"] == "complete"
    assert [said[f"{name}_count"] for name in ("total", "success", "failure", "pending")] == [3, 3, 0, 0]


def test_ADD_04_details_have_id_and_version_and_empty_lists_are_left_out(site: Site) -> None:
    one = an_indicator()
    said = post(site.ann, site.collection(), one).json
    assert said["successes"] == [{"id": one.id, "version": one.version}]
    assert not {"failures", "pendings"} & set(said)


def test_ADD_05_the_time_of_the_request_has_microseconds(site: Site) -> None:
    at = post(site.ann, site.collection(), an_indicator()).json["request_timestamp"]
    assert len(at) == len("2026-11-24T08:00:00.000000Z")
    assert at.endswith("Z")


def test_STAT_01_a_status_can_be_asked_for_also_after_a_restart(site: Site) -> None:
    said = post(site.ann, site.collection(), an_indicator())
    site.restart()
    site.ann = site.door("ann")
    reply = site.ann.get(f"{ROOT}status/{said.json['id']}/")
    assert (reply.status, reply.headers["content-type"], reply.json) == (200, TAXII, said.json)


def test_STAT_02_an_unknown_status_is_not_found_and_another_account_s_is_unknown(site: Site) -> None:
    said = post(site.ann, site.collection(), an_indicator()).json
    assert site.ann.get(f"{ROOT}status/{uuid4()}/").status == 404
    other = site.account(f"other-{uuid4().hex[:6]}")
    assert other.get(f"{ROOT}status/{said['id']}/").status == 404


def test_a_status_is_kept_for_a_day_and_not_for_ever(site: Site) -> None:
    first = post(site.ann, site.collection(), an_indicator()).json["id"]
    clock = site.node.ctx.clock
    clock.forward(hours=25)  # type: ignore[attr-defined]  # the clock of the tests
    post(site.ann, site.collection(), an_indicator())
    assert site.ann.get(f"{ROOT}status/{first}/").status == 200
    clock.forward(days=5)  # type: ignore[attr-defined]  # the clock of the tests
    post(site.ann, site.collection(), an_indicator())
    assert site.ann.get(f"{ROOT}status/{first}/").status == 404


def test_ADD_06_a_duplicate_is_no_error_and_adds_nothing(site: Site) -> None:
    where, one = site.collection(), an_indicator()
    post(site.ann, where, one)
    again = post(site.ann, where, one, one).json
    assert (again["success_count"], again["failure_count"]) == (2, 0)
    assert ids(site.ann.get(f"{where}objects/")) == [one.id]


def test_ADD_07_a_body_without_a_version_of_TAXII_is_taken(site: Site) -> None:
    assert raw_post(site, site.collection(), envelope(an_indicator()), "application/taxii+json") == 202
    assert raw_post(site, site.collection(), envelope(an_indicator()), "application/taxii+json; charset=utf-8") == 202


@pytest.mark.parametrize(
    "kind", ["", "application/json", "application/stix+json;version=2.1", "application/taxii+json;version=2.0"]
)
def test_ADD_08_another_content_type_is_refused(site: Site, kind: str) -> None:
    assert raw_post(site, site.collection(), envelope(an_indicator()), kind) == 415


@pytest.mark.parametrize("body", [b"", b"{", b'{"objects":[{]}', b"\xff\xfe", b'{"objects":' + b"[" * 100_000])
def test_ADD_09_malformed_json_is_refused(site: Site, body: bytes) -> None:
    assert raw_post(site, site.collection(), body) in (400, 422)


@pytest.mark.parametrize(
    "body", [b"[]", b"1", b'"x"', b'{"objects":{}}', b'{"objects":[1,2]}', b'{"objects":["x"]}', b'{"objects":null}']
)
def test_ADD_10_what_is_no_envelope_is_refused(site: Site, body: bytes) -> None:
    assert raw_post(site, site.collection(), body) == 422


def test_ADD_11_an_object_without_id_or_type_fails_and_the_others_do_not(site: Site) -> None:
    good, where = an_indicator(), site.collection()
    said = post(site.ann, where, {"type": "indicator"}, good, {"id": good.id, "name": "no type"}, {}).json
    assert [said[f"{name}_count"] for name in ("total", "success", "failure")] == [4, 1, 3]
    assert len(said["failures"]) == 3
    assert all(one["id"] and one["message"] for one in said["failures"])
    assert ids(site.ann.get(f"{where}objects/")) == [good.id]


def test_ADD_12_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(site: Site) -> None:
    most = site.ann.get(ROOT).json["max_content_length"]
    body, where = b'{"objects":[], "x_padding":"' + b"x" * most + b'"}', site.collection()
    assert raw_post(site, where, body) == 413
    reply = site.ann.ask("POST", f"{where}objects/", body=b"", content_type=TAXII, content_length=str(most + 1))
    assert reply.status == 413


def test_a_body_of_the_size_the_root_names_is_taken(site: Site) -> None:
    """§4.2.1: a server takes any body up to the size it names."""
    most, one = site.ann.get(ROOT).json["max_content_length"], envelope(an_indicator())
    body = one[:-1] + b',"x_padding":"' + b"x" * (most - len(one) - len(b',"x_padding":""')) + b'"}'
    assert len(body) == most
    assert raw_post(site, site.collection(), body) == 202


def test_ADD_13_posting_to_an_unknown_collection_is_not_found(site: Site) -> None:
    assert post(site.ann, f"{ROOT}collections/{uuid4()}/", an_indicator()).status == 404


def test_ADD_14_objects_come_back_exactly_as_they_were_sent(site: Site) -> None:
    raw = (
        '{ "type":"malware",\t"spec_version":"2.1","id":"malware--ID","created":"2026-11-20T08:00:00.123456Z",'
        '"modified":"2026-11-20T08:00:00.123456Z","is_family":false,"revoked":false,"name":"မြန်မာ ไทย ລາວ ខ្មែរ 中文",'
        '"x_custom":{"b":1.50,"a":[null,1e3,"\\u00e9\\/"]} }'.replace("--ID", f"--{uuid4()}")
    ).encode()
    where = site.collection()
    assert raw_post(site, where, b'{"objects":[' + raw + b"]}") == 202
    assert raw in site.ann.get(f"{where}objects/").body


def test_ADD_15_an_envelope_with_a_property_of_its_own_is_taken(site: Site) -> None:
    body = b'{"x_from":"us","more":false,"objects":[' + an_indicator().raw + b"]}"
    assert raw_post(site, site.collection(), body) == 202


def test_PERM_01_what_may_not_be_read_is_forbidden_everywhere(site: Site) -> None:
    where, one = site.collection(readers=()), an_indicator()
    assert post(site.ann, where, one).status == 202
    for rest in ("objects/", "manifest/", f"objects/{one.id}/", f"objects/{one.id}/versions/"):
        assert site.ann.get(where + rest).status == 403
    assert site.ann.get(where).json["can_read"] is False


def test_PERM_02_what_may_not_be_written_is_forbidden(site: Site) -> None:
    assert post(site.ann, site.collection(writers=()), an_indicator()).status == 403


def test_PERM_03_deleting_takes_both_rights(site: Site) -> None:
    one = f"objects/{an_indicator().id}/"
    assert site.ann.ask("DELETE", site.collection(writers=()) + one).status == 403
    assert site.ann.ask("DELETE", site.collection(readers=()) + one).status == 403
    assert site.ann.ask("DELETE", site.collection(readers=("x",), writers=("x",)) + one).status == 404


def test_DEL_01_deleting_one_version_leaves_the_others(site: Site) -> None:
    where, (first, second) = site.collection(), two_versions()
    post(site.ann, where, first, second)
    path = f"{where}objects/{first.id}/"
    assert site.ann.ask("DELETE", path, {"match[version]": V2}).status == 200
    assert [one["modified"] for one in site.ann.get(path).json["objects"]] == [V1]
    assert site.ann.get(f"{path}versions/").json["versions"] == [V1]


def test_DEL_02_a_deleted_object_is_gone_everywhere(site: Site) -> None:
    where, made = site.filled(2)
    path = f"{where}objects/{made[0].id}/"
    assert site.ann.ask("DELETE", path).status == 200
    assert site.ann.get(path).status == 404
    assert site.ann.get(f"{path}versions/").status == 404
    assert ids(site.ann.get(f"{where}objects/")) == ids(site.ann.get(f"{where}manifest/")) == [made[1].id]


def test_DEL_03_deleting_what_is_not_there_is_not_found(site: Site) -> None:
    where, made = site.filled(1)
    assert site.ann.ask("DELETE", f"{where}objects/indicator--{uuid4()}/").status == 404
    assert site.ann.ask("DELETE", f"{where}objects/{made[0].id}/", {"match[version]": V2}).status in (403, 404)


def test_DEL_04_a_deleted_object_can_be_added_again(site: Site) -> None:
    where, (first, second) = site.collection(), two_versions()
    post(site.ann, where, first, second)
    site.ann.ask("DELETE", f"{where}objects/{first.id}/")
    assert post(site.ann, where, first).json["success_count"] == 1
    assert [one["modified"] for one in site.ann.get(f"{where}objects/").json["objects"]] == [V1]


def test_an_account_deletes_only_what_it_posted_itself(site: Site) -> None:
    where = site.collection(readers=("ann", "bob"), writers=("ann", "bob"))
    bob = site.account("bob", marking=Marking(TLP.GREEN, releasable_to=frozenset({"ann"})))
    one = an_indicator(value="bobs.example")
    post(bob, where, one)
    assert ids(site.ann.get(f"{where}objects/")) == [one.id]
    assert site.ann.ask("DELETE", f"{where}objects/{one.id}/").status == 403
    assert ids(bob.get(f"{where}objects/")) == [one.id]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "id",
                        "spec_version",
                        "created",
                        "modified",
                        "objects",
                        "pattern",
                        "object_marking_refs",
                        "granular_markings",
                        "extensions",
                        "x",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_posted_the_server_does_not_fail(site: Site, said: object) -> None:
    where = INBOX[site] if site in INBOX else site.collection()
    INBOX[site] = where
    for content in (said, {"objects": said}, {"objects": [said]}):
        assert raw_post(site, where, json.dumps(content).encode()) in (202, 400, 422)


INBOX: dict[Site, str] = {}  # one collection for all examples
