"""A galaxy cluster that somebody made (`custom` in MISP): what they know of an actor, a tool, a campaign.

It is kept whole, as MISP has it, and found by its name and description. MISP's shared library of clusters is not kept
by this door: everybody has it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import is_instant
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.ports import Options, Record
from oureyes.record.misp_parts import UUID, audience, dicts, instant_of
from oureyes.record.observed import marking_refs, provenance

__all__ = ["CLUSTER", "cluster_of", "clusters_named", "read_cluster", "without"]

CLUSTER = "x-misp-galaxy-cluster"
_OF_AN_INSTANCE = frozenset(
    ["id", "galaxy_id", "galaxy_cluster_id", "galaxy_cluster_uuid", "tag_id", "org_id", "orgc_id", "sharing_group_id",
     "Org", "locked", "event_creator_email", "user_id"]
)  # fmt: skip
_RELATIONS = ("GalaxyClusterRelation", "TargetingClusterRelation")
_MOST_PARTS = 10_000


def read_cluster(content: Mapping[str, Any], options: Options) -> Record:
    """One cluster with its galaxy, elements and relations. InvalidObject when it is none."""
    uuid, value = content.get("uuid"), content.get("value")
    if not isinstance(uuid, str) or not UUID.fullmatch(uuid):
        raise InvalidObject("galaxy cluster", "a uuid", "another form", "ask the source")
    subject = f"galaxy cluster {uuid.lower()}"
    if not isinstance(value, str) or not value.strip():
        raise InvalidObject(subject, "`value`", "none", "give the cluster a name")
    at = instant_of(content.get("version")) or options.now
    if not is_instant(at):
        raise InvalidObject(subject, "`version`, in seconds since 1970", "another form", "ask the source")
    inside = (*dicts(content.get("GalaxyElement")), *_relations(content))
    if len(inside) > _MOST_PARTS:
        raise InvalidObject(subject, f"at most {_MOST_PARTS} elements and relations", "more", "send fewer")
    marking, hold = audience(content, None, "")
    orgc = content.get("Orgc")
    by = str(orgc.get("uuid") or "").lower() if isinstance(orgc, dict) else ""
    by = f"identity--{by}" if UUID.fullmatch(by) else derived_id("identity", "organization", "unnamed")
    body = {
        "type": CLUSTER,
        "spec_version": "2.1",
        "id": f"{CLUSTER}--{uuid.lower()}",
        "created": at,
        "modified": at,
        "created_by_ref": by,
        "name": value[:256],
        **({"description": content["description"]} if isinstance(content.get("description"), str) else {}),
        **({"related_refs": list(named)} if (named := clusters_named(content)) else {}),  # release cuts what may not go
        **({"revoked": True} if content.get("deleted") in (True, "1", 1) else {}),
        **marking_refs(marking),
        "extensions": provenance("misp", {"cluster": _plain(content)}),
    }
    return Record(StixObject.make(body), (), marking, hold=hold)


def cluster_of(obj: StixObject) -> dict[str, Any]:
    """The cluster again; {} for what is none."""
    extensions = obj.content.get("extensions")
    ours = extensions.get(EXTENSIONS["provenance"]) if isinstance(extensions, dict) else None
    origin = ours.get("misp") if isinstance(ours, dict) else None
    found = origin.get("cluster") if isinstance(origin, dict) else None
    return {**found, "uuid": obj.id.partition("--")[2]} if isinstance(found, dict) else {}


def clusters_named(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the clusters that one names: by its relations, by those of others to it, and as what it extends."""
    found = [content.get("extends_uuid"), *(end for _, one in _relations(content) for end in _ends(one))]
    mine = str(content.get("uuid") or "").lower()
    uuids = (one.lower() for one in found if isinstance(one, str) and UUID.fullmatch(one))
    return tuple(dict.fromkeys(f"{CLUSTER}--{uuid}" for uuid in uuids if uuid != mine))


def without(content: Mapping[str, Any], hidden: Container[str]) -> dict[str, Any]:
    """A cluster without what it says of some others, named by id."""
    made = dict(content)
    if f"{CLUSTER}--{str(content.get('extends_uuid') or '').lower()}" in hidden:
        made.pop("extends_uuid", None)
        made.pop("extends_version", None)
    for name in _RELATIONS:
        if name in made:
            made[name] = [
                one
                for one in dicts(made[name])
                if not any(f"{CLUSTER}--{str(end or '').lower()}" in hidden for end in _ends(one))
            ]
    return made


def _relations(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, one) for name in _RELATIONS for one in dicts(content.get(name)))


def _ends(relation: Mapping[str, Any]) -> tuple[Any, ...]:
    """Both ends of a relation; one may be the cluster itself, or a cluster written out."""
    written = [relation.get(name) for name in ("GalaxyCluster", "TargetCluster", "ReferencedCluster")]
    inside = [one.get("uuid") for one in written if isinstance(one, dict)]
    return (relation.get("referenced_galaxy_cluster_uuid"), relation.get("galaxy_cluster_uuid"), *inside)


def _plain(content: Any) -> Any:
    """Without what is of the instance it came from alone, and who typed it."""
    if isinstance(content, dict):
        return {name: _plain(one) for name, one in content.items() if name not in _OF_AN_INSTANCE}
    return [_plain(one) for one in content] if isinstance(content, list) else content
