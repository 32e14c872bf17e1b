"""STIX back to MISP events: what came from MISP as it was, and what did not, as far as MISP has a word for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import day_of, nanoseconds
from oureyes.model.markings import TLP_IDS, Marking
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables import Observable, observables_of
from oureyes.model.patterns import observables_of_pattern

__all__ = ["event_of", "to_misp", "written"]

# Observable kind → MISP type and category; what is not here is written as text.
_TYPES: Mapping[str, tuple[str, str]] = {
    "domain-name": ("domain", "Network activity"),
    "ipv4-addr": ("ip-dst", "Network activity"),
    "ipv6-addr": ("ip-dst", "Network activity"),
    "url": ("url", "Network activity"),
    "email-addr": ("email", "Payload delivery"),
    "mac-addr": ("mac-address", "Network activity"),
    "autonomous-system": ("AS", "Network activity"),
    "phone-number": ("phone-number", "Person"),
    "iban": ("iban", "Financial fraud"),
    "bank-account": ("bank-account-nr", "Financial fraud"),
    "file-name": ("filename", "Payload delivery"),
    "mutex": ("mutex", "Artifacts dropped"),
    "windows-registry-key": ("regkey", "Persistence mechanism"),
    "passport": ("passport-number", "Person"),
    "cve": ("vulnerability", "External analysis"),
    **{
        f"hash:{name}": (name, "Payload delivery")
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ssdeep", "tlsh", "imphash", "sha3-256")
    },
}
_COINS = {"btc", "xmr", "dash"}
_OWN = frozenset(["event", "observable_refs"])


def to_misp(objects: Iterable[StixObject], markings: Mapping[str, Marking] | None = None) -> bytes:
    """`{"response": [{"Event": …}]}`: an event per report that came from MISP, and one for all the rest."""
    return written(objects, markings)[0]


def written(
    objects: Iterable[StixObject], markings: Mapping[str, Marking] | None = None
) -> tuple[bytes, frozenset[str]]:
    """The same, and the ids of what is in it: MISP has no word for much of STIX. `markings` are what each id goes
    under; its TLP is said where the event's own tags do not say one as tight."""
    held, known = {obj.id: obj for obj in objects}, markings or {}
    parts: dict[str, list[StixObject]] = defaultdict(list)
    rest = []
    for obj in held.values():
        origin = _origin(obj)
        if "event" in origin:
            parts[str(origin["event"])].append(obj)
        else:
            rest.append(obj)
    events = [_tagged(event_of(uuid, members), members, known) for uuid, members in parts.items()]
    told = {ref for members in parts.values() for obj in members for _, ref in obj.references()}
    stated = [(obj, _stated(obj, known.get(obj.id))) for obj in rest if obj.id not in told]
    shown = {obj.id for obj, made in stated if made}
    events += _rest([obj for obj, _ in stated], [one for _, made in stated for one in made])
    reports = {obj.id for obj, _ in stated if obj.type == "report"} if shown else set()
    ids = {obj.id for members in parts.values() for obj in members} | shown | reports | (told & held.keys())
    return msgspec.json.encode({"response": [{"Event": event} for event in events]}), frozenset(ids)


def _tagged(event: dict[str, Any], members: Sequence[StixObject], known: Mapping[str, Marking]) -> dict[str, Any]:
    """The event with the tightest of its parts' markings, where its own tags say nothing as tight."""
    found = [known[obj.id] for obj in members if obj.id in known]
    if not found:
        return event
    tags = [tag for tag in event.get("Tag") or () if isinstance(tag, dict)]
    said = [str(tag.get("name")) for tag in tags]
    more = [{"name": name} for name in _terms(found) if name not in said]
    return event | {"Tag": [*tags, *more]}


def _terms(markings: Sequence[Marking]) -> list[str]:
    """Markings as tags of MISP's taxonomies, and the end of what they allow, which no taxonomy has."""
    tlp, pap = max(one.tlp for one in markings), max(one.pap for one in markings)
    ends = [one.expires for one in markings if one.expires]
    until = [f'oureyes:until="{min(ends, key=nanoseconds)}"'] if ends else []
    return [tlp.label.lower(), f"PAP:{pap.name}", *until]


def _origin(obj: StixObject) -> Mapping[str, Any]:
    extensions = obj.content.get("extensions")
    ours = extensions.get(EXTENSIONS["provenance"]) if isinstance(extensions, dict) else None
    origin = ours.get("misp") if isinstance(ours, dict) else None
    return origin if isinstance(origin, dict) else {}


def _seconds(obj: StixObject) -> str:
    return str(obj.instant // 1_000_000_000)


def _uuid(obj: StixObject) -> str:
    return obj.id.partition("--")[2]


def event_of(uuid: str, members: Sequence[StixObject], head: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One event out of its parts; `head`, where it is known, stands for the report. A part that was not released is
    simply not there."""
    report = next((obj for obj in members if obj.type == "report"), None)
    about: dict[str, list[StixObject]] = defaultdict(list)
    for obj in members:
        if obj.type in ("note", "sighting"):
            about[str((obj.content.get("object_refs") or [obj.content.get("sighting_of_ref")])[0])].append(obj)
    attributes = {obj.id: _attribute(obj, about) for obj in members if "value" in _origin(obj)}
    grouped = [_object(obj, attributes) for obj in members if obj.type == "x-misp-object"]
    event = (dict(head) if head is not None else _head(uuid, report)) | {
        "Attribute": list(attributes.values()),
        "Object": grouped,
    }
    return event | _extras(about[f"report--{uuid}"], top=True)


def _head(uuid: str, report: StixObject | None) -> dict[str, Any]:
    if report is None:
        return {"uuid": uuid, "info": "Part of an event", "published": False}
    fields = {key: value for key, value in _origin(report).items() if key not in _OWN}
    return {
        "published": False,
        "date": day_of(str(report.content.get("published") or report.version)),
        **{key: value for key, value in fields.items() if value is not None},
        "uuid": uuid,
        "info": report.content.get("name", ""),
        "timestamp": _seconds(report),
    }


def _attribute(obj: StixObject, about: Mapping[str, list[StixObject]]) -> dict[str, Any]:
    fields = {key: value for key, value in _origin(obj).items() if key not in _OWN}
    return {
        "to_ids": False,
        **fields,
        "uuid": _uuid(obj),
        "timestamp": fields.get("timestamp", _seconds(obj)),
        "comment": obj.content.get("description", ""),
        "deleted": obj.revoked,
        **_extras(about.get(obj.id, []), top=False),
    }


def _object(obj: StixObject, attributes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    fields = {key: value for key, value in _origin(obj).items() if key not in _OWN}
    refs = obj.content.get("attribute_refs") or []
    inner = [attributes.pop(ref) for ref in refs if ref in attributes]
    return {
        **fields,
        "uuid": _uuid(obj),
        "timestamp": fields.get("timestamp", _seconds(obj)),
        "name": obj.content.get("name"),
        "comment": obj.content.get("description", ""),
        "deleted": obj.revoked,
        "Attribute": inner,
    }


def _extras(found: list[StixObject], top: bool) -> dict[str, Any]:
    """Proposals, sightings and reports where they were attached."""
    names = {"proposal": "ShadowAttribute", "sighting": "Sighting", "event_report": "EventReport"}
    out: dict[str, Any] = {}
    for obj in found:
        for key, name in names.items():
            if key in _origin(obj) and (top or name != "EventReport"):
                out.setdefault(name, []).append(_origin(obj)[key])
        note = _origin(obj).get("analyst")
        if isinstance(note, dict):
            out.setdefault(str(note.get("note_type_name") or "Note"), []).append(note)
    return out


def _rest(objects: list[StixObject], attributes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was never MISP: indicators and observables as attributes of one event."""
    if not attributes:
        return []
    report = next((obj for obj in objects if obj.type == "report"), None)
    latest = max((obj.version for obj in objects if obj.version), key=nanoseconds, default="1970-01-01T00:00:00Z")
    name = report.id if report else "|".join(sorted(obj.id for obj in objects))
    return [
        {
            "uuid": derived_id("event", name).partition("--")[2],
            "info": report.name if report else "Our Eyes export",
            "date": day_of(latest),
            "timestamp": str(nanoseconds(latest) // 1_000_000_000),
            "threat_level_id": "4",
            "analysis": "2",
            "published": False,
            "distribution": "0",
            "Attribute": attributes,
        }
    ]


def _stated(obj: StixObject, marking: Marking | None) -> list[dict[str, Any]]:
    observables = observables_of(obj.content)
    if obj.type == "indicator":
        observables = _named(obj)
    shown = []
    for place, one in enumerate(observables):
        kind, category = _typed(one)
        value = one.value.partition(":")[2] if one.kind in ("cryptocurrency-wallet", "passport") else one.value
        shown.append(
            {
                "uuid": _uuid(obj) if not place else derived_id("attribute", obj.id, one.text).partition("--")[2],
                "type": kind,
                "category": category,
                "value": value,
                "to_ids": obj.type == "indicator",
                "comment": str(obj.content.get("description") or ""),
                "timestamp": _seconds(obj),
                "distribution": "5",
                "Tag": [{"name": tag} for tag in _tags(obj, marking)],
            }
        )
    return shown


def _named(obj: StixObject) -> tuple[Observable, ...]:
    pattern = obj.content.get("pattern")
    try:
        return observables_of_pattern(pattern) if isinstance(pattern, str) else ()
    except InvalidObject:  # another language's pattern
        return ()


def _typed(one: Observable) -> tuple[str, str]:
    if one.kind == "cryptocurrency-wallet":
        coin = one.value.partition(":")[0]
        return (coin, "Financial fraud") if coin in _COINS else ("text", "Financial fraud")
    return _TYPES.get(one.kind, ("text", "Other"))


def _tags(obj: StixObject, marking: Marking | None) -> list[str]:
    labels = obj.content.get("labels")
    tags = [label for label in labels if isinstance(label, str)] if isinstance(labels, list) else []
    if marking is not None:
        return list(dict.fromkeys([*tags, *_terms([marking])]))
    return tags + [TLP_IDS[ref].label.lower() for ref in obj.marking_refs if ref in TLP_IDS]
