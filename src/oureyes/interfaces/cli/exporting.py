"""A file for whoever takes one: export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from oureyes.errors import ConfigError
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command
from oureyes.interfaces.cli.screen import raw_out, said_aside

__all__ = ["add_to"]

_ID = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
_FEW = 10
_DOCUMENTS = ("stix", "misp", "csv")
_Pairs = Sequence[tuple[str, str]]


def add_to(app: typer.Typer) -> None:
    """Register this file's command."""
    lines = f"oureyes export {_ID} --format stix --for MY --out to-my.json\noureyes export --query from:ID --format csv"
    lines += "\noureyes export --source case.json --format rpz --out block.zone"
    lines += "\noureyes export --collection csirts --for cert-1 --format suricata"
    lines += "\noureyes export --feed feed --for cert-1"
    command(app, "export", panel="Oversee", example=lines)(export)


def export(
    at: Session,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]")] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="WORD",
            help="stix, misp, csv; suricata, rpz, sigma; or a list: domains, ips, urls, emails, phones, wallets, ibans,"
            " md5, sha1, sha256.",
        ),
    ] = "stix",
    query: Annotated[str, typer.Option("--query", metavar="QUERY", help="What a search finds.")] = "",
    source: Annotated[str, typer.Option("--source", metavar="NAME", help="Everything of one of our sources.")] = "",
    collection: Annotated[
        str, typer.Option("--collection", metavar="NAME", help="What an account (--for) may have of a collection.")
    ] = "",
    to: Annotated[str, typer.Option("--for", metavar="MY", help="The member or account it is for; else for you.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Else the standard output.")] = None,
    feed: Annotated[Path | None, typer.Option("--feed", metavar="DIR", help="A MISP feed for an account.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many of --query.")] = 1000,
    whole: Annotated[
        bool, typer.Option("--whole", help="In stix, misp and csv also what is revoked, out of date or warned of.")
    ] = False,
) -> int:
    """Write objects to a file: a STIX 2.1 bundle, MISP JSON, a table; rules for Suricata, Sigma or a resolver; lists.

    Every object passes the release rules for whom it is for. What needs two people does not leave by a file: use
    `oureyes release`. What went is remembered, so a correction finds its holder. Exit 3 when nothing may go, or nothing
    of it can be said in the format.

    What is revoked, no longer valid, on a warninglist, or without a place in the format is left out; how many and why
    is told on the standard error output, and with --json each by its id. Every format says how it is marked, of when,
    and until when.

    With --collection it is the document that the account named by --for fetches from /export/1/ at the node's door.

    With --feed, the folder becomes a MISP feed of the published events that the account named by --for may have; run it
    again to bring it up to date, and what the account may no longer have is taken out.
    """
    from oureyes.node.exporting import FORMATS

    if feed is not None:
        return _feed(at, feed, to)
    if form not in FORMATS:
        raise typer.BadParameter(f"one of {', '.join(FORMATS)}", param_hint="--format")
    if whole and form not in _DOCUMENTS:
        raise typer.BadParameter("only with stix, misp and csv: the others are acted on", param_hint="--whole")
    if out is not None and out.exists():
        raise ConfigError(out.name, "a file that does not exist yet", "one that does", "choose another --out")
    if collection:
        return _collection(at, collection, form, to, out)
    if not (ids or query or source):
        raise typer.BadParameter("name the objects, --query, --source or --collection")
    with at.node() as node:
        wanted = [*(ids or ()), *(node.of_source(source) if source else ())]
        if query:
            found = node.search(query, by=at.by, purpose=at.purpose, limit=limit, only_written=True)
            wanted += [hit.id for hit in found]
        if not wanted:
            at.screen.answer({"count": 0, "refused": [], "omitted": []}, lambda: at.screen.line("nothing found"))
            return exits.NOTHING
        made = node.export(wanted, form, by=at.by, purpose=at.purpose, to=to, whole=whole)
    return _given(at, made.body, made.count, form, to or at.by, out, made.refused, made.omitted)


def _collection(at: Session, name: str, form: str, account: str, out: Path | None) -> int:
    from oureyes.node.editions import for_account
    from oureyes.node.serving import Serving

    if not account:
        raise typer.BadParameter("the account it is for", param_hint="--for")
    with at.node() as node:
        serving = Serving(node.ctx)
        try:
            made = for_account(serving, account, name, form, by=at.by, purpose=at.purpose)
        finally:
            serving.notes.close()
    omitted = [(one.id, one.reason) for one in made.left]
    return _given(at, made.body, made.count, form, account, out, (), omitted)


def _given(
    at: Session, body: bytes, count: int, form: str, to: str, out: Path | None, refused: _Pairs, omitted: _Pairs
) -> int:
    if out is not None and count:
        out.write_bytes(body)
    if out is None and count and not at.json:
        raw_out(body)
        _aside(at, refused, omitted)
        return exits.OK
    shown = {
        "count": count,
        "format": form,
        "for": to,
        "refused": [{"object": identifier, "reason": reason} for identifier, reason in refused],
        "omitted": [{"object": identifier, "reason": reason} for identifier, reason in omitted],
        **({"file": str(out)} if out else {"document": body}),
    }

    def draw() -> None:
        at.screen.line(f"{count} exported" + (f" to {out}" if count and out else ""))
        _aside(at, refused, omitted)

    at.screen.answer(shown, draw)
    return exits.OK if count else 3


def _aside(at: Session, refused: _Pairs, omitted: _Pairs) -> None:
    """What did not go, where it does not get into the file: each refusal, and the others by reason with some ids."""
    from oureyes.node.exporting import counted

    said_aside(f"  not {identifier}: {reason}" for identifier, reason in refused)
    for reason, number in counted(omitted).items():
        some = [identifier for identifier, why in omitted if why == reason]
        more = f" and {number - _FEW} more" if number > _FEW else ""
        said_aside([f"  left out, {reason}: {number} ({', '.join(some[:_FEW])}{more})"])


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
