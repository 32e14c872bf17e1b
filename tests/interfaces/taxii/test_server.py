"""The checklist for TAXII 2.1 servers, first half: discovery, negotiation, API root, collections, errors, access.

Each test bears the id of its row; the clause of the standard stands in the row.
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from a_case import an_indicator
from asgi import Reply, basic
from taxii_parties import ROOT, TAXII, Site, post

from oureyes.interfaces.doors import Doors
from oureyes.node.accounts import approve_account, approve_credentials, disable, set_password

FOREIGN = ("application/taxii+json;version=2.0", "application/json", "text/html", "application/vnd.oasis.taxii+json")


def unknown(site: Site) -> str:
    return f"{ROOT}collections/{uuid4()}/"


def is_error(reply: Reply) -> bool:
    """An error resource (§3.6.1) with the right media type."""
    return reply.headers["content-type"] == TAXII and isinstance(reply.json["title"], str)


def test_DISC_01_discovery_answers_at_the_root_of_the_server(site: Site) -> None:
    assert site.ann.get("/taxii2/").status == 200


def test_DISC_02_discovery_has_the_media_type_of_TAXII(site: Site) -> None:
    assert site.ann.get("/taxii2/").headers["content-type"] == TAXII


def test_DISC_03_discovery_has_a_title_and_its_optional_properties_are_texts(site: Site) -> None:
    said = site.ann.get("/taxii2/").json
    assert said["title"]
    assert all(isinstance(said[name], str) for name in ("description", "contact", "default") if name in said)


def test_DISC_04_api_roots_are_a_list_of_texts_that_is_not_empty(site: Site) -> None:
    roots = site.ann.get("/taxii2/").json["api_roots"]
    assert roots
    assert all(isinstance(root, str) for root in roots)


def test_DISC_05_the_default_is_one_of_the_api_roots(site: Site) -> None:
    said = site.ann.get("/taxii2/").json
    assert said["default"] in said["api_roots"]


def test_DISC_06_api_roots_are_relative_with_one_slash_and_no_query(site: Site) -> None:
    assert all(re.fullmatch(r"/[^/?#][^?#]*/", root) for root in site.ann.get("/taxii2/").json["api_roots"])


def test_NEG_01_accept_without_a_version_is_served(site: Site) -> None:
    for path in ("/taxii2/", ROOT, f"{ROOT}collections/"):
        assert site.ann.get(path, accept="application/taxii+json").status == 200


def test_NEG_02_accept_may_have_several_ranges_weights_and_spaces(site: Site) -> None:
    for accept in (
        "application/taxii+json; version=2.1; q=0.8, application/json;q=0.2",
        'text/html, application/taxii+json ; version = "2.1"',
        "application/json, text/plain, */*",
        "application/*;q=0.1",
        "*/*",
    ):
        assert site.ann.get("/taxii2/", accept=accept).status == 200, accept
    assert site.ann.get("/taxii2/", accept="").status == 200
    assert site.ann.get("/taxii2/", accept="application/taxii+json;version=2.1;q=0, */*;q=0").status == 406


@pytest.mark.parametrize("accept", FOREIGN)
def test_NEG_03_an_undefined_media_type_is_not_acceptable(site: Site, accept: str) -> None:
    reply = site.ann.get("/taxii2/", accept=accept)
    assert reply.status == 406
    assert is_error(reply)


def test_NEG_04_a_request_without_a_user_agent_is_served(site: Site) -> None:
    assert site.ann.get("/taxii2/", user_agent="").status == 200


def test_NEG_05_accept_of_taxii_and_stix_together_is_served(site: Site) -> None:
    where, _ = site.filled(1)
    accept = "application/taxii+json;version=2.1, application/stix+json;version=2.1"
    assert site.ann.get(f"{where}objects/", accept=accept).status == 200


def test_ROOT_01_the_api_root_answers(site: Site) -> None:
    reply = site.ann.get(ROOT)
    assert (reply.status, reply.headers["content-type"]) == (200, TAXII)


def test_ROOT_02_the_api_root_says_title_version_and_how_long_a_body_may_be(site: Site) -> None:
    said = site.ann.get(ROOT).json
    assert said["title"]
    assert "application/taxii+json;version=2.1" in said["versions"]
    assert said["max_content_length"] > 0


def test_ROOT_03_an_unknown_api_root_is_not_found(site: Site) -> None:
    reply = site.ann.get("/taxii2/another/")
    assert reply.status == 404
    assert is_error(reply)


def test_COLL_01_collections_are_listed_or_left_out(site: Site) -> None:
    site.collection()
    reply = site.ann.get(f"{ROOT}collections/")
    assert (reply.status, reply.headers["content-type"]) == (200, TAXII)
    assert reply.json["collections"]
    nobody = site.account("nobody")
    assert nobody.get(f"{ROOT}collections/").json == {}


def test_COLL_02_each_collection_says_what_it_is_and_what_one_may_do(site: Site) -> None:
    where = site.collection(writers=())
    said = site.ann.get(where).json
    assert (said["id"], said["title"]) == (where.split("/")[-2], "a collection")
    assert (said["can_read"], said["can_write"]) == (True, False)


def test_COLL_03_ids_are_version_4_UUIDs(site: Site) -> None:
    site.collection()
    assert all(UUID(one["id"]).version == 4 for one in site.ann.get(f"{ROOT}collections/").json["collections"])


def test_COLL_04_collections_come_in_the_same_order(site: Site) -> None:
    for _ in range(3):
        site.collection()
    first = site.ann.get(f"{ROOT}collections/").body
    assert all(site.ann.get(f"{ROOT}collections/").body == first for _ in range(3))


def test_COLL_05_one_collection_is_what_the_list_says(site: Site) -> None:
    where = site.collection(description="said", alias="coll-05")
    listed = site.ann.get(f"{ROOT}collections/").json["collections"]
    assert site.ann.get(where).json in listed


def test_COLL_06_an_unknown_collection_is_not_found_anywhere(site: Site) -> None:
    for rest in ("", "objects/", "manifest/", f"objects/indicator--{uuid4()}/"):
        assert site.ann.get(unknown(site) + rest).status == 404


def test_COLL_07_media_types_are_a_list_of_texts(site: Site) -> None:
    said = site.ann.get(site.collection()).json["media_types"]
    assert "application/stix+json;version=2.1" in said


def test_COLL_08_an_alias_leads_to_the_collection_and_is_its_own(site: Site) -> None:
    where = site.collection(alias="the-alias")
    assert site.ann.get(f"{ROOT}collections/the-alias/").json == site.ann.get(where).json
    assert site.ann.get(f"{ROOT}collections/the-alias/objects/").status == 200
    with pytest.raises(Exception, match="a new id and alias"):
        site.collection(alias="the-alias")


def test_ERR_01_not_found_is_an_error_resource(site: Site) -> None:
    reply = site.ann.get(unknown(site))
    assert reply.status == 404
    assert is_error(reply)


def test_ERR_02_a_bad_request_is_an_error_resource(site: Site) -> None:
    reply = site.ann.get(f"{site.collection()}objects/", {"limit": "none"})
    assert reply.status == 400
    assert is_error(reply)


def test_another_method_is_refused_in_the_same_form(site: Site) -> None:
    reply = site.ann.ask("PUT", f"{site.collection()}objects/")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, POST")
    assert is_error(reply)


def endpoints(site: Site) -> list[tuple[str, str]]:
    where, made = site.filled(1)
    one = f"{where}objects/{made[0].id}/"
    reads = ["/taxii2/", ROOT, f"{ROOT}collections/", where, f"{where}manifest/", f"{where}objects/", one]
    return [*(("GET", path) for path in [*reads, f"{one}versions/"]), ("POST", f"{where}objects/"), ("DELETE", one)]


def test_AUTH_01_wrong_credentials_are_refused_everywhere(site: Site) -> None:
    for place, (method, path) in enumerate(endpoints(site)):
        for credential in ("", "Bearer oe_nothing", basic("ann", "wrong wrong wrong") if place == 0 else "Digest x"):
            site.gate._wrong.clear()  # who guesses is slowed down; here everybody guesses at once
            reply = site.ann.ask(method, path, authorization=credential)
            assert reply.status == 401, (method, path)


def test_AUTH_02_and_03_a_401_offers_basic_and_bearer(site: Site) -> None:
    reply = site.ann.get("/taxii2/", authorization="")
    assert is_error(reply)
    assert "Basic realm=" in reply.headers["www-authenticate"]
    assert "Bearer" in reply.headers["www-authenticate"]


def test_AUTH_03_http_basic_lets_in_until_the_account_is_disabled(site: Site) -> None:
    site.account("bas")
    set_password(site.node.ctx, "bas", "a long enough password", by="ayu")
    credential = basic("bas", "a long enough password")
    assert site.ann.get("/taxii2/", authorization=credential).status == 401
    approve_credentials(site.node.ctx, "bas", by="budi")
    assert site.ann.get("/taxii2/", authorization=credential).status == 200
    disable(site.node.ctx, "bas", by="ayu")
    assert site.ann.get("/taxii2/", authorization=credential).status == 401


def test_TLS_01_TLS_1_2_and_1_3_are_spoken_without_the_ciphers_of_the_black_list(site: Site) -> None:
    doors = Doors(site.node)
    try:
        assert doors.tls.minimum_version is ssl.TLSVersion.TLSv1_2
        assert doors.tls.maximum_version in (ssl.TLSVersion.MAXIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_3)
        names = [cipher["name"] for cipher in doors.tls.get_ciphers()]
        assert all(name.startswith(("TLS_", "ECDHE-")) for name in names)
        assert not [name for name in names if "CBC" in name or ("SHA384" in name and "GCM" not in name)]
    finally:
        doors.close()


def test_what_an_account_may_neither_read_nor_write_does_not_exist_for_it(site: Site) -> None:
    where = site.collection(readers=("somebody-else",), writers=("somebody-else",))
    assert where.split("/")[-2] not in site.ann.get(f"{ROOT}collections/").body.decode()
    assert site.ann.get(where).body == site.ann.get(unknown(site)).body
    assert post(site.ann, where, an_indicator()).status == 404


def test_a_token_for_reading_does_not_write(site: Site) -> None:
    where = site.collection()
    reader = site.door("ann", frozenset({"taxii:read"}))
    assert reader.get(f"{where}objects/").status == 200
    assert reader.get(where).json["can_write"] is False
    assert post(reader, where, an_indicator()).status == 403


def test_a_client_certificate_is_a_credential(site: Site) -> None:
    from oureyes.exchange.certificates import new_certificate
    from oureyes.node.accounts import change

    _, der = new_certificate("x", ["client.example"], site.node.ctx.clock())
    site.account("cert")
    change(site.node.ctx, "cert", by="ayu", certificate=der)
    assert site.stands(certificate=der).get("/taxii2/").status == 401
    approve_account(site.node.ctx, "cert", by="budi")
    assert site.stands(certificate=der).get("/taxii2/").status == 200
    _, other = new_certificate("x", ["client.example"], site.node.ctx.clock())
    assert site.stands(certificate=other).get("/taxii2/").status == 401


def test_an_account_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    site = Site(tmp_path)
    try:
        slow = site.account("slow", per_minute=1, burst=2)
        assert [slow.get("/taxii2/").status for _ in range(3)] == [200, 200, 429]
        assert int(slow.get("/taxii2/").headers["retry-after"]) > 0
    finally:
        site.close()
