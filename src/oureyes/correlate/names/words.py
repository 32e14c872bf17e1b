"""The reason of a match in the analyst's words."""

from __future__ import annotations

from collections.abc import Sequence

from oureyes.correlate.names.circumstances import Circumstance
from oureyes.correlate.names.likeness import Likeness
from oureyes.correlate.names.organisations import Agreement
from oureyes.correlate.names.subject import Name
from oureyes.model.romanisation import fold, script_of

__all__ = ["reason"]

_ALIKE = 0.6


def reason(left: Name, right: Name, found: Likeness | Agreement, about: Sequence[Circumstance], quiet: str = "") -> str:
    """`ทองดี and Thongdi: same sounds; …`; the same whichever side comes first."""
    if left.text > right.text:
        left, right = right, left
    head = left.text if left.text == right.text else f"{left.text} and {right.text}"
    said = [_how(left, right, found)]
    if isinstance(found, Likeness):
        said += _details(found)
    said += _aliases(left, right)
    said += [one.words for one in about]
    return f"{head}: {'; '.join([*said, quiet] if quiet else said)}"


def _how(left: Name, right: Name, found: Likeness | Agreement) -> str:
    if left.text == right.text:
        return "the same name, letter by letter"
    if isinstance(found, Agreement):
        return f"{found.how} without the legal form ({found.called})"
    if found.path.dialect and found.path.score > 0.8:
        return f"same sounds in {found.path.dialect.title()}"
    same = all(_sounds(found.left, pair.left) == _sounds(found.right, pair.right) for pair in found.alignment.pairs)
    if script_of(left.text) == script_of(right.text) and sorted(found.left) == sorted(found.right):
        return "the same name, but for marks, titles, case or order"
    return "same sounds" if same else "similar sounds"


def _sounds(tokens: tuple[str, ...], places: tuple[int, ...]) -> str:
    return fold("".join(tokens[at] for at in places))


def _details(found: Likeness) -> list[str]:
    pairs = [pair for pair in found.alignment.pairs if pair.alike > _ALIKE]
    initials = [pair for pair in found.alignment.pairs if pair.alike == 0.5]
    answered = (
        {at for pair in (*pairs, *initials) for at in pair.left},
        {at for pair in (*pairs, *initials) for at in pair.right},
    )
    more = max(len(found.left) - len(answered[0]), len(found.right) - len(answered[1]))
    out = [
        "all parts agree"
        if not more and not initials
        else f"{len(pairs)} part{'s' * (len(pairs) != 1)} agree{'s' * (len(pairs) == 1)}"
    ]
    if any(one.left > other.left and one.right < other.right for one in pairs for other in pairs):
        out.append("in another order")
    if initials:
        out.append("one writes an initial")
    if more:
        out.append(f"{more} part{'s' * (more != 1)} without an answer")
    return out


def _aliases(left: Name, right: Name) -> list[str]:
    if left.alias and right.alias:
        return ["an alias on both sides: weak by itself"]
    return ["an alias on one side"] if left.alias or right.alias else []
