"""Ask without showing, and answer: probe, and hits with its cases, agreements, quotas and ledger."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group
from oureyes.interfaces.words import members

if TYPE_CHECKING:
    from oureyes.node.answering import Agreement
    from oureyes.node.probing import Found, Outcome

__all__ = ["add_to"]

_PANEL = "Private questions"
_WORDS = "phone, wallet, document, account, email, media or name"
_Member = Annotated[str, typer.Argument(metavar="MEMBER")]
_Hit = Annotated[str, typer.Argument(metavar="HIT", help="The hit's id, hit--….")]
_Case = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, case--….")]


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    lines = "oureyes probe phone +62812345678 --to PH,SG --basis treaty --case KN-2026-118\n"
    lines += 'oureyes probe name "Budi Santoso, 1980" --to PH --basis treaty --case KN-2026-118\n'
    lines += "oureyes probe wallet --file wallets.txt --to PH --basis court-order --case KN-2026-118"
    command(app, "probe", panel=_PANEL, example=lines)(probe)
    hits = group("list")
    app.add_typer(
        hits,
        name="hits",
        rich_help_panel=_PANEL,
        help="Hits of private questions: open a case, answer one; with whom, how often and about what it is agreed.",
        epilog="Example:\n\noureyes hits\n\noureyes hits open HIT\n\noureyes hits answer CASE --release RELEASE",
    )
    command(hits, "list", example="oureyes hits list")(listed)
    command(hits, "open", example="oureyes hits open hit--1f0e…")(open_)
    command(hits, "cases", example="oureyes hits cases")(cases)
    command(hits, "show", example="oureyes hits show case--1f0e…")(show)
    lines = (
        "oureyes hits answer case--1f0e… --release release--2a1b…\noureyes hits answer case--1f0e… --refuse security"
    )
    command(hits, "answer", example=lines)(answer)
    command(hits, "quota", example="oureyes hits quota")(quota)
    command(hits, "evidence", example="oureyes hits evidence PH\noureyes hits evidence PH --epoch 2026-11")(evidence)
    command(hits, "ledger", example="oureyes hits ledger")(ledger)
    command(hits, "agreements", example="oureyes hits agreements")(agreements)
    lines = "oureyes hits allow PH --kinds phone,wallet --purposes investigation,prosecution --daily 1024"
    command(hits, "allow", example=lines)(allow)
    command(hits, "agree", example="oureyes hits agree PH --by budi")(agree)
    command(hits, "end", example="oureyes hits end PH")(end)
    command(hits, "publish", example="oureyes hits publish")(publish)


# --- probing ----------------------------------------------------------------------------------------------------------


def probe(
    at: Session,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"What it is: {_WORDS}.")],
    values: Annotated[list[str] | None, typer.Argument(metavar="[VALUE]")] = None,
    to: Annotated[str, typer.Option("--to", metavar="PH,SG", help="The members to ask.")] = "",
    basis: Annotated[
        str,
        typer.Option(
            "--basis",
            metavar="WORD",
            help="By what right: treaty, police-cooperation, national-law, court-order or vital-interests.",
        ),
    ] = "",
    case: Annotated[
        str,
        typer.Option("--case", metavar="REF", help="The open case it is asked for. It stays here; a digest travels."),
    ] = "",
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Values, one a line.")] = None,
    country: Annotated[
        str, typer.Option("--country", metavar="CC", help="For national numbers; else this node's country.")
    ] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Fetch partners' newest filters first.")] = False,
) -> int:
    """Ask partners whether they hold something, without showing what, and without seeing what else they hold.

    A name is asked with a year of birth, "Budi Santoso, 1980", by how it sounds, the years beside included.

    They learn that you asked, when, how many at most and for which purpose; never what, nor whether it hit. A hit is
    known here alone until you open a case on it (`oureyes hits open`). Every question is counted and logged at both
    ends by purpose and number. What this does not protect: docs/explanation/private-matching.md.
    """
    from oureyes.interfaces.probing import Wanted

    wanted = [*(values or ()), *_lines(file)]
    if not wanted or not to:
        raise typer.BadParameter("name what to ask about, and --to MEMBERS")
    said = Wanted(kind, wanted, members(to), at.by, at.purpose, basis, case, country)
    with at.node() as node:
        found: list[Outcome] = import_module("oureyes.interfaces.probing").ask(node, said, fresh=fresh)
    at.screen.answer({"answers": [_outcome(one) for one in found]}, lambda: _draw(at, found))
    return exits.OK if any(one.hits or not one.refusal for one in found) else exits.code_of(_refused())[0]


def _refused() -> Any:
    from oureyes.errors import Refused

    return Refused("private question")


def _lines(file: Path | None) -> list[str]:
    return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()] if file else []


def _outcome(one: Outcome) -> dict[str, Any]:
    found = [_hit(hit) for hit in one.hits]
    return {"partner": one.partner, "asked": one.subjects, "hits": found, "left": one.left, "refusal": one.refusal}


def _hit(one: Found) -> dict[str, str]:
    return {
        "id": one.id, "partner": one.partner, "kind": one.kind, "value": one.value.partition(":")[2], "at": one.at,
        "by": one.by, "state": one.state,
    }  # fmt: skip


def _draw(at: Session, found: Sequence[Outcome]) -> None:
    rows = [(one.partner, one.subjects, len(one.hits), one.left, one.refusal or "answered") for one in found]
    at.screen.table(("partner", "asked", "hits", "left today", "said"), rows)
    hits = [hit for one in found for hit in one.hits]
    if hits:
        at.screen.line()
        _draw_hits(at, hits)
        at.screen.line("Nobody else knows of these hits. `oureyes hits open HIT` asks the holder to confirm.", "dim")


def _draw_hits(at: Session, found: Sequence[Found]) -> None:
    rows = [(hit["id"], hit["partner"], hit["kind"], hit["value"], hit["state"]) for hit in map(_hit, found)]
    at.screen.table(("id", "partner", "kind", "value", "state"), rows, empty="no hits")


def listed(at: Session) -> None:
    """Hits known here, newest first. `found` is known to nobody else; `opened` has a case with the holder."""
    from oureyes.node import probing

    with at.node() as node:
        found = probing.found(node.ctx)
    at.screen.answer({"hits": [_hit(one) for one in found]}, lambda: _draw_hits(at, found))


def quota(at: Session) -> None:
    """What each partner answers, how much of today's budget is left, and how many members bear out its keys."""
    from oureyes.node import probing

    with at.node() as node:
        found = probing.quotas(node.ctx)
    rows = [
        (
            one.partner, ", ".join(one.kinds), ", ".join(one.purposes), f"{one.left} of {one.daily}", one.epoch,
            one.witnesses, one.refusal or "ready",
        )
        for one in found
    ]  # fmt: skip
    columns = ("partner", "kinds", "purposes", "left today", "epoch", "witnesses", "state")
    body = [
        {
            "partner": one.partner, "kinds": one.kinds, "purposes": one.purposes, "daily": one.daily, "left": one.left,
            "epoch": one.epoch, "witnesses": one.witnesses, "refusal": one.refusal,
        }
        for one in found
    ]  # fmt: skip
    at.screen.answer({"quotas": body}, lambda: at.screen.table(columns, rows, empty="no partner answers us yet"))


def evidence(
    at: Session,
    member: _Member,
    epoch: Annotated[str, typer.Option("--epoch", metavar="2026-11", help="The month; else this one.")] = "",
) -> int:
    """Who was shown which words on a member's keys, as the member signed them. Two that differ prove to anybody that it
    told members apart: the words are in the JSON answer (`--json`)."""
    from oureyes.node import committing

    with at.node() as node:
        month = epoch or committing.epoch_of(node.ctx.now())
        found = committing.evidence(node.ctx, member, month)
    body = [{"shown_to": one.witness, "keys": one.digest.hex(), "words": one.words.decode()} for one in found]
    rows = [(one["shown_to"], one["keys"]) for one in body]
    at.screen.answer(
        {"member": member, "epoch": month, "shown": body},
        lambda: at.screen.table(("shown to", "keys"), rows, empty="it has shown no keys of that month"),
    )
    return exits.OK if found else exits.NOTHING


def ledger(
    at: Session, limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 50
) -> None:
    """Every question asked and answered: with whom, how many, what for, by what right; never about what."""
    from datetime import UTC, datetime

    from oureyes.node import probing

    with at.node() as node:
        found = probing.ledger(node.ctx, limit)
    body = [
        {
            "side": one.side, "partner": one.partner, "by": one.by, "kind": one.kind, "keys": one.keys,
            "subjects": one.subjects, "hits": one.hits, "purpose": one.purpose, "basis": one.basis, "case": one.case,
            "at": datetime.fromtimestamp(one.at_us / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reason": one.reason, "times": one.times,
        }
        for one in found
    ]  # fmt: skip
    columns = ("at", "side", "partner", "by", "kind", "keys", "purpose", "basis", "reason", "times")
    rows = [[one[name] for name in columns] for one in body]
    at.screen.answer({"questions": body}, lambda: at.screen.table(columns, rows, empty="no questions yet"))


# --- cases -----------------------------------------------------------------------------------------------------------


def open_(at: Session, hit: _Hit) -> None:
    """Open a confirmation case: only now does the holder learn of the hit. It has 48 hours from when it received it."""
    from oureyes.node import confirming

    with at.node() as node:
        made = confirming.open_case(node.ctx, hit, by=at.by)
    at.screen.answer(
        {"case": made.id, "partner": made.partner, "kind": made.kind},
        lambda: at.screen.line(f"{made.id} is open with {made.partner}"),
    )


def cases(at: Session) -> None:
    """Confirmation cases at both ends, with the time left. The clock is the holder's, and the same at both."""
    from oureyes.node import confirming

    with at.node() as node:
        found = [(one, confirming.words(node.ctx, one)) for one in confirming.cases(node.ctx)]
    body = [
        {
            "id": one.id, "we_are": one.side, "partner": one.partner, "kind": one.kind, "purpose": one.purpose,
            "basis": one.basis, "opened": one.opened, "received": one.received, "answered": one.answered,
            "refused": one.refused, "ground": one.ground, "due": confirming.clock(one).due() if one.received else "",
            "stands": stands,
        }
        for one, stands in found
    ]  # fmt: skip
    columns = ("id", "we_are", "partner", "kind", "purpose", "stands")
    rows = [[one[name] for name in columns] for one in body]
    at.screen.answer({"cases": body}, lambda: at.screen.table(columns, rows, empty="no cases"))


def show(at: Session, case: _Case) -> int:
    """The records of ours that a partner's case is about. Looking is logged."""
    from oureyes.node import confirming

    with at.node() as node:
        found = confirming.records(node.ctx, case, by=at.by, purpose=at.purpose)
    at.screen.answer(
        {"case": case, "records": found},
        lambda: at.screen.table(("id",), [(one,) for one in found], empty="no record of ours stands behind it"),
    )
    return exits.OK if found else exits.NOTHING


def answer(
    at: Session,
    case: _Case,
    release: Annotated[
        str, typer.Option("--release", metavar="RELEASE", help="The release that went to the asker.")
    ] = "",
    refuse: Annotated[str, typer.Option("--refuse", metavar="GROUND", help="Why not: not-held, security, …")] = "",
) -> None:
    """Answer a partner's case: name the release that went to it, or refuse on one of the agreed grounds."""
    from oureyes.node import confirming

    with at.node() as node:
        done = confirming.answer(node.ctx, case, by=at.by, release=release, ground=refuse)
    state = "answered" if done.answered else f"refused: {done.ground}"
    at.screen.answer({"case": done.id, "state": state}, lambda: at.screen.line(f"{done.id} is {state}"))


# --- agreements ------------------------------------------------------------------------------------------------------


def agreements(at: Session) -> None:
    """Whom we answer: about which kinds, for which purposes, how many keys a day, and who agreed to it."""
    from oureyes.node import answering

    with at.node() as node:
        found = [*answering.agreements(node.ctx).values(), *answering.proposals(node.ctx)]
    body = [_agreement(one) for one in found]
    columns = ("partner", "state", "kinds", "purposes", "daily", "author", "approver")
    rows = [[", ".join(one[name]) if isinstance(one[name], tuple) else one[name] for name in columns] for one in body]
    at.screen.answer({"agreements": body}, lambda: at.screen.table(columns, rows, empty="nobody is answered"))


def _agreement(one: Agreement) -> dict[str, Any]:
    return {
        "partner": one.partner, "state": one.state, "kinds": one.kinds, "purposes": one.purposes, "daily": one.daily,
        "author": one.author, "approver": one.approver, "at": one.at,
    }  # fmt: skip


def allow(
    at: Session,
    member: _Member,
    kinds: Annotated[str, typer.Option("--kinds", metavar="A,B", help=f"Out of {_WORDS}.")] = "phone,wallet,document",
    purposes: Annotated[
        str, typer.Option("--purposes", metavar="A,B", help="For which purposes it may ask.")
    ] = "investigation",
    daily: Annotated[
        int, typer.Option("--daily", help="Keys a day, fillers included: a question is 8, 16, 64 or 512 keys.")
    ] = 1024,
) -> None:
    """Propose to answer a member's private questions. Somebody else must agree (`hits agree`).

    Only records whose marking names the member answer: `oureyes mark ID --hit MEMBER`.
    """
    from oureyes.node import answering

    with at.node() as node:
        made = answering.allow(node.ctx, member, members(kinds), members(purposes), daily, by=at.by)
    _told(at, made)


def agree(at: Session, member: _Member) -> None:
    """Agree to what somebody else proposed, and publish the filters."""
    from oureyes.node import answering, publishing

    with at.node() as node:
        made = answering.agree(node.ctx, member, by=at.by)
        publishing.publish(node.ctx, by=at.by)
    _told(at, made)


def end(at: Session, member: _Member) -> None:
    """Answer a member no more, at once. What it holds of our filters is worth nothing without our answers."""
    from oureyes.node import answering

    with at.node() as node:
        made = answering.end(node.ctx, member, by=at.by)
    _told(at, made)


def _told(at: Session, made: Agreement) -> None:
    at.screen.answer(_agreement(made), lambda: at.screen.line(f"agreement with {made.partner}: {made.state}"))


def publish(at: Session) -> None:
    """Bring partners' filters up to date now; a running node does it once a day."""
    from oureyes.node import publishing

    with at.node() as node:
        done = publishing.publish(node.ctx, by=at.by)
    body = [{"partner": one.partner, "anew": one.anew, "added": one.added, "bytes": one.size} for one in done]
    columns = ("partner", "anew", "added", "bytes")
    rows = [[one[name] for name in columns] for one in body]
    at.screen.answer({"published": body}, lambda: at.screen.table(columns, rows, empty="nobody is answered"))
