"""The mission with every node's data in PostgreSQL, where OUREYES_TEST_POSTGRESQL names one to spoil."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest
from a_case import a_bundle, a_plan_on, a_report, an_indicator
from simulated import Clock, deliver, for_
from stores import emptied

from oureyes.errors import ConfigError
from oureyes.exchange import roster
from oureyes.exchange.keys import load_sign_key
from oureyes.model.objects import digest
from oureyes.model.plans import Status
from oureyes.node import Node
from oureyes.node.opening import init, member_of
from oureyes.storage import desk

POSTGRESQL = os.environ.get("OUREYES_TEST_POSTGRESQL", "")
WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"


def federation(home, members):
    clock = Clock()
    for member in members:
        where = f"{emptied(POSTGRESQL, member)}&application_name={digest(bytes(home)).hex()[:20]}"
        init(home / member, member, clock=clock, database=where)
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

    def connected(home):
        """How many sessions these nodes have; those that were told to end are given the time for it."""
        sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
        with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
            found = []
            while len(found) < 5 or found[-5:] != found[-1:] * 5:
                time.sleep(0.1)
                found.append(connection.execute(sql, [digest(bytes(home)).hex()[:20]]).fetchone()[0])
            return found[-1]

    def test_nodes_on_one_server_hold_up_none_of_each_other_and_leave_nothing_open(tmp_path):
        states = federation(tmp_path / "nodes", [f"s{n}" for n in range(6)])
        slow, *others = states.values()
        going_on, begun = threading.Event(), threading.Event()
        stuck = slow.ctx.db.submit(lambda connection: (begun.set(), going_on.wait(60)))
        try:
            assert begun.wait(60)
            for node in others:  # while one is in the middle of writing
                told = partial(desk.put_setting, name="me", value=node.member)
                node.ctx.db.submit(told).result(30)
        finally:
            going_on.set()
        stuck.result(60)
        with ThreadPoolExecutor(24) as threads:
            for _ in threads.map(lambda node: node.figures(), [*states.values()] * 8):
                pass
        for node in others:
            with node.ctx.db.read() as connection:
                assert desk.get_setting(connection, "me") == node.member
        assert 0 < connected(tmp_path / "nodes") <= 6 * len(states)
        for node in states.values():
            node.close()
        assert connected(tmp_path / "nodes") == 0

    def test_two_processes_of_one_node_write_one_after_the_other(tmp_path):
        (node,) = federation(tmp_path / "nodes", ["one"]).values()
        other = Node.open(tmp_path / "nodes" / "one")
        going_on, begun = threading.Event(), threading.Event()
        first = node.ctx.db.submit(lambda connection: (begun.set(), going_on.wait(60)))
        assert begun.wait(60)
        second = other.ctx.db.submit(lambda connection: going_on.is_set())
        time.sleep(0.3)
        assert not second.done()
        going_on.set()
        first.result(60)
        assert second.result(60)
        node.close()
        other.close()

    def test_a_node_that_cannot_be_opened_leaves_no_connection(tmp_path):
        federation(tmp_path / "nodes", ["bad"])["bad"].close()
        (tmp_path / "nodes" / "bad" / "sign.key").unlink()
        for _ in range(3):
            with pytest.raises(ConfigError):
                Node.open(tmp_path / "nodes" / "bad")
        assert connected(tmp_path / "nodes") == 0
