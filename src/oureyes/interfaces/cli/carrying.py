"""Lists the front line carries and checks without a line: pss."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oureyes.errors import ConfigError
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group
from oureyes.interfaces.words import members
from oureyes.model.instants import of_datetime

if TYPE_CHECKING:
    from oureyes.node.searchsets import Checked, SearchSet

__all__ = ["add_to"]

_PANEL = "Private questions"
_Kind = Annotated[str, typer.Argument(metavar="KIND", help="phone, wallet, document, account, email or media.")]
_Values = Annotated[list[str], typer.Argument(metavar="VALUE")]
_Country = Annotated[str, typer.Option("--country", metavar="CC", help="For national numbers.")]
_Revoked = Annotated[
    Path | None, typer.Option("--revoked", metavar="FILE", help="The maker's newest list of revocations.")
]
_Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="The set's key, in hexadecimal.")]


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    pss = group("list")
    app.add_typer(
        pss,
        name="pss",
        rich_help_panel=_PANEL,
        help="Private search sets: signed, short-lived filters that the front line checks offline.",
        epilog="Example:\n\noureyes pss make border --for border-police --kinds document --approved-by budi",
    )
    lines = "oureyes pss make border --for border-police --kinds document,phone --days 7 --approved-by budi"
    command(pss, "make", example=lines)(make)
    lines = "oureyes pss check border document IDN:A1234567 --key border.key --roster roster.json\n"
    command(pss, "check", example=lines + "oureyes pss check --taken tor-list email a@evil.example")(check)
    command(pss, "take", example="oureyes pss take folder --name tor-list --unsigned")(take)
    command(pss, "revoke", example="oureyes pss revoke search-set--1f0e…")(revoke)
    command(pss, "revocations", example="oureyes pss revocations revoked.dsse")(revocations)
    command(pss, "update", example="oureyes pss update revoked.dsse")(update)
    command(pss, "list", example="oureyes pss list")(listed)


def make(
    at: Session,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder; the key goes beside it.")],
    audience: Annotated[str, typer.Option("--for", metavar="NAME", help="Whom markings name: `mark --hit NAME`.")],
    approved_by: Annotated[str, typer.Option("--approved-by", metavar="NAME", help="The second person.")],
    kinds: Annotated[str, typer.Option("--kinds", metavar="A,B", help="Kinds of values.")] = "document",
    days: Annotated[int, typer.Option("--days", help="How long it holds, 31 at most.")] = 7,
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="Shown by other tools.")] = "",
) -> None:
    """Make a set for the front line out of what may answer it; nothing else is in it.

    Whoever has the set and its key can try guesses without limit: carry them apart, and revoke a set that is lost.
    """
    from oureyes.node import searchsets

    with at.node() as node:
        made = searchsets.make(
            node.ctx, folder, audience=audience, kinds=members(kinds), days=days, by=at.by, approver=approved_by,
            purpose=at.purpose, description=description,
        )  # fmt: skip
    at.screen.answer(
        _set(made), lambda: at.screen.line(f"{made.id} for {made.audience} until {made.expires[:10]}: {folder.name}")
    )


def check(
    at: Session,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The set, or its name with --taken.")],
    kind: _Kind,
    values: _Values,
    key: _Key = None,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", metavar="FILE", help="The roster with the maker's key; no node is needed."),
    ] = None,
    revoked: _Revoked = None,
    taken: Annotated[bool, typer.Option("--taken", help="A set that this node took, by its name.")] = False,
    country: _Country = "",
) -> int:
    """Whether a set holds something. Exit 1 when it holds nothing of it.

    A set that expired, was revoked, was altered, or is by nobody on the roster is not answered from, nor one whose
    list of revocations is older than the set or than 30 days. The answer says by which list it was not revoked.
    """
    from oureyes.exchange.roster import parse
    from oureyes.node import searchsets

    listed = revoked.read_bytes() if revoked else None
    if taken:
        with at.node() as node:
            found = searchsets.check_taken(
                node.ctx, str(folder), kind, values, by=at.by, purpose=at.purpose, country=country, revoked=listed
            )
        return _checked(at, found, values)
    if roster is None or key is None:
        raise typer.BadParameter("with --key and --roster, or --taken", param_hint="FOLDER")
    known, _ = parse(roster.read_bytes())
    found = searchsets.check(
        folder, kind, values, _secret(key), known, at=of_datetime(datetime.now(UTC)), revoked=listed, country=country
    )
    return _checked(at, found, values)


def _secret(file: Path) -> bytes:
    text = file.read_text("utf-8").strip()
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode()  # others use words


def _checked(at: Session, found: Checked, values: list[str]) -> int:
    rows = list(zip(values, ("hit" if met else "no hit" for met in found.hits), strict=True))
    body = {
        "set": found.set, "origin": found.origin, "expires": found.expires, "hits": list(found.hits),
        "listed": found.listed, "standing": found.standing,
    }  # fmt: skip

    def draw() -> None:
        at.screen.table(("value", "found"), rows)
        at.screen.line(found.standing, "bold" if not found.listed else "")

    at.screen.answer(body, draw)
    return exits.OK if any(found.hits) else exits.NOTHING


def take(
    at: Session,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What it is called here.")],
    key: _Key = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Though no member signed it.")] = False,
    revoked: _Revoked = None,
) -> None:
    """Take a private search set of others, to check values against it by its name."""
    from oureyes.node import searchsets

    secret, listed = _secret(key) if key else b"", revoked.read_bytes() if revoked else None
    with at.node() as node:
        made = searchsets.take(node.ctx, folder, name, secret, by=at.by, unsigned=unsigned, revoked=listed)
    at.screen.answer(_set(made), lambda: at.screen.line(f"{made.name} by {made.origin or 'nobody known'}: {made.id}"))


def revoke(at: Session, identifier: Annotated[str, typer.Argument(metavar="SET")]) -> None:
    """A set holds no longer. Give `pss revocations` to those who check."""
    from oureyes.node import searchsets

    with at.node() as node:
        done = searchsets.revoke(node.ctx, identifier, by=at.by)
    at.screen.answer(_set(done), lambda: at.screen.line(f"{done.id} is revoked"))


def revocations(at: Session, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """The signed list of our sets that hold no longer, for devices without a line."""
    from oureyes.node import searchsets

    if file.exists():
        raise ConfigError(file.name, "a file that does not exist yet", "one that does", "choose another name")
    with at.node() as node:
        raw = searchsets.revocations(node.ctx)
    file.write_bytes(raw)
    at.screen.answer({"file": str(file), "bytes": len(raw)}, lambda: at.screen.line(f"{len(raw)} bytes in {file.name}"))


def update(at: Session, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Take a maker's newest list of revocations: its sets that were taken here are judged by it.

    A list of more than 30 days ago is refused, and one older than was seen here before.
    """
    from oureyes.node import revoking

    with at.node() as node:
        found = revoking.take(node.ctx, file.read_bytes(), by=at.by)
    body = {"origin": found.origin, "at": found.at, "sets": list(found.ids)}
    at.screen.answer(body, lambda: at.screen.line(f"{found.origin}'s list of {found.at}: {len(found.ids)} revoked"))


def listed(at: Session) -> None:
    """Sets that were made or taken here."""
    from oureyes.node import searchsets

    with at.node() as node:
        found = [_set(one) for one in searchsets.sets(node.ctx)]
    columns = ("id", "name", "origin", "audience", "made", "expires", "revoked")
    rows = [[one[name] for name in columns] for one in found]
    at.screen.answer({"sets": found}, lambda: at.screen.table(columns, rows, empty="no sets"))


def _set(one: SearchSet) -> dict[str, str]:
    return {
        "id": one.id, "name": one.name, "origin": one.origin, "audience": one.audience, "made": one.made,
        "expires": one.expires, "revoked": one.revoked,
    }  # fmt: skip
