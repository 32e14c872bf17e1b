"""S3: a money trail over six states, one name in two scripts, and a wallet that no other state may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations

import pytest
from a_scenario import PLAYS, Play, States
from hit_parties import agreed
from paths import DATA
from simulated import for_

from oureyes.model.markings import PAP, TLP
from oureyes.node import Node, probing

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")

STATES = ("TH", "LA", "MY", "PH", "ID", "SG")
W1, W2 = "1KhqPD9BnexmYHkZ6Zmmo22T9Fgoy4UF3u", "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
W4, W9 = "TH7tPvFfsqzWQrBSLBxhH1X1GD3eieSoWU", "0x87947344b748422c5c69cd61774bc52ac11cf98c"
TRAIL, LIST = DATA / "scenarios/s3_money_trail.ndjson", DATA / "names/un_sc_format_fictional.xml"


# What meets at whom: (matcher, states, what is said to be the same). The chain as it is stated,
THAI, LAO, FAMILY_FIRST = "วิชัย ทองดี", "Vichai Thongdi", "THONGDI, Wichai"
STATED = {
    ("names", "LA TH", f"{LAO} and {THAI}"),
    ("observables", "LA TH", "+66812345678"),
    ("observables", "LA TH", W2),
    ("observables", "LA MY", W4),
    ("observables", "LA PH", W4),
    ("observables", "MY PH", W4),
}
# and what follows from the records themselves: Malaysia's record is of the same man, with his family name first and
# the year of his birth; and what came in on the wallet in Thailand went on from it in Laos a day later.
FOLLOWS = {
    ("names", "MY TH", f"{FAMILY_FIRST} and {THAI}"),
    ("names", "LA MY", f"{FAMILY_FIRST} and {LAO}"),
    ("money", "LA TH", "48,000 THB on 2026-09-02 came in on trx:" + W2),
}
# The Philippines alone have the list. It has another man of the commonest kind of name, too, and nothing else meets it.
OF_THE_LIST = {
    ("names", "PH", "Sulu Demo Relief Foundation"),
    ("names", "PH SG", "CHEN WEIMING and Chen Weiming"),
}
OF_THE_RED_WALLET = {("observables", "ID PH", W1)}  # at home only
MORE = {"PH": OF_THE_LIST, "ID": OF_THE_RED_WALLET}


@pytest.fixture(scope="module", params=PLAYS)
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[States]:
    """Each state has its own records, says to whom they may go, and releases what may. Indonesia's wallet is RED and
    may answer the Philippines with hit or no hit; the Philippines has the list in the UN's form."""
    with Play(tmp_path_factory.mktemp("s3"), whole=request.param) as play:
        nodes = play.states(*STATES)
        lines = [json.loads(line) for line in TRAIL.read_text("utf-8").splitlines()]
        nodes["PH"].record([LIST], by="ayu", marking=for_())
        for state, node in nodes.items():
            mine = play.folder / f"{state}.ndjson"
            mine.write_text("\n".join(json.dumps(line) for line in lines if line["node"] == state), "utf-8")
            assert not node.record([mine], by="ayu").errors
            give(node, node.of_source(mine.name))
        agreed(nodes["ID"], "PH")
        nodes.settle()
        yield nodes


def give(node: Node, ids: list[str]) -> None:
    """Under each record's own secrecy, to everybody else; of what is RED nothing goes."""
    others = [one for one in STATES if one != node.member]

    def is_author(one: str) -> bool:
        return node.names([one], by="ayu")[one].startswith("unnamed source")

    for one in ids:
        said = node.marking_of(one)
        if said.tlp is TLP.RED:
            node.mark([one], said.but(hit_no_hit=True, answers_to=frozenset({"PH"})), by="officer")
        else:
            node.mark([one], said.but(releasable_to=frozenset(others), pap=PAP.GREEN), by="officer")
    open_ = [one for one in ids if node.marking_of(one).tlp is not TLP.RED and not is_author(one)]
    if open_:
        authors = [one for one in ids if is_author(one)]
        node.approve(node.propose([*open_, *authors], others, by="first").id, by="second")


def subject(node: Node, name: str) -> str:
    return next(hit.id for hit in node.search(f'type:identity "{name}"', by="desk"))


def joined(node: Node, value: str) -> set[frozenset[str]]:
    """The pairs of states that a value joins at a node."""
    return {frozenset((one.left_origin, one.right_origin)) for one in node.matches_on(value, by="desk")}


def pairs(*members: str) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in combinations(members, 2)}


def found_at(node: Node) -> set[tuple[str, str, str]]:
    """All that meets, also what a warninglist holds back: of each, what it is said to be the same by."""
    out = set()
    for one in node.matches(warned=True, limit=10_000):
        reason, _, _ = one.match.reason.partition("; " if one.match.matcher == "money" else ": ")
        what = reason.split()[-1] if one.match.matcher == "observables" else reason
        out.add((one.match.matcher, " ".join(sorted({one.left_origin, one.right_origin})), what))
    return out


def test_what_is_stated_meets_at_every_state_and_nothing_else_does(held: States) -> None:
    for state, node in held.items():
        assert found_at(node) == STATED | FOLLOWS | MORE.get(state, set())


def test_each_wallet_joins_the_states_that_are_stated_and_no_others(held: States) -> None:
    for state, node in held.items():
        assert joined(node, W2) == pairs("TH", "LA")
        assert joined(node, W4) == pairs("LA", "MY", "PH")
        assert joined(node, W1) == (pairs("PH", "ID") if state == "ID" else set())
        assert joined(node, W9) == set()


def test_the_man_is_one_in_both_scripts_by_name_and_by_number(held: States) -> None:
    for state in ("TH", "LA", "MY"):
        node = held[state]
        thai, lao = subject(node, "วิชัย ทองดี"), subject(node, "Vichai Thongdi")
        found = {
            one.match.matcher: one.match.reason
            for one in node.matches(limit=1_000)
            if {one.match.left, one.match.right} == {thai, lao}
        }
        assert set(found) == {"names", "observables"}
        assert "ทองดี" in found["names"]
        assert "Thongdi" in found["names"]
        assert "66812345678" in found["observables"]  # one number, written nationally and internationally
        assert node.clusters(by="desk") == ()  # nobody has judged, so nothing is one


def test_the_organisation_meets_its_entry_on_the_list(held: States) -> None:
    node = held["PH"]
    found = [one for one in node.matches(limit=1_000) if LIST.name in (one.left_name, one.right_name)]
    named = [one for one in found if "Sulu Demo Relief Foundation" in one.match.reason]
    assert {one.match.matcher for one in named} == {"names"}
    assert {(one.left_origin, one.right_origin) for one in named} == {("PH", "PH")}


def test_nobody_learns_of_the_red_wallet_by_exchange(held: States) -> None:
    for state in STATES[:4] + STATES[5:]:
        node = held[state]
        assert {holder.origin for holder in node.holders(W1, by="desk")} == {"PH"}
        assert not node.search("from:ID", by="desk")
        assert not any("ID" in (one.left_origin, one.right_origin) for one in node.matches(limit=1_000))
    about = subject(held["PH"], "Sulu Demo Relief Foundation")
    assert not [one for one in held["PH"].who_has(about, by="auditor") if one.member == "ID" and one.matched_at]


def test_the_philippines_learn_hit_or_no_hit_and_indonesia_nothing_at_all(held: States) -> None:
    before = [alert.id for alert, *_ in held["ID"].inbox()]
    met = held.ask("PH", "ID", "wallet", [W1, W2, W9])
    assert [(hit.partner, hit.value) for hit in met.hits] == [("ID", f"cryptocurrency-wallet:btc:{W1}")]
    held.settle()
    assert not held["PH"].search("from:ID", by="desk")  # a hit, and nothing more
    assert probing.found(held["ID"].ctx) == []
    assert [alert.id for alert, *_ in held["ID"].inbox()] == before


def test_the_unrelated_man_stays_outside(held: States) -> None:
    """His name is a common one: at the Philippines it is on the list, too, which is a fact about the list alone."""
    for node in held.values():
        outside, start = subject(node, "Chen Weiming"), subject(node, "วิชัย ทองดี")
        met = [one for one in node.matches(limit=1_000) if "SG" in (one.left_origin, one.right_origin)]
        assert all(LIST.name in (one.left_name, one.right_name) for one in met)
        assert all(outside in (one.match.left, one.match.right) for one in met)
        assert not node.routes(start, outside, by="desk")
