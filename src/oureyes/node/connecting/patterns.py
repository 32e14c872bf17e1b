"""Patterns that stand: what arrives is put to them, and they, when they arrive, to what is held."""

from __future__ import annotations

from collections.abc import Sequence

from oureyes.correlate import standing
from oureyes.model.findings import Match
from oureyes.node.connecting.meeting import Side
from oureyes.node.connecting.ringing import ring
from oureyes.node.context import Context
from oureyes.storage import Connection, index, objects

__all__ = ["meet_patterns"]

_BACKWARDS = 20_000  # observables of its types that a new standing pattern is put to, newest first


def meet_patterns(ctx: Context, connection: Connection, sides: Sequence[Side], source: int) -> list[int]:
    """Put what arrived to the patterns that stand, and patterns that arrived to what is held."""
    patterns = _standing(ctx, connection)
    new = [side for side in sides if standing.standing(side.object.content)]
    for side in new:
        patterns.add(side.object.id, str(side.object.content["pattern"]))
    if not len(patterns):
        return []
    met = [(side, identifier) for side in sides for identifier in patterns.met_by(side.object.content)]
    wanted = {side.object.id for side in new}
    kinds = {kind for side in new for kind in standing.types_of(str(side.object.content["pattern"]))}
    for kind in sorted(kinds):  # each held object is read once for all the new patterns
        met += [
            (Side(held.holding, held.current), identifier)
            for held in objects.of_types(connection, [kind], limit=_BACKWARDS)
            for identifier in patterns.met_by(held.current.content)
            if identifier in wanted
        ]
    fresh = index.add_matches(connection, _pattern_matches(connection, met), ctx.now())
    ring(ctx, connection, fresh)
    return fresh


def _pattern_matches(connection: Connection, met: Sequence[tuple[Side, str]]) -> list[index.NewMatch]:
    whose = objects.latest(connection, {identifier for _, identifier in met})
    source_of = objects.sources_of(connection, [side.holding for side, _ in met])
    out: list[index.NewMatch] = []
    for side, identifier in met:
        for held in whose.get(identifier, ()):
            theirs = objects.sources_of(connection, [held.holding])[held.holding]
            if theirs == source_of.get(side.holding):
                continue
            said = f"the pattern of {identifier} is met by {side.object.id}"
            key = f"pattern:{identifier}|{side.object.id}"
            match = Match(side.object.id, identifier, standing.NAME, standing.SCORE, said, key, "pattern")
            mine = source_of[side.holding]
            out.append(index.NewMatch(match, side.holding, held.holding, mine, theirs, standing.SCORE, ""))
    return out


def _standing(ctx: Context, connection: Connection) -> standing.Standing:
    """The patterns that stand, read once; only the writer's thread comes here."""
    if ctx.standing is None:
        ctx.standing = standing.Standing()
        for held, *_ in index.live_of(connection, standing.MARK.value, every=True):
            one = objects.by_holding(connection, [held])[held]
            ctx.standing.add(one.object.id, str(one.current.content["pattern"]))
    return ctx.standing
