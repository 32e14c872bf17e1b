"""S2: one actor under many names, and two that share one. What is stated is found, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from a_scenario import FEED, PLAYS, Play, common, days, files, met, playing, record, share
from paths import DATA

from oureyes.model.observables import normalise
from oureyes.node import Node

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")

NAMES = ("Stately Taurus", "Mustang Panda", "TA416", "HoneyMyte", "Earth Preta", "BRONZE PRESIDENT")
DAY = FEED / "ae1181c7-333b-5054-8b9d-9d88716e3145.json"  # of the feed's days, the one that matters
GALAXY = DATA / "misp/galaxy/clusters/threat-actor.json.gz"
GROUPS = DATA / "stix/attack/sea-subset.json.gz"

play = pytest.fixture(params=PLAYS)(playing)


def reports(play: Play) -> Path:
    """What Thailand has; every day without the techniques and their links, which this is not about."""
    return play.part(files("S2")["TH"][0], "intrusion-set", "indicator")


def known_to_all(play: Play, nodes: Iterable[Node]) -> None:
    """What every state has for itself: the galaxy's names, and ATT&CK's groups of the region."""
    groups = play.part(GROUPS, "intrusion-set")
    members = list(nodes)
    for node in members:
        node.load_vocabulary(GALAXY, by="ayu")
        record(node, groups, to=[one.member for one in members if one is not node])


def test_the_lists_meet_by_the_values_that_are_stated_and_no_others(play: Play) -> None:
    nodes = play.states("MM", "PH", "TH")
    if play.whole:
        known_to_all(play, nodes.values())
    share(nodes, {"TH": [reports(play)], "PH": files("S2")["PH"], "MM": days() if play.whole else [DAY]})
    pkplug, panda = common("statelytaurus", "apt_pkplug"), common("statelytaurus", "apt_mustangpanda")
    feed = common("feed-tweetfeed", "apt_mustangpanda")
    assert (len(pkplug), len(panda), len(feed)) == (52, 1, 15)
    for node in nodes.values():
        found = met(node)
        assert {pair for pair in found if len(pair) == 2} == {frozenset(("TH", "PH")), frozenset(("MM", "PH"))}
        # one more than the files' values: the host of an address, which the list has as a domain
        assert found[frozenset(("TH", "PH"))] == pkplug | panda | {"uyghurapps.net"}
        assert found[frozenset(("MM", "PH"))] == feed
        at_home = {pair: values for pair, values in found.items() if len(pair) == 1}
        assert at_home.keys() <= {frozenset((node.member,))}  # what a state's own sources share concerns it alone
        if node.member == "TH":
            assert not at_home
    assert between_days(nodes["MM"]) == in_two_days(days() if play.whole else [DAY])


Common = set[tuple[frozenset[str], str]]  # two days of the feed, and a value


def between_days(node: Node) -> Common:
    """Which values are said to be the same in which days."""
    return {
        (frozenset((one.left_name, one.right_name)), without_scheme(one.match.key))
        for one in node.matches(warned=True, limit=100_000)
        if one.left_origin == one.right_origin and one.match.reason.startswith("both name the ")
    }


def in_two_days(files: Iterable[Path]) -> Common:
    """The same from the files: every value in its normal form, and the pairs of days in which it stands."""
    held: dict[str, set[str]] = {}
    for file in files:
        for one in json.loads(file.read_bytes())["Event"]["Attribute"]:
            found = normalise("ip" if one["type"] == "ip-dst" else one["type"], one["value"])
            assert found is not None
            held.setdefault(without_scheme(found.text), set()).add(file.name)
    return {(frozenset(pair), value) for value, names in held.items() for pair in combinations(names, 2)}


def without_scheme(text: str) -> str:
    """A link over http and over https is one."""
    return f"url:{text.partition('://')[2]}" if text.startswith("url:") else text


def test_six_names_are_one_actor_by_the_galaxy_and_pkplug_is_not_among_them(play: Play) -> None:
    nodes = play.states("PH", "TH")
    known_to_all(play, nodes.values())
    share(nodes, {"TH": [reports(play)]})
    for state, node in nodes.items():
        found = {name: node.actor(name, by="lim") for name in NAMES}
        assert len({one for some in found.values() for one in (each.value for each in some)}) == 1
        (panda,) = found["HoneyMyte"]
        assert {name.casefold() for name in NAMES} <= {name.casefold() for name in panda.names}
        assert {(one.name, one.origin) for one in panda.held} == {
            ("Stately Taurus", "TH"),
            ("Mustang Panda", state),
            ("LuminousMoth", state),  # the galaxy calls it a name of the same; ATT&CK keeps it apart, and both stand
        }
        assert panda.doubtful == ()
        assert node.actor("PKPLUG", by="lim") == ()
        held = node.search("type:intrusion-set Stately", by="lim")
        assert {one.origin for one in held} == {"TH", state}  # nothing was merged: each is there as its state has it
        assert node.clusters(by="lim") == ()


def test_a_number_that_stands_under_two_groups_merges_neither(play: Play) -> None:
    nodes = play.states("TH")
    known_to_all(play, nodes.values())
    found = {one.value: one for one in nodes["TH"].actor("G0013", by="somchai")}
    assert set(found) == {"Naikon", "APT30"}
    assert [one.name for one in found["Naikon"].held] == ["Naikon"]
    assert [one.name for one in found["APT30"].held] == ["APT30"]
    assert found["APT30"].shared["g0013"] == ("Naikon",)
    assert [one.name for one in found["Naikon"].doubtful] == ["APT30"]
    assert not nodes["TH"].matches(limit=10)
