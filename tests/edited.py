"""Objects as somebody else may have written them down: the same content with a few small differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

KEPT = frozenset(
    ["type", "id", "spec_version", "created", "modified", "extension_type", "identity_class", "pattern_type"]
)
_DIGITS, _LATIN = "0123456789", "abcdefghijklmnopqrstuvwxyz"
_LETTERS = "aeiou 05f.-'กาမ明م"


@st.composite
def edited(draw: st.DrawFn, content: Mapping[str, Any], most: int = 3) -> dict[str, Any]:
    """A copy in which up to `most` things differ: a letter more, less or another, another case, a list turned round, a
    property left out."""
    made = deepcopy(dict(content))
    for _ in range(draw(st.integers(0, most))):
        places = list(_places(made))
        if not places:
            break
        inside, key = draw(st.sampled_from(places))
        value = inside[key]
        if isinstance(value, list):
            value.reverse()
        elif isinstance(inside, dict) and draw(st.integers(0, 5)) == 0:
            del inside[key]
        elif isinstance(value, str):
            inside[key] = _respelt(draw, value)
    return made


@st.composite
def both_edited(draw: st.DrawFn, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Two objects as they may have been written about something else: first one letter or digit for another in both,
    so that what is equal stays equal, and then a little in each."""
    said = set("".join(_texts(left))) & set("".join(_texts(right)))
    first = draw(st.sampled_from(sorted(said & {*_DIGITS, *_LATIN}) or ["a"]))
    second = draw(st.sampled_from(_DIGITS if first in _DIGITS else _LATIN))
    there, back = (one + one.upper() for one in (first, second))
    swapped = str.maketrans(there + back, back + there) if draw(st.booleans()) else {}
    one, other = (_translated(side, swapped) for side in (left, right))
    return draw(edited(one, most=1)), draw(edited(other, most=1))


def _translated(value: Any, table: dict[int, int]) -> Any:
    if isinstance(value, dict):
        return {key: inner if key in KEPT else _translated(inner, table) for key, inner in value.items()}
    if isinstance(value, list):
        return [_translated(inner, table) for inner in value]
    return value.translate(table) if isinstance(value, str) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for key, inner in value.items() if key not in KEPT for text in _texts(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in _texts(inner))
    elif isinstance(value, str):
        yield value


def _places(inside: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in it that may change."""
    for key, value in inside.items() if isinstance(inside, dict) else enumerate(inside):
        if key in KEPT:
            continue
        if isinstance(value, (str, list)):
            yield inside, key
        if isinstance(value, (dict, list)):
            yield from _places(value)


def _respelt(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, max(0, len(text) - 1)))
    another = draw(st.sampled_from([*_LETTERS, *text[:64]]))
    ways = {
        "more": text[:at] + another + text[at:],
        "less": text[:at] + text[at + 1 :],
        "another": text[:at] + another + text[at + 1 :],
        "turned": text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
        "shouted": text.upper(),
        "whispered": text.lower(),
        "apart": text.replace(" ", "  "),
    }
    return ways[draw(st.sampled_from(sorted(ways)))]
