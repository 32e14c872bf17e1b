"""How likely two spellings are one name: what is weighed, by how much, and which of it decided.

Thirty-three values, each with a name in words (`FEATURES`), go through a hundred and fifty small trees of questions
("share of the longer above 0.9?"), learnt by `bench/names/training.py` on people set apart from those they are tested
on (`trees.json`). What must not turn its sign cannot: each value of `RAISE` by itself never counts against, of `LOWER`
never for. `Likeness.parts` says what each came to. A name alone never proves a person: the sum is what names can say,
before dates and places are looked at.

Customs of naming differ in how many names they have: ten family names and fifty syllables name a nation, or a hundred
thousand surnames do. So how many namesakes are to be expected among a hundred thousand is one of the values. Trees
learn it from near misses only, as no two of their people bear one name; so from where namesakes are likely, every
tenfold of them takes more off (`crowded`), until a second sign makes them few again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from oureyes.correlate.names.alignment import Alignment, align
from oureyes.correlate.names.lattice import Path, swapped, walk
from oureyes.correlate.names.tokens import letters, rarity, weight
from oureyes.correlate.names.trees import parts_of, sum_of
from oureyes.model.romanisation import Character, fold, lattice, readings, script_of, skeleton
from oureyes.model.romanisation.latin import plain

__all__ = ["FEATURES", "LOWER", "RAISE", "SAME", "Likeness", "crowded", "features", "likeness", "screened"]

FEATURES = (
    "namesakes by chance", "counted in an index", "share of the shorter", "share of the longer", "marks that differ",
    "left over beside common parts", "sounds as a whole", "same consonants as a whole", "letters as a whole",
    "letters in the order written", "son and father change places", "two scripts", "Chinese",
    "path through the characters", "unread by the path", "longest part", "same sounds", "same letters",
    "weakest part", "second weakest part", "weight left over, the lesser", "weight left over, the greater",
    "parts left over", "rarity left over, the lesser", "rarity left over, the greater", "parts that cross", "initials",
    "rarity agreed", "rarest part agreed", "commonest part agreed", "parts of the shorter", "letters of both",
    "weight agreed",
)  # fmt: skip
# What may not turn its sign, whatever the material says that the trees are learnt from.
RAISE = frozenset((
    "share of the shorter", "share of the longer", "sounds as a whole", "same consonants as a whole",
    "letters as a whole", "letters in the order written", "path through the characters", "same sounds", "same letters",
    "weakest part", "second weakest part", "longest part", "rarity agreed", "rarest part agreed",
    "commonest part agreed", "weight agreed",
))  # fmt: skip
LOWER = frozenset((
    "namesakes by chance", "marks that differ", "left over beside common parts", "son and father change places",
    "unread by the path", "weight left over, the lesser", "weight left over, the greater", "parts left over",
    "rarity left over, the lesser", "rarity left over, the greater", "parts that cross",
))  # fmt: skip
_FEW = -1.5  # namesakes among a hundred thousand, as a power of ten: the name of one in thirty
# From how many on, as a power of ten, and by how much for every tenfold: where an index counted, and where only
# customs of naming say so, which know the common names and not how common.
_CROWDED = {True: (0.5, 1.7), False: (0.0, 4.5)}
_SON = re.compile(r"(?i)\b(?:bin|binti|bt|bte|ibn|b\.|a/l|a/p|s/o|d/o)(?=\s)|\s(?:بن|بنت|ابن)\s")
_ANSWERED = 0.6
_READ = 0.9  # a path that reads so well that the order of the parts does not matter
_INITIAL = 0.5  # what an initial is alike to a name it may stand for
_HELD = 5.0  # a hundred thousand names, as a power of ten
_SEEN = 0.4
_CUSTOM = 1.0  # of whom one in ten has the customs of the name
SAME = 0.86  # from here on a part agrees
_EQUAL = 3.5  # what names come to in which no part differs
_SWAPPED = -2.0  # and what, at most, those whose syllables stand in another order


@dataclass(frozen=True, slots=True)
class Likeness:
    """`values` are the features as weighed; the tokens are those of the variants that met best; `namesakes` are those
    among a hundred thousand who bear the parts that agree by chance, as a power of ten."""

    values: tuple[float, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    alignment: Alignment
    path: Path
    namesakes: float
    swapped: bool

    @property
    def logit(self) -> float:
        """What the names come to where few bear them; the same parts are found, however common each is."""
        return self._sum(min(self.namesakes, _FEW))

    def alone(self, signs: float = 0.0) -> float:
        """What they come to beside the many who bear such a name; `signs` (a power of ten) make them fewer.
        From 0 on it is worth an officer's time."""
        return self._sum(self.namesakes - signs)

    @property
    def parts(self) -> dict[str, float]:
        """What `alone` is the sum of: where it begins, what each value moved it by, what namesakes took off."""
        start, moved = parts_of(self.values)
        many, trees = crowded(self.namesakes, counted=bool(self.values[1])), sum_of(self.values)
        every = {
            "to begin with": start,
            **dict(zip(FEATURES, moved, strict=True)),
            "no part differs" if not self.swapped else "syllables in another order": self._ruled(trees, many) - trees,
            "many bear such a name": -many,
        }
        return {name: round(by, 2) for name, by in every.items() if round(by, 2)}

    @property
    def score(self) -> float:
        return 1 / (1 + math.exp(-self.alone()))

    def _sum(self, namesakes: float) -> float:
        many = crowded(namesakes, counted=bool(self.values[1]))
        return self._ruled(sum_of((namesakes, *self.values[1:])), many) - many

    def _ruled(self, trees: float, many: float) -> float:
        """Of names without a difference there is nothing to learn: what is unsure of them is how many bear them. And
        three syllables in another order are another name."""
        if self.swapped:
            return min(trees, _SWAPPED)
        if not _turned(self.left, self.right):
            return trees
        return _EQUAL if many else max(trees, _EQUAL)


def _turned(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether all parts are the same, the family name first or last."""
    return len(one) == len(other) > 0 and other in {(*one[at:], *one[:at]) for at in range(len(one))}


def crowded(namesakes: float, *, counted: bool) -> float:
    """What is taken off for the many who bear such a name."""
    bound, each = _CROWDED[counted]
    return each * max(namesakes - bound, 0.0)


@lru_cache(maxsize=1 << 12)
def likeness(one: str, other: str) -> Likeness:
    """The same whichever comes first, but for the names of the sides."""
    if one > other:
        turned = likeness(other, one)
        return Likeness(
            turned.values,
            turned.right,
            turned.left,
            turned.alignment.turned(),
            turned.path,
            turned.namesakes,
            turned.swapped,
        )
    left, right, met = _variants(one, other)
    path = _path(one, other)
    held = max(_usual(some) for some in _agreed(left, right, met)) - _SEEN * _seen(one, other, path)
    values = features(one, other, left, right, met, path, held)
    return Likeness(values, left, right, met, path, held, _swapped(one, other, left, right, path))


def screened(one: str, other: str, namesakes: Callable[[Sequence[str]], float]) -> Likeness:
    """As `likeness`, with how rare the parts are in the index that is asked (`NameIndex.namesakes`)."""
    found = likeness(one, other)
    held = max(namesakes(some) for some in _agreed(found.left, found.right, found.alignment))
    values = (held, 1.0, *found.values[2:])
    return Likeness(values, found.left, found.right, found.alignment, found.path, held, found.swapped)


def _swapped(one: str, other: str, left: tuple[str, ...], right: tuple[str, ...], path: Path) -> bool:
    first, second = script_of(one) == "han", script_of(other) == "han"
    if first and second:
        return False
    if second:
        return swapped(lattice(other), path, right, left)
    return swapped(lattice(one) if first else (), path, left, right)


def _agreed(left: Sequence[str], right: Sequence[str], met: Alignment) -> tuple[Sequence[str], Sequence[str]]:
    """The parts of each name that the other answers."""
    return [left[at] for at in _agreeing(met)], [right[at] for at in _agreeing(met.turned())]


def _agreeing(met: Alignment) -> list[int]:
    return sorted(at for pair in met.pairs if pair.alike > _ANSWERED for at in pair.left)


def _usual(tokens: Sequence[str]) -> float:
    """Where no index says how many bear such a name: by the customs of naming alone."""
    return _HELD - _CUSTOM - sum(rarity(token) for token in tokens) if tokens else _HELD


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
    """The thirty-three values, in the order of FEATURES."""
    pairs = met.pairs
    agreed = sum(pair.weight * pair.alike for pair in pairs)
    shorter, longer = sorted((met.left, met.right))
    mine, theirs = _unanswered(left, met), _unanswered(right, met.turned())
    over = sorted((sum(map(weight, mine)), sum(map(weight, theirs))))
    rare = sorted((sum(map(rarity, mine)), sum(map(rarity, theirs))))
    whole, other_whole = _in_order(left, right, met)
    heard = path.score > _READ and path.unread < 2  # one more: an English name beside the Chinese one
    crossed = script_of(one) != script_of(other)
    alike = sorted(pair.alike for pair in pairs if pair.alike != _INITIAL) or [0.0]
    telling = [rarity(left[at]) for at in _agreeing(met)] or [0.0]
    exact = [letters("".join(left[i] for i in pair.left), "".join(right[i] for i in pair.right)) for pair in pairs]
    sounds = [_sounds(left, pair.left) == _sounds(right, pair.right) for pair in pairs]
    return (
        usual,
        0.0,
        min(agreed / max(shorter, 0.1), 1.0),
        1.0 if heard else min(agreed / max(longer, 0.1), 1.0),
        _marks_differ(one, other),
        min(over[1], 2.0) * min(max((usual + 2) / 3, 0.0), 1.0),
        letters(fold(whole), fold(other_whole)) if whole and other_whole else 0.0,
        float(heard or (bool(whole) and _skeletons(left) == _skeletons(right))),
        letters(whole, other_whole) if whole and other_whole else 0.0,
        letters("".join(left), "".join(right)),
        float(bool(_SON.search(one) or _SON.search(other)) and _crossing(met) > 0),
        float(crossed),
        float(crossed and "han" in (script_of(one), script_of(other))),
        path.score,
        float(path.unread),
        max((len("".join(left[i] for i in pair.left)) for pair in pairs if pair.alike >= SAME), default=0),
        sum(sounds) / max(len(sounds), 1),
        sum(exact) / max(len(exact), 1),
        alike[0],
        alike[1] if len(alike) > 1 else -1.0,
        *over,
        float(max(len(mine), len(theirs))),
        *rare,
        float(_crossing(met)),
        float(sum(pair.alike == _INITIAL for pair in pairs)),
        sum(telling),
        max(telling),
        min(telling),
        float(min(len(left), len(right))),
        float(len("".join(left)) + len("".join(right))),
        agreed,
    )


def _unanswered(tokens: tuple[str, ...], met: Alignment) -> list[str]:
    """The parts of the first name that the other has no answer to; an initial is one."""
    answered = {at for pair in met.pairs if pair.alike > _ANSWERED or pair.alike == _INITIAL for at in pair.left}
    return [token for at, token in enumerate(tokens) if at not in answered]


def _crossing(met: Alignment) -> int:
    """How many pairs of parts stand in the other order in the other name."""
    order = [pair.left[0] for pair in sorted(met.pairs, key=lambda pair: pair.right)]
    return sum(one > other for at, one in enumerate(order) for other in order[at + 1 :])


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
