"""Whether two names are one organisation's: the same words, or sounds across scripts, without the legal form.

Numbers are part of the name in every script and must be the same (Cienco 1 is not Cienco 8). In one script sounds make
no two one (Bina, Pena): words must be the same, and those that only look alike need a second sign. So does a short
name across scripts, which many sound like, and one name with two countries: (M), (S).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from oureyes.correlate.names.tokens import alike, letters
from oureyes.model.romanisation import fold, script_of, skeleton
from oureyes.model.romanisation.han import simplified
from oureyes.model.romanisation.latin import numbers, plain
from oureyes.model.romanisation.organisations import core, organisation_readings, says_a_form

__all__ = ["NEARLY", "Agreement", "agreed", "may_be_one", "numbered", "organisation_sounds"]

_ALIKE = 0.8  # vowels are guessed where a script leaves them out
_LOOK_ALIKE = 0.65  # letters two words have in common
_LONG = 4  # consonants from which vowels may be heard otherwise
_TELLING = 5  # words and consonants of a name that rings across scripts
_JOINED = 6  # letters from which words in Latin may be written apart or as one
_COUNTRY = re.compile(r"\(\s*([ms])\s*\)")

_WORDS, _NEAR_WORDS = "the same words", "words that look and sound alike"
_LETTERS = "the same letters, apart or as one,"
_SOUNDS, _NEAR_SOUNDS = "the same sounds across scripts", "similar sounds across scripts"
NEARLY = "alike, and not quite one name: a second sign is needed"
_SHORT = "a short name, which many sound like: a second sign is needed"
_COUNTRIES = "of two countries: a second sign is needed"

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both are called, how far that is one name, and where a second sign is needed, the words for that."""

    called: str
    how: str
    quiet: str = ""


def may_be_one(name: str) -> bool:
    """Whether a name of which nobody says whose it is may be an organisation's: in Latin any, elsewhere by its form."""
    return script_of(name) == "latin" or says_a_form(name)


@lru_cache(maxsize=1 << 12)
def organisation_sounds(name: str) -> tuple[str, ...]:
    """What it is looked up by: its words in no order, and the whole unparted. Other scripts write it as one first."""
    read = organisation_readings(name)
    words = [f"k:{'-'.join(_words(tokens))}" for tokens in read]
    whole = [f"o:{'-'.join((_whole(tokens), *_counted(tokens)))}" for tokens in read]
    return tuple(dict.fromkeys(words + whole if script_of(name) == "latin" else whole + words))


@lru_cache(maxsize=1 << 12)
def agreed(one: str, other: str) -> Agreement | None:
    """How both are one name, as one of them may be written in Latin letters; None where they are not."""
    if one > other:
        return agreed(other, one)
    found = Agreement(core(one), _WORDS) if one == other else _agreed(one, other)
    if found is None or found.quiet:
        return found
    mine, theirs = (set(_COUNTRY.findall(plain(name))) for name in (one, other))
    return Agreement(found.called, found.how, _COUNTRIES if mine and theirs and mine != theirs else "")


def numbered(name: str) -> Tokens:
    """The numbers in a name."""
    return tuple(sorted(re.findall("[0-9]+", numbers(name))))


def _agreed(one: str, other: str) -> Agreement | None:
    scripts = script_of(core(one)), script_of(core(other))
    if scripts[0] == scripts[1] != "latin":
        return Agreement(core(one), _WORDS) if _written(one) == _written(other) else None
    if scripts[1] == "latin":
        one, other = other, one
    pairs = product(organisation_readings(one), organisation_readings(other))
    met = _read_alike if scripts[0] == scripts[1] else _heard_alike
    every = [found for mine, theirs in pairs if _counted(mine) == _counted(theirs) for found in met(mine, theirs)]
    return min(every, key=lambda found: bool(found.quiet), default=None)


def _read_alike(mine: Tokens, theirs: Tokens) -> Iterator[Agreement]:
    """Both in Latin letters, called as the first writes it."""
    called = " ".join(mine)
    left, right = _joined(mine), _joined(theirs)
    if sorted(mine) == sorted(theirs):
        yield Agreement(called, _WORDS)
    elif left == right and len(left) >= _JOINED:
        yield Agreement(called, _LETTERS)
    elif _nearly(mine, theirs):
        yield Agreement(f"{called}, {' '.join(theirs)}", _NEAR_WORDS, NEARLY)


def _heard_alike(mine: Tokens, theirs: Tokens) -> Iterator[Agreement]:
    """In two scripts, called as the first writes it."""
    left, right = _joined(mine), _joined(theirs)
    same = _words(mine) == _words(theirs) or (min(len(left), len(right)) >= _JOINED and fold(left) == fold(right))
    if same or (left and right and _whole(mine) == _whole(theirs) and alike(left, right) >= _ALIKE):
        tells = min(len(_lettered(mine)), len(_lettered(theirs))) + len(skeleton(left))
        how = _SOUNDS if same else _NEAR_SOUNDS
        yield Agreement(" ".join(mine), how, "" if tells >= _TELLING else _SHORT)


def _nearly(mine: Tokens, theirs: Tokens) -> bool:
    """Word by word; where one writes them apart, as a whole."""
    pairs = [(_joined(mine), _joined(theirs))]
    if len(mine) == len(theirs):
        pairs = list(zip(_lettered(mine), _lettered(theirs), strict=True))
    return all(fold(one) == fold(other) and letters(one, other) >= _LOOK_ALIKE for one, other in pairs)


def _written(name: str) -> tuple[str, Tokens]:
    """Two that sound alike in one script are two: 金龙, 锦隆."""
    text = "".join(numbers(core(name)).split())
    return simplified(text) if script_of(name) == "han" else text, numbered(core(name))


def _words(tokens: Tokens) -> list[str]:
    return sorted(fold(word) or word for word in tokens)


def _whole(tokens: Tokens) -> str:
    sounds = skeleton(_joined(tokens))
    return sounds if len(sounds) >= _LONG else f"={fold(_joined(tokens))}"


def _joined(tokens: Tokens) -> str:
    return "".join(word for word in tokens if not word.isdecimal())


def _lettered(tokens: Tokens) -> list[str]:
    """The words without the numbers, so that those which sound alike stand at one place."""
    return sorted((word for word in tokens if not word.isdecimal()), key=lambda word: (fold(word), word))


def _counted(tokens: Tokens) -> list[str]:
    return sorted(word for word in tokens if word.isdecimal())
