"""Step 4 of the story: three states plan on what they share; two items are corrected, and all that rests on them."""

from __future__ import annotations

import time

from oureyes.correlate.observables import named
from oureyes.errors import NotHeld
from oureyes.interfaces.demo.federation import STATES
from oureyes.interfaces.demo.proof import Step
from oureyes.interfaces.demo.stage import (
    APPROVER,
    AUTHOR,
    CONCERNED,
    DESK,
    HOME,
    PARTNERS,
    Stage,
    alerts_about,
    count_naming,
    held_from,
    in_ms,
    own_ids,
)
from oureyes.model.grades import Grade
from oureyes.model.objects import StixObject
from oureyes.model.plans import Claim, Evidence, Measure, Plan, Status
from oureyes.model.sharing import Kind
from oureyes.node.holding import current
from oureyes.node.planning import Standing
from oureyes.plan.stix import from_stix, to_stix

__all__ = ["planned"]


def planned(stage: Stage, step: Step) -> None:
    plan = _plan(stage)
    stage.plan_id = plan.id
    stage.phone = _value(stage, "phone")
    malaysia, (author, approver) = stage.node("MY"), DESK["MY"]
    marking = stage.marking.but(releasable_to=frozenset([HOME, "SG", "VN"]), grade=None, purpose="strategy")
    malaysia.plan(plan, by=author, marking=marking)
    draft = malaysia.propose([plan.id], ["SG", "VN"], by=author, purpose="strategy", reason="agreed on Monday")
    malaysia.approve(draft.id, by=approver)
    stage.states.settle()
    before = {member: stage.node(member).standing(plan.id) for member in CONCERNED}
    for member, found in before.items():
        step.must(f"the plan holds in {member}", found.validity.status is Status.HOLDS, found.validity.reason)
    _show_plan(stage, plan)
    matched = {member: count_naming(stage, member, "phone") for member in CONCERNED}
    started = time.perf_counter()
    _retract(stage, step)
    version = _supersede(stage, step)
    took = stage.states.settle() - started
    _check_holders(stage, step, version)
    _check_alerts(stage, step, matched)
    _show_standing(stage, step, before, took)


def _show_plan(stage: Stage, plan: StixObject) -> None:
    read = from_stix(plan)
    rows = [
        (claim.id, claim.text, " and ".join(sorted({_origin(stage, piece.object) for piece in claim.evidence})))
        for claim in read.claims
    ]
    states = ", ".join(STATES[member] for member in read.states)
    stage.tell.table(("Claim", "Says", "Rests on what … released"), rows, title=f"{states}: “{read.objective}”")


def _origin(stage: Stage, identifier: str) -> str:
    found = current(stage.node("SG").ctx, [identifier])[identifier]
    return STATES[found[0].origin]


def _plan(stage: Stage) -> StixObject:
    ids, version = stage.case.ids, held_from(stage.node("MY"), stage.case.ids["site"], HOME).object.version
    own = {word: _own_side(stage, word) for word in ("wallet", "site")}
    cited = {word: Evidence(ids[word], version, stage.marking.grade) for word in ("wallet", "site", "phone")}
    mine = {word: Evidence(one.id, one.version, Grade.admiralty("A2")) for word, one in own.items()}
    claims = (
        Claim("money", "The Tron wallet is the fund's treasury", (cited["wallet"], mine["wallet"]), 2),
        Claim("channel", "The foreign number runs the chat channel", (cited["phone"],)),
        Claim("site", "Donors are led through the relief fund's site", (cited["site"], mine["site"]), 2),
    )
    measures = (
        Measure("Ask the exchanges to stop the wallet", "SG", stage.home.ctx.in_days(7)[:10], ("money",)),
        Measure("Ask the operator who holds the number", "MY", stage.home.ctx.in_days(10)[:10], ("channel",)),
        Measure("Warn donors, in four languages", "VN", stage.home.ctx.in_days(14)[:10], ("site",)),
    )
    now = stage.home.ctx.now()
    plan = Plan(
        stage.home.ctx.new_id("x-oureyes-plan"), "Dry up the fund before the rains end", claims, measures,
        CONCERNED, ("planners",),
    )  # fmt: skip
    by = next(one for one in own_ids(stage.node("MY")) if one.startswith("identity--"))
    return to_stix(plan, created=now, modified=now, created_by=by)


def _retract(stage: Stage, step: Step) -> None:
    ids = stage.case.ids
    told = stage.home.retract(
        [ids["phone"], ids["phone link"]], by=APPROVER, reason="the number was misread from the seized telephone"
    )
    step.must("the retraction goes to every holder", set(told) == set(PARTNERS), tuple(told))
    stage.tell.line("Indonesia takes one item back: the number was misread from the seized telephone.")


def _supersede(stage: Stage, step: Step) -> str:
    home, site = stage.home, stage.case.ids["site"]
    old = held_from(home, site, HOME).object
    now = home.ctx.now()
    new = StixObject.make(
        {**old.content, "modified": now, "confidence": 50, "name": "Former site of the false relief fund",
         "valid_until": home.ctx.in_days(30)}
    )  # fmt: skip
    home.record_objects([new], by=AUTHOR, purpose="correction", marking=stage.marking)
    draft = home.propose(
        [site], PARTNERS, by=AUTHOR, purpose="correction", reason="the site has moved", kind=Kind.SUPERSEDE
    )
    outcome = home.approve(draft.id, by=APPROVER)
    step.must("the new version goes to every holder", all(one["sent"] for one in outcome.values()), outcome)
    stage.tell.line("Indonesia replaces another: the site has moved.")
    return now


def _check_holders(stage: Stage, step: Step, version: str) -> None:
    for member in PARTNERS:
        node, sent = stage.node(member), stage.promised[member]
        kept = current(node.ctx, [sent[stage.case.ids["phone"]].id])
        new = current(node.ctx, [sent[stage.case.ids["site"]].id])
        step.must(f"{member} has let the retracted item go", not kept, tuple(kept))
        found = [held.object.version for some in new.values() for held in some if held.origin == HOME]
        step.must(f"{member} holds the new version", found == [version], found)
    step.note(holders_corrected=len(PARTNERS))
    stage.tell.line(f"All {len(PARTNERS)} holders have let the one go, and hold the other's new version.")


def _check_alerts(stage: Stage, step: Step, before: dict[str, int]) -> None:
    """Matches with the retracted item are gone and the alerts on it say so; what the three told each other stands."""
    told, phone = 0, stage.case.ids["phone"]
    for member in CONCERNED:
        node = stage.node(member)
        left = count_naming(stage, member, "phone")
        step.must(f"{member}'s matches with the retracted item are gone", before[member] > 0 == left, left)
        found = alerts_about((alert for alert, *_ in node.inbox()), phone)
        rang = [one for one in found if one.event == "retracted"]
        step.must(f"{member}'s desk is told of the retraction", bool(rang), len(found))
        about = [one for one in found if one.event != "retracted"]
        silent = [one.id for one in about if f"{phone}: it was taken back" not in one.reason]
        step.must(f"{member}'s alerts on it say that it was taken back", bool(about) and not silent, silent)
        told += len(about)
        step.must(f"{member}'s match with the other two stands", bool(node.matches(value=stage.phone)), "none")
    step.note(alerts_amended=told)
    stage.tell.line(f"{told} alerts on it now say so; what the three told each other about that number stands.")


def _show_standing(stage: Stage, step: Step, before: dict[str, Standing], took: float) -> None:
    rows, told, said = [], {}, dict[str, str]()
    for member, was in before.items():
        now = stage.node(member).standing(stage.plan_id)
        moved = {one.claim: one.status for one in now.validity.claims}
        step.must(f"the plan falls in {member}", now.validity.status is Status.BROKEN, now.validity.reason)
        fallen = [one.claim for one in now.validity.claims if one.status is Status.BROKEN]
        step.must(f"{member} is told which claim lost its footing", fallen == ["channel"], fallen)
        alerts = [alert for alert, *_ in stage.node(member).inbox(owner="planners") if alert.event == "plan"]
        step.must(f"{member}'s planners are alerted", bool(alerts), "no alert")
        said = {one.claim: f"{one.status} → {moved[one.claim]}" for one in was.validity.claims}
        rows.append((STATES[member], f"{was.validity.status} → {now.validity.status}", *said.values()))
        told[member] = {"before": str(was.validity.status), "after": str(now.validity.status), "claims": said}
    stage.tell.table(
        ("Plan in", "As a whole", *said), rows, title=f"The plan, {in_ms(took)} after the retraction began"
    )
    for one in stage.node("SG").standing(stage.plan_id).validity.claims:
        if one.status is not Status.HOLDS:
            stage.tell.line(f"“{one.claim}” is {one.status}: {_no_ids(one.reason)}.")
            step.note(**{f"reason_{one.claim}": one.reason})
    step.note(plans=told, correction_ms=round(took * 1000, 1))


def _value(stage: Stage, word: str) -> str:
    """The value an object of Indonesia's names, as matches are kept by it."""
    return named(held_from(stage.home, stage.case.ids[word], HOME).object.content)[0].text


def _own_side(stage: Stage, word: str) -> StixObject:
    """What Malaysia itself says about the value that Indonesia's object names."""
    node = stage.node("MY")
    for one in node.matches(value=_value(stage, word)):
        for identifier, origin in ((one.match.left, one.left_origin), (one.match.right, one.right_origin)):
            if origin == node.member:
                return held_from(node, identifier, origin).object
    raise NotHeld(stage.case.ids[word], "a match with Malaysia's report", "none")


def _no_ids(reason: str) -> str:
    """A reason without the second half of its ids."""
    return " ".join(word.partition("--")[0] if "--" in word else word for word in reason.split())
