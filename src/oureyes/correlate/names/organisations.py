"""Whether two names are one organisation's: the same words, or sounds across scripts, without the legal form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from oureyes.correlate.names.tokens import alike
from oureyes.model.romanisation import fold, script_of, skeleton
from oureyes.model.romanisation.han import simplified
from oureyes.model.romanisation.organisations import core, organisation_readings, says_a_form

__all__ = ["agreed", "may_be_one", "organisation_sounds"]

_ALIKE = 0.8  # vowels are guessed where a script leaves them out
_LONG = 4  # consonants from which vowels may be heard otherwise
_JOINED = 6  # letters from which words in Latin may be written apart or as one

Tokens = tuple[str, ...]


def may_be_one(name: str) -> bool:
    """Whether a name of which nobody says whose it is may be an organisation's: in Latin any, elsewhere by its form."""
    return script_of(name) == "latin" or says_a_form(name)


@lru_cache(maxsize=1 << 12)
def organisation_sounds(name: str) -> tuple[str, ...]:
    """What it is looked up by: its words in no order, and the whole unparted. Other scripts write it as one first."""
    read = organisation_readings(name)
    words = [f"k:{'-'.join(_words(tokens))}" for tokens in read]
    whole = [f"o:{_whole(tokens)}" for tokens in read]
    return tuple(dict.fromkeys(words + whole if script_of(name) == "latin" else whole + words))


@lru_cache(maxsize=1 << 12)
def agreed(one: str, other: str) -> str:
    """What both are called, as one of them may be written in Latin letters; "" where they do not agree."""
    if one > other:
        return agreed(other, one)
    scripts = script_of(one), script_of(other)
    if scripts[0] == scripts[1] != "latin":
        return core(one) if _written(one) == _written(other) else ""
    if scripts[1] == "latin":
        return next(_met(other, one, apart=scripts[0] != scripts[1]), "")
    return next(_met(one, other, apart=scripts[0] != scripts[1]), "")


def _met(one: str, other: str, *, apart: bool) -> Iterator[str]:
    """What both are called, as the first writes it."""
    for mine, theirs in product(organisation_readings(one), organisation_readings(other)):
        left, right = "".join(mine), "".join(theirs)
        same = _words(mine) == _words(theirs) or (min(len(left), len(right)) >= _JOINED and fold(left) == fold(right))
        if same or (apart and _whole(mine) == _whole(theirs) and alike(left, right) >= _ALIKE):
            yield " ".join(mine)


def _written(name: str) -> str:
    """Two that sound alike in one script are two: 金龙, 锦隆."""
    text = "".join(core(name).split())
    return simplified(text) if script_of(name) == "han" else text


def _words(tokens: Tokens) -> list[str]:
    return sorted(fold(word) or word for word in tokens)


def _whole(tokens: Tokens) -> str:
    joined = "".join(tokens)
    sounds = skeleton(joined)
    return sounds if len(sounds) >= _LONG else f"={fold(joined)}"
