"""Events and their parts as a MISP shows them: ids, timestamps and levels are text, truth is a boolean, and what a
client looks for is always there (MISP core format, draft-20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from oureyes.node.events import Event, Head

__all__ = [
    "attribute",
    "brief",
    "flag",
    "headed",
    "listed",
    "minimal",
    "number_of",
    "organisation",
    "parts",
    "said",
    "tag",
    "whole",
]

_LEVELS = ("distribution", "analysis", "threat_level_id", "sharing_group_id")
_TRUTHS = ("published", "deleted", "to_ids", "disable_correlation", "locked", "protected", "proposal_to_delete")
_DAY_0 = "0"


def number_of(text: str) -> str:
    """A small stable number for what has only a name: an organisation, a tag."""
    return str(crc32(text.encode()) & 0x7FFFFFFF)


def flag(value: object) -> bool:
    """MISP writes truth as true, 1 or "1"."""
    return value in (True, 1, "1", "true", "True")


def organisation(content: Mapping[str, Any]) -> dict[str, Any]:
    """An organisation."""
    uuid, name = str(content.get("uuid") or "").lower(), str(content.get("name") or "unnamed")
    return {"id": number_of(uuid or name), "name": name, "uuid": uuid, "local": False}


def tag(content: Mapping[str, Any]) -> dict[str, Any]:
    """A tag on something."""
    name = str(content.get("name"))
    made: dict[str, Any] = {"id": number_of(name), "name": name, "colour": str(content.get("colour") or "#0088cc")}
    made |= {"exportable": True, "user_id": "0", "hide_tag": False, "numerical_value": content.get("numerical_value")}
    made |= {"is_galaxy": name.startswith("misp-galaxy:"), "is_custom_galaxy": False, "local_only": False}
    return {**made, "local": flag(content.get("local")), "relationship_type": content.get("relationship_type")}


def _common(content: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(content)
    made.pop("user_id", None)
    made.pop("event_creator_email", None)
    for name in _LEVELS:
        if made.get(name) is not None:
            made[name] = str(made[name])
    for name in _TRUTHS:
        if name in made:
            made[name] = flag(made[name])
    for name in ("timestamp", "publish_timestamp", "sighting_timestamp"):
        if made.get(name) is not None:
            made[name] = str(made[name])
    if made.get("Tag"):
        made["Tag"] = [tag(one) for one in made["Tag"] if isinstance(one, dict)]
    return made


def _head(head: Head, content: Mapping[str, Any]) -> dict[str, Any]:
    orgc = organisation(head.orgc)
    group = content.get("SharingGroup")
    defaults = {
        "id": str(head.number),
        "orgc_id": orgc["id"],
        "org_id": orgc["id"],
        "date": "1970-01-01",
        "threat_level_id": "4",
        "info": "",
        "published": False,
        "uuid": head.uuid,
        "attribute_count": "0",
        "analysis": "0",
        "timestamp": "0",
        "distribution": "0",
        "proposal_email_lock": False,
        "locked": head.voice.account != 0,
        "publish_timestamp": "0",
        "sharing_group_id": number_of(str(group.get("uuid"))) if isinstance(group, dict) else "0",
        "disable_correlation": False,
        "extends_uuid": "",
        "protected": None,
    }
    return {**defaults, **_common(content), "id": str(head.number), "Org": orgc, "Orgc": orgc}


def whole(event: Event, *, deleted: frozenset[str] = frozenset(["0"]), local: bool = True) -> dict[str, Any]:
    """`{"Event": …}`. `deleted` says which parts: those not deleted ("0"), those that are ("1")."""
    made = _head(event.head, event.content)
    made["Attribute"] = [attribute(one, event) for one in made.get("Attribute") or () if _shown(one, deleted)]
    made["Object"] = [_object(one, event, deleted) for one in made.get("Object") or () if _shown(one, deleted)]
    made["ShadowAttribute"] = [said(one, event) for one in made.get("ShadowAttribute") or ()]
    made["EventReport"] = [said(one, event) for one in made.get("EventReport") or ()]
    made["RelatedEvent"], made["Galaxy"] = [], made.get("Galaxy") or []
    made.setdefault("Tag", [])
    count = len(made["Attribute"]) + sum(len(one["Attribute"]) for one in made["Object"])
    made["attribute_count"] = str(count)
    if not local:
        _without_local(made)
    return {"Event": made}


def _shown(content: Mapping[str, Any], deleted: frozenset[str]) -> bool:
    return ("1" if flag(content.get("deleted")) else "0") in deleted


def _without_local(made: dict[str, Any]) -> None:
    for part in (made, *made["Attribute"], *made["Object"], *(a for o in made["Object"] for a in o["Attribute"])):
        if part.get("Tag"):
            part["Tag"] = [one for one in part["Tag"] if not one["local"]]


def attribute(content: Mapping[str, Any], event: Event, obj: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An attribute."""
    uuid = str(content.get("uuid"))
    defaults = {
        "id": str(event.numbers.get(uuid, 0)),
        "type": "text",
        "category": "Other",
        "to_ids": False,
        "uuid": uuid,
        "event_id": str(event.head.number),
        "distribution": "5",
        "timestamp": "0",
        "comment": "",
        "sharing_group_id": "0",
        "deleted": False,
        "disable_correlation": False,
        "object_id": str(event.numbers.get(str(obj.get("uuid")), 0)) if obj else "0",
        "object_relation": None,
        "first_seen": None,
        "last_seen": None,
        "value": "",
        "Galaxy": [],
        "ShadowAttribute": [],
    }
    made = {**defaults, **_common(content)}
    made["value"] = made["value"] if isinstance(made["value"], str) else str(made["value"])
    for name in ("Sighting", "ShadowAttribute"):
        if made.get(name):
            made[name] = [said(one, event) for one in made[name]]
    return made


def _object(content: Mapping[str, Any], event: Event, deleted: frozenset[str]) -> dict[str, Any]:
    uuid = str(content.get("uuid"))
    defaults = {
        "id": str(event.numbers.get(uuid, 0)),
        "name": "object",
        "meta-category": "misc",
        "description": "",
        "template_uuid": "",
        "template_version": "1",
        "event_id": str(event.head.number),
        "uuid": uuid,
        "timestamp": "0",
        "distribution": "5",
        "sharing_group_id": "0",
        "comment": "",
        "deleted": False,
        "first_seen": None,
        "last_seen": None,
        "ObjectReference": [],
    }
    made = {**defaults, **_common(content)}
    made["template_version"] = str(made["template_version"])
    inner = [attribute(one, event, content) for one in made.get("Attribute") or () if _shown(one, deleted)]
    made["Attribute"] = inner
    made["ObjectReference"] = [
        {**one, "object_id": made["id"], "event_id": made["event_id"]} for one in made["ObjectReference"] or ()
    ]
    return made


def parts(made: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Every attribute of a shown event, those in objects too."""
    yield from made["Attribute"]
    for obj in made["Object"]:
        yield from obj["Attribute"]


def said(content: Mapping[str, Any], event: Event) -> dict[str, Any]:
    """A sighting, proposal, report or note."""
    made = _common(content)
    uuid = str(made.get("uuid") or "")
    made.setdefault("id", str(event.numbers.get(uuid, 0)))
    made |= {"event_id": str(event.head.number)}
    for name in ("Org", "Orgc", "Organisation"):
        if isinstance(made.get(name), dict):
            made[name] = organisation(made[name])
    return made


def headed(head: Head) -> dict[str, Any]:
    """An event without its parts."""
    made = _head(head, head.content)
    made["attribute_count"] = str(len(head.refs))
    return made


def brief(head: Head) -> dict[str, Any]:
    """A line of the index."""
    made = _head(head, head.content)
    for name in ("Attribute", "Object", "SharingGroup", "Galaxy"):
        made.pop(name, None)
    tags = made.pop("Tag", None) or []
    made["EventTag"] = [
        {"id": one["id"], "event_id": made["id"], "tag_id": one["id"], "local": one["local"], "Tag": one}
        for one in tags
    ]
    return {**made, "GalaxyCluster": []}


def minimal(head: Head) -> dict[str, Any]:
    """A line of the index a peer syncs by."""
    return {
        "id": str(head.number),
        "timestamp": str(head.timestamp),
        "sighting_timestamp": _DAY_0,
        "published": head.published,
        "uuid": head.uuid,
        "orgc_uuid": str(head.orgc.get("uuid") or "").lower(),
    }


def listed(content: Any) -> list[str]:
    """What may be one text, a list of them, or nothing."""
    if content is None or content == "":
        return []
    return [str(one) for one in content] if isinstance(content, list | tuple) else [str(content)]
