"""The whole story on one machine: demo."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from oureyes.errors import InvalidObject
from oureyes.interfaces.cli.frame import Session, command

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Register this file's command."""
    command(app, "demo", panel="Set up", example="oureyes demo\noureyes demo --once --json")(demo)


def demo(
    at: Session,
    once: Annotated[bool, typer.Option("--once", help="Play the story and end, instead of staying up.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="PATH", help="A folder of STIX, MISP and CSV to feed in.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="Where the nodes live; else a temporary folder.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65000, help="The first of the nodes' ports.")] = 8443,
) -> int:
    """Eleven states on this machine play a real story: recorded in one, known, understood and planned for in others.

    Each has its own keys, its own encrypted file and its own port. Every step is shown with its time and its proof.
    """
    if data is not None and not data.exists():
        raise InvalidObject(data.name, "a file or folder", "nothing there", "check the path")
    run = import_module("oureyes.interfaces.demo").run
    return int(run(once=once, json=at.json, data=data, home=folder, port=port))
