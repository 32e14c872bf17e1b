"""The command line: `main`, and one file per group of commands, in the order of the mission."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oureyes import __version__
from oureyes.interfaces.cli import (
    admitting,
    alerting,
    asking,
    caring,
    carrying,
    correlating,
    demonstrating,
    exchanging,
    exporting,
    following,
    hashing,
    overseeing,
    planning,
    probing,
    recording,
    releasing,
    settling,
    understanding,
    vocabularies,
)
from oureyes.interfaces.cli.exits import __doc__ as _exits
from oureyes.interfaces.cli.frame import BY_OPTION, HOME_OPTION, JSON_OPTION, PURPOSE_OPTION, Root, told

__all__ = ["app", "main"]

_EPILOG = "\n\n".join(line.strip() for line in (_exits or "").splitlines() if line.strip())

app = typer.Typer(
    name="oureyes",
    cls=Root,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # a stack trace with its locals would carry content
    no_args_is_help=True,
    invoke_without_command=True,  # for --version
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _oureyes(
    context: typer.Context,
    home: Annotated[Path | None, HOME_OPTION] = None,
    json: Annotated[bool, JSON_OPTION] = False,
    by: Annotated[str | None, BY_OPTION] = None,
    purpose: Annotated[str | None, PURPOSE_OPTION] = None,
    version: Annotated[bool, typer.Option("--version", help="This software's version.")] = False,
) -> None:
    """Our Eyes: what is recorded in one state is known and understood in the others.

    Begin with `oureyes init`, then `oureyes import`, `oureyes search`, `oureyes release`. `oureyes demo` shows it all.
    """
    told(context, home=home, json=json, by=by, purpose=purpose)
    if version:
        typer.echo(f"oureyes {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.BadParameter("a command is missing")


for _part in (
    settling,
    recording,
    hashing,
    vocabularies,
    releasing,
    exchanging,
    admitting,
    correlating,
    probing,
    carrying,
    alerting,
    understanding,
    following,
    planning,
    asking,
    overseeing,
    exporting,
    caring,
    demonstrating,
):
    _part.add_to(app)


def main() -> None:
    """The entry point of `oureyes` and `python -m oureyes`."""
    app(prog_name="oureyes")
