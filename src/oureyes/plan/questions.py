"""A question to a partner and its replies, as STIX objects of ours; what they come to is a `Clock`.

Both go through the release rules like anything else. A question names what it is about by single references, so that
it goes whole or not at all. A reply is a note on the question (STIX 2.1 §4.13). The times of a clock are the asked
state's: when it had the question, and when it replied; both ends read the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oureyes.errors import InvalidObject
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.objects import EXTENSIONS, StixObject, is_identifier
from oureyes.plan.requests import GROUNDS, Clock, RequestState, Urgency

__all__ = ["KIND", "REPLIES", "Question", "Reply", "clock", "question_of", "reply_of", "to_note", "to_stix"]

KIND = "x-oureyes-request"
REPLIES = (RequestState.ACKNOWLEDGED, RequestState.ANSWERED, RequestState.REFUSED)


@dataclass(frozen=True, slots=True)
class Question:
    """What one state asks another, how urgent it is, and which objects it is about."""

    id: str
    asker: str
    asked: str
    text: str
    urgency: Urgency
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the asked state did: acknowledged, answered, or refused on a ground."""

    question: str
    state: RequestState
    at: str
    ground: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if self.state not in REPLIES:
            raise InvalidObject("reply", f"one of {', '.join(REPLIES)}", str(self.state)[:20])
        if (self.state is RequestState.REFUSED) != bool(self.ground) or (self.ground and self.ground not in GROUNDS):
            raise InvalidObject("reply", f"a refusal with one of {', '.join(GROUNDS)}", self.ground[:20] or "no ground")


def to_stix(question: Question, at: str) -> StixObject:
    """The object that is released to whom is asked."""
    content = {
        "type": KIND,
        "spec_version": "2.1",
        "id": question.id,
        "created": at,
        "modified": at,
        "asked": question.asked,
        "urgency": str(question.urgency),
        "question": question.text,
        **({"about": [{"object_ref": ref} for ref in question.about]} if question.about else {}),
        "extensions": {EXTENSIONS[KIND]: {"extension_type": "new-sdo"}},
    }
    return StixObject.make(content)


def question_of(obj: StixObject, asker: str) -> Question:
    """A question as read; who asks is told by the channel it came by. InvalidObject when it is none."""
    content, about = obj.content, obj.content.get("about")
    text, asked, urgency = content.get("question"), content.get("asked"), content.get("urgency")
    if obj.type != KIND or not isinstance(text, str) or not isinstance(asked, str):
        raise InvalidObject(obj.id, f"a {KIND} with a question and whom it asks", "another object")
    if urgency not in tuple(Urgency):
        raise InvalidObject(obj.id, f"an urgency: {', '.join(Urgency)}", str(urgency)[:20])
    refs = [one.get("object_ref") for one in about if isinstance(one, dict)] if isinstance(about, list) else []
    named = tuple(str(ref) for ref in refs if is_identifier(ref))
    return Question(obj.id, asker, asked, text, Urgency(urgency), named)


def to_note(reply: Reply, identifier: str, state: str) -> StixObject:
    """The note that is released to who asked."""
    said = {"extension_type": "property-extension", "request_ref": reply.question, "state": str(reply.state)}
    content = {
        "type": "note",
        "spec_version": "2.1",
        "id": identifier,
        "created": reply.at,
        "modified": reply.at,
        "content": reply.text or GROUNDS.get(reply.ground, str(reply.state)),
        "authors": [state],
        "object_refs": [reply.question],
        "extensions": {EXTENSIONS[KIND]: said | ({"ground": reply.ground} if reply.ground else {})},
    }
    return StixObject.make(content)


def reply_of(obj: StixObject) -> Reply | None:
    """What a note replies; None for any other note."""
    extensions = obj.content.get("extensions")
    said = extensions.get(EXTENSIONS[KIND]) if obj.type == "note" and isinstance(extensions, dict) else None
    if not isinstance(said, dict) or said.get("state") not in REPLIES or not is_identifier(said.get("request_ref")):
        return None
    try:
        state, ground = RequestState(said["state"]), str(said.get("ground", ""))
        return Reply(said["request_ref"], state, obj.version, ground, str(obj.content.get("content", "")))
    except InvalidObject:
        return None


def clock(question: Question, received: Iterable[str], replies: Iterable[Reply]) -> Clock | None:
    """The question's times: the first receipt and the first reply of each sort count. None until it was received."""
    had = sorted((at for at in received if is_instant(at)), key=nanoseconds)
    if not had:
        return None
    first: dict[RequestState, Reply] = {}
    for one in sorted(replies, key=lambda reply: nanoseconds(reply.at)):
        first.setdefault(one.state, one)
    done, no = first.get(RequestState.ANSWERED), first.get(RequestState.REFUSED)
    slip = first.get(RequestState.ACKNOWLEDGED)
    return Clock(
        question.urgency,
        had[0],
        slip.at if slip else "",
        done.at if done else "",
        no.at if no else "",
        no.ground if no else "",
    )
