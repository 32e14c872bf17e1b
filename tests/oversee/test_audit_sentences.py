"""Every act reads as a whole sentence: what its verb's sentence names, the row that is written gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from paths import ROOT

from oureyes.oversee.audit import VERBS

SLOT = re.compile(r"\{(\w+)\}")
PACKAGE = ROOT / "src/oureyes"
SOURCES = sorted(PACKAGE.rglob("*.py"))
# Calls whose verb is a variable, with every verb it can be. What is noted is found where it is noted.
BY_VARIABLE = {
    "node/releasing/consenting.py": ("consent", "deny"),
    "node/retaining.py": ("hide", "erase"),
    "node/peers.py": ("poll", "push"),
}
PASSED_ON = ("node/noting.py", "node/overseeing.py")


def rows() -> Iterator[tuple[str, str, set[str]]]:
    """(file:line, verb, what is given) of every audit row that is written anywhere."""
    for file in SOURCES:
        name = str(file.relative_to(PACKAGE))
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            place = {"audit": 2, "looked": 2}.get(call.func.attr)
            if call.func.attr == "add" and "notes" in ast.unparse(call.func.value):
                place = 1
            if place is None or len(call.args) <= place:
                continue
            verb, given = call.args[place], _given(call)
            verbs = (str(verb.value),) if isinstance(verb, ast.Constant) else BY_VARIABLE.get(name, ())
            for one in verbs or (() if name in PASSED_ON else ("",)):
                yield f"{name}:{call.lineno}", one, given


def _given(call: ast.Call) -> set[str]:
    named = {keyword.arg for keyword in call.keywords if keyword.arg}
    spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
    written = [key for value in spread if isinstance(value, ast.Dict) for key in value.keys if key is not None]
    return named | {str(ast.literal_eval(key)) for key in written} | {"subject"}


ROWS = list(rows())


def test_every_place_that_writes_a_row_is_found() -> None:
    assert len(ROWS) > 60
    assert not [at for at, verb, _ in ROWS if not verb]
    assert {verb for _, verb, _ in ROWS} <= set(VERBS)


@pytest.mark.parametrize(("at", "verb", "given"), ROWS, ids=[f"{at} {verb}" for at, verb, _ in ROWS])
def test_no_sentence_has_a_hole(at: str, verb: str, given: set[str]) -> None:
    missing = set(SLOT.findall(VERBS[verb])) - given
    assert not missing, f"{at}: `{verb}` says {sorted(missing)} and the row does not give it"
