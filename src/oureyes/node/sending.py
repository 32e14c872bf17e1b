"""Writing a statement into the channels of its audience, in the transaction that decided it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from oureyes.exchange.envelope import sign_statement
from oureyes.exchange.outbox import Outbox
from oureyes.model.merkle import Frontier, leaf_hash
from oureyes.model.objects import digest
from oureyes.model.sharing import Channel, Item, Kind, Statement
from oureyes.model.vocabularies import ASEAN_SOMTC, UNODC_INTERNET_TERRORISM
from oureyes.node.context import Context
from oureyes.storage import Connection, channels

__all__ = [
    "RESTORED",
    "current_channel",
    "frontier_of",
    "reopen",
    "report_activity",
    "send",
    "shared_tags",
    "statement_of",
]


SHARED = tuple(f"{taxonomy.namespace}:" for taxonomy in (ASEAN_SOMTC, UNODC_INTERNET_TERRORISM))

# Our channels after a restore, until their recipients have shown what they hold.
RESTORED = "held: restored from a backup"


def statement_of(
    ctx: Context,
    kind: Kind,
    audience: Sequence[str],
    items: Sequence[Item] = (),
    refs: Sequence[str] = (),
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> Statement:
    return Statement(
        ctx.make_id(),
        ctx.me,
        tuple(sorted(audience)),
        kind,
        ctx.now(),
        tuple(items),
        tuple(refs),
        reason,
        detail or {},
    )


def send(ctx: Context, connection: Connection, statement: Statement) -> bytes:
    """Sign a statement once and write it into the channel of each of its audience. Its envelope."""
    envelope = sign_statement(statement, ctx.keys.sign)
    channels.keep_statement(connection, statement, digest(envelope))
    for member in statement.audience:
        _write(ctx, connection, member, envelope, statement)
    return envelope


def _write(ctx: Context, connection: Connection, member: str, envelope: bytes, statement: Statement) -> None:
    row = channels.open_channel(connection, current_channel(ctx, connection, member))
    if row.state != "open":  # the others must not wait for one whose log is held; nor may its part be lost
        channels.postpone(connection, member, statement.id, envelope, statement.time)
        return
    _append(ctx, connection, row, envelope, statement.id, statement.time)


def reopen(ctx: Context, connection: Connection, channel: Channel) -> int:
    """A held channel of ours may be written to again: what waited for it goes in. How many statements did."""
    channels.set_state(connection, channel, "open")
    waiting = channels.take_postponed(connection, channel.recipient)
    for statement, envelope, at in waiting:
        _append(ctx, connection, channels.open_channel(connection, channel), envelope, statement, at)
    return len(waiting)


def _append(
    ctx: Context, connection: Connection, row: channels.ChannelRow, envelope: bytes, statement: str, at: str
) -> None:
    member = row.channel.recipient
    entry, grown = Outbox(row.channel, frontier_of(row)).append(envelope, ctx.roster.members[member].keys.seal)
    note = grown.checkpoint(ctx.keys.sign).note
    channels.append(
        connection,
        row,
        [(entry, leaf_hash(entry.leaf), statement, "written")],
        frontier=b"".join(grown.frontier.nodes),
        note=note,
        at=at,
    )
    ctx.tell("grew", member)


def current_channel(ctx: Context, connection: Connection, member: str) -> Channel:
    """Our channel to a member, in its newest epoch."""
    known = channels.channels(connection, origin=ctx.me, recipient=member)
    return known[-1].channel if known else Channel(ctx.me, member)


def frontier_of(row: channels.ChannelRow) -> Frontier:
    """The right edge of a channel's tree."""
    return Frontier(row.size, tuple(row.frontier[at : at + 32] for at in range(0, len(row.frontier), 32)))


def shared_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags that travel: terms of the taxonomies all states share. A desk's own words stay at the desk."""
    return tuple(tag for tag in tags if tag.startswith(SHARED))


def report_activity(
    ctx: Context,
    connection: Connection,
    what: str,
    found: Mapping[str, Iterable[str]],
    at: Mapping[str, str] | None = None,
) -> None:
    """Tell originators what happened to their objects here: per origin, object ids; one statement an origin. While our
    log to one is held it is not told: that must not keep us from reading what it sends. `at` says when, else now."""
    when = at or {}
    for origin, ids in found.items():
        events = [
            {"object": identifier, "what": what, "at": when.get(identifier) or ctx.now()}
            for identifier in dict.fromkeys(ids)
        ]
        if events and origin in ctx.roster.members and origin != ctx.me and not _held(ctx, connection, origin):
            detail: dict[str, object] = {"events": events}
            send(ctx, connection, statement_of(ctx, Kind.ACTIVITY, [origin], detail=detail))


def _held(ctx: Context, connection: Connection, member: str) -> bool:
    row = channels.find(connection, current_channel(ctx, connection, member))
    return row is not None and row.state != "open"
