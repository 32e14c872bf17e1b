"""How the node stands with each partner: sizes, lag, state, and what people are told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from oureyes.errors import OurEyesError
from oureyes.exchange.log import receipt_time, verify_receipt
from oureyes.model.findings import Alert, AlertState
from oureyes.model.instants import nanoseconds, of_datetime
from oureyes.model.sharing import Channel, Member
from oureyes.node import connecting
from oureyes.node.context import Context
from oureyes.storage import Connection, channels, desk

__all__ = ["PartnerState", "alert", "alert_done", "newest", "next_of", "partners", "sizes", "stands", "unread"]


def newest(ctx: Context, origin: str, recipient: str) -> Channel:
    """The channel between two in its newest epoch."""
    with ctx.db.read() as connection:
        known = channels.channels(connection, origin=origin, recipient=recipient)
    return known[-1].channel if known else Channel(origin, recipient)


def sizes(ctx: Context) -> dict[str, int]:
    """How many entries we have written, by recipient."""
    with ctx.db.read() as connection:
        return {row.channel.recipient: row.size for row in channels.channels(connection, origin=ctx.me)}


def unread(ctx: Context) -> list[Channel]:
    """Channels with entries that are receipted and have not been read, as a crash in between leaves them."""
    with ctx.db.read() as connection:
        found = channels.channels(connection, recipient=ctx.me)
    return [row.channel for row in found if row.applied < row.size]


def alert(
    ctx: Context,
    connection: Connection,
    channel: Channel,
    event: str,
    headline: str,
    reason: str,
    *,
    cause: str = "",
    objects: Sequence[str] = (),
) -> None:
    """Put what became of a channel before the desk."""
    made = Alert(
        ctx.new_id("alert"),
        cause or f"{event}:{channel.name}",
        event,
        headline,
        tuple(objects),
        channel.origin,
        ctx.now(),
        "",
        reason=reason,
    )
    connecting.put_alert(ctx, connection, made)


def alert_done(ctx: Context, connection: Connection, cause: str, why: str) -> None:
    """What it was about is settled: nobody need look at it any more."""
    for waiting in desk.waiting_alerts(connection, cause):
        (_, assignee, _) = desk.alerts(connection, n=waiting.id)[0]
        desk.amend_alert(connection, waiting.id, f"{waiting.reason}\n{why}".strip(), AlertState.DONE, assignee)
        ctx.audit(connection, ctx.me, "alert", waiting.id, "", state=str(AlertState.DONE))


@dataclass(frozen=True, slots=True)
class PartnerState:
    """One partner, both ways. `lag` is how many of our entries it has not receipted, `behind_s` for how many seconds;
    `waiting` is how many statements wait for a log of ours that is held. Its last receipt came at `last_receipt` by our
    clock, and at `signed_at` by its own: a clock that is wrong is seen there."""

    member: str
    name: str
    url: str
    sent: int
    receipted: int
    last_receipt: str
    received: int
    applied: int
    state: str
    attempts: int
    error: str
    behind_s: int = 0
    waiting: int = 0
    signed_at: str = ""

    @property
    def lag(self) -> int:
        return self.sent - self.receipted


def stands(
    ctx: Context,
    member: str,
    state: str,
    attempts: int,
    due_ms: int,
    error: str,
    connection: Connection,
    *,
    alarm: bool,
) -> None:
    """Keep how the line to a partner stands; when trying has long been in vain, people are told once."""
    known = channels.deliveries(connection).get(member)
    channels.set_delivery(connection, member, state, attempts, due_ms, error, ctx.now())
    if alarm and (known is None or known[0] != "failed"):
        alert(ctx, connection, Channel(ctx.me, member), "partner", f"{member} cannot be reached", error)


def partners(ctx: Context) -> list[PartnerState]:
    """How the node stands with everybody on the roster."""
    with ctx.db.read() as connection:
        tried, waiting = channels.deliveries(connection), channels.count_postponed(connection)
        return [
            _stands_with(ctx, connection, member, tried.get(member.id, ("idle", 0, 0, "", "")), waiting)
            for member in ctx.roster.members.values()
            if member.id != ctx.me
        ]


def _stands_with(
    ctx: Context,
    connection: Connection,
    member: Member,
    tried: tuple[str, int, int, str, str],
    waiting: Mapping[str, int],
) -> PartnerState:
    ours = channels.channels(connection, origin=ctx.me, recipient=member.id)
    theirs = channels.channels(connection, origin=member.id, recipient=ctx.me)
    mine, came = (ours[-1] if ours else None), (theirs[-1] if theirs else None)
    state, attempts, _, error, _ = tried
    for row in (mine, came):
        if row is not None and row.state != "open":
            state = row.state
    return PartnerState(
        member.id,
        member.name,
        member.url,
        mine.size if mine else 0,
        mine.receipted if mine else 0,
        mine.receipt_at if mine else "",
        came.size if came else 0,
        came.applied if came else 0,
        state,
        attempts,
        error,
        _behind_s(ctx, connection, mine) if mine else 0,
        waiting.get(member.id, 0),
        _signed_at(mine, member) if mine else "",
    )


def _signed_at(row: channels.ChannelRow, member: Member) -> str:
    """When the partner says it signed its last receipt; "" where there is none, or it was signed by an older key."""
    try:
        receipt = verify_receipt(row.receipt_note, row.channel, member.keys.sign)
    except OurEyesError:
        return ""
    return of_datetime(datetime.fromtimestamp(receipt_time(receipt, member.keys.sign), UTC))


def _behind_s(ctx: Context, connection: Connection, row: channels.ChannelRow) -> int:
    """How long the oldest entry that is not receipted has been waiting for it."""
    oldest = channels.entries(connection, row.channel, row.receipted, 1)
    return max(0, (nanoseconds(ctx.now()) - nanoseconds(oldest[0].at)) // 1_000_000_000) if oldest else 0


def next_of(ctx: Context, channel: Channel) -> int:
    """How many entries of a channel are durable here, which is the number of the next one."""
    with ctx.db.read() as connection:
        row = channels.find(connection, channel)
        return row.size if row else 0
