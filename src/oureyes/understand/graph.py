"""What a thing touches, step by step, within a budget, and what was left out to stay inside it.

The walk asks for a whole ring at a time, so its cost is one question a hop. A thing with very many links (a bank, a
mail provider, a country) would bring in everything: only its first `hub` are followed and the rest is counted. The
same input gives the same graph in whatever order the store answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from oureyes.model.ports import Neighbour, Neighbours

__all__ = ["Cut", "Graph", "Node", "Path", "path", "walk"]


@dataclass(frozen=True, slots=True)
class Node:
    """A thing reached, and in how many steps."""

    id: str
    hop: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A thing with more links than were followed; `left` is how many neighbours are not in the graph."""

    id: str
    left: int
    reason: str  # "hub" or "budget"


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by hop then id, the links among them, and what was not followed."""

    nodes: tuple[Node, ...]
    edges: tuple[Neighbour, ...]
    cut: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """The shortest way from one thing to another; `nodes` is empty when there is none. `complete` is False when the
    budget or a hub may hide one (or a shorter one): then "none" means "none found"."""

    nodes: tuple[str, ...]
    edges: tuple[Neighbour, ...]
    complete: bool


def walk(start: str, hops: int, neighbours: Neighbours, limit: int = 500, hub: int = 100) -> Graph:
    """Everything within `hops` of `start`, at most `limit` nodes, following at most `hub` neighbours of each."""
    reached = {start: 0}
    edges: set[Neighbour] = set()
    cut: list[Cut] = []
    ring = [start]
    for hop in range(1, hops + 1):
        touching = _touching(ring, neighbours)
        edges.update(edge for found in touching.values() for edge in found)
        ring = _next_ring(ring, touching, reached, cut, hop, limit, hub)
        if not ring:
            break
    kept = sorted((edge for edge in edges if edge.source in reached and edge.target in reached), key=_order)
    nodes = sorted((Node(id_, hop) for id_, hop in reached.items()), key=lambda node: (node.hop, node.id))
    return Graph(tuple(nodes), tuple(kept), tuple(cut))


def _next_ring(
    ring: Sequence[str],
    touching: Mapping[str, list[Neighbour]],
    reached: dict[str, int],
    cut: list[Cut],
    hop: int,
    limit: int,
    hub: int,
) -> list[str]:
    """The new things `ring` leads to, entered in `reached`; what is not followed goes to `cut`."""
    fresh: list[str] = []
    left_of: dict[str, tuple[set[str], str]] = {}
    for at in ring:
        new = [other for other in _others(at, touching[at]) if other not in reached]
        room = min(hub, limit - len(reached))
        for other in new[:room]:
            reached[other] = hop
            fresh.append(other)
        if new[room:]:
            left_of[at] = (set(new[room:]), "hub" if room == hub else "budget")
    for at, (left, reason) in left_of.items():  # another of the ring may have brought some of them in after all
        missing = sum(other not in reached for other in left)
        if missing:
            cut.append(Cut(at, missing, reason))
    return sorted(fresh)


def path(start: str, end: str, neighbours: Neighbours, hops: int = 6, limit: int = 5_000, hub: int = 100) -> Path:
    """The shortest way, searched from both ends a ring at a time, the smaller ring first; of equals the first by id.
    A hub is never walked through, unless it is one of the ends: a shared mail provider connects nobody."""
    if start == end:
        return Path((start,), (), True)
    came: tuple[dict[str, Neighbour | None], dict[str, Neighbour | None]] = ({start: None}, {end: None})
    rings = [[start], [end]]
    complete = True
    for _ in range(hops):
        side = 0 if len(rings[0]) <= len(rings[1]) else 1
        rings[side], met, whole = _grow(rings[side], came[side], came[1 - side], neighbours, (start, end), hub)
        complete = complete and whole
        if met:
            return _joined(min(met), came, complete)
        if not rings[side]:
            return Path((), (), complete)
        if len(came[0]) + len(came[1]) > limit:
            break
    return Path((), (), False)


def _grow(
    ring: Sequence[str],
    came: dict[str, Neighbour | None],
    other_side: Mapping[str, Neighbour | None],
    neighbours: Neighbours,
    ends: tuple[str, str],
    hub: int,
) -> tuple[list[str], list[str], bool]:
    """The next ring, where it meets the other side, and whether no hub was passed over."""
    fresh: list[str] = []
    whole = True
    for at, steps in _touching(ring, neighbours).items():
        others = _others(at, steps)
        if len(others) > hub and at not in ends:
            whole = False
            continue
        for step in steps:
            other = step.target if step.source == at else step.source
            if other not in came:
                came[other] = step
                fresh.append(other)
    return sorted(fresh), [other for other in fresh if other in other_side], whole


def _joined(
    meeting: str, came: tuple[Mapping[str, Neighbour | None], Mapping[str, Neighbour | None]], complete: bool
) -> Path:
    first, to_start = _back(meeting, came[0])
    second, to_end = _back(meeting, came[1])
    return Path((*reversed(first), *second[1:]), (*reversed(to_start), *to_end), complete)


def _back(at: str, came: Mapping[str, Neighbour | None]) -> tuple[list[str], list[Neighbour]]:
    nodes, steps = [at], []
    while (step := came[at]) is not None:
        at = step.source if step.target == at else step.target
        nodes.append(at)
        steps.append(step)
    return nodes, steps


def _touching(ring: Sequence[str], neighbours: Neighbours) -> dict[str, list[Neighbour]]:
    """For each of the ring, in order, the steps that touch it, sorted; a step from a thing to itself is left out."""
    found: dict[str, set[Neighbour]] = {at: set() for at in sorted(ring)}
    for step in neighbours(sorted(ring)):
        if step.source != step.target:
            for end in (step.source, step.target):
                if end in found:
                    found[end].add(step)
    return {at: sorted(steps, key=_order) for at, steps in found.items()}


def _others(at: str, steps: Iterable[Neighbour]) -> list[str]:
    """The distinct other ends, those with the most sayings first, then by id: what a hub's first are chosen by."""
    counts: dict[str, int] = {}
    for step in steps:
        other = step.target if step.source == at else step.source
        counts[other] = counts.get(other, 0) + 1
    return sorted(counts, key=lambda other: (-counts[other], other))


def _order(step: Neighbour) -> tuple[str, str, str, str]:
    return step.source, step.link, step.target, step.origin
