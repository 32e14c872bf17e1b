"""What arrives meets what is held: found by key, compared by its matcher, ranked, and told to whom it concerns.

A match joins two *sources* by one value; however many objects of a source hold the value, one stands for it. When
that one falls away another takes its place, and when none is left the match is gone, here and in the alerts on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from oureyes.alert import NOTIFIERS, rules, webhook
from oureyes.alert.inbox import move as moved
from oureyes.correlate import MATCHERS, PARTIAL, keys_of, observables, probes_of, ranking, standing
from oureyes.errors import NotHeld, OurEyesError, Refused
from oureyes.model.findings import Alert, AlertState, Key, Match, Subscription, WarningHit
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Recipient, Statement
from oureyes.model.vocabularies import crime_areas_of
from oureyes.node.context import Context
from oureyes.node.sending import report_activity
from oureyes.node.understanding import Reader
from oureyes.release import silence
from oureyes.storage import Connection, desk, index, objects

__all__ = [
    "DEFAULT",
    "Linked",
    "arrived",
    "connect",
    "fell",
    "matches",
    "move",
    "notice",
    "notify",
    "put_alert",
    "reconnect",
    "subscribe",
    "unsubscribe",
    "values_of",
]

Linked = index.Linked
# What no rule takes the desk is told of, until somebody writes a rule for the desk itself.
DEFAULT = Subscription("default", "desk")
_BY_NAME = {matcher.NAME: matcher for matcher in MATCHERS}
_MOST: dict[str, int] = {matcher.NAME: matcher.MOST for matcher in MATCHERS if hasattr(matcher, "MOST")}
_Pair = tuple[str, int, int, int]  # matcher, our holding, theirs, their source
_LONGEST_WAIT_MS = 3_600_000
_BACKWARDS = 20_000  # observables of its types that a new standing pattern is put to, newest first
# Of one part (a chunk, a band, a feature) that many are looked at; it is another part that then tells them apart.
_CROWD = 1_000
_COMPARED = 20_000  # pairs that share parts, those that share most first


class _Side(NamedTuple):
    holding: int
    object: StixObject


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a batch looks up: by whole values, where one object stands for a value, and by parts, where all do."""

    whole: dict[tuple[str, str], _Side]
    parts: dict[tuple[str, str], list[_Side]]

    def add(self, side: _Side, keys: Iterable[Key]) -> None:
        whole = self.whole
        for key in keys:
            if key is standing.MARK:
                continue
            name = (key.matcher, key.value)
            if key.matcher in PARTIAL:
                self.parts.setdefault(name, []).append(side)
            elif name not in whole or _says_more(side.object, whole[name].object):
                whole[name] = side


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
    asked = _Asked({}, {})
    sides: list[_Side] = []
    for item, one in zip(batch, added, strict=True):
        if item.hold or one.outcome not in ("new", "version", "revived"):
            continue
        current = item.upgraded or item.object
        if current.revoked:  # its origin no longer stands by it
            continue
        side = _Side(one.holding, current)
        sides.append(side)
        if item.keys or item.probes:
            asked.add(side, item.keys + item.probes)
    fresh = _meet_all(ctx, connection, asked, source) + _meet_patterns(ctx, connection, sides, source)
    for value in lost:  # what a newer version no longer says, another of its source may
        _rematch(ctx, connection, value)
    for item, one in zip(batch, added, strict=True):
        if one.outdated and lost and not index.touches(connection, [one.holding]):
            _amend(connection, item.object.id, "its newer version no longer says what was matched")
    return fresh


def _closed(ctx: Context, connection: Connection, holdings: Sequence[int]) -> list[str]:
    """Close the matches of holdings that fell away; the values they were matched by."""
    if not holdings:
        return []
    values = index.keys_of(connection, holdings)
    index.close_matches(connection, holdings)
    return values


def _meet_patterns(ctx: Context, connection: Connection, sides: Sequence[_Side], source: int) -> list[int]:
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
            (_Side(held.holding, held.current), identifier)
            for held in objects.of_types(connection, [kind], limit=_BACKWARDS)
            for identifier in patterns.met_by(held.current.content)
            if identifier in wanted
        ]
    fresh = index.add_matches(connection, _pattern_matches(connection, met), ctx.now())
    _ring(ctx, connection, fresh)
    return fresh


def _pattern_matches(connection: Connection, met: Sequence[tuple[_Side, str]]) -> list[index.NewMatch]:
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


def _says_more(one: StixObject, other: StixObject) -> bool:
    """An indicator or a person says more than the bare observable."""
    return objects.is_observable(other.type) and not objects.is_observable(one.type)


def _meet(ctx: Context, connection: Connection, best: dict[tuple[str, str], _Side], source: int) -> list[int]:
    if not best:
        return []
    values = {value for _, value in best}
    found = index.candidates(connection, values, source=source, limit=ctx.config.number("fanout"))
    if not found:
        return []
    other = objects.by_holding(connection, [one.holding for some in found.values() for one in some])
    total = index.count_sources(connection)
    pairs: dict[tuple[int, str, str], index.NewMatch] = {}
    for value, candidates in found.items():
        for candidate in candidates:
            side, held = best.get((candidate.matcher, value)), other.get(candidate.holding)
            met = _compared(ctx, candidate.matcher, side.object, held.current) if side and held else None
            if side is None or met is None:
                continue
            match, hit = met
            rank = ranking.rank(match.score, candidate.holders, total)
            warned = hit.listed if hit else match.quiet
            kept = index.NewMatch(match, side.holding, candidate.holding, source, candidate.source, rank, warned)
            pairs.setdefault((candidate.source, match.matcher, match.key), kept)
    fresh = index.add_matches(connection, list(pairs.values()), ctx.now())
    _ring(ctx, connection, fresh)
    return fresh


def _meet_all(ctx: Context, connection: Connection, asked: _Asked, source: int) -> list[int]:
    return _meet(ctx, connection, asked.whole, source) + _meet_parts(ctx, connection, asked.parts, source)


def _meet_parts(
    ctx: Context, connection: Connection, parts: dict[tuple[str, str], list[_Side]], source: int
) -> list[int]:
    """Compare with every holder of a part, each pair once, those that share most parts first."""
    if not parts:
        return []
    shared: Counter[_Pair] = Counter()
    side_of: dict[int, _Side] = {}
    for found in index.sharing(connection, {value for _, value in parts}, source=source, limit=_CROWD):
        for side in parts.get((found.matcher, found.value), ()):
            side_of[side.holding] = side
            shared[(found.matcher, side.holding, found.holding, found.source)] += 1
    pairs = list(_closest(pair for pair, _ in shared.most_common()))
    other = objects.by_holding(connection, dict.fromkeys(held for _, _, held, _ in pairs))
    total = index.count_sources(connection)
    kept: dict[tuple[int, str, str], index.NewMatch] = {}
    for matcher, mine, held, theirs in pairs:
        match = _BY_NAME[matcher].compare(side_of[mine].object, other[held].current) if held in other else None
        if match is not None:
            rank = ranking.rank(match.score, 2, total)
            new = index.NewMatch(match, mine, held, source, theirs, rank, match.quiet)
            kept.setdefault((theirs, match.matcher, match.key), new)
    fresh = index.add_matches(connection, list(kept.values()), ctx.now())
    _ring(ctx, connection, fresh)
    return fresh


def _closest(pairs: Iterable[_Pair]) -> Iterator[_Pair]:
    """Of pairs in order of what they share, no more than may be compared: in all, and for one object where a matcher
    says so."""
    looked: Counter[tuple[str, int]] = Counter()
    for matcher, mine, held, theirs in pairs:
        looked[matcher, mine] += 1
        if looked[matcher, mine] <= _MOST.get(matcher, _COMPARED):
            yield matcher, mine, held, theirs
            looked["", 0] += 1
        if looked["", 0] == _COMPARED:
            return


def _compared(ctx: Context, name: str, left: StixObject, right: StixObject) -> tuple[Match, WarningHit | None] | None:
    """The strongest thing both name that no warninglist names, else the strongest that one does."""
    if name != observables.NAME:
        match = _BY_NAME[name].compare(left, right)
        return None if match is None else (match, None)
    warned: tuple[Match, WarningHit] | None = None
    for met in observables.shared(left, right):
        value = met.observable
        match = Match(left.id, right.id, name, met.score, met.reason, value.text, value.kind)
        hit = ctx.warninglists.hit(value)
        if hit is None:
            return match, None
        warned = warned or (match, hit)
    return warned


def _ring(ctx: Context, connection: Connection, fresh: list[int]) -> None:
    if not fresh:
        return
    known = ctx.labels(connection)
    strangers: dict[str, list[str]] = {}
    # what a warninglist names, and what is quiet by itself, is kept and can be asked for; nobody is rung or told
    for linked in index.matches(connection, numbers=fresh, limit=len(fresh)):
        sides = (
            (linked.match.left, linked.left_origin, linked.left_label),
            (linked.match.right, linked.right_origin, linked.right_label),
        )
        for (identifier, origin, _), (_, holder, label) in (sides, sides[::-1]):
            if origin != ctx.me and holder == ctx.me and _may_be_known_to(ctx, origin, known[label]):
                strangers.setdefault(origin, []).append(identifier)
        _tell(ctx, connection, _event_of(ctx, linked, sides, known))
    report_activity(ctx, connection, "matched", strangers)
    ctx.audit(connection, ctx.me, "match", "", "", found=len(fresh), first=fresh[0])


def _may_be_known_to(ctx: Context, origin: str, ours: Marking) -> bool:
    """Telling a partner that its object met one of ours tells that we hold the value: only where ours may answer."""
    if ours.tlp is not TLP.RED and origin in ours.releasable_to:
        return True
    return silence(ours, Recipient(origin), "detection", at=ctx.now(), policy=ctx.policy()) is None


def _event_of(
    ctx: Context, linked: index.Linked, sides: Sequence[tuple[str, str, int]], known: dict[int, Marking]
) -> rules.Event:
    subjects = tuple(
        rules.Subject(
            identifier,
            identifier.partition("--")[0],
            origin,
            frozenset(),
            origin == ctx.me,
            known[label].role,
        )
        for identifier, origin, label in sides
    )
    names = sorted((f"{linked.left_origin}:{linked.left_name}", f"{linked.right_origin}:{linked.right_name}"))
    return rules.Event(
        rules.EventKind.MATCH,
        f"match:{'|'.join(names)}",
        subjects,
        next((origin for _, origin, _ in sides if origin != ctx.me), ctx.me),
        reason=linked.match.reason,
        rank=linked.rank,
    )


def _tell(ctx: Context, connection: Connection, event: rules.Event) -> None:
    asked = desk.subscriptions(connection)
    made = rules.alerts(event, asked, ctx.now(), lambda: ctx.new_id("alert"))
    if not made and all(each.owner != DEFAULT.owner for each in asked):
        made = rules.alerts(event, [DEFAULT], ctx.now(), lambda: ctx.new_id("alert"))
    if not made:
        return
    grown, fresh = rules.grouped(desk.waiting_alerts(connection, event.cause), made)
    desk.put_alerts(connection, grown, fresh)
    for alert in (*grown, *fresh):
        for notifier, address in rules.routes(event, alert.owner, asked):
            desk.queue_notification(connection, alert.id, notifier, address)
    ctx.tell("alert", event.cause)


def arrived(
    ctx: Context, connection: Connection, event: str, statement: Statement, found: Sequence[StixObject]
) -> None:
    """Tell of a statement: what came, what was corrected, what was taken back."""
    role_of = {item.object.id: item.marking.role for item in statement.items}
    tags_of = {item.object.id: item.tags for item in statement.items}
    subjects = tuple(
        rules.Subject(
            obj.id,
            obj.type,
            statement.origin,
            frozenset(crime_areas_of((*(obj.content.get("labels") or ()), *tags_of.get(obj.id, ())))),
            False,
            role_of.get(obj.id),
        )
        for obj in found
    ) or tuple(rules.Subject(ref, ref.partition("--")[0], statement.origin) for ref in statement.refs)
    said = f"{statement.origin} says: {statement.reason}" if statement.reason else f"{statement.origin} {event} it"
    made = rules.Event(rules.EventKind(event), f"{event}:{statement.id}", subjects, statement.origin, reason=said)
    _tell(ctx, connection, made)


def notice(ctx: Context, connection: Connection, statement: Statement, headline: str) -> None:
    """Put something before the desk that is no arrival and no match."""
    made = Alert(
        ctx.new_id("alert"),
        f"notice:{statement.id}",
        "notice",
        headline,
        statement.refs,
        statement.origin,
        ctx.now(),
        DEFAULT.owner,
        reason=statement.reason,
    )
    put_alert(ctx, connection, made)


def put_alert(ctx: Context, connection: Connection, made: Alert) -> None:
    """Keep one alert; it joins the row of its cause where one waits."""
    desk.put_alerts(connection, *rules.grouped(desk.waiting_alerts(connection, made.cause), [made]))
    ctx.tell("alert", made.cause)


def fell(ctx: Context, connection: Connection, identifier: str, holdings: Sequence[int]) -> None:
    """An object was taken back: its matches go, others take its place where they can, alerts on it say so."""
    if ctx.standing is not None:
        ctx.standing.remove(identifier)
    for value in _closed(ctx, connection, holdings):
        _rematch(ctx, connection, value)
    _amend(connection, identifier, "it was taken back by its originator")


def values_of(connection: Connection, identifier: str, origin: str) -> list[str]:
    """The keys under which what `origin` holds of an id is found."""
    held = [item for item in objects.by_id(connection, identifier) if item.origin == origin]
    return [key.value for item in held for key in keys_of(item.current)]


def _amend(connection: Connection, identifier: str, why: str) -> None:
    """Alerts on an object say what became of it; one that rests on nothing else is done."""
    for alert, assignee, _ in desk.alerts_about(connection, identifier):
        left = [one for one in alert.objects if one != identifier and objects.latest(connection, [one])]
        said = f"{alert.reason}\n{identifier}: {why}".strip()
        # an alert stands for all that two sources share: it is done with the last match, not with the first that goes
        stands = _meets(connection, alert.objects) if alert.event == "match" else bool(left)
        state = alert.state if stands else AlertState.DONE
        desk.amend_alert(connection, alert.id, said, state, assignee)


def _meets(connection: Connection, ids: Sequence[str]) -> bool:
    """Whether an open match joins two of these."""
    wanted = set(ids)
    return any(linked.left in wanted and linked.right in wanted for linked in index.matches_of(connection, ids))


def _rematch(ctx: Context, connection: Connection, value: str) -> None:
    for held, source, matcher in index.live_of(connection, value):
        one = objects.by_holding(connection, [held])[held]
        _meet(ctx, connection, {(matcher, value): _Side(held, one.current)}, source)


def reconnect(ctx: Context, connection: Connection, ids: Iterable[str]) -> None:
    """Objects that were held back are in: let them meet the rest."""
    for some in objects.latest(connection, ids).values():
        for held in some:
            source = objects.source(connection, held.origin, held.source)
            asked = _Asked({}, {})
            asked.add(_Side(held.holding, held.current), keys_of(held.current) + probes_of(held.current))
            _meet_all(ctx, connection, asked, source)


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
        found = index.matches(connection, identifier=identifier, value=value, warned=warned, limit=limit)
        if not by:
            return found
        reader = Reader(ctx, connection, by, purpose)
        return [one for one in found if reader.may(one.left_label) and reader.may(one.right_label)]


def subscribe(ctx: Context, rule: Subscription, *, by: str) -> None:
    """Keep a rule. ConfigError when its address could never be reached."""
    if rule.notifier == "webhook":
        webhook.readable(rule.address)

    def write(connection: Connection) -> None:
        desk.put_subscription(connection, rule)
        ctx.audit(connection, by, "subscribe", rule.id)

    ctx.db.write(write)


def unsubscribe(ctx: Context, rule: str, *, by: str) -> None:
    """Forget a rule."""

    def write(connection: Connection) -> None:
        if not desk.drop_subscription(connection, rule):
            raise NotHeld(f"rule {rule[:40]}", "a rule of this node", "none by that id", "`oureyes rules`")
        ctx.audit(connection, by, "subscribe", rule, "", dropped=True)

    ctx.db.write(write)


def move(ctx: Context, alert: str, state: AlertState, *, by: str, assignee: str = "") -> None:
    """See, assign or finish an alert."""

    def write(connection: Connection) -> None:
        found = desk.alerts(connection, n=alert)
        if not found:
            raise NotHeld(alert, "an alert", "none by that id", "`oureyes inbox`")
        after = moved(found[0][0], state, by, assignee)
        who = after.owner if state is AlertState.ASSIGNED else found[0][1]
        desk.move_alert(connection, alert, state, who)
        ctx.audit(connection, by, "alert", alert, "", state=str(state))

    ctx.db.write(write)


def notify(ctx: Context, send: Callable[[str, Alert, str], None] | None = None) -> int:
    """Send what is due; what fails waits longer each time, and stays in the inbox whatever happens. How many went."""
    with ctx.db.read() as connection:
        due = desk.notifications(connection, ctx.now_ms())
    return sum(_notify_one(ctx, send or _send_by(ctx), *one) for one in due)


def _notify_one(
    ctx: Context, send: Callable[[str, Alert, str], None], n: int, identifier: str, name: str, address: str, tries: int
) -> bool:
    with ctx.db.read() as connection:
        found = desk.alerts(connection, n=identifier)
    error = _sent(send, name, found[0][0], address) if found else ""
    later = ctx.now_ms() + min(_LONGEST_WAIT_MS, 1_000 * 2 ** min(tries, 20)) if error else 0
    state = "waiting" if error else "sent"
    ctx.db.write(lambda connection: desk.settle_notification(connection, n, state, tries + 1, later, error))
    return bool(found) and not error


def _sent(send: Callable[[str, Alert, str], None], name: str, alert: Alert, address: str) -> str:
    try:
        send(name, alert, address)
    except OurEyesError as error:
        return str(error)[:200]
    except OSError as error:  # the network; its type says enough, its text may name an address
        return type(error).__name__
    return ""


def _send_by(ctx: Context) -> Callable[[str, Alert, str], None]:
    allowed = ctx.config.names("webhook_allow")

    def send(name: str, alert: Alert, address: str) -> None:
        found = next((one for one in NOTIFIERS if name == one.NAME), None)
        if found is None:
            names = ", ".join(one.NAME for one in NOTIFIERS)
            raise Refused(f"notifier {name[:20]}", names, "none by that name", "`oureyes subscribe --help`")
        if found is webhook:
            webhook.send(alert, address, allowed=allowed, loopback_http=bool(allowed))
        else:
            found.send(alert, address)

    return send
