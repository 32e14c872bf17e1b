"""What nobody prolongs goes: warned about, hidden, erased."""

from pathlib import Path

from a_case import a_plan_on, an_indicator
from simulated import Clock, federation, for_

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
