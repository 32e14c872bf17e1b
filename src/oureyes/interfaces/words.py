"""What the words of a marking mean, for whoever types them: at the command line or in a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["instant", "meaning", "members"]

# The rules of a marking that can be said in words.
RULES = (
    "tlp",
    "to",
    "grade",
    "pap",
    "handling",
    "onward",
    "embargo",
    "expires",
    "review",
    "fact",
    "role",
    "conditions",
)


def members(text: str) -> tuple[str, ...]:
    """`MY,SG` as members, in the order given."""
    return tuple(dict.fromkeys(part for part in text.replace(" ", ",").split(",") if part))


def instant(text: str) -> str:
    """A day, or an instant, as an instant."""
    from oureyes.model.instants import is_instant

    moment = f"{text}T00:00:00Z" if len(text) == 10 else text
    if not is_instant(moment):
        raise ValueError("expected a day such as 2026-12-31")
    return moment


def meaning(rule: str, text: str) -> tuple[str, Any]:
    """The field of a marking that a rule sets, and its value. InvalidObject or ValueError for a word without one."""
    from oureyes.model.grades import Grade
    from oureyes.model.markings import PAP, TLP, Fact, Handling, Onward, Role

    readers: Mapping[str, Callable[[str], Any]] = {
        "tlp": TLP.of,
        "pap": PAP.of,
        "handling": lambda word: _word(Handling, word.upper()),
        "onward": lambda word: _word(Onward, word.lower()),
        "fact": lambda word: _word(Fact, word.lower()),
        "role": lambda word: _word(Role, word.lower()),
        "grade": lambda word: _grade(Grade, word),
        "conditions": str,
    }
    if rule == "to":
        return "releasable_to", frozenset(members(text))
    if rule == "hit":
        return "answers_to", frozenset(members(text)) - {"nobody"}
    if rule in ("embargo", "expires", "review"):
        return rule, instant(text)
    return rule, readers[rule](text)


def _word(kind: Any, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"expected {', '.join(kind)}") from None


def _grade(kind: Any, text: str) -> Any:
    word = text.strip().lower()
    if word.startswith("4x4:") or word[:1] == "x":
        return kind.four_by_four(word.removeprefix("4x4:"))
    return kind.admiralty(word)
