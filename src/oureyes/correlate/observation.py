"""What was seen together, when and how often: what a STIX pattern is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oureyes.model.instants import nanoseconds

__all__ = ["Observation", "observation_of", "time_of"]


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen together: objects by id, from when to when (nanoseconds), how many times."""

    objects: Mapping[str, Mapping[str, Any]]
    first: int = 0
    last: int = 0
    number: int = 1


def observation_of(content: Mapping[str, Any], held: Mapping[str, Mapping[str, Any]] | None = None) -> Observation:
    """From observed-data and the objects it refers to (2.0 embeds them), or from an SCO standing alone."""
    if content.get("type") != "observed-data":
        return Observation({**(held or {}), str(content.get("id", "0")): content})
    inside = content.get("objects")
    objects = inside if isinstance(inside, dict) else {}
    for reference in content.get("object_refs") or ():
        if held is not None and reference in held:
            objects = {**objects, reference: held[reference]}
    first, last = time_of(content.get("first_observed")), time_of(content.get("last_observed"))
    number = content.get("number_observed")
    return Observation(objects, first or 0, last or first or 0, number if isinstance(number, int) else 1)


def time_of(value: object) -> int | None:
    """Nanoseconds, or None for what is no instant."""
    try:
        return nanoseconds(value) if isinstance(value, str) else None
    except ValueError:
        return None
