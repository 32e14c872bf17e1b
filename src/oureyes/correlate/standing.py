"""Patterns that ask for more than a value (LIKE, MATCHES, ranges, negation) stand, and what arrives is put to them.

A key cannot find these, so the node keeps them in an index of their atoms (`indicators.AtomIndex`), built from what it
holds. They are few: all 8,445 indicators of the public data at hand are single equalities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oureyes.correlate.evaluation import Compiled, compiled
from oureyes.correlate.indicators import AtomIndex
from oureyes.correlate.observables import named
from oureyes.correlate.observation import Observation
from oureyes.errors import InvalidObject
from oureyes.model.findings import Key
from oureyes.model.objects import OBSERVABLE_TYPES
from oureyes.model.observables import observables_of, sco
from oureyes.model.patterns import Comparison, Group, Joined, Observed, Pattern, parse
from oureyes.model.patterns.syntax import Expression, Test

__all__ = ["MARK", "NAME", "SCORE", "Standing", "standing", "types_of"]

NAME = "patterns"
SCORE = 0.7
MARK = Key(NAME, "patterns:standing", "pattern")  # every standing pattern carries it, so that the node finds them all
_PLAIN = ("=", "IN")
_ONE_VALUE = re.compile(r"\[[a-z0-9-]+:[A-Za-z0-9_.'-]+ ?= ?'[^'\\\\]*'\]")


def standing(content: Mapping[str, Any]) -> bool:
    """Whether an object is an indicator whose pattern asks for more than equal values."""
    if content.get("type") != "indicator":
        return False
    pattern = content.get("pattern")
    if not isinstance(pattern, str):
        return False
    if content.get("pattern_type", "stix") != "stix" or _ONE_VALUE.fullmatch(pattern):
        return False  # the single equality nearly all are, told without parsing
    try:
        return any(test.negated or test.operator not in _PLAIN for test in _tests(parse(pattern)))
    except InvalidObject:
        return False


def types_of(pattern: str) -> frozenset[str]:
    """The object types a pattern speaks of."""
    return frozenset(test.path.type for test in _tests(parse(pattern)))


class Standing:
    """The standing patterns a node holds, by indicator id."""

    def __init__(self) -> None:
        self._index = AtomIndex()
        self._compiled: dict[str, Compiled] = {}

    def __len__(self) -> int:
        return len(self._compiled)

    def add(self, identifier: str, pattern: str) -> None:
        """Let a pattern stand; InvalidObject when it could take for ever."""
        ready = compiled(pattern)
        self._index.add(identifier, ready.pattern)
        self._compiled[identifier] = ready

    def remove(self, identifier: str) -> None:
        """It stands no more."""
        self._index.remove(identifier)
        self._compiled.pop(identifier, None)

    def met_by(self, content: Mapping[str, Any]) -> list[str]:
        """The indicators whose pattern an object (or a value it names) matches, in order."""
        found: set[str] = set()
        for thing in _things(content):
            seen = Observation({str(thing.get("id", "0")): thing})
            for identifier in self._index.candidates(observables_of(thing), (str(thing["type"]),)):
                if identifier not in found and self._compiled[identifier].matches([seen]):
                    found.add(identifier)
        return sorted(found - {str(content.get("id"))})


def _things(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The object itself where it was observed, else the observables it names."""
    if content.get("type") in OBSERVABLE_TYPES:
        yield content
    else:
        yield from (sco(one).content for one in named(content))


def _tests(pattern: Pattern) -> Iterator[Comparison]:
    yield from _below(pattern.root)


def _below(root: Expression) -> Iterator[Comparison]:
    if isinstance(root, Observed):
        yield from _inside(root.test)
    elif isinstance(root, Joined):
        for part in root.parts:
            yield from _below(part)
    else:
        yield from _below(root.inner)


def _inside(test: Test) -> Iterator[Comparison]:
    if isinstance(test, Group):
        for part in test.parts:
            yield from _inside(part)
    else:
        yield test
