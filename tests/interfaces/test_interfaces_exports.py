"""Exports by address: who may fetch what, what says that it changed, and what a resolver or sensor then gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.zone
import pytest
from a_case import an_indicator, an_object
from asgi import Door, Reply
from taxii_parties import FAST, Site, post

from oureyes.interfaces import exports
from oureyes.interfaces.exports import ROOT, Exports
from oureyes.model.accounts import View
from oureyes.model.markings import PAP, TLP
from oureyes.node import accounts
from oureyes.record.exports import FORMATS

HOLD_NAMES = {"stix", "misp", "csv", "suricata", "rpz", "sigma", "domains"}
SCOPES = frozenset({"export:read"})


class Shop(Site):
    """A site whose doors lead to its exports."""

    def restart(self) -> None:
        super().restart()
        self.routes = Exports(self.serving, self.gate, self.executor).routes() + self.routes

    def view(self, **more: Any) -> str:
        """The path of a collection of everything Ann may have, named csirts."""
        self.collection(readers=("ann", "csirts"), writers=("ann",), view=View(), alias="csirts", **more)
        return f"{ROOT}csirts/"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.ann = made.account("bank", SCOPES, groups=frozenset({"csirts"}))
    yield made
    made.close()


def values(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [line for line in reply.body.decode().splitlines() if line and not line.startswith("#")]


def test_an_account_fetches_what_it_may_have_in_every_format(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(value="for-all.example"), to=("csirts",))
    shop.record(an_indicator(value="canary-4471.example"), to=("police",))
    shop.record(an_indicator(value="canary-4472.example"), to=("csirts",), tlp=TLP.RED)
    shop.record(an_indicator(value="canary-4473.example"), to=("csirts",), expires="2026-11-24T00:00:00Z")
    for form, made in FORMATS.items():
        reply = shop.ann.get(where + form)
        assert reply.status == 200, form
        assert reply.headers["content-type"].startswith(made.media)
        assert b"canary" not in reply.body
        shown = b"for-all[.]example" if form == "csv" else b"for-all.example"
        assert (shown in reply.body) == (form in HOLD_NAMES), form
    dns.zone.from_text(shop.ann.get(where + "rpz").body.decode(), "rpz.example.")


def test_two_accounts_fetch_two_views_of_one_collection(shop: Shop) -> None:
    where = shop.view()
    police = shop.account("police", SCOPES, groups=frozenset({"csirts"}), ceiling=TLP.GREEN)
    shop.record(an_indicator(value="green.example"), to=("csirts",))
    shop.record(an_indicator(value="amber.example"), to=("csirts",), tlp=TLP.AMBER)
    assert values(shop.ann.get(where + "domains")) == ["amber.example", "green.example"]
    assert values(police.get(where + "domains")) == ["green.example"]
    assert police.get(where + "domains").headers["x-oureyes-tlp"] == "TLP:GREEN"


def test_what_is_left_out_is_told_by_reason_and_number_and_never_by_value(shop: Shop) -> None:
    where = shop.view()
    shop.record(
        an_indicator(value="ok.example"),
        an_indicator("ipv4-addr:value", "8.8.8.8"),
        an_indicator(value="gone.example", revoked=True),
        an_indicator(value="old.example", valid_until="2026-11-23T00:00:00Z"),
        an_object("report", name="canary-report", published="2026-11-20T08:00:00Z"),
        to=("csirts",),
    )
    reply = shop.ann.get(where + "domains")
    assert values(reply) == ["ok.example"]
    said = reply.headers["x-oureyes-omitted"]
    assert set(said.split("; ")) == {
        "on-the-warninglist-public-resolvers=1", "revoked=1", "no-longer-valid=1",
        "no-indicator--nobody-stated-it-to-be-a-sign=1",
    }  # fmt: skip
    assert reply.headers["x-oureyes-count"] == "1"
    assert "canary" not in str(reply.headers)
    assert b"8.8.8.8" not in shop.ann.get(where + "stix").body


def test_pap_keeps_out_of_a_zone_what_may_not_be_acted_on(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(value="watch-only.example"), to=("csirts",))
    (obj,) = shop.node.search("type:indicator", by="ayu")
    marking = shop.node.marking_of(obj.id)
    shop.node.mark([obj.id], marking.but(pap=PAP.AMBER), by="ayu")
    reply = shop.ann.get(where + "rpz")
    assert b"watch-only" not in reply.body
    assert "PAP-AMBER-does-not-allow-to-block-it=1" in reply.headers["x-oureyes-omitted"]
    assert b"watch-only" in shop.ann.get(where + "suricata").body


def test_what_stays_the_same_is_not_sent_again_also_not_by_another_process(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(value="a.example"), to=("csirts",))
    for form in ("stix", "rpz", "domains", "sigma"):
        first = shop.ann.get(where + form)
        shop.node.ctx.clock.forward(hours=1)  # type: ignore[attr-defined]  # the tests' clock
        assert shop.ann.get(where + form).body == first.body
        again = shop.ann.get(where + form, if_none_match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert shop.ann.get(where + form, if_modified_since=first.headers["last-modified"]).status == 304
        assert shop.ann.get(where + form, if_none_match='"another"').status == 200
        both = {"if_none_match": '"another"', "if_modified_since": first.headers["last-modified"]}
        assert shop.ann.get(where + form, **both).status == 200  # RFC 9110 §13.2.2
        assert shop.ann.get(where + form, if_modified_since="no date").status == 200
    shop.restart()
    door = shop.door("bank", SCOPES)
    assert door.get(where + "sigma", if_none_match=first.headers["etag"]).status == 304


def test_what_was_added_withdrawn_or_has_expired_is_another_edition_of_a_later_date(shop: Shop) -> None:
    where, kept = shop.view(), []
    short = an_indicator(value="short.example")
    shop.record(an_indicator(value="a.example"), to=("csirts",))

    def fetched() -> list[str]:
        reply = shop.ann.get(where + "rpz")
        zone = dns.zone.from_text(reply.body.decode(), "rpz.example.")
        kept.append((zone.get_soa().serial, reply.headers["etag"], reply.headers["last-modified"]))
        return sorted(str(name) for name in zone if "*" not in str(name) and str(name) != "@")

    assert fetched() == ["a.example"]
    shop.record(short, to=("csirts",), expires="2026-11-24T09:00:00Z")
    assert fetched() == ["a.example", "short.example"]
    shop.node.ctx.clock.forward(hours=2)  # type: ignore[attr-defined]  # the tests' clock
    assert fetched() == ["a.example"]
    (obj,) = [hit for hit in shop.node.search("a.example", by="ayu") if hit.type == "indicator"]
    shop.node.retract([obj.id], by="ayu", reason="wrong")
    assert fetched() == []
    serials = [serial for serial, *_ in kept]
    assert serials == sorted(set(serials))
    assert len({tag for _, tag, _ in kept}) == 4


def test_who_has_it_is_told_so_without_the_view_being_made_again_until_something_changes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, made = shop.view(), []
    wrapped = exports.edition
    monkeypatch.setattr(exports, "edition", lambda *said: made.append(said) or wrapped(*said))
    shop.record(an_indicator(value="a.example"), to=("csirts",))
    shop.record(an_indicator(value="b.example"), to=("csirts",), expires="2026-11-24T12:00:00Z")
    tag = shop.ann.get(where + "domains").headers["etag"]
    shop.serving.notes.flush(wait=True)
    assert shop.ann.get(where + "domains", if_none_match=tag).status == 304
    before = len(made)
    for _ in range(3):
        assert shop.ann.get(where + "domains", if_none_match=tag).status == 304
    assert len(made) == before
    shop.node.ctx.clock.forward(hours=9)  # type: ignore[attr-defined]  # the tests' clock
    later = shop.ann.get(where + "domains", if_none_match=tag)
    assert values(later) == ["a.example"]
    tag = later.headers["etag"]
    assert shop.ann.get(where + "domains", if_none_match=tag).status == 304
    (obj,) = [hit for hit in shop.node.search("a.example", by="ayu") if hit.type == "indicator"]
    shop.node.retract([obj.id], by="ayu", reason="wrong")
    assert values(shop.ann.get(where + "domains", if_none_match=tag)) == []


def test_who_may_no_longer_have_it_is_not_told_that_it_is_unchanged(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(value="amber.example"), to=("csirts",), tlp=TLP.AMBER)
    tag = shop.ann.get(where + "domains").headers["etag"]
    for _ in range(2):
        assert shop.ann.get(where + "domains", if_none_match=tag).status == 304
    accounts.change(shop.node.ctx, "bank", by="ayu", ceiling=TLP.GREEN)
    assert values(shop.ann.get(where + "domains", if_none_match=tag)) == []
    accounts.close_collection(shop.node.ctx, "csirts", by="ayu")
    assert shop.ann.get(where + "domains", if_none_match=tag).status == 404


def test_head_says_what_get_would_and_sends_nothing(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(), to=("csirts",))
    got, head = shop.ann.get(where + "domains"), shop.ann.ask("HEAD", where + "domains")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(got.body))
    assert head.headers["etag"] == got.headers["etag"]


def test_a_bundle_fetched_by_an_account_does_not_tell_who_else_may_have_it(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(), to=("csirts", "secret-partner"))
    (obj, *definitions) = shop.ann.get(where + "stix").json["objects"]
    assert b"secret-partner" not in shop.ann.get(where + "stix").body
    assert obj["object_marking_refs"] == [one["id"] for one in definitions]


def test_an_extract_goes_under_the_marking_it_was_cut_under(shop: Shop) -> None:
    where = shop.view()
    amber = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
    green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
    red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
    obj = an_indicator(
        description="canary-source",
        granular_markings=[
            {"marking_ref": red, "selectors": ["description"]},
            {"marking_ref": amber, "selectors": ["name"]},
        ],
    )
    shop.record(obj, to=("csirts",), tlp=TLP.GREEN)
    (made, *_) = shop.ann.get(where + "stix").json["objects"]
    assert "canary" not in str(made)
    assert amber in made["object_marking_refs"]
    assert green not in made["object_marking_refs"]


def test_who_is_not_known_is_not_told_what_there_is(shop: Shop) -> None:
    where = shop.view()
    assert shop.stands().get(where + "rpz").status == 401
    assert shop.stands("Bearer oe_wrong").get(where + "rpz").status == 401
    assert "www-authenticate" in shop.stands().get(where + "rpz").headers
    reader = shop.account("reader", frozenset({"taxii:read"}), groups=frozenset({"csirts"}))
    assert reader.get(where + "rpz").status == 403
    stranger = shop.account("stranger", SCOPES)
    nothing = stranger.get(where + "rpz")
    assert (nothing.status, nothing.body) == (404, stranger.get(ROOT + "none/rpz").body)
    assert shop.ann.get(where + "xml").status == 404
    assert shop.ann.get("/export/2/csirts/rpz").status == 404
    accounts.disable(shop.node.ctx, "bank", by="ayu")
    assert shop.ann.get(where + "rpz").status == 401


def test_a_user_in_the_address_is_enough_where_the_password_is_the_token(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(), to=("csirts",))
    _, token = accounts.issue(shop.node.ctx, "bank", by="ayu", scopes=SCOPES, days=1)
    accounts.approve_credentials(shop.node.ctx, "bank", by="budi")
    assert values(basic(shop, "bank", token).get(where + "domains")) == ["fund-relief.example"]
    assert basic(shop, "police", token).get(where + "domains").status == 401
    assert basic(shop, "bank", "oe_" + "a" * 43).get(where + "domains").status == 401
    accounts.set_password(shop.node.ctx, "bank", "a long enough password", by="ayu")
    accounts.approve_credentials(shop.node.ctx, "bank", by="budi")
    assert basic(shop, "bank", "a long enough password").get(where + "domains").status == 200


def basic(shop: Shop, name: str, password: str) -> Door:
    import base64

    return shop.stands("Basic " + base64.b64encode(f"{name}:{password}".encode()).decode())


def test_what_there_is_to_fetch_is_listed(shop: Shop) -> None:
    shop.view()
    said = shop.ann.get(ROOT).json
    assert [one["alias"] for one in said["collections"]] == ["csirts"]
    assert said["formats"] == list(FORMATS)


def test_every_fetch_is_in_the_audit_log_by_its_digest(shop: Shop) -> None:
    where = shop.view()
    shop.record(an_indicator(), to=("csirts",))
    reply = shop.ann.get(where + "domains")
    shop.serving.notes.flush(wait=True)
    rows = shop.node.audit(by="auditor", verb="serve")
    (row,) = [one for one in rows if one.actor == "bank"]
    assert (row.detail["endpoint"], row.detail["count"]) == ("export-domains", 1)
    assert f'"{row.detail["digest"]}"' == reply.headers["etag"]


def test_who_asks_too_often_waits(shop: Shop) -> None:
    where = shop.view()
    door = shop.account("fast", SCOPES, groups=frozenset({"csirts"}), **{**FAST, "per_minute": 1, "burst": 1})
    assert door.get(where + "domains").status == 200
    reply = door.get(where + "domains")
    assert reply.status == 429
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.parametrize("name", ["..%2f..", "%0d%0aX: y", "a" * 3000, "'; DROP TABLE object; --", "\u202e"])
def test_a_name_made_to_harm_is_nothing_by_that_name(shop: Shop, name: str) -> None:
    from urllib.parse import quote

    assert shop.ann.get(f"{ROOT}{quote(name)}/rpz").status == 404


def test_what_an_account_posted_itself_is_in_its_export_and_in_nobody_else_s(shop: Shop) -> None:
    both = frozenset({"export:read", "taxii:read", "taxii:write"})
    ann, where = shop.account("poster", both), shop.collection(readers=("poster", "bank"), writers=("poster",))
    assert post(ann, where, an_indicator(value="posted.example")).status == 202
    name = where.split("/")[-2]
    assert values(ann.get(f"{ROOT}{name}/domains")) == ["posted.example"]
    assert values(shop.ann.get(f"{ROOT}{name}/domains")) == []
