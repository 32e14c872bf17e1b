"""Whose ids a node cites, and to whom: a forged marking opens nobody else's."""

from __future__ import annotations

import pytest
from a_case import an_indicator, an_object
from simulated import Clock, deliver, federation, for_

from oureyes.model.markings import Onward
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable, sco
from oureyes.model.sharing import Item, Kind
from oureyes.node import Node
from oureyes.node.sending import send, statement_of

WALLET = sco(Observable("cryptocurrency-wallet", "1KhqPD9BnexmYHkZ6Zmmo22T9Fgoy4UF3u"))


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path / "nodes", ["ID", "MY", "SG", "TH"], Clock(), two_person_from="RED")
    yield nodes
    for node in nodes.values():
        node.close()


def forged(node: Node, obj: StixObject, **marking: object) -> None:
    """What a node that keeps no rule sends to MY under a marking of its own making."""
    said = statement_of(node.ctx, Kind.RELEASE, ["MY"], [Item(obj, for_("MY", "TH").but(**marking))])
    node.ctx.db.write(lambda connection: send(node.ctx, connection, said))


def honest(node: Node, obj: StixObject, to: str) -> None:
    node.record_objects([obj], by="ayu", marking=for_(to))
    node.approve(node.propose([obj.id], [to], by="ayu").id, by="budi")


def cited(states: dict[str, Node], ref: str, to: str = "TH") -> bool:
    """Whether a report of MY that speaks of `ref` tells `to` so."""
    report = an_object("report", name="r", published="2026-11-20T08:00:00Z", object_refs=[ref, an_indicator().id])
    malaysia = states["MY"]
    malaysia.record_objects([report], by="aziz", marking=for_(to))
    draft = malaysia.propose([report.id], [to], by="aziz")
    (said,) = malaysia.preview(draft.id, approver="salmah")
    return said.decision.object is not None and ref.encode() in said.decision.object.raw


FORGERIES = (
    {"originator": "TH", "onward": Onward.FREE},
    {"originator": "SG", "onward": Onward.FREE},
    {"originator": "SG", "onward": Onward.NONE},
    {"originator": "MY"},
)


@pytest.mark.parametrize("marking", FORGERIES)
@pytest.mark.parametrize("first", ["SG", "ID"])
@pytest.mark.parametrize("obj", [WALLET, an_indicator()], ids=["observable", "indicator"])
def test_what_one_state_gave_to_us_alone_is_not_opened_by_another_that_sends_its_id(states, obj, first, marking):
    turns = [lambda: forged(states["SG"], obj, **marking), lambda: honest(states["ID"], obj, "MY")]
    for turn in turns if first == "SG" else turns[::-1]:
        turn()
        deliver(states)
    assert not cited(states, obj.id)


def test_an_originator_named_by_another_is_not_whom_we_have_it_from(states):
    forged(states["SG"], WALLET, originator="TH", onward=Onward.FREE, releasable_to=frozenset({"MY"}))
    deliver(states)
    assert not cited(states, WALLET.id)


def test_a_state_hears_what_we_say_of_what_it_gave_us(states):
    honest(states["ID"], WALLET, "MY")
    deliver(states)
    assert cited(states, WALLET.id, to="ID")
    assert not cited(states, WALLET.id)


def test_a_state_that_sends_a_guess_does_not_learn_whether_we_had_it_from_others_or_ourselves(states):
    honest(states["ID"], WALLET, "MY")
    forged(states["SG"], WALLET)
    deliver(states)
    assert not cited(states, WALLET.id, to="SG")
    ours = an_indicator()
    states["MY"].record_objects([ours], by="aziz", marking=for_())
    forged(states["SG"], ours)
    deliver(states)
    assert not cited(states, ours.id, to="SG")


def test_what_an_outside_account_posted_under_an_id_of_ours_opens_nothing(states):
    malaysia = states["MY"]
    malaysia.record_objects([WALLET], by="aziz", marking=for_())
    malaysia.record_objects([WALLET], by="ann", marking=for_("TH"), source="account:c/ann")
    assert not cited(states, WALLET.id)
