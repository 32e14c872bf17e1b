"""Write docs/reference/ from the code, so that the manual cannot say what the node does not do.

`make docs` runs it; tests/test_docs.py fails when a page is not what it would write.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

from oureyes import errors
from oureyes.alert import NOTIFIERS
from oureyes.config import SETTINGS
from oureyes.correlate import MATCHERS
from oureyes.interfaces.api import openapi
from oureyes.interfaces.api import table as routes
from oureyes.model import vocabularies
from oureyes.model.accounts import SCOPES
from oureyes.model.findings import AlertState, Verdict
from oureyes.model.markings import PAP, TLP, Fact, Handling, Marking, Onward, Role
from oureyes.model.objects import EXTENSIONS
from oureyes.model.observables import KINDS
from oureyes.model.plans import EvidenceState, Status
from oureyes.model.sharing import Kind
from oureyes.oversee.audit import VERBS
from oureyes.record import IMPORTERS
from oureyes.record.exports import FORMATS
from oureyes.release import CRIME_PURPOSES, PURPOSES, QUESTIONS

REFERENCE = Path(__file__).resolve().parent / "reference"
WRITTEN = "<!-- Written by `make docs` from the code; change the code. -->"


def pages() -> Mapping[str, str]:
    """File name → text of every page."""
    made: Sequence[tuple[str, str, Callable[[], Iterator[str]]]] = (
        ("settings.md", "Settings", settings),
        ("commands.md", "Commands", commands),
        ("api.md", "The node's own interface", api),
        ("python.md", "Python", python),
        ("errors.md", "Errors", error_tree),
        ("markings.md", "Markings", markings),
        ("importers.md", "What can be read", importers),
        ("exports.md", "What can be written", exports),
        ("matchers.md", "Matchers", matchers),
        ("notifiers.md", "Ways to be alerted", notifiers),
        ("audit-verbs.md", "Audit verbs", audit_verbs),
        ("stix.md", "STIX kinds and extensions of ours", stix),
        ("vocabularies.md", "Vocabularies", words),
    )
    out = {name: "\n".join([f"# {title}", "", WRITTEN, "", *body()]).rstrip() + "\n" for name, title, body in made}
    index = [f"- [{title}]({name})" for name, title, _ in made]
    said = "Every setting, command, word and rule of a node, as the code has it."
    out["openapi.json"] = openapi.text().decode()
    return {"README.md": "\n".join(["# Reference", "", WRITTEN, "", said, "", *index, ""]), **out}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', '&#124;').replace(chr(10), ' ') for cell in row)} |"
    yield ""


def code(text: object) -> str:
    """In code letters; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def told(module: ModuleType | type) -> str:
    """A docstring, its indented parts kept as they are."""
    return inspect.cleandoc(module.__doc__ or "")


def settings() -> Iterator[str]:
    yield "A node's home holds `node.toml` with what differs from the defaults; the environment overrides the file."
    yield "`oureyes --home DIR doctor` shows what is in force."
    yield ""
    rows = ((code(one.name), code(_toml(one.default)), one.says, code(one.variable)) for one in SETTINGS)
    yield from table(("Setting", "Default", "What it does", "Environment"), rows)
    if others := sorted(environment() - {one.variable for one in SETTINGS}):
        yield "Read besides: " + ", ".join(map(code, others)) + "."


def _toml(value: str | int | bool) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def environment() -> set[str]:
    """Every OUREYES_ variable that stands in the sources."""
    source = Path(errors.__file__).parent
    text = "\n".join(file.read_text("utf-8") for file in sorted(source.rglob("*.py")))
    return set(re.findall(r"\bOUREYES_[A-Z][A-Z_]*[A-Z]\b", text))


def application() -> Any:
    """The command line as click sees it; None where there is none yet."""
    if not (Path(errors.__file__).parent / "interfaces" / "cli").exists():
        return None
    import typer

    return typer.main.get_command(importlib.import_module("oureyes.interfaces.cli").app)


def each_command(command: Any, name: str = "oureyes") -> Iterator[tuple[str, Any]]:
    """(`oureyes quarantine list`, the command), groups included."""
    yield name, command
    for inner in sorted(getattr(command, "commands", {})):
        if not command.commands[inner].hidden:
            yield from each_command(command.commands[inner], f"{name} {inner}")


def commands() -> Iterator[str]:
    yield "`oureyes COMMAND --help` says the same. The options of `oureyes` itself go with every command, before it or"
    yield "after it; they are listed once."
    yield ""
    root = application()
    if root:
        said = told(importlib.import_module("oureyes.interfaces.cli.exits"))
        yield from ("## Exit codes", "", "```text", said, "```", "")
    everywhere = {one.opts[0] for one in root.params} if root else set()
    for name, command in each_command(root) if root else ():
        yield from (f"## {name}", "", _plain(command.help or ""), "")
        context = command.context_class(command, info_name=name)
        yield from ("```text", " ".join([name, *command.collect_usage_pieces(context)]), "```", "")
        if example := getattr(command, "epilog", None):
            yield from ("```text", _plain(example), "```", "")
        options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
        if command is not root:
            options = [one for one in options if one.opts[0] not in everywhere]
        if options:
            yield from table(("Option", "Default", "What it does"), (_option(one) for one in options))


def _option(option: Any) -> tuple[str, str, str]:
    names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
    default = option.default
    shown = "" if default is None or callable(default) or default in ((), [], "", False) else code(default)
    return names, shown, _plain(getattr(option, "help", "") or "")


def _plain(text: str) -> str:
    """Without rich's markup and wrapped lines."""
    return re.sub(r"\[/?[a-z ]+\]", "", inspect.cleandoc(text)).strip()


def api() -> Iterator[str]:
    yield f"Under `{openapi.BASE}`, on the port of `doors_listen`. [openapi.json](openapi.json) is the description"
    yield f"that is served at `{openapi.BASE}/openapi.json`; [how to use it](../howto/use-the-api.md)."
    yield ""
    rows = ((code(name), said) for name, said in SCOPES.items() if name.startswith("api:"))
    yield from table(("Scope", "Lets"), rows)
    for module, found in groupby(routes.ROUTES, lambda one: one.run.__module__):
        yield from (f"## {module.rpartition('.')[2].capitalize()}", "", told(importlib.import_module(module)), "")
        yield from table(("Route", "Does", "Scope", "Command"), map(_route, found))
    yield from ("## The stream", "", told(importlib.import_module("oureyes.interfaces.api.stream")), "")
    yield from (f"`GET {routes.STREAM}`, any account, scope `api:read`.", "", "## Commands without a route", "")
    yield from table(("Command", "Why"), ((code(name), why) for name, why in routes.NO_ROUTE.items()))


def _route(one: Any) -> tuple[str, str, str, str]:
    scopes = " or ".join(code(name) for name in sorted(one.scopes)) + ("; outsiders too" if one.everyone else "")
    return code(f"{one.method} {one.path}"), one.says, scopes, ", ".join(code(name) for name in one.cli)


def python() -> Iterator[str]:
    import oureyes
    from oureyes.node import Node

    yield f"`import oureyes` gives {', '.join(code(name) for name in oureyes.__all__)}; nothing else is public."
    yield ""
    yield "## oureyes.Node"
    yield ""
    yield told(Node)
    yield ""
    for name, member in vars(Node).items():
        if name.startswith("_"):
            continue
        function = getattr(member, "__func__", None) or getattr(member, "fget", None) or member
        if not callable(function):
            continue
        said = inspect.getdoc(function) or ""
        yield f"- `{name}{_signature(member, function)}`{': ' + said.splitlines()[0] if said else ''}"
    yield ""


def _signature(member: object, function: Callable[..., object]) -> str:
    if isinstance(member, property):
        return ""
    found = inspect.signature(function)
    kept = [one.replace(annotation=inspect.Parameter.empty) for name, one in found.parameters.items()]
    shown = str(found.replace(parameters=kept[1:], return_annotation=inspect.Signature.empty))
    return re.sub(r"<[\w.]+: ('\w+')>", r"\1", shown)


def error_tree() -> Iterator[str]:
    yield from ("```text", told(errors), "```", "")
    rows = (
        (code(name), told(getattr(errors, name)).splitlines()[0])
        for name in sorted(errors.__all__, key=lambda name: len(getattr(errors, name).__mro__))
    )
    yield from table(("Error", "Says"), rows)


def markings() -> Iterator[str]:
    yield told(Marking)
    yield ""
    rows = ((code(one.name), code(_default(one))) for one in fields(Marking))
    yield from table(("Rule", "When not said"), rows)
    for vocabulary in (TLP, PAP, Handling, Onward, Role, Fact):
        yield f"## {vocabulary.__name__}"
        yield ""
        yield told(vocabulary)
        yield ""
        yield ", ".join(code(one.name if isinstance(one.value, int) else one.value) for one in vocabulary)
        yield ""
    yield "## Purposes"
    yield ""
    yield "Why something is released, asked or read. Those of crime: " + _listed(CRIME_PURPOSES) + "; the others: "
    yield _listed(PURPOSES - CRIME_PURPOSES) + "."
    yield ""
    yield "## The neutrality gate"
    yield ""
    yield "Asked before a notice on a person leaves; each is answered no, yes or unsure."
    yield ""
    yield from table(("Question", "Words"), ((code(name), words) for name, words in QUESTIONS.items()))


def _default(field: Any) -> str:
    value = field.default_factory() if field.default is MISSING else field.default
    if isinstance(value, frozenset):
        return "nobody" if not value else _listed(value)
    return "" if value is None else str(getattr(value, "name", value))


def _listed(values: Iterable[str]) -> str:
    return ", ".join(code(value) for value in sorted(values))


def plug_ins(modules: Iterable[Any]) -> Iterator[str]:
    """What each plug-in module says of itself."""
    for module in modules:
        yield from (f"## {module.NAME}", "", f"`{module.__name__}`", "", "```text", told(module), "```", "")


def exports() -> Iterator[str]:
    yield "`oureyes export --format` writes it, and `/export/1/{collection}/{format}` serves it."
    yield "See [Export, and feed your tools](../howto/export-and-feed-your-tools.md)."
    yield ""
    rows = [
        (f"`{name}`", f"`{made.suffix}`", f"`{made.media}`", "values" if made.values else "objects")
        for name, made in FORMATS.items()
    ]
    yield from table(("Format", "File", "Media type", "Holds"), rows)


def importers() -> Iterator[str]:
    yield "Exactly one importer claims each input, by its first bytes and its name. What cannot be read is put aside"
    yield "(`oureyes quarantine`) with its id, what was expected, what was found and what to do; the rest goes on."
    yield ""
    yield from plug_ins(IMPORTERS)


def matchers() -> Iterator[str]:
    yield "A match is a hypothesis with a score and a reason, never a verdict. What `compare` accepts shares a key."
    yield ""
    for module in MATCHERS:
        yield from plug_ins([module])
        scores: Mapping[str, float] = getattr(module, "SCORES", {})
        ordered = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        if ordered:
            yield from table(("Kind", "What an equal value proves"), ((code(kind), score) for kind, score in ordered))
        rows = ((_example(one.left), _example(one.right), "yes" if one.matches else "no") for one in module.EXAMPLES)
        yield from table(("One holds", "The other holds", "A match"), rows)


def _example(content: Mapping[str, object]) -> str:
    kept = {
        key: value for key, value in content.items() if key not in ("id", "pattern_type") and value not in ("", None)
    }
    kind = kept.pop("type", "")
    return f"{kind} " + ", ".join(code(value) for value in kept.values())


def notifiers() -> Iterator[str]:
    yield "Every alert is in the inbox. These carry word of it elsewhere: counts and ids, no content."
    yield ""
    yield from plug_ins(NOTIFIERS)


def audit_verbs() -> Iterator[str]:
    yield "One row for each act: who, when, on what, for which purpose. It holds ids, counts and digests, no content."
    yield ""
    yield from table(("Verb", "How it reads"), ((code(verb), said) for verb, said in sorted(VERBS.items())))


def stix() -> Iterator[str]:
    yield "Objects are STIX 2.1. Kinds and properties of our own stand under extension definitions (STIX 2.1 §7.3);"
    yield "another tool keeps them without understanding them."
    yield ""
    yield from table(
        ("Kind or property", "Extension"), ((code(name), code(ident)) for name, ident in EXTENSIONS.items())
    )
    yield "## Observables"
    yield ""
    yield "Kinds of value that are brought into one normal form and matched:"
    yield ""
    yield _listed(KINDS)
    yield ""


def words() -> Iterator[str]:
    for taxonomy in (vocabularies.ASEAN_SOMTC, vocabularies.UNODC_INTERNET_TERRORISM):
        yield f"## {taxonomy.namespace}"
        yield ""
        yield f"{taxonomy.description} Version {taxonomy.version}."
        yield ""
        rows = (
            (code(vocabularies.machine_tag(taxonomy.namespace, predicate.value, value.value)), value.description)
            for predicate in taxonomy.predicates
            for value in predicate.values
        )
        yield from table(("Tag", "Covers"), rows)
    for title, vocabulary in (
        ("Kinds of statement between nodes", Kind),
        ("States of an alert", AlertState),
        ("A person's word on a match", Verdict),
        ("How evidence is held", EvidenceState),
        ("How a claim or a plan stands", Status),
    ):
        yield from (f"## {title}", "", ", ".join(code(one.value) for one in vocabulary), "")


def examples(text: str) -> Iterator[tuple[int, str]]:
    """(line, source) of every Python example in a Markdown text; tests run them."""
    for found in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        ast.parse(found[1])
        yield text.count("\n", 0, found.start()) + 1, found[1]


def main() -> None:
    REFERENCE.mkdir(exist_ok=True)
    made = pages()
    for name in set(os.listdir(REFERENCE)) - set(made):
        (REFERENCE / name).unlink()
    for name, text in made.items():
        (REFERENCE / name).write_text(text, "utf-8")
    sys.stdout.write(f"docs: {len(made)} pages in docs/reference\n")


if __name__ == "__main__":
    main()
