"""S4: one propaganda poster, re-uploaded with edits in six states. What is stated is found, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from a_scenario import Held, files, joins, release, states
from paths import DATA
from simulated import deliver, for_

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


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """Every state hashes its own and releases the hash to Indonesia and Viet Nam."""
    given = files("S4")
    nodes = states(tmp_path_factory.mktemp("s4"), *given)
    for state, node in nodes.items():
        to = [one for one in ("ID", "VN") if one != state]
        assert not node.add_media(given[state], by="ayu", marking=for_(*to)).errors
        release(node, [one.id for one in node.search(f"from:{state}", by="ayu")], to)
    deliver(nodes)
    yield nodes
    for node in nodes.values():
        node.close()


def test_every_re_upload_meets_every_other_and_the_other_pictures_meet_nothing(held: Held) -> None:
    pairs = {frozenset(pair) for pair in combinations(SAME, 2)}
    for state in ("ID", "VN"):
        assert joins(held[state], warned=True) == dict.fromkeys(pairs, 1)


def test_each_match_says_how_it_was_found(held: Held) -> None:
    for one in held["ID"].matches(limit=100):
        for state, said in FROM_THE_ORIGINAL.items():
            if {one.left_origin, one.right_origin} == {"ID", state}:
                assert said in one.match.reason


def test_only_hashes_travel(held: Held) -> None:
    found = [hit for state in SAME for hit in held["VN"].search(f"from:{state}", by="lim")]
    assert len(found) == len(SAME)
    for hit in found:
        raw = held["VN"].show(hit.id, by="lim").raw
        assert len(raw) < 1_500
        assert b"payload" not in raw
        assert b"p101" not in raw  # nor how the file is called at home
