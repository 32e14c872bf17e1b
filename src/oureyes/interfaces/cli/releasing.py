"""A state releases, corrects and consents: release, supersede, retract, consent, neutrality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.errors import NotHeld
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group
from oureyes.interfaces.cli.screen import raw_out
from oureyes.interfaces.words import instant, members

if TYPE_CHECKING:
    from oureyes.node import Node
    from oureyes.node.releasing import Draft, Preview
    from oureyes.release import Answers

__all__ = ["add_to"]

_PANEL = "Release"
_ID = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
_Ids = Annotated[list[str], typer.Argument(metavar="ID")]
_SomeIds = Annotated[list[str] | None, typer.Argument(metavar="[ID]")]
_To = Annotated[str, typer.Option("--to", metavar="MY,SG", help="The members it is for.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; recipients are told.")]
_Draft = Annotated[str, typer.Argument(metavar="DRAFT", help="The proposal's id, release--….")]
_Bytes = Annotated[bool, typer.Option("--bytes", help="The exact bytes each would get, instead of a readable form.")]
_OTHER = "a second officer"


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    release = group("propose")
    app.add_typer(
        release,
        name="release",
        rich_help_panel=_PANEL,
        help="Give objects to named members: propose, look at what each would get, approve.",
        epilog=f"Example:\n\noureyes release {_ID} --to MY,SG --dry-run\n\noureyes release {_ID} --to MY,SG\n\n"
        "oureyes release approve DRAFT --by budi",
    )
    lines = f"oureyes release {_ID} --to MY,SG --dry-run\noureyes release --source case.json --to MY --reason arrest"
    command(release, "propose", example=lines)(propose)
    command(release, "list", example="oureyes release list")(listed)
    command(release, "show", example="oureyes release show release--1f0e… --bytes")(show)
    command(release, "approve", example="oureyes release approve release--1f0e… --by budi")(approve)
    command(release, "decline", example='oureyes release decline release--1f0e… --reason "name the source first"')(
        decline
    )
    command(app, "supersede", panel=_PANEL, example=f'oureyes supersede {_ID} --reason "the number was misread"')(
        supersede
    )
    command(app, "retract", panel=_PANEL, example=f'oureyes retract {_ID} --reason "the source withdrew it"')(retract)
    consent = group()
    app.add_typer(
        consent,
        name="consent",
        rich_help_panel=_PANEL,
        help="Whether what one state gave may be passed on to a third: ask, grant, refuse, withdraw.",
        epilog=f"Example:\n\noureyes consent ask {_ID} --to VN --reason investigation",
    )
    command(consent, "list", example="oureyes consent list")(consents)
    command(consent, "ask", example=f'oureyes consent ask {_ID} --to VN --reason "joint team"')(ask)
    for name, run in (("grant", grant), ("refuse", refuse), ("withdraw", withdraw)):
        command(consent, name, example=f"oureyes consent {name} {_ID} --asker MY --to VN")(run)
    command(
        app,
        "neutrality",
        panel=_PANEL,
        example="oureyes neutrality x-oureyes-notice--2a1b… --answers political=no,military=no,religious=no,racial=no,"
        "refugee=no,minor=no",
    )(neutrality)


def propose(
    at: Session,
    ids: _SomeIds = None,
    to: _To = "",
    source: Annotated[str, typer.Option("--source", metavar="NAME", help="Everything of one of our sources.")] = "",
    reason: _Reason = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what each would get. Nothing is kept.")] = False,
    raw: _Bytes = False,
    as_: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Dry run: who would approve; else a second officer.")
    ] = _OTHER,
    list_: Annotated[bool, typer.Option("--list", help="The same as `release list`.")] = False,
) -> int:
    """Propose the release of objects to members; nothing leaves before it is approved.

    `--dry-run` shows per recipient whether it may have each object, why, and the very bytes it would get. From the
    node's two-person level (AMBER unless set otherwise) somebody else must approve.
    """
    if list_:
        return listed(at)
    with at.node() as node:
        wanted = _wanted(node, ids, source)
        if dry_run:
            found = node.rehearse(wanted, members(to), by=at.by, purpose=at.purpose, approver=as_)
            return _preview(at, found, raw, f"as if {as_} approved now")
        made = node.propose(wanted, members(to), by=at.by, purpose=at.purpose, reason=reason)
    _proposed(at, made)
    return exits.OK


def _wanted(node: Node, ids: Sequence[str] | None, source: str) -> list[str]:
    found = [*(ids or ()), *(node.of_source(source) if source else ())]
    if source and not found:
        raise NotHeld(
            f"source {source[:60]}", "a source of ours that holds something", "none by that name", "name its file"
        )
    if not found:
        raise typer.BadParameter("name the objects, or --source NAME")
    return found


def _proposed(at: Session, made: Draft) -> None:
    def draw() -> None:
        at.screen.line(f"{made.id} proposes {len(made.objects)} objects to {', '.join(made.recipients)}", "bold")
        at.screen.line(f"look at it: oureyes release show {made.id}")
        at.screen.line(f"let it go: oureyes release approve {made.id} --by NAME")

    at.screen.answer(_draft(made), draw)


def _draft(one: Draft) -> dict[str, Any]:
    return {
        "draft": one.id, "state": one.state, "kind": one.kind, "author": one.author, "at": one.at, "to": one.recipients,
        "objects": one.objects, "purpose": one.purpose, "reason": one.reason, "approvals": one.approvals,
        "outcome": one.outcome,
    }  # fmt: skip


def _preview(at: Session, found: Sequence[Preview], raw: bool, how: str) -> int:
    """What each recipient would get. Refused when nobody would get anything."""
    rows: list[dict[str, Any]] = [
        {
            "recipient": one.recipient,
            "object": one.object,
            "allowed": one.decision.allowed,
            "reason": one.decision.reason,
            "as": one.decision.object.id if one.decision.object else "",
            "removed": one.decision.removed,
            "marking": one.decision.marking.to_json() if one.decision.marking else {},
            "bytes": one.decision.object.raw if one.decision.object else b"",
        }
        for one in found
    ]

    def draw() -> None:
        at.screen.line(how, "dim")
        for row in rows:
            word = "gets" if row["allowed"] else "does not get"
            at.screen.line(
                f"{row['recipient']} {word} {row['object']}: {row['reason']}", "bold" if row["allowed"] else ""
            )
            if row["removed"]:
                at.screen.line(f"  without {', '.join(row['removed'])}, as {row['as']}")
            if row["allowed"] and raw:
                raw_out(row["bytes"] + b"\n")
            elif row["allowed"]:
                at.screen.document(row["bytes"])

    at.screen.answer({"preview": rows}, draw)
    return exits.OK if any(row["allowed"] for row in rows) else 3


def listed(
    at: Session,
    everything: Annotated[bool, typer.Option("--all", help="Also those approved or declined.")] = False,
) -> int:
    """Proposals that wait for somebody to approve or decline them."""
    with at.node() as node:
        found = node.drafts(state="" if everything else "proposed")
    columns = ("id", "state", "by", "when", "to", "objects", "reason")
    rows = [
        (one.id, one.state, one.author, one.at[:16], ", ".join(one.recipients), len(one.objects), one.reason)
        for one in found
    ]
    at.screen.answer(
        {"drafts": [_draft(one) for one in found]}, lambda: at.screen.table(columns, rows, empty="nothing waits")
    )
    return exits.OK


def show(at: Session, draft: _Draft, raw: _Bytes = False) -> int:
    """What each recipient would get if you approved this proposal now."""
    with at.node() as node:
        found = node.preview(draft, approver=at.by, by=at.by)
    return _preview(at, found, raw, f"as if {at.by} approved now")


def approve(at: Session, draft: _Draft) -> None:
    """Approve a proposal: what may go is signed, sealed and put into the channels of its recipients.

    Refused (exit 3) when nothing of it may go; then it stays open.
    """
    with at.node() as node:
        outcome = node.approve(draft, by=at.by)

    def draw() -> None:
        for who, said in outcome.items():
            at.screen.line(f"{who}: {len(said['sent'])} sent, {len(said['refused'])} refused", "bold")
            at.screen.lines(f"  {one['object']}: {one['reason']}" for one in said["refused"])

    at.screen.answer({"draft": draft, "outcome": outcome}, draw)


def decline(at: Session, draft: _Draft, reason: _Reason = "") -> None:
    """Say no to a proposal, and why."""
    if not reason:
        raise typer.BadParameter("its author must know why", param_hint="--reason")
    with at.node() as node:
        node.decline(draft, by=at.by, reason=reason)
    at.screen.answer({"draft": draft, "state": "declined"}, lambda: at.screen.line(f"{draft} is declined"))


def supersede(at: Session, ids: _Ids, to: _To = "", reason: _Reason = "") -> int:
    """Send the newer version of objects to everybody who holds an earlier one from us.

    Import the corrected version first. Every holder's copy, alerts and plans follow. This proposes; somebody approves.
    """
    from oureyes.model.sharing import Kind

    with at.node() as node:
        recipients = members(to) or node.recipients_of(ids)
        made = node.propose(ids, recipients, by=at.by, purpose=at.purpose, reason=reason, kind=Kind.SUPERSEDE)
    _proposed(at, made)
    return exits.OK


def retract(at: Session, ids: _Ids, reason: _Reason = "") -> None:
    """Take objects of ours back, here and everywhere they went. Every holder is told the reason, at once."""
    with at.node() as node:
        told = node.retract(ids, by=at.by, reason=reason)

    def draw() -> None:
        at.screen.line(f"{len(ids)} taken back", "bold")
        at.screen.lines(f"  {who} is told to let go of {', '.join(gone)}" for who, gone in told.items())

    at.screen.answer({"retracted": ids, "told": told}, draw)


_Object = Annotated[str, typer.Argument(metavar="ID")]
_Asker = Annotated[str, typer.Option("--asker", metavar="MY", help="The member that asked.")]
_Third = Annotated[str, typer.Option("--to", metavar="VN", help="The member it would go to.")]


def consents(at: Session) -> None:
    """Every request to pass something on, and how it stands."""
    with at.node() as node:
        found = node.consents()
    names = ("object", "to", "asker", "origin", "state", "expires", "reason", "at")
    at.screen.answer(
        {"consents": [dict(zip(names, row, strict=True)) for row in found]},
        lambda: at.screen.table(("id", *names[1:]), found, empty="nobody asked"),
    )


def ask(at: Session, identifier: _Object, to: _Third, reason: _Reason = "") -> None:
    """Ask the state an object came from whether we may pass it on."""
    with at.node() as node:
        origin = node.ask_consent(identifier, to, by=at.by, purpose=at.purpose, reason=reason)
    at.screen.answer({"asked": origin, "object": identifier}, lambda: at.screen.line(f"{origin} is asked"))


def grant(
    at: Session,
    identifier: _Object,
    asker: _Asker,
    to: _Third,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day it holds.")] = "",
    reason: _Reason = "",
) -> None:
    """Agree that a partner passes an object of ours on. The answer is signed; the partner's node enforces it."""
    try:
        expires = instant(until) if until else ""
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from None
    _answer(at, identifier, asker, to, True, reason, expires=expires)


def refuse(at: Session, identifier: _Object, asker: _Asker, to: _Third, reason: _Reason = "") -> None:
    """Say that a partner may not pass an object of ours on."""
    _answer(at, identifier, asker, to, False, reason)


def withdraw(at: Session, identifier: _Object, asker: _Asker, to: _Third, reason: _Reason = "") -> None:
    """Take back what was agreed: from now on it may not be passed on."""
    _answer(at, identifier, asker, to, False, reason)


def _answer(at: Session, identifier: str, asker: str, to: str, yes: bool, reason: str, **more: str) -> None:
    with at.node() as node:
        node.answer_consent(identifier, asker, to, by=at.by, grant=yes, reason=reason, **more)
    said = "may" if yes else "may not"
    at.screen.answer(
        {"object": identifier, "asker": asker, "to": to, "granted": yes},
        lambda: at.screen.line(f"{asker} {said} pass {identifier} on to {to}"),
    )


def neutrality(
    at: Session,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A notice on a person.")],
    answers: Annotated[
        str,
        typer.Option("--answers", metavar="political=no,…", help="All answers at once; asked one by one if absent."),
    ] = "",
    review: Annotated[bool, typer.Option("--review", help="You are the second reviewer of answers in doubt.")] = False,
    clear: Annotated[bool, typer.Option("--clear/--keep", help="With --review: whether it may go.")] = False,
) -> int:
    """Answer what must be asked before a notice on a person leaves: is it political, military, religious, racial …

    "no" to all opens the gate. Any doubt needs a second person, who reviews with `--review --clear`. Exit 3 while the
    gate is shut.
    """
    from oureyes.release.neutrality import Answers, gate

    with at.node() as node:
        before = node.neutrality(identifier)
        if review:
            if before is None:
                raise NotHeld(identifier, "answers to review", "none", "answer the questions first")
            said = Answers(before.by, before.answers, at.by, clear)
        else:
            said = Answers(at.by, _answers(answers) if answers else _asked(at))
        node.neutral(identifier, said)
    shut = gate("x-oureyes-notice", said) or ""
    at.screen.answer(_as_json(said, shut), lambda: at.screen.line(shut or "the gate is open: it may be released"))
    return 3 if shut else exits.OK


def _as_json(said: Answers, shut: str) -> dict[str, Any]:
    body = {"by": said.by, "answers": dict(said.answers), "reviewer": said.reviewer, "cleared": said.cleared}
    return body | {"open": not shut, "reason": shut}


def _answers(text: str) -> Mapping[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part]
    return {question.strip(): answer.strip() for question, _, answer in pairs}


def _asked(at: Session) -> Mapping[str, str]:
    from oureyes.release.neutrality import QUESTIONS

    if at.json:
        raise typer.BadParameter("with --json the answers come with --answers", param_hint="--answers")
    out: dict[str, str] = {}
    for name, question in QUESTIONS.items():
        while out.get(name) not in ("no", "yes", "unsure"):
            out[name] = typer.prompt(f"{question} (no/yes/unsure)").strip().lower()
    return out
