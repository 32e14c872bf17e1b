"""Whom a correction concerns: who-has names the accounts outside that were given an object, by which door and what of
it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_case import an_indicator, an_object
from misp_callers import UUID, a_caller, an_event
from taxii_parties import Site, ids

from oureyes.model.accounts import View
from oureyes.model.remotes import Remote
from oureyes.node import Node, polling
from oureyes.node.events import Events
from oureyes.node.pushing import Pushing
from oureyes.node.retaining import LEGAL_HOLD


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def holders(site: Site, identifier: str) -> list[tuple[str, str, str]]:
    site.serving.notes.flush(wait=True)
    return [(one.member, one.door, one.state) for one in site.node.who_has(identifier, by="auditor")]


def collection(where: str) -> str:
    return where.strip("/").split("/")[-1]


def test_who_read_an_object_is_named_and_who_read_its_id_alone_or_could_have_is_not(site: Site) -> None:
    one, other = an_indicator(value="one.example"), an_indicator(value="other.example")
    site.account("bob")
    site.record(one, to=("ann", "bob"))
    site.record(other, to=("ann", "bob"))
    where = site.collection(readers=("ann", "bob"), view=View(), writers=())
    site.ann.get(f"{where}manifest/")
    assert holders(site, one.id) == []
    assert site.ann.get(f"{where}objects/{one.id}/").status == 200
    assert holders(site, one.id) == [("ann", collection(where), "out")]
    assert holders(site, other.id) == []
    assert holders(site, "malware--none") == []


def test_what_became_since_of_the_version_it_has_is_told(site: Site) -> None:
    one = an_object("malware", name="one", is_family=True)
    newer = an_object("malware", id=one.id, name="two", is_family=True, modified="2026-11-21T08:00:00.000Z")
    site.record(one)
    where = site.collection(view=View(), writers=())
    site.ann.get(f"{where}objects/")
    site.record(newer)
    assert holders(site, one.id) == [("ann", collection(where), "superseded")]
    site.ann.get(f"{where}objects/")
    assert holders(site, one.id) == [("ann", collection(where), "out")]
    site.node.retract([one.id], by="ayu", reason="wrong")
    assert holders(site, one.id) == [("ann", collection(where), "retracted")]


def test_it_is_remembered_once_and_also_when_the_process_ends(site: Site) -> None:
    one = an_indicator(value="once.example")
    site.record(one)
    where = site.collection(view=View(), writers=())
    site.ann.get(f"{where}objects/")
    assert site.node.who_has(one.id, by="auditor") == []  # it is in the file of what is still to be written
    site.restart()
    (first,) = [one.sent_at for one in site.node.who_has(one.id, by="auditor")]
    site.ann = site.door("ann")
    site.ann.get(f"{where}objects/")
    site.serving.notes.flush(wait=True)
    (again,) = [one.sent_at for one in site.node.who_has(one.id, by="auditor")]
    assert again == first


def test_what_was_pushed_to_a_server_elsewhere_is_at_the_account_it_stands_for(site: Site) -> None:
    one, refused = an_indicator(value="pushed.example"), an_indicator(value="refused.example")
    site.record(one, refused)
    where, ctx = site.collection(view=View(), writers=()), site.node.ctx
    made = Remote("there", "https://x.example/c/", push=True, account="ann", collection=collection(where))
    polling.add(ctx, made, "", by="ayu")
    standing = polling.one(ctx, "there")
    polling.pushed(ctx, standing, polling.outgoing(site.serving, standing), [(refused.id, "no")])
    assert holders(site, one.id) == [("ann", "there", "out")]
    assert holders(site, refused.id) == []


def test_an_extract_is_named_by_the_id_it_went_under(site: Site) -> None:
    red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
    one = an_object(
        "malware", name="m", is_family=True, description="apart",
        granular_markings=[{"marking_ref": red, "selectors": ["description"]}],
    )  # fmt: skip
    site.record(one)
    where = site.collection(view=View(), writers=())
    (extract,) = ids(site.ann.get(f"{where}objects/"))
    assert extract != one.id
    site.serving.notes.flush(wait=True)
    (found,) = site.node.who_has(one.id, by="auditor")
    assert (found.member, found.sent_as, found.state) == ("ann", extract, "out")


def test_an_event_and_its_parts_are_named_where_they_were_given(site: Site, tmp_path: Path) -> None:
    node: Node = site.node
    known = Events(node.ctx, site.serving)
    pushing = Pushing(node.ctx, known)
    cert, eve = a_caller(node, "cert", to=("eve",)), a_caller(node, "eve")
    pushing.add(cert, an_event(1))
    with node.ctx.db.read() as connection:
        event = known.event(connection, eve, UUID.format(1))
    known.told(eve, f"report--{UUID.format(1)}", 1, b"", event.shown())
    for kind, uuid in (("report", UUID.format(1)), ("x-misp-attribute", UUID.format(101))):
        assert holders(site, f"{kind}--{uuid}") == [("eve", "misp", "out")]


def test_who_was_given_what_is_forgotten_when_no_correction_can_concern_them_any_more(site: Site) -> None:
    """What stands, what is under legal hold and what was given lately is still known; what was dropped is logged."""
    gone, stands, evidence = (an_indicator(value=f"{name}.example") for name in ("gone", "stands", "evidence"))
    site.record(gone, stands, evidence)
    site.node.tag([evidence.id], [LEGAL_HOLD], by="ayu")
    where = site.collection(view=View(), writers=())
    site.ann.get(f"{where}objects/")
    assert all(holders(site, one.id) for one in (gone, stands, evidence))
    site.node.retract([gone.id, evidence.id], by="ayu", reason="withdrawn")
    clock, days = site.node.ctx.clock, site.node.ctx.config.number("shown_days")
    clock.forward(days=days - 1)  # type: ignore[attr-defined]  # the clock of the tests
    site.node.keep()
    assert [state for _, _, state in holders(site, gone.id)] == ["retracted"]
    clock.forward(days=2)  # type: ignore[attr-defined]  # the clock of the tests
    site.node.keep()
    assert holders(site, gone.id) == []
    assert [state for _, _, state in holders(site, evidence.id)] == ["retracted"]
    assert holders(site, stands.id) != []
    (row,) = site.node.audit(by="auditor", verb="forget-shown")
    assert (row.subject, row.detail["count"]) == ("ann", 1)
    site.node.keep()
    assert len(site.node.audit(by="auditor", verb="forget-shown")) == 1
