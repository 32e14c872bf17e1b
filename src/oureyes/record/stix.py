"""STIX 2.1 and 2.0 as it arrives: bundles, bare lists, single objects, NDJSON; each object's bytes kept as they came.

Lenient: unknown types and properties, empty values and references to what is not here are all taken. What is refused
is refused object by object, and only what could not be stored, versioned or referred to: an id that is no id, a
version that is no instant, a pattern that does not parse. A file is refused when it is no JSON at all.

Two objects of one id and version with different content are both handed on, the second with a finding: the store keeps
the one with the smaller digest, so that the order of arrival does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, BinaryIO

import msgspec

from oureyes.errors import InvalidObject, OurEyesError
from oureyes.model.findings import Finding
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Marking
from oureyes.model.objects import OBSERVABLE_TYPES, StixObject, is_identifier
from oureyes.model.ports import Options, Record, Rejected
from oureyes.model.text import hidden, strings, suspicious
from oureyes.record.demands import KNOWN, Definitions, of_definition, of_tlp, tightest
from oureyes.record.opening import JSON_ERRORS, broken, nested, read_bytes, top_level
from oureyes.record.syntax import pattern_error
from oureyes.record.upgrade import upgrade

__all__ = ["NAME", "check", "read", "sniff"]

NAME = "stix"

# `modified` is required of these, `created` of all that are not observables (STIX 2.1 §3.2, §7.2.1).
_UNVERSIONED = OBSERVABLE_TYPES | {"marking-definition", "bundle"}
_REQUIRED = {
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "indicator": ("pattern",),
}
_EXPECTED = {  # required by STIX 2.1 too, but the object can be used without
    "indicator": ("pattern_type", "valid_from"),
    "report": ("object_refs", "published"),
    "malware": ("is_family",),
    "observed-data": ("first_observed", "last_observed", "number_observed"),
    "note": ("content", "object_refs"),
    "opinion": ("opinion", "object_refs"),
    "grouping": ("context", "object_refs"),
}
_STANDARD = frozenset(
    [
        "attack-pattern",
        "campaign",
        "course-of-action",
        "grouping",
        "identity",
        "incident",
        "indicator",
        "infrastructure",
        "intrusion-set",
        "language-content",
        "location",
        "malware",
        "malware-analysis",
        "note",
        "observed-data",
        "opinion",
        "report",
        "threat-actor",
        "tool",
        "vulnerability",
        "relationship",
        "sighting",
        "marking-definition",
        "extension-definition",
    ]
)


class _Envelope(msgspec.Struct):
    type: Any = None
    spec_version: Any = None
    objects: list[msgspec.Raw] = []  # msgspec copies it


class _Kind(msgspec.Struct):
    type: Any = None


_KIND = msgspec.json.Decoder(_Kind)
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_CONTENT = msgspec.json.Decoder()
_USUAL = re.compile(
    r"[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII
)


def sniff(head: bytes, name: str) -> bool:
    """JSON whose first object is a bundle or carries a STIX id; an empty list is a page of nothing (TAXII 2.1 §5.4)."""
    keys = top_level(head)
    if keys is None:
        return False
    if not keys:
        return head.removeprefix(b"\xef\xbb\xbf").split() == [b"[]"]
    if keys.get("type") == "bundle" or re.match(r"[a-z0-9][a-z0-9-]*--", keys.get("id", "")):
        return True
    return "spec_version" in keys or ("objects" in keys and not {"schema", "$schema", "type"} & set(keys))


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """Every object in order, in its own bytes."""
    data = read_bytes(stream, options.source or NAME, options.max_bytes)
    pieces = _pieces(data, options.source or NAME)
    definitions = {**options.definitions, **_definitions(raw for raw, _ in pieces)}
    seen: dict[tuple[str, str], int] = {}
    for place, (raw, old) in enumerate(pieces, 1):
        yield from _taken(bytes(raw), old, place, definitions, seen, options.max_depth)


def _pieces(data: bytes, subject: str) -> list[tuple[msgspec.Raw | bytes, bool]]:
    """The slices of the objects, and whether each stands in a bundle that says it is STIX 2.0."""
    try:
        return list(_split(data, subject))
    except JSON_ERRORS as error:
        if b"\n" not in data.strip() or not _first_line_is_whole(data):
            raise broken(data, error, subject) from None
    return list(_lines(data))


def _first_line_is_whole(data: bytes) -> bool:
    try:
        msgspec.json.decode(data.lstrip().split(b"\n", 1)[0], type=msgspec.Raw)
    except JSON_ERRORS:
        return False
    return True


def _lines(data: bytes) -> Iterator[tuple[msgspec.Raw | bytes, bool]]:
    """NDJSON: one object, list or bundle a line; a broken line is handed on whole, to be refused on its own."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        line = data[at:end].strip()
        at = end + 1
        if line:
            try:
                yield from list(_split(line, NAME))
            except (*JSON_ERRORS, InvalidObject):
                yield line, False


def _split(data: bytes | msgspec.Raw, subject: str) -> Iterator[tuple[msgspec.Raw | bytes, bool]]:
    text = bytes(data[:64]).lstrip() if isinstance(data, bytes) else bytes(data)[:1]
    if text.startswith(b"["):
        yield from ((raw, False) for raw in _LIST.decode(data))
        return
    if not text.startswith(b"{"):
        raise InvalidObject(subject, "a STIX bundle, a list of objects or one object", "something else")
    try:
        envelope = _ENVELOPE.decode(data)
    except msgspec.ValidationError:
        if _KIND.decode(data).type != "bundle":
            yield data, False  # an observed-data of STIX 2.0 has `objects` of its own
            return
        raise InvalidObject(subject, "`objects` to be a list", "something else", "ask the source again") from None
    if envelope.type != "bundle":
        yield data, False
        return
    yield from ((raw, envelope.spec_version == "2.0") for raw in envelope.objects)


def _definitions(pieces: Iterable[msgspec.Raw | bytes]) -> dict[str, Marking | None]:
    """What this input's own marking definitions mean; one that cannot be read is left out, and its users are held."""
    found: dict[str, Marking | None] = {}
    for raw in pieces:
        if b'"marking-definition"' not in bytes(raw):
            continue
        try:
            content = _CONTENT.decode(raw)
            if content.get("type") == "marking-definition" and content["id"] not in KNOWN:
                found[content["id"]] = of_definition(content)
        except (*JSON_ERRORS, OurEyesError, AttributeError, KeyError, TypeError):
            continue
    return {**found, **KNOWN}


def _taken(
    raw: bytes, old: bool, place: int, known: Definitions, seen: dict[tuple[str, str], int], max_depth: int
) -> Iterator[Record | Rejected]:
    counts = (("objects", 1),)
    try:
        obj, findings = check(raw, place, max_depth)
    except InvalidObject as error:
        yield Rejected(_subject(raw, place), error, raw[: 1 << 20], counts)
        return
    findings += _repeated(obj, seen)
    marking, hold = _demanded(obj, known)
    record = Record(obj, findings, marking, counts=counts, tags=_labels(obj.content), hold=hold)
    if not _is_old(obj.content, old):
        yield record
        return
    upgraded, observables = upgrade(obj.content)
    yield replace(record, upgraded=upgraded)
    for observable in observables:
        yield Record(observable, marking=marking, hold=hold)


def check(raw: bytes, place: int = 1, max_depth: int = 64) -> tuple[StixObject, tuple[Finding, ...]]:
    """The object, if it can be stored, versioned and referred to; and what is odd about it."""
    if nested(raw, max_depth):
        raise InvalidObject(_subject(raw, place), f"nesting up to {max_depth} levels", "deeper")
    try:
        content = _CONTENT.decode(raw)
    except JSON_ERRORS as error:
        raise broken(raw, error, f"object {place}") from None
    if not isinstance(content, dict):
        raise InvalidObject(f"object {place}", "a JSON object", type(content).__name__)
    obj = StixObject.of(raw, content)
    _check_version(content)
    _check_required(content)
    return obj, _odd(raw, content)


def _check_version(content: Mapping[str, Any]) -> None:
    created, modified, kind = content.get("created"), content.get("modified"), content["type"]
    if _usual(created) and _usual(modified) and str(modified) >= str(created):
        return
    if kind in _UNVERSIONED and created is None and modified is None:
        return
    if created is None and modified is None and kind not in _STANDARD:
        return  # a custom observable has no versions
    first = _instant(content, "created", created)
    if modified is None and kind in _UNVERSIONED:
        return
    if modified == created:
        return
    if _instant(content, "modified", modified) < first:
        raise InvalidObject(content["id"], "modified not before created", "modified earlier", "ask the source")


def _usual(value: object) -> bool:
    """The form nearly every object uses, surely an instant, and in order as text: read without a calendar."""
    return isinstance(value, str) and _USUAL.fullmatch(value) is not None


def _instant(content: Mapping[str, Any], name: str, value: object) -> int:
    found = _nanoseconds(value) if isinstance(value, str) else None
    if found is None:
        shown = "none" if value is None else "another form"
        raise InvalidObject(content["id"], f"`{name}` as a UTC instant such as 2026-03-01T08:00:00.000Z", shown)
    return found


@lru_cache(8192)
def _nanoseconds(text: str) -> int | None:
    try:
        return nanoseconds(text)
    except ValueError:
        return None


def _check_required(content: Mapping[str, Any]) -> None:
    for name in _REQUIRED.get(content["type"], ()):
        value = content.get(name)
        if not isinstance(value, str) or not value:
            raise InvalidObject(content["id"], f"`{name}`", "none", "ask the source")
        if name.endswith("_ref") and not is_identifier(value):
            raise InvalidObject(content["id"], f"`{name}` to be an id", "another form", "ask the source")
    if content["type"] == "indicator" and content.get("pattern_type", "stix") == "stix":
        problem = pattern_error(content["pattern"])
        if problem:
            raise InvalidObject(content["id"], "a STIX pattern", problem, "ask the source to mend the pattern")


def _odd(raw: bytes, content: Mapping[str, Any]) -> tuple[Finding, ...]:
    expected = _EXPECTED.get(content["type"], ())
    if not expected and "" not in content.values() and "spec_version" in content and not suspicious(raw):
        return ()  # nearly all; the rest of this function is written for reading, not for speed
    found = [f"`{name}` is missing" for name in expected if name not in content]
    if "spec_version" not in content and "created" in content:
        found = ["STIX 2.0 object; upgraded to 2.1 as a derived object"]
    found += [f"`{name}` is empty" for name, value in content.items() if value == ""]
    if suspicious(raw):
        names = dict.fromkeys(name for text in strings(content) for name in hidden(text))
        found += [f"hidden character {name}" for name in names]
    return tuple(Finding(content["id"], "warning", message) for message in found)


def _repeated(obj: StixObject, seen: dict[tuple[str, str], int]) -> tuple[Finding, ...]:
    fingerprint = hash(obj.raw)
    first = seen.setdefault((obj.id, obj.version), fingerprint)
    if first == fingerprint:
        return ()
    said = "same id and version as an earlier object of this input, other content; the smaller digest is kept"
    return (Finding(obj.id, "error", said),)


def _demanded(obj: StixObject, known: Definitions) -> tuple[Marking | None, str]:
    """What its markings demand, and why it is held where one cannot be read, be it of a single property."""
    refs, parts = obj.marking_refs, obj.content.get("granular_markings")
    if not refs and parts is None and "object_marking_refs" not in obj.content:
        return None, ""
    if len(refs) == 1 and parts is None and refs[0] in known:
        return known[refs[0]], ""
    marking = _together(refs, known)
    unknown = [ref for ref in (*refs, *_granular(parts)) if ref not in known]
    if unknown:
        return marking, f"{unknown[0]} is not known to this node: nobody may have it"
    if not refs and obj.content.get("object_marking_refs", []) != []:
        return marking, "object_marking_refs cannot be read: nobody may have it"
    return marking, ""


def _together(refs: tuple[str, ...], known: Definitions) -> Marking | None:
    """All demands at once. Beside a definition that says more, one of TLP speaks of TLP alone: its silence on all else
    is no word against what the other says."""
    full = tightest(demand for ref in refs if ref not in KNOWN and (demand := known.get(ref)) is not None)
    tlps = [demand.tlp for ref in refs if (demand := KNOWN.get(ref)) is not None]
    if full is None:
        return tightest(of_tlp(tlp) for tlp in tlps)
    return full.but(tlp=max([full.tlp, *tlps]))


def _granular(parts: object) -> Iterator[str]:
    for part in parts if isinstance(parts, list) else ():
        ref = part.get("marking_ref") if isinstance(part, dict) else None
        if isinstance(ref, str):
            yield ref[:120]


def _labels(content: Mapping[str, Any]) -> tuple[str, ...]:
    labels = content.get("labels")
    return tuple(label for label in labels if isinstance(label, str)) if isinstance(labels, list) else ()


def _is_old(content: Mapping[str, Any], old_bundle: bool) -> bool:
    """STIX 2.0 put the version on the bundle; a 2.1 object carries its own, observables excepted."""
    if "spec_version" in content:
        return bool(content["spec_version"] == "2.0")
    return "created" in content and (old_bundle or content["type"] not in OBSERVABLE_TYPES)


def _subject(raw: bytes, place: int) -> str:
    found = re.search(rb'"id"\s*:\s*"([\w.-]{1,110})"', raw[:4096])
    return found[1].decode() if found else f"object {place}"
