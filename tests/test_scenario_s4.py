"""S4: one propaganda poster, re-uploaded with edits in six states. What is stated is found, and no more."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import combinations

import pytest
from a_scenario import PLAYS, Play, States, files, joins, release
from paths import DATA
from simulated import for_

from oureyes.model.objects import StixObject
from oureyes.node import Node

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here"),
    pytest.mark.media,
]

SAME = ("BN", "ID", "MY", "PH", "SG", "TH")
# How far each re-upload is from the original (media/pdq_expected.csv), and what had to be done to find it.
FROM_THE_ORIGINAL = {
    "MY": "differ in 2 of 256 bits",
    "PH": "differ in 2 of 256 bits",
    "SG": "differ in 18 of 256 bits",
    "TH": "(its border cut off)",
    "BN": "(mirrored)",
}


ALONE = {"MY": 2, "PH": 2, "SG": 18, "BN": 132, "TH": 118}  # bits in which the plain hashes differ


@pytest.fixture(scope="module", params=PLAYS)
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[States]:
    """Every state hashes its own and releases the hash to Indonesia and Viet Nam."""
    given = files("S4")
    with Play(tmp_path_factory.mktemp("s4"), whole=request.param) as play:
        nodes = play.states(*given)
        for state, node in nodes.items():
            to = [one for one in ("ID", "VN") if one != state]
            assert not node.add_media(given[state], by="ayu", marking=for_(*to)).errors
            release(node, [one.id for one in node.search(f"from:{state}", by="ayu")], to)
        nodes.settle()
        yield nodes


def plain(node: Node, state: str) -> int:
    """The plain hash of a state's picture, as a node has it."""
    (hit,) = node.search(f"from:{state}", by="lim")
    return int(StixObject.parse(node.show(hit.id, by="lim").raw).content["hashes"]["PDQ"], 16)


def test_the_plain_hashes_lie_as_far_apart_as_is_stated_and_two_would_not_meet_by_them(held: States) -> None:
    with (DATA / "media/pdq_expected.csv").open(encoding="utf-8", newline="") as table:
        listed = {DATA / row["file"]: int(row["hamming_to_first"]) for row in csv.DictReader(table)}
    for state, bits in ALONE.items():
        assert (plain(held["ID"], "ID") ^ plain(held["ID"], state)).bit_count() == bits
        assert listed[files("S4")[state][0]] == bits
    assert {state for state, bits in ALONE.items() if bits > 31} == {"BN", "TH"}


def test_every_re_upload_meets_every_other_and_the_other_pictures_meet_nothing(held: States) -> None:
    pairs = {frozenset(pair) for pair in combinations(SAME, 2)}
    for state in ("ID", "VN"):
        assert joins(held[state], warned=True) == dict.fromkeys(pairs, 1)


def test_each_match_says_how_it_was_found(held: States) -> None:
    for one in held["ID"].matches(limit=100):
        for state, said in FROM_THE_ORIGINAL.items():
            if {one.left_origin, one.right_origin} == {"ID", state}:
                assert said in one.match.reason


def test_only_hashes_travel(held: States) -> None:
    found = [hit for state in SAME for hit in held["VN"].search(f"from:{state}", by="lim")]
    assert len(found) == len(SAME)
    for hit in found:
        raw = held["VN"].show(hit.id, by="lim").raw
        assert len(raw) < 1_500
        assert b"payload" not in raw
        assert b"p101" not in raw  # nor how the file is called at home
