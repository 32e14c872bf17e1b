"""Forms of what people do: put aside, release, consent, alerts, plans."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from oureyes.interfaces.api.forms.shared import Answer, Asked, Day, Ident, Ids, MarkingSaid, Name, Paged, Reason, Words

__all__ = [
    "Alert",
    "AlertMove",
    "Alerts",
    "AlertsAsked",
    "ClaimStands",
    "Consent",
    "ConsentAnswer",
    "ConsentAsk",
    "Consents",
    "Decline",
    "Draft",
    "Drafts",
    "DraftsAsked",
    "Export",
    "Exported",
    "MeasureStands",
    "Neutrality",
    "NeutralitySaid",
    "NotExported",
    "Piece",
    "Plan",
    "Question",
    "QuestionAsked",
    "Questions",
    "Replied",
    "Reply",
    "ReplySaid",
    "PlanMade",
    "Plans",
    "Preview",
    "Proposal",
    "Rehearsal",
    "Released",
    "Retract",
    "Retracted",
    "Review",
    "Rule",
    "RuleSaid",
    "Rules",
    "Shown",
    "Supersede",
    "Waiver",
]

_Members = Annotated[list[Ident], Meta(max_length=500)]
_State = Literal["", "new", "seen", "assigned", "done"]


class Proposal(Asked, frozen=True):
    """A release to members, of objects or of everything of one of our sources."""

    to: Annotated[_Members, Meta(min_length=1)]
    ids: Annotated[list[Ident], Meta(max_length=10_000)] = []
    source: Name = ""
    reason: Reason = ""


class Rehearsal(Asked, frozen=True):
    """What a release would give each recipient, if `approver` approved it."""

    to: Annotated[_Members, Meta(min_length=1)]
    ids: Annotated[list[Ident], Meta(max_length=10_000)] = []
    source: Name = ""
    approver: Name = "a second officer"


class Draft(Answer, frozen=True, kw_only=True):
    """A proposal, and what became of it."""

    id: str
    state: str
    kind: str
    author: str
    at: str
    to: list[str]
    objects: list[str]
    purpose: str
    reason: str
    approvals: list[str]
    outcome: dict[str, Any]


class Drafts(Answer, frozen=True):
    """A page of proposals, oldest first."""

    releases: list[Draft]
    next: str = ""


class DraftsAsked(Paged, frozen=True, kw_only=True):
    """Those that wait, or all."""

    all: bool = False


class Preview(Answer, frozen=True, kw_only=True):
    """What one recipient would get of one object: allowed or not, why, and the very text."""

    recipient: str
    object: str
    allowed: bool
    reason: str
    given_as: str
    removed: list[str]
    marking: dict[str, Any]
    text: str


class Shown(Answer, frozen=True):
    """What each would get, if you approved now; `draft` is left out for a rehearsal."""

    preview: list[Preview]
    draft: Draft | None = None


class Released(Answer, frozen=True):
    """Per recipient what went and what was refused, with the reason."""

    id: str
    outcome: dict[str, Any]


class Decline(Asked, frozen=True):
    """Why not; its author is told."""

    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Supersede(Asked, frozen=True):
    """Send the newer version to who holds an earlier one, or to `to`."""

    ids: Ids
    to: _Members = []
    reason: Reason = ""


class Retract(Asked, frozen=True):
    """Take objects of ours back, everywhere."""

    ids: Ids
    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Retracted(Answer, frozen=True):
    """Per recipient, the ids it is told to let go."""

    retracted: list[str]
    told: dict[str, list[str]]


class Consent(Answer, frozen=True, kw_only=True):
    """A request to pass something on, and how it stands."""

    object: str
    to: str
    asker: str
    origin: str
    state: str
    expires: str
    reason: str
    at: str


class Consents(Answer, frozen=True):
    """Every one of them."""

    consents: list[Consent]
    next: str = ""


class ConsentAsk(Asked, frozen=True):
    """Ask the state an object came from whether it may go on to a third."""

    object: Ident
    to: Ident
    reason: Reason = ""


class ConsentAnswer(Asked, frozen=True):
    """Agree, or not (also later: that withdraws it)."""

    object: Ident
    asker: Ident
    to: Ident
    grant: bool
    until: Day = ""
    reason: Reason = ""


class NeutralitySaid(Asked, frozen=True):
    """The neutrality questions of a notice, each answered no, yes or unsure."""

    answers: dict[Annotated[str, Meta(max_length=40)], Literal["no", "yes", "unsure"]]


class Review(Asked, frozen=True):
    """A second person's word on the answers: clear, or not."""

    clear: bool


class Neutrality(Answer, frozen=True):
    """The answers, and whether the gate is open; `reason` says why it is shut."""

    id: str
    by: str
    answers: dict[str, str]
    reviewer: str
    cleared: bool
    open: bool
    reason: str


class AlertsAsked(Paged, frozen=True, kw_only=True):
    """Of one owner, in one state; else all."""

    owner: Name = ""
    state: _State = ""


class Alert(Answer, frozen=True, kw_only=True):
    """What someone must know; one line a cause."""

    id: str
    event: str
    state: str
    headline: str
    reason: str
    objects: list[str]
    origin: str
    at: str
    owner: str
    assignee: str
    rank: float
    times: int
    cause: str


class Alerts(Answer, frozen=True):
    """A page of the inbox, the most urgent first."""

    alerts: list[Alert]
    next: str = ""


class AlertMove(Asked, frozen=True):
    """Seen, assigned (to `assignee`, else to you) or done."""

    state: Literal["seen", "assigned", "done"]
    assignee: Name = ""


class RuleSaid(Asked, frozen=True, kw_only=True):
    """Whom to tell about what. What is left out is not narrowed down."""

    events: Annotated[
        list[Literal["match", "received", "retracted", "superseded", "plan", "quarantine", "lag"]], Meta(max_length=20)
    ] = []
    areas: _Members = []
    kinds: _Members = []
    states: _Members = []
    own_only: bool = False
    notify: Literal["inbox", "webhook", "mail", "syslog"] = "inbox"
    address: Words = ""
    owner: Name = ""


class Rule(Answer, frozen=True, kw_only=True):
    """A rule as it is kept."""

    id: str
    owner: str
    events: list[str]
    areas: list[str]
    kinds: list[str]
    states: list[str]
    own_only: bool
    notify: str
    address: str


class Rules(Answer, frozen=True):
    """Who is told about what."""

    rules: list[Rule]
    next: str = ""


class PlanMade(Asked, frozen=True):
    """A plan: a STIX object of ours, or the short form people write (objective, states, owners, claims, measures)."""

    plan: dict[str, Any]
    marking: MarkingSaid = MarkingSaid()


class Piece(Answer, frozen=True):
    """A piece of evidence as it is held now."""

    id: str
    state: str
    grade: str


class ClaimStands(Answer, frozen=True):
    """A claim, how it stands, and why."""

    id: str
    text: str
    status: str
    reason: str
    evidence: list[Piece]
    waived_until: str


class MeasureStands(Answer, frozen=True):
    """What one state does by when."""

    text: str
    owner: str
    due: str
    rests_on: list[str]


class Plan(Answer, frozen=True):
    """A plan, and how it stands."""

    id: str
    objective: str
    status: str
    reason: str
    states: list[str]
    owners: list[str]
    claims: list[ClaimStands]
    measures: list[MeasureStands]


class Plans(Answer, frozen=True):
    """Every plan."""

    plans: list[Plan]
    next: str = ""


class Waiver(Asked, frozen=True):
    """Accept a gap until a day."""

    claim: Ident
    until: Day
    why: Annotated[str, Meta(min_length=1, max_length=1_000)]


class QuestionAsked(Asked, frozen=True, kw_only=True):
    """A question to a partner. `urgency`: urgent (8 hours), urgent-indirect (3 days), ordinary (7), hit (48 hours)."""

    to: Ident
    question: Annotated[str, Meta(min_length=1, max_length=4_000)]
    about: Annotated[list[Ident], Meta(max_length=500)] = []
    urgency: Literal["urgent", "urgent-indirect", "ordinary", "hit"] = "ordinary"
    marking: MarkingSaid = MarkingSaid()


class Reply(Answer, frozen=True):
    """What was replied."""

    state: str
    at: str
    ground: str
    text: str


class Question(Answer, frozen=True, kw_only=True):
    """A question of ours or to us, how it stands, its clock, and the replies."""

    id: str
    asker: str
    asked: str
    question: str
    urgency: str
    about: list[str]
    stands: str
    received: str = ""
    due: str = ""
    replies: list[Reply] = []
    draft: str = ""


class Questions(Answer, frozen=True):
    """A page of them."""

    requests: list[Question]
    next: str = ""


class ReplySaid(Asked, frozen=True):
    """Acknowledge, answer or refuse; a refusal names a ground."""

    state: Literal["acknowledged", "answered", "refused"]
    ground: Annotated[str, Meta(max_length=40)] = ""
    text: Annotated[str, Meta(max_length=4_000)] = ""


class Replied(Answer, frozen=True):
    """The reply goes out when its release is approved."""

    request: str
    state: str
    draft: str


class Export(Asked, frozen=True):
    """Objects as one file for a member (`to`), or for you."""

    form: Annotated[str, Meta(max_length=20, description="stix, misp, csv … as `oureyes export` has them.")] = "stix"
    ids: Annotated[list[Ident], Meta(max_length=10_000)] = []
    query: Annotated[str, Meta(max_length=2_000)] = ""
    source: Name = ""
    to: Annotated[str, Meta(max_length=40)] = ""
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 1_000
    whole: bool = False


class NotExported(Answer, frozen=True):
    """What was left out, and why."""

    object: str
    reason: str


class Exported(Answer, frozen=True):
    """The file's text, how many objects are in it, what may not go, and what has no use or place in the form."""

    count: int
    form: str
    to: str
    document: str
    refused: list[NotExported]
    omitted: list[NotExported]
