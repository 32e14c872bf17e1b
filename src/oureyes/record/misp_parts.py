"""The parts of a MISP event as STIX: attributes, objects, proposals, sightings, reports, and techniques they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable, observables_of_misp, sco
from oureyes.model.ports import Record, Rejected
from oureyes.record.demands import of_tags, of_tlp, tightest
from oureyes.record.misp_types import MISP_TYPES, RULES
from oureyes.record.observed import marking_refs, pattern_of, provenance
from oureyes.record.syntax import pattern_error

__all__ = [
    "UUID",
    "Event",
    "attached",
    "attribute",
    "audience",
    "dicts",
    "extras",
    "grouped",
    "instant_of",
    "kept",
    "tags_of",
]

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_LOWER_UUID = re.compile(UUID.pattern)
_DIGESTS = ("md5", "sha1", "sha256", "sha512")
_TECHNIQUE = re.compile(r"\bT\d{4}(?:\.\d{3})?\b")
# Row numbers of one instance, what is derived, what has an object of its own, and who typed it.
_NOT_KEPT = frozenset(
    [
        "id", "event_id", "object_id", "org_id", "orgc_id", "user_id", "old_id", "event_creator_email",
        "RelatedEvent", "attribute_count", "uuid", "Attribute", "Object", "ShadowAttribute", "Sighting",
        "EventReport", "Orgc", "Feed",
    ]
)  # fmt: skip


@dataclass(slots=True)
class Event:
    """What the parts of an event need to know of it."""

    uuid: str
    created_by: str
    at: str
    day: str
    now: str  # the moment of recording, for what neither MISP nor the event gives a date
    marking: Marking | None
    hold: str
    source: str
    country: str | None
    carriers: dict[str, str] = field(default_factory=dict)  # uuid of a part → id of its object
    observed: set[str] = field(default_factory=set)
    audiences: dict[tuple[str, ...], tuple[Marking | None, str]] = field(default_factory=dict)


def attribute(content: Any, event: Event, place: int, path: tuple[str, ...]) -> Iterator[Record | Rejected]:
    counts = (("attributes", 1),)
    try:
        uuid = _part_uuid(content, event, place, path)
        kind, value = content.get("type"), content.get("value")
        if not isinstance(kind, str) or type(value) not in _VALUES:
            raise InvalidObject(f"attribute {uuid}", "`type` and `value`", "none", "ask the source")
    except InvalidObject as error:
        yield Rejected(error.subject, error, msgspec.json.encode(content)[: 1 << 20], counts)
        return
    marking, hold = event.marking, event.hold
    if "Tag" in content or content.get("distribution", "5") not in ("5", "3"):
        marking, hold = _audience_in(event, content)
    observables = observables_of_misp(kind, str(value), event.country)
    objects = [sco(one) for one in observables]
    if content.get("deleted") not in (True, "1", 1) or not content.get("to_ids"):  # what is deleted is not said again
        yield from _observed(observables, objects, event, marking, hold)
    obj = _carrier(content, kind, str(value), uuid, observables, [one.id for one in objects], event, marking)
    event.carriers[uuid] = obj.id
    findings = _findings(obj.id, kind, str(value), observables)
    yield Record(obj, findings, marking, None, counts, tuple(tags_of(content)), hold, _equal(obj, kind, observables))
    yield from _techniques(content, obj, event, marking, hold)
    for number, proposal in enumerate(dicts(content.get("ShadowAttribute"))):
        yield _proposal(proposal, obj.id, event, f"{uuid}/{number}")
    for number, sighting in enumerate(dicts(content.get("Sighting"))):
        yield _sighting(sighting, obj.id, event, f"{uuid}/{number}")


def _part_uuid(content: Any, event: Event, place: int, path: tuple[str, ...]) -> str:
    if not isinstance(content, dict):
        raise InvalidObject(f"attribute {place} of event {event.uuid}", "a JSON object", type(content).__name__)
    uuid = content.get("uuid")
    if uuid is None:
        made = derived_id("attribute", event.uuid, *path, str(content.get("type")), str(content.get("value")))
        return made.partition("--")[2]
    if isinstance(uuid, str) and _LOWER_UUID.fullmatch(uuid):
        return uuid
    if not isinstance(uuid, str) or not UUID.fullmatch(uuid):
        raise InvalidObject(f"attribute {place} of event {event.uuid}", "a uuid", "another form", "ask the source")
    return uuid.lower()


_VALUES = frozenset([str, int, float, bool])  # the types a decoded value has


# What names one of these names nothing else; of a file's name or a process's more may be read.
_TELLING = frozenset(
    ["domain-name", "ipv4-addr", "ipv6-addr", "url", "email-addr", *(f"hash:{name}" for name in _DIGESTS)]
)


def _named(observables: tuple[Observable, ...]) -> tuple[Observable, ...] | None:
    if len(observables) == 1:
        return observables if observables[0].kind in _TELLING else None
    return observables if all(one.kind in _TELLING for one in observables) else None


def _equal(obj: StixObject, kind: str, observables: tuple[Observable, ...]) -> tuple[Observable, ...] | None:
    """What the carrier itself names: what its pattern equals; nothing where it refers to what it saw."""
    if obj.type == "observed-data":
        return ()
    return _named(observables) if obj.type == "indicator" and kind not in RULES else None


def _observed(
    observables: tuple[Observable, ...],
    objects: list[StixObject],
    event: Event,
    marking: Marking | None,
    hold: str,
) -> Iterator[Record]:
    for observable, one in zip(observables, objects, strict=True):
        if marking is event.marking:  # under another marking it is said once more
            if one.id in event.observed:
                continue
            event.observed.add(one.id)
        yield Record(one, (), marking, None, (), (), hold, _named((observable,)))


def _carrier(
    content: Mapping[str, Any],
    kind: str,
    value: str,
    uuid: str,
    observables: tuple[Observable, ...],
    refs: list[str],
    event: Event,
    marking: Marking | None,
) -> StixObject:
    """What says who says it: an indicator, an observed-data, or the attribute as it is."""
    versions = _versions(content, event)
    body: dict[str, Any] = {"type": "", "spec_version": "2.1", "id": "", **versions}
    more: dict[str, Any] = {"value": value}
    links = [("created_by_ref", event.created_by)]
    if kind in RULES and (kind != "stix2-pattern" or pattern_error(value) is None):
        made = "indicator"
        body.update(pattern=value, pattern_type=RULES[kind], valid_from=versions["modified"], name=value[:256])
    elif observables and content.get("to_ids") in (True, "1", 1):
        made = "indicator"
        start = _seen(content["first_seen"]) if isinstance(content.get("first_seen"), str) else None
        body.update(pattern=pattern_of(observables), pattern_type="stix", valid_from=start or versions["modified"])
        body["name"] = value[:256]
        more["observable_refs"] = refs
        links += [("observable_refs", ref) for ref in refs]
    elif observables:
        made = "observed-data"
        body.update(_period(content, versions["modified"]), number_observed=1, object_refs=refs)
        links += [("object_refs", ref) for ref in refs]
    else:
        made = "x-misp-attribute"
        body.update(attribute_type=kind, value=value)
    body["type"], body["id"] = made, f"{made}--{uuid}"
    if isinstance(content.get("comment"), str) and content["comment"]:
        body["description"] = content["comment"]
    if content.get("deleted") in (True, "1", 1):
        body["revoked"] = True
    if labels := tags_of(content):
        body["labels"] = labels
    body.update(marking_refs(marking))
    body["extensions"] = kept(content, event, **more)
    return StixObject.make(body, tuple(links))


def _period(content: Mapping[str, Any], otherwise: str) -> dict[str, str]:
    first, last = (
        _seen(content[name]) if isinstance(content.get(name), str) else None for name in ("first_seen", "last_seen")
    )
    first = first or last or otherwise
    return {"first_observed": first, "last_observed": max(first, last or first)}


_MUST_PARSE = frozenset(
    [
        "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "domain", "hostname", "ip-src", "ip-dst", "url",
        "email", "email-src", "email-dst", "btc", "xmr", "dash", "iban", "AS", "mac-address", "domain|ip",
        "filename|md5", "filename|sha1", "filename|sha256", "filename|sha512",
    ]
)  # fmt: skip


def _findings(identifier: str, kind: str, value: str, observables: tuple[Observable, ...]) -> tuple[Finding, ...]:
    message = ""
    if kind not in MISP_TYPES:
        message = "attribute type this node does not know: kept as opaque text"
    elif kind in _MUST_PARSE and len(observables) < kind.count("|") + 1:
        message = f"value is no valid {kind}: kept as given, not indexed as one"
    elif kind in ("ip-src", "ip-dst") and observables[0].value != value:
        message = "address read from another form: defanged, with a port or not canonical"
    return (Finding(identifier, "warning", message),) if message else ()


def grouped(content: Any, event: Event, place: int) -> Iterator[Record | Rejected]:
    counts = (("objects", 1),)
    try:
        uuid = _part_uuid(content, event, place, ("object",))
    except InvalidObject as error:
        yield Rejected(error.subject, error, msgspec.json.encode(content)[: 1 << 20], counts)
        return
    attributes, refs = content.get("Attribute"), []
    for number, one in enumerate(attributes if isinstance(attributes, list) else ()):
        for record in attribute(one, event, number, (uuid, str(number))):
            if isinstance(record, Record) and dict(record.counts).get("attributes"):
                refs.append(record.object.id)
            yield record
    marking, hold = _audience_in(event, content)
    obj = StixObject.make(
        {
            "type": "x-misp-object",
            "spec_version": "2.1",
            "id": f"x-misp-object--{uuid}",
            **_versions(content, event),
            "name": str(content.get("name") or "object"),
            **({"description": content["comment"]} if content.get("comment") else {}),
            **({"revoked": True} if content.get("deleted") in (True, "1", 1) else {}),
            "attribute_refs": refs,
            **marking_refs(marking),
            "extensions": kept(content, event),
        }
    )
    event.carriers[uuid] = obj.id
    yield Record(obj, marking=marking, counts=counts, hold=hold)


def extras(content: Mapping[str, Any], objects: list[Any], event: Event) -> Iterator[Record]:
    """What refers to parts of the event, once all of them have their ids."""
    report = f"report--{event.uuid}"
    for obj in dicts(objects):
        for reference in dicts(obj.get("ObjectReference")):
            yield from _reference(obj, reference, event)
    for number, proposal in enumerate(dicts(content.get("ShadowAttribute"))):
        yield _proposal(proposal, report, event, f"{event.uuid}/{number}")
    for number, text in enumerate(dicts(content.get("EventReport"))):
        said = str(text.get("content") or text.get("name") or "")
        yield _note(text, said, report, event, f"report/{number}", "event_report")
    for number, sighting in enumerate(dicts(content.get("Sighting"))):
        yield _sighting(sighting, report, event, f"{event.uuid}/{number}")


def attached(what: str, content: Mapping[str, Any], about: str, event: Event) -> Record:
    """One thing said about something, by whoever `event.created_by` is here."""
    if what == "sighting":
        return _sighting(content, about, event, str(content.get("uuid")))
    if what == "proposal":
        return _proposal(content, about, event, str(content.get("uuid")))
    texts = (content.get(name) for name in ("content", "note", "comment", "name", "relationship_type"))
    said = next((text for text in texts if isinstance(text, str) and text), what)
    return _note(content, said, about, event, str(content.get("uuid")), what)


def _reference(obj: Mapping[str, Any], reference: Mapping[str, Any], event: Event) -> Iterator[Record]:
    source = event.carriers.get(str(obj.get("uuid")).lower())
    target = event.carriers.get(str(reference.get("referenced_uuid")).lower())
    if source is None or target is None:
        return  # kept in the object's own ObjectReference
    word = re.sub(r"[^a-z0-9]+", "-", str(reference.get("relationship_type") or "related-to").lower()).strip("-")
    yield _linked(source, word or "related-to", target, event, event.marking, event.hold, reference.get("uuid"))


def _linked(
    source: str, word: str, target: str, event: Event, marking: Marking | None, hold: str, uuid: object = None
) -> Record:
    valid = isinstance(uuid, str) and UUID.fullmatch(uuid)
    obj = StixObject.make(
        {
            "type": "relationship",
            "spec_version": "2.1",
            "id": f"relationship--{str(uuid).lower()}" if valid else derived_id("relationship", source, word, target),
            "created": event.day,
            "modified": event.at,
            "created_by_ref": event.created_by,
            "relationship_type": word,
            "source_ref": source,
            "target_ref": target,
            **marking_refs(marking),
        }
    )
    return Record(obj, marking=marking, hold=hold)


def _proposal(content: Mapping[str, Any], about: str, event: Event, place: str) -> Record:
    said = f"Proposal: {content.get('type')} {content.get('value')}"
    if content.get("proposal_to_delete") in (True, "1", 1):
        said = "Proposal: delete it"
    return _note(content, said, about, event, f"proposal/{place}", "proposal")


def _note(content: Mapping[str, Any], said: str, about: str, event: Event, place: str, what: str) -> Record:
    uuid = content.get("uuid")
    valid = isinstance(uuid, str) and UUID.fullmatch(uuid)
    said_so = {key: value for key, value in content.items() if key not in _NOT_KEPT - {"uuid"}}
    marking, hold = _audience_in(event, content)  # a report or a note may be meant for fewer than its event
    obj = StixObject.make(
        {
            "type": "note",
            "spec_version": "2.1",
            "id": f"note--{str(uuid).lower()}" if valid else derived_id("note", event.uuid, place),
            **_versions(content, event),
            **({"abstract": content["name"]} if isinstance(content.get("name"), str) and content["name"] else {}),
            "content": said or what,
            "object_refs": [about],
            **marking_refs(marking),
            "extensions": provenance("misp", {what: said_so, "event": event.uuid}),
        }
    )
    return Record(obj, marking=marking, hold=hold)


def _sighting(content: Mapping[str, Any], about: str, event: Event, place: str) -> Record:
    uuid, at = content.get("uuid"), instant_of(content.get("date_sighting")) or event.at
    valid = isinstance(uuid, str) and UUID.fullmatch(uuid)
    said_so = {key: value for key, value in content.items() if key not in _NOT_KEPT - {"uuid"}}
    negative = str(content.get("type", "0")) != "0"  # 1 is a false positive, 2 an expiry
    obj = StixObject.make(
        {
            "type": "sighting",
            "spec_version": "2.1",
            "id": f"sighting--{str(uuid).lower()}" if valid else derived_id("sighting", event.uuid, place),
            "created": at,
            "modified": at,
            "created_by_ref": event.created_by,
            "first_seen": at,
            "last_seen": at,
            "count": 0 if negative else 1,
            "sighting_of_ref": about,
            **marking_refs(event.marking),
            "extensions": provenance("misp", {"sighting": said_so, "event": event.uuid}),
        }
    )
    return Record(obj, marking=event.marking, hold=event.hold)


def _techniques(
    content: Mapping[str, Any], obj: StixObject, event: Event, marking: Marking | None, hold: str
) -> Iterator[Record]:
    """ATT&CK techniques that tags and galaxy clusters name. A cluster's uuid is the technique's own STIX uuid."""
    if not content.get("Tag") and not content.get("Galaxy"):
        return
    named = {}
    for galaxy in dicts(content.get("Galaxy")):
        for cluster in dicts(galaxy.get("GalaxyCluster")):
            found = _TECHNIQUE.search(str(cluster.get("value")))
            uuid = cluster.get("uuid")
            if found and isinstance(uuid, str) and UUID.fullmatch(uuid):
                named[found[0]] = f"attack-pattern--{uuid.lower()}"
    for tag in tags_of(content):
        found = _TECHNIQUE.search(tag) if tag.startswith("misp-galaxy:") else None
        if found and found[0] not in named:
            stub = _technique(found[0], tag, event.now)
            named[found[0]] = stub.id
            yield Record(stub, marking=marking, hold=hold)
    word = "indicates" if obj.type == "indicator" else "related-to"
    for target in named.values():
        yield _linked(obj.id, word, target, event, marking, hold)


def _technique(external: str, tag: str, at: str) -> StixObject:
    """A technique of which only the number is known here; the number is what ATT&CK's own object is found by."""
    name = tag.partition("=")[2].strip('"').partition(" - ")[0] or external
    return StixObject.make(
        {
            "type": "attack-pattern",
            "spec_version": "2.1",
            "id": derived_id("attack-pattern", "mitre-attack", external, name),
            "created": at,
            "modified": at,
            "name": name,
            "external_references": [{"source_name": "mitre-attack", "external_id": external}],
        }
    )


def audience(content: Mapping[str, Any], marking: Marking | None, hold: str) -> tuple[Marking | None, str]:
    """What its tags and its distribution demand, on top of what the whole event demands."""
    own, why = of_tags(tags_of(content))
    distribution = str(content.get("distribution", "5"))
    demands = [demand for demand in (marking, own) if demand is not None]
    if distribution == "0":  # this organisation only
        demands.append(of_tlp(TLP.RED))
    if distribution == "4" and not _members(content.get("SharingGroup")):
        why = "audience unknown: sharing group without its members, share with nobody"
    if distribution not in ("0", "1", "2", "3", "4", "5", "None"):
        why = "audience unknown: distribution this node does not know, share with nobody"
    made = demands[0] if len(demands) == 1 else tightest(demands)
    if distribution == "4" and not why:
        made = (made or of_tlp(TLP.AMBER)).but(releasable_to=_group(content))  # a named audience is a limited one
    return made, hold or why


def _group(content: Mapping[str, Any]) -> frozenset[str]:
    """The sharing group, by its uuid. Who is in it is for the node that reads this to say; whom it does not know under
    that name gets nothing."""
    group = content.get("SharingGroup")
    uuid = group.get("uuid") if isinstance(group, dict) else None
    return frozenset([uuid.lower() if isinstance(uuid, str) and UUID.fullmatch(uuid) else "nobody"])


def _audience_in(event: Event, content: Mapping[str, Any]) -> tuple[Marking | None, str]:
    """The same for a part of an event; parts that say the same share one marking, so that policy is decided once."""
    group = content.get("SharingGroup")
    said = (str(content.get("distribution", "5")), *tags_of(content))
    if isinstance(group, dict):
        return audience(content, event.marking, event.hold)
    known = event.audiences.get(said)
    if known is None:
        known = event.audiences[said] = audience(content, event.marking, event.hold)
    return known


def _members(group: object) -> bool:
    return isinstance(group, dict) and bool(group.get("SharingGroupOrg") or group.get("SharingGroupServer"))


def tags_of(content: Mapping[str, Any]) -> list[str]:
    if not content.get("Tag"):
        return []
    return [tag["name"] for tag in dicts(content.get("Tag")) if isinstance(tag.get("name"), str)]


def kept(content: Mapping[str, Any], event: Event, **more: Any) -> dict[str, Any]:
    """The `extensions` of a part: every field that says something and has no other place."""
    fields = {key: value for key, value in content.items() if value and key not in _NOT_KEPT}
    fields.update(more)
    fields["event"] = event.uuid
    return provenance("misp", fields)


def _versions(content: Mapping[str, Any], event: Event) -> dict[str, str]:
    """`created` is the event's day, so that every version of a part has the same; `modified` is the part's own time."""
    at = instant_of(content.get("timestamp")) or _stamp(content.get("modified")) or event.at
    return {"created": min(event.day, at), "modified": at, "created_by_ref": event.created_by}


def instant_of(value: object) -> str | None:
    """MISP's seconds since 1970, mostly as text."""
    return _instant(str(value)) if type(value) in _VALUES else None


@lru_cache(4096)
def _instant(text: str) -> str | None:
    try:
        moment = datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z") if 1970 <= moment.year <= 9999 and moment.timestamp() else None


def _stamp(value: object) -> str | None:
    """When analyst data was changed last: `2026-01-31 08:00:00`, UTC."""
    if not isinstance(value, str) or len(value) != 19:
        return None
    return _seen(f"{value}+00:00")


@lru_cache(4096)
def _seen(value: str) -> str | None:
    """first_seen and last_seen, ISO 8601 with an offset."""
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def dicts(value: object) -> list[dict[str, Any]]:
    if not value:
        return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
