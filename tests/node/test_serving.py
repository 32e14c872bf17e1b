"""Standing views: each account has what release lets it have; whoever reads on misses nothing and learns no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from a_case import an_indicator, an_object
from taxii_parties import BOTH, Site, ids, post

from oureyes.model.accounts import View
from oureyes.model.markings import TLP, Marking, Onward
from oureyes.model.observables import Observable, sco
from oureyes.node.accounts import approve_collection, change
from oureyes.storage import objects, views
from oureyes.storage.views import Asked, Visible

LAST = "x-taxii-date-added-last"
ALL = View()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("serving"))
    made.account("bob")
    yield made
    made.close()


def seen(site: Site, where: str, **query: str) -> list[str]:
    return ids(site.ann.get(f"{where}objects/", query))


def given(site: Site, *made: object, **more: object) -> str:
    """Record objects and make a view of everything; only ids of these count."""
    site.record(*made, **more)  # type: ignore[arg-type]  # objects and marking rules
    return site.collection(view=ALL, writers=())


def test_only_what_names_the_account_or_an_agreement_of_its_is_seen(site: Site) -> None:
    named, agreed, other, nobody = (an_indicator(value=f"who{n}.example") for n in range(4))
    site.account("csirt-x", groups=frozenset({"csirts"}))
    where = site.collection(readers=("ann", "csirts"), view=ALL, writers=())
    site.record(named)
    site.record(agreed, to=("csirts",))
    site.record(other, to=("bob",))
    site.record(nobody, to=())
    found = set(seen(site, where))
    assert named.id in found
    assert not {agreed.id, other.id, nobody.id} & found
    assert agreed.id in ids(site.doors[-1].get(f"{where}objects/"))


@pytest.mark.parametrize("tlp", [TLP.RED, TLP.AMBER_STRICT])
def test_nothing_above_the_ceiling_leaves_and_red_never(site: Site, tlp: TLP) -> None:
    one = an_indicator(value=f"{tlp.name.lower()}.example".replace("_", "-"))
    where = given(site, one, tlp=tlp)
    assert one.id not in seen(site, where)
    assert site.ann.get(f"{where}objects/{one.id}/").status == 404
    assert one.id not in ids(site.ann.get(f"{where}manifest/"))


def test_what_needs_two_people_waits_for_the_second_and_then_no_poll_has_missed_it(site: Site) -> None:
    one, green = an_indicator(value="amber.example"), an_indicator(value="green.example")
    site.record(one, tlp=TLP.AMBER)
    site.record(green)
    where = site.collection(view=ALL, writers=(), approver="")
    first = site.ann.get(f"{where}objects/")
    assert (one.id in ids(first), green.id in ids(first)) == (False, True)
    approve_collection(site.node.ctx, where.split("/")[-2], by="budi")
    assert one.id in seen(site, where, added_after=first.headers[LAST])


def test_the_author_of_a_view_is_not_its_second_person(site: Site) -> None:
    where = site.collection(view=ALL, approver="")
    with pytest.raises(Exception, match="another person"):
        approve_collection(site.node.ctx, where.split("/")[-2], by=" Ayu ")


def test_an_account_that_was_changed_waits_for_its_second_person_again(site: Site) -> None:
    from oureyes.node.accounts import approve_account

    one = an_indicator(value="again.example")
    where = given(site, one, tlp=TLP.AMBER)
    assert one.id in seen(site, where)
    change(site.node.ctx, "ann", by="ayu", title="changed")
    assert one.id not in seen(site, where)
    approve_account(site.node.ctx, "ann", by="budi")
    assert one.id in seen(site, where)


def test_what_is_marked_for_somebody_later_is_found_by_who_has_read_past_it(site: Site) -> None:
    early, late = an_indicator(value="early.example"), an_indicator(value="late.example")
    site.record(early, to=())
    where = given(site, late)
    after = site.ann.get(f"{where}objects/").headers[LAST]
    assert early.id not in seen(site, where)
    site.node.mark([early.id], Marking(TLP.GREEN, releasable_to=frozenset({"ann"})), by="ayu")
    assert seen(site, where, added_after=after) == [early.id]


def test_what_was_under_embargo_is_found_by_who_has_read_past_it(site: Site) -> None:
    clock = site.node.ctx.clock
    ends = clock().replace(microsecond=0)  # type: ignore[call-arg]  # the clock of the tests
    until = f"{ends.replace(day=28):%Y-%m-%d}T00:00:00Z"
    one, after = an_indicator(value="embargo.example"), an_indicator(value="after.example")
    site.record(one, embargo=until)
    where = given(site, after)
    reached = site.ann.get(f"{where}objects/").headers[LAST]
    assert one.id not in seen(site, where)
    clock.forward(days=5)  # type: ignore[attr-defined]  # the clock of the tests
    assert seen(site, where, added_after=reached) == [one.id]


def test_what_is_retracted_disappears(site: Site) -> None:
    one = an_indicator(value="retracted.example")
    where = given(site, one)
    assert one.id in seen(site, where)
    site.node.retract([one.id], by="ayu", reason="a mistake")
    assert one.id not in seen(site, where)
    assert site.ann.get(f"{where}objects/{one.id}/").status == 404
    assert site.ann.get(f"{where}objects/{one.id}/versions/").status == 404


def test_what_is_narrowed_disappears_in_every_version(site: Site) -> None:
    one = an_object("malware", name="one", is_family=True)
    newer = an_object("malware", id=one.id, name="two", is_family=True, modified="2026-11-21T08:00:00.000Z")
    where = given(site, one, newer)
    assert set(site.ann.get(f"{where}objects/{one.id}/versions/").json["versions"]) == {one.version, newer.version}
    site.node.mark([one.id], Marking(TLP.GREEN), by="ayu")
    assert site.ann.get(f"{where}objects/{one.id}/versions/").status == 404


def test_a_partner_s_object_goes_to_no_account_unless_its_originator_let_it(site: Site) -> None:
    kept, free = an_indicator(value="kept-sg.example"), an_indicator(value="free-sg.example")
    ctx = site.node.ctx
    for one, onward in ((kept, Onward.CONSENT), (free, Onward.FREE)):
        marking = Marking(TLP.GREEN, releasable_to=frozenset({"ann"}), onward=onward, originator="SG")
        ctx.db.write(
            lambda connection, one=one, marking=marking: objects.add(
                connection,
                [objects.Incoming(one, marking)],
                source=objects.source(connection, "SG", "SG"),
                origin="SG",
                at_us=ctx.now_us(),
            )
        )
    found = set(seen(site, site.collection(view=ALL, writers=())))
    assert (kept.id in found, free.id in found) == (False, True)


def test_a_reference_to_what_one_may_not_know_of_does_not_leave(site: Site) -> None:
    secret, open_ = (
        an_object("malware", name="secret", is_family=True),
        an_object("malware", name="open", is_family=True),
    )
    link = an_object("relationship", relationship_type="uses", source_ref=open_.id, target_ref=secret.id)
    both = an_object("report", name="r", published="2026-11-20T08:00:00Z", object_refs=[open_.id, secret.id])
    site.record(secret, to=())
    where = given(site, open_, link, both)
    page = site.ann.get(f"{where}objects/", {"match[type]": "relationship,report,malware"})
    assert secret.id not in page.body.decode()
    assert link.id not in ids(page)
    (extract,) = [
        one for one in page.json["objects"] if one["type"] == "report" and one.get("object_refs") == [open_.id]
    ]
    assert extract["id"] != both.id  # what is left is an object of its own, and is found by that name
    assert ids(site.ann.get(f"{where}objects/{extract['id']}/")) == [extract["id"]]
    assert site.ann.get(f"{where}objects/{both.id}/").status == 404
    manifest = [one["id"] for one in site.ann.get(f"{where}manifest/").json["objects"]]
    assert extract["id"] in manifest
    assert both.id not in manifest


def test_a_part_marked_apart_does_not_leave(site: Site) -> None:
    red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
    one = an_object(
        "malware",
        name="shared",
        description="CANARY",
        is_family=True,
        granular_markings=[{"marking_ref": red, "selectors": ["description"]}],
    )
    where = given(site, one)
    page = site.ann.get(f"{where}objects/", {"match[type]": "malware"})
    assert b"CANARY" not in page.body
    assert "shared" in page.body.decode()


def test_a_notice_waits_at_the_neutrality_gate(site: Site) -> None:
    one = an_object("x-oureyes-notice", name="a notice")
    where = given(site, one)
    assert one.id not in seen(site, where)


def test_a_view_shows_only_what_it_says(site: Site) -> None:
    one, other = an_indicator(value="view.example"), an_object("malware", name="view", is_family=True)
    site.record(one, to=("ann", "agreement-a"))
    site.record(other)
    by_type = site.collection(view=View(types=frozenset({"malware"})), writers=())
    by_name = site.collection(view=View(named=frozenset({"agreement-a"})), writers=())
    by_tlp = site.collection(view=View(tlp_up_to=TLP.CLEAR), writers=())
    by_origin = site.collection(view=View(origins=frozenset({"SG"})), writers=())
    assert other.id in seen(site, by_type)
    assert one.id not in seen(site, by_type)
    assert seen(site, by_name) == [one.id]
    assert not {one.id, other.id} & {*seen(site, by_tlp), *seen(site, by_origin)}
    site.node.tag([other.id], ["topic:x_y"], by="ayu")
    assert seen(site, site.collection(view=View(tags=frozenset({"topic:x_y"})), writers=())) == [other.id]
    assert seen(site, site.collection(view=View(tags=frozenset({"topic:x%"})), writers=())) == []


def test_what_is_posted_goes_nowhere_until_it_is_marked(site: Site) -> None:
    inbox, everything = site.collection(readers=("ann", "bob")), site.collection(view=ALL, readers=("bob",))
    bob = site.door("bob")
    one = an_indicator(value="posted.example")
    post(site.ann, inbox, one)
    assert ids(site.ann.get(f"{inbox}objects/")) == [one.id]
    assert ids(bob.get(f"{inbox}objects/")) == []
    assert one.id not in ids(bob.get(f"{everything}objects/"))
    site.node.mark([one.id], Marking(TLP.GREEN, releasable_to=frozenset({"bob"})), by="ayu")
    assert ids(bob.get(f"{inbox}objects/")) == [one.id]
    assert one.id in ids(bob.get(f"{everything}objects/"))
    newer = an_indicator(value="posted-2.example", id=one.id, modified="2026-11-22T08:00:00.000Z")
    post(site.ann, inbox, newer)
    assert ids(bob.get(f"{inbox}objects/")) == []  # the new version has not been looked at


def test_what_is_posted_replaces_nothing_of_ours_and_is_not_released_in_its_place(site: Site) -> None:
    ours, inbox = an_indicator(value="ours.example"), site.collection()
    theirs = an_indicator(value="forged.example", id=ours.id, modified="2027-01-01T00:00:00.000Z")
    post(site.ann, inbox, theirs)
    where = site.collection(view=ALL, readers=("bob",), writers=())
    site.record(ours, to=("bob",))
    bob = site.door("bob")
    assert b"forged" not in bob.get(f"{where}objects/").body
    assert ours.raw in bob.get(f"{where}objects/").body
    site.node.mark([ours.id], Marking(TLP.GREEN, releasable_to=frozenset({"bob"})), by="ayu")
    assert b"forged" not in bob.get(f"{where}objects/").body


def test_one_object_of_two_sources_is_given_once(site: Site) -> None:
    one = an_indicator(value="twice.example")
    where = given(site, one)
    marking = Marking(TLP.GREEN, releasable_to=frozenset({"ann"}), purpose="investigation")
    site.node.record_objects([one], by="ayu", marking=marking, source="another")
    assert seen(site, where).count(one.id) == 1
    everything = site.ann.get(f"{where}objects/", {"match[version]": "all", "match[id]": one.id})
    assert ids(everything) == [one.id]


def test_every_page_post_and_deletion_is_in_the_audit_log(site: Site) -> None:
    cara = site.account("cara", BOTH)
    where = site.collection(readers=("cara",), writers=("cara",))
    one = an_indicator(value="audited.example")
    post(cara, where, one)
    cara.get(f"{where}objects/")
    cara.ask("DELETE", f"{where}objects/{one.id}/")
    site.serving.notes.flush(wait=True)
    rows = {row.verb: row for row in site.node.audit(by="auditor", actor="cara")}
    assert set(rows) >= {"serve", "post", "withdraw"}
    assert rows["serve"].detail["count"] == 1
    assert len(str(rows["serve"].detail["digest"])) == 64
    assert "audited.example" not in str(rows)


def test_a_page_is_found_by_place_and_rights_filter_rows_instead_of_choosing_an_index(site: Site) -> None:
    with site.node.ctx.db.read() as connection:
        visible = Visible((1, 2), (1, 2), own=(3,), posted=(4,))
        plan = views.plan(connection, visible, Asked())
        by_id = views.plan(connection, visible, Asked(idents=(1,), bodies=False))
    assert "SEARCH h USING INDEX holding_placed (placed>?)" in plan
    assert "SEARCH h USING INDEX holding_ident" in by_id
    for said in (plan, by_id):
        assert "TEMP B-TREE" not in said or said is by_id
        assert "SCAN" not in said


def test_posting_a_value_does_not_tell_whether_our_reports_speak_of_it(site: Site) -> None:
    """The id of an observable follows from its value: whoever guesses a wallet could look for it in what it reads."""
    wallet = sco(Observable("cryptocurrency-wallet", "1KhqPD9BnexmYHkZ6Zmmo22T9Fgoy4UF3u"))
    report = an_object("report", name="r", published="2026-11-20T08:00:00Z", object_refs=[wallet.id])
    where = site.collection(view=ALL)
    site.record(wallet, to=(), tlp=TLP.RED)
    site.record(report)
    before = site.ann.get(f"{where}objects/", {"match[type]": "report"}).body
    assert wallet.id not in before.decode()
    assert post(site.ann, where, wallet).status == 202
    after = site.ann.get(f"{where}objects/", {"match[type]": "report"}).body
    assert wallet.id not in after.decode()
    assert ids(site.ann.get(f"{where}objects/{wallet.id}/")) == [wallet.id]  # its own posting it may read again
