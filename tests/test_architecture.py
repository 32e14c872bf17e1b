"""The layout, kept: what lies where, who imports whom, and what never stands in the tree.

Each test lists every place where its rule is broken, one line each: `file:line: what`.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path, PurePath

import pytest
from paths import ROOT

PACKAGE = PurePath("src/oureyes")
VERBS = ("record", "release", "exchange", "correlate", "alert", "understand", "plan", "oversee")
# DESIGN §1: a layer imports from those to its right only; the verbs are one layer.
LAYERS = (("client",), ("interfaces",), ("node",), ("storage", "config"), VERBS, ("model",), ("errors",))
START = ("__main__", "__init__")  # they start the program or name what is public: above every layer

TOP = {".ci", "bench", "changelog.d", "console", "docs", "interop", "src", "tests"}
NOT_NAMES = {"manager", "helper", "util", "utils", "helpers", "data", "info", "base", "common", "handler", "handlers"}

# Source files without a test file of their own, and why that is right.
NO_TEST_FILE = {
    "__init__.py": "what is public is tested in test_public",
    "correlate/comparisons.py": "test_evaluation asks every operator of it, beside OASIS's matcher",
    "correlate/observation.py": "test_evaluation makes every observation by it",
    "model/findings.py": "values without rules",
    "model/ports.py": "protocols; mypy checks who fits them",
    "model/sharing.py": "values; the envelope and log tests make and read every one of them",
    "model/plans.py": "values without rules; the tests of plan make every one of them",
    "node/embedworker.py": "a process; test_embedding starts it in the tests of the semantic extra",
    "record/__init__.py": "test_record_importers asks it for every file there is",
    "record/misp_export.py": "test_record_misp gives every event back and compares it",
    "record/misp_parts.py": "test_record_misp and the expected counts of 128 sets run on it",
    "record/misp_types.py": "a table; test_record_misp and the expected counts run on it",
    "record/exports/__init__.py": "a table; the tests of the door and of the command write every format in it",
    "record/exports/documents.py": "test_exporting and test_record_bundle write every document by it",
    "record/exports/sheet.py": "values; the tests of every format make and read them",
    "record/exports/wording.py": "every format of text writes its head and groups by it; their tests compare both",
    "record/syntax.py": "one call into model.patterns, which test_patterns covers; used by both readers of patterns",
    "understand/samplereports.py": "texts; the tests of languages and likeness read all of them",
    "storage/migrations/versions/0001_first.py": "Alembic runs it whenever a test opens a database",
}
THIS = PurePath("tests/test_architecture.py")  # it must name what it forbids


@cache
def tracked() -> tuple[PurePath, ...]:
    """Every file of the project: what git tracks or would."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    named = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return tuple(PurePath(name) for name in sorted(set(named)) if name and (ROOT / name).is_file())


@cache
def text(file: PurePath) -> str:
    """A file's text; empty for what is none."""
    try:
        return (ROOT / file).read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def sources() -> tuple[PurePath, ...]:
    return tuple(file for file in tracked() if file.is_relative_to(PACKAGE) and file.suffix == ".py")


def python() -> tuple[PurePath, ...]:
    return tuple(file for file in tracked() if file.suffix == ".py")


def found(pattern: str, files: Iterable[PurePath]) -> Iterator[tuple[str, str]]:
    """(`file:line`, the line) of every line the pattern occurs in."""
    expression = re.compile(pattern)
    for file in files:
        if file == THIS or not expression.search(text(file)):
            continue
        for number, line in enumerate(text(file).splitlines(), 1):
            if expression.search(line):
                yield f"{file}:{number}", line.strip()


def none(violations: Iterable[str]) -> None:
    """Fail with one line for each."""
    every = list(violations)
    if every:
        pytest.fail("\n".join([f"{len(every)} found:", *every]), pytrace=False)


def part_of(file: PurePath) -> str:
    """The layer a source file belongs to: `record` for record/stix.py, `config` for config.py."""
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(file: PurePath) -> Iterator[tuple[int, str]]:
    """(line, module) of every import of ours, also those inside functions; `from oureyes import x` is `oureyes.x`."""
    for node in ast.walk(ast.parse(text(file))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names if name.name.startswith("oureyes."))
        elif isinstance(node, ast.ImportFrom) and node.module == "oureyes":
            yield from ((node.lineno, f"oureyes.{name.name}") for name in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oureyes."):
            yield node.lineno, str(node.module)


def test_the_tree_is_the_one_of_the_design() -> None:
    layers = [name for layer in LAYERS for name in layer]
    parts = {part_of(file) for file in sources()}
    none(f"{PACKAGE / name}: no part of the design" for name in sorted(parts - {*layers, *START}))
    none(f"{PACKAGE / name}: missing" for name in layers if name not in parts)


def test_the_project_has_the_folders_it_says_it_has() -> None:
    folders = {file.parts[0] for file in tracked() if len(file.parts) > 1}
    none(f"{name}/: not named in ARCHITECTURE.md" for name in sorted(folders - TOP))


def test_imports_point_one_way() -> None:
    rank = {name: number for number, layer in enumerate(LAYERS) for name in layer}

    def upward() -> Iterator[str]:
        for file in sources():
            mine = rank.get(part_of(file))
            for line, module in imported(file):
                theirs = rank.get(module.split(".")[1])
                if mine is not None and theirs is not None and theirs < mine:
                    yield f"{file}:{line}: {part_of(file)} imports {module}, which lies above it"

    none(upward())


def test_verbs_never_import_each_other() -> None:
    none(
        f"{file}:{line}: {part_of(file)} imports {module}; what two verbs share is a noun in model"
        for file in sources()
        if part_of(file) in VERBS
        for line, module in imported(file)
        if module.split(".")[1] in VERBS and module.split(".")[1] != part_of(file)
    )


def test_the_checker_of_imports_knows_the_same_layers() -> None:
    contracts = tomllib.loads(text(PurePath("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["type"] == "layers")
    assert [set(layer.split(" | ")) for layer in layers["layers"]] == [set(layer) for layer in LAYERS]
    assert layers["exhaustive"] is True
    assert {"layers", "forbidden", "protected", "acyclic_siblings"} <= {contract["type"] for contract in contracts}


def test_every_source_file_has_its_test_file() -> None:
    tests = {file for file in tracked() if file.parts[0] == "tests" and file.name.startswith("test_")}

    def covered(file: PurePath) -> bool:
        """By test_<module> or test_<package>_<module>, or by a test of the package it lies in."""
        inner = file.relative_to(PACKAGE)
        folder, stem = PurePath("tests") / inner.parent, inner.stem
        if stem == "__init__":
            folder, stem = folder.parent, folder.name
        names = [f"test_{stem}.py", f"test_{'_'.join([*inner.parts[:-1], stem])}.py", f"test_{folder.name}_{stem}.py"]
        places = [folder / name for name in names] + [folder / stem / f"test_{stem}.py"]
        package = []
        if len(inner.parts) > 2:
            package = [folder.parent / f"test_{name}.py" for name in (folder.name, "_".join(inner.parts[:-1]))]
        return any(place in tests for place in [*places, *package])

    def untested() -> Iterator[str]:
        for file in sources():
            inner = str(file.relative_to(PACKAGE))
            if not covered(file) and inner not in NO_TEST_FILE and not _only_names(file):
                yield f"{file}: no test file, and no reason in NO_TEST_FILE"
            elif covered(file) and inner in NO_TEST_FILE:
                yield f"{file}: has a test file now; take its reason out of NO_TEST_FILE"

    none(untested())
    none(f"NO_TEST_FILE: {name}: no such file" for name in NO_TEST_FILE if PACKAGE / name not in sources())


def _only_names(file: PurePath) -> bool:
    """An `__init__.py` that says what its package is for and passes names on: no function, no class, no rule."""
    if file.name != "__init__.py":
        return False
    return not any(
        isinstance(node, ast.FunctionDef | ast.ClassDef | ast.For | ast.If) for node in ast.parse(text(file)).body
    )


def test_test_files_have_names_of_their_own() -> None:
    named: dict[str, list[PurePath]] = {}
    for file in python():
        if file.parts[0] == "tests" and file.name != "conftest.py":  # pytest's own name, one a folder
            named.setdefault(file.name, []).append(file)
    none(f"{' and '.join(map(str, files))}: one name" for files in named.values() if len(files) > 1)


def test_nothing_is_named_after_nothing() -> None:
    none(
        f"{file}: what is it for? {part} says nothing"
        for file in python()
        for part in {word for name in file.parts for word in re.split(r"[_.]", name)}
        if part in NOT_NAMES
    )


def test_every_module_says_what_it_is_for() -> None:
    none(f"{file}:1: no docstring" for file in python() if text(file).strip() and not ast.get_docstring(_parsed(file)))


def _parsed(file: PurePath) -> ast.Module:
    return ast.parse(text(file))


def test_nothing_is_left_for_later() -> None:
    # XXX by itself is an issuer of travel documents (ICAO 9303): a person of no stated nationality
    none(f"{at}: {line}" for at, line in found(r"\b(TODO|FIXME|NotImplementedError)\b|(#|<!--).*\bXXX\b", tracked()))


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    """Two things may be absent: the shared data, and a PostgreSQL. Nothing else excuses a test."""
    written = r"\b(xfail|importorskip|skipTest|pytest\.skip|mark\.skip\b|skipif|unittest\.skip)"
    allowed = re.compile(r"skipif\(.*(DATA|OUREYES_TEST_POSTGRESQL|POSTGRESQL)")
    none(f"{at}: {line}" for at, line in found(written, python()) if not allowed.search(line))


def test_every_silenced_warning_says_why() -> None:
    silenced = re.compile(
        r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w, -]+\])?|pragma: no cover)(?P<why>.*)$"
    )

    def unexplained() -> Iterator[str]:
        for at, line in found(r"#\s*(noqa|type:\s*ignore|pragma: no cover)", python()):
            said = silenced.search(line)
            if said is None or len(re.sub(r"\W", "", said["why"])) < 4:
                yield f"{at}: {line}"

    none(unexplained())


def test_no_path_of_one_machine_and_no_registry_host_is_written_down() -> None:
    paths = r"(?<![\w.~}$/*-])/(?:work|home|root|Users|opt|mnt|srv)/\w"
    hosts = r"(?i)\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang\.org|crates\.io|rubygems\.org"
    hosts += r"|docker\.io|quay\.io|ghcr\.io|deb\.debian\.org|repo\.maven\.apache\.org)\b"
    files = [file for file in tracked() if file.suffix not in (".png", ".woff2")]
    none(f"{at}: {line[:120]}" for at, line in found(paths, files))
    none(f"{at}: {line[:120]}" for at, line in found(hosts, files))


def test_the_lock_files_hold_versions_and_digests_only() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-media.lock"):
        lines = text(PurePath(name)).splitlines()
        form = re.compile(r"#.*|[a-z0-9-]+==[\w.]+(?: ; .+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?")
        none(f"{name}:{number}: {line}" for number, line in enumerate(lines, 1) if line and not form.fullmatch(line))


def test_the_lock_files_satisfy_what_the_project_declares() -> None:
    project = tomllib.loads(text(PurePath("pyproject.toml")))
    runtime = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    extras = project["project"]["optional-dependencies"]
    ready = [*extras["postgresql"], *extras["names"], *extras["words"]]  # the others are built from source, or large
    for name, wanted in (
        ("requirements.lock", runtime),
        ("requirements-dev.lock", [*runtime, *ready, *project["dependency-groups"]["dev"]]),
        ("requirements-media.lock", [*runtime, *chain(*extras.values()), *project["dependency-groups"]["dev"]]),
    ):
        locked = set(re.findall(r"^([a-z0-9-]+)==", text(PurePath(name)), re.MULTILINE))
        none(f"{name}: {each} is not in it; run make lock" for each in wanted if _package(each) not in locked)


# Declared and not imported: another package picks them up by name, or make runs them.
BY_NAME_ONLY = {
    "httptools": "uvicorn's parser of HTTP",
    "uvloop": "uvicorn's event loop",
    "psycopg": "SQLAlchemy's driver of PostgreSQL",
    "import-linter": "make lint",
    "medallion": "a peer to the TAXII client and the bench, started as a process",
    "mypy": "make lint",
    "opentaxii": "a peer to the TAXII client, started as a process",
    "ruff": "make lint",
    "pip-tools": "make lock",
    "pytest-xdist": "make test, on all cores",
    "faker": "the names bench takes lists of names out of its providers, where it is installed",
    "tamil-names": "the names bench reads its table, where it is installed",
}
MODULES = {
    "dnspython": "dns",
    "misp-stix": "misp_stix_converter",
    "pillow": "PIL",
    "py-tlsh": "tlsh",
    "pysigma": "sigma",
    "python-stdnum": "stdnum",
    "pyyaml": "yaml",
    "stix2-matcher": "stix2matcher",
    "stix2-patterns": "stix2patterns",
    "stix2-validator": "stix2validator",
    "taxii2-client": "taxii2client",
    "tojyutping": "ToJyutping",
}


def test_what_the_sources_import_is_declared_and_what_is_declared_is_imported() -> None:
    none(_undeclared(sources(), _declared()))


def test_what_the_tests_import_is_declared_and_what_is_declared_for_them_is_imported() -> None:
    project = tomllib.loads(text(PurePath("pyproject.toml")))
    others = tuple(file for file in python() if file not in sources())
    none(_undeclared(others, {_package(each) for each in project["dependency-groups"]["dev"]}, besides=_declared()))


def _declared() -> set[str]:
    project = tomllib.loads(text(PurePath("pyproject.toml")))["project"]
    extras = [each for some in project["optional-dependencies"].values() for each in some]
    return {_package(each) for each in [*project["dependencies"], *extras]}


def _undeclared(files: Iterable[PurePath], declared: set[str], besides: Iterable[str] = ()) -> Iterator[str]:
    used = _outside_modules(files)
    named = {name: MODULES.get(name, name.replace("-", "_")) for name in declared}
    for name in sorted(declared - set(BY_NAME_ONLY)):
        if named[name] not in used:
            yield f"pyproject.toml: {name} is declared and nowhere imported"
    known = {*named.values(), *(MODULES.get(name, name.replace("-", "_")) for name in besides)}
    for module, file in used.items():
        if module not in known:
            yield f"{file}: imports {module}, which is not declared"


def _outside_modules(files: Iterable[PurePath]) -> dict[str, PurePath]:
    """Every module of another package that the files import, and a file that does."""
    ours = {"oureyes", "bench", *(file.stem for file in python() if file.parent.name in ("tests", "docs", "interop"))}
    out: dict[str, PurePath] = {}
    for file in files:
        for node in ast.walk(_parsed(file)):
            names = []
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            for top in (name.partition(".")[0] for name in names):
                if top not in sys.stdlib_module_names and top not in ours:
                    out.setdefault(top, file)
    return out


def _package(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0].lower()


def test_no_data_of_others_is_in_the_tree() -> None:
    """Fixtures are small; a big file is somebody's data set."""
    limit = 300_000
    generated, written = (".lock", ".woff2"), PurePath("docs/reference")  # the second by `make docs`, from the code
    none(
        f"{file}: {size} bytes"
        for file in tracked()
        if file.suffix not in generated
        and file.parent != written
        and (size := Path(ROOT / file).stat().st_size) > limit
    )
