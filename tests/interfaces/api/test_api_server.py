"""Who may do what at `/api/1`, and what is answered to who may not."""

import socket
import time

import msgspec
import pytest
from a_case import an_indicator
from api_parties import ALL, OUTSIDE

from oureyes.client import Problem, forms
from oureyes.errors import InvalidObject
from oureyes.interfaces.api.table import ROUTES
from oureyes.model.accounts import OFFICER, Account
from oureyes.model.markings import TLP
from oureyes.node import searchsets
from oureyes.node.accounts import approve_credentials, create, disable, issue, revoke

ANY = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"


def path_of(route):
    return route.path.replace("{n}", "1").replace("{epoch}", "1").replace("{origin}", "ID").replace(
        "{recipient}", "MY"
    ).replace("{id}", ANY).replace("{name}", "bank")  # fmt: skip


def routes(**wanted):
    return [route for route in ROUTES if all(getattr(route, name) == value for name, value in wanted.items())]


def test_nobody_gets_anything_without_a_credential(site):
    for route in ROUTES:
        said = site.ask("", route.method, path_of(route))
        assert said.status == 401, route.name
        assert said.headers["Content-Type"] == "application/problem+json"
        assert "Bearer" in said.headers["WWW-Authenticate"]


def test_no_outsider_reaches_a_route_for_officers_whatever_its_scopes(site):
    for route in routes(everyone=False):
        said = site.ask("ann", route.method, path_of(route), {})
        assert said.status == 403, route.name
        assert said.json["detail"] == "this is for officers' accounts"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_token_opens_only_the_routes_its_scopes_name(site, route):
    others = ALL - route.scopes
    site.client("ayu", others)
    said = site.ask("ayu", route.method, path_of(route), {})
    site.client("ayu", ALL)
    assert said.status == 403
    assert said.json["detail"].startswith("the credential shown lacks api:")


def test_an_officer_does_nothing_before_a_second_person_has_approved_the_account(site):
    site.officer("rara", approver="")
    for path in ("/", "/objects", "/audit", "/events"):
        said = site.ask("rara", "GET", path)
        assert (said.status, said.json["title"]) == (403, "not allowed")


def test_what_officers_may_no_outsider_is_let_in_with(site):
    with pytest.raises(InvalidObject, match="scopes an outsider may have"):
        Account("bank", scopes=frozenset({"api:audit", "api:release"} & ALL))


def test_an_expired_a_revoked_and_a_disabled_credential_are_all_unknown(site):
    ctx = site.node.ctx
    site.account("short")
    _, text = issue(ctx, "short", by="registrar", scopes=OUTSIDE, days=1)
    approve_credentials(ctx, "short", by="chief")
    site.tokens["gone"] = text
    assert site.ask("gone", "GET", "/").status == 200
    ctx.clock.forward(days=2)
    assert site.ask("gone", "GET", "/").status == 401
    revoked, text = issue(ctx, "short", by="registrar", scopes=OUTSIDE, days=9)
    approve_credentials(ctx, "short", by="chief")
    site.tokens["gone"] = text
    assert site.ask("gone", "GET", "/").status == 200
    revoke(ctx, revoked.id, by="registrar")
    assert site.ask("gone", "GET", "/").status == 401
    site.client("short", OUTSIDE)
    disable(ctx, "short", by="registrar")
    assert site.ask("short", "GET", "/").status == 401


def test_a_password_and_a_token_are_the_same_account(site):
    from oureyes.node.accounts import set_password

    site.account("desk")
    set_password(site.node.ctx, "desk", "a long enough password", by="registrar")
    approve_credentials(site.node.ctx, "desk", by="chief")
    with site.stands(user="desk", password="a long enough password") as client:
        assert client.index().account == "desk"
    with site.stands(user="desk", password="another password") as client, pytest.raises(Problem) as said:
        client.index()
    assert said.value.status == 401


def test_who_asks_too_often_is_told_when_to_come_back(site):
    create(site.node.ctx, Account("busy", scopes=OUTSIDE, per_minute=1, burst=1), by="registrar")
    client = site.client("busy", OUTSIDE)
    assert client.index().account == "busy"
    with pytest.raises(Problem) as said:
        client.index()
    assert (said.value.status, said.value.retry_after_s > 0) == (429, True)


def test_what_an_account_may_not_see_is_answered_exactly_like_what_is_not_there(site):
    secret, red = an_indicator(value="hidden.example"), an_indicator(value="red.example")
    site.record(secret, to=("MY",))
    site.record(red, to=("ann",), tlp=TLP.RED)
    for suffix in ("", "/raw"):
        absent = site.ask("ann", "GET", f"/objects/{ANY}{suffix}")
        for one in (secret, red):
            said = site.ask("ann", "GET", f"/objects/{one.id}{suffix}")
            assert (said.status, said.body) == (absent.status, absent.body) == (404, absent.body)
            assert dict(said.headers) | {"date": ""} == dict(absent.headers) | {"date": ""}
    for method in ("DELETE",):
        absent = site.ask("ann", method, f"/objects/{ANY}")
        said = site.ask("ann", method, f"/objects/{secret.id}")
        assert (said.status, said.body) == (absent.status, absent.body)


def test_an_outsider_lists_what_release_lets_it_have_and_an_officer_everything(site):
    mine, other = an_indicator(value="mine.example"), an_indicator(value="other.example")
    site.record(mine, to=("ann",))
    site.record(other, to=("MY",))
    listed = {one.id: one for one in site.ann.objects(content=True)}
    assert mine.id in listed
    assert other.id not in listed
    assert bytes(listed[mine.id].object) == mine.raw
    assert (listed[mine.id].source, listed[mine.id].origin, listed[mine.id].name) == ("", "", "")
    assert {mine.id, other.id} <= {one.id for one in site.ayu.objects()}


def test_an_outsider_s_posting_is_its_own_word_and_goes_nowhere_else(site):
    site.account("cert-x")
    made = an_indicator(value="posted.example")
    client = site.client("cert-x", OUTSIDE)
    outcome = client.post([made.raw, b'{"type":"indicator","id":"no"}'])
    assert (outcome.taken, outcome.refused) == (1, 1)
    assert client.raw(made.id) == made.raw
    assert site.ask("ann", "GET", f"/objects/{made.id}").status == 404
    assert site.ayu.show(made.id).holdings[0].source == "account:api/cert-x"
    with pytest.raises(Problem) as said:
        site.ann.withdraw(made.id)
    assert said.value.status == 404
    assert client.withdraw(made.id).state == "withdrawn"
    assert site.ask("cert-x", "GET", f"/objects/{made.id}").status == 404


def test_the_name_in_the_audit_log_is_the_account_s_and_nobody_can_type_another(site):
    made = an_indicator(value="audited.example")
    site.record(made)
    site.budi.show(made.id)
    assert next(site.ayu.audit(subject=made.id, verb="read")).actor == "budi"
    assert site.ask("budi", "GET", f"/objects/{made.id}?by=ayu").status == 400


def test_two_people_of_a_release_are_two_accounts(site):
    made = an_indicator(value="two.example")
    site.record(made, to=("MY",), tlp=TLP.AMBER)
    draft = site.ayu.propose(["MY"], [made.id])
    with pytest.raises(Problem) as said:
        site.ayu.approve(draft.id)
    assert (said.value.status, "needs two people" in said.value.detail) == (403, True)
    assert site.budi.approve(draft.id).outcome["MY"]["sent"]


def test_nobody_gives_another_officer_a_credential_here(site):
    said = forms.AccountMade(id="spy", kind=OFFICER, scopes=sorted(ALL))
    assert site.ayu.create_account(said).approved is False
    for act in (
        lambda: site.ayu.issue_token("budi", ["api:release"]),
        lambda: site.ayu.set_password("budi", "a long enough password"),
        lambda: site.ayu.issue_token("spy", ["api:release"]),
        lambda: site.ayu.approve_account("spy"),
        lambda: site.ayu.approve_credentials("budi"),
        lambda: site.ayu.create_account(
            forms.AccountMade(id="spy2", kind=OFFICER, scopes=["api:read"], certificate="-----BEGIN")
        ),
    ):
        with pytest.raises(Problem) as refused:
            act()
        assert refused.value.status == 403


def test_a_token_of_an_outsider_is_shown_once_and_kept_nowhere(site):
    site.account("bank-a")
    key = {"Idempotency_Key": "one-token"}
    first = site.ask("ayu", "POST", "/accounts/bank-a/tokens", {"scopes": ["api:read"]}, **key)
    assert first.status == 201
    again = site.ask("ayu", "POST", "/accounts/bank-a/tokens", {"scopes": ["api:read"]}, **key)
    assert again.status == 409
    assert len(site.ayu.account("bank-a").tokens) == 2  # the site's own, and one of the two that were asked for


@pytest.mark.parametrize("sent", [b"GET /api/1/search?q=" + b"a" * 70_000, b"\x16\x03\x01"])
def test_what_the_parser_takes_for_no_request_gets_a_problem_too(site, sent):
    with socket.create_connection(("127.0.0.1", site.port)) as line:
        line.sendall(sent + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert msgspec.json.decode(body)["status"] == 400


def test_an_agreement_that_was_proposed_anew_is_not_agreed_to_unseen(site):
    site.ayu.allow(forms.AgreementMade("MY", ["phone"], ["investigation"], 64))
    (seen,) = site.budi.agreements()
    tag = site.budi.etag
    assert (seen.kinds, seen.daily) == (["phone"], 64)
    site.ayu.allow(forms.AgreementMade("MY", ["phone", "document"], ["investigation"], 100_000))
    with pytest.raises(Problem) as refused:
        site.budi.agree("MY", if_match=tag)
    assert refused.value.status == 412
    (seen,) = site.budi.agreements()
    assert seen.state == "proposed"
    assert site.budi.agree("MY", if_match=site.budi.etag).daily == 100_000


def test_one_officer_alone_cannot_come_in_as_an_outsider(site):
    """Whoever lets accounts in and sees what the token says would else read as a bank does, in the bank's name."""
    alone = site.officer("alone", frozenset({"api:admit"}))
    alone.create_account(forms.AccountMade(id="bank-b", scopes=["api:read"], ceiling="AMBER"))
    site.budi.approve_account("bank-b")
    site.tokens["bank-b"] = alone.issue_token("bank-b", ["api:read"]).token
    alone.set_password("bank-b", "a long enough password")
    with pytest.raises(Problem) as refused:
        alone.approve_credentials("bank-b")
    assert (refused.value.status, "ask a colleague" in refused.value.detail) == (403, True)
    assert site.ask("bank-b", "GET", "/").status == 401
    with site.stands(user="bank-b", password="a long enough password") as bank:
        with pytest.raises(Problem) as said:
            bank.index()
        assert said.value.status == 401
        tag = site.ask("budi", "GET", "/accounts/bank-b").headers["ETag"]
        late = alone.issue_token("bank-b", ["api:read"])
        with pytest.raises(Problem) as changed:
            site.budi.approve_credentials("bank-b", if_match=tag)
        assert changed.value.status == 412
        approved = site.budi.approve_credentials("bank-b").credentials
        assert {late.id, "password"} < set(approved)
        assert bank.index().account == "bank-b"
    assert site.ask("bank-b", "GET", "/").status == 200
    assert {(one.author, one.approver) for one in site.ayu.account("bank-b").tokens} == {("alone", "budi")}


def test_a_refusal_gives_an_officer_its_reason_and_an_outsider_none(site):
    said = site.ask("ayu", "POST", "/objects", {"objects": [{"type": "indicator"}]})
    assert (said.status, "imports" in said.json["detail"]) == (403, True)
    site.record(made := an_indicator(value="ours.example"), to=("ann",))
    said = site.ask("ann", "DELETE", f"/objects/{made.id}")
    assert (said.status, "detail" in said.json) == (403, False)


def test_what_is_no_method_of_a_path_is_405_and_what_is_no_path_404(site):
    said = site.ask("ayu", "PATCH", "/objects")
    assert (said.status, said.headers["Allow"]) == (405, "GET, POST")
    assert site.ask("ayu", "TRACE", "/objects").status == 405
    for path in ("/nothing", "/objects/a%2Fb/raw", "/objects//raw", "/quarantine/1/raw/more", "/..%2f..%2fetc"):
        said = site.ask("ayu", "GET", path)
        assert (said.status, said.headers["Content-Type"]) == (404, "application/problem+json"), path


def test_head_is_get_without_a_body(site):
    said = site.ask("ayu", "HEAD", "/versions")
    assert (said.status, said.body, "ETag" in said.headers) == (200, b"", True)


def test_a_giant_body_is_refused_while_it_is_read(site, monkeypatch):
    monkeypatch.setattr(site.api, "_most", 1 << 20)
    said = site.ask("ayu", "POST", "/imports?name=big.csv", b"", Content_Type="application/octet-stream",
                    Content_Length=str(1 << 40))  # fmt: skip
    assert said.status == 413
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
    pieces = (b"x" * 65536 for _ in range(64))
    headers = {"Authorization": f"Bearer {site.tokens['ayu']}", "Content-Type": "application/octet-stream"}
    try:
        connection.request("POST", "/api/1/imports?name=big.csv", pieces, headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # it hung up on us while we were still sending: refused all the same
    finally:
        connection.close()
    assert "big.csv" not in str(list(site.ayu.audit()))


def test_a_body_that_nests_too_deep_is_no_json_or_of_another_type_is_refused(site):
    deep = b'{"answers":' + b"[" * 500 + b"]" * 500 + b"}"
    for body in (deep, b"{", b'"x"', b"\xff\xfe", b"", b"null"):
        said = site.ask("ayu", "POST", "/tags", body)
        assert said.status == 400, body
    said = site.ask("ayu", "POST", "/tags", b"ids=1", Content_Type="application/x-www-form-urlencoded")
    assert said.status == 415
    assert site.ask("ayu", "POST", "/tags", {"ids": [ANY], "tags": ["x"], "nwe": True}).status == 400


def test_bodies_that_never_come_hold_up_nobody_else(site):
    site.account("slow")
    head = (
        f"POST /api/1/objects HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {site.tokens['slow']}\r\n"
        "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    )
    lines = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(8)]
    try:
        for line in lines:
            line.sendall(head.encode())
        while not site.api._bodies[False].full("slow"):
            time.sleep(0.005)
        assert site.ask("ayu", "POST", "/rules", {"owner": "not held up"}).status == 201
        assert site.ask("ann", "POST", "/objects", {"objects": []}).status in (200, 400)
    finally:
        for line in lines:
            line.close()


def test_no_page_of_another_site_acts_with_a_credential_the_browser_knows(site):
    made = site.ask("ayu", "POST", "/cases/alarm", Origin="https://evil.example")
    assert made.status == 403
    assert site.ask("ayu", "POST", "/cases/alarm", Origin=site.url).status == 200


def test_headers_of_an_answer_hold_nothing_that_was_sent(site):
    said = site.ask("ayu", "POST", "/imports?name=a%0d%0aX-Evil:1", b"x", Content_Type="application/octet-stream")
    assert said.status == 400
    for path in ("/objects/x%0d%0aX-Evil:%201", "/banks/b%0d%0aX-Evil:1/export"):
        said = site.ask("ayu", "GET", path)
        assert (said.status, "X-Evil" in said.headers) == (404, False)


def test_an_exported_bank_says_how_many_hashes_are_not_in_it(site):
    listed = f"signal_type,signal_str,quality\npdq,{'a' * 64},3\nmd5,{'b' * 32},\n".encode()
    taken = site.ask("ayu", "POST", "/banks/b/hashes?name=a.csv", listed, Content_Type="application/octet-stream")
    assert taken.status == 200
    said = site.ask("ayu", "GET", "/banks/b/export")
    assert said.headers["X-OurEyes-Omitted"] == "PDQ-of-too-low-a-quality=1"
    assert b"b" * 32 in said.body
    said = site.ask("ayu", "GET", "/banks/b/export?to=MY")
    assert said.headers["X-OurEyes-Omitted"] == "may-not-go=2"
    assert b"b" * 32 not in said.body


def test_a_taken_set_is_judged_by_its_makers_newest_list(site, tmp_path):
    maker, said = site.nodes["MY"], {"audience": "pier", "kinds": ["phone"], "days": 7, "purpose": "detection"}
    made = searchsets.make(maker.ctx, tmp_path / "pier", **said, by="aziz", approver="bala")
    before = searchsets.revocations(maker.ctx)
    key = bytes.fromhex((tmp_path / "pier.key").read_text())
    searchsets.take(site.node.ctx, tmp_path / "pier", "pier", key, by="ayu")
    check = forms.SetCheck("phone", ["+66812345678"])
    assert site.ayu.check_set("pier", check).standing.startswith("nobody looked")
    taken = site.ayu.take_revocations(before)
    assert (taken.origin, taken.sets, site.ayu.check_set("pier", check).listed) == ("MY", 0, taken.at)
    searchsets.revoke(maker.ctx, made.id, by="aziz")
    assert site.ayu.take_revocations(searchsets.revocations(maker.ctx)).sets == 1
    refused = [lambda: site.ayu.take_revocations(before), lambda: site.ayu.check_set("pier", check)]
    for ask in refused:
        with pytest.raises(Problem, match="revo"):
            ask()


def test_a_purpose_stands_in_the_audit_log_and_must_be_one(site):
    assert site.ask("ayu", "GET", "/search?q=x", OE_Purpose="gossip").status == 400
    assert site.ask("ayu", "GET", "/search?q=x", OE_Purpose="prevention").status == 200
    assert next(site.ayu.audit(verb="search")).purpose == "prevention"


def test_a_fault_of_ours_tells_its_type_alone(site, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("a secret value")

    monkeypatch.setattr(site.node, "search", broken)
    said = site.ask("ayu", "GET", "/search?q=x")
    assert (said.status, said.json) == (500, {"type": "about:blank", "title": "this node failed", "status": 500})
    assert "secret" not in caplog.text
    assert "RuntimeError" in caplog.text


# --- pages -----------------------------------------------------------------------------------------------------------


def test_pages_lose_nothing_and_repeat_nothing_while_others_write(site):
    made = [an_indicator(value=f"p{n}.example") for n in range(7)]
    site.record(*made[:5], to=("ann",))
    first = site.ask("ann", "GET", "/objects?limit=2").json
    site.record(*made[5:], to=("ann",))
    seen, cursor = [one["id"] for one in first["objects"]], first["next"]
    while cursor:
        page = site.ask("ann", "GET", f"/objects?limit=2&cursor={cursor}").json
        seen += [one["id"] for one in page["objects"]]
        cursor = page.get("next", "")
    assert len(seen) == len(set(seen))
    assert {one.id for one in made} <= set(seen)


def test_a_cursor_counts_only_for_its_list_its_filters_and_its_reader(site):
    site.record(*(an_indicator(value=f"q{n}.example") for n in range(3)), to=("ann",))
    cursor = site.ask("ann", "GET", "/objects?limit=1&types=indicator").json["next"]
    good = f"/objects?limit=1&types=indicator&cursor={cursor}"
    assert site.ask("ann", "GET", good).status == 200
    assert site.ask("ann", "GET", f"/objects?limit=1&cursor={cursor}").status == 400
    assert site.ask("ayu", "GET", good).status == 400
    assert site.ask("ann", "GET", good[:-4] + "AAAA").status == 400
    assert site.ask("ann", "GET", "/objects?cursor=x").status == 400


def test_every_list_of_the_desk_is_read_whole_in_pages_of_one(site):
    for n in range(3):
        site.ayu.subscribe(forms.RuleSaid(events=["match"], owner=f"desk-{n}"))
    cursor, seen = "", []
    while True:
        page = site.ask("ayu", "GET", f"/rules?limit=1{f'&cursor={cursor}' if cursor else ''}").json
        seen += [one["id"] for one in page["rules"]]
        cursor = page.get("next", "")
        if not cursor:
            break
    assert sorted(seen) == sorted(one.id for one in site.ayu.rules())
    rows = list(site.ayu.audit())
    assert [one.seq for one in rows] == sorted((one.seq for one in rows), reverse=True)
    assert rows[-1].seq == 0


# --- ETags -----------------------------------------------------------------------------------------------------------


def test_what_is_known_already_is_not_sent_again(site):
    site.record(made := an_indicator(value="tag.example"), to=("ann",))
    first = site.ask("ann", "GET", f"/objects/{made.id}")
    again = site.ask("ann", "GET", f"/objects/{made.id}", If_None_Match=f'"x", {first.headers["ETag"]}')
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert site.ask("ann", "GET", f"/objects/{made.id}", If_None_Match='"x"').status == 200


def test_a_change_nobody_looked_at_is_not_overwritten(site):
    site.record(made := an_indicator(value="lost.example"))
    site.ayu.marking(made.id)
    tag = site.ayu.etag
    site.budi.mark(made.id, forms.MarkingSaid(tlp="GREEN", to=["MY"]))
    with pytest.raises(Problem) as said:
        site.ayu.mark(made.id, forms.MarkingSaid(tlp="AMBER"), if_match=tag)
    assert said.value.status == 412
    site.ayu.marking(made.id)
    now = site.ayu.mark(made.id, forms.MarkingSaid(tlp="AMBER"), if_match=site.ayu.etag)
    assert (now.marking["tlp"], now.marking["releasable_to"]) == ("AMBER", ["MY"])


def test_only_what_was_looked_at_is_approved(site):
    site.record(made := an_indicator(value="seen.example"), to=("MY",))
    draft = site.ayu.propose(["MY"], [made.id])
    site.budi.release(draft.id)
    tag = site.budi.etag
    site.ayu.mark(made.id, forms.MarkingSaid(grade="B2"))
    with pytest.raises(Problem) as said:
        site.budi.approve(draft.id, if_match=tag)
    assert said.value.status == 412
    assert site.budi.release(draft.id).draft.state == "proposed"
    assert site.budi.approve(draft.id, if_match=site.budi.etag).outcome["MY"]["sent"]


def test_if_match_where_nothing_can_be_compared_is_an_error_and_not_ignored(site):
    said = site.ask("ayu", "POST", "/tags", {"ids": [ANY], "tags": ["x"]}, If_Match='"x"')
    assert said.status == 400


def test_if_match_tells_nothing_to_a_token_that_may_not_read(site):
    site.record(made := an_indicator(value="guess.example"), to=("ann",))
    tag, path = site.ask("ann", "GET", f"/objects/{made.id}").headers["ETag"], f"/objects/{made.id}"
    site.client("ann", frozenset({"api:write"}))
    said = [site.ask("ann", "DELETE", path, If_Match=one) for one in (tag, '"guessed"')]
    site.client("ann", OUTSIDE)
    assert [one.status for one in said] == [403, 403]
    assert said[0].body == said[1].body


# --- once ------------------------------------------------------------------------------------------------------------


def test_a_write_under_one_key_is_done_once_also_after_a_restart(site):
    body, key = {"events": ["match"], "owner": "once"}, {"Idempotency_Key": "k-1"}
    first = site.ask("ayu", "POST", "/rules", body, **key)
    again = site.ask("ayu", "POST", "/rules", body, **key)
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert (first.headers.get("Idempotent-Replay"), again.headers["Idempotent-Replay"]) == (None, "true")
    site.restart()
    after = site.ask("ayu", "POST", "/rules", body, **key)
    assert (after.status, after.body) == (201, first.body)
    assert [one.owner for one in site.ayu.rules()].count("once") == 1


def test_a_key_is_one_account_s_and_for_one_request(site):
    body = {"owner": "keyed"}
    key = {"Idempotency_Key": "k-2"}
    site.ask("ayu", "POST", "/rules", body, **key)
    assert site.ask("ayu", "POST", "/rules", {"owner": "other"}, **key).status == 422
    other = site.ask("budi", "POST", "/rules", body, **key)
    assert (other.status, "Idempotent-Replay" in other.headers) == (201, False)
    assert site.ask("ayu", "POST", "/rules", body, Idempotency_Key="x" * 256).status == 400


def test_what_was_refused_leaves_its_key_free(site):
    site.record(made := an_indicator(value="free.example"), to=("MY",), tlp=TLP.AMBER)
    draft = site.ayu.propose(["MY"], [made.id])
    path, key = f"/releases/{draft.id}/approve", {"Idempotency_Key": "k-3"}
    assert site.ask("ayu", "POST", path, **key).status == 403
    assert site.ask("ayu", "POST", path, **key).status == 403
    assert site.ask("budi", "POST", path, **key).status == 200


def test_what_a_killed_process_began_is_not_done_a_second_time(site):
    from oureyes.node.repeating import Repeats

    dead = Repeats(site.node.ctx)
    named = ["subscribe", {}, "", "investigation", ""]
    body = msgspec.json.encode({"owner": "killed"})
    dead.begin("ayu", "k-4", dead.mark(msgspec.json.encode(named) + b"\0" + body))
    said = site.ask("ayu", "POST", "/rules", body, Idempotency_Key="k-4")
    assert (said.status, "another process" in said.json["detail"]) == (409, True)
    assert "killed" not in [one.owner for one in site.ayu.rules()]


def test_two_at_once_under_one_key_are_one(site):
    from concurrent.futures import ThreadPoolExecutor

    body = {"owner": "at-once"}
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: site.ask("ayu", "POST", "/rules", body, Idempotency_Key="k-5").status, range(8)))
    assert set(said) <= {201, 409}
    assert [one.owner for one in site.ayu.rules()].count("at-once") == 1


def test_a_key_used_for_one_route_is_not_answered_for_another(site):
    site.record(made := an_indicator(value="crossed.example"), to=("MY",))
    body, key = {"ids": [made.id], "to": ["MY"]}, {"Idempotency_Key": "k-6"}
    assert site.ask("ayu", "POST", "/rehearsals", body, **key).status == 200
    assert site.ask("ayu", "POST", "/releases", body, **key).status == 422
    assert site.ask("ayu", "POST", "/releases", body, Idempotency_Key="k-7").status == 201


def test_a_token_is_not_given_the_answer_of_a_route_that_is_not_open_to_it(site):
    site.record(made := an_indicator(value="replayed.example"), to=("MY",))
    site.budi.approve(site.ayu.propose(["MY"], [made.id]).id)
    log, file = site.ayu.log("ID/MY/1"), {"Content_Type": "application/octet-stream", "Idempotency_Key": "k-8"}
    assert site.ask("ayu", "POST", "/verification", log, **file).status == 200
    site.client("ayu", frozenset({"api:care"}))
    said = site.ask("ayu", "POST", "/roster/check", log, **file)
    site.client("ayu", ALL)
    assert "Idempotent-Replay" not in said.headers
    assert b"channels" not in said.body
