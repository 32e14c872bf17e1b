"""A state releases, corrects and consents: proposals, previews, approvals, corrections, consents, neutrality.

Who approves is the account that asks, so the two people of a release are two accounts; an `If-Match` with the ETag of
what was previewed makes sure that this and nothing else is approved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oureyes.errors import InvalidObject, NotHeld
from oureyes.interfaces.api import forms
from oureyes.interfaces.api.route import Call, Route, as_form, paged
from oureyes.interfaces.words import instant
from oureyes.model.sharing import Kind
from oureyes.node.releasing import Draft, Preview
from oureyes.release import Answers, gate

__all__ = ["ROUTES", "day"]


def propose(call: Call) -> forms.Draft:
    """Propose the release of objects to members; nothing leaves before somebody else has approved it."""
    said: forms.Proposal = call.body
    made = call.node.propose(_wanted(call), said.to, by=call.by, purpose=call.purpose, reason=said.reason)
    return _draft(made)


def rehearse(call: Call) -> forms.Shown:
    """What a release would give each recipient: allowed or not, why, and the very text. Nothing is kept, and nothing
    leaves."""
    said: forms.Rehearsal = call.body
    found = call.node.rehearse(_wanted(call), said.to, by=call.by, purpose=call.purpose, approver=said.approver)
    return forms.Shown(_preview(found))


def _wanted(call: Call) -> list[str]:
    said: forms.Proposal | forms.Rehearsal = call.body
    found = [*said.ids, *(call.node.of_source(said.source) if said.source else ())]
    if said.source and len(found) == len(said.ids):
        raise NotHeld("source", "a source of ours that holds something", "none by that name", "name its file")
    return found


def _draft(one: Draft) -> forms.Draft:
    return as_form(
        forms.Draft, one, to=list(one.recipients), objects=list(one.objects), approvals=list(one.approvals),
        outcome=dict(one.outcome or {}),
    )  # fmt: skip


def _preview(found: Sequence[Preview]) -> list[forms.Preview]:
    return [
        forms.Preview(
            recipient=one.recipient,
            object=one.object,
            allowed=one.decision.allowed,
            reason=one.decision.reason,
            given_as=one.decision.object.id if one.decision.object else "",
            removed=list(one.decision.removed),
            marking=one.decision.marking.to_json() if one.decision.marking else {},
            text=one.decision.object.raw.decode("utf-8", "replace") if one.decision.object else "",
        )
        for one in found
    ]


def releases(call: Call) -> forms.Drafts:
    """Proposals that wait for somebody to approve or decline them; or all."""
    found = call.node.drafts(state="" if call.query.all else "proposed")
    given, following = paged(call, found, lambda one: (one.at, one.id))
    return forms.Drafts([_draft(one) for one in given], following)


def shown(call: Call) -> forms.Shown:
    """A proposal, and what each recipient would get if you approved it now."""
    draft = next((one for one in call.node.drafts() if one.id == call.path["id"]), None)
    if draft is None:
        raise NotHeld("release", "a proposal", "none by that id", "GET /releases")
    found = call.node.preview(draft.id, approver=call.by, by=call.by) if draft.state == "proposed" else []
    return forms.Shown(_preview(found), _draft(draft))


def approve(call: Call) -> forms.Released:
    """Approve a proposal: what may go is signed, sealed and put into the channels of its recipients."""
    return forms.Released(call.path["id"], call.node.approve(call.path["id"], by=call.by))


def decline(call: Call) -> forms.Done:
    """Say no to a proposal, and why."""
    call.node.decline(call.path["id"], by=call.by, reason=call.body.reason)
    return forms.Done(call.path["id"], "declined")


def supersede(call: Call) -> forms.Draft:
    """Propose to send the newer version of objects to everybody who holds an earlier one from us."""
    said: forms.Supersede = call.body
    recipients = said.to or call.node.recipients_of(said.ids)
    made = call.node.propose(
        said.ids, recipients, by=call.by, purpose=call.purpose, reason=said.reason, kind=Kind.SUPERSEDE
    )
    return _draft(made)


def retract(call: Call) -> forms.Retracted:
    """Take objects of ours back, here and everywhere they went. Every holder is told the reason, at once."""
    said: forms.Retract = call.body
    told = call.node.retract(said.ids, by=call.by, reason=said.reason)
    return forms.Retracted(said.ids, {who: list(gone) for who, gone in told.items()})


def consents(call: Call) -> forms.Consents:
    """Every request to pass something on, and how it stands."""
    names = ("object", "to", "asker", "origin", "state", "expires", "reason", "at")
    found = [forms.Consent(**dict(zip(names, row, strict=True))) for row in call.node.consents()]
    given, following = paged(call, found, lambda one: (one.at, one.object, one.to, one.asker))
    return forms.Consents(given, following)


def ask(call: Call) -> forms.Done:
    """Ask the state an object came from whether we may pass it on."""
    said: forms.ConsentAsk = call.body
    origin = call.node.ask_consent(said.object, said.to, by=call.by, purpose=call.purpose, reason=said.reason)
    return forms.Done(origin, "asked")


def answer(call: Call) -> forms.Done:
    """Agree that a partner passes an object of ours on, refuse it, or take back what was agreed. The answer is signed;
    the partner's node enforces it."""
    said: forms.ConsentAnswer = call.body
    expires = {"expires": day(said.until, "until")} if said.grant and said.until else {}
    call.node.answer_consent(
        said.object, said.asker, said.to, by=call.by, grant=said.grant, reason=said.reason, **expires
    )
    return forms.Done(said.object, "granted" if said.grant else "refused")


def day(text: str, what: str) -> str:
    """A day as an instant. InvalidObject when it is none."""
    try:
        return instant(text)
    except ValueError as error:
        raise InvalidObject(what, str(error).removeprefix("expected "), "another form") from None


def neutrality(call: Call) -> forms.Neutrality:
    """The answers kept for a notice, and whether it may be released."""
    found = call.node.neutrality(call.path["id"])
    if found is None:
        raise NotHeld(call.path["id"], "answers to the neutrality questions", "none", "PUT them")
    return _neutrality(call.path["id"], found)


def neutral(call: Call) -> forms.Neutrality:
    """Answer the neutrality questions for a notice."""
    return _kept(call, Answers(call.by, _answers(call.body.answers)))


def review(call: Call) -> forms.Neutrality:
    """Be the second person to look at a notice whose answers shut the gate."""
    before = call.node.neutrality(call.path["id"])
    if before is None:
        raise NotHeld(call.path["id"], "answers to review", "none", "PUT them first")
    return _kept(call, Answers(before.by, before.answers, call.by, call.body.clear))


def _answers(said: Mapping[str, Any]) -> dict[str, str]:
    return {str(question): str(word) for question, word in said.items()}


def _kept(call: Call, said: Answers) -> forms.Neutrality:
    identifier = call.path["id"]
    if not identifier.startswith("x-oureyes-notice--"):
        raise InvalidObject("neutrality", "a notice", "another kind of object")
    call.node.neutral(identifier, said)
    return _neutrality(identifier, said)


def _neutrality(identifier: str, said: Answers) -> forms.Neutrality:
    shut = gate("x-oureyes-notice", said) or ""
    return forms.Neutrality(identifier, said.by, dict(said.answers), said.reviewer, said.cleared, not shut, shut)


_R = "api:release"
_ONE, _GATE = "/releases/{id}", "/objects/{id}/neutrality"
ROUTES = (
    Route("propose", "POST", "/releases", _R, propose, forms.Draft, body=forms.Proposal, status=201,
          cli=("release propose",)),
    Route("rehearse", "POST", "/rehearsals", _R, rehearse, forms.Shown, body=forms.Rehearsal,
          cli=("release propose",)),
    Route("releases", "GET", "/releases", _R, releases, forms.Drafts, forms.DraftsAsked, cli=("release list",)),
    Route("release", "GET", _ONE, _R, shown, forms.Shown, cli=("release show",)),
    Route("approve", "POST", _ONE + "/approve", _R, approve, forms.Released, guard="release",
          cli=("release approve",)),
    Route("decline", "POST", _ONE + "/decline", _R, decline, forms.Done, body=forms.Decline, guard="release",
          cli=("release decline",)),
    Route("supersede", "POST", "/supersessions", _R, supersede, forms.Draft, body=forms.Supersede, status=201,
          cli=("supersede",)),
    Route("retract", "POST", "/retractions", _R, retract, forms.Retracted, body=forms.Retract, cli=("retract",)),
    Route("consents", "GET", "/consents", _R, consents, forms.Consents, forms.Paged, cli=("consent list",)),
    Route("ask_consent", "POST", "/consents", _R, ask, forms.Done, body=forms.ConsentAsk, cli=("consent ask",)),
    Route("answer_consent", "POST", "/consents/answers", _R, answer, forms.Done, body=forms.ConsentAnswer,
          cli=("consent grant", "consent refuse", "consent withdraw")),
    Route("neutrality", "GET", _GATE, _R, neutrality, forms.Neutrality, cli=("neutrality",)),
    Route("neutral", "PUT", _GATE, _R, neutral, forms.Neutrality, body=forms.NeutralitySaid, guard="neutrality",
          cli=("neutrality",)),
    Route("review", "POST", _GATE + "/review", _R, review, forms.Neutrality, body=forms.Review, guard="neutrality",
          cli=("neutrality",)),
)  # fmt: skip
