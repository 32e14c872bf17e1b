"""Pictures, films and documents become hashes: media add, banks, bank, agree, disagree, import, export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group
from oureyes.interfaces.cli.screen import raw_out, said_aside

if TYPE_CHECKING:
    from oureyes.node.hashing import Member

__all__ = ["add_to"]

_PANEL = "Record"
_ID = "file--d30430c9-e519-5362-87ea-29729576cdc3"
_Bank = Annotated[str, typer.Argument(metavar="BANK")]
_Id = Annotated[str, typer.Argument(metavar="ID")]
_Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="What your state rests it on.")]


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    media = group("banks")
    app.add_typer(
        media,
        name="media",
        rich_help_panel=_PANEL,
        help="Hashes of pictures, films and documents, and banks of them. Only hashes are kept and travel.",
        epilog="Example:\n\noureyes media add posters/ --bank propaganda --label recruitment",
    )
    lines = "oureyes media add poster.jpg --to MY,SG --tlp GREEN\noureyes media add posters/ --bank propaganda"
    command(media, "add", marking=True, example=lines)(add)
    command(media, "banks", example="oureyes media banks")(banks)
    command(media, "bank", example="oureyes media bank propaganda")(bank)
    command(media, "agree", example=f'oureyes media agree {_ID} --why "seen in a raid"')(agree)
    command(media, "disagree", example=f'oureyes media disagree {_ID} --why "a news photograph"')(disagree)
    lines = "oureyes media import posters.csv --bank partner-posters --tlp AMBER"
    command(media, "import", marking=True, example=lines)(take)
    command(media, "export", example="oureyes media export propaganda --form csv > propaganda.csv")(export)


def add(
    at: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files or folders.")],
    bank: Annotated[str, typer.Option("--bank", metavar="NAME", help="The bank they belong to.")] = "",
    label: Annotated[
        list[str] | None, typer.Option("--label", metavar="WORD", help="What they are; repeat it.")
    ] = None,
) -> int:
    """Hash pictures, films and documents, and record the hashes. The files are not kept.

    Pictures are JPEG, PNG, WebP or GIF; films MP4, Matroska, WebM or AVI, of which one frame a second is hashed.
    Decoding happens in a process of its own without a network. What cannot be hashed is named; the rest is taken.
    Exit 7 when nothing could be.
    """
    with at.node() as node:
        marking = at.marking(node.ctx.default_marking()) if at.marked else None
        report = node.add_media(
            files, by=at.by, purpose=at.purpose, marking=marking, bank=bank, labels=tuple(label or ())
        )

    def draw() -> None:
        done = f"{report.files} files: {report.stored} hashed, {report.unchanged} known already"
        at.screen.line(f"{done}, {report.quarantined} not taken; {report.matches} matches", "bold")
        at.screen.lines(f"  {one['error']}" for one in report.errors[:20])

    at.screen.answer(report.to_json(), draw)
    return exits.UNREADABLE if report.errors and not (report.stored or report.unchanged) else exits.OK


def banks(at: Session) -> None:
    """The banks of this node and how many hashes each holds."""
    with at.node() as node:
        found = node.banks()
    body = {"banks": [{"name": name, "hashes": number} for name, number in found]}
    at.screen.answer(body, lambda: at.screen.table(("bank", "hashes"), found, empty="no banks"))


def bank(at: Session, name: _Bank) -> None:
    """A bank: its hashes with labels, how often each was met, and which states agree or disagree."""
    with at.node() as node:
        found = node.bank(name, by=at.by, purpose=at.purpose)
    columns = ("id", "labels", "hits", "agree", "disagree")
    rows = [_row(one) for one in found]
    body = {"bank": name, "hashes": [dict(zip(columns, row, strict=True)) for row in rows]}
    at.screen.answer(body, lambda: at.screen.table(columns, [[_cell(cell) for cell in row] for row in rows]))


def _row(one: Member) -> tuple[Any, ...]:
    return one.object.id, list(one.labels), one.hits, list(one.agree), list(one.disagree)


def _cell(cell: object) -> str:
    return ", ".join(map(str, cell)) if isinstance(cell, Sequence) and not isinstance(cell, str) else str(cell)


def agree(at: Session, identifier: _Id, why: _Why = "") -> None:
    """Say that a hash is what it is taken for. Release the opinion to tell partners."""
    _opine(at, identifier, True, why)


def disagree(at: Session, identifier: _Id, why: _Why = "") -> None:
    """Say that a hash is not what it is taken for; it stays, with the disagreement beside it."""
    _opine(at, identifier, False, why)


def _opine(at: Session, identifier: str, agrees: bool, why: str) -> None:
    with at.node() as node:
        made = node.opine(identifier, agrees, why=why, by=at.by, purpose=at.purpose)
    word = str(made.content["opinion"])
    at.screen.answer({"id": made.id, "opinion": word}, lambda: at.screen.line(f"{word}: {identifier} ({made.id})"))


def take(
    at: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON or lines, as ThreatExchange writes them.")],
    bank: Annotated[str, typer.Option("--bank", metavar="NAME", help="The bank they go into.")],
) -> int:
    """Take a community's list of hashes into a bank, with its labels and with what it disagrees with.

    PDQ, vPDQ, TLSH and ordinary hashes are taken; a hash of another sort or a malformed row is put aside and said.
    Exit 7 when none is taken.
    """
    with at.node() as node:
        marking = at.marking(node.ctx.default_marking()) if at.marked else None
        report = node.import_bank(bank, file, by=at.by, purpose=at.purpose, marking=marking)

    def draw() -> None:
        known = f"{report.stored} taken, {report.unchanged} known already, {report.quarantined} put aside"
        at.screen.line(f"{known}; {report.matches} matches", "bold")
        at.screen.lines(f"  {one['error']}" for one in report.errors[:20])

    at.screen.answer(report.to_json(), draw)
    return exits.UNREADABLE if report.errors and not (report.stored or report.unchanged) else exits.OK


def export(
    at: Session,
    name: _Bank,
    form: Annotated[
        str, typer.Option("--form", metavar="WORD", help="csv or json, as ThreatExchange reads it.")
    ] = "csv",
    to: Annotated[str, typer.Option("--for", metavar="MY", help="The member or account it is for; else for you.")] = "",
) -> int:
    """A bank as hash-sharing communities exchange it, on the standard output. What you may not see is left out.

    Every hash passes the release rules for whom it is for, and stands beside its marking. What may not go, and what the
    form has no word for, is told on the standard error output. Exit 3 when nothing may go.
    """
    from oureyes.node.exporting import counted

    with at.node() as node:
        made = node.export_bank(name, form, by=at.by, purpose=at.purpose, to=to)
    raw_out(made.body)
    said_aside(f"  not {identifier}: {reason}" for identifier, reason in made.refused)
    said_aside(f"  left out, {reason}: {number}" for reason, number in counted(made.omitted).items())
    return 3 if made.refused and not made.count else exits.OK
