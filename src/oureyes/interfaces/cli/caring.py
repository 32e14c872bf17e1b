"""Looking after the node: doctor, backup, restore, reindex, version."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oureyes.errors import ConfigError
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command

__all__ = ["add_to"]

_PANEL = "Look after"


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    command(app, "doctor", panel=_PANEL, example="oureyes doctor\noureyes doctor --settings")(doctor)
    command(app, "backup", panel=_PANEL, example="oureyes backup /media/safe/id-2026-11-24.db")(backup)
    command(app, "restore", panel=_PANEL, example="oureyes restore /media/safe/id-2026-11-24.db")(restore)
    command(app, "reindex", panel=_PANEL, example="oureyes reindex")(reindex)
    command(app, "version", panel=_PANEL, example="oureyes version")(version)


def doctor(
    at: Session,
    settings: Annotated[bool, typer.Option("--settings", help="Every setting, its value and what it does.")] = False,
) -> int:
    """Look the node over: keys and their modes, database, clock, disk space, roster. Exit 1 when something is wrong.

    No partner is called; `oureyes partners` says how they are reached.
    """
    if settings:
        return _settings(at)
    from oureyes.node.checking import examine

    found = examine(at.home)
    rows = [("well" if one.good else "LOOK", one.name, one.found, one.remedy) for one in found]
    well = all(one.good for one in found)
    at.screen.answer(
        {"well": well, "checks": [asdict(one) for one in found]},
        lambda: at.screen.table(("", "what", "found", "do"), rows),
    )
    return exits.OK if well else exits.NOTHING


def _settings(at: Session) -> int:
    from oureyes.config import SETTINGS, load

    config = load(at.home)
    rows = [
        (
            one.name,
            "(not shown)" if one.name == "database_key" and config.text(one.name) else config.values[one.name],
            one.default,
            one.variable,
            one.says,
        )
        for one in SETTINGS
    ]
    names = ("setting", "value", "default", "variable", "says")
    at.screen.answer(
        {"settings": [dict(zip(names, row, strict=True)) for row in rows]}, lambda: at.screen.table(names, rows)
    )
    return exits.OK


def backup(at: Session, file: Annotated[Path, typer.Argument(metavar="FILE", help="It must not exist yet.")]) -> None:
    """A consistent, encrypted copy of everything the node holds, while it runs. Its key is the node's database.key."""
    with at.node() as node:
        node.backup(file)
    size = file.stat().st_size
    at.screen.answer(
        {"file": str(file), "bytes": size},
        lambda: at.screen.line(f"{size} bytes in {file}; keep it, and database.key, in different places"),
    )


def restore(
    at: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file `oureyes backup` made.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in place of the node's database. Stop the node first; what came after the backup is lost here.

    Partners still hold what we sent them since: before anything new goes out, `oureyes recover` takes it back.
    """
    from oureyes.node.opening import put_back

    if not file.is_file():
        raise ConfigError(file.name, "a file `oureyes backup` made", "none", "give its path")
    if not yes:
        if at.json:
            raise typer.BadParameter("with --json, say --yes", param_hint="--yes")
        typer.confirm("Replace the node's database?", abort=True)
    put_back(at.home, file)
    at.screen.answer(
        {"restored": str(file)},
        lambda: at.screen.line("restored. Before anything new is sent: `oureyes partners`, then `oureyes recover`"),
    )


def reindex(at: Session) -> None:
    """Build the search index anew from what is held. Search answers meanwhile, and so does a running node.

    It is due when words are cut in another way: after an update, or when `oureyes[words]` (ICU) came or went.
    `oureyes doctor` says so; a running node does it by itself, a little at a time.
    """
    with at.node() as node:
        done, made_with = node.reindex(by=at.by), node.index_state().made_with
    body = {"objects": done, "made_with": made_with}
    at.screen.answer(body, lambda: at.screen.line(f"{done} objects, cut with {made_with}"))


def version(at: Session) -> None:
    """This software's version, and the versions of what it rests on."""
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    from oureyes import __version__
    from oureyes.node.checking import sqlite_version

    found = {"oureyes": __version__, "python": platform.python_version(), "sqlite": sqlite_version()[0]}
    for name in ("cryptography", "msgspec", "sqlalchemy", "sqlcipher3"):
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            found[name] = "?"
    at.screen.answer(found, lambda: at.screen.lines(f"{name} {number}" for name, number in found.items()))
