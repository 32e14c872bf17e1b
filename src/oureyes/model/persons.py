"""Who is who by name: two spellings of one name are one person, and one person is never two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Default_Ignorable_Code_Point (UAX #44) beyond category Cf: joiners, fillers and variation selectors
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_BLANK = "\u2800"  # a braille cell without dots

__all__ = ["people", "person"]


def person(name: str) -> str:
    """A name as it is compared: `Ayu `, `ayu` and one in full-width letters are one, whatever was typed or cannot be
    seen (UAX #15, NFKC; format characters and what else has no shape of its own left out)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(" " if unicodedata.category(mark) in ("Cc", "Zs") or mark == _BLANK else mark for mark in folded
                   if unicodedata.category(mark) != "Cf" and not _UNSEEN.match(mark))  # fmt: skip
    return " ".join(unicodedata.normalize("NFKC", seen).split())


def people(names: Iterable[str]) -> frozenset[str]:
    """The different people among some names; a blank is nobody."""
    return frozenset(person(name) for name in names) - {""}
