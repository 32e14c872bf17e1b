"""What a batch, an object that is in at last, and one that fell away do to the matches; and asking for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oureyes.correlate import keys_of, probes_of
from oureyes.node.connecting.meeting import Asked, Side, meet_all, rematch
from oureyes.node.connecting.patterns import meet_patterns
from oureyes.node.connecting.ringing import amend
from oureyes.node.context import Context
from oureyes.node.understanding import Reader
from oureyes.storage import Connection, index, objects

__all__ = ["Linked", "connect", "fell", "matches", "reconnect", "values_of"]

Linked = index.Linked


def connect(
    ctx: Context,
    connection: Connection,
    batch: Sequence[objects.Incoming],
    added: Sequence[objects.Added],
    *,
    source: int,
) -> list[int]:
    """Find what a batch connects to; keep the matches and ring. The numbers of the new matches."""
    outdated = [n for one in added for n in one.outdated]
    lost = _closed(ctx, connection, outdated)
    asked = Asked()
    sides: list[Side] = []
    for item, one in zip(batch, added, strict=True):
        if item.hold or one.outcome not in ("new", "version", "revived"):
            continue
        current = item.upgraded or item.object
        if current.revoked:  # its origin no longer stands by it
            continue
        side = Side(one.holding, current)
        sides.append(side)
        if item.keys or item.probes:
            asked.add(side, item.keys + item.probes)
    fresh = meet_all(ctx, connection, asked, source) + meet_patterns(ctx, connection, sides, source)
    for value in lost:  # what a newer version no longer says, another of its source may
        rematch(ctx, connection, value)
    for item, one in zip(batch, added, strict=True):
        if one.outdated and lost and not index.touches(connection, [one.holding]):
            amend(connection, item.object.id, "its newer version no longer says what was matched")
    return fresh


def _closed(ctx: Context, connection: Connection, holdings: Sequence[int]) -> list[str]:
    """Close the matches of holdings that fell away; the values they were matched by."""
    if not holdings:
        return []
    values = index.keys_of(connection, holdings)
    index.close_matches(connection, holdings)
    return values


def fell(ctx: Context, connection: Connection, identifier: str, holdings: Sequence[int]) -> None:
    """An object was taken back: its matches go, others take its place where they can, alerts on it say so."""
    if ctx.standing is not None:
        ctx.standing.remove(identifier)
    for value in _closed(ctx, connection, holdings):
        rematch(ctx, connection, value)
    amend(connection, identifier, "it was taken back by its originator")


def values_of(connection: Connection, identifier: str, origin: str) -> list[str]:
    """The keys under which what `origin` holds of an id is found."""
    held = [item for item in objects.by_id(connection, identifier) if item.origin == origin]
    return [key.value for item in held for key in keys_of(item.current)]


def reconnect(ctx: Context, connection: Connection, ids: Iterable[str]) -> None:
    """Objects that were held back are in: let them meet the rest."""
    for some in objects.latest(connection, ids).values():
        for held in some:
            source = objects.source(connection, held.origin, held.source)
            asked = Asked()
            asked.add(Side(held.holding, held.current), keys_of(held.current) + probes_of(held.current))
            meet_all(ctx, connection, asked, source)


def matches(
    ctx: Context,
    *,
    identifier: str = "",
    value: str = "",
    warned: bool = False,
    limit: int = 1000,
    by: str = "",
    purpose: str = "",
) -> list[index.Linked]:
    """Open matches, best first: for a reader `by`, those of which it may see both sides. `value` is a key."""
    with ctx.db.read() as connection:
        labels = Reader(ctx, connection, by, purpose).seen if by else None
        return index.matches(connection, identifier=identifier, value=value, warned=warned, limit=limit, labels=labels)
