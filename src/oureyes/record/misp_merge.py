"""A MISP event that is said again: what of it is new, by MISP's rules and one of ours.

Parts are told apart by uuid, a part counts only when its timestamp is later, and absence is not deletion (`deleted:
true` is): that is MISP's. Ours: a part that counts takes the place of the whole part, so that a tag or a
comment taken away upstream is gone here too; MISP keeps it for ever (MISP/MISP#2223).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oureyes.record.misp_parts import dicts

__all__ = ["Merged", "latest", "merge", "seconds"]

# What others said about a part: objects of their own, never said again with it.
ATTACHED = ("Sighting", "ShadowAttribute", "Note", "Opinion", "Relationship", "EventReport")
# What an instance adds to a part when it shows it.
_SHOWN = frozenset(
    ["id", "event_id", "object_id", "org_id", "orgc_id", "sharing_group_id", "user_id", "attribute_count", "locked"]
)


@dataclass(frozen=True, slots=True)
class Merged:
    """`content` is the new head with the parts to say again; `kept` are the uuids of parts that stay as they are."""

    content: dict[str, Any]
    kept: frozenset[str]


def seconds(value: object) -> int:
    """A MISP timestamp; 0 where there is none."""
    try:
        return int(str(value))
    except ValueError:
        return 0


def latest(content: Mapping[str, Any]) -> int:
    """The latest timestamp anywhere in an event."""
    return max((seconds(one.get("timestamp")) for one in (content, *_parts(content))), default=0)


def _parts(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in (*dicts(content.get("Attribute")), *dicts(content.get("Object"))):
        yield part
        yield from dicts(part.get("Attribute"))


def merge(old: Mapping[str, Any], new: Mapping[str, Any], now: int, make: Callable[[], str], *, every: bool) -> Merged:
    """`old` as it is held, `new` as it came; `every` says all parts again, because what they inherit has changed."""
    content = _head(old, new)
    content["timestamp"] = str(max(seconds(new.get("timestamp")) or now, seconds(old.get("timestamp")) + 1))
    changed, kept = _merged_parts(old, new, "Attribute", now, make, every=every)
    objects, kept_objects = _merged_parts(old, new, "Object", now, make, every=every)
    content |= {"Attribute": changed, "Object": objects}
    for name in ATTACHED:
        content.pop(name, None)
        if name in new:
            content[name] = new[name]
    return Merged(content, frozenset([*kept, *kept_objects]))


def _head(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in old.items() if key not in ("Attribute", "Object")}
    if "timestamp" in new and "Attribute" in new and "info" in new:  # a whole event: what it does not name is gone
        kept.pop("Tag", None)
        kept.pop("Galaxy", None)
    elif "Tag" in new:
        kept.pop("Galaxy", None)
    return {**kept, **{key: value for key, value in new.items() if key not in ("Attribute", "Object")}}


def _merged_parts(
    old: Mapping[str, Any], new: Mapping[str, Any], name: str, now: int, make: Callable[[], str], *, every: bool
) -> tuple[list[dict[str, Any]], list[str]]:
    held = {str(part.get("uuid")).lower(): part for part in dicts(old.get(name))}
    came = {str(part.get("uuid") or make()).lower(): part for part in dicts(new.get(name))}
    changed: list[dict[str, Any]] = []
    kept: list[str] = []
    for uuid, part in came.items():
        made = _part(held.get(uuid), part, uuid, now, make, every=every)
        if made is None:
            kept += [uuid, *_inner(held[uuid])]
        else:
            changed.append(made)
    for uuid in held.keys() - came.keys():
        if every:
            changed.append(_bare(held[uuid]))
        else:
            kept += [uuid, *_inner(held[uuid])]
    return changed, kept


def _inner(part: Mapping[str, Any]) -> list[str]:
    return [str(inner.get("uuid")).lower() for inner in dicts(part.get("Attribute"))]


def _bare(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part that is held, to be said again: without what others said about it."""
    bare = {key: value for key, value in part.items() if key not in ATTACHED}
    if "Attribute" in bare:
        bare["Attribute"] = [_bare(inner) for inner in dicts(bare["Attribute"])]
    return bare


def _part(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    uuid: str,
    now: int,
    make: Callable[[], str],
    *,
    every: bool,
) -> dict[str, Any] | None:
    """The part to say again, or None where the one that is held stands."""
    if old is None:
        return _fresh(new, uuid, now, make)
    at, before = seconds(new.get("timestamp")), seconds(old.get("timestamp"))
    inner, kept = _merged_parts(old, new, "Attribute", now, make, every=True)
    del kept
    moved = any(_differs(one, two) for one, two in _pairs(old, inner))
    if at > before:
        made = {**new, "uuid": uuid}
    elif not at and _differs(old, new):
        made = {**_bare(old), **new, "uuid": uuid, "timestamp": str(max(now, before + 1))}
    elif moved or every or any(name in new for name in ATTACHED):
        made = {**_bare(old), **{name: new[name] for name in ATTACHED if name in new}}
    else:
        return None
    if "Attribute" in old or "Attribute" in new:
        made["Attribute"] = inner
    return made


def _fresh(new: Mapping[str, Any], uuid: str, now: int, make: Callable[[], str]) -> dict[str, Any]:
    made = {**new, "uuid": uuid, "timestamp": str(seconds(new.get("timestamp")) or now)}
    if "Attribute" in new:
        made["Attribute"] = [
            _fresh(inner, str(inner.get("uuid") or make()).lower(), now, make) for inner in dicts(new["Attribute"])
        ]
    return made


def _pairs(old: Mapping[str, Any], inner: list[dict[str, Any]]) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    held = {str(part.get("uuid")).lower(): part for part in dicts(old.get("Attribute"))}
    for part in inner:
        yield held.get(str(part.get("uuid")).lower(), {}), part


def _differs(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether `new` says anything else of what it names."""
    skip = {*_SHOWN, *ATTACHED, "Attribute", "timestamp"}
    return any(_plain(old.get(key)) != _plain(value) for key, value in new.items() if key not in skip)


def _plain(value: Any) -> Any:
    """MISP writes numbers and truth now as text, now not."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key not in _SHOWN and _plain(inner)}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return "" if value in (None, "0", 0) else str(value)
