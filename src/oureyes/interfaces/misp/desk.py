"""What every call at the MISP door works with, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from oureyes.errors import InvalidObject
from oureyes.interfaces.misp.paths import Call
from oureyes.model.accounts import Caller
from oureyes.model.instants import nanoseconds
from oureyes.node.clusters import Clusters
from oureyes.node.context import Context
from oureyes.node.events import Events
from oureyes.node.pushing import Pushing

__all__ = ["Answer", "Desk", "Handler", "Route", "answer", "inner", "saved", "wrapped"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json"


@dataclass(frozen=True, slots=True)
class Desk:
    """The node as the door sees it."""

    ctx: Context
    events: Events
    pushing: Pushing
    clusters: Clusters
    polled: dict[str, tuple[object, str, Answer]] = field(default_factory=dict)  # account → what it was answered last

    def now_s(self) -> int:
        """MISP's time."""
        return nanoseconds(self.ctx.now()) // 1_000_000_000


Handler = Callable[[Desk, Call, Caller], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A call: who may make it, and what it does. `reads` False asks for the right to push."""

    run: Handler
    reads: bool = True


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON."""
    return Answer(msgspec.json.encode(content), status, headers or {})


def saved(message: str, **more: Any) -> Answer:
    """What MISP says when something was done."""
    return answer({"saved": True, "success": True, "name": message, "message": message, "url": "", **more})


def inner(call: Call, name: str) -> dict[str, Any]:
    """The thing in a body: `{"Event": {…}}` or bare."""
    body = call.body
    found = body.get(name, body) if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise InvalidObject(name, "a JSON object", "something else", "see the MISP core format")
    return dict(found)


def wrapped(content: Any, name: str) -> list[dict[str, Any]]:
    """Things in a list, each wrapped in its name or bare."""
    if isinstance(content, Mapping):
        content = content.get(name, [content])
        content = [content] if isinstance(content, Mapping) else content
    found = content if isinstance(content, list) else []
    return [dict(one.get(name, one)) for one in found if isinstance(one, dict) and isinstance(one.get(name, one), dict)]
