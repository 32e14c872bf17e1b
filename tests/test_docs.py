"""The manual, kept: nothing undocumented, nothing documented that is not there, every link and example good."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from paths import ROOT

DOCS = ROOT / "docs"
PROSE = tuple(sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("changelog.d/*.md")]))
KINDS = ("tutorial", "howto", "reference", "explanation", "adr")


@cache
def generator() -> ModuleType:
    """docs/generate.py, which is a script and no module."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def none(violations: Iterator[str]) -> None:
    """Fail with one line for each."""
    every = list(violations)
    if every:
        pytest.fail("\n".join([f"{len(every)} found:", *every]), pytrace=False)


def at(file: Path, text: str, place: int) -> str:
    return f"{file.relative_to(ROOT)}:{text.count(chr(10), 0, place) + 1}"


def blocks(language: str) -> Iterator[tuple[Path, str, str]]:
    """(file, file:line, text) of every fenced block of a language."""
    for file in PROSE:
        text = file.read_text("utf-8")
        for found in re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            yield file, at(file, text, found.start()), found[1]


def test_the_reference_is_what_the_code_says() -> None:
    made = generator().pages()
    written = {file.name: file.read_text("utf-8") for file in (DOCS / "reference").iterdir()}
    none(
        f"docs/reference/{name}: not what the code says; run make docs"
        for name in sorted({*made, *written})
        if made.get(name) != written.get(name)
    )


def test_every_setting_is_in_the_reference_with_its_variable() -> None:
    page = (DOCS / "reference" / "settings.md").read_text("utf-8")
    settings = generator().SETTINGS
    none(f"settings.md: {one.name} is missing" for one in settings if f"| `{one.name}` |" not in page)
    none(f"settings.md: {name} is missing" for name in generator().environment() if f"`{name}`" not in page)


def test_every_command_is_in_the_reference_and_says_what_it_does() -> None:
    page = (DOCS / "reference" / "commands.md").read_text("utf-8")

    def lacking() -> Iterator[str]:
        for name, command in commands().items():
            if f"## {name}\n" not in page:
                yield f"commands.md: {name} is missing"
            if not command.help:
                yield f"{name}: says nothing of itself"
            yield from (
                f"{name} {option.opts[0]}: says nothing of itself"
                for option in command.params
                if option.param_type_name == "option" and not option.hidden and not option.help
            )

    none(lacking())


@cache
def commands() -> dict[str, Any]:
    root = generator().application()
    return dict(generator().each_command(root)) if root else {}


def shell_lines() -> Iterator[tuple[str, list[str]]]:
    """(file:line, words) of every `oureyes …` in a shell block; a line that ends in \\ goes on."""
    for _, where, text in blocks("(?:sh|console|bash)"):
        for line in text.replace("\\\n", " ").splitlines():
            for part in re.split(r"&+|\||;", line.removeprefix("$ ").partition(" #")[0]):
                words = shlex.split(part)
                if words and words[0].rpartition("/")[2] == "oureyes":
                    yield where, words


def test_every_command_line_in_the_manual_would_be_understood() -> None:
    def misread() -> Iterator[str]:
        for where, words in shell_lines():
            if problem := _problem(words):
                yield f"{where}: {shlex.join(words)}: {problem}"

    none(misread())


def _problem(words: list[str]) -> str:
    """Why the command line would not be understood; nothing where it would, or where there is no command line yet."""
    known, name, rest = commands(), "oureyes", words[1:]
    while known:
        command = known.get(name)
        if command is None:
            return f"no command {name}"
        try:
            context = command.make_context(name, list(rest))
        except Exception as error:  # of typer's own copy of click, which has no public name
            return "" if type(error).__name__ == "Exit" else str(getattr(error, "format_message", error.__repr__)())
        inner = [*context._protected_args, *context.args] if hasattr(command, "commands") else []
        if not inner:
            return ""
        name, rest = f"{name} {inner[0]}", inner[1:]
    return ""


def test_every_variable_named_in_the_manual_exists() -> None:
    known = generator().environment() | {"OUREYES_DATA", "OUREYES_NOMENKLATURA", "OUREYES_TEST_POSTGRESQL"}
    known |= {one.variable for one in generator().SETTINGS}

    def unknown() -> Iterator[str]:
        for file in PROSE:
            text = file.read_text("utf-8")
            for found in re.finditer(r"\bOUREYES_[A-Z][A-Z_]*[A-Z]\b", text):
                if found[0] not in known:
                    yield f"{at(file, text, found.start())}: {found[0]}"

    none(unknown())


def test_links_lead_somewhere() -> None:
    def broken() -> Iterator[str]:
        for file in PROSE:
            text = re.sub(r"^```.*?^```", _blank, file.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
            for found in re.finditer(r"\[[^\]]+\]\(([^)#\s]*)(?:#([^)]+))?\)", text):
                if found[1].startswith(("http:", "https:", "mailto:")):
                    continue
                target = file if not found[1] else (file.parent / found[1]).resolve()
                if not target.exists():
                    yield f"{at(file, text, found.start())}: {found[1]}: nothing there"
                elif found[2] and target.suffix == ".md" and found[2] not in anchors(target):
                    yield f"{at(file, text, found.start())}: #{found[2]}: no such heading"

    none(broken())


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


@cache
def anchors(file: Path) -> frozenset[str]:
    """The anchors that headings get."""
    heads = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)


def test_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of one page run in order, in one namespace, in an empty folder."""
    spaces: dict[Path, dict[str, object]] = {}
    for number, (file, where, source) in enumerate(blocks("python")):
        folder = tmp_path / str(file.relative_to(ROOT)).replace("/", "-")
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        space = spaces.setdefault(file, {"__name__": f"example_{number}"})
        exec(compile(source, where, "exec"), space)


def test_files_and_folders_named_in_the_manual_exist() -> None:
    """`src/…`, `tests/…`, `docs/…` in code letters are paths of this project."""

    def missing() -> Iterator[str]:
        for file in PROSE:
            text = file.read_text("utf-8")
            for found in re.finditer(r"`((?:src|tests|docs|bench|interop|\.ci)/[\w./-]*)`", text):
                if not (ROOT / found[1]).exists():
                    yield f"{at(file, text, found.start())}: {found[1]}"

    none(missing())


def test_the_make_targets_named_in_the_manual_exist_and_explain_themselves() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    explained = set(re.findall(r"^([a-z-]+):.*## .+$", makefile, re.MULTILINE))
    assert explained >= {"help", "setup", "demo", "test", "test-all", "lint", "fix", "bench", "docs", "clean"}
    assert set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()) == explained  # type: ignore[index]  # it is there

    def unknown() -> Iterator[str]:
        for file in PROSE:
            text = file.read_text("utf-8")
            for found in re.finditer(r"(?:`|^\$? ?)make ([a-z-]+)", text, re.MULTILINE):
                if found[1] not in explained:
                    yield f"{at(file, text, found.start())}: make {found[1]}"

    none(unknown())


def test_make_help_lists_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"make {name} " in said for name in ("setup", "demo", "test", "test-all", "lint", "docs", "clean"))


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.index("make demo") < readme.index("make test") < readme.index("python3 -m venv")


def test_the_manual_comes_in_four_kinds_and_decisions() -> None:
    none(f"docs/{kind}: no page" for kind in KINDS if not list((DOCS / kind).glob("*.md")))
    index = (DOCS / "README.md").read_text("utf-8")
    none(
        f"docs/README.md: {file.relative_to(DOCS)} is not named"
        for file in sorted(DOCS.rglob("*.md"))
        if file.parent.name not in ("reference", "docs") and f"({file.relative_to(DOCS)})" not in index
    )


def test_decisions_are_numbered_and_say_what_they_cost() -> None:
    files = sorted((DOCS / "adr").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    none(
        f"docs/adr/{file.name}: no section {section}"
        for file in files
        for section in ("Context", "Options", "Chosen", "Cost")
        if f"\n## {section}\n" not in file.read_text("utf-8")
    )


def test_every_dependency_is_explained() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = [each for some in project["project"]["optional-dependencies"].values() for each in some]
    wanted = [*project["project"]["dependencies"], *extras, *project["dependency-groups"]["dev"]]
    page = (DOCS / "explanation" / "dependencies.md").read_text("utf-8")
    names = (re.split(r"[\[<>=~!; ]", each, maxsplit=1)[0] for each in wanted)
    none(f"dependencies.md: {name} is not explained" for name in names if f"`{name}`" not in page)


def test_the_architecture_fits_on_two_pages() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").split()) <= 1100
