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
from functools import reduce
from typing import Any
from uuid import UUID

from oureyes.model.markings import TLP_IDS, Marking, strictest
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
    closed, opened, unknown = _selectors(granular, obj.content, marking, why_not, definitions)
    if unknown:
        return Decision(False, f"granular marking {unknown[:80]} is not known to this node")
    if refused is not None:
        if not opened:
            return Decision(False, refused)
        return _only(obj, opened, closed, key, refused, withheld, replaced)
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
    # the extract says no more which part is tighter, so all of it travels as the tightest part may
    under = reduce(strictest, opened.values(), marking)
    return _as_extract(obj, final, under, (*closed, *lost.removed), key, "a tear-line extract: ", lost.touched)


def extract(obj: StixObject, removed: Iterable[str], key: bytes) -> StixObject:
    """`obj` without the properties `removed`, as an object of its own."""
    content = copy.deepcopy(dict(obj.content))
    _remove(content, tuple(removed))
    made = _as_extract(obj, content, Marking(), tuple(removed), key, "").object
    assert made is not None
    return made


def _selectors(
    granular: object,
    content: Mapping[str, Any],
    marking: Marking,
    why_not: _Why,
    definitions: Mapping[str, Marking],
) -> tuple[tuple[str, ...], dict[str, Marking], str]:
    """Paths closed and opened, and what of the granular markings cannot be read: then nothing may leave."""
    closed: list[str] = []
    opened: dict[str, Marking] = {}
    if granular is not None and not isinstance(granular, list):
        return (), {}, "list"
    for line in granular or ():
        if not isinstance(line, dict):
            return (), {}, "line"
        ref, selectors = line.get("marking_ref"), line.get("selectors")
        if ref is None and isinstance(line.get("lang"), str):
            continue  # a language marking (STIX 2.1 §7.2.3.1) restricts nothing
        # TLP's own ids first: a definition that somebody sent must not give them another meaning
        under = marking.but(tlp=TLP_IDS[str(ref)]) if str(ref) in TLP_IDS else definitions.get(str(ref))
        if under is None:
            return (), {}, str(ref)
        under = under.but(originator=marking.originator)  # a part is whose the whole is
        if not isinstance(selectors, list) or not all(isinstance(one, str) for one in selectors):
            return (), {}, f"{ref} without selectors"
        for selector in selectors:
            if not _points(content, selector):
                return (), {}, f"{ref} on a property that is not there"
            if why_not(under) is None:
                opened[selector] = strictest(opened[selector], under) if selector in opened else under
            else:
                closed.append(selector)
    kept = {path: under for path, under in opened.items() if path not in closed}
    return tuple(dict.fromkeys(closed)), kept, ""


def _points(content: Any, selector: str) -> bool:
    """Whether a selector finds something: one that does not was meant to close what would now stay open."""
    for step in _steps(selector):
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(selector)


def _steps(selector: str) -> list[str | int]:
    return [int(index) if index else name for index, name in _PART.findall(selector)]


def _only(
    obj: StixObject,
    opened: Mapping[str, Marking],
    closed: tuple[str, ...],
    key: bytes,
    refused: str,
    withheld: frozenset[str],
    replaced: Mapping[str, str],
) -> Decision:
    """The reverse tear-line: the object stays, some paragraphs were cleared to travel further."""
    tops = {path for path in opened if _PART.fullmatch(path) and path in obj.content}
    content = copy.deepcopy({name: obj.content[name] for name in obj.content if name in tops or name in _SPINE})
    _remove(content, closed)
    if set(content) <= set(_SPINE):
        return Decision(False, refused)
    lost = _unlink(StixObject(obj.raw, content), copy.deepcopy(content), withheld, replaced)
    if lost.fatal:
        return Decision(False, f"it refers by {lost.fatal} to something that may not go")
    final = lost.content if lost.content is not None else content
    removed = tuple(name for name in obj.content if name not in final and name != "granular_markings")
    below = tuple(path for path in closed if path.split(".")[0] in final)
    under = reduce(strictest, (opened[path] for path in sorted(tops)))
    said = "only what was cleared to travel: without "
    return _as_extract(obj, final, under, (*removed, *below), key, said, lost.touched)


def _as_extract(
    obj: StixObject,
    content: dict[str, Any],
    marking: Marking,
    removed: tuple[str, ...],
    key: bytes,
    said: str,
    touched: tuple[str, ...] = (),
) -> Decision:
    if not key:
        return Decision(False, "an extract needs the node's extract key: without it, its id would tell what it is of")
    content.pop("granular_markings", None)
    _forget_sources(content)
    content.pop("object_marking_refs", None)  # the marking travels beside it; an old ref would name the stricter one
    cut = "|".join((obj.id, *sorted(removed), *touched))  # two recipients with other references get other extracts
    mac = hmac.digest(key, cut.encode(), "sha256")
    content["id"] = f"{obj.type}--{UUID(bytes=mac[:16], version=4)}"
    return Decision(True, said + ", ".join(removed), StixObject.make(content), marking, removed)


def _forget_sources(content: dict[str, Any]) -> None:
    """Our provenance extension repeats the source's own words, those that were cut among them."""
    extensions = content.get("extensions")
    known = extensions if isinstance(extensions, dict) else {}
    kept = {key: value for key, value in known.items() if key != EXTENSIONS["provenance"]}
    if kept:
        content["extensions"] = kept
    else:
        content.pop("extensions", None)


class _Lost:
    """What cutting references left."""

    def __init__(self) -> None:
        self.content: dict[str, Any] | None = None
        self.removed: tuple[str, ...] = ()
        self.touched: tuple[str, ...] = ()
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
        if ref in withheld and ref not in replaced and name.endswith("_ref") and name != "created_by_ref":
            lost.fatal = name
            return lost
    lost.content = content if content is not None else copy.deepcopy(dict(obj.content))
    gone = withheld - replaced.keys()
    _rewrite(lost.content, gone, replaced)
    lost.removed = tuple(sorted({f"{name} to what may not go" for name, ref in touched if ref in gone}))
    lost.touched = tuple(sorted({f"{ref}>{replaced.get(ref, '')}" for _, ref in touched}))
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
    paths = [_steps(text) for text in selectors]
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
