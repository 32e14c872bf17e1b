"""What nobody prolongs goes: warned about, hidden, erased."""

from pathlib import Path
from typing import Any

import pytest
from a_case import a_plan_on, an_indicator, an_object
from simulated import Clock, federation, for_

from oureyes.model.markings import Role
from oureyes.model.objects import StixObject
from oureyes.model.plans import Status
from oureyes.node.retaining import LEGAL_HOLD

_REVIEW = "2027-03-01T00:00:00Z"


def test_what_nobody_prolongs_is_warned_about_hidden_and_erased_and_plans_follow(tmp_path: Path) -> None:
    clock = Clock()
    node = federation(tmp_path, ["ID"], clock)["ID"]
    found = an_indicator()
    node.record_objects([found], by="ayu", marking=for_(review=_REVIEW))
    plan = a_plan_on(found)
    node.plan(plan, by="ayu", marking=for_(review="2031-01-01T00:00:00Z"))
    assert node.keep() == []
    clock.forward(days=80)
    assert [one.object for one in node.keep()] == [found.id]
    assert [alert.event for alert, *_ in node.inbox(owner="desk")] == ["review"]
    clock.forward(days=20)
    node.keep()
    assert not node.search("type:indicator", by="ayu")
    assert node.standing(plan.id).validity.status is not Status.HOLDS
    clock.forward(days=91)
    node.keep()
    assert found.raw not in (tmp_path / "ID" / "node.db").read_bytes()
    assert node.verify_audit().flaw is None
    assert [row.verb for row in node.audit(by="auditor", subject=found.id)][:2] == ["erase", "hide"]


def test_a_legal_hold_stops_hiding(tmp_path: Path) -> None:
    clock = Clock()
    node = federation(tmp_path, ["ID"], clock)["ID"]
    found = an_indicator()
    node.record_objects([found], by="ayu", marking=for_(review=_REVIEW))
    node.tag([found.id], [LEGAL_HOLD], by="ayu")
    clock.forward(days=200)
    node.keep()
    assert node.search("type:indicator", by="ayu")


@pytest.mark.parametrize(
    ("more", "marked", "years"),
    [
        ({"type": "report"}, {}, 5), ({"type": "indicator"}, {}, 2), ({}, {}, 2), ({"roles": ["victim"]}, {}, 1),
        ({}, {"role": Role.SUSPECT}, 5), ({"x_date_of_birth": "2011-03-01"}, {"role": Role.SUSPECT}, 1),
        ({"x_date_of_birth": "1981-03-01"}, {"role": Role.SUSPECT}, 5), ({}, {"review": "2031-10-01T00:00:00Z"}, 0),
    ],
    ids=str,
)  # fmt: skip
def test_the_first_review_is_no_later_than_the_term_of_the_kind_and_of_who_it_is_about(
    tmp_path: Path, more: dict[str, Any], marked: dict[str, Any], years: int
) -> None:
    """At a node that would keep everything for ten years, where nobody says otherwise."""
    node = federation(tmp_path, ["ID"], Clock(), review_days=3650)["ID"]
    person = {"identity_class": "individual", "name": "A Person"}
    kinds = {"report": a_report_object, "indicator": an_indicator}
    made = kinds[more["type"]]() if "type" in more else an_object("identity", **person, **more)
    node.record_objects([made], by="ayu", marking=node.ctx.default_marking().but(**marked))
    wanted = node.ctx.in_days(365 * years) if years else marked["review"]
    assert node.marking_of(made.id).review == wanted
    node.close()


def test_a_shorter_term_of_the_node_stays(tmp_path: Path) -> None:
    node = federation(tmp_path, ["ID"], Clock(), review_days=400)["ID"]
    first, second = an_object("report", name="r", published="2026-11-20T08:00:00Z", object_refs=[]), an_indicator()
    node.record_objects([first, second], by="ayu", marking=node.ctx.default_marking())
    assert {node.marking_of(one.id).review for one in (first, second)} == {node.ctx.in_days(400)}
    node.close()


def a_report_object() -> StixObject:
    return an_object("report", name="r", published="2026-11-20T08:00:00Z", object_refs=[])
