"""Which token of one name answers which of the other, in any order, written apart or as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from oureyes.correlate.names.tokens import alike, weight

__all__ = ["Alignment", "Pair", "align"]

_LEAST = 0.45
_JOINED_LEAST = 0.7

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens that answer each other: places in each name, how alike, how much they say."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    alike: float
    weight: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """The pairs, heaviest first, and the weight of each name in all."""

    pairs: tuple[Pair, ...]
    left: float
    right: float

    @property
    def likeness(self) -> float:
        """Weight that agrees, of the heavier name: what variants are chosen by."""
        agreed = sum(pair.weight * pair.alike for pair in self.pairs)
        return agreed / max(self.left, self.right, 0.1) + 0.2 * agreed / max(min(self.left, self.right), 0.1)

    def turned(self) -> Alignment:
        """The same, seen from the other name."""
        pairs = tuple(Pair(pair.right, pair.left, pair.alike, pair.weight) for pair in self.pairs)
        return Alignment(pairs, self.right, self.left)


@lru_cache(maxsize=1 << 13)
def align(left: Tokens, right: Tokens) -> Alignment:
    """Best pairs first, each token once."""
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    chosen: list[Pair] = []
    for pair in sorted(
        _pairs(left, right), key=lambda pair: (-pair.alike * (0.3 + pair.weight), pair.left, pair.right)
    ):
        if taken_left.isdisjoint(pair.left) and taken_right.isdisjoint(pair.right):
            chosen.append(pair)
            taken_left.update(pair.left)
            taken_right.update(pair.right)
    return Alignment(tuple(chosen), sum(map(weight, left)), sum(map(weight, right)))


def _pairs(left: Tokens, right: Tokens) -> Iterator[Pair]:
    for at, one in enumerate(left):
        for place, other in enumerate(right):
            found = alike(one, other)
            if found >= _LEAST:
                yield Pair((at,), (place,), found, min(weight(one), weight(other)))
    yield from _joined(left, right)
    for pair in _joined(right, left):
        yield Pair(pair.right, pair.left, pair.alike, pair.weight)


def _joined(left: Tokens, right: Tokens) -> Iterator[Pair]:
    """Two or three neighbours of `left` that `right` writes as one."""
    for size in (2, 3):
        for at in range(len(left) - size + 1):
            one = "".join(left[at : at + size])
            for place, other in enumerate(right):
                if len(other) < 5 or abs(len(one) - len(other)) > 3:
                    continue
                found = alike(one, other)
                if found >= _JOINED_LEAST:
                    both = min(sum(map(weight, left[at : at + size])), max(weight(other), 1.0))
                    yield Pair(tuple(range(at, at + size)), (place,), found, both)
