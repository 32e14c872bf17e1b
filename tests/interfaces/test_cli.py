"""What all commands share: help, global options, errors in words, exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from a_case import a_bundle, an_indicator
from at_the_desk import a_home, oureyes

from oureyes import __version__, errors
from oureyes.interfaces.cli import app
from oureyes.interfaces.cli.exits import CODES, code_of

UNKNOWN = "indicator--00000000-0000-4000-8000-000000000000"


def _commands(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, inner in getattr(node, "commands", {}).items():
        yield (*path, name), inner
        yield from _commands(inner, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does_and_shows_an_example(path: tuple[str, ...]) -> None:
    said = oureyes(*path, "--help")
    assert said.code == 0
    assert len(COMMANDS[path].help.split()) > 3
    assert "Example:" in said.out
    assert f"oureyes {path[0]}" in said.out or f"{path[0]} " in COMMANDS[path].epilog


@pytest.mark.parametrize(
    "path", [path for path, inner in COMMANDS.items() if not getattr(inner, "commands", None)], ids=" ".join
)
def test_every_command_takes_the_global_options_after_it(path: tuple[str, ...]) -> None:
    flags = {flag for parameter in COMMANDS[path].params for flag in parameter.opts}
    assert {"--home", "--json", "--by", "--purpose"} <= flags


def test_help_tells_the_exit_codes() -> None:
    said = oureyes("--help").out
    assert [word for line in said.splitlines() if line.strip().startswith("7 ") for word in line.split()] == [
        "7",
        "what",
        "was",
        "given",
        "to",
        "read",
        "cannot",
        "be",
        "read",
    ]


def test_every_error_of_the_tree_has_its_exit_code() -> None:
    made = [kind("it", "this", "that") for kind in _kinds() if kind is not errors.Equivocation]
    codes = {type(error): code_of(error)[0] for error in made}
    assert codes[errors.VerificationError] == 1
    assert codes[errors.NotReleasable] == codes[errors.Refused] == 3
    assert codes[errors.NotHeld] == 4
    assert codes[errors.ConfigError] == 5
    assert codes[errors.StorageError] == 6
    assert codes[errors.InvalidObject] == 7
    assert {kind for kind, *_ in CODES} >= {kind for kind in _kinds() if kind is not errors.Equivocation}


def _kinds() -> list[type[errors.OurEyesError]]:
    return [getattr(errors, name) for name in errors.__all__]


def test_global_options_are_taken_on_either_side(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    before = oureyes("--home", home, "--json", "--by", "ayu", "--purpose", "strategy", "rules")
    after = oureyes("rules", "--home", home, "--json", "--by", "ayu", "--purpose", "strategy")
    assert before.json == after.json == {"rules": []}
    assert oureyes("--home", home, "release", "--json", "list").json == {"drafts": []}


def test_who_and_why_come_from_the_nearest_option(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    oureyes("--home", home, "--by", "far", "search", "fund", "--by", "near", "--purpose", "prevention")
    (row,) = oureyes("--home", home, "audit", "--verb", "search", "--json").json["rows"]
    assert (row["actor"], row["purpose"]) == ("near", "prevention")


def test_the_home_comes_from_the_environment_where_no_option_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUREYES_HOME", str(a_home(tmp_path)))
    monkeypatch.setenv("OUREYES_BY", "sari")
    oureyes("search", "fund")
    assert oureyes("audit", "--actor", "sari", "--json").json["count"] == 1


def test_a_missing_home_is_told_in_words(tmp_path: Path) -> None:
    said = oureyes("--home", tmp_path / "none", "search", "fund")
    assert said.code == 5
    assert "oureyes init" in said.err
    assert not said.out


def test_an_error_in_json_is_one_document_on_the_standard_output(tmp_path: Path) -> None:
    said = oureyes("search", "fund", "--home", tmp_path / "none", "--json")
    assert said.json["exit"] == said.code == 5
    assert set(said.json["error"]) == {"class", "what", "expected", "found", "remedy"}
    assert not said.err


def test_a_wrong_database_key_is_told_in_words(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    (home / "database.key").write_text("11" * 32)
    said = oureyes("--home", home, "search", "fund")
    assert said.code == 6
    assert "node.db" in said.err


def test_an_unknown_id_is_not_held(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    for words in ("show", "graph", "plan show", "mark --tlp GREEN", "retract --reason wrong"):
        assert oureyes("--home", home, *words.split(), UNKNOWN).code == 4
    assert oureyes("--home", home, "show", "no id at all").code == 4


def test_a_bad_word_for_a_marking_is_a_usage_error_that_names_its_option(tmp_path: Path) -> None:
    home, file = a_home(tmp_path), a_bundle(tmp_path, an_indicator())
    for option, word in (("--tlp", "PURPLE"), ("--grade", "Z9"), ("--expires", "soon"), ("--handling", "H7")):
        said = oureyes("--home", home, "import", file, option, word)
        assert said.code == 2
        assert option in said.err
    assert oureyes("--home", home, "import", file, "--handling", "H2", "--onward", "free").code == 2


def test_the_version_is_told_without_a_command() -> None:
    assert oureyes("--version").out == f"oureyes {__version__}\n"
    assert oureyes("--json").code == 2
    assert "Usage" in oureyes().out + oureyes().err


def test_a_usage_error_in_json_is_one_document(tmp_path: Path) -> None:
    said = oureyes("--json", "import")
    assert said.code == said.json["exit"] == 2
    assert oureyes("no-such-command", "--json").json["error"]["class"] == "Usage"


def test_a_fault_of_this_software_tells_its_class_and_no_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a name that must not be shown")

    home = a_home(tmp_path)
    monkeypatch.setattr("oureyes.node.Node.search", broken)
    said = oureyes("--home", home, "search", "fund")
    assert said.code == 70
    assert "RuntimeError" in said.err
    assert "must not be shown" not in said.err
