"""A money trail over four states, each with a part of it; what is RED stays where it is; cases done alike."""

import json

import pytest
from a_case import an_object
from paths import DATA
from simulated import Clock, deliver, federation, for_

from oureyes.errors import NotHeld
from oureyes.model.findings import AlertState
from oureyes.model.markings import PAP, TLP

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
STATES = ("TH", "LA", "MY", "PH", "ID", "SG")
W1, W2 = "1KhqPD9BnexmYHkZ6Zmmo22T9Fgoy4UF3u", "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
W4, W9 = "TH7tPvFfsqzWQrBSLBxhH1X1GD3eieSoWU", "0x87947344b748422c5c69cd61774bc52ac11cf98c"


def a_trail(folder):
    """Six nodes with their own records; all but the RED one are released to everybody else."""
    nodes = federation(folder, STATES)
    lines = (DATA / "scenarios/s3_money_trail.ndjson").read_text("utf-8").splitlines()
    for state, node in nodes.items():
        mine = folder / f"{state}.ndjson"
        mine.write_text("\n".join(line for line in lines if json.loads(line)["node"] == state), "utf-8")
        others = tuple(one for one in STATES if one != state)
        assert not node.record([mine], by="desk").errors
        ids = [one.id for one in node.search(f"from:{state}", by="desk", limit=100)]
        for one in ids:  # the records say how secret they are; to whom they may go is said by an officer
            said = node.marking_of(one)
            if said.tlp is not TLP.RED:
                node.mark([one], said.but(releasable_to=frozenset(others), pap=PAP.GREEN), by="officer")
        draft = node.propose(ids, others, by="first")
        if draft.state == "proposed":
            node.approve(draft.id, by="second")
    deliver(nodes)
    return nodes


def joined(node, value):
    """The states whose records a wallet joins at a node."""
    found = node.matches_on(value, by="desk")
    return {origin for one in found for origin in (one.left_origin, one.right_origin)}


@held
def test_s3_each_wallet_joins_the_states_that_hold_it_and_no_other(tmp_path):
    nodes = a_trail(tmp_path)
    for state in ("TH", "LA"):
        assert joined(nodes[state], W2) == {"TH", "LA"}
    for state in ("LA", "MY", "PH"):
        assert joined(nodes[state], W4) == {"LA", "MY", "PH"}
    assert joined(nodes["ID"], W1) == {"PH", "ID"}
    assert all(not joined(node, W9) for node in nodes.values())
    assert {one.match.matcher for one in nodes["MY"].matches()} == {"observables", "money", "names"}
    onward = next(one.match.reason for one in nodes["TH"].matches() if one.match.matcher == "money")
    assert onward == f"48,000 THB on 2026-09-02 came in on trx:{W2}; 1 day later 1,370 USDT went on"


@held
def test_s3_the_way_from_one_subject_to_another_is_money_and_takes_the_word_of_two_states(tmp_path):
    nodes = a_trail(tmp_path)
    analyst = nodes["MY"]
    start = analyst.search("ทองดี", by="desk")[0].id
    end = analyst.search("THONGDI Wichai", by="desk")[0].id
    best = analyst.routes(start, end, by="desk")[0]
    kinds = " ".join(one.split("--")[0].removeprefix("x-oureyes-") for one in best.nodes)
    wallet = "cryptocurrency-wallet"
    assert kinds == f"identity transfer {wallet} transfer {wallet} identity"
    assert best.states == ("LA", "MY", "TH")
    outside = analyst.search("Chen Weiming", by="desk")[0].id
    assert not analyst.routes(start, outside, by="desk")
    found = analyst.flow(W2, by="desk")
    assert [[one.end.split(":")[-1] for one in layer.accounts] for layer in found.layers] == [[W2], [W4]]
    with pytest.raises(NotHeld):
        analyst.routes(start, "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", by="desk")


@held
def test_an_address_on_the_ofac_list_meets_a_transfer_to_it(tmp_path):
    node = federation(tmp_path, ["SG"])["SG"]
    listed = (DATA / "names/ofac/digital_currency_addresses.csv").read_text().splitlines()
    address = next(line.split(",")[1] for line in listed if line.startswith("XBT,"))
    node.record([DATA / "names/ofac/digital_currency_addresses.csv"], by="desk")
    row = {"kind": "transfer", "ref": "SG-T1", "date": "2026-09-02", "amount": "0.5", "currency": "BTC"}
    file = tmp_path / "transfers.ndjson"
    file.write_text(json.dumps(row | {"src_wallet": W1, "dst_wallet": address}))
    node.record([file], by="desk")
    assert [one.match.matcher for one in node.matches_on(address, by="desk")] == ["observables"]


def a_case(*labels):
    return an_object("x-oureyes-case", name="a case", labels=list(labels))


HOW = 'misp-galaxy:mitre-attack-pattern="Spearphishing Link - T1566.002"'
RARE = 'misp-galaxy:mitre-attack-pattern="Cloud Administration Command - T1651"'
SHIPS, BANKS = 'misp-galaxy:sector="Maritime"', 'misp-galaxy:sector="Bank"'


def test_cases_done_the_same_way_are_one_cluster_with_their_tags_and_links(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    alike = [a_case(HOW, RARE), a_case(HOW, RARE, SHIPS)]
    node.record_objects([*alike, a_case(HOW, BANKS)], by="ayu", marking=for_())
    node.tag([alike[0].id], [SHIPS], by="ayu")
    found = node.cases_alike(by="ayu")
    assert [set(one.cases) for one in found] == [{one.id for one in alike}]
    assert "technique:T1651" in found[0].features


def test_a_combination_never_seen_before_is_put_before_the_desk_once(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID"], clock)["ID"]
    node.record_objects([a_case(HOW, BANKS), a_case(RARE, SHIPS)], by="ayu", marking=for_())
    clock.forward(days=30)
    fresh = a_case(RARE, BANKS)
    node.record_objects([fresh], by="ayu", marking=for_())
    found = node.new_patterns(by="ayu")
    assert [one.pair for one in found.new] == [("technique:T1651", "target:bank")]
    assert node.watch_patterns(by="ayu") == 1
    assert node.watch_patterns(by="ayu") == 0
    alert = next(alert for alert, _, _ in node.inbox() if alert.event == "pattern")
    assert alert.objects == (fresh.id,)
    node.move(alert.id, AlertState.DONE, by="ayu")
    assert node.watch_patterns(by="ayu") == 0  # who is done with it is not told again
    assert alert.reason == "never together before: T1651 (1 before) and target bank (1 before)"


def test_a_combination_that_grows_faster_than_its_own_past_is_told_with_its_counts(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID"], clock)["ID"]
    node.record_objects([a_case(RARE, BANKS)], by="ayu", marking=for_())
    clock.forward(days=35)
    new = [a_case(RARE, BANKS) for _ in range(6)]
    node.record_objects(new, by="ayu", marking=for_())
    growing = node.new_patterns(by="ayu").growing
    assert [one.key for one in growing] == ["technique:T1651 + target:bank"]
    assert growing[0].count == 6
    fresh = {one.id for one in new}
    assert set(node.new_patterns(by="ayu").behind[growing[0].key]) == fresh
    assert node.watch_patterns(by="ayu") == 1
    assert node.watch_patterns(by="ayu") == 0
    (alert,) = [alert for alert, _, _ in node.inbox() if alert.event == "pattern"]
    assert set(alert.objects) == fresh
    assert alert.reason.endswith("6 from 2026-12-28, about 0.0 expected (1 in the 25 periods before)")


def test_a_large_import_does_not_bury_the_desk_and_one_case_rings_once(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID"], clock)["ID"]
    sectors = [f'misp-galaxy:sector="S{at}"' for at in range(30)]
    node.record_objects([a_case(RARE), *[a_case(HOW, one) for one in sectors]], by="ayu", marking=for_())
    clock.forward(days=30)
    node.record_objects([a_case(RARE, one, sectors[0]) for one in sectors], by="ayu", marking=for_())
    assert [node.watch_patterns(by="ayu") for _ in range(3)] == [20, 11, 0]
    told = [alert.objects for alert, _, _ in node.inbox() if alert.event == "pattern"]
    assert sorted(map(len, told)) == [*[1] * 30, 30]  # each case once, and what grew: the one sector they share
