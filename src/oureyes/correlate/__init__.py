"""What two states hold that belongs together. The tuple is the registry: a matcher named here is at work."""

from __future__ import annotations

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
_PROBING = tuple(one.probes for one in MATCHERS if hasattr(one, "probes"))


def keys_of(obj: StixObject, without: Matcher | None = None) -> tuple[Key, ...]:
    """Every matcher's keys: what an object is found by. Those of the matcher `without` are already known."""
    return tuple(key for matcher in MATCHERS if matcher is not without for key in matcher.keys(obj))


def probes_of(obj: StixObject) -> tuple[Key, ...]:
    """What is looked up for an object besides its keys."""
    return tuple(key for probe in _PROBING for key in probe(obj))
