"""What every command shares: the global options, accepted before the command and after it; and how it ends.

A command is a function that takes a `Session` first. `command` gives it the global options (and, where asked, those
of a marking) and turns what it returns into an exit code. `Root` catches what goes wrong and says it: what, expected,
found, remedy; with `--json` as `{"error": …}`. Nobody is shown a stack trace for something they can put right.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from typer.core import TyperGroup

from oureyes.errors import ConfigError
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.marks import MARKING, changes
from oureyes.interfaces.cli.screen import Screen, as_json, shown

if TYPE_CHECKING:
    from oureyes.model.markings import Marking
    from oureyes.node import Node

__all__ = ["Root", "Session", "command", "group", "told"]

HOME_OPTION = typer.Option("--home", metavar="DIR", help="The node's folder. Else OUREYES_HOME, else ~/.oureyes.")
JSON_OPTION = typer.Option("--json", help="One JSON document on the standard output and nothing else.")
BY_OPTION = typer.Option(
    "--by", metavar="NAME", help="Who does it, for the audit log. Else OUREYES_BY, else the OS user."
)
PURPOSE_OPTION = typer.Option("--purpose", metavar="WORD", help="What for: investigation, prevention, strategy …")

GLOBAL: tuple[tuple[str, Any, Any], ...] = (
    ("home", Annotated[Path | None, HOME_OPTION], None),
    ("json", Annotated[bool, JSON_OPTION], False),
    ("by", Annotated[str | None, BY_OPTION], None),
    ("purpose", Annotated[str | None, PURPOSE_OPTION], None),
)
_WITH_VALUE = ("--home", "--by", "--purpose")


@dataclass(frozen=True)
class Session:
    """Who asks, for what, of which node, and how the answer is to look."""

    home: Path
    by: str
    said_purpose: str
    screen: Screen
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> bool:
        return self.screen.json

    @property
    def purpose(self) -> str:
        return self.said_purpose or "investigation"

    def purpose_or(self, usual: str) -> str:
        """The purpose said, else what this command is usually for."""
        return self.said_purpose or usual

    @contextmanager
    def node(self) -> Iterator[Node]:
        """The node, open. ConfigError where `--by` is a member: a state is no person, and partners' acts are logged
        under their ids."""
        from oureyes.model.persons import person
        from oureyes.node import Node

        with Node.open(self.home) as node:
            if person(self.by) in {person(member) for member in node.roster.members}:
                raise ConfigError("--by", "the name of a person", f"{self.by[:30]}, a member", "give your own name")
            yield node

    def warn_unknown(self, node: Node, marking: Marking) -> None:
        """Say whom the marking names and nobody here knows: it will be given to no one by that name."""
        if unknown := node.unknown_names(marking.releasable_to):
            said = (
                f"no member, account or agreement: {', '.join(unknown)}; nobody gets it by that name (`oureyes roster`)"
            )
            sys.stderr.write(f"warning: {shown(said)}\n")

    def marking(self, before: Marking) -> Marking:
        """`before`, with what the marking options say."""
        return changes(before, self.marks)

    @property
    def marked(self) -> bool:
        """Whether any marking option was given."""
        return bool(self.marks)


def told(context: typer.Context, **said: Any) -> None:
    """Keep what was said of the global options; what stands nearer to the command wins."""
    root = context.find_root()
    kept = root.obj if isinstance(root.obj, dict) else {}
    root.obj = {**kept, **{name: value for name, value in said.items() if value not in (None, False)}}


def _session(context: typer.Context, marks: Mapping[str, str]) -> Session:
    said = context.find_root().obj or {}
    home = said.get("home") or os.environ.get("OUREYES_HOME") or Path.home() / ".oureyes"
    by = said.get("by") or os.environ.get("OUREYES_BY") or _user()
    if len(by) > 100 or not by.isprintable():
        raise typer.BadParameter("a name of at most 100 printable characters", param_hint="--by")
    return Session(Path(home).expanduser(), by, said.get("purpose") or "", Screen(bool(said.get("json"))), marks)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user on this machine, as in some containers
        return ""


def command(
    app: typer.Typer, name: str, *, example: str, panel: str | None = None, marking: bool = False
) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Make a function a command of `app`. Its docstring is the help; `example` stands beneath it."""

    def register(run: Callable[..., int | None]) -> Callable[..., int | None]:
        shared = (*(MARKING if marking else ()), *GLOBAL)
        app.command(name, epilog=_example(example), rich_help_panel=panel)(_called(run, shared))
        return run

    return register


def _example(lines: str) -> str:
    return "\n\n".join(["Example:", *(line.strip().replace("[", "\\[") for line in lines.strip().splitlines())])


def _paragraphs(text: str) -> str:
    """A docstring whose lines are broken by the terminal, not by the source."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")).replace("[", "\\[")


def _called(run: Callable[..., int | None], shared: Sequence[tuple[str, Any, Any]]) -> Callable[..., None]:
    hints = get_type_hints(run, include_extras=True)
    own = [one for one in inspect.signature(run).parameters.values() if one.name != "at"]
    names = {name for name, *_ in shared}
    globals_ = {name for name, *_ in GLOBAL}

    def call(**values: Any) -> None:
        context = values.pop("context")
        more = {name: values.pop(name) for name in names}
        told(context, **{name: more.pop(name) for name in globals_})
        marks = {name: value for name, value in more.items() if value is not None}
        raise typer.Exit(run(_session(context, marks), **values) or exits.OK)

    only = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("context", only, annotation=typer.Context)]
    parameters += [one.replace(kind=only, annotation=hints[one.name]) for one in own]
    parameters += [inspect.Parameter(name, only, default=usual, annotation=kind) for name, kind, usual in shared]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    call.__annotations__ = {one.name: one.annotation for one in parameters}
    call.__doc__, call.__name__, call.__module__ = _paragraphs(run.__doc__ or ""), run.__name__, run.__module__
    return call


def group(usual: str = "") -> typer.Typer:
    """A command with commands of its own; `usual` is meant when none of them is named."""

    class Group(TyperGroup):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            return super().parse_args(ctx, _with_usual(args, self.commands, usual) if usual else args)

    made = typer.Typer(cls=Group, rich_markup_mode="rich", add_completion=False, no_args_is_help=not usual)

    @made.callback()
    def shared(
        context: typer.Context,
        home: Annotated[Path | None, HOME_OPTION] = None,
        json: Annotated[bool, JSON_OPTION] = False,
        by: Annotated[str | None, BY_OPTION] = None,
        purpose: Annotated[str | None, PURPOSE_OPTION] = None,
    ) -> None:
        told(context, home=home, json=json, by=by, purpose=purpose)

    return made


def _with_usual(args: list[str], known: Mapping[str, Any], usual: str) -> list[str]:
    place = 0
    while place < len(args) and args[place].split("=")[0] in (*_WITH_VALUE, "--json"):
        place += 2 if args[place] in _WITH_VALUE else 1
    if place < len(args) and (args[place] in known or args[place] == "--help"):
        return args
    return [*args[:place], usual, *args[place:]]


class Root(TyperGroup):
    """The whole command line: where every command ends, well or not."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        if not standalone_mode:
            return super().main(given, prog_name, complete_var, False, windows_expand_args, **extra)
        try:
            code = super().main(given, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            code = exits.INTERRUPTED
        except KeyboardInterrupt:
            code = exits.INTERRUPTED
        except Exception as error:  # the last place: whatever it is, it is told in words
            if os.environ.get("OUREYES_DEBUG"):
                raise
            code = _fail(error, "--json" in given)
        sys.exit(code if isinstance(code, int) else exits.OK)


def _fail(error: Exception, json: bool) -> int:
    if isinstance(error, _USAGE):
        return _misused(error, json)
    known = exits.as_error(error)
    code, word = exits.code_of(known)
    if json:
        sys.stdout.write(as_json({"error": _error(known), "exit": code}) + "\n")
        return code
    sys.stderr.write(f"{word}: {shown(known.subject)}\n")
    for label, text in (("expected", known.expected), ("found", known.found), ("do", known.remedy)):
        if text:
            sys.stderr.write(f"  {label + ':':<10}{shown(text)}\n")
    return code


_USAGE = typer.BadParameter.__mro__[2]  # click's ClickException, wherever this typer keeps it


def _error(error: Any) -> dict[str, str]:
    found = {"class": type(error).__name__, "what": error.subject}
    return found | {"expected": error.expected, "found": error.found, "remedy": error.remedy}


def _misused(error: Any, json: bool) -> int:
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "oureyes"
    if type(error).__name__ == "NoArgsIsHelpError" and not json:
        error.show()
        return exits.USAGE
    said = error.format_message() if type(error).__name__ != "NoArgsIsHelpError" else "a command is missing"
    remedy = f"{where} --help"
    if json:
        body = {"class": "Usage", "what": where, "expected": "", "found": said, "remedy": remedy}
        sys.stdout.write(as_json({"error": body, "exit": exits.USAGE}) + "\n")
    else:
        sys.stderr.write(f"{shown(where)}: {shown(said)}\n  {'do:':<10}{shown(remedy)}\n")
    return exits.USAGE
