"""A plan as a STIX object of our own kind (STIX 2.1 §7.3), and back.

What a plan does not know survives: fields another version or another state wrote are carried from the `previous`
object into the next, at the top and inside claims, evidence and measures. `evidence_refs` repeats the cited ids,
so that any STIX tool sees what the plan rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade
from oureyes.model.instants import nanoseconds
from oureyes.model.objects import EXTENSIONS, StixObject, is_identifier
from oureyes.model.plans import Claim, Evidence, EvidenceState, Measure, Plan, Waiver

__all__ = ["KIND", "from_stix", "to_stix", "with_evidence"]

KIND = "x-oureyes-plan"
_LISTS = ("states", "owners", "claims", "measures", "evidence_refs")  # a STIX list is never empty
_EXTENSION = {EXTENSIONS[KIND]: {"extension_type": "new-sdo"}}


def to_stix(
    plan: Plan, *, created: str, modified: str, created_by: str, previous: StixObject | None = None
) -> StixObject:
    """The plan as a new version. `previous` gives the fields this node does not know."""
    old: Mapping[str, Any] = previous.content if previous else {}
    extensions = {**(old.get("extensions") or {}), **_EXTENSION}
    content = {
        **old,
        "type": KIND,
        "spec_version": "2.1",
        "id": plan.id,
        "created": created,
        "modified": modified,
        "created_by_ref": created_by,
        "objective": plan.objective,
        "states": list(plan.states),
        "owners": list(plan.owners),
        "claims": [_claim(claim, _by(old.get("claims"), "id").get(claim.id, {})) for claim in plan.claims],
        "measures": [
            _measure(measure, _by(old.get("measures"), "text").get(measure.text, {})) for measure in plan.measures
        ],
        "evidence_refs": sorted({piece.object for claim in plan.claims for piece in claim.evidence}),
        "extensions": extensions,
    }
    return StixObject.make({key: value for key, value in content.items() if value != [] or key not in _LISTS})


def from_stix(obj: StixObject) -> Plan:
    """The plan an object describes; its evidence is unknown until `with_evidence` says how it is held."""
    if obj.type != KIND:
        raise InvalidObject(obj.id, f"a {KIND}", obj.type)
    content = obj.content
    try:
        return Plan(
            obj.id,
            _text(content["objective"]),
            tuple(_read_claim(one) for one in _list(content.get("claims"))),
            tuple(_read_measure(one) for one in _list(content.get("measures"))),
            tuple(_text(state) for state in _list(content.get("states"))),
            tuple(_text(owner) for owner in _list(content.get("owners"))),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        found = f"{type(error).__name__} at {str(error)[:40]}"
        raise InvalidObject(obj.id, "a plan with its objective, claims and measures", found) from None


def with_evidence(plan: Plan, states: Mapping[str, Evidence]) -> Plan:
    """The plan with each piece as it is held now. `states` gives, by object id, the state, grade, and when it was last
    seen; what was cited stays as cited. A held piece newer than its citation is superseded until someone re-reads it:
    the node says so by `state`. What `states` does not name stays unknown."""
    claims = tuple(
        replace(claim, evidence=tuple(_as_held(piece, states.get(piece.object)) for piece in claim.evidence))
        for claim in plan.claims
    )
    return replace(plan, claims=claims)


def _as_held(cited: Evidence, now: Evidence | None) -> Evidence:
    if now is None:
        return replace(cited, state=EvidenceState.UNKNOWN)
    return replace(cited, state=now.state, grade=now.grade, seen=now.seen)


def _claim(claim: Claim, old: Mapping[str, Any]) -> dict[str, Any]:
    pieces = _by(old.get("evidence"), "ref")
    out: dict[str, Any] = {
        **old,
        "id": claim.id,
        "text": claim.text,
        "needs": claim.needs,
        "essential": claim.essential,
        "evidence": [_evidence(piece, pieces.get(piece.object, {})) for piece in claim.evidence],
    }
    out.pop("waiver", None)
    if claim.waiver:
        out["waiver"] = {"by": claim.waiver.by, "until": claim.waiver.until, "why": claim.waiver.why}
    return out


def _evidence(piece: Evidence, old: Mapping[str, Any]) -> dict[str, Any]:
    known = {
        "ref": piece.object,
        "version": piece.cited_version or None,
        "grade": piece.cited_grade.text if piece.cited_grade else None,
        "stale_after_days": piece.stale_after_days,
    }
    return {key: value for key, value in {**old, **known}.items() if value is not None}


def _measure(measure: Measure, old: Mapping[str, Any]) -> dict[str, Any]:
    known = {"text": measure.text, "owner": measure.owner, "due": measure.due, "rests_on": list(measure.rests_on)}
    return {**old, **known}


def _read_claim(content: Mapping[str, Any]) -> Claim:
    waiver = content.get("waiver")
    return Claim(
        _text(content["id"]),
        _text(content["text"]),
        tuple(_read_evidence(one) for one in _list(content.get("evidence"))),
        _count(content.get("needs", 1)),
        content.get("essential", True) is not False,
        Waiver(_text(waiver["by"]), _day(waiver["until"]), _text(waiver["why"])) if waiver else None,
    )


def _read_evidence(content: Mapping[str, Any]) -> Evidence:
    ref, grade = content["ref"], content.get("grade")
    if not is_identifier(ref):
        raise ValueError("evidence.ref")
    return Evidence(
        ref,
        _text(content.get("version", "")),
        Grade.admiralty(_text(grade)) if grade is not None else None,
        EvidenceState.UNKNOWN,
        stale_after_days=_count(content.get("stale_after_days", 180)),
    )


def _read_measure(content: Mapping[str, Any]) -> Measure:
    rests_on = tuple(_text(claim) for claim in _list(content.get("rests_on")))
    return Measure(_text(content["text"]), _text(content["owner"]), _text(content.get("due", "")), rests_on)


def _by(items: object, key: str) -> dict[str, Mapping[str, Any]]:
    """The dicts of a list, by one of their fields."""
    return {str(item.get(key)): item for item in items if isinstance(item, dict)} if isinstance(items, list) else {}


def _list(value: Any) -> Iterable[Any]:
    if value is not None and not isinstance(value, list):
        raise TypeError("a list")
    return value or ()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _day(value: object) -> str:
    """A day, or an instant."""
    text = _text(value)
    nanoseconds(f"{text}T00:00:00Z" if len(text) == 10 else text)
    return text


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a whole number from 1")
    return value
