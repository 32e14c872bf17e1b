"""A state records: import, quarantine, mark."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oureyes.errors import InvalidObject, NotHeld
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group
from oureyes.interfaces.cli.screen import raw_out

if TYPE_CHECKING:
    from oureyes.model.markings import Marking
    from oureyes.node import Node
    from oureyes.node.holding import Held
    from oureyes.node.recording import Progress, Report

__all__ = ["add_to"]

_PANEL = "Record"
_FEW = 5


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    lines = "oureyes import case.json report.csv --tlp GREEN --to MY,SG --grade B2\noureyes import feed/ --json"
    command(app, "import", panel=_PANEL, marking=True, example=lines)(import_)
    quarantine = group("list")
    app.add_typer(
        quarantine,
        name="quarantine",
        rich_help_panel=_PANEL,
        help="What could not be read, or waits for a person to look at it.",
        epilog="Example:\n\noureyes quarantine",
    )
    command(quarantine, "list", example="oureyes quarantine")(waiting)
    shown = "oureyes quarantine show 3\noureyes quarantine show indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
    command(quarantine, "show", example=shown)(show)
    command(quarantine, "retry", example="oureyes quarantine retry 3 --file mended.json")(retry)
    command(
        quarantine,
        "confirm",
        marking=True,
        example="oureyes quarantine confirm indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f --tlp AMBER",
    )(confirm)
    command(
        app,
        "mark",
        panel=_PANEL,
        marking=True,
        example="oureyes mark indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f --tlp GREEN --to MY,SG",
    )(mark)


def import_(
    at: Session,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders.")],
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help='For tables: a JSON object such as {"Nomor": "phone"}.'),
    ] = None,
    country: Annotated[
        str, typer.Option("--country", metavar="XX", help="Reads national phone numbers; else the node's setting.")
    ] = "",
    listed: Annotated[
        str,
        typer.Option("--list", metavar="NAME", help="An edition of an official list: what it leaves out expires."),
    ] = "",
    date: Annotated[
        str, typer.Option("--date", metavar="YYYY-MM-DD", help="The edition's, or the source's, date.")
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Also what was taken back before: record it again.")] = False,
    remark: Annotated[
        bool, typer.Option("--remark", help="The marking you give is for what is held already, too.")
    ] = False,
) -> int:
    """Read what units and partners send: STIX, MISP, tables, lists and reports. The format is recognised.

    The bytes are kept as they came. The same file twice adds nothing; a killed import goes on where it stopped. What
    cannot be read is put aside (`oureyes quarantine`) and the rest is taken. What you say of its marking holds where
    the file itself says nothing; without a word, nobody else may have it. What is held already keeps its marking, and
    what was taken back stays so: both are said, with what to do. Exit 7 when nothing of it could be read.
    """
    from oureyes.model.ports import Options

    options = Options(country=country or None, mapping=_mapping(mapping), date=date)
    with at.node() as node, _progress(at) as progress:
        marking = at.marking(node.ctx.default_marking()) if at.marked else None
        if marking is not None:
            at.warn_unknown(node, marking)
        if listed:
            return _edition(at, node, paths, listed, date, marking, progress)
        report = node.record(
            paths,
            by=at.by,
            purpose=at.purpose,
            marking=marking,
            options=options,
            progress=progress,
            again=again,
            remark=remark,
        )
    at.screen.answer(report.to_json(), lambda: _draw(at, report))
    return exits.UNREADABLE if report.errors and not (report.stored or report.unchanged) else exits.OK


def _edition(
    at: Session, node: Node, paths: list[Path], name: str, date: str, marking: Marking | None, progress: Progress | None
) -> int:
    if len(paths) != 1:
        raise InvalidObject("import --list", "one file", f"{len(paths)}", "read each list by itself")
    found = node.record_list(paths[0], name, date, by=at.by, purpose=at.purpose, marking=marking, progress=progress)
    said = (
        f"{name} of {date or 'today'}: {len(found.added)} new, {len(found.changed)} changed, {len(found.removed)} gone"
    )
    at.screen.answer(found.to_json(), lambda: at.screen.line(said, "bold"))
    return exits.OK


def _mapping(file: Path | None) -> Mapping[str, str]:
    if file is None:
        return {}
    try:
        read = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise InvalidObject(file.name, "JSON", str(error)[:80]) from None
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise InvalidObject(file.name, "a JSON object: a column's name, what it holds", "another form")
    return read


@contextmanager
def _progress(at: Session) -> Iterator[Callable[[str, int, int, int], None] | None]:
    """A bar on the terminal; nothing where nobody is looking."""
    if at.json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    from oureyes.interfaces.cli.screen import shown

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")

        def tell(name: str, done: int, size: int, count: int) -> None:
            said = Text(f"{shown(name)[-40:]}: {count}").markup  # escaped: a file's name is no markup
            bar.update(task, total=size or None, completed=done, description=said)

        yield tell


def _draw(at: Session, report: Report) -> None:
    screen = at.screen
    done = f"{report.read} read from {report.files} files in {report.seconds} s"
    screen.line(
        f"{done}: {report.stored} stored, {report.unchanged} known already, {report.quarantined} put aside", "bold"
    )
    if report.retracted:
        screen.line(f"{report.retracted} were taken back before and are not recorded: --again records them", "bold")
    if report.other_marking:
        said = (
            f"{report.other_marking} are held already, under another marking than you give: --remark puts them under it"
        )
        screen.line(said, "bold")
    if report.remarked:
        screen.line(f"{report.remarked} that were held already are under the marking you gave")
    if report.matches:
        screen.line(f"{report.matches} matches: `oureyes matches`")
    if report.conflicts or report.dangling:
        screen.line(f"{report.conflicts} conflicts, {report.dangling} references to what is not held yet")
    for name, found, key in (("put aside", report.errors, "error"), ("noted", report.warnings, "warning")):
        if found:
            screen.line(f"{name}, the first of {len(found)}:")
            screen.lines(f"  {one['subject']}: {one[key].removeprefix(one['subject'] + ': ')}" for one in found[:_FEW])
    if report.quarantined:
        screen.line("look at what was put aside: `oureyes quarantine`")


def waiting(at: Session) -> None:
    """What waits for a person: what could not be read (by number), and what was held back (by id)."""
    with at.node() as node:
        aside, held = node.quarantine(by=at.by), node.held_back(by=at.by)
    body = {
        "unreadable": [
            {"n": one.n, "source": one.source, "subject": one.subject, "expected": one.expected, "found": one.found}
            | {"remedy": one.remedy, "at": one.at}
            for one in aside
        ],
        "held_back": [
            {"id": one.object.id, "what": _what(one), "origin": one.origin, "source": one.source} | {"why": one.hold}
            for one in held
        ],
    }

    def draw() -> None:
        at.screen.table(
            ("no.", "source", "subject", "expected", "found", "do"),
            [(one.n, one.source, one.subject, one.expected, one.found, one.remedy) for one in aside],
            empty="nothing unreadable waits",
        )
        at.screen.table(
            ("id", "what", "origin", "source", "why it was held back"),
            [(one.object.id, _what(one), one.origin, one.source, one.hold) for one in held],
            empty="nothing is held back",
        )

    at.screen.answer(body, draw)


def show(
    at: Session,
    which: Annotated[str, typer.Argument(metavar="NO.|ID")],
    raw: Annotated[bool, typer.Option("--raw", help="Its exact bytes and nothing else.")] = False,
) -> None:
    """One thing that waits: what was put aside, by its number, or what was held back, by its id."""
    if not which.isdecimal():
        _show_held(at, which, raw)
        return
    with at.node() as node:
        found = node.quarantine(int(which), by=at.by)
    if not found:
        raise NotHeld(f"quarantine {which}", "an item put aside", "none by that number", "`oureyes quarantine`")
    one = found[0]
    if raw:
        raw_out(one.raw)
        return
    body = {"n": one.n, "source": one.source, "subject": one.subject, "expected": one.expected, "found": one.found}
    body |= {"remedy": one.remedy, "at": one.at, "state": one.state, "raw": one.raw}

    def draw() -> None:
        at.screen.lines(f"{name}: {value}" for name, value in body.items() if name != "raw")
        at.screen.document(one.raw[:4096])

    at.screen.answer(body, draw)


def _what(one: Held) -> str:
    """What a person decides about: its name or value, or the text it was found as."""
    from oureyes.model.objects import EXTENSIONS

    said = one.current.content.get("extensions", {}).get(EXTENSIONS["provenance"], {})
    found = said.get("extracted", {}) if isinstance(said, dict) else {}
    return str(found["text"]) if one.current.name == one.object.id and "text" in found else one.current.name


def _show_held(at: Session, identifier: str, raw: bool) -> None:
    with at.node() as node:
        found = node.held_back(identifier, by=at.by)
    if not found:
        raise NotHeld(identifier, "something held back", "nothing by that id", "`oureyes quarantine`")
    one = found[0]
    if raw:
        raw_out(one.object.raw)
        return
    said = {"id": one.object.id, "what": _what(one), "origin": one.origin, "source": one.source, "why": one.hold}

    def draw() -> None:
        at.screen.lines(f"{name}: {value}" for name, value in said.items())
        at.screen.document(one.object.raw)

    at.screen.answer({**said, "raw": one.object.raw}, draw)


def retry(
    at: Session,
    number: Annotated[int, typer.Argument(metavar="NO.")],
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="The mended bytes to read.")] = None,
) -> int:
    """Read something put aside once more: mended, or after an update of this software."""
    with at.node() as node:
        report = node.retry(number, by=at.by, purpose=at.purpose, raw=file.read_bytes() if file else None)
    at.screen.answer(report.to_json(), lambda: _draw(at, report))
    return exits.UNREADABLE if report.quarantined else exits.OK


def confirm(at: Session, ids: Annotated[list[str], typer.Argument(metavar="ID")]) -> None:
    """Say that a person has looked at what was held back: from now on it counts, under the marking you give."""
    with at.node() as node:
        for identifier in ids:
            marking = at.marking(node.marking_of(identifier)) if at.marked else None
            node.confirm(identifier, by=at.by, purpose=at.purpose, marking=marking)
    at.screen.answer({"confirmed": ids}, lambda: at.screen.line(f"{len(ids)} confirmed"))


def mark(at: Session, ids: Annotated[list[str], typer.Argument(metavar="ID", help="Objects of ours.")]) -> None:
    """Say who may have objects of ours and how good they are. What you do not say stays as it is.

    A partner's marking is the partner's: only our own objects can be marked.
    """
    if not at.marked:
        raise typer.BadParameter("say what is to change: --tlp, --to, --grade …")
    with at.node() as node:
        said = {}
        for identifier in ids:
            marking = at.marking(node.marking_of(identifier))
            at.warn_unknown(node, marking)
            node.mark([identifier], marking, by=at.by, purpose=at.purpose)
            said[identifier] = marking.to_json()
    at.screen.answer(
        {"marked": said},
        lambda: at.screen.lines(
            f"{one}: {', '.join(f'{k} {v}' for k, v in rules.items())}" for one, rules in said.items()
        ),
    )
