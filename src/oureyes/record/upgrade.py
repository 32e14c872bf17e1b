"""STIX 2.0 → 2.1: a derived object of the same id and version; the original stays as it came (STIX 2.1 Appendix C)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oureyes.model.identifiers import derived_id, observable_id
from oureyes.model.objects import StixObject, is_identifier

__all__ = ["upgrade"]

# Where 2.0 kept an open vocabulary in `labels`, 2.1 has a property of its own.
_TYPES = {
    "indicator": "indicator_types",
    "malware": "malware_types",
    "report": "report_types",
    "threat-actor": "threat_actor_types",
    "tool": "tool_types",
    "identity": "roles",
}
_ADDED: Mapping[str, Mapping[str, Any]] = {
    "indicator": {"pattern_type": "stix", "pattern_version": "2.0"},
    "malware": {"is_family": True},  # as MITRE did for all of ATT&CK
}
_RENAMED: Mapping[str, Mapping[str, str]] = {
    "process": {"created": "created_time", "binary_ref": "image_ref"},
    "user-account": {"password_last_changed": "credential_last_changed"},
}
_DROPPED = {"process": ("name", "arguments"), "file": ("is_encrypted", "encryption_algorithm", "decryption_key")}


def upgrade(content: Mapping[str, Any]) -> tuple[StixObject, tuple[StixObject, ...]]:
    """The 2.1 form, and the observables that 2.0 kept inside its observed-data."""
    new = {"type": content["type"], "spec_version": "2.1", **content} | {"spec_version": "2.1"}
    labels = new.get("labels")
    if content["type"] in _TYPES and isinstance(labels, list):
        new[_TYPES[content["type"]]] = labels
        del new["labels"]
    classes = new.get("identity_class")
    if isinstance(classes, list) and len(classes) == 1:  # Unit 42 wrote a list where 2.0 has one word as well
        new["identity_class"] = classes[0]
    for name, value in _ADDED.get(content["type"], {}).items():
        new.setdefault(name, value)
    observables: tuple[StixObject, ...] = ()
    if content["type"] == "observed-data" and isinstance(new.get("objects"), dict):
        observables, new["object_refs"] = _freed(content["id"], new.pop("objects"))
    return StixObject.make(new), observables


def _freed(owner: str, objects: Mapping[str, Any]) -> tuple[tuple[StixObject, ...], list[str]]:
    """The numbered objects of an observed-data as observables of their own; ones that cannot stand alone are left."""
    ids: dict[str, str] = {}
    usable = {key: value for key, value in objects.items() if _usable(value)}
    for key in usable:
        _identify(owner, key, usable, ids, ())
    made = (StixObject.make(_rewritten(ids[key], value, ids)) for key, value in usable.items())
    observables = {obj.id: obj for obj in made}
    return tuple(observables.values()), list(observables)


def _usable(value: object) -> bool:
    kind = value.get("type") if isinstance(value, dict) else None
    return isinstance(kind, str) and is_identifier(f"{kind}--00000000-0000-0000-0000-000000000000")


def _identify(owner: str, key: str, objects: Mapping[str, Any], ids: dict[str, str], path: tuple[str, ...]) -> str:
    """The id of one; those it is made of come first. A circle is broken by naming it after its owner."""
    if key in ids:
        return ids[key]
    content = objects[key]
    if key in path or content["type"] == "process" or len(path) > 20:
        return ids.setdefault(key, derived_id(content["type"], owner, key))
    for name, value in content.items():
        if name in ("src_ref", "dst_ref", "from_ref", "parent_directory_ref") and value in objects:
            _identify(owner, value, objects, ids, (*path, key))
    return ids.setdefault(key, observable_id(content["type"], _rewritten("", content, ids)))


def _rewritten(identifier: str, content: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    kind = content["type"]
    new: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": identifier}
    for name, value in content.items():
        if name in _DROPPED.get(kind, ()):
            name = f"x_{name}"
        new[_RENAMED.get(kind, {}).get(name, name)] = _relinked(name, value, ids)
    return new | {"id": identifier}


def _relinked(name: str, value: Any, ids: Mapping[str, str]) -> Any:
    if name.endswith("_ref") and isinstance(value, str):
        return ids.get(value, value)
    if name.endswith("_refs") and isinstance(value, list):
        return [ids.get(item, item) if isinstance(item, str) else item for item in value]
    if isinstance(value, dict):
        return {key: _relinked(key, inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [_relinked("", inner, ids) for inner in value]
    return value
