"""Who is who by name: two spellings of one name are one person, and one person is never two."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

__all__ = ["people", "person"]


def person(name: str) -> str:
    """A name as it is compared: `Ayu `, `ayu` and one in full-width letters are one, whatever was typed or cannot be
    seen (UAX #15, NFKC; format characters left out)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(" " if unicodedata.category(mark) in ("Cc", "Zs") else mark for mark in folded
                   if unicodedata.category(mark) != "Cf")  # fmt: skip
    return " ".join(seen.split())


def people(names: Iterable[str]) -> frozenset[str]:
    """The different people among some names; a blank is nobody."""
    return frozenset(person(name) for name in names) - {""}
