"""How alike two tokens sound, and how much a token says."""

from __future__ import annotations

import re
from functools import lru_cache

from oureyes.model.romanisation import fold, skeleton
from oureyes.model.romanisation.customs import COMMON, WEAK

__all__ = ["INITIAL", "alike", "letters", "rarity", "weight"]

# What it costs to hear one sound for another; 1 where nothing is said.
_PAIRS = {
    "nN": 0.25, "nm": 0.6, "ln": 0.6, "lt": 0.9, "cs": 0.4, "ck": 0.7, "ct": 0.7, "st": 0.6, "pw": 0.5, "pm": 0.7,
    "kh": 0.5,
    "wh": 0.7, "ai": 0.35, "iu": 0.45, "au": 0.35, "Yc": 0.5, "Yi": 0.2, "wu": 0.2, "kN": 0.6, "hs": 0.8, "lY": 0.8,
}  # fmt: skip
_HEARD = {pair[::way]: cost for pair, cost in _PAIRS.items() for way in (1, -1)}
_NEARLY = str.maketrans("Nsl", "ncn")
_DROPPED = {"a": 0.3, "i": 0.35, "u": 0.35, "h": 0.3, "w": 0.4, "Y": 0.4, "N": 0.9}
_SHORT = 3
# What a reader of Thai, Burmese or Lao hears alike, whatever is written: used once what is written has been compared.
_LOOSE = (
    (re.compile("r(?=[^aeiouy]|$)"), ""),
    (re.compile("(?:ay|ai|ei|ey|ae|eh)(?=[^aeiou]|$)"), "e"),
    (re.compile("(?:aw|au|ou|ow|or)(?=[^aeiou]|$)"), "o"),
    (re.compile("(?:ch|j|s|d|dh|th)$"), "t"),
    (re.compile("(?:el|ne|nn|h)$"), lambda found: {"el": "e", "ne": "ng"}.get(found[0], found[0][0].replace("h", ""))),
)
_LOOSELY = 0.9
_WRITTEN = (
    ("ee", "i"), ("ie", "i"), ("oo", "u"), ("ou", "u"), ("y", "i"), ("ck", "k"), ("kh", "k"), ("ph", "p"), ("nn", "n"),
)  # fmt: skip


@lru_cache(maxsize=1 << 16)
def alike(one: str, other: str) -> float:
    """0 to 1. Equal sounds of different letters are not quite equal: in short names (An, Anh) far from it."""
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return 0.5 if one[0] == other[0] else 0.0
    first, second = fold(one), fold(other)
    if not first or not second:
        return 0.0
    if first == second:
        if max(len(one), len(other)) <= _SHORT + 1 and (one[-2:] == "nh") != (other[-2:] == "nh"):
            return 0.45  # An and Anh are two names in Vietnam
        if _even(one) == _even(other):
            return 0.96
        written = letters(one, other)
        return 0.62 + 0.38 * written if min(len(one), len(other)) <= _SHORT else 0.86 + 0.14 * written
    mine, theirs = _consonants(one), _consonants(other)
    if 3 * len(mine & theirs) <= max(len(mine), len(theirs)):
        return 0.0
    size = (sum(_DROPPED.get(sound, 1.0) for sound in first) + sum(_DROPPED.get(sound, 1.0) for sound in second)) / 2
    heard = max(0.0, 1.0 - _distance(first, second) / max(size, 1.2))
    if heard < _LOOSELY:
        loose, other_loose = _loose(one), _loose(other)
        if (loose, other_loose) != (one, other):
            first, second = fold(loose), fold(other_loose)
            cost = 0.0 if first == second else _distance(first, second)
            heard = max(heard, min(1.0 - cost / max(size, 1.2), _LOOSELY))
    return 0.8 * heard + 0.15 * letters(one, other)


@lru_cache(maxsize=1 << 16)
def _consonants(token: str) -> frozenset[str]:
    return frozenset(skeleton(token).translate(_NEARLY))


@lru_cache(maxsize=1 << 16)
def _even(token: str) -> str:
    """Without what is only a way to write a long vowel or an aspirate: Bee, Bi; Lay, Lai; Kok, Khok."""
    for written, plain in _WRITTEN:
        token = token.replace(written, plain)
    return token.removesuffix("h") if len(token) > 2 else token


@lru_cache(maxsize=1 << 16)
def _loose(token: str) -> str:
    for written, heard in _LOOSE:
        token = written.sub(heard, token)
    return token


@lru_cache(maxsize=1 << 16)
def letters(one: str, other: str) -> float:
    """Letters in common, by pairs (Dice), first letters and lengths counting once more."""
    mine = {f"^{one[:1]}", *(one[at : at + 2] for at in range(len(one) - 1)), f"{one[-1:]}$"}
    theirs = {f"^{other[:1]}", *(other[at : at + 2] for at in range(len(other) - 1)), f"{other[-1:]}$"}
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def _distance(one: str, other: str) -> float:
    """Cheapest way from one to the other; the inner loop is all of the cost of a comparison, hence its bareness."""
    there = [_DROPPED.get(heard, 1.0) for heard in other]
    row = [0.0]
    for cost in there:
        row.append(row[-1] + cost)
    for place, sound in enumerate(one):
        gone = _DROPPED.get(sound, 1.0)
        last = row[0] + gone
        below = [last]
        for at, heard in enumerate(other):
            best = row[at]
            if sound != heard:
                best += _HEARD.get(sound + heard, 1.0)
                if not place or not at:
                    best += 0.3  # the first sound is rarely misheard
            if row[at + 1] + gone < best:
                best = row[at + 1] + gone
            last += there[at]
            if best < last:
                last = best
            below.append(last)
        row = below
    return row[-1]


@lru_cache(maxsize=1 << 16)
def weight(token: str) -> float:
    """How much a token says about whom: little when many bear it, or when it is a syllable."""
    known = COMMON.get(token)
    if known is not None:
        return known * (0.5 if token in WEAK else 1.0)
    if token in WEAK:
        return 0.3
    return (0.15, 0.45, 0.7, 0.9, 1.0)[min(len(skeleton(token)), 4)] if len(token) > 1 else 0.15


_VOWELS = re.compile("[aeiouy]+")
_BY_SYLLABLES = (1.7, 2.6, 3.2)
INITIAL = 1.2  # of a first letter: one in fifteen


def rarity(token: str) -> float:
    """How few of those with the same customs bear it, as a power of ten: a syllable one in fifty, a long name one in
    a thousand and more. A custom that names people by syllables has few names, whatever its alphabet."""
    known = COMMON.get(token)
    if known is not None:
        return 2.0 * known
    if len(token) == 1:
        return INITIAL
    return _BY_SYLLABLES[min(len(_VOWELS.findall(token)), 3) - 1] if _VOWELS.search(token) else _BY_SYLLABLES[0]
