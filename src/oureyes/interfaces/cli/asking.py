"""States ask each other, with a clock: ask, requests, reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli.frame import Session, command
from oureyes.interfaces.words import members

if TYPE_CHECKING:
    from oureyes.node.asking import Asked

__all__ = ["add_to"]

_PANEL = "Plan"
_ID = "x-oureyes-request--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
_TEXT = Annotated[str, typer.Option("--text", metavar="TEXT", help="What you say to it.")]


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    lines = 'oureyes ask TH "Is he the man you look for?" --about identity--0b1c…,identity--4f7d… --urgency urgent'
    command(app, "ask", panel=_PANEL, marking=True, example=lines)(ask)
    command(app, "requests", panel=_PANEL, example="oureyes requests")(requests)
    lines = f"oureyes reply {_ID} acknowledged\noureyes reply {_ID} refused --ground investigation"
    command(app, "reply", panel=_PANEL, example=lines)(reply)


def ask(
    at: Session,
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="Whom you ask.")],
    question: Annotated[str, typer.Argument(metavar="TEXT")],
    about: Annotated[str, typer.Option("--about", metavar="ID,ID", help="The objects it is about.")] = "",
    urgency: Annotated[
        str, typer.Option("--urgency", metavar="WORD", help="urgent, urgent-indirect, ordinary or hit.")
    ] = "ordinary",
) -> None:
    """Put a question to a partner. It leaves when its release is approved; the clock starts when the partner has it.

    urgent: 8 hours; urgent-indirect: 3 days; ordinary: 7 days; hit (core data after a confirmed hit): 48 hours.
    """
    from oureyes.plan.requests import Urgency

    try:
        word = Urgency(urgency.lower())
    except ValueError:
        raise typer.BadParameter(f"one of {', '.join(Urgency)}", param_hint="--urgency") from None
    with at.node() as node:
        marking = at.marking(node.ctx.default_marking()) if at.marked else None
        made, draft = node.ask(
            member, question, urgency=word, about=members(about), by=at.by, purpose=at.purpose, marking=marking
        )
    body = {"id": made.id, "asked": made.asked, "urgency": str(made.urgency), "draft": draft.id}
    at.screen.answer(body, lambda: at.screen.line(f"{made.id} goes to {member} when {draft.id} is approved"))


def requests(at: Session) -> None:
    """Questions of ours and to us: the time left or over, and what was replied."""
    with at.node() as node:
        found = node.requests(by=at.by, purpose=at.purpose)

    def draw() -> None:
        for one in found:
            question = one.question
            at.screen.line(f"{question.asker} → {question.asked}: {question.text}", "bold")
            due = f", due {one.clock.due()[:16]}Z" if one.clock else ""
            at.screen.line(f"      {one.words}{due} ({question.id})")
            at.screen.lines(f"      about {ref}" for ref in question.about)
        if not found:
            at.screen.line("nobody asks anything", "dim")

    at.screen.answer({"requests": [_as_json(one) for one in found]}, draw)


def _as_json(one: Asked) -> dict[str, Any]:
    question, clock = one.question, one.clock
    return {
        "id": question.id,
        "from": question.asker,
        "to": question.asked,
        "question": question.text,
        "urgency": str(question.urgency),
        "about": list(question.about),
        "stands": one.words,
        "received": clock.received if clock else "",
        "due": clock.due() if clock else "",
        "replies": [
            {"state": str(said.state), "at": said.at, "ground": said.ground, "text": said.text} for said in one.replies
        ],
    }


def reply(
    at: Session,
    identifier: Annotated[str, typer.Argument(metavar="ID")],
    state: Annotated[str, typer.Argument(metavar="WORD", help="acknowledged, answered or refused.")],
    ground: Annotated[str, typer.Option("--ground", metavar="WORD", help="Why it is refused.")] = "",
    text: _TEXT = "",
) -> None:
    """Acknowledge, answer or refuse a question that was put to us. The reply leaves when its release is approved.

    A refusal names a ground: not-held, authorisation, security, investigation, disproportionate, originator, minor,
    rights. What you hold on the matter is released beside the reply, each object under its own marking.
    """
    from oureyes.plan.questions import REPLIES
    from oureyes.plan.requests import RequestState

    word = state.lower()
    if word not in REPLIES:
        raise typer.BadParameter(f"one of {', '.join(REPLIES)}", param_hint="WORD")
    with at.node() as node:
        draft = node.reply(
            identifier, RequestState(word), ground=ground.lower(), text=text, by=at.by, purpose=at.purpose
        )
    at.screen.answer(
        {"request": identifier, "state": word, "draft": draft.id},
        lambda: at.screen.line(f"{word}: goes out when {draft.id} is approved"),
    )
