"""States plan: plan new, add, list, show, waive."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.errors import InvalidObject
from oureyes.interfaces.cli.frame import Session, command, group
from oureyes.interfaces.words import instant, members

if TYPE_CHECKING:
    from oureyes.node.planning import Standing

__all__ = ["add_to"]

_PANEL = "Plan"
_ID = "x-oureyes-plan--4f7d…"


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    plan = group("list")
    app.add_typer(
        plan,
        name="plan",
        rich_help_panel=_PANEL,
        help="Strategies that stand on evidence: each is as valid as what is beneath it now.",
        epilog="Example:\n\noureyes plan",
    )
    lines = (
        'oureyes plan new "Cut the network\'s funding" --states ID,MY,SG '
        '--claim "The wallet is the network\'s=indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" '
        '--measure "SG,2026-12-31,Ask the exchange to freeze it"'
    )
    command(plan, "new", marking=True, example=lines)(new)
    command(plan, "add", marking=True, example="oureyes plan add strategy.json --tlp AMBER --to MY,SG")(add)
    command(plan, "list", example="oureyes plan")(listed)
    command(plan, "show", example=f"oureyes plan show {_ID}")(show)
    command(plan, "waive", example=f'oureyes plan waive {_ID} c1 --until 2026-12-31 --why "raid is set"')(waive)


def new(
    at: Session,
    objective: Annotated[str, typer.Argument(metavar="OBJECTIVE", help="What the states want to reach.")],
    claim: Annotated[
        list[str] | None, typer.Option("--claim", metavar="TEXT=ID,ID", help="What it rests on, with its evidence.")
    ] = None,
    measure: Annotated[
        list[str] | None, typer.Option("--measure", metavar="STATE,DAY,TEXT", help="What one state does by when.")
    ] = None,
    states: Annotated[str, typer.Option("--states", metavar="ID,MY", help="The states it is for.")] = "",
    owners: Annotated[str, typer.Option("--owners", metavar="NAME,…", help="Who is told when it changes.")] = "",
) -> None:
    """Write a plan from options. Each claim is tied to its evidence at the version and grade held now."""
    content = {
        "objective": objective,
        "states": list(members(states)),
        "owners": list(members(owners)),
        "claims": [_claim(text) for text in claim or ()],
        "measures": [_measure(text) for text in measure or ()],
    }
    with at.node() as node:
        found = node.plan(node.draw(content), by=at.by, marking=at.marking(node.ctx.default_marking()))
    _say(at, found)


def _claim(text: str) -> dict[str, Any]:
    said, mark, evidence = text.rpartition("=")
    if not mark or not said or not members(evidence):
        raise typer.BadParameter("TEXT=ID,ID", param_hint="--claim")
    return {"text": said, "evidence": list(members(evidence))}


def _measure(text: str) -> dict[str, Any]:
    parts = text.split(",", 2)
    if len(parts) != 3:
        raise typer.BadParameter("STATE,DAY,TEXT", param_hint="--measure")
    try:
        due = date.fromisoformat(parts[1].strip()).isoformat()
    except ValueError:
        raise typer.BadParameter("a day such as 2026-12-31 after the state", param_hint="--measure") from None
    return {"owner": parts[0].strip(), "due": due, "text": parts[2].strip()}


def add(at: Session, file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan in JSON.")]) -> None:
    """Take a plan from a file: a STIX object of ours, or the short form people write.

    The short form has objective, states, owners, claims (text, evidence as ids, needs, essential) and measures (text,
    owner, due, rests_on).
    """
    from oureyes.model.objects import StixObject

    raw = file.read_bytes()
    try:
        content = json.loads(raw)
    except ValueError as error:
        raise InvalidObject(file.name, "a plan in JSON", str(error)[:80]) from None
    if not isinstance(content, dict):
        raise InvalidObject(file.name, "a JSON object", type(content).__name__)
    with at.node() as node:
        obj = StixObject.parse(raw) if "type" in content else node.draw(content)
        found = node.plan(obj, by=at.by, marking=at.marking(node.ctx.default_marking()))
    _say(at, found)


def listed(at: Session) -> None:
    """Every plan, and how it stands now."""
    with at.node() as node:
        found = node.plans()
    rows = [
        (one.plan.id, one.validity.status, one.plan.objective, ", ".join(one.plan.states), one.validity.reason)
        for one in found
    ]
    at.screen.answer(
        {"plans": [_as_json(one) for one in found]},
        lambda: at.screen.table(("id", "stands", "objective", "states", "why"), rows, empty="no plan"),
    )


def show(at: Session, plan: Annotated[str, typer.Argument(metavar="PLAN")]) -> None:
    """One plan: how it stands and why, claim by claim, with the evidence as it is held now, and who does what."""
    with at.node() as node:
        found = node.standing(plan)
    _say(at, found)


def waive(
    at: Session,
    plan: Annotated[str, typer.Argument(metavar="PLAN")],
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Its id, such as c1.")],
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day the gap is accepted.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why it is accepted.")],
) -> None:
    """Accept by name that a claim lacks its evidence, until a day. It is written into the plan and the audit log."""
    try:
        instant(until)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from None
    with at.node() as node:
        found = node.waive(plan, claim, until=until, why=why, by=at.by)
    _say(at, found)


def _say(at: Session, found: Standing) -> None:
    plan, validity = found.plan, found.validity
    reasons = {one.claim: one for one in validity.claims}

    def draw() -> None:
        at.screen.line(f"{plan.objective}: {validity.status}", "bold")
        at.screen.line(f"{plan.id}, for {', '.join(plan.states) or 'nobody yet'}. {validity.reason}")
        for claim in plan.claims:
            said = reasons.get(claim.id)
            at.screen.line(f"{claim.id} {said.status if said else 'unknown'}: {claim.text}", "bold")
            at.screen.lines([f"   {said.reason}"] if said else [])
            at.screen.lines(
                f"   {piece.object}: {piece.state}, {piece.grade.text if piece.grade else 'not graded'}"
                for piece in claim.evidence
            )
        rows = [(one.owner, one.due, one.text, ", ".join(one.rests_on)) for one in plan.measures]
        at.screen.table(("state", "due", "measure", "rests on"), rows, empty="no measure")

    at.screen.answer(_as_json(found), draw)


def _as_json(found: Standing) -> dict[str, Any]:
    plan, validity = found.plan, found.validity
    reasons = {one.claim: one for one in validity.claims}
    return {
        "plan": plan.id,
        "objective": plan.objective,
        "status": str(validity.status),
        "reason": validity.reason,
        "states": plan.states,
        "owners": plan.owners,
        "claims": [
            {
                "id": claim.id,
                "text": claim.text,
                "status": str(reasons[claim.id].status) if claim.id in reasons else "unknown",
                "reason": reasons[claim.id].reason if claim.id in reasons else "",
                "evidence": [
                    {"id": piece.object, "state": str(piece.state), "grade": piece.grade.text if piece.grade else ""}
                    for piece in claim.evidence
                ],
                "waived_until": claim.waiver.until if claim.waiver else "",
            }
            for claim in plan.claims
        ],
        "measures": [
            {"text": one.text, "owner": one.owner, "due": one.due, "rests_on": one.rests_on} for one in plan.measures
        ],
    }
