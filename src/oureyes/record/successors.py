"""What a withdrawn object was replaced by: `revoked-by` followed to its end, whatever circles the source drew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oureyes.model.objects import StixObject

__all__ = ["revocations", "technique_successors"]


def revocations(objects: Iterable[StixObject]) -> dict[str, str]:
    """Revoked id → the object that stands for it now; an id in a circle has no successor."""
    step = {}
    for obj in objects:
        content = obj.content
        if obj.type == "relationship" and content.get("relationship_type") == "revoked-by" and not obj.revoked:
            step[str(content.get("source_ref"))] = str(content.get("target_ref"))
    ends = {source: _end(source, step) for source in step}
    return {source: end for source, end in ends.items() if end is not None}


def technique_successors(objects: Iterable[StixObject]) -> dict[str, str]:
    """The same for the numbers people write: `T1158` → `T1564.001`."""
    held = list(objects)
    numbers = {obj.id: number for obj in held if (number := _number(obj))}
    return {
        numbers[old]: numbers[new]
        for old, new in revocations(held).items()
        if old in numbers and new in numbers and numbers[old] != numbers[new]
    }


def _end(source: str, step: Mapping[str, str]) -> str | None:
    seen = {source}
    while source in step:
        source = step[source]
        if source in seen:
            return None
        seen.add(source)
    return source


def _number(obj: StixObject) -> str:
    references = obj.content.get("external_references")
    for reference in references if isinstance(references, list) else ():
        if isinstance(reference, dict) and str(reference.get("source_name")).startswith("mitre-"):
            return str(reference.get("external_id") or "")
    return ""
