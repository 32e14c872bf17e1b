"""States plan, and ask each other with a clock: plans and what each stands on; questions, and the replies to them."""

from __future__ import annotations

import msgspec

from oureyes.interfaces.api import forms
from oureyes.interfaces.api.releasing import day
from oureyes.interfaces.api.route import Call, Route, changed, paged
from oureyes.model.objects import StixObject
from oureyes.node.asking import Asked
from oureyes.node.planning import Standing
from oureyes.plan.requests import RequestState, Urgency

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


def ask(call: Call) -> forms.Question:
    """Put a question to a partner. It leaves when its release is approved; the clock starts when the partner has it."""
    said: forms.QuestionAsked = call.body
    marked = said.marking != forms.MarkingSaid()
    marking = changed(call.node.ctx.default_marking(), said.marking) if marked else None
    made, draft = call.node.ask(
        said.to, said.question, urgency=Urgency(said.urgency), about=said.about, by=call.by, purpose=call.purpose,
        marking=marking,
    )  # fmt: skip
    return forms.Question(
        id=made.id, asker=made.asker, asked=made.asked, question=made.text, urgency=str(made.urgency),
        about=list(made.about), stands="proposed", draft=draft.id,
    )  # fmt: skip


def requests(call: Call) -> forms.Questions:
    """Questions of ours and to us: the time left or over, and what was replied."""
    found = call.node.requests(by=call.by, purpose=call.purpose)
    given, following = paged(call, found, lambda one: (one.question.id,))
    return forms.Questions([_question(one) for one in given], following)


def _question(one: Asked) -> forms.Question:
    question, clock = one.question, one.clock
    replies = [forms.Reply(str(said.state), said.at, said.ground, said.text) for said in one.replies]
    return forms.Question(
        id=question.id, asker=question.asker, asked=question.asked, question=question.text,
        urgency=str(question.urgency), about=list(question.about), stands=one.words,
        received=clock.received if clock else "", due=clock.due() if clock else "", replies=replies,
    )  # fmt: skip


def reply(call: Call) -> forms.Replied:
    """Acknowledge, answer or refuse a question that was put to us. The reply leaves when its release is approved; what
    you hold on the matter is released beside it, each object under its own marking."""
    said: forms.ReplySaid = call.body
    draft = call.node.reply(
        call.path["id"], RequestState(said.state), ground=said.ground, text=said.text, by=call.by,
        purpose=call.purpose,
    )  # fmt: skip
    return forms.Replied(call.path["id"], said.state, draft.id)


_P, _ONE = "api:plan", "/plans/{id}"
ROUTES = (
    Route("add_plan", "POST", "/plans", _P, add, forms.Plan, body=forms.PlanMade, status=201,
          cli=("plan new", "plan add")),
    Route("plans", "GET", "/plans", _P, plans, forms.Plans, forms.Paged, cli=("plan list",)),
    Route("plan", "GET", _ONE, _P, show, forms.Plan, cli=("plan show",)),
    Route("waive", "POST", _ONE + "/waivers", _P, waive, forms.Plan, body=forms.Waiver, guard="plan",
          cli=("plan waive",)),
    Route("question", "POST", "/requests", _P, ask, forms.Question, body=forms.QuestionAsked, status=201, cli=("ask",)),
    Route("requests", "GET", "/requests", _P, requests, forms.Questions, forms.Paged, cli=("requests",)),
    Route("reply", "POST", "/requests/{id}/replies", _P, reply, forms.Replied, body=forms.ReplySaid, status=201,
          cli=("reply",)),
)  # fmt: skip
