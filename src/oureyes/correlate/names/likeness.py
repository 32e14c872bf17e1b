"""How likely two spellings are one name: what is weighed, by how much, and which of it decided.

Thirty-three weights of a logistic model, learnt by `bench/names/training.py` on people set apart from those it is
tested on; the sum, and every part of it, can be shown. Signs are plain: what agrees is positive, what is left over
negative. A name alone never proves a person: the score is what names can say, before dates and places are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from oureyes.correlate.names.alignment import Alignment, align
from oureyes.correlate.names.lattice import Path, walk
from oureyes.correlate.names.tokens import alike, letters, weight
from oureyes.correlate.names.weights import WEIGHTS
from oureyes.model.romanisation import fold, lattice, readings, script_of, skeleton

__all__ = ["FEATURES", "Likeness", "features", "likeness"]

FEATURES = (
    "always", "agreement", "weakest part", "share of the shorter", "share of the longer", "left over, shorter",
    "left over, longer", "sounds as a whole", "same consonants as a whole", "letters as a whole", "same spelling",
    "same parts in another order", "parts change places", "initials", "both single", "one single", "weight agreed",
    "two scripts", "Thai", "Lao", "Khmer", "Burmese", "Arabic script", "Tamil", "Chinese", "one script, not Latin",
    "path through the characters", "path in one dialect", "unread by the path", "longest part", "parts agreed",
    "same sounds", "same letters",
)  # fmt: skip
_SCRIPTS = ("thai", "lao", "khmer", "burmese", "arabic", "tamil", "han")
_SAME = 0.86  # from here on a part agrees


@dataclass(frozen=True, slots=True)
class Likeness:
    """`logit` is the sum; `values` the features as weighed; the tokens are those of the variants that met best."""

    logit: float
    values: tuple[float, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    alignment: Alignment
    path: Path

    @property
    def score(self) -> float:
        return 1 / (1 + math.exp(-self.logit))


@lru_cache(maxsize=1 << 14)
def likeness(one: str, other: str) -> Likeness:
    """The same whichever comes first, but for the names of the sides."""
    if one > other:
        turned = likeness(other, one)
        swapped = Alignment(turned.alignment.pairs, turned.alignment.right, turned.alignment.left)
        return Likeness(turned.logit, turned.values, turned.right, turned.left, swapped, turned.path)
    left, right, met = _variants(one, other)
    path = _path(one, other)
    values = features(one, other, left, right, met, path)
    return Likeness(_sum(values), values, left, right, met, path)


def _sum(values: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, WEIGHTS, strict=True))


def _variants(one: str, other: str) -> tuple[tuple[str, ...], tuple[str, ...], Alignment]:
    best: tuple[float, tuple[str, ...], tuple[str, ...], Alignment] | None = None
    for left in readings(one):
        for right in readings(other):
            met = align(left, right)
            if best is None or met.likeness > best[0] + 1e-9:
                best = (met.likeness, left, right, met)
    return best[1:] if best else ((), (), Alignment((), 0.0, 0.0))


def _path(one: str, other: str) -> Path:
    """Where one name is written in characters and the other is not."""
    first, second = script_of(one) == "han", script_of(other) == "han"
    if first == second:
        return Path(0.0, "", 0)
    characters, latin = (lattice(one), other) if first else (lattice(other), one)
    tokens = readings(latin)
    return walk(characters, tokens[0]) if tokens else Path(0.0, "", 0)


def features(
    one: str, other: str, left: tuple[str, ...], right: tuple[str, ...], met: Alignment, path: Path
) -> tuple[float, ...]:
    """The thirty-three values, each between 0 and about 1 (or 3, for counts)."""
    pairs = met.pairs
    agreed = sum(pair.weight * pair.alike for pair in pairs)
    heavy = sum(pair.weight for pair in pairs)
    shorter, longer = sorted((met.left, met.right))
    over = _left_over(left, right, met)
    whole, other_whole = "".join(left), "".join(right)
    exact = [letters("".join(left[i] for i in pair.left), "".join(right[i] for i in pair.right)) for pair in pairs]
    sounds = [_sounds(left, pair.left) == _sounds(right, pair.right) for pair in pairs]
    scripts = (script_of(one), script_of(other))
    crossed = scripts[0] != scripts[1]
    longest = max((len("".join(left[i] for i in pair.left)) for pair in pairs if pair.alike >= _SAME), default=0)
    return (
        1.0,
        agreed / heavy if heavy else 0.0,
        min((pair.alike for pair in pairs if pair.weight > 0.2), default=0.0),
        min(agreed / max(shorter, 0.1), 1.0),
        min(agreed / max(longer, 0.1), 1.0),
        min(over[0], 2.0),
        min(over[1], 2.0),
        alike(whole, other_whole) if whole and other_whole else 0.0,
        float(bool(whole) and _skeletons(left) == _skeletons(right)),
        letters(whole, other_whole) if whole and other_whole else 0.0,
        float(left == right),
        float(left != right and sorted(left) == sorted(right)),
        float(any(a.left > b.left and a.right < b.right for a in pairs for b in pairs)),
        sum(0.49 < pair.alike < 0.51 for pair in pairs) / 2,
        float(len(left) == 1 and len(right) == 1),
        float((len(left) == 1) != (len(right) == 1)),
        min(agreed, 3.0) / 3,
        float(crossed),
        *(float(crossed and script in scripts) for script in _SCRIPTS),
        float(not crossed and scripts[0] != "latin"),
        path.score,
        float(bool(path.dialect) and path.score > 0.75),
        min(path.unread, 3) / 3 if path.score else 0.0,
        min(longest, 12) / 12,
        min(len(pairs), 4) / 4,
        sum(sounds) / len(sounds) if sounds else 0.0,
        sum(exact) / len(exact) if exact else 0.0,
    )


def _left_over(left: tuple[str, ...], right: tuple[str, ...], met: Alignment) -> tuple[float, float]:
    """Weight without an answer: of the name that has less of it, and of the other."""
    mine = {at for pair in met.pairs if pair.alike > 0.6 or pair.alike == 0.5 for at in pair.left}
    theirs = {at for pair in met.pairs if pair.alike > 0.6 or pair.alike == 0.5 for at in pair.right}
    one = sum(weight(token) for at, token in enumerate(left) if at not in mine)
    other = sum(weight(token) for at, token in enumerate(right) if at not in theirs)
    return (min(one, other), max(one, other))


def _sounds(tokens: tuple[str, ...], places: tuple[int, ...]) -> str:
    return fold("".join(tokens[at] for at in places))


def _skeletons(tokens: tuple[str, ...]) -> str:
    return "".join(sorted(skeleton(token) for token in tokens))
