"""Making a node, and agreeing on who takes part: init, roster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.errors import ConfigError
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group

if TYPE_CHECKING:
    from oureyes.model.sharing import Member
    from oureyes.node.membership import Standing

__all__ = ["add_to"]

_PANEL = "Set up"
_File = Annotated[Path, typer.Argument(metavar="FILE", help="The roster file.")]


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    command(app, "init", panel=_PANEL, example="oureyes --home ~/id init --member ID --name Indonesia --country ID")(
        init
    )
    roster = group("show")
    app.add_typer(
        roster,
        name="roster",
        rich_help_panel=_PANEL,
        help="Who takes part, with which keys: put a roster together, sign it, install it.",
        epilog="Example:\n\noureyes roster",
    )
    command(roster, "show", example="oureyes roster\noureyes roster show new-roster.json")(show)
    command(roster, "build", example="oureyes roster build id.json my.json sg.json --out roster.json")(build)
    command(roster, "sign", example="oureyes roster sign roster.json")(sign)
    command(roster, "check", example="oureyes roster check roster.json")(check)
    command(roster, "install", example="oureyes roster install roster.json")(install)


def init(
    at: Session,
    member: Annotated[str, typer.Option("--member", metavar="ID", help="This node's member id, such as ID or SG.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What people call it.")] = "",
    listen: Annotated[str, typer.Option("--listen", metavar="HOST:PORT", help="Where partners reach it.")] = "",
    public_url: Annotated[str, typer.Option("--public-url", metavar="URL", help="Its address on the roster.")] = "",
    country: Annotated[str, typer.Option("--country", metavar="XX", help="Reads national phone numbers.")] = "",
) -> None:
    """Make this machine a member's node: fresh keys, an encrypted database, settings.

    Keys are never overwritten. Keep a copy of database.key away from the machine: without it the data is lost.
    """
    from oureyes.node import Node
    from oureyes.node.membership import words_of_key

    with Node.init(at.home, member, name=name, listen=listen, public_url=public_url, country=country) as node:
        mine = node.public
    words = words_of_key(mine)
    body = {"member": mine.id, "name": mine.name, "url": mine.url, "home": str(at.home), "fingerprint": words}

    def draw() -> None:
        at.screen.line(f"{mine.name} ({mine.id}) is ready in {at.home}", "bold")
        at.screen.line(f"its key reads {words}: the others compare it with you by telephone")
        at.screen.line(f"give member.json to whoever builds the roster, then `oureyes --home {at.home} roster install`")

    at.screen.answer(body, draw)


def show(at: Session, file: Annotated[Path | None, typer.Argument(metavar="[FILE]")] = None) -> int:
    """The roster in force, or one in a file: every member with the fingerprint of its key, and who has signed."""
    from oureyes.node import membership

    if file is not None:
        return _say(at, membership.check(at.home, file.read_bytes()))
    found = membership.current(at.home)
    if found is None:
        mine = membership.own_member(at.home)
        at.screen.answer(
            {"version": 0, "members": [_member(mine)]},
            lambda: at.screen.line(f"no roster yet: {mine.id} is alone. `oureyes roster build`, sign, install"),
        )
        return exits.OK
    return _say(at, found)


def build(
    at: Session,
    files: Annotated[list[Path], typer.Argument(metavar="MEMBER.json", help="One file a member, from `init`.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")] = Path("roster.json"),
) -> int:
    """Put a roster together from the members' member.json files. Nobody has signed it yet.

    It follows the roster that is installed here. Every member signs it at home, and two thirds make it valid.
    """
    from oureyes.node import membership

    if out.exists():
        raise ConfigError(out.name, "a file that does not exist yet", "one that does", "choose another --out")
    raw = membership.build(at.home, files)
    out.write_bytes(raw)
    return _say(at, membership.check(at.home, raw), signed_enough=False)


def sign(at: Session, file: _File) -> int:
    """Sign a roster with this node's key, in place. Read it and compare fingerprints first."""
    from oureyes.node import membership

    raw = membership.sign(at.home, file.read_bytes())
    file.write_bytes(raw)
    return _say(at, membership.check(at.home, raw), signed_enough=False)


def check(at: Session, file: _File) -> int:
    """Whether a roster may be installed here: it follows ours, and enough members signed. Exit 1 when not."""
    from oureyes.node import membership

    return _say(at, membership.check(at.home, file.read_bytes()))


def install(at: Session, file: _File) -> int:
    """Take a roster, once enough members have signed it. From then on its members are our partners."""
    from oureyes.node import membership

    membership.own_member(at.home)
    return _say(at, membership.install(at.home, file.read_bytes()))


def _say(at: Session, found: Standing, *, signed_enough: bool = True) -> int:
    """Tell how a roster stands; a fault counts where the question was whether it is good."""
    members = list(found.roster.members.values())
    body = {
        "version": found.roster.version,
        "fingerprint": found.fingerprint,
        "members": [_member(member) for member in members],
        "signed": list(found.signed),
        "needed": found.needed,
        "valid": not found.fault,
        "fault": found.fault,
    }

    def draw() -> None:
        at.screen.line(f"roster {found.roster.version}, fingerprint {found.fingerprint}", "bold")
        columns = ("member", "name", "address", "ceiling", "signed", "key")
        at.screen.table(
            columns,
            [(*list(_member(one).values())[:4], one.id in found.signed, _member(one)["key"]) for one in members],
        )
        at.screen.line(
            f"signed by {len(found.signed)} of {found.needed} needed" + (f": {found.fault}" if found.fault else "")
        )

    at.screen.answer(body, draw)
    return exits.NOTHING if found.fault and signed_enough else exits.OK


def _member(one: Member) -> dict[str, Any]:
    from oureyes.node.membership import words_of_key

    kind = "observer" if one.observer else one.ceiling.label
    return {"id": one.id, "name": one.name, "url": one.url, "ceiling": kind, "key": words_of_key(one)}
