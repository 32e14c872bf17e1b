"""A partner's regular expression runs on our machine: how long a text it may see before it could take too long.

Python's engine backtracks. The number of ways it may have to try is estimated from the expression: a choice doubles
it, a bounded repetition multiplies it by its range, an unbounded one by the length of the text, and a text is searched
from each of its places unless the expression is anchored. The text is bounded so that the estimate stays under 2²⁷,
about a second. An expression that leaves no useful length, or repeats without end what is already variable, is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from oureyes.errors import InvalidObject

__all__ = ["guarded"]

_BUDGET_BITS = 27
_LONGEST_TEXT = 4096
_SHORTEST_TEXT = 64
_LONGEST = 512  # of the expression itself
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:P?<\w+>|[:=!]|<[=!]))?|[)|*+?]|\{\d*,?\d*\}|.", re.DOTALL
)


@dataclass(slots=True)
class _Ways:
    """Of one group: how many bounded ways (in bits) and how many unbounded repetitions."""

    bits: float = 0.0
    endless: int = 0


def guarded(text: str) -> tuple[re.Pattern[str], int]:
    """The expression and the longest text it may see; InvalidObject when there is none."""
    longest = _longest_text(text) if len(text) <= _LONGEST else 0
    if longest < _SHORTEST_TEXT:
        raise InvalidObject("regular expression", "one that cannot take exponential time", "nested or many repetitions")
    try:
        return re.compile(text), longest
    except (re.error, OverflowError, RecursionError):
        raise InvalidObject("regular expression", "one that Python reads", "another") from None


def _longest_text(text: str) -> int:
    ways = _estimate(text)
    if ways is None:
        return 0
    factors = ways.endless + (0 if text.startswith("^") and ways.endless and "|" not in text else 1)
    return min(int(2 ** max((_BUDGET_BITS - ways.bits) / factors, 0)), _LONGEST_TEXT)


def _estimate(text: str) -> _Ways | None:
    """None when something variable is repeated without end."""
    stack, last = [_Ways()], _Ways()
    for part in (found[0] for found in _TOKEN.finditer(text)):
        if part[0] == "(":
            stack.append(_Ways())
        elif part == ")" and len(stack) > 1:
            last = stack.pop()
            _add(stack[-1], last)
        elif part == "|":
            stack[-1].bits += 1
        elif (bounds := _bounds(part)) is not None:
            more = _repeated(last, *bounds)
            if more is None:
                return None
            _add(stack[-1], more)
            last = _Ways()  # a mark after a quantifier makes it lazy or possessive, not more
        else:
            last = _Ways()
    return stack[0] if len(stack) == 1 else None


def _add(total: _Ways, more: _Ways) -> None:
    total.bits += more.bits
    total.endless += more.endless


def _bounds(part: str) -> tuple[int, float] | None:
    """(least, most) of a quantifier; a brace that is none is an ordinary character."""
    if part in ("*", "+", "?"):
        return (0, math.inf) if part == "*" else (1, math.inf) if part == "+" else (0, 1)
    if part[0] != "{" or len(part) < 3 or part == "{,}":
        return None
    least, comma, most = part[1:-1].partition(",")
    return int(least or 0), float(most) if most else math.inf if comma else int(least)


def _repeated(last: _Ways, least: int, most: float) -> _Ways | None:
    """What a quantifier adds to the ways of the thing before it, which are counted once already."""
    variable = last.bits > 0 or last.endless > 0
    if math.isinf(most):
        return None if variable else _Ways(0.0, 1)
    if last.endless and most > 1:
        return None
    return _Ways(math.log2(most - least + 1) + last.bits * max(most - 1, 0))
