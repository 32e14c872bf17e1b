"""What its source gives no date bears the moment we first recorded it, however often it is said again.

Its id follows from what it says, so a second reading finds it held: word for word the same, it is the version we have,
with the dates we have; with other words it is a new version of it, made now, of something known since then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from oureyes.model.objects import StixObject
from oureyes.model.ports import Record
from oureyes.storage import Connection, objects

__all__ = ["as_first_recorded"]

_SINCE = ("created", "valid_from", "first_observed", "first_seen", "published")
_UNTIL = ("modified", "last_observed", "last_seen")


def as_first_recorded(
    connection: Connection, items: Sequence[Record], origin: str, mine: Callable[[objects.Held], bool]
) -> list[Record]:
    """The records, those without a date of their own under the dates they are held with; `mine` tells which holdings
    are the reader's own word."""
    undated = [item.object.id for item in items if item.undated]
    if not undated:
        return list(items)
    held = objects.latest(connection, undated, states=("held", "held-back"))
    first = {
        identifier: next((one.object for one in found if one.origin == origin and mine(one)), None)
        for identifier, found in held.items()
    }
    return [
        replace(item, object=_dated(item.object, known))
        if item.undated and (known := first.get(item.object.id)) is not None
        else item
        for item in items
    ]


def _dated(obj: StixObject, known: StixObject) -> StixObject:
    now, before, after = obj.version, known.content, obj.content
    if _said(after, after, now) == _said(before, after, now):
        return known
    since = {name: before[name] for name in _SINCE if after.get(name) == now and name in before}
    return StixObject.make({**after, **since})


def _said(content: Mapping[str, Any], undated: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Everything but the dates that the source did not give."""
    return {key: value for key, value in content.items() if key not in _SINCE + _UNTIL or undated.get(key) != now}
