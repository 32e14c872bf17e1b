"""Analysts understand: search, show, graph, timeline, trends. Every answer passes the release rules for its reader."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from oureyes.correlate import observables
from oureyes.correlate.judgements import phrase
from oureyes.errors import NotHeld
from oureyes.model.findings import Holding
from oureyes.model.instants import day_of, nanoseconds
from oureyes.model.markings import TLP, Marking
from oureyes.model.observables import normalise, sco
from oureyes.model.ports import Neighbour
from oureyes.model.sharing import Recipient
from oureyes.model.zawgyi import holds_zawgyi, to_unicode
from oureyes.node.context import Context
from oureyes.node.hypotheses import clusters_of, is_judged, words_on
from oureyes.node.hypotheses import steps as hypotheses
from oureyes.node.sending import report_activity
from oureyes.record.observed import guess
from oureyes.release import refusal
from oureyes.storage import Connection, desk, index, objects
from oureyes.understand.card import Card, PlanUse, card
from oureyes.understand.card import Held as CardHeld
from oureyes.understand.fulltext import matched_as
from oureyes.understand.graph import Graph, Path, path, walk
from oureyes.understand.query import Query, query
from oureyes.understand.timeline import Event, Told, timeline
from oureyes.understand.trends import Burst, bursts, counts

__all__ = [
    "Hit",
    "Reader",
    "Shown",
    "connect_path",
    "events",
    "graph",
    "holders",
    "keys_of",
    "search",
    "show",
    "steps_of",
    "trends",
]

_SCAN = 2_000  # objects looked at at a time, before filters and rights
_MOST = 100_000  # … and for one search


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of a search: whose it is and under which marking stands beside it, always. `matched_as` is what was
    found by ear, as it is written there; `zawgyi`, that its Burmese came in that encoding and is shown in Unicode."""

    id: str
    type: str
    name: str
    version: str
    origin: str
    source: str
    tlp: str
    grade: str
    matched_as: str = ""
    zawgyi: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One object as a reader may see it: its card, the bytes as received, and what took its place, if anything."""

    card: Card
    raw: bytes
    upgraded: bytes | None
    successor: str
    holdings: tuple[objects.Held, ...]


class Reader:
    """One person's rights, asked once per marking: the row filter of every read."""

    def __init__(self, ctx: Context, connection: Connection, by: str, purpose: str) -> None:
        ctx.require_purpose(by, purpose, "read")
        self.me, self.labels = ctx.me, ctx.labels(connection)
        self._who, self._purpose, self._at = Recipient(by, "analyst", TLP.RED), purpose, ctx.now()
        self._policy = ctx.policy()
        self._allowed: dict[int, bool] = {}

    def may(self, label: int) -> bool:
        """Whether this reader may see what carries `label`."""
        if label not in self._allowed:
            why = refusal(self.labels[label], self._who, self._purpose, at=self._at, policy=self._policy)
            self._allowed[label] = why is None
        return self._allowed[label]

    @property
    def seen(self) -> list[int]:
        """Every label this reader may see: a list is cut to its length after these, never before."""
        return [label for label in self.labels if self.may(label)]

    def marking(self, label: int) -> Marking:
        return self.labels[label]


def search(ctx: Context, text: str, *, by: str, purpose: str, limit: int = 50, only_written: bool = False) -> list[Hit]:
    """Find objects by words, in any script of the region, and by `type:`, `from:`, `tlp:`, `since:`, `until:`.
    `only_written` leaves out what merely sounds so: where something is done with all that is found."""
    asked = query(text)
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        found = list(islice(_answers(ctx, connection, asked, reader, only_written), limit))
    hits = [_hit(item, reader.marking(item.label), asked if by_ear else None) for item, by_ear in found]
    said = hmac.digest(ctx.keys.extract, text.encode(), "sha256").hex()  # a bare digest of a number could be guessed
    ctx.db.write(lambda connection: ctx.audit(connection, by, "search", "", purpose, hits=len(hits), digest=said))
    return hits


def _answers(
    ctx: Context, connection: Connection, asked: Query, reader: Reader, only_written: bool
) -> Iterator[tuple[objects.Held, bool]]:
    """What this reader may see of what answers, best first, and whether it was found by ear only."""
    sqlite = ctx.db.dialect == "sqlite"
    written = asked.fts5() if sqlite else asked.tsquery()
    ways = [asked.words(sqlite=sqlite), written] if written else [""]
    if written and not only_written:
        ways.append(asked.by_ear(sqlite=sqlite))
    seen: set[int] = set()
    for place, engine in enumerate(ways):
        for start in range(0, _MOST if engine or not written else 0, _SCAN):
            numbers = _candidates(connection, asked, engine, start)
            for item in _in_order(connection, [number for number in numbers if number not in seen]):
                if reader.may(item.label) and _fits(asked, item, reader):
                    yield item, place == 2
            seen.update(numbers)
            if not numbers:
                break


def _candidates(connection: Connection, asked: Query, engine: str, start: int) -> list[int]:
    """The next objects that may answer, best first."""
    if engine:
        return index.search(connection, engine, limit=_SCAN, offset=start)
    return objects.numbers(connection, asked.kinds, asked.origins, limit=_SCAN, offset=start)


def _in_order(connection: Connection, numbers: Sequence[int]) -> list[objects.Held]:
    place = {number: at for at, number in enumerate(numbers)}
    found = objects.live(connection, numbers)
    return [held for number, held in sorted(found, key=lambda pair: (place[pair[0]], pair[1].holding))]


def _fits(asked: Query, item: objects.Held, reader: Reader) -> bool:
    version = item.current.version
    return (
        (not asked.kinds or item.current.type in asked.kinds)
        and (not asked.origins or item.origin.casefold() in {one.casefold() for one in asked.origins})
        and (not asked.tlp or reader.marking(item.label).tlp in asked.tlp)
        and (not asked.since or (bool(version) and item.current.instant >= nanoseconds(asked.since)))
        and (not asked.until or (bool(version) and item.current.instant <= nanoseconds(asked.until)))
    )


def _hit(item: objects.Held, marking: Marking, by_ear: Query | None) -> Hit:
    obj = item.current
    grade = marking.grade.text if marking.grade else ""
    heard_as = matched_as(obj.content, by_ear.ear) if by_ear else ""
    old = holds_zawgyi(obj.content, obj.raw)
    said = (obj.version, item.origin, item.source, marking.tlp.label, grade)
    return Hit(obj.id, obj.type, to_unicode(obj.name), *said, matched_as=heard_as, zawgyi=old)


def show(ctx: Context, identifier: str, *, by: str, purpose: str) -> Shown:
    """One object: who says so, how sure, who may see it, until when, what it touches. Its originator is told once."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        held = [item for item in objects.by_id(connection, identifier) if reader.may(item.label)]
        current = [item for item in held if item.last and item.state in ("held", "held-back")]
        if not held:
            raise NotHeld(identifier, "an object this reader may see", "none", "`oureyes search`")
        shown = _shown(ctx, connection, reader, held, current or held)
        foreign = {item.origin for item in current if item.origin != ctx.me}
        news = {
            origin: [identifier]
            for origin in foreign
            if not desk.audit_lines(connection, subject=identifier, verb="read", limit=1)
        }

    def write(connection: Connection) -> None:
        ctx.audit(connection, by, "read", identifier, purpose)
        report_activity(ctx, connection, "opened", news)

    ctx.db.write(write)
    return shown


def _shown(
    ctx: Context, connection: Connection, reader: Reader, held: Sequence[objects.Held], told: Sequence[objects.Held]
) -> Shown:
    """The card of the first of what is told, out of all that is held."""
    chosen = told[0]
    identifier = chosen.object.id
    steps = list(steps_of(connection, reader, [identifier]))
    met = index.matches(connection, identifier=identifier, warned=True, labels=reader.seen)
    return Shown(
        card(
            chosen.current,
            [_as_card(item, reader) for item in told],
            steps,
            [item.match for item in met],
            _plan_uses(connection, steps, identifier),
            ctx.now(),
            _hypothesis(connection, reader, identifier),
        ),
        chosen.object.raw,
        chosen.upgraded.raw if chosen.upgraded else None,
        _successor(connection, identifier),
        tuple(held),
    )


def _as_card(item: objects.Held, reader: Reader) -> CardHeld:
    at = f"{day_of_us(item.added)}T00:00:00Z"
    state = "" if item.state == "held" else item.hold or item.state
    return CardHeld(item.origin, item.source, reader.marking(item.label), item.current.version, at, state)


def day_of_us(microseconds: int) -> str:
    """The UTC day of a time in microseconds."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(microseconds / 1_000_000, tz=UTC).strftime("%Y-%m-%d")


def _plan_uses(connection: Connection, steps: Sequence[Neighbour], identifier: str) -> list[PlanUse]:
    uses: list[PlanUse] = []
    for step in steps:
        if step.source.startswith("x-oureyes-plan--") and step.target == identifier:
            kept = desk.standing(connection, step.source)
            if kept:
                uses.append(PlanUse(step.source, step.link, kept[0]))
    return list(dict.fromkeys(uses))


def _hypothesis(connection: Connection, reader: Reader, identifier: str) -> tuple[str, ...]:
    """What states say of the thing and any other, and what else hangs together with it by that."""
    own = [phrase(one) for one in words_on(connection, reader, reader.me, [identifier])]
    near = [line for one in clusters_of(connection, reader, reader.me, identifier) for line in one.words]
    return tuple(dict.fromkeys((*own, *near)))


def _successor(connection: Connection, identifier: str) -> str:
    """What took its place: ATT&CK's `revoked-by`, followed to its end."""
    seen, at = {identifier}, identifier
    while True:
        nexts = [b for a, link, b, _ in objects.neighbours(connection, [at]) if a == at and link == "revoked-by"]
        if not nexts or nexts[0] in seen:
            return at if at != identifier else ""
        at = nexts[0]
        seen.add(at)


def steps_of(connection: Connection, reader: Reader, ids: Sequence[str]) -> Iterable[Neighbour]:
    """Every step that touches the ids and that the reader may know: both the step and where it leads."""
    found = objects.neighbours(connection, ids)
    judged = {a for a, link, _, _ in found if is_judged(a, link)} - set(ids)
    found = [step for step in found if step[0] not in judged]  # a word that two are *not* the same must join nothing
    whose = objects.holders(connection, [number for *_, number in found])
    ends = {end for a, _, b, _ in found for end in (a, b)}
    visible = _visible(connection, reader, ends)
    for a, link, b, number in found:
        said = [origin for origin, label, _ in whose.get(number, ()) if reader.may(label)]
        if said and a in visible and b in visible:
            yield Neighbour(a, link, b, said[0])
    for linked in index.matches_of(connection, ids):
        if reader.may(linked.left_label) and reader.may(linked.right_label) and linked.left != linked.right:
            yield Neighbour(linked.left, f"match: {linked.matcher}", linked.right, linked.origin)
    if judged:
        yield from hypotheses(words_on(connection, reader, reader.me, ids))


def _visible(connection: Connection, reader: Reader, ids: Iterable[str]) -> set[str]:
    known = objects.all_labels(connection, ids)
    return {text for text in ids if text not in known or any(reader.may(label) for label in known[text])}


def keys_of(ctx: Context, text: str) -> tuple[str, ...]:
    """The keys a value as typed is found by: its normal form where its form tells what it is, and itself."""
    forms = [guess(text.strip(), ctx.config.country)]
    forms += [normalise(kind, text.strip(), ctx.config.country) for kind in ("phone-number", "iban")]
    exact = [next(iter(observables.keys(sco(form)))).value for form in forms if form is not None]
    return tuple(dict.fromkeys([*exact, text.strip()]))


def holders(ctx: Context, text: str, *, by: str, purpose: str) -> list[Holding]:
    """Everything that holds a value, however common: what ranking puts last is still there."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        found = [
            Holding(identifier, origin, source)
            for identifier, origin, source, label in index.holders(connection, keys_of(ctx, text))
            if reader.may(label)
        ]
    said = hmac.digest(ctx.keys.extract, text.encode(), "sha256").hex()
    ctx.db.write(lambda connection: ctx.audit(connection, by, "search", "", purpose, hits=len(found), digest=said))
    return found


def graph(ctx: Context, identifier: str, *, hops: int, by: str, purpose: str, limit: int = 500) -> Graph:
    """What it touches, step by step."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        if not any(reader.may(item.label) for item in objects.by_id(connection, identifier)):
            raise NotHeld(identifier, "an object this reader may see", "none", "`oureyes search`")
        found = walk(identifier, hops, lambda ids: steps_of(connection, reader, ids), limit)
    ctx.db.write(lambda connection: ctx.audit(connection, by, "graph", identifier, purpose, nodes=len(found.nodes)))
    return found


def connect_path(ctx: Context, start: str, end: str, *, by: str, purpose: str) -> Path:
    """The shortest way between two things."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        found = path(start, end, lambda ids: steps_of(connection, reader, ids))
    ctx.db.write(lambda connection: ctx.audit(connection, by, "path", start, purpose, **{"with": end}))
    return found


def names(ctx: Context, ids: Iterable[str], *, by: str, purpose: str) -> dict[str, str]:
    """What a person calls each id, by the word of a state whose word on it this reader may see."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        known = objects.latest(connection, ids).items()
        seen = ((text, next((one for one in held if reader.may(one.label)), None)) for text, held in known)
        return {text: to_unicode(one.current.name) for text, one in seen if one is not None}


def events(ctx: Context, ids: Sequence[str], *, by: str, purpose: str) -> tuple[Event, ...]:
    """When things happened, for one object and what it touches."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        near = {end for step in steps_of(connection, reader, ids) for end in (step.source, step.target)} | set(ids)
        told = [
            Told(item.current, item.origin)
            for held in objects.latest(connection, near).values()
            for item in held
            if reader.may(item.label)
        ]
    ctx.db.write(lambda connection: ctx.audit(connection, by, "timeline", ids[0] if ids else "", purpose))
    return timeline(told)


def trends(ctx: Context, *, by: str, purpose: str, step: str = "day", periods: int = 35) -> tuple[Burst, ...]:
    """What grows faster than its own past: new holdings a day, by type, crime area and origin, with the counts."""
    with ctx.db.read() as connection:
        Reader(ctx, connection, by, purpose)
        rows = [(day, key) for day, key in objects.arrivals(connection)]
    return bursts(counts(rows, day_of(ctx.now()), step, periods))


def held_types(ctx: Context) -> Mapping[str, int]:
    """How many objects of each type are held."""
    with ctx.db.read() as connection:
        return objects.count(connection)
