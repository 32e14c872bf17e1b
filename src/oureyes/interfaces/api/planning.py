"""States plan: plans, how each stands on its evidence, and the gaps that are accepted by name."""

from __future__ import annotations

import msgspec

from oureyes.interfaces.api import forms
from oureyes.interfaces.api.releasing import day
from oureyes.interfaces.api.route import Call, Route, changed, paged
from oureyes.model.objects import StixObject
from oureyes.node.planning import Standing

__all__ = ["ROUTES"]


def add(call: Call) -> forms.Plan:
    """Keep a plan, or a new version of one: a STIX object of ours, or the short form people write. Each claim is tied
    to its evidence at the version and grade held now."""
    said: forms.PlanMade = call.body
    raw = msgspec.json.encode(said.plan)
    obj = StixObject.parse(raw) if "type" in said.plan else call.node.draw(said.plan)
    marking = changed(call.node.ctx.default_marking(), said.marking)
    return _plan(call.node.plan(obj, by=call.by, marking=marking))


def plans(call: Call) -> forms.Plans:
    """Every plan, and how it stands now."""
    given, following = paged(call, call.node.plans(), lambda one: (one.plan.id,))
    return forms.Plans([_plan(one) for one in given], following)


def show(call: Call) -> forms.Plan:
    """One plan: how it stands and why, claim by claim, with the evidence as it is held now, and who does what."""
    return _plan(call.node.standing(call.path["id"]))


def waive(call: Call) -> forms.Plan:
    """Accept by name that a claim lacks its evidence, until a day. It is written into the plan and the audit log."""
    said: forms.Waiver = call.body
    day(said.until, "until")
    return _plan(call.node.waive(call.path["id"], said.claim, until=said.until, why=said.why, by=call.by))


def _plan(found: Standing) -> forms.Plan:
    plan, validity = found.plan, found.validity
    reasons = {one.claim: one for one in validity.claims}
    claims = [
        forms.ClaimStands(
            claim.id,
            claim.text,
            str(reasons[claim.id].status) if claim.id in reasons else "unknown",
            reasons[claim.id].reason if claim.id in reasons else "",
            [
                forms.Piece(piece.object, str(piece.state), piece.grade.text if piece.grade else "")
                for piece in claim.evidence
            ],
            claim.waiver.until if claim.waiver else "",
        )
        for claim in plan.claims
    ]
    measures = [forms.MeasureStands(one.text, one.owner, one.due, list(one.rests_on)) for one in plan.measures]
    return forms.Plan(
        plan.id, plan.objective, str(validity.status), validity.reason, list(plan.states), list(plan.owners), claims,
        measures,
    )  # fmt: skip


_P, _ONE = "api:plan", "/plans/{id}"
ROUTES = (
    Route("add_plan", "POST", "/plans", _P, add, forms.Plan, body=forms.PlanMade, status=201,
          cli=("plan new", "plan add")),
    Route("plans", "GET", "/plans", _P, plans, forms.Plans, forms.Paged, cli=("plan list",)),
    Route("plan", "GET", _ONE, _P, show, forms.Plan, cli=("plan show",)),
    Route("waive", "POST", _ONE + "/waivers", _P, waive, forms.Plan, body=forms.Waiver, guard="plan",
          cli=("plan waive",)),
)  # fmt: skip
