"""A request as MISP writes it: `/events/view/UUID/deleted[]:0/deleted[]:1.json` is controller, action, arguments and
named parameters (CakePHP 2). Case does not matter, nor do underscores: `sharing_groups` and `sharingGroups` are one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

__all__ = ["Call", "folded", "parsed"]

_NAMED = re.compile(r"([A-Za-z_]{1,40})(\[\])?:(.*)", re.DOTALL)
_MOST_SEGMENTS = 4_000  # a peer asks for its analyst data with one segment a uuid


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `body` is decoded JSON, None where there was none."""

    method: str
    path: str
    controller: str
    action: str
    arguments: tuple[str, ...]
    named: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def form(self) -> dict[str, Any]:
        """The body where it is an object; `request` and `Event` are for who asks to unwrap."""
        inner = self.body.get("request", self.body) if isinstance(self.body, dict) else {}
        return inner if isinstance(inner, dict) else {}

    def argument(self, place: int = 0) -> str:
        """An argument of the path, "" where it is not there."""
        return self.arguments[place] if place < len(self.arguments) else ""

    def asked(self, name: str) -> Any:
        """A parameter, from the body or the path."""
        key = folded(name)
        for known, value in self.form.items():
            if isinstance(known, str) and folded(known) == key:
                return value
        found = self.named.get(key)
        return None if found is None else found[0] if len(found) == 1 else list(found)


def folded(name: str) -> str:
    """A name as it is compared."""
    return name.replace("_", "").lower()


def parsed(path: str) -> tuple[str, str, tuple[str, ...], dict[str, tuple[str, ...]]]:
    """(controller, action, arguments, named parameters). An `admin/` before them belongs to the controller."""
    segments = [unquote_plus(one) for one in path.strip("/").split("/")[:_MOST_SEGMENTS] if one]
    if segments and segments[-1].lower().endswith(".json"):
        segments[-1] = segments[-1][:-5]
    named: dict[str, tuple[str, ...]] = {}
    plain: list[str] = []
    for segment in segments:
        found = _NAMED.fullmatch(segment)
        if found is None:
            plain.append(segment)
        else:
            key = folded(found[1])
            named[key] = (*named.get(key, ()), found[3])
    words = [folded(word) for word in plain[:3]]
    skip = 1 if words[:1] == ["admin"] else 0
    controller = "/".join(words[: skip + 1])
    action = words[skip + 1] if len(words) > skip + 1 else "index"
    return controller, action, tuple(plain[skip + 2 :]), named
