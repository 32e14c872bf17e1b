"""A STIX 2.1 bundle of what is held: every object says how it is marked, in words any other tool knows.

What is stored, served to pollers and signed is the bytes received. A bundle that leaves by itself has nothing beside it
that could carry the marking, so here, and only here, one property of each object may be written: `object_marking_refs`.
All its other properties keep the very bytes they came in (docs/adr/0012-markings-in-exports.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

import msgspec

from oureyes.model.markings import TLP, TLP_2_EXTENSION, TLP_IDS, Marking
from oureyes.model.objects import StixObject, digest

__all__ = ["TLP_MARKS", "export_bundle", "marked"]

# TLP 2.0's definitions stand first in the table; with those of STIX 2.1 §7.2.1.4 come in, and none goes out.
TLP_MARKS: Mapping[TLP, str] = {tlp: identifier for identifier, tlp in list(TLP_IDS.items())[:5]}
_UNMARKED = frozenset(["marking-definition", "bundle"])
_PIECES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENCODE = msgspec.json.Encoder().encode


def export_bundle(objects: Iterable[StixObject], markings: Iterable[Marking] = ()) -> bytes:
    """The objects, each referring to what it travels under (`markings`, in their order), and those definitions."""
    objects, markings = list(objects), list(markings)
    bodies = [marked(obj, marking) for obj, marking in zip(objects, markings, strict=True)] if markings else []
    bodies = bodies or [obj.raw for obj in objects]
    held = {obj.id for obj in objects}
    levels = sorted({_level(obj, marking) for obj, marking in zip(objects, markings, strict=False)})
    told = [*map(tlp_definition, levels), *map(_definition, dict.fromkeys(markings))]
    definitions = {str(content["id"]): content for content in told}
    bodies += [_ENCODE(content) for identifier, content in definitions.items() if identifier not in held]
    name = uuid5(NAMESPACE_URL, "oureyes:bundle:" + digest(b"".join(map(digest, bodies))).hex())
    inner = b',"objects":[%s]' % b",\n".join(bodies) if bodies else b""  # an empty list is no list (STIX 2.1 §2.7)
    return b'{"type":"bundle","id":"bundle--%s"%s}' % (str(name).encode(), inner)


def marked(obj: StixObject, marking: Marking) -> bytes:
    """The object's bytes, saying one TLP (the tightest of its own word and the marking's) and the whole marking."""
    if obj.type in _UNMARKED:
        return obj.raw
    kept = [ref for ref in obj.marking_refs if ref not in TLP_IDS]
    wanted = list(dict.fromkeys([*kept, TLP_MARKS[_level(obj, marking)], str(_definition(marking)["id"])]))
    pieces = _PIECES.decode(obj.raw) | {"object_marking_refs": msgspec.Raw(_ENCODE(wanted))}
    return b"{%s}" % b",".join(b"%s:%s" % (_ENCODE(name), bytes(value)) for name, value in pieces.items())


def _level(obj: StixObject, marking: Marking) -> TLP:
    return max([marking.tlp, *(TLP_IDS[ref] for ref in obj.marking_refs if ref in TLP_IDS)])


@lru_cache(maxsize=4096)
def _definition(marking: Marking) -> Mapping[str, object]:
    return marking.to_stix()


def tlp_definition(tlp: TLP) -> Mapping[str, object]:
    """OASIS's own definition object of a TLP 2.0 level (cti-stix-common-objects, tlp-2.0)."""
    said = {"extension_type": "property-extension", "tlp_2_0": tlp.label.removeprefix("TLP:").lower()}
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP_MARKS[tlp],
        "created": "2022-10-01T00:00:00.000Z",
        "name": tlp.label,
        "extensions": {TLP_2_EXTENSION: said},
    }
