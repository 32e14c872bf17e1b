"""The command line as a person or a script uses it, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulated import federation
from typer.testing import CliRunner

from oureyes.interfaces.cli import app

_RUNNER = CliRunner()


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it printed."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


def oureyes(*words: object, typed: str = "") -> Answer:
    """Run one command. No command may end in a stack trace."""
    result = _RUNNER.invoke(app, [str(word) for word in words], input=typed, prog_name="oureyes")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    answer = Answer(result.exit_code, result.stdout_bytes, result.stderr)
    assert "Traceback" not in answer.err
    return answer


def a_home(folder: Path, member: str = "ID") -> Path:
    """A node nobody else knows of."""
    assert oureyes("--home", folder / member, "init", "--member", member).code == 0
    return folder / member


def homes(folder: Path, *members: str) -> tuple[Path, ...]:
    """Nodes with a roster that all of them signed, closed again."""
    for node in federation(folder, members).values():
        node.close()
    return tuple(folder / member for member in members)
