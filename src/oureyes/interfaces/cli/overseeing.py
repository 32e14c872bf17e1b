"""Under oversight: audit, who-has, export, figures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command

__all__ = ["add_to"]

_PANEL = "Oversee"
_ID = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    command(app, "audit", panel=_PANEL, example=f"oureyes audit --subject {_ID}\noureyes audit --verb release")(audit)
    command(app, "who-has", panel=_PANEL, example=f"oureyes who-has {_ID}")(who_has)
    command(app, "figures", panel=_PANEL, example="oureyes figures --year 2026")(figures)


def audit(
    at: Session,
    subject: Annotated[str, typer.Option("--subject", metavar="ID", help="Only what was done to this.")] = "",
    actor: Annotated[str, typer.Option("--actor", metavar="NAME", help="Only what this person or partner did.")] = "",
    verb: Annotated[str, typer.Option("--verb", metavar="WORD", help="Only acts of this kind: release, read …")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest first.")] = 100,
) -> None:
    """Who did what to which thing, when and for what purpose, in plain words. Looking is written down too."""
    from oureyes.oversee.audit import VERBS, describe

    if verb and verb not in VERBS:
        raise typer.BadParameter(f"one of {', '.join(VERBS)}", param_hint="--verb")
    with at.node() as node:
        found = node.audit(by=at.by, subject=_plain(subject), actor=actor, verb=verb, limit=limit)
    rows: list[dict[str, Any]] = [
        {"seq": one.seq, "at": one.at, "actor": one.actor, "verb": one.verb, "subject": one.subject}
        | {"purpose": one.purpose, "detail": dict(one.detail), "words": describe(one)}
        for one in found
    ]
    at.screen.answer(
        {"count": len(rows), "rows": rows}, lambda: at.screen.lines([row["words"] for row in rows] or ["nothing"])
    )


def who_has(at: Session, identifier: Annotated[str, typer.Argument(metavar="ID", help="An object of ours.")]) -> int:
    """Who received, opened and matched an object of ours, and whom a door gave it to. Exit 1 when it went to nobody."""
    with at.node() as node:
        found = node.who_has(_plain(identifier), by=at.by)
    columns = ("to", "through", "went as", "stands", "sent", "received", "opened", "matched")
    rows = [
        (
            one.member,
            one.door or "the federation",
            one.sent_as,
            one.state,
            one.sent_at[:19],
            "yes" if one.received else "not yet",
            one.opened_at[:19],
            one.matched_at[:19],
        )
        for one in found
    ]
    at.screen.answer(
        {"object": identifier, "holders": [asdict(one) for one in found]},
        lambda: at.screen.table(columns, rows, empty="it went to nobody"),
    )
    return exits.OK if found else exits.NOTHING


def _plain(text: str) -> str:
    """An id as it may stand in the audit log."""
    if text and (len(text) > 250 or not text.isascii() or not all(one.isalnum() or one in ":._+/-" for one in text)):
        raise typer.BadParameter("an id, such as indicator--…", param_hint="ID")
    return text


def figures(
    at: Session,
    year: Annotated[
        int | None, typer.Option("--year", metavar="YYYY", min=2000, max=9999, help="A year's, from the log.")
    ] = None,
) -> None:
    """What the node holds, in numbers; with `--year`, the figures of a year that may be published. No personal data."""
    with at.node() as node:
        if year:
            yearly = node.yearly(year)
            at.screen.answer(asdict(yearly), lambda: at.screen.lines(yearly.lines()))
            return
        found = dict(node.figures())
    at.screen.answer(found, lambda: at.screen.lines(f"{name}: {count}" for name, count in found.items()))
