"""The cheapest evidence comes first, a hub is no way through, and a flow only goes forward in time."""

from decimal import Decimal

from oureyes.model.ports import Neighbour
from oureyes.model.transfers import Transfer
from oureyes.understand.money import flow, routes


def graph(*steps):
    known = [Neighbour(*step) for step in steps]
    return lambda ids: [one for one in known if one.source in ids or one.target in ids]


def moved(source, target, day, amount="100", currency="THB"):
    return Transfer(Decimal(amount), currency, f"2026-09-{day:02}T00:00:00.000Z", source, target)


def test_three_certain_steps_come_before_one_doubtful_one():
    around = graph(
        ("a", "match: names", "z", "TH"),
        ("t", "source_ref", "a", "TH"),
        ("t", "target_ref", "w", "TH"),
        ("w", "source_ref", "z", "MY"),
    )
    first, second = routes("a", "z", around)
    assert first.nodes == ("a", "t", "w", "z")
    assert first.states == ("MY", "TH")
    assert second.nodes == ("a", "z")
    assert first.cost < second.cost


def test_what_hundreds_touch_is_no_way_through():
    crowd = [(f"x{at}", "target_ref", "exchange", "TH") for at in range(200)]
    around = graph(("a", "source_ref", "exchange", "TH"), ("exchange", "source_ref", "z", "TH"), *crowd)
    assert routes("a", "z", around) == ()
    assert routes("a", "exchange", around)[0].nodes == ("a", "exchange")


def test_no_more_steps_than_asked_for():
    around = graph(*[(f"n{at}", "source_ref", f"n{at + 1}", "TH") for at in range(6)])
    assert routes("n0", "n6", around, hops=5) == ()
    assert len(routes("n0", "n6", around, hops=6)[0].steps) == 6


def test_a_flow_follows_only_what_left_after_the_money_came():
    found = flow("a", [moved("a", "b", 5), moved("b", "early", 4), moved("b", "c", 6)])
    assert [[one.end for one in layer.accounts] for layer in found.layers] == [["a"], ["b"], ["c"]]


def test_one_movement_told_twice_is_one_and_currencies_are_not_mixed():
    told = moved("a", "b", 5)
    found = flow("a", [told, told, moved("a", "b", 6, "7", "USDT")])
    assert found.layers[1].accounts[0].came == {"THB": Decimal(100), "USDT": Decimal(7)}
