"""S5: a scam wave over state borders, a plan that rests on it, and evidence that its originator takes back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from a_case import a_plan_on
from a_scenario import PLAYS, Play, common, days, met, plain, playing, record, release, share
from paths import DATA
from simulated import for_

from oureyes.model.objects import StixObject
from oureyes.model.plans import Status
from oureyes.model.sharing import Kind
from oureyes.node import Node

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")

LIST = DATA / "observables/scam/polkadot_phishing_domains.json.gz"
HOLD = ("MY", "ID", "VN")  # each what of the feed stands under its domain
UNDER = {"MY": 51, "ID": 37, "VN": 28, "SG": 8, "PH": 6, "TH": 2}
LAST_DAYS = datetime(2026, 8, 26, tzinfo=UTC)  # of the feed, when its newest indicators are fresh
REFERENCE = (
    "events/tweetfeed_daily_counts.csv.gz",
    "stix/attack/sea-subset.json.gz",
    "stix/disarm/countermeasures.csv",
)

play = pytest.fixture(params=PLAYS)(playing)


def host(attribute: dict[str, str]) -> str:
    """The domain an attribute stands under."""
    value = attribute["value"]
    return str(urlsplit(value).hostname or "") if attribute["type"] == "url" else value


def of_the_feed(folder: Path, wanted: Callable[[dict[str, str]], bool]) -> list[Path]:
    """The feed's events with the attributes that are wanted, under their own names; days without any are left out."""
    folder.mkdir()
    made = []
    for file in days():
        event = json.loads(file.read_bytes())["Event"]
        kept = [one for one in event["Attribute"] if wanted(one)]
        if kept:
            (folder / file.name).write_text(json.dumps({"Event": {**event, "Attribute": kept}}), "utf-8")
            made.append(folder / file.name)
    return made


def stands_under(one: dict[str, str], state: str) -> bool:
    return one["type"] in ("url", "domain") and host(one).rpartition(".")[2] == state.lower()


def under(play: Play, state: str) -> list[Path]:
    """What of the feed stands under a state's country domain."""
    return of_the_feed(play.folder / state, lambda one: stands_under(one, state))


def indicators(node: Node, ids: Iterable[str]) -> Iterator[StixObject]:
    for one in ids:
        if one.startswith("indicator--"):
            yield StixObject.parse(node.show(one, by="ayu").raw)


def test_so_many_indicators_stand_under_each_members_domain_and_each_state_has_them_of_the_others(play: Play) -> None:
    nodes = play.states(*UNDER)
    share(nodes, {state: under(play, state) for state in UNDER})
    for node in nodes.values():
        found = {state: node.search(f"from:{state} type:indicator", by="ayu", limit=1_000) for state in UNDER}
        assert {state: len(hits) for state, hits in found.items()} == UNDER
        assert not [pair for pair in met(node) if len(pair) == 2]  # nothing of one stands under another
    assert sum(UNDER.values()) == 132


def listed_and_fed(play: Play) -> tuple[Path, list[Path]]:
    """Cambodia's list and the feed; every day what they share, what members have, and a hundredth of the rest."""
    if play.whole:
        return LIST, days()
    shared = common("feed-tweetfeed", "polkadot")
    whole = json.loads(gzip.decompress(LIST.read_bytes()))
    listed = play.folder / LIST.name.removesuffix(".gz")
    some = {one for at, one in enumerate(whole["deny"]) if one in shared or at % 100 == 0}
    listed.write_text(json.dumps({**whole, "deny": sorted(some)}), "utf-8")
    return listed, of_the_feed(
        play.folder / "feed", lambda one: one["value"] in some or any(stands_under(one, state) for state in HOLD)
    )


def test_what_of_the_feed_stands_on_cambodias_list_is_met_and_nothing_else(play: Play) -> None:
    shared = common("feed-tweetfeed", "polkadot")
    assert len(shared) == 139
    nodes = play.states("KH", "SG", *HOLD)
    if play.whole:
        for node in nodes.values():
            record(node, *(DATA / one for one in REFERENCE), to=[one for one in nodes if one != node.member])
    listed, fed = listed_and_fed(play)
    share(nodes, {"KH": [listed], "SG": fed, **{state: under(play, state) for state in HOLD}})
    expected = {frozenset(("KH", "SG")): {plain(value) for value in shared}}
    for state in HOLD:
        own = {plain(one["value"]) for one in attributes(play.folder / state)}
        expected |= {frozenset(("SG", state)): own, frozenset(("KH", state)): own & expected[frozenset(("KH", "SG"))]}
    for node in nodes.values():
        found = met(node)
        at_home = frozenset((node.member,))  # what a state's own days have in common concerns it alone
        assert {pair: {plain(one) for one in values} for pair, values in found.items() if pair != at_home} == {
            pair: values for pair, values in expected.items() if values
        }
        # the list has a page at a host where everybody posts, and so have the days: kept, ranked last, told to nobody
        held_back = met(node, warned=True)[frozenset(("KH", "SG"))] - found[frozenset(("KH", "SG"))]
        assert held_back == ({"x.com"} if play.whole else set())


def attributes(folder: Path) -> Iterator[dict[str, str]]:
    for file in folder.glob("*.json"):
        yield from json.loads(file.read_bytes())["Event"]["Attribute"]


def test_a_plan_falls_with_what_its_originator_deletes_or_revokes_and_each_holder_is_told(play: Play) -> None:
    nodes = play.states("ID", "KH", "MY", "VN", at=LAST_DAYS)
    malaysia, cambodia = nodes["MY"], nodes["KH"]  # which has the evidence, and no plan
    ids = record(malaysia, *under(play, "MY"), to=["ID", "KH", "VN"])
    release(malaysia, ids, ["ID", "KH", "VN"])
    *_, first, second = sorted(indicators(malaysia, ids), key=lambda one: one.instant)
    nodes.settle()
    plans = [a_plan_on(one, owners=("planners",)) for one in (first, second)]
    for plan in plans:
        nodes["ID"].plan(plan, by="ayu", marking=for_("MY", "VN"))
    holders = [nodes[state] for state in ("ID", "MY", "VN")]
    draft = nodes["ID"].propose([plan.id for plan in plans], ["MY", "VN"], by="ayu", purpose="strategy")
    nodes["ID"].approve(draft.id, by="budi")
    nodes.settle()
    for node in holders:
        assert [node.standing(plan.id).validity.status for plan in plans] == [Status.HOLDS, Status.HOLDS]
        assert not told(node)

    malaysia.retract([first.id], by="aziz", reason="the site is an ordinary shop")
    nodes.settle()
    for node in holders:
        assert [node.standing(plan.id).validity.status for plan in plans] == [Status.BROKEN, Status.HOLDS]
        assert told(node) == {plans[0].id}

    revoked = StixObject.make({**second.content, "modified": malaysia.ctx.now(), "revoked": True})
    malaysia.record_objects([revoked], by="aziz", marking=for_("ID", "KH", "VN"))
    change = malaysia.propose([revoked.id], ["ID", "KH", "VN"], by="aziz", kind=Kind.SUPERSEDE, reason="a false report")
    malaysia.approve(change.id, by="salmah")
    nodes.settle()
    for node in holders:
        assert [node.standing(plan.id).validity.status for plan in plans] == [Status.BROKEN, Status.BROKEN]
        assert told(node) == {plan.id for plan in plans}
    assert not told(cambodia)


def told(node: Node) -> set[str]:
    """The plans that planners were told of."""
    return {ref for alert, *_ in node.inbox(owner="planners") if alert.event == "plan" for ref in alert.objects}
