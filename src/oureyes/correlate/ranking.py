"""Which matches come first. What many hold says less; it is ranked down and never dropped."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Candidate", "choose", "rank"]

_FLOOR = 0.05  # of a value that everybody holds: below everything else, and still there


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object that shares a key, who says so, and how it ranks."""

    object: str
    origin: str
    rank: float
    key: str = ""


def rank(match_score: float, holders: int, total: int) -> float:
    """The score weighted by how rare the value is: `holders` of the `total` objects held name it."""
    total, holders = max(total, 1), max(holders, 1)
    rarity = math.log((total + 1) / min(holders, total)) / math.log(total + 1)
    return match_score * (_FLOOR + (1 - _FLOOR) * rarity)


def choose(candidates: Iterable[Candidate], limit: int) -> tuple[Candidate, ...]:
    """The best `limit`, in turns of one from each origin, so that a busy partner does not hide a quiet one."""
    ordered = sorted(set(candidates), key=lambda one: (-one.rank, one.origin, one.object, one.key))
    turns: dict[str, int] = {}
    dealt = []
    for one in ordered:
        turn = turns[one.origin] = turns.get(one.origin, 0) + 1
        dealt.append((turn, one))
    return tuple(one for _, one in sorted(dealt, key=lambda pair: pair[0])[: max(limit, 0)])
