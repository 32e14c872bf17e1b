"""Whether a Latin name is a path through the readings of Chinese characters, and by which dialect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from oureyes.correlate.names.tokens import alike
from oureyes.model.romanisation import Character
from oureyes.model.romanisation.han import DIALECTS

__all__ = ["Path", "swapped", "walk"]

_MIXED = 0.12  # what changing the dialect within a name costs
_HOPELESS = 0.3
_MOST = 5  # characters of a personal name
_WELL, _BETTER = 0.9, 0.1
_SYLLABLE = re.compile("[^aeiouy]*[aeiouy]+[^aeiouy]*")

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """How well the tokens sound like the characters (0–1), in which dialect ("" when mixed), and tokens left over."""

    score: float
    dialect: str
    unread: int


@lru_cache(maxsize=1 << 13)
def walk(characters: tuple[Character, ...], tokens: Tokens) -> Path:
    """The best path: family name first or last, English names before or after it left over."""
    if not 2 <= len(characters) <= _MOST or not tokens:
        return Path(0.0, "", len(tokens))
    best = Path(0.0, "", len(tokens))
    for order in (characters, characters[1:] + characters[:1]):
        for dialect, name in enumerate(DIALECTS):
            best = _better(best, _windows([one.readings[dialect] for one in order], tokens, name, 0.0))
        if best.score > 1 - _MIXED or best.score < _HOPELESS:
            continue
        mixed = [tuple(dict.fromkeys(reading for some in one.readings for reading in some)) for one in order]
        best = _better(best, _windows(mixed, tokens, "", _MIXED))
    return best


def swapped(characters: tuple[Character, ...], path: Path, one: Tokens, other: Tokens) -> bool:
    """Whether two names of three syllables have the same in another order, another name (陈伟明, Tan Beng Wee):
    the family name stands first or last, the two of the given name as they do, or all of them the other way round.
    `characters` are those of the one where the other is not written in them, and `path` is the way through them."""
    if len(characters) == 3:
        if path.score > _WELL:
            return False
        found = walk((characters[0], characters[2], characters[1]), other).score
        return found > max(_WELL, path.score + _BETTER)
    if sorted(one) != sorted(other) or len(one) != 3 or not all(map(_SYLLABLE.fullmatch, one)):
        return False
    return other not in {one, one[1:] + one[:1], one[2:] + one[:2], one[::-1]}


def _better(one: Path, other: Path) -> Path:
    return other if (other.score, -other.unread) > (one.score, -one.unread) else one


def _windows(spelled: Sequence[tuple[str, ...]], tokens: Tokens, name: str, cost: float) -> Path:
    """Every run of neighbouring tokens that may be the whole name."""
    best = Path(0.0, name, len(tokens))
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + len(spelled), len(tokens)) + 1):
            score = _read(spelled, tokens[first:last]) - cost
            best = _better(best, Path(max(score, 0.0), name, len(tokens) - (last - first)))
    return best


def _read(spelled: Sequence[tuple[str, ...]], tokens: Tokens) -> float:
    """The mean likeness of the best way to share the characters among the tokens; the worst counts once more."""
    best = 0.0
    for shares in _shares(len(spelled), len(tokens)):
        at, parts = 0, []
        for token, share in zip(tokens, shares, strict=True):
            parts.append((_heard(tuple(spelled[at : at + share]), token), share))
            at += share
        mean = sum(score * share for score, share in parts) / len(spelled)
        best = max(best, 0.7 * mean + 0.3 * min(score for score, _ in parts))
    return best


@lru_cache(maxsize=256)
def _shares(characters: int, tokens: int) -> tuple[tuple[int, ...], ...]:
    if tokens == 1:
        return ((characters,),) if characters <= 3 else ()
    return tuple(
        (one, *rest) for one in (1, 2, 3) if one < characters for rest in _shares(characters - one, tokens - 1)
    )


@lru_cache(maxsize=1 << 15)
def _heard(spelled: tuple[tuple[str, ...], ...], token: str) -> float:
    if len(spelled) == 1:
        return max((alike(reading, token) for reading in spelled[0]), default=0.0)
    heads = [reading for reading in spelled[0] if reading[:1] and alike(reading, token[: len(reading)]) > 0]
    best = 0.0
    for head in heads[:3]:
        for rest in _joins(spelled[1:]):
            best = max(best, alike(head + rest, token))
    return best


def _joins(spelled: tuple[tuple[str, ...], ...]) -> list[str]:
    out = [""]
    for some in spelled:
        out = [head + reading for head in out for reading in some[:3]][:9]
    return out
