"""The options that say how far something may travel and how good it is, and what their words mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.errors import InvalidObject
from oureyes.interfaces.words import meaning

if TYPE_CHECKING:
    from oureyes.model.markings import Marking

__all__ = ["MARKING", "changes"]

_PANEL = "Marking"


def _option(flag: str, metavar: str, says: str) -> Any:
    return Annotated[str | None, typer.Option(flag, metavar=metavar, help=says, rich_help_panel=_PANEL)]


# Names begin with `mark_` so that they never meet a command's own parameters.
MARKING: tuple[tuple[str, Any, Any], ...] = (
    ("mark_tlp", _option("--tlp", "WORD", "How far it may travel: CLEAR, GREEN, AMBER, AMBER+STRICT or RED."), None),
    ("mark_to", _option("--to", "MY,SG", "The members that may have it. Nobody is the default."), None),
    (
        "mark_hit",
        _option("--hit", "PH,SG", "Members that may learn hit or no hit when they ask, and nothing more; `nobody`."),
        None,
    ),
    ("mark_grade", _option("--grade", "B2", "How good it is: Admiralty (B2), or Europol's 4x4 (4x4:B2, X4)."), None),
    ("mark_pap", _option("--pap", "WORD", "What may be done with it: CLEAR, GREEN, AMBER or RED."), None),
    (
        "mark_handling",
        _option("--handling", "H0", "H0, H1 (not in court), H2 (not onward), H3 (see --conditions)."),
        None,
    ),
    ("mark_onward", _option("--onward", "WORD", "Whether recipients may pass it on: none, consent or free."), None),
    ("mark_embargo", _option("--embargo", "DAY", "Nobody gets it before this day (2026-12-31)."), None),
    ("mark_expires", _option("--expires", "DAY", "Nobody gets it from this day on."), None),
    ("mark_review", _option("--review", "DAY", "Somebody must look at it again by this day."), None),
    ("mark_fact", _option("--fact", "WORD", "What kind of statement it is: fact, assessment or hearsay."), None),
    ("mark_role", _option("--role", "WORD", "A person's role: suspect, convicted, victim, witness or other."), None),
    ("mark_conditions", _option("--conditions", "TEXT", "The conditions of H3, written out."), None),
)


def changes(before: Marking, said: Mapping[str, str]) -> Marking:
    """`before` with the rules that were said; a word that means nothing is a usage error that names its option."""
    found: dict[str, Any] = {}
    for name, text in said.items():
        rule = name.removeprefix("mark_")
        try:
            key, value = meaning(rule, text)
        except (InvalidObject, ValueError) as error:
            raise typer.BadParameter(_why(error, text), param_hint=f"--{rule}") from None
        found[key] = value
        if key == "answers_to":
            found["hit_no_hit"] = bool(value)
    try:
        return before.but(**found)
    except InvalidObject as error:
        raise typer.BadParameter(str(error), param_hint="marking") from None


def _why(error: Exception, text: str) -> str:
    if isinstance(error, InvalidObject):
        return f"{text[:30]}: {error.expected or error.subject}"
    return f"{text[:30]}: {error}"[:200]
