"""S2: one actor under many names, and two that share one. What is stated is found, and no more."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from a_scenario import files, joins, part, record, share, states
from paths import DATA

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")

NAMES = ("Stately Taurus", "Mustang Panda", "TA416", "HoneyMyte", "Earth Preta", "BRONZE PRESIDENT")
DAY = DATA / "misp/feed-tweetfeed/ae1181c7-333b-5054-8b9d-9d88716e3145.json"  # of the feed's days, the one that matters
GALAXY = DATA / "misp/galaxy/clusters/threat-actor.json.gz"
GROUPS = DATA / "stix/attack/sea-subset.json.gz"


def common(*names: str) -> set[str]:
    """The values that stand in all of these, by the table that was computed from the files themselves."""
    with (DATA / "scenarios/overlaps.csv").open(encoding="utf-8", newline="") as table:
        return {row["value"] for row in csv.DictReader(table) if all(name in row["sources"] for name in names)}


def reports(folder: Path) -> Path:
    """What Thailand has, without the techniques and their links, which this is not about."""
    return part(folder, files("S2")["TH"][0], "intrusion-set", "indicator")


def test_the_lists_meet_by_the_values_that_are_stated_and_no_others(tmp_path: Path) -> None:
    nodes = states(tmp_path, "MM", "PH", "TH")
    share(nodes, {"TH": [reports(tmp_path)], "PH": files("S2")["PH"], "MM": [DAY]})
    pkplug, panda = common("statelytaurus", "apt_pkplug"), common("statelytaurus", "apt_mustangpanda")
    feed = common("feed-tweetfeed", "apt_mustangpanda")
    assert (len(pkplug), len(panda), len(feed)) == (52, 1, 15)
    for node in nodes.values():
        found = node.matches(limit=1_000)
        met = {
            states: {one.match.key.partition(":")[2] for one in found if {one.left_origin, one.right_origin} == states}
            for states in map(frozenset, (("TH", "PH"), ("MM", "PH"), ("MM", "TH")))
        }
        # one more than the files' values: the host of an address, which the list has as a domain
        assert met[frozenset(("TH", "PH"))] == pkplug | panda | {"uyghurapps.net"}
        assert met[frozenset(("MM", "PH"))] == feed
        assert not met[frozenset(("MM", "TH"))]
        assert set(joins(node)) - {frozenset(("PH",))} == {frozenset(("TH", "PH")), frozenset(("MM", "PH"))}


def test_six_names_are_one_actor_by_the_galaxy_and_pkplug_is_not_among_them(tmp_path: Path) -> None:
    nodes = states(tmp_path, "PH", "TH")
    for node in nodes.values():
        node.load_vocabulary(GALAXY, by="ayu")
    record(nodes["PH"], part(tmp_path, GROUPS, "intrusion-set"), to=["TH"])
    share(nodes, {"TH": [reports(tmp_path)]})
    philippines = nodes["PH"]
    found = {name: philippines.actor(name, by="lim") for name in NAMES}
    assert len({one for some in found.values() for one in (each.value for each in some)}) == 1
    (panda,) = found["HoneyMyte"]
    assert {name.casefold() for name in NAMES} <= {name.casefold() for name in panda.names}
    assert {(one.name, one.origin) for one in panda.held} == {
        ("Stately Taurus", "TH"),
        ("Mustang Panda", "PH"),
        ("LuminousMoth", "PH"),  # the galaxy calls it a name of the same; ATT&CK keeps it apart, and both stand
    }
    assert panda.doubtful == ()
    assert philippines.actor("PKPLUG", by="lim") == ()
    held = philippines.search("type:intrusion-set Stately", by="lim")
    assert {one.origin for one in held} == {"TH", "PH"}  # nothing was merged: each is there as its state has it
    assert philippines.clusters(by="lim") == ()


def test_a_number_that_stands_under_two_groups_merges_neither(tmp_path: Path) -> None:
    nodes = states(tmp_path, "TH")
    nodes["TH"].load_vocabulary(GALAXY, by="ayu")
    record(nodes["TH"], part(tmp_path, GROUPS, "intrusion-set"), to=[])
    found = {one.value: one for one in nodes["TH"].actor("G0013", by="somchai")}
    assert set(found) == {"Naikon", "APT30"}
    assert [one.name for one in found["Naikon"].held] == ["Naikon"]
    assert [one.name for one in found["APT30"].held] == ["APT30"]
    assert found["APT30"].shared["g0013"] == ("Naikon",)
    assert [one.name for one in found["Naikon"].doubtful] == ["APT30"]
    assert not nodes["TH"].matches(limit=10)
