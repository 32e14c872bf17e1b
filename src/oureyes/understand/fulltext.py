"""What the full-text index holds of one object, and which version of the cutting made it.

Three kinds of token stand in one row, told apart by how they begin: pieces of the text (a letter; `tokens`), whole
words of scripts without spaces where ICU cuts them (`1`), and sounds (`0`, `2`; `hearing`). The pieces are the same on
every node and are enough to find what is written as asked; the others only add to them. A node that gains or loses the
wheel, or gets newer tables, therefore finds what it found before while its index is built anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oureyes.model.romanisation import VERSION
from oureyes.understand import hearing, wordbreaks
from oureyes.understand.tokens import letters, plain, text_of, tokens

__all__ = ["WHOLE", "indexed", "matched_as", "version", "whole"]

WHOLE = "1"
_CUT = "2"  # raised with every change in what a text is cut into


def version() -> str:
    """What an index made here and now is made with."""
    return " ".join(part for part in (_CUT, VERSION, wordbreaks.version()) if part)


def indexed(content: Mapping[str, Any]) -> str:
    """The row of one object."""
    text = text_of(content)
    if (quick := plain(text)) is not None:  # nearly all: nothing but names of persons is heard
        return " ".join([*tokens(quick), *hearing.sounds(content, "", None).at])
    cut = wordbreaks.words(text)
    words = [WHOLE + letters(word) for run in cut or () for word in run]
    return " ".join([*tokens(text), *words, *hearing.sounds(content, text, cut).at])


def whole(text: str) -> tuple[str, ...]:
    """The words of a question that is one run of an unspaced script, as tokens; none for any other."""
    cut = None if text.isascii() else wordbreaks.words(text)
    if not cut or len(cut) > 1 or "".join(cut[0]) != text:
        return ()
    return tuple(WHOLE + letters(word) for word in cut[0])


def matched_as(content: Mapping[str, Any], asked: Iterable[Sequence[hearing.Heard]]) -> str:
    """What in an object answers by ear to what was asked, as it is written there."""
    text = text_of(content)
    return hearing.matched(content, asked, None if text.isascii() else wordbreaks.words(text))
