"""What two states hold that belongs together. The tuple is the registry: a matcher named here is at work."""

from __future__ import annotations

from oureyes.correlate import names, observables
from oureyes.model.ports import Matcher

__all__ = ["MATCHERS"]

MATCHERS: tuple[Matcher, ...] = (observables, names)
