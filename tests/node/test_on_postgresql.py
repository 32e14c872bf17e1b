"""The mission with every node's data in PostgreSQL, where OUREYES_TEST_POSTGRESQL names one to spoil."""

from __future__ import annotations

import os

from a_case import a_bundle, a_plan_on, a_report, an_indicator
from simulated import Clock, deliver, for_
from stores import emptied

from oureyes.exchange import roster
from oureyes.exchange.keys import load_sign_key
from oureyes.model.plans import Status
from oureyes.node import Node
from oureyes.node.opening import init, member_of

POSTGRESQL = os.environ.get("OUREYES_TEST_POSTGRESQL", "")
WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"


def federation(home, members):
    clock = Clock()
    for member in members:
        init(home / member, member, clock=clock, database=emptied(POSTGRESQL, member))
    raw = roster.build(1, [member_of(home / member) for member in members])
    for member in members:
        raw = roster.sign(raw, load_sign_key(bytes.fromhex((home / member / "sign.key").read_text())))
    for member in members:
        (home / member / "roster.json").write_bytes(raw)
    return {member: Node.open(home / member, clock=clock) for member in members}


def story(tmp_path):
    states = federation(tmp_path / "nodes", ["id", "my"])
    indonesia, malaysia = states.values()
    wallet, other = an_indicator("cryptocurrency-wallet:value", WALLET), an_indicator(description="\0nul")
    assert malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz").stored
    file = a_bundle(tmp_path, wallet, other)
    assert indonesia.record([file], by="ayu").stored == 2
    assert indonesia.record([file], by="ayu").unchanged == 2
    indonesia.mark([wallet.id, other.id], for_("my"), by="ayu")
    indonesia.approve(indonesia.propose([wallet.id, other.id], ["my"], by="ayu").id, by="budi")
    deliver(states)
    assert malaysia.show(wallet.id, by="aziz").raw == indonesia.show(wallet.id, by="ayu").raw
    assert WALLET in malaysia.matches()[0].match.reason
    assert wallet.id in [hit.id for hit in malaysia.search(f"{WALLET} type:indicator", by="aziz")]
    assert malaysia.graph(wallet.id, by="aziz").nodes
    assert malaysia.timeline([wallet.id], by="aziz")
    assert malaysia.trends(by="aziz") is not None
    plan = a_plan_on(wallet)
    assert malaysia.plan(plan, by="aziz", marking=for_()).validity.status is Status.HOLDS
    indonesia.retract([wallet.id], by="budi", reason="withdrawn")
    deliver(states)
    assert malaysia.standing(plan.id).validity.status is Status.BROKEN
    assert not malaysia.matches()
    assert not [one for node in states.values() for one in node.verify() if one.fault]
    for node in states.values():
        node.seal_audit()
        assert node.verify_audit().flaw is None
        assert node.inbox() is not None
        assert node.figures()["objects"]
        node.close()


if POSTGRESQL:

    def test_the_mission_is_the_same_on_postgresql(tmp_path):
        story(tmp_path)
