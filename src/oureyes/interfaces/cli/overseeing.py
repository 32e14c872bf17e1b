"""Under oversight: audit, who-has, export, figures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from oureyes.errors import ConfigError
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command
from oureyes.interfaces.cli.screen import raw_out

__all__ = ["add_to"]

_PANEL = "Oversee"
_ID = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
_FORMATS = ("stix", "misp", "csv")


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    command(app, "audit", panel=_PANEL, example=f"oureyes audit --subject {_ID}\noureyes audit --verb release")(audit)
    command(app, "who-has", panel=_PANEL, example=f"oureyes who-has {_ID}")(who_has)
    lines = f"oureyes export {_ID} --format stix --for MY --out to-my.json\noureyes export --query from:ID --format csv"
    lines += "\noureyes export --feed feed --for cert-1"
    command(app, "export", panel=_PANEL, example=lines)(export)
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
    """Who received, opened and matched an object of ours, anywhere. Exit 1 when it went to nobody."""
    with at.node() as node:
        found = node.who_has(_plain(identifier), by=at.by)
    columns = ("state", "went as", "stands", "sent", "received", "opened", "matched")
    rows = [
        (
            one.member,
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


def export(
    at: Session,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]")] = None,
    form: Annotated[str, typer.Option("--format", metavar="WORD", help="stix, misp or csv.")] = "stix",
    query: Annotated[str, typer.Option("--query", metavar="QUERY", help="What a search finds.")] = "",
    source: Annotated[str, typer.Option("--source", metavar="NAME", help="Everything of one of our sources.")] = "",
    to: Annotated[str, typer.Option("--for", metavar="MY", help="The member it is for; else for you.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Else the standard output.")] = None,
    feed: Annotated[Path | None, typer.Option("--feed", metavar="DIR", help="A MISP feed for an account.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many of --query.")] = 1000,
) -> int:
    """Write objects to a file: a STIX 2.1 bundle, MISP JSON, or a table for people.

    Every object passes the release rules for whom it is for. What needs two people does not leave by a file: use
    `oureyes release`. What went is remembered, so a correction finds its holder. Exit 3 when nothing may go.

    With --feed, the folder becomes a MISP feed of the published events that the account named by --for may have; run it
    again to bring it up to date, and what the account may no longer have is taken out.
    """
    if feed is not None:
        return _feed(at, feed, to)
    if form not in _FORMATS:
        raise typer.BadParameter(f"one of {', '.join(_FORMATS)}", param_hint="--format")
    if out is not None and out.exists():
        raise ConfigError(out.name, "a file that does not exist yet", "one that does", "choose another --out")
    if not (ids or query or source):
        raise typer.BadParameter("name the objects, --query or --source")
    with at.node() as node:
        wanted = [*(ids or ()), *(node.of_source(source) if source else ())]
        if query:
            wanted += [hit.id for hit in node.search(query, by=at.by, purpose=at.purpose, limit=limit)]
        if not wanted:
            at.screen.answer({"count": 0, "refused": []}, lambda: at.screen.line("nothing found"))
            return exits.NOTHING
        made = node.export(wanted, form, by=at.by, purpose=at.purpose, to=to)
    refused = [{"object": identifier, "reason": reason} for identifier, reason in made.refused]
    if out is not None and made.count:
        out.write_bytes(made.body)
    if out is None and not at.json and made.count:
        raw_out(made.body)
    else:
        body = {"count": made.count, "format": form, "for": to or at.by, "refused": refused}
        body |= {"file": str(out)} if out else {"document": made.body}

        def draw() -> None:
            at.screen.line(f"{made.count} exported" + (f" to {out}" if made.count else ""))
            at.screen.lines(f"  not {one['object']}: {one['reason']}" for one in refused)

        at.screen.answer(body, draw)
    return exits.OK if made.count else 3


def _feed(at: Session, folder: Path, account: str) -> int:
    from oureyes.interfaces.misp.feed import write_feed
    from oureyes.node.serving import Serving

    if not account:
        raise typer.BadParameter("the account the feed is for", param_hint="--for")
    with at.node() as node:
        count, gone = write_feed(Serving(node.ctx), folder, account, by=at.by, purpose=at.purpose)
    said = f"{count} events in the feed, {gone} taken out"
    at.screen.answer({"events": count, "removed": gone}, lambda: at.screen.lines([said]))
    return exits.OK


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
