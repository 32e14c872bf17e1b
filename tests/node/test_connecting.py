"""What arrives meets what is held; who is told, who is not, and what happens when a side falls away."""

from __future__ import annotations

import json
import threading
from itertools import permutations

import pytest
from a_case import a_bundle, a_report, an_indicator, an_object
from paths import DATA
from simulated import Clock, deliver, federation, for_

from oureyes.errors import InvalidObject, NotHeld, Refused
from oureyes.model.findings import AlertState, Subscription, Verdict
from oureyes.model.markings import TLP
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables import Observable, sco
from oureyes.node import connecting
from oureyes.node.connecting import meeting

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def states(tmp_path, clock):
    nodes = federation(tmp_path / "nodes", ["ID", "MY"], clock)
    yield nodes
    for node in nodes.values():
        node.close()


def release(origin, *found, to=("MY",)):
    origin.record_objects(found, by="ayu", marking=for_(*to))
    origin.approve(origin.propose([obj.id for obj in found], to, by="ayu").id, by="budi")


def a_wallet():
    return an_indicator("cryptocurrency-wallet:value", WALLET)


def test_a_match_is_found_whichever_side_comes_first_and_rings_once(states, tmp_path):
    indonesia, malaysia = states.values()
    file = a_report(tmp_path, f"pay to {WALLET}")
    malaysia.record([file], by="aziz")
    release(indonesia, a_wallet(), a_wallet())
    deliver(states)
    [match] = malaysia.matches()
    assert WALLET in match.match.reason
    assert {match.left_origin, match.right_origin} == {"ID", "MY"}
    assert [row.event for row, *_ in malaysia.inbox()].count("match") == 1
    indonesia.record([file], by="ayu")
    assert len(indonesia.matches()) == 1


@pytest.mark.parametrize("order", list(permutations(range(2))))
@pytest.mark.parametrize("together", [True, False])
def test_of_a_host_and_a_link_to_it_that_both_name_each_is_said_to_be_exactly_the_same(states, order, together):
    """Whatever came last of either, and also when one batch has both: the link does not stand before the host."""
    nodes = dict(states)
    same = [("domain-name", "evil.example"), ("url", "http://evil.example/a")]
    for node in nodes.values():
        to = [one for one in nodes if one != node.member]
        made = [an_indicator(f"{same[at][0]}:value", same[at][1]) for at in order]
        for some in [made] if together else [[one] for one in made]:
            node.record_objects(some, by="ayu", marking=for_(*to))
        node.approve(node.propose([one.id for one in made], to, by="ayu").id, by="budi")
    deliver(nodes)
    for node in nodes.values():
        said = {(one.match.key, one.match.reason.partition(": ")[2]) for one in node.matches()}
        assert said == {(f"{kind}:{value}", "exactly the same value") for kind, value in same}


def test_what_stands_on_a_warninglist_is_kept_and_rings_nobody(states, tmp_path):
    _, malaysia = states.values()
    for name in ("one.json", "two.json"):
        private = an_indicator("ipv4-addr:value", "10.0.0.0")
        malaysia.record([a_bundle(tmp_path, private, name=name)], by="aziz")
    assert malaysia.matches() == []
    assert [one.warned != "" for one in malaysia.matches(warned=True)] == [True]
    assert malaysia.inbox() == []


def test_when_the_one_that_stood_for_a_source_falls_another_takes_its_place(states, tmp_path):
    indonesia, malaysia = states.values()
    first, second = a_wallet(), a_wallet()
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz")
    release(indonesia, first)
    release(indonesia, second)
    deliver(states)
    [before] = malaysia.matches()
    stood = {before.match.left, before.match.right} & {first.id, second.id}
    indonesia.retract(stood, by="budi", reason="withdrawn")
    deliver(states)
    [after] = malaysia.matches()
    assert {after.match.left, after.match.right} & ({first.id, second.id} - stood)
    indonesia.retract({first.id, second.id} - stood, by="budi", reason="withdrawn")
    deliver(states)
    assert malaysia.matches() == []
    assert all(row.state is AlertState.DONE for row, *_ in malaysia.inbox() if row.event == "match")


def test_what_is_taken_back_and_given_again_matches_again(states, tmp_path):
    indonesia, malaysia = states.values()
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz")
    wallet = a_wallet()
    release(indonesia, wallet)
    deliver(states)
    number = malaysia.matches()[0].n
    indonesia.retract([wallet.id], by="budi", reason="withdrawn")
    deliver(states)
    release(indonesia, type(wallet).make({**wallet.content, "modified": "2026-12-01T00:00:00.000Z"}))
    deliver(states)
    assert [one.n for one in malaysia.matches()] == [number]


def test_what_is_held_back_meets_nothing_until_it_is_confirmed(states, tmp_path):
    _, malaysia = states.values()
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz")
    odd = an_indicator(
        "cryptocurrency-wallet:value",
        WALLET,
        object_marking_refs=["marking-definition--00000000-0000-4000-8000-0000000000aa"],
    )
    malaysia.record([a_bundle(tmp_path, odd)], by="aziz")
    assert malaysia.matches() == []
    malaysia.confirm(odd.id, by="badrul")
    assert len(malaysia.matches()) == 1


def a_person(number, name, born=""):
    said = {"extension_type": "property-extension", "list": {"dob": [born]}}
    return StixObject.make(
        {
            "type": "identity", "id": f"identity--00000000-0000-4000-8000-{number:012d}", "spec_version": "2.1",
            "created": "2026-11-01T00:00:00.000Z", "modified": f"2026-11-0{2 if born else 1}T00:00:00.000Z",
            "identity_class": "individual", "name": name,
            **({"extensions": {EXTENSIONS["provenance"]: said}} if born else {}),
        }
    )  # fmt: skip


def test_a_name_that_many_bear_is_kept_and_rings_when_a_second_sign_is_there(states):
    indonesia, malaysia = states.values()
    malaysia.record_objects([a_person(1, "Nguyễn Văn Hùng", "1980-05-03")], by="aziz", marking=for_())
    release(indonesia, a_person(2, "NGUYEN VAN HUNG"))
    deliver(states)
    assert malaysia.matches() == []
    assert "match" not in [row.event for row, *_ in malaysia.inbox()]
    [quiet] = malaysia.matches(warned=True)
    assert "a second sign is needed" in quiet.match.reason
    release(indonesia, a_person(2, "NGUYEN VAN HUNG", "1980-05-03"))
    deliver(states)
    [match] = malaysia.matches()
    assert "birth years agree (1980)" in match.match.reason
    assert [row.event for row, *_ in malaysia.inbox()].count("match") == 1


def test_every_name_of_a_list_that_sounds_so_is_compared_not_one_that_stands_for_the_rest(states):
    indonesia, malaysia = states.values()
    many = ["Selvaraj Ganesan", "Silvaraj Gonesan", "Salvarij Ginesan"]  # the same consonants: the same key
    malaysia.record_objects([a_person(10 + at, name) for at, name in enumerate(many)], by="aziz", marking=for_())
    release(indonesia, a_person(20, "Ganesan a/l Selvaraj"), a_person(21, "Silvaraj a/l Gonesan"))
    deliver(states)
    met = {frozenset((one.match.left[-2:], one.match.right[-2:])) for one in malaysia.matches()}
    assert {frozenset(("10", "20")), frozenset(("11", "21"))} <= met


def test_of_what_shares_parts_of_one_thing_those_that_share_most_are_compared():
    shared = [("names", 1, held, 9) for held in range(100)] + [("media", 1, held, 9) for held in range(100)]
    chosen = list(meeting._closest(shared))
    assert chosen[:64] == shared[:64]
    assert chosen[64:] == shared[100:]


def test_a_reader_sees_matches_only_of_what_it_may_see_on_both_sides(states, tmp_path):
    indonesia, _ = states.values()
    indonesia.record([a_report(tmp_path, f"pay to {WALLET}")], by="ayu")
    indonesia.record_objects([a_wallet()], by="ayu", marking=for_(expires="2026-01-01T00:00:00Z", originator="MY"))
    assert len(indonesia.matches()) == 1
    assert indonesia.matches(by="ayu") == []
    shown = indonesia.search(WALLET, by="ayu")
    assert shown
    assert not [line for hit in shown for line in indonesia.show(hit.id, by="ayu").card.touches if "match" in line]


def test_a_judgement_is_a_named_persons_on_things_held(states):
    node = states["ID"]
    one, other = an_indicator(), an_indicator()
    node.record_objects([one, other], by="ayu", marking=for_())
    with pytest.raises(Refused):
        node.judge(one.id, other.id, Verdict.SAME, by="")
    with pytest.raises(NotHeld):
        node.judge(one.id, "malware--none", Verdict.SAME, by="ayu")
    assert node.judge(one.id, other.id, Verdict.UNSURE, by="ayu", why="look again").verdict is Verdict.UNSURE
    assert node.audit(by="auditor", verb="judge")[0].detail["verdict"] == "unsure"


def test_rules_tell_whom_they_name_and_can_be_dropped(states):
    indonesia, malaysia = states.values()
    malaysia.subscribe(Subscription("mine", "aziz", frozenset({"received"}), kinds=frozenset({"malware"})), by="aziz")
    release(indonesia, an_indicator())
    deliver(states)
    assert [row.owner for row, *_ in malaysia.inbox()] == ["desk"]  # what nobody's rule takes is not lost
    malaysia.move(malaysia.inbox()[0][0].id, AlertState.DONE, by="desk")
    malaysia.subscribe(Subscription("less", "desk", frozenset({"lag"})), by="aziz")
    release(indonesia, an_object("malware", name="m", is_family=False))
    deliver(states)
    assert [row.owner for row, *_ in malaysia.inbox(state="new")] == ["aziz"]
    malaysia.unsubscribe("mine", by="aziz")
    with pytest.raises(NotHeld):
        malaysia.unsubscribe("mine", by="aziz")


def test_an_alert_moves_through_its_states_and_no_others(states):
    indonesia, malaysia = states.values()
    release(indonesia, an_indicator())
    deliver(states)
    alert = malaysia.inbox()[0][0].id
    malaysia.move(alert, AlertState.SEEN, by="aziz")
    malaysia.move(alert, AlertState.ASSIGNED, by="aziz", assignee="badrul")
    assert malaysia.inbox()[0][1] == "badrul"
    malaysia.move(alert, AlertState.DONE, by="badrul")
    assert malaysia.inbox(state="new") == []
    with pytest.raises((NotHeld, InvalidObject)):
        malaysia.move("alert--none", AlertState.SEEN, by="aziz")


def test_a_notification_is_tried_until_it_goes_and_waits_longer_each_time(states, clock):
    indonesia, malaysia = states.values()
    rule = Subscription("hook", "desk", notifier="webhook", address="https://ops.example/")
    malaysia.subscribe(rule, by="aziz")
    release(indonesia, an_indicator())
    deliver(states)
    tried = []

    def fails(name, alert, address):
        tried.append((name, address))
        raise ConnectionRefusedError("203.0.113.7 said no")

    assert connecting.notify(malaysia.ctx, fails) == 0
    assert connecting.notify(malaysia.ctx, fails) == 0  # not due yet
    clock.forward(seconds=30)
    assert connecting.notify(malaysia.ctx, fails) == 0
    assert tried == [("webhook", "https://ops.example/")] * 2
    clock.forward(hours=2)
    assert connecting.notify(malaysia.ctx, lambda *_: None) == 1
    clock.forward(hours=2)
    assert connecting.notify(malaysia.ctx, fails) == 0


def test_listeners_hear_of_alerts_after_the_commit_and_only_then(states):
    indonesia, malaysia = states.values()
    heard = []
    malaysia.ctx.listeners.append(
        lambda what, subject: heard.append((what, len(malaysia.inbox()), threading.get_ident()))
    )
    release(indonesia, an_indicator())
    deliver(states)
    assert [(what, seen) for what, seen, _ in heard if what == "alert"] == [("alert", 1)]


SCENARIO = {
    "ID": [
        "misp/events/eset/oceanlotus__oceanlotus-rtf_ocx_campaigns.misp.event.json",
        "misp/events/eset/oceanlotus__oceanlotus.misp.event.json",
    ],
    "MY": [
        "observables/volexity/2020_2020-11-06_-_OceanLotus__Extending_Cyber_Espionage_Operations_Through_Fake_Websites_"
        "indicators.csv"
    ],
    "SG": ["observables/maltrail/apt_oceanlotus.txt"],
    "VN": ["misp/events/eset/signsight__signsight-misp-event.json"],
}


@held
def test_one_command_infrastructure_in_three_formats_is_one_in_every_state(tmp_path):
    """Scenario 1 of the shared data."""
    told = json.loads((DATA / "scenarios" / "scenarios.json").read_text())[0]
    assert {state: list(files) for state, files in told["nodes"].items()} == SCENARIO
    states = federation(tmp_path, list(SCENARIO))
    for state, files in SCENARIO.items():
        states[state].record([DATA / file for file in files], by="officer", marking=for_(*(set(SCENARIO) - {state})))
        node = states[state]
        with node.ctx.db.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT i.id FROM holding h JOIN ident i ON i.n = h.ident WHERE h.last AND h.state = 'held'"
            )
            ids = [str(identifier) for (identifier,) in found.all()]
        node.mark(ids, for_(*(set(SCENARIO) - {state})), by="officer")
        node.approve(node.propose(ids, sorted(set(SCENARIO) - {state}), by="officer").id, by="second")
    deliver(states, rounds=40)
    for state in ("ID", "MY", "SG"):
        found = states[state].matches_on("andreagahuvrauvin.com", limit=10_000, by="officer")
        origins = {origin for one in found for origin in (one.left_origin, one.right_origin)}
        assert origins == {"ID", "MY", "SG"}, state
    quiet = ("www.welivesecurity.com", "raw.githubusercontent.com", "10.0.0.0")
    for node in states.values():
        rung = " ".join(row.reason for row, *_ in node.inbox())
        assert not [value for value in quiet if value in rung]
        assert not [one for value in quiet for one in node.matches_on(value, by="officer")]
        assert not [one for one in node.verify() if one.fault]
        node.close()


def test_an_originator_is_not_told_of_a_match_with_what_may_not_answer_it(tmp_path):
    """Else whoever releases a value learns from the answer whether a partner holds it: an oracle."""
    for marking, told in (
        (for_(tlp=TLP.RED), False),
        (for_(), False),
        (for_(hit_no_hit=True), False),
        (for_(hit_no_hit=True, answers_to=frozenset({"SG"})), False),
        (for_(hit_no_hit=True, answers_to=frozenset({"ID"})), True),
        (for_(tlp=TLP.RED, hit_no_hit=True, answers_to=frozenset({"ID"})), True),
        (for_("ID"), True),
    ):
        states = federation(
            tmp_path / f"{marking.tlp.name}-{told}-{marking.hit_no_hit}-{'-'.join(marking.answers_to)}", ["ID", "MY"]
        )
        indonesia, malaysia = states.values()
        probe = a_wallet()
        malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz", marking=marking)
        indonesia.record_objects([probe], by="ayu", marking=for_("MY"))
        indonesia.approve(indonesia.propose([probe.id], ["MY"], by="ayu").id, by="budi")
        deliver(states)
        assert malaysia.matches()
        assert bool(indonesia.who_has(probe.id, by="auditor")[0].matched_at) is told


def test_a_match_moves_from_the_bare_observable_to_the_indicator_that_comes_after_it(tmp_path):
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz", marking=for_("ID"))
    bare, said = sco(Observable("cryptocurrency-wallet", f"trx:{WALLET}")), a_wallet()
    for obj in (bare, said):
        indonesia.record_objects([obj], by="ayu", marking=for_("MY"))
        indonesia.approve(indonesia.propose([obj.id], ["MY"], by="ayu").id, by="budi")
        deliver(states)
    found = malaysia.matches()[0].match
    assert said.id in (found.left, found.right)


def test_a_rule_that_could_never_reach_anybody_is_refused_when_it_is_made(states):
    rule = Subscription("hook", "desk", notifier="webhook", address="http://ops.example/")
    with pytest.raises(Refused, match="https"):
        states["ID"].subscribe(rule, by="ayu")
    assert states["ID"].rules() == []
