"""Routes by the cheapest evidence, and flows with what looks like laundering."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.ports import Neighbour
from oureyes.model.transfers import Transfer
from oureyes.understand.money import flow, routes


def graph(*steps):
    def neighbours(ids):
        return [step for step in steps if step.source in ids or step.target in ids]

    return neighbours


def step(source, link, target, origin="TH"):
    return Neighbour(source, link, target, origin)


MONEY = [step("t1", "source_ref", "a"), step("t1", "target_ref", "w"), step("b", "observable_refs", "w", "LA")]


def test_money_on_record_comes_before_a_likeness_of_names_though_the_way_is_longer():
    found = routes("a", "b", graph(*MONEY, step("a", "match: names", "b")))
    assert [(one.nodes, one.cost) for one in found] == [(("a", "t1", "w", "b"), 2.1), (("a", "b"), 4.0)]
    assert found[0].states == ("LA", "TH")


def test_no_way_is_no_way_and_the_same_thing_is_no_step():
    assert routes("a", "z", graph(*MONEY)) == ()
    assert routes("a", "a", graph(*MONEY))[0].nodes == ("a",)
    assert routes("a", "b", graph(*MONEY), hops=2) == ()


def test_an_exchange_s_wallet_is_no_way_through():
    hub = [step(f"p{at}", "observable_refs", "hub") for at in range(120)]
    assert not routes("p1", "p2", graph(*hub))
    assert len(routes("p1", "p2", graph(*hub[:50]))) == 1


names = st.sampled_from("abcdefgh")
links = st.sampled_from(["source_ref", "target_ref", "match: names", "observable_refs", "related-to"])


@given(st.lists(st.builds(step, names, links, names, st.sampled_from(["TH", "LA"])), max_size=14))
def test_routes_come_cheapest_first_are_ways_and_do_not_depend_on_the_order_of_answers(steps):
    found = routes("a", "b", graph(*steps), hops=5, most=4)
    assert found == routes("a", "b", graph(*reversed(steps)), hops=5, most=4)
    assert [one.cost for one in found] == sorted(one.cost for one in found)
    for one in found:
        assert one.nodes[0], one.nodes[-1] == ("a", "b")
        assert len(set(one.nodes)) == len(one.nodes) == len(one.steps) + 1
        for at, way in enumerate(one.steps):
            assert {way.source, way.target} == {one.nodes[at], one.nodes[at + 1]}


def moved(amount, day, source, target, currency="THB"):
    return Transfer(Decimal(amount), currency, f"2026-09-{day:02}T00:00:00.000Z", source, target)


SPLIT = [moved(9000, 1, "s", "x"), *(moved(2900, 2, "x", f"y{at}") for at in range(3))]
SPLIT += [moved(2800, 3, f"y{at}", "z") for at in range(3)]


def test_splitting_gathering_and_passing_on_are_seen_layer_by_layer():
    found = flow("s", SPLIT)
    assert [[one.end for one in layer.accounts] for layer in found.layers] == [["s"], ["x"], ["y0", "y1", "y2"], ["z"]]
    assert {(one.kind, one.end) for one in found.patterns} == {
        ("splitting", "x"), ("passing on", "x"), ("gathering", "z"), *(("passing on", f"y{at}") for at in range(3)),
    }  # fmt: skip
    said = next(one.words for one in found.patterns if one.kind == "splitting")
    assert said == "8,700 THB went to 3 accounts within 1 day"
    assert found.layers[3].accounts[0].came == {"THB": Decimal(8400)}


def test_only_what_left_after_it_came_in_is_followed():
    found = flow("s", [moved(100, 5, "s", "x"), moved(100, 3, "x", "y"), moved(90, 6, "x", "z")])
    assert [one.end for layer in found.layers for one in layer.accounts] == ["s", "x", "z"]


def test_one_movement_told_by_two_states_counts_once_and_currencies_are_not_mixed():
    found = flow("s", [moved(100, 1, "s", "x"), moved(100, 1, "s", "x"), moved(3, 1, "s", "x", "USDT")])
    assert found.layers[1].accounts[0].came == {"THB": Decimal(100), "USDT": Decimal(3)}


def test_a_long_way_ends_after_so_many_movements_and_a_ring_ends_by_itself():
    chain = [moved(10, at + 1, f"n{at}", f"n{at + 1}") for at in range(9)]
    assert len(flow("n0", chain, hops=4).layers) == 5
    assert len(flow("a", [moved(1, 1, "a", "b"), moved(1, 2, "b", "a")]).layers) == 2
    assert flow("nobody", chain).transfers == ()
