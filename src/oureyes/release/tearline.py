"""Tear-lines: what of an object a recipient may have when not all of it may travel.

Granular markings (STIX 2.1 §7.2.3) give single properties their own marking; it takes the place of the object's for
that property. An extract is an object of its own, with its own id and digest. The id comes from a key that only this
node holds, so nobody can tell from it which object it was cut from; the same cut always gives the same extract.
"""

from __future__ import annotations

import copy
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from oureyes.model.markings import TLP_IDS, Marking
from oureyes.model.objects import EXTENSIONS, StixObject, is_identifier
from oureyes.model.sharing import Decision

__all__ = ["cut", "extract"]

# Without these an object is no object: a tear-line may not run through them.
_SPINE = ("type", "id", "spec_version", "created", "modified")
_PART = re.compile(r"\[(\d+)\]|([^.]+)")
_Why = Callable[[Marking], str | None]


def cut(
    obj: StixObject,
    marking: Marking,
    why_not: _Why,
    definitions: Mapping[str, Marking],
    key: bytes,
    withheld: frozenset[str],
    replaced: Mapping[str, str],
) -> Decision:
    """The decision for one object: whole when nothing must go, else an extract, else nothing."""
    refused = why_not(marking)
    granular = obj.content.get("granular_markings")
    if not granular and refused is not None:
        return Decision(False, refused)
    closed, opened, unknown = _selectors(granular, marking, why_not, definitions)
    if unknown:
        return Decision(False, f"granular marking {unknown} is not known to this node")
    if refused is not None:
        if not opened:
            return Decision(False, refused)
        return _only(obj, marking, opened, key, refused, withheld, replaced)
    content = copy.deepcopy(dict(obj.content)) if closed else None
    if content is not None:
        if any(path.split(".")[0] in _SPINE for path in closed):
            return Decision(False, f"a tear-line runs through {', '.join(closed)}, without which nothing is left")
        _remove(content, closed)
    lost = _unlink(obj, content, withheld, replaced)
    if lost.fatal:
        return Decision(False, f"it refers by {lost.fatal} to something that may not go")
    final = lost.content if lost.content is not None else content
    if final is None:
        return Decision(True, f"named recipient; {marking.tlp.label} is within its ceiling", obj, marking)
    return _as_extract(obj, final, marking, (*closed, *lost.removed), key, "a tear-line extract: ")


def extract(obj: StixObject, removed: Iterable[str], key: bytes) -> StixObject:
    """`obj` without the properties `removed`, as an object of its own."""
    content = copy.deepcopy(dict(obj.content))
    _remove(content, tuple(removed))
    made = _as_extract(obj, content, Marking(), tuple(removed), key, "").object
    assert made is not None
    return made


def _selectors(
    granular: object, marking: Marking, why_not: _Why, definitions: Mapping[str, Marking]
) -> tuple[tuple[str, ...], dict[str, Marking], str]:
    closed: list[str] = []
    opened: dict[str, Marking] = {}
    for line in granular if isinstance(granular, list) else ():
        ref = line.get("marking_ref") if isinstance(line, dict) else None
        if ref is None:  # a language marking
            continue
        under = definitions.get(ref) or (marking.but(tlp=TLP_IDS[ref]) if ref in TLP_IDS else None)
        if under is None:
            return (), {}, str(ref)
        for selector in line.get("selectors", ()):
            if why_not(under) is None:
                opened[str(selector)] = under
            else:
                closed.append(str(selector))
    kept = {path: under for path, under in opened.items() if path not in closed}
    return tuple(dict.fromkeys(closed)), kept, ""


def _only(
    obj: StixObject,
    marking: Marking,
    opened: Mapping[str, Marking],
    key: bytes,
    refused: str,
    withheld: frozenset[str],
    replaced: Mapping[str, str],
) -> Decision:
    """The reverse tear-line: the object stays, some paragraphs were cleared to travel further."""
    tops = {path for path in opened if _PART.fullmatch(path) and path in obj.content}
    content = {name: obj.content[name] for name in obj.content if name in tops or name in _SPINE}
    if set(content) <= set(_SPINE):
        return Decision(False, refused)
    made = StixObject(obj.raw, content)
    lost = _unlink(made, copy.deepcopy(content), withheld, replaced)
    if lost.fatal:
        return Decision(False, f"it refers by {lost.fatal} to something that may not go")
    final = lost.content if lost.content is not None else content
    removed = tuple(name for name in obj.content if name not in final and name != "granular_markings")
    loosest = max((opened[path] for path in tops), key=lambda under: under.tlp)
    return _as_extract(obj, final, loosest, removed, key, "only what was cleared to travel: without ")


def _as_extract(
    obj: StixObject, content: dict[str, Any], marking: Marking, removed: tuple[str, ...], key: bytes, said: str
) -> Decision:
    content.pop("granular_markings", None)
    _forget_sources(content)
    content.pop("object_marking_refs", None)  # the marking travels beside it; an old ref would name the stricter one
    mac = hmac.digest(key or b"\0" * 32, f"{obj.id}|{'|'.join(sorted(removed))}".encode(), "sha256")
    content["id"] = f"{obj.type}--{UUID(bytes=mac[:16], version=4)}"
    return Decision(True, said + ", ".join(removed), StixObject.make(content), marking, removed)


def _forget_sources(content: dict[str, Any]) -> None:
    """Our provenance extension repeats the source's own words, those that were cut among them."""
    kept = {key: value for key, value in (content.get("extensions") or {}).items() if key != EXTENSIONS["provenance"]}
    if kept:
        content["extensions"] = kept
    else:
        content.pop("extensions", None)


class _Lost:
    """What cutting references left."""

    def __init__(self) -> None:
        self.content: dict[str, Any] | None = None
        self.removed: tuple[str, ...] = ()
        self.fatal = ""


def _unlink(
    obj: StixObject, content: dict[str, Any] | None, withheld: frozenset[str], replaced: Mapping[str, str]
) -> _Lost:
    lost = _Lost()
    if not withheld and not replaced:
        return lost
    touched = [(name, ref) for name, ref in obj.references() if ref in withheld or ref in replaced]
    if not touched:
        return lost
    for name, ref in touched:
        if ref in withheld and name.endswith("_ref") and name != "created_by_ref":
            lost.fatal = name
            return lost
    lost.content = content if content is not None else copy.deepcopy(dict(obj.content))
    _rewrite(lost.content, withheld, replaced)
    lost.removed = tuple(sorted({f"{name} to what may not go" for name, ref in touched if ref in withheld}))
    return lost


def _rewrite(value: Any, withheld: frozenset[str], replaced: Mapping[str, str]) -> None:
    if isinstance(value, list):
        for inner in value:
            _rewrite(inner, withheld, replaced)
    elif isinstance(value, dict):
        for name, inner in list(value.items()):
            if name.endswith("_ref") and is_identifier(inner):
                if inner in withheld:
                    del value[name]
                else:
                    value[name] = replaced.get(inner, inner)
            elif name.endswith("_refs") and isinstance(inner, list):
                kept = [replaced.get(ref, ref) if isinstance(ref, str) else ref for ref in inner if ref not in withheld]
                if kept:
                    value[name] = kept
                else:
                    del value[name]
            else:
                _rewrite(inner, withheld, replaced)


def _remove(content: dict[str, Any], selectors: Iterable[str]) -> None:
    """Take out the selected values; later list places first, so that earlier selectors still point right."""
    paths = [[int(index) if index else name for index, name in _PART.findall(text)] for text in selectors]
    for path in sorted(paths, key=lambda steps: [(isinstance(step, str), step) for step in steps], reverse=True):
        holder: Any = content
        for step in path[:-1]:
            try:
                holder = holder[step]
            except (KeyError, IndexError, TypeError):
                holder = None
                break
        try:
            del holder[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # a selector that points at nothing removes nothing
