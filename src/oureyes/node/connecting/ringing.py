"""Who is told of a match or of what arrived, by the rules of the desk; and what becomes of alerts afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from oureyes.alert import rules
from oureyes.model.findings import Alert, AlertState, Subscription
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Recipient, Statement
from oureyes.model.vocabularies import crime_areas_of
from oureyes.node.context import Context
from oureyes.node.sending import report_activity
from oureyes.release import silence
from oureyes.storage import Connection, desk, index, objects

__all__ = ["DEFAULT", "amend", "arrived", "notice", "put_alert", "ring"]

# What no rule takes the desk is told of, until somebody writes a rule for the desk itself.
DEFAULT = Subscription("default", "desk")


def ring(ctx: Context, connection: Connection, fresh: list[int]) -> None:
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


def amend(connection: Connection, identifier: str, why: str) -> None:
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
