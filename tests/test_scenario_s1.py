"""S1: one command infrastructure in three reports, three formats, four states. What is stated is found, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from a_scenario import Held, files, joins, share, states
from paths import DATA

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")

BACKDOOR = "andreagahuvrauvin.com"
PAIRS = {frozenset({"ID", "SG"}), frozenset({"MY", "SG"}), frozenset({"ID", "MY"})}
RTF, RASTLS = "oceanlotus__oceanlotus-rtf_ocx_campaigns.misp.event.json", "oceanlotus__oceanlotus.misp.event.json"
NOISE = {
    "www.welivesecurity.com": (
        "misp/events/eset/oceanlotus__oceanlotus-wateringhole-2018.misp.event.json",
        "misp/events/eset/powerpool__misp-powerpool.json",
    ),
    "raw.githubusercontent.com": (
        "misp/events/eset/turla__misp-turla-crutch-event.json",
        "misp/feed-tweetfeed/15ab7293-4726-51db-8ebd-b198daa7d51a.json",
    ),
    "10.0.0.0": (
        "stix/oasis/indicator-for-c2-ip-address.json",
        "stix/oasis/indicator-to-campaign-relationship.json",
    ),
}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    nodes = states(tmp_path_factory.mktemp("s1"), "ID", "MY", "SG", "VN")
    share(nodes, files("S1"))
    yield nodes
    for node in nodes.values():
        node.close()


def test_every_state_finds_the_same_common_values_and_no_others(held: Held) -> None:
    for node in held.values():
        assert joins(node) == {
            frozenset({"ID", "SG"}): 22 + 62,
            frozenset({"MY", "SG"}): 26,
            frozenset({"ID", "MY"}): 1,
        }
    by_report = Counter(one.left_name for one in held["ID"].matches(limit=1_000) if one.left_name in (RTF, RASTLS))
    assert by_report == {RTF: 22 + 1, RASTLS: 62}  # the one more is the value that Malaysia has, too


def test_one_domain_is_held_by_three_states_and_each_is_told_so(held: Held) -> None:
    for node in held.values():
        assert {one.origin for one in node.holders(BACKDOOR, by="lim")} == {"ID", "MY", "SG"}
        found = node.matches_on(BACKDOOR, by="lim")
        assert {frozenset((one.left_origin, one.right_origin)) for one in found} == PAIRS
        told = [alert.headline for alert, *_ in node.inbox() if alert.event == "match"]
        assert {pair for pair in PAIRS if any(all(state in said for state in pair) for said in told)} == PAIRS
        assert len(told) == (4 if node.member == "ID" else 3)  # one for each pair of sources; at home ID has two


def test_nobody_is_told_of_what_viet_nam_holds_alone(held: Held) -> None:
    for node in held.values():
        assert not [
            one for one in node.matches(warned=True, limit=1_000) if "VN" in (one.left_origin, one.right_origin)
        ]
        assert not [one for one, *_ in node.inbox() if one.event == "match" and "VN" in one.headline]


def test_viet_nam_joins_singapore_once_it_loads_the_list_with_its_two_values(tmp_path: Path) -> None:
    nodes = states(tmp_path, "SG", "VN")
    given = files("S1")
    share(nodes, {"SG": [*given["SG"], DATA / "observables/maltrail/apt_ta428.txt"], "VN": given["VN"]})
    for node in nodes.values():
        assert joins(node) == {frozenset({"SG", "VN"}): 2}


@pytest.mark.parametrize("value", NOISE)
def test_what_stands_in_many_files_without_meaning_raises_no_alert(tmp_path: Path, value: str) -> None:
    nodes = states(tmp_path, "ID", "SG")
    one, other = NOISE[value]
    share(nodes, {"ID": [DATA / one], "SG": [DATA / other]})
    for node in nodes.values():
        assert {found.origin for found in node.holders(value, by="lim")} == {"ID", "SG"}  # it stays searchable
        assert [found.warned != "" for found in node.matches_on(value, warned=True, by="lim")] == [True]
        assert not [found for found in node.matches(limit=1_000) if value in found.match.reason]
        assert not [alert for alert, *_ in node.inbox() if alert.event == "match" and value in alert.reason]
