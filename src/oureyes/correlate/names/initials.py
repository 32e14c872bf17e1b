"""A name of which one part is written out and of the others the first letter: `B. J. Harahap`.

What agrees with the full name is one part and letters, which thousands share: so it is found, and rings nobody until
there is a second sign. A full name is found so by one of its parts alone, the one that is left written out (the last;
before a father's name or a comma the first), and only where that part is long and not common.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from oureyes.correlate.names.alignment import Pair
from oureyes.correlate.names.likeness import SAME, Likeness, crowded
from oureyes.correlate.names.tokens import INITIAL, weight
from oureyes.model.romanisation import readings, script_of, skeleton

__all__ = ["abbreviated", "by_initials", "initial_sounds", "initials_of"]

_FIRST = re.compile(r"(?i),|\b(?:bin|binti|bt|bte|ibn)\s|\b[adsw]\s*/\s*[lpo]\b")
_FULL = (2, 3)  # parts of a full name that is found by initials
_TELLING, _SOUNDS = 0.9, 3
_UNSIGNED = -1.0  # quiet, and rings with the same year of birth

Tokens = tuple[str, ...]


@lru_cache(maxsize=1 << 13)
def initial_sounds(name: str) -> tuple[str, ...]:
    """The consonants of the part that is written out, and the first letters of the others: `hlhp-b-j`."""
    if script_of(name) != "latin":
        return ()
    read = readings(name)
    some = read if any(abbreviated(name, tokens) for tokens in read) else read[:1]  # a full name costs one key
    return tuple(dict.fromkeys(sound for tokens in some for sound in _sounds(name, tokens)))


def abbreviated(name: str, tokens: Tokens) -> bool:
    """Whether letters stand for some of its parts; what is read from another script has none."""
    return min(map(len, tokens), default=0) == 1 < max(map(len, tokens)) and script_of(name) == "latin"


def initials_of(found: Likeness) -> int:
    """How many parts agree by a first letter where one alone agrees in full, and none is left; 0 for any other."""
    pairs = found.alignment.pairs
    letters = [pair for pair in pairs if _lengths(found, pair)[0] == 1]
    full = [pair for pair in pairs if pair.alike >= SAME and pair not in letters]
    whole = len(found.left) == len(found.right) == len(pairs) == len(letters) + 1
    if not whole or len(full) != 1 or all(_lengths(found, pair)[1] == 1 for pair in letters):
        return 0
    return len(letters) if _tells("".join(found.left[at] for at in full[0].left)) else 0


def by_initials(found: Likeness, signs: float) -> float:
    """What such a name comes to beside the many who bear its full part and begin with the same letters."""
    return _UNSIGNED - crowded(found.namesakes - INITIAL * initials_of(found) - signs, counted=False)


def _sounds(name: str, tokens: Tokens) -> Iterator[str]:
    full = [place for place, token in enumerate(tokens) if len(token) > 1]
    if len(full) == len(tokens):
        full = [0 if _FIRST.search(name) else len(tokens) - 1] if len(tokens) in _FULL else []
    for place in full if len(tokens) > 1 else ():
        if _tells(tokens[place]):
            others = sorted(token[0] for at, token in enumerate(tokens) if at != place)
            yield "-".join((skeleton(tokens[place]), *others))


def _tells(token: str) -> bool:
    return weight(token) >= _TELLING and len(skeleton(token)) >= _SOUNDS


def _lengths(found: Likeness, pair: Pair) -> tuple[int, int]:
    """Of the two sides of a pair, the shorter and the longer."""
    one, other = (
        sum(len(tokens[at]) for at in places) for tokens, places in ((found.left, pair.left), (found.right, pair.right))
    )
    return min(one, other), max(one, other)
