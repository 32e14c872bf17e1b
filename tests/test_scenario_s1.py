"""S1: one command infrastructure in three reports, three formats, four states. What is stated is found, and no more."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from a_scenario import PLAYS, Play, States, common, files, joins, met, playing, share
from paths import DATA

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")

BACKDOOR = "andreagahuvrauvin.com"
PAIRS = {frozenset({"ID", "SG"}), frozenset({"MY", "SG"}), frozenset({"ID", "MY"})}
RTF, RASTLS = "oceanlotus__oceanlotus-rtf_ocx_campaigns.misp.event.json", "oceanlotus__oceanlotus.misp.event.json"
LISTED, VOLEXITY, SIGNSIGHT, TA428 = "apt_oceanlotus.txt", "volexity/2020_2020-11-06", "signsight", "apt_ta428.txt"
NOISE = ("www.welivesecurity.com", "raw.githubusercontent.com", "10.0.0.0")

play = pytest.fixture(params=PLAYS)(playing)


def stated() -> dict[frozenset[str], set[str]]:
    """The values behind the numbers that are stated, by the table that was computed from the files themselves."""
    rtf, rastls, volexity = common(RTF, LISTED), common(RASTLS, LISTED), common(VOLEXITY, LISTED)
    assert (len(rtf), len(rastls), len(volexity)) == (22, 62, 26)
    assert not rtf & rastls
    assert common(RTF, VOLEXITY) == {BACKDOOR}
    assert not common(RASTLS, VOLEXITY)
    return {
        frozenset({"ID", "SG"}): rtf | rastls,
        frozenset({"MY", "SG"}): volexity,
        frozenset({"ID", "MY"}): {BACKDOOR},
    }


@pytest.fixture(scope="module", params=PLAYS)
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[States]:
    with Play(tmp_path_factory.mktemp("s1"), whole=request.param) as play:
        nodes = play.states("ID", "MY", "SG", "VN")
        share(nodes, files("S1"))
        yield nodes


def test_every_state_finds_the_same_common_values_and_no_others(held: States) -> None:
    for node in held.values():
        assert met(node) == stated()
        assert joins(node) == {pair: len(values) for pair, values in stated().items()}  # each once
    found: dict[str, set[str]] = {RTF: set(), RASTLS: set()}
    for one in held["ID"].matches(limit=1_000):
        if "ID" in (one.left_origin, one.right_origin):
            found[one.left_name].add(one.match.key.partition(":")[2])
    assert found == {RTF: common(RTF, LISTED) | {BACKDOOR}, RASTLS: common(RASTLS, LISTED)}


def test_one_domain_is_held_by_three_states_and_each_is_told_so(held: States) -> None:
    for node in held.values():
        assert {one.origin for one in node.holders(BACKDOOR, by="lim")} == {"ID", "MY", "SG"}
        found = node.matches_on(BACKDOOR, by="lim")
        assert {frozenset((one.left_origin, one.right_origin)) for one in found} == PAIRS
        told = [alert.headline for alert, *_ in node.inbox() if alert.event == "match"]
        assert {pair for pair in PAIRS if any(all(state in said for state in pair) for said in told)} == PAIRS
        assert len(told) == (4 if node.member == "ID" else 3)  # one for each pair of sources; at home ID has two


def test_nobody_is_told_of_what_viet_nam_holds_alone(held: States) -> None:
    for node in held.values():
        assert not [pair for pair in joins(node, warned=True) if "VN" in pair]
        assert not [one for one, *_ in node.inbox() if one.event == "match" and "VN" in one.headline]


def test_viet_nam_joins_singapore_once_it_loads_the_list_with_its_two_values(play: Play) -> None:
    nodes, given, two = play.states("ID", "MY", "SG", "VN"), files("S1"), common(SIGNSIGHT, TA428)
    assert len(two) == 2
    share(nodes, {**given, "SG": [*given["SG"], DATA / "observables/maltrail" / TA428]})
    for node in nodes.values():
        assert met(node) == {**stated(), frozenset({"SG", "VN"}): two}


@pytest.mark.parametrize("value", NOISE)
def test_what_stands_in_many_files_without_meaning_raises_no_alert(play: Play, value: str) -> None:
    """Every day in two files; in the whole play wherever it stands, the files dealt out to all states in turn."""
    sources = where(value)
    dealt = [file for files in sources for file in files] if play.whole else [files[0] for files in sources[:2]]
    given = {state: dealt[at::4] for at, state in enumerate(("ID", "SG", "MY", "VN")) if dealt[at::4]}
    nodes = play.states(*given)
    share(nodes, given)
    for node in nodes.values():
        assert {found.origin for found in node.holders(value, by="lim")} == given.keys()  # it stays searchable
        assert node.matches_on(value, warned=True, by="lim")
        assert not node.matches_on(value, by="lim")
        assert not [one for one in node.matches(limit=10_000) if value in one.match.reason]
        assert not [alert for alert, *_ in node.inbox() if alert.event == "match" and value in alert.reason]


def where(value: str) -> list[list[Path]]:
    """The files in which a value stands; of a folder, those that name it."""
    with (DATA / "scenarios/overlaps.csv").open(encoding="utf-8", newline="") as table:
        (sources,) = [row["sources"].split("|") for row in csv.DictReader(table) if row["value"] == value]
    found = [DATA / one for one in sources]
    return [[one] if one.is_file() else [file for file in sorted(one.iterdir()) if names(file, value)] for one in found]


def names(file: Path, value: str) -> bool:
    raw = file.read_bytes()
    return value.encode() in (gzip.decompress(raw) if file.suffix == ".gz" else raw)
