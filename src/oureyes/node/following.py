"""Analysts follow money and methods: routes and flows, cases done alike, and what is new or growing in the region.

Every answer passes the release rules for its reader, link by link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from oureyes.correlate.casepatterns import (
    CASES,
    KNOWN,
    Cluster,
    Counts,
    Novelty,
    clusters,
    combined,
    features_of,
    novelties,
)
from oureyes.errors import NotHeld
from oureyes.model.findings import Alert
from oureyes.model.instants import day_of
from oureyes.model.objects import StixObject
from oureyes.model.transfers import TYPE, transfer_of
from oureyes.node.connecting import DEFAULT, put_alert
from oureyes.node.context import Context
from oureyes.node.understanding import Reader, day_of_us, steps_of
from oureyes.storage import Connection, desk, objects
from oureyes.understand.money import Flow, Route, flow, routes
from oureyes.understand.trends import Burst, bursts, counts

__all__ = ["Patterns", "cases_alike", "money_flow", "money_routes", "new_patterns", "watch_patterns"]

_MOST = 20_000  # cases or transfers read for one answer, newest first
_RECENT_DAYS = 7
_ALARMS, _NAMED = 20, 5  # alerts of one look; combinations named in one alert
_LINKS = frozenset(["uses", "targets", "located-at", "attributed-to", "object_refs", "exploits"])


@dataclass(frozen=True, slots=True)
class Patterns:
    """Combinations never seen before, and those that grow faster than their own past, with the cases behind each."""

    new: tuple[Novelty, ...]
    growing: tuple[Burst, ...]
    behind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Case:
    object: StixObject
    day: str
    features: frozenset[str]


def money_routes(
    ctx: Context, start: str, end: str, *, by: str, purpose: str, hops: int = 6, most: int = 3
) -> tuple[Route, ...]:
    """The ways between two subjects, the cheapest evidence first."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        _seen(connection, reader, (start, end))
        found = routes(start, end, lambda ids: steps_of(connection, reader, ids), hops, most)
    ctx.db.write(lambda connection: ctx.audit(connection, by, "path", start, purpose, **{"with": end}))
    return found


def money_flow(ctx: Context, account: str, *, by: str, purpose: str, hops: int = 6) -> Flow:
    """What left an account (its key, `cryptocurrency-wallet:trx:…`), layer by layer, over all states' transfers."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        held = objects.of_types(connection, [TYPE], limit=_MOST, labels=reader.seen)
        told = [transfer_of(item.current.content) for item in held]
        found = flow(account, [one for one in told if one is not None], hops)
    ctx.db.write(lambda connection: ctx.audit(connection, by, "graph", "", purpose, nodes=len(found.transfers)))
    return found


def _seen(connection: Connection, reader: Reader, ids: Iterable[str]) -> None:
    for identifier in ids:
        if not any(reader.may(item.label) for item in objects.by_id(connection, identifier)):
            raise NotHeld(identifier, "an object this reader may see", "none", "`oureyes search`")


def cases_alike(ctx: Context, *, by: str, purpose: str) -> tuple[Cluster, ...]:
    """Cases that are done the same way, with this node's own counts behind what is rare."""
    with ctx.db.read() as connection:
        cases = _cases(connection, Reader(ctx, connection, by, purpose))
    ctx.db.write(lambda connection: ctx.audit(connection, by, "search", "", purpose, hits=len(cases)))
    features = {one.object.id: one.features for one in cases}
    return clusters(features, Counts.over(features.values(), KNOWN))


def new_patterns(ctx: Context, *, by: str, purpose: str) -> Patterns:
    """What the last days brought that no case had before, and what grows."""
    with ctx.db.read() as connection:
        cases = _cases(connection, Reader(ctx, connection, by, purpose))
    return _patterns(ctx, cases)


def watch_patterns(ctx: Context, *, by: str, purpose: str) -> int:
    """Put what is new or growing before the desk, once for each case and for each growing combination a week; how many
    alerts. A large import must not bury the desk: the rest comes with the next look, the most telling first."""
    found = new_patterns(ctx, by=by, purpose=purpose)
    rung = 0
    for cause, headline, words, about in (*_new(found.new), *_growing(found)):
        if rung == _ALARMS:
            break
        rung += _alarm(ctx, cause, headline, words, about)
    return rung


_Told = tuple[str, str, str, tuple[str, ...]]


def _new(found: Iterable[Novelty]) -> Iterator[_Told]:
    by_case: dict[str, list[Novelty]] = {}
    for one in found:
        by_case.setdefault(one.case, []).append(one)
    for case, some in by_case.items():
        more = f"; and {len(some) - _NAMED} more" if len(some) > _NAMED else ""
        words = "; ".join(one.words for one in some[:_NAMED]) + more
        yield f"pattern:new:{case}", f"a new pattern of crime: {' + '.join(some[0].pair)}", words, (case,)


def _growing(found: Patterns) -> Iterator[_Told]:
    for one in found.growing:
        headline = f"a pattern of crime grows: {one.key}"
        yield f"pattern:grows:{one.period}:{one.key}", headline, one.words, found.behind.get(one.key, ())


def _alarm(ctx: Context, cause: str, headline: str, words: str, about: tuple[str, ...]) -> bool:
    def write(connection: Connection) -> bool:
        if desk.alerted(connection, cause):  # whoever is done with it is not told again
            return False
        made = Alert(
            ctx.new_id("alert"), cause, "pattern", headline, about, ctx.me, ctx.now(), DEFAULT.owner, reason=words
        )
        put_alert(ctx, connection, made)
        return True

    return ctx.db.write(write)


def _patterns(ctx: Context, cases: Iterable[_Case]) -> Patterns:
    today = day_of(ctx.now())
    held = list(cases)
    rows = [(one.day, " + ".join(pair)) for one in held for pair in combined(one.features)]
    recent = {one.object.id: one.features for one in held if _days(one.day, today) < _RECENT_DAYS}
    past = [one.features for one in held if one.object.id not in recent]
    growing = bursts(counts(rows, today, "week", 26))
    keys = {one.key: one.period for one in growing}
    behind: dict[str, tuple[str, ...]] = {}
    for one in held:
        for key in (" + ".join(pair) for pair in combined(one.features)):
            if key in keys and one.day >= keys[key]:
                behind[key] = (*behind.get(key, ()), one.object.id)
    return Patterns(novelties(recent, past), growing, behind)


def _days(day: str, today: str) -> int:
    return (date.fromisoformat(today) - date.fromisoformat(day)).days


def _cases(connection: Connection, reader: Reader) -> list[_Case]:
    """Each case once, with the tags and links that this reader may know of."""
    held = objects.of_types(connection, CASES, limit=_MOST, labels=reader.seen)
    linked = _links(connection, reader, [item.current.id for item in held])
    out: dict[str, _Case] = {}
    for item in held:
        more = (*item.tags, *linked.get(item.current.id, ()))
        features = features_of(item.current.content, more)
        known = out.get(item.current.id)
        day = min(day_of_us(item.added), known.day) if known else day_of_us(item.added)
        out[item.current.id] = _Case(item.current, day, features | (known.features if known else frozenset()))
    return [out[name] for name in sorted(out)]


def _links(connection: Connection, reader: Reader, ids: list[str]) -> Mapping[str, list[str]]:
    out: dict[str, list[str]] = {}
    wanted = set(ids)
    for step in steps_of(connection, reader, ids):
        if step.source in wanted and step.link in _LINKS:
            out.setdefault(step.source, []).append(step.target)
    return out
