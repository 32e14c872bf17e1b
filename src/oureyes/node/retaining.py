"""Nothing is kept without a day on which somebody decides again: warned about, hidden, then erased to a tombstone."""

from __future__ import annotations

from oureyes.model.findings import Alert
from oureyes.model.instants import nanoseconds, of_datetime, to_datetime
from oureyes.node import connecting, planning
from oureyes.node.context import Context
from oureyes.oversee.retention import WARN_BEFORE, Due, Kept, Step, due
from oureyes.storage import Connection, accounts, index, objects

__all__ = ["LEGAL_HOLD", "keep", "look"]

LEGAL_HOLD = 'oureyes:hold="legal"'  # the tag that stops hiding and erasing
_DONE = {"hidden": Step.HIDE, "erased": Step.ERASE}


def look(ctx: Context) -> list[Due]:
    """What is due now, longest overdue first; nothing is done about it."""
    with ctx.db.read() as connection:
        return due(_kept(ctx, connection), ctx.now())


def keep(ctx: Context) -> list[Due]:
    """Do what is due: tell the desk of reviews that come near, hide what nobody prolonged, erase what stayed hidden."""

    def write(connection: Connection) -> list[Due]:
        found = due(_kept(ctx, connection), ctx.now())
        warned = [one for one in found if one.step is Step.WARN]
        for one in found:
            if one.step is not Step.WARN:
                _let_go(ctx, connection, one)
        if warned:
            _warn(ctx, connection, warned)
        _forget_shown(ctx, connection)
        return found

    return ctx.db.write(write)


def _kept(ctx: Context, connection: Connection) -> list[Kept]:
    """Holdings whose review is near or past; asked by label, of which there are few."""
    horizon = nanoseconds(of_datetime(to_datetime(ctx.now()) + WARN_BEFORE))
    near = {
        number: marking.review
        for number, marking in ctx.labels(connection).items()
        if marking.review and nanoseconds(marking.review) <= horizon
    }
    return [
        Kept(identifier, origin, near[label], LEGAL_HOLD in tags, _DONE.get(state))
        for identifier, origin, label, state, tags in objects.under_labels(connection, near)
    ]


def _let_go(ctx: Context, connection: Connection, one: Due) -> None:
    gone = "hidden" if one.step is Step.HIDE else "erased"
    values = connecting.values_of(connection, one.object, one.origin) if one.step is Step.ERASE else []
    moved = objects.set_state(connection, one.object, one.origin, gone, erase=one.step is Step.ERASE)
    connecting.fell(ctx, connection, one.object, moved)
    index.forget(connection, moved, values)
    planning.reassess(ctx, connection, [one.object], cause=(gone, ctx.me))
    verb = "hide" if one.step is Step.HIDE else "erase"
    ctx.audit(connection, ctx.me, verb, one.object, "", reason=one.reason, origin=one.origin)


def _forget_shown(ctx: Context, connection: Connection) -> None:
    """Who outside was given a version is known for as long as a correction may concern them, and no longer: while it
    stands, and for a term after that in which one may still come."""
    since = ctx.in_days(-ctx.config.number("shown_days"))
    for account, count in sorted(accounts.forget_shown(connection, since, LEGAL_HOLD).items()):
        ctx.audit(connection, ctx.me, "forget-shown", account, "", count=count, until=since[:10])


def _warn(ctx: Context, connection: Connection, found: list[Due]) -> None:
    day = min(one.reason for one in found)
    made = Alert(
        ctx.new_id("alert"),
        f"review:{day}",
        "review",
        f"{len(found)} holdings must be looked at again: {day}",
        tuple(dict.fromkeys(one.object for one in found))[:500],
        ctx.me,
        ctx.now(),
        connecting.DEFAULT.owner,
        reason="what nobody prolongs is hidden on its review date, and erased 90 days later",
    )
    connecting.put_alert(ctx, connection, made)
