"""What two states hold that belongs together. The tuple is the registry: a matcher named here is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from oureyes.correlate import casepatterns, media, money, names, observables, wording
from oureyes.model.findings import Key
from oureyes.model.objects import StixObject
from oureyes.model.ports import Matcher

__all__ = ["MATCHERS", "PARTIAL", "keys_of", "probes_of"]

MATCHERS: tuple[Matcher, ...] = (
    observables,
    names,
    media,
    money,
    wording,
    casepatterns,
)

PARTIAL = frozenset(one.NAME for one in MATCHERS if getattr(one, "PARTIAL", False))
_Finding = Callable[[StixObject], Iterable[Key]]


def keys_of(obj: StixObject, without: Matcher | None = None) -> tuple[Key, ...]:
    """Every matcher's keys: what an object is found by. Those of the matcher `without` are already known."""
    return tuple(key for keys in _keying(obj.type, without.NAME if without else "") for key in keys(obj))


def probes_of(obj: StixObject) -> tuple[Key, ...]:
    """What is looked up for an object besides its keys."""
    return tuple(key for probes in _probing(obj.type) for key in probes(obj))


@lru_cache(1024)
def _keying(kind: str, without: str) -> tuple[_Finding, ...]:
    """Of the matchers, those that have keys for a type of object: nearly all objects concern one of them."""
    return tuple(one.keys for one in MATCHERS if without != one.NAME and kind in getattr(one, "TYPES", (kind,)))


@lru_cache(1024)
def _probing(kind: str) -> tuple[_Finding, ...]:
    found = (one for one in MATCHERS if kind in getattr(one, "TYPES", (kind,)))
    return tuple(one.probes for one in found if hasattr(one, "probes"))
