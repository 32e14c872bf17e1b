"""Matches and their alerts over time: an alert on what two sources share is done with the last of it."""

from pathlib import Path

import pytest
from a_case import AT, an_indicator, an_object
from simulated import deliver, federation, for_

from oureyes.model.findings import AlertState
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable, sco
from oureyes.node import Node
from oureyes.storage import index


def a_pattern(pattern: str) -> StixObject:
    return an_object("indicator", pattern=pattern, pattern_type="stix", valid_from=AT, name="hosts of the network")


def match_alerts(node: Node) -> list[AlertState]:
    return [alert.state for alert, *_ in node.inbox() if alert.event == "match"]


def test_an_alert_on_two_matches_is_done_with_the_second_that_goes(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    report = tmp_path / "report.csv"
    report.write_text("value,type\none.example.org,domain-name\ntwo.example.org,domain-name\n")
    malaysia.record([report], by="aziz")
    made = [an_indicator(value="one.example.org"), an_indicator(value="two.example.org")]
    indonesia.record_objects(made, by="ayu", marking=for_("MY"))
    indonesia.approve(indonesia.propose([obj.id for obj in made], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    assert match_alerts(malaysia) == [AlertState.NEW]  # one row for what the two sources share

    indonesia.retract([made[0].id], by="budi", reason="misread")
    deliver(states)
    assert match_alerts(malaysia) == [AlertState.NEW]
    indonesia.retract([made[1].id], by="budi", reason="misread")
    deliver(states)
    assert match_alerts(malaysia) == [AlertState.DONE]


def test_patterns_that_arrive_together_each_meet_what_was_held_before(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID"])["ID"]
    report = tmp_path / "report.csv"
    report.write_text("value,type\npay.one.example.org,domain-name\npay.two.example.org,domain-name\n")
    indonesia.record([report], by="ayu")
    patterns = [a_pattern(f"[domain-name:value LIKE '%.{name}.example.org']") for name in ("one", "two")]
    indonesia.record_objects(patterns, by="ayu", marking=for_())
    met = {one.match.right for one in indonesia.matches()}
    assert met == {obj.id for obj in patterns}


def addresses_met(folder: Path, batches: list[tuple[str, list[str]]]) -> set[frozenset[str]]:
    node = federation(folder, ["ID"])["ID"]
    for source, values in batches:
        made = [sco(Observable("ipv4-addr", value)) for value in values]
        node.record_objects(made, by="ayu", source=source, marking=for_())
    with node.ctx.db.read() as connection:
        said = [match.match.reason for match in index.matches(connection)]
    return {frozenset(reason.split(" lies in the network ")) for reason in said}


@pytest.mark.parametrize("held", [["192.0.2.128/25", "192.0.2.3"], ["192.0.2.3", "192.0.2.128/25"]], ids=str)
@pytest.mark.parametrize("apart", [False, True])
def test_a_network_meets_an_address_of_a_source_that_also_has_a_network_of_the_same_block(tmp_path, held, apart):
    """Whichever came first, in one batch or in two, and from either side."""
    ours = [("A", [one]) for one in held] if apart else [("A", held)]
    met = {frozenset(("192.0.2.3", "192.0.2.0/25"))}
    wider = ("B", ["192.0.2.0/25"])
    assert addresses_met(tmp_path / "last", [*ours, wider]) == met
    assert addresses_met(tmp_path / "first", [wider, *ours]) == met


def test_an_address_meets_a_network_of_a_source_that_also_has_an_address_of_the_same_block(tmp_path):
    met = addresses_met(tmp_path, [("A", ["192.0.2.0/25"]), ("A", ["192.0.2.200"]), ("B", ["192.0.2.3"])])
    assert met == {frozenset(("192.0.2.3", "192.0.2.0/25"))}
