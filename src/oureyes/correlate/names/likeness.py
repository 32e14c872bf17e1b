"""How likely two spellings are one name: what is weighed, by how much, and which of it decided.

Thirty-three weights of a logistic model, learnt by `bench/names/training.py` on people set apart from those it is
tested on; the sum, and every part of it, can be shown. Signs are plain: what agrees is positive, what is left over
negative. A name alone never proves a person: the score is what names can say, before dates and places are looked at.

Customs of naming differ in how many names they have: ten family names and fifty syllables name a nation, or a hundred
thousand surnames do. One threshold of agreement would ring for the strangers of the first ten times as often. So how
many namesakes are to be expected is counted apart: where there are few it is one feature of the thirty-three, and
every tenfold above that takes `_EXCESS` away, until a second sign makes them few again. Its size and the threshold are
such that at most about one in twelve strangers of every community rings (bench/names, on the training side).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from oureyes.correlate.names.alignment import Alignment, align
from oureyes.correlate.names.lattice import Path, walk
from oureyes.correlate.names.tokens import letters, rarity, weight
from oureyes.correlate.names.weights import WEIGHTS
from oureyes.model.romanisation import Character, fold, lattice, readings, script_of, skeleton
from oureyes.model.romanisation.latin import plain

__all__ = ["FEATURES", "Likeness", "features", "likeness", "screened"]

FEATURES = (
    "always", "namesakes by chance", "doubt in the weakest part", "share of the shorter", "share of the longer",
    "marks that differ",
    "left over beside common parts", "sounds as a whole", "same consonants as a whole", "letters as a whole",
    "same spelling",
    "same parts in another order", "son and father change places", "initials", "both single",
    "all parts answered, by sound",
    "all parts answered",
    "two scripts", "Thai", "Lao", "Khmer", "Burmese", "Arabic script", "Tamil", "Chinese", "one script, not Latin",
    "path through the characters", "path in one dialect", "unread by the path", "longest part", "parts agreed",
    "same sounds", "same letters",
)  # fmt: skip
_SCRIPTS = ("thai", "lao", "khmer", "burmese", "arabic", "tamil", "han")
_FEW = -1.5  # namesakes among a hundred thousand, as a power of ten: the name of one in thirty
_EXCESS = 1.7
_COUNTED = 1.16  # of an index that was asked how many bear a name, less agreement is asked than of customs alone
_SON = re.compile(r"(?i)\b(?:bin|binti|bt|bte|ibn|b\.|a/l|a/p|s/o|d/o)(?=\s)|\s(?:بن|بنت|ابن)\s")
_ANSWERED = 0.6
_READ = 0.9  # a path that reads so well that the order of the parts does not matter
_HELD = 5.0  # a hundred thousand names, as a power of ten
_SEEN = 0.4
_CUSTOM = 1.0  # of whom one in ten has the customs of the name
_SAME = 0.86  # from here on a part agrees


@dataclass(frozen=True, slots=True)
class Likeness:
    """`logit` is the sum; `values` the features as weighed; the tokens are those of the variants that met best;
    `namesakes` are those among a hundred thousand who bear the parts that agree by chance, as a power of ten."""

    logit: float
    values: tuple[float, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    alignment: Alignment
    path: Path
    namesakes: float

    def alone(self, signs: float = 0.0) -> float:
        """The sum, less what is taken off for the many who bear such a name; `signs` (a power of ten) make them fewer.
        From 0 on it is worth an officer's time."""
        return self.logit - _EXCESS * max(self.namesakes - signs - _FEW, 0.0)

    @property
    def score(self) -> float:
        return 1 / (1 + math.exp(-self.alone()))


@lru_cache(maxsize=1 << 12)
def likeness(one: str, other: str) -> Likeness:
    """The same whichever comes first, but for the names of the sides."""
    if one > other:
        turned = likeness(other, one)
        return Likeness(
            turned.logit,
            turned.values,
            turned.right,
            turned.left,
            turned.alignment.turned(),
            turned.path,
            turned.namesakes,
        )
    left, right, met = _variants(one, other)
    path = _path(one, other)
    held = max(_usual(some) for some in _agreed(left, right, met)) - _SEEN * _seen(one, other, path)
    values = features(one, other, left, right, met, path, held)
    return Likeness(_sum(values), values, left, right, met, path, held)


def screened(one: str, other: str, namesakes: Callable[[Sequence[str]], float]) -> Likeness:
    """As `likeness`, with how rare the parts are in the index that is asked (`NameIndex.namesakes`)."""
    found = likeness(one, other)
    held = max(namesakes(some) for some in _agreed(found.left, found.right, found.alignment))
    values = (found.values[0], _bounded(held), *found.values[2:])
    return Likeness(_sum(values) + _COUNTED, values, found.left, found.right, found.alignment, found.path, held)


def _agreed(left: Sequence[str], right: Sequence[str], met: Alignment) -> tuple[Sequence[str], Sequence[str]]:
    """The parts of each name that the other answers."""
    return [left[at] for at in _agreeing(met)], [right[at] for at in _agreeing(met.turned())]


def _agreeing(met: Alignment) -> list[int]:
    return sorted(at for pair in met.pairs if pair.alike > _ANSWERED for at in pair.left)


def _usual(tokens: Sequence[str]) -> float:
    """Where no index says how many bear such a name: by the customs of naming alone."""
    return _HELD - _CUSTOM - sum(rarity(token) for token in tokens) if tokens else _HELD


def _bounded(power: float) -> float:
    return min(max(power, -7.0), _FEW) / 5


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
    if first and second:
        return _same_characters(lattice(one), lattice(other))
    if first == second:
        return Path(0.0, "", 0)
    characters, latin = (lattice(one), other) if first else (lattice(other), one)
    tokens = readings(latin)
    return walk(characters, tokens[0]) if tokens else Path(0.0, "", 0)


def _same_characters(one: tuple[Character, ...], other: tuple[Character, ...]) -> Path:
    """Two names in characters: sounds alone do not make them one (陈伟明, 陈伟民)."""
    same = sum(mine.character == theirs.character for mine, theirs in zip(one, other, strict=False))
    longest = max(len(one), len(other), 1)
    return Path(same / longest, "", longest - same)


def _seen(one: str, other: str, path: Path) -> float:
    """Characters that both write alike: each says more than its sound, which many characters share."""
    return path.score * len(lattice(one)) if script_of(one) == script_of(other) == "han" else 0.0


def features(
    one: str, other: str, left: tuple[str, ...], right: tuple[str, ...], met: Alignment, path: Path, usual: float
) -> tuple[float, ...]:
    """The thirty-three values, each between 0 and about 1 (or 3, for counts)."""
    pairs = met.pairs
    agreed = sum(pair.weight * pair.alike for pair in pairs)
    shorter, longer = sorted((met.left, met.right))
    over = _left_over(left, right, met)
    whole, other_whole = _in_order(left, right, met)
    heard = path.score > _READ and path.unread < 2  # one more: an English name beside the Chinese one
    exact = [letters("".join(left[i] for i in pair.left), "".join(right[i] for i in pair.right)) for pair in pairs]
    sounds = [_sounds(left, pair.left) == _sounds(right, pair.right) for pair in pairs]
    scripts = (script_of(one), script_of(other))
    crossed = scripts[0] != scripts[1]
    longest = max((len("".join(left[i] for i in pair.left)) for pair in pairs if pair.alike >= _SAME), default=0)
    return (
        1.0,
        _bounded(usual),
        max(0.9 - min((pair.alike for pair in pairs if pair.weight > 0.2), default=0.0), 0.0),
        min(agreed / max(shorter, 0.1), 1.0),
        1.0 if heard else min(agreed / max(longer, 0.1), 1.0),
        _marks_differ(one, other),
        min(over[1], 2.0) * min(max((usual + 2) / 3, 0.0), 1.0),
        letters(fold(whole), fold(other_whole)) if whole and other_whole else 0.0,
        float(heard or (bool(whole) and _skeletons(left) == _skeletons(right))),
        letters(whole, other_whole) if whole and other_whole else 0.0,
        float(left == right and (crossed or scripts[0] == "latin")),
        float(left != right and sorted(left) == sorted(right)),
        float(
            bool(_SON.search(one) or _SON.search(other))
            and any(a.left > b.left and a.right < b.right for a in pairs for b in pairs)
        ),
        sum(0.49 < pair.alike < 0.51 for pair in pairs) / 2,
        float(len(left) == 1 and len(right) == 1),
        float(heard or (over[1] == 0 and len(pairs) > 1 and all(sounds))),
        float(over[1] == 0 and len(pairs) > 1),
        float(crossed),
        *(float(crossed and script in scripts) for script in _SCRIPTS),
        float(not crossed and scripts[0] != "latin"),
        path.score,
        float(bool(path.dialect) and path.score > 0.75),
        min(path.unread, 3) / 3 if path.score and not heard else 0.0,
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


def _in_order(left: tuple[str, ...], right: tuple[str, ...], met: Alignment) -> tuple[str, str]:
    """Both names written out with their parts in the order in which they answer each other."""
    mine = [at for pair in sorted(met.pairs, key=lambda pair: pair.left) for at in pair.left]
    theirs = [at for pair in sorted(met.pairs, key=lambda pair: pair.left) for at in pair.right]
    mine += [at for at in range(len(left)) if at not in mine]
    theirs += [at for at in range(len(right)) if at not in theirs]
    return "".join(left[at] for at in mine), "".join(right[at] for at in theirs)


def _marks_differ(one: str, other: str) -> float:
    """Of the words both write with marks: the share that differs in nothing else (Thế, Thị; Trọng, Trong)."""
    if one.isascii() or other.isascii() or (script_of(one), script_of(other)) != ("latin", "latin"):
        return 0.0
    mine, theirs = ({plain(word): word for word in name.casefold().split()} for name in (one, other))
    both = mine.keys() & theirs.keys()
    return sum(mine[word] != theirs[word] for word in both) / len(both) if both else 0.0


def _sounds(tokens: tuple[str, ...], places: tuple[int, ...]) -> str:
    return fold("".join(tokens[at] for at in places))


def _skeletons(tokens: tuple[str, ...]) -> str:
    return "".join(sorted(skeleton(token) for token in tokens))
