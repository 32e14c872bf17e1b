"""Where words end in scripts that put no spaces between them: ICU's dictionaries, where `icu4py` is installed.

Nothing rests on it. Pairs of character clusters find any piece of such a text without it (`tokens`); with it whole
words rank before pieces, and names inside sentences can be read in Latin letters (`hearing`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from oureyes.understand.tokens import UNSPACED

__all__ = ["breaker", "version", "words"]

_LETTER = re.compile(r"\w")
_RUN = re.compile(f"[{UNSPACED}\u200b-\u200d]+")


@cache
def breaker() -> Callable[[str], list[str]] | None:
    """What cuts a run of letters into words; None where the extra `oureyes[words]` is not installed."""
    try:
        from icu4py.breakers import WordBreaker
    except ImportError:
        return None
    return lambda run: list(WordBreaker(run, "und"))


def version() -> str:
    """Which dictionaries cut: "" for none. Others may cut otherwise, so the index says what it was made with."""
    if breaker() is None:
        return ""
    import icu4py

    return f"icu{icu4py.icu_version}"


def words(text: str) -> list[list[str]] | None:
    """The words of each run of an unspaced script, in order; None where nothing can cut them."""
    cut = breaker()
    if cut is None:
        return None
    return [[word for word in cut(found[0]) if _LETTER.search(word)] for found in _RUN.finditer(text)]
