"""What was learnt from carrying a plan out, kept so that the next plan starts from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from oureyes.errors import InvalidObject
from oureyes.model.objects import EXTENSIONS, StixObject

__all__ = ["KIND", "Lesson", "Outcome", "from_stix", "to_stix"]

KIND = "x-oureyes-lesson"


class Outcome(StrEnum):
    """What the lesson is about."""

    WORKED = "worked"
    FAILED = "failed"
    CHANGED = "changed"  # the other side adapted
    MISSED = "missed"  # known too late, or not passed on


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson. `about` are the ids it draws on; `do_next` is what to do differently."""

    id: str
    plan: str
    text: str
    outcome: Outcome
    by: str  # the state or officer that says it
    do_next: str = ""
    about: tuple[str, ...] = ()


def to_stix(
    lesson: Lesson, *, created: str, modified: str, created_by: str, previous: StixObject | None = None
) -> StixObject:
    """The lesson as a STIX object; unknown fields of `previous` are kept."""
    old = previous.content if previous else {}
    content = {
        **old,
        "type": KIND,
        "spec_version": "2.1",
        "id": lesson.id,
        "created": created,
        "modified": modified,
        "created_by_ref": created_by,
        "plan_ref": lesson.plan,
        "text": lesson.text,
        "outcome": str(lesson.outcome),
        "said_by": lesson.by,
        "do_next": lesson.do_next,
        "about_refs": list(lesson.about),
        "extensions": {**(old.get("extensions") or {}), EXTENSIONS[KIND]: {"extension_type": "new-sdo"}},
    }
    if not lesson.about:
        del content["about_refs"]  # a STIX list is never empty
    return StixObject.make(content)


def from_stix(obj: StixObject) -> Lesson:
    """The lesson an object describes."""
    content = obj.content
    if obj.type != KIND:
        raise InvalidObject(obj.id, f"a {KIND}", obj.type)
    try:
        outcome = Outcome(content["outcome"])
        plan, text = content["plan_ref"], content["text"]
    except (KeyError, ValueError) as error:
        raise InvalidObject(obj.id, "a lesson with plan_ref, text and outcome", str(error)[:60]) from None
    about = tuple(str(ref) for ref in content.get("about_refs", ()))
    return Lesson(
        obj.id, str(plan), str(text), outcome, str(content.get("said_by", "")), str(content.get("do_next", "")), about
    )
