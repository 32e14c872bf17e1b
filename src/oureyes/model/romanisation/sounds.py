"""How a Latin spelling sounds, coarsely: spellings of one name meet, whoever wrote it down.

    fold       Somchay, Somchai → somca      consonants in ten classes, vowels in three
    skeleton   Somchay, Somchai → smc        consonants alone

Classes follow what the spellings of the eleven states confuse: aspiration and voice (Phromma, Promma; Sopheap,
Sopheab), v and w (Vichai, Wichai), r and l (Thai, Lao, Chinese ears), final l and n (Kamol, Kamon), ch, j, tj and dj.
A fold is no identity: it finds candidates, and what is alike beyond it is weighed afterwards.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["fold", "skeleton"]

# Longest first: a digraph is one sound. `N` is ng, and joins n where nothing but consonants is left.
_SOUNDS = (
    ("tsch", "c"), ("chh", "c"), ("tch", "c"), ("sch", "s"), ("tsh", "c"), ("ch", "c"), ("zh", "c"), ("dj", "c"),
    ("tj", "c"), ("jh", "c"), ("sh", "s"), ("sj", "s"), ("sy", "s"), ("hs", "s"), ("ts", "c"), ("tz", "c"),
    ("dz", "s"), ("kh", "k"), ("gh", "k"), ("qu", "kw"), ("ck", "k"), ("ph", "p"), ("bh", "p"), ("th", "t"),
    ("dh", "t"), ("ht", "t"), ("hp", "p"), ("hl", "l"), ("hm", "m"), ("hn", "n"), ("hk", "k"), ("hw", "w"),
    ("rh", "l"), ("rn", "n"), ("wh", "w"), ("ngh", "N"), ("ng", "N"), ("nh", "n"), ("sr", "s"), ("lj", "l"), ("nj",
    "n"),
    ("ny", "n"), ("gn", "n"), ("ae", "e"), ("oe", "u"), ("j", "c"), ("q", "k"), ("g", "k"), ("x", "s"), ("z", "s"),
    ("b", "p"), ("f", "p"), ("v", "w"), ("d", "t"), ("r", "l"),
)  # fmt: skip
_TABLE = dict(_SOUNDS)
_SOUND = re.compile("|".join(spelling for spelling, _ in sorted(_SOUNDS, key=lambda pair: -len(pair[0]))))

_CONSONANT_Y = re.compile("y(?=[aeiou])")
_GLIDES = re.compile("Y(?:ee|ie|i)|w(?:oo|ou|u)")  # Yee is Yi and I, Woo is Wu and U
_VOWELS = re.compile("([aeiouy])(?:[aeiouy]|w(?![aeiou]))*")
_CLASS = {"a": "a", "e": "i", "i": "i", "y": "i", "o": "u", "u": "u"}
_DOUBLE = re.compile(r"(.)\1+")
_SILENT_H = re.compile("(?<=.)h(?![aiu])|(?<=[^aiu])h")  # but at the head and between vowels
_NOT_LETTERS = re.compile("[^a-z]")


@lru_cache(maxsize=1 << 16)
def fold(token: str) -> str:
    """The sounds of one token of a–z: classes of consonants, and a, i, u for vowels."""
    plain = _NOT_LETTERS.sub("", token)
    plain = _SOUND.sub(lambda found: _TABLE[found[0]], _hard_c(plain))
    plain = _GLIDES.sub(lambda found: "i" if found[0][0] == "Y" else "u", _CONSONANT_Y.sub("Y", plain))
    plain = _VOWELS.sub(lambda found: _CLASS[found[1]], plain)
    plain = _DOUBLE.sub(r"\1", _SILENT_H.sub("", plain))
    return _DOUBLE.sub(r"\1", plain)


@lru_cache(maxsize=1 << 16)
def skeleton(token: str) -> str:
    """The consonants of a fold; a first vowel leaves `a`, a last l is n, and n is n wherever it is spoken."""
    folded = fold(token)
    if not folded:
        return ""
    first = "a" if folded[0] in "aiu" else ""
    bare = first + "".join(letter for letter in folded if letter not in "aiuY" or letter == "Y" == folded[0])
    bare = bare.replace("N", "n").replace("Y", "y")
    return bare[:-1] + "n" if len(bare) > 1 and bare[-1] == "l" else bare


def _hard_c(token: str) -> str:
    """c is k, before e and i an s; ch stays for the table."""
    if "c" not in token:
        return token
    out = []
    for place, letter in enumerate(token):
        after = token[place + 1 : place + 2]
        if letter != "c" or after == "h" or (place and token[place - 1] in "ts"):
            out.append(letter)
        else:
            out.append("s" if after and after in "eiy" else "k")
    return "".join(out)
