"""Every route of `/api/1`, found by method and path; and the commands of the command line that have none, with why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from oureyes.interfaces.api import admitting, alerting, knowing, overseeing, planning, probing, recording, releasing
from oureyes.interfaces.api.route import Route

__all__ = ["BY_NAME", "NO_ROUTE", "ROUTES", "STREAM", "Match", "find"]

STREAM = "/events"
ROUTES: tuple[Route, ...] = (
    *knowing.ROUTES,
    *recording.ROUTES,
    *releasing.ROUTES,
    *alerting.ROUTES,
    *planning.ROUTES,
    *probing.ROUTES,
    *overseeing.ROUTES,
    *admitting.ROUTES,
)
BY_NAME: Mapping[str, Route] = {route.name: route for route in ROUTES}

# Commands without a route. A test sees that every command is here or in a route's `cli`, and none in both.
NO_ROUTE: Mapping[str, str] = {
    "init": "it makes the node; there is nobody to ask before",
    "serve": "it is what runs the server that answers here",
    "demo": "it runs eleven nodes of its own",
    "roster build": "it is done once, from the members' files, by officers who compare keys by telephone",
    "roster sign": "a signature of the state is given at the machine, by who has read what is signed",
    "backup": "a copy of everything leaves by the machine's own disks, never by a door",
    "pss make": "the set is a folder and its key lies beside it: they are carried apart, from the machine's own disk",
    "pss take": "a folder is taken at the machine, and its key with it",
    "reindex": "a running node does it by itself, a little at a time; by hand it is for the machine",
    "restore": "the node must be stopped for it",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A path that exists: its routes by method, and what stands in its places."""

    methods: Mapping[str, Route]
    values: Mapping[str, str]


_PLACE = re.compile(r"\{(\w+)\}")
_METHODS: dict[str, dict[str, Route]] = {}
for _route in ROUTES:
    _METHODS.setdefault(_route.path, {})[_route.method] = _route
# literal paths first: /audit/verification is no {id}
_PATTERNS = [
    (re.compile(_PLACE.sub(r"(?P<\1>[A-Za-z0-9][A-Za-z0-9:._+-]{0,249})", path)), methods)
    for path, methods in sorted(_METHODS.items(), key=lambda one: (one[0].count("{"), one[0]))
]


def find(path: str) -> Match | None:
    """The routes at a path below `/api/1`; None where there are none."""
    for pattern, methods in _PATTERNS:
        if found := pattern.fullmatch(path):
            return Match(methods, found.groupdict())
    return None
