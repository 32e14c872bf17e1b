"""The mission: recorded in one country, known and understood in the others, who plan on it and hear when it falls."""

from pathlib import Path

from a_case import a_plan_on, a_report, an_indicator
from simulated import deliver, federation, for_

from oureyes.model.plans import Status


def test_a_crime_recorded_in_one_state_is_known_understood_and_planned_for_in_the_others(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY", "SG"])
    indonesia, malaysia, singapore = states.values()
    wallet = an_indicator("cryptocurrency-wallet:value", "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")

    indonesia.record_objects([wallet], by="ayu", marking=for_("MY", "SG"))
    malaysia.record([a_report(tmp_path, "pay to TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")], by="aziz")
    draft = indonesia.propose([wallet.id], ["MY", "SG"], by="ayu")
    indonesia.approve(draft.id, by="budi")
    deliver(states)

    assert singapore.show(wallet.id, by="lim").raw == wallet.raw  # known, byte for byte
    assert "TKBQ" in malaysia.matches()[0].match.reason  # understood: it meets what Malaysia holds
    assert malaysia.inbox()  # and an analyst is told
    plan = a_plan_on(wallet)
    assert singapore.plan(plan, by="lim", marking=for_()).validity.status is Status.HOLDS

    indonesia.retract([wallet.id], by="budi", reason="the source withdrew it")
    deliver(states)
    assert singapore.standing(plan.id).validity.status is Status.BROKEN  # the plan knows which claim lost its footing
    assert not malaysia.matches()
    assert all(not log.fault for node in states.values() for log in node.verify())
    assert {holder.member for holder in indonesia.who_has(wallet.id, by="auditor")} == {"MY", "SG"}
