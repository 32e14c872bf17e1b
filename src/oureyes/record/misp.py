"""MISP events as they come from an instance, a feed or a file, as STIX; nothing an analyst sees is lost.

    event                 report, its Orgc an identity
    attribute             the observable, and an indicator (to_ids) or observed-data under the attribute's uuid
    … with no observable  x-misp-attribute, value as given
    object                x-misp-object over its attributes; references between objects are relationships
    proposal, report      note
    sighting              sighting

What STIX has no place for is kept in our provenance extension, so that `misp_export.to_misp` gives the event back. The
e-mail address of whoever typed it is left out, and so are the row numbers of the instance it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record.misp_parts import (
    UUID,
    Event,
    attached,
    attribute,
    audience,
    dicts,
    extras,
    grouped,
    instant_of,
    kept,
    tags_of,
)
from oureyes.record.observed import dated, identity_of, marking_refs, recorded
from oureyes.record.opening import JSON_ERRORS, broken, nested, read_bytes, top_level

__all__ = ["NAME", "read", "read_attached", "read_event", "sniff"]

NAME = "misp"

_EVENT_KEYS = frozenset(["Orgc", "threat_level_id", "Attribute", "analysis"])

_LISTED = msgspec.json.Decoder(list[msgspec.Raw])
_KEYED = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY = msgspec.json.Decoder()


def sniff(head: bytes, name: str) -> bool:
    """`Event`, `response`, or the keys of a bare event; a list of sharing groups is MISP too, and holds no event."""
    keys = top_level(head)
    if keys is None or "spec_version" in keys or any(UUID.fullmatch(key) for key in keys):
        return False
    certain = {"Event", "SharingGroup", "response", "Attribute"} & keys.keys()
    return bool(certain) or len(_EVENT_KEYS & keys.keys()) >= 2


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """Every event in order. One attribute that cannot be taken does not stop its event."""
    subject = options.source or NAME
    data = read_bytes(stream, subject, options.max_bytes)
    try:
        events = list(_events(data, 0))
    except msgspec.ValidationError:
        raise InvalidObject(subject, "a MISP event, a list of events or a response", "another structure") from None
    except JSON_ERRORS as error:
        raise broken(data, error, subject) from None
    for raw in events:
        yield from _event(raw, options)


def _events(data: bytes | msgspec.Raw, depth: int) -> Iterator[bytes | msgspec.Raw]:
    """The slices of the events, whatever they are wrapped in."""
    start = bytes(data)[:64].lstrip()[:1]
    if start == b"[":
        for inner in _LISTED.decode(data):
            yield from _events(inner, depth + 1)
        return
    keys = _KEYED.decode(data)
    if "Event" in keys and depth < 4:
        yield from _events(keys["Event"], depth + 1)
    elif "response" in keys and depth < 4:
        yield from _events(keys["response"], depth + 1)
    elif "info" in keys or "Attribute" in keys or depth == 0:
        yield data


def _event(raw: bytes | msgspec.Raw, options: Options) -> Iterator[Record | Rejected]:
    body = bytes(raw)
    try:
        parts = _KEYED.decode(body)
        attributes, listed = _listed(parts.pop("Attribute", None)), _listed(parts.pop("Object", None))
        for piece in (*parts.values(), *attributes, *listed):
            if nested(bytes(piece), options.max_depth):
                raise InvalidObject("event", f"nesting up to {options.max_depth} levels", "deeper")
        content = {key: _ANY.decode(value) for key, value in parts.items()}
        objects = [_ANY.decode(obj) for obj in listed]
        event, findings = _opened(content, body, options)
    except InvalidObject as error:
        yield Rejected(error.subject, error, body[: 1 << 20], _counted(body))
        return
    except JSON_ERRORS as error:
        yield Rejected("event", broken(body, error, "event"), body[: 1 << 20], _counted(body))
        return
    yield from _parts(content, map(_ANY.decode, attributes), objects, event, findings)


def read_event(
    content: Mapping[str, Any], options: Options, carriers: Mapping[str, str] | None = None, revision: int = 0
) -> Iterator[Record | Rejected]:
    """An event that is decoded already. `carriers` are parts that stand and are not said again: uuid → id. `revision`
    tells versions of one MISP second apart (to publish changes an event and not its timestamp)."""
    event, findings = _opened(content, b"", options)
    event.carriers.update(carriers or {})
    if revision:
        event.at = f"{event.at[:19]}.{revision:03d}Z"
    objects = dicts(content.get("Object"))
    attributes = content.get("Attribute")
    yield from _parts(content, attributes if isinstance(attributes, list) else (), objects, event, findings)


def read_attached(
    what: str,
    content: Mapping[str, Any],
    about: str,
    head: Mapping[str, Any],
    author: Mapping[str, Any],
    options: Options,
) -> Iterator[Record]:
    """What somebody says about an event or a part of it: a `sighting`, a `proposal`, an `event_report`, an `analyst`
    note. `about` is the id of what it is about, `author` the organisation (name, uuid) that says so."""
    event, _ = _opened(head, b"", options)
    yield from _organisations({"Orgc": author}, event)
    yield attached(what, content, about, event)


def _parts(
    content: Mapping[str, Any],
    attributes: Iterable[Any],
    objects: list[Any],
    event: Event,
    findings: tuple[Finding, ...],
) -> Iterator[Record | Rejected]:
    yield from _organisations(content, event)
    for place, one in enumerate(attributes):
        yield from attribute(one, event, place, ())
    for place, obj in enumerate(objects):
        yield from grouped(obj, event, place)
    yield from extras(content, objects, event)
    yield _report(content, event, findings)


def _listed(raw: msgspec.Raw | None) -> list[msgspec.Raw]:
    """A list, or nothing where MISP wrote null."""
    if raw is None or bytes(raw) == b"null":
        return []
    return _LISTED.decode(raw)


def _counted(body: bytes) -> tuple[tuple[str, int], ...]:
    """What a refused event held, so that figures still add up."""
    try:
        content = _ANY.decode(body)
        objects = dicts(content.get("Object"))
        inner = sum(len(dicts(obj.get("Attribute"))) for obj in objects)
        return (("events", 1), ("attributes", len(dicts(content.get("Attribute"))) + inner), ("objects", len(objects)))
    except (*JSON_ERRORS, AttributeError):
        return (("events", 1),)


def _opened(content: Mapping[str, Any], body: bytes, options: Options) -> tuple[Event, tuple[Finding, ...]]:
    uuid = content.get("uuid")
    if uuid is None:  # hand-made events have none: one that follows from the bytes, so that twice is once
        from hashlib import sha256

        uuid = derived_id("report", sha256(body).hexdigest()).partition("--")[2]
    if not isinstance(uuid, str) or not UUID.fullmatch(uuid):
        raise InvalidObject(f"event {str(uuid)[:40]}", "a uuid", "another form", "ask the source for the event's uuid")
    subject, messages = f"report--{uuid.lower()}", []
    day = _day(content.get("date"))
    at = instant_of(content.get("timestamp")) or day or ""
    if not at:
        at = dated(options)
        messages.append("no timestamp and no date")
    if content.get("date") is not None and day is None:
        day = at[:10] + "T00:00:00.000Z"
        messages.append("impossible date; its timestamp is used")
    marking, hold = audience(content, None, "")
    finding = tuple(Finding(subject, "warning", message) for message in messages)
    now = recorded(options)
    event = Event(uuid.lower(), "", at, min(day or at, at), now, marking, hold, options.source, options.country)
    return event, finding


def _day(value: object) -> str | None:
    try:
        return datetime.strptime(str(value), "%Y-%m-%d").strftime("%Y-%m-%dT00:00:00.000Z")
    except ValueError:
        return None


def _organisations(content: Mapping[str, Any], event: Event) -> Iterator[Record]:
    for key in ("Orgc", "Org"):
        organisation = content.get(key)
        if not isinstance(organisation, dict) or not isinstance(organisation.get("name"), str):
            continue
        made = identity_of(organisation["name"][:256] or "unnamed", event.now)
        uuid = organisation.get("uuid")
        if isinstance(uuid, str) and UUID.fullmatch(uuid):
            made = StixObject.make({**made.content, "id": f"identity--{uuid.lower()}"})
        if key == "Orgc":
            event.created_by = made.id
        elif made.id == event.created_by:
            return
        yield Record(made, marking=event.marking, hold=event.hold)
    if not event.created_by:
        made = identity_of("unnamed MISP organisation", event.now)
        event.created_by = made.id
        yield Record(made, marking=event.marking, hold=event.hold)


def _report(content: Mapping[str, Any], event: Event, findings: tuple[Finding, ...]) -> Record:
    """Last, so that everything it refers to came before."""
    labels = tags_of(content)
    info = content.get("info")
    obj = StixObject.make(
        {
            "type": "report",
            "spec_version": "2.1",
            "id": f"report--{event.uuid}",
            "created": event.day,
            "modified": event.at,
            "created_by_ref": event.created_by,
            "name": info if isinstance(info, str) and info else "MISP event without a title",
            "published": instant_of(content.get("publish_timestamp")) or event.day,
            "object_refs": list(dict.fromkeys(event.carriers.values())) or [event.created_by],
            **({"labels": labels} if labels else {}),
            **marking_refs(event.marking),
            "extensions": kept(content, event, Orgc=content.get("Orgc")),
        }
    )
    return Record(obj, findings, event.marking, counts=(("events", 1),), tags=tuple(labels), hold=event.hold)
