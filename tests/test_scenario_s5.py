"""S5: a scam wave over state borders, a plan that rests on it, and evidence that its originator takes back."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from a_case import a_plan_on
from a_scenario import joins, record, release, share, states
from paths import DATA
from simulated import Clock, deliver, for_

from oureyes.model.objects import StixObject
from oureyes.model.plans import Status
from oureyes.model.sharing import Kind
from oureyes.node import Node

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")

FEED = DATA / "misp/feed-tweetfeed"
LIST = DATA / "observables/scam/polkadot_phishing_domains.json.gz"
UNDER = {"my": 51, "id": 37, "vn": 28, "sg": 8, "ph": 6, "th": 2}


def host(attribute: dict[str, str]) -> str:
    """The domain an attribute stands under."""
    value = attribute["value"]
    return str(urlsplit(value).hostname or "") if attribute["type"] == "url" else value


def days(folder: Path, wanted: Callable[[dict[str, str]], bool]) -> list[Path]:
    """The feed's events with the attributes that are wanted, under their own names; days without any are left out."""
    made = []
    for file in sorted(FEED.glob("*.json")):
        event = json.loads(file.read_bytes()).get("Event")
        kept = [one for one in event["Attribute"] if wanted(one)] if event else []
        if kept:
            (folder / file.name).write_text(json.dumps({"Event": {**event, "Attribute": kept}}), "utf-8")
            made.append(folder / file.name)
    return made


def under(folder: Path, *endings: str) -> list[Path]:
    """What of the feed stands under these country domains."""
    folder.mkdir()
    return days(folder, lambda one: one["type"] in ("url", "domain") and host(one).rpartition(".")[2] in endings)


def indicators(node: Node, ids: Iterable[str]) -> Iterator[StixObject]:
    for one in ids:
        if one.startswith("indicator--"):
            yield StixObject.parse(node.show(one, by="ayu").raw)


def test_the_feed_has_so_many_indicators_under_each_members_domain(tmp_path: Path) -> None:
    (node,) = states(tmp_path, "SG").values()
    found = {end: node.record(under(tmp_path / end, end), by="ayu").units["attributes"] for end in UNDER}
    assert found == UNDER
    assert sum(found.values()) == 132


def test_what_of_the_feed_stands_on_cambodias_list_is_met_and_nothing_else(tmp_path: Path) -> None:
    with (DATA / "scenarios/overlaps.csv").open(encoding="utf-8", newline="") as table:
        rows = [
            row for row in csv.DictReader(table) if "feed-tweetfeed" in row["sources"] and "polkadot" in row["sources"]
        ]
    common = {row["value"] for row in rows}
    assert len(common) == 139
    whole = json.loads(gzip.decompress(LIST.read_bytes()))
    listed = tmp_path / "polkadot_phishing_domains.json"
    some = [one for at, one in enumerate(whole["deny"]) if one in common or at % 100 == 0]
    listed.write_text(json.dumps({**whole, "deny": some}), "utf-8")
    folder = tmp_path / "feed"
    folder.mkdir()
    mine = days(folder, lambda one: one["value"] in common or one["value"] in some)
    nodes = states(tmp_path, "KH", "MY")
    share(nodes, {"KH": [listed], "MY": mine})
    for node in nodes.values():
        assert set(joins(node)) == {frozenset(("KH", "MY"))}
        assert {one.match.key.partition(":")[2] for one in node.matches(limit=1_000)} == common


def test_a_plan_falls_with_what_its_originator_deletes_or_revokes_and_each_holder_is_told(tmp_path: Path) -> None:
    clock = Clock()
    clock.forward(days=-90)  # to the feed's last days, when its newest indicators are fresh
    nodes = states(tmp_path, "ID", "MY", "VN", clock=clock)
    malaysia = nodes["MY"]
    ids = record(malaysia, *under(tmp_path / "my", "my"), to=["ID", "VN"])
    release(malaysia, ids, ["ID", "VN"])
    *_, first, second = sorted(indicators(malaysia, ids), key=lambda one: one.instant)
    deliver(nodes)
    plans = [a_plan_on(one, owners=("planners",)) for one in (first, second)]
    for plan in plans:
        nodes["ID"].plan(plan, by="ayu", marking=for_("MY", "VN"))
    draft = nodes["ID"].propose([plan.id for plan in plans], ["MY", "VN"], by="ayu", purpose="strategy")
    nodes["ID"].approve(draft.id, by="budi")
    deliver(nodes)
    for node in nodes.values():
        assert [node.standing(plan.id).validity.status for plan in plans] == [Status.HOLDS, Status.HOLDS]
        assert not told(node)

    malaysia.retract([first.id], by="aziz", reason="the site is an ordinary shop")
    deliver(nodes)
    for node in nodes.values():
        assert [node.standing(plan.id).validity.status for plan in plans] == [Status.BROKEN, Status.HOLDS]
        assert told(node) == {plans[0].id}

    revoked = StixObject.make({**second.content, "modified": malaysia.ctx.now(), "revoked": True})
    malaysia.record_objects([revoked], by="aziz", marking=for_("ID", "VN"))
    change = malaysia.propose([revoked.id], ["ID", "VN"], by="aziz", kind=Kind.SUPERSEDE, reason="a false report")
    malaysia.approve(change.id, by="salmah")
    deliver(nodes)
    for node in nodes.values():
        assert [node.standing(plan.id).validity.status for plan in plans] == [Status.BROKEN, Status.BROKEN]
        assert told(node) == {plan.id for plan in plans}


def told(node: Node) -> set[str]:
    """The plans that planners were told of."""
    return {ref for alert, *_ in node.inbox(owner="planners") if alert.event == "plan" for ref in alert.objects}
