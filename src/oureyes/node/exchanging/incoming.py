"""What comes in is made durable under its origin's signed head, and receipted only then."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from oureyes.errors import Equivocation, Refused, VerificationError
from oureyes.exchange.inbox import Duplicate, Inbox
from oureyes.exchange.log import read_checkpoint
from oureyes.model.merkle import leaf_hash
from oureyes.model.sharing import Channel, Checkpoint, Entry, Receipt
from oureyes.node.context import Context
from oureyes.node.exchanging.outgoing import frontier_at, within
from oureyes.node.exchanging.partners import alert
from oureyes.node.exchanging.receipts import cosigned
from oureyes.node.sending import frontier_of
from oureyes.storage import Connection, channels

__all__ = ["held_for", "inbox_of", "receive", "received", "submit_receive"]


def inbox_of(row: channels.ChannelRow) -> Inbox:
    """A channel as its inbox sees it."""
    head = read_checkpoint(row.note) if row.note else None
    return Inbox(row.channel, frontier_of(row), head, "" if row.state == "open" else row.state)


def receive(ctx: Context, channel: Channel, lines: Sequence[tuple[bytes, bytes]], note: bytes) -> Receipt | None:
    """Make entries durable under the origin's signed head, and give the receipt. What was had already is fine.

    Equivocation quarantines the channel, keeps both signed notes, and alerts people.
    """
    return received(ctx, channel, submit_receive(ctx, channel, lines, note).result())


def submit_receive(
    ctx: Context, channel: Channel, lines: Sequence[tuple[bytes, bytes]], note: bytes
) -> Future[tuple[Checkpoint | None, Equivocation | None]]:
    """As `receive`, without waiting; give the result to `received`."""
    if channel.recipient != ctx.me or channel.origin not in ctx.roster.members:
        raise Refused(channel.name, f"a channel of a member to {ctx.me}", "another", "check the roster")
    _refuse_unagreed(ctx, channel)
    origin_key = ctx.roster.members[channel.origin].keys.sign

    def write(connection: Connection) -> tuple[Checkpoint | None, Equivocation | None]:
        row = channels.open_channel(connection, channel)
        try:
            return _settle(ctx, connection, row, lines, note, origin_key), None
        except Equivocation as error:
            channels.set_state(connection, channel, "quarantined", b"\0".join(error.evidence))
            alert(ctx, connection, channel, "channel", "two histories were shown", str(error))
            ctx.audit(connection, channel.origin, "equivocation", channel.name)
            return None, error  # committed: evidence must not be rolled back with the refusal

    return ctx.db.submit(write)


def _refuse_unagreed(ctx: Context, channel: Channel) -> None:
    """A log begun anew would let an origin forget what it said: only people open a further epoch."""
    with ctx.db.read() as connection:
        known = {row.channel.epoch for row in channels.channels(connection, origin=channel.origin, recipient=ctx.me)}
    agreed = known or {1}
    if channel.epoch not in agreed:
        raise Refused(channel.name, f"epoch {max(agreed)}, as both agreed", f"{channel.epoch}", "call the partner")


def received(ctx: Context, channel: Channel, outcome: tuple[Checkpoint | None, Equivocation | None]) -> Receipt | None:
    """The receipt for what is durable now."""
    head, fault = outcome
    if fault is not None:
        raise fault
    return cosigned(ctx, channel, head) if head is not None else None


def held_for(ctx: Context, channel: Channel, start: int, limit: int) -> list[Entry]:
    """Entries of a partner's channel as we hold them, for an origin that lost its own."""
    with ctx.db.read() as connection:
        return [line.entry for line in within(channels.entries(connection, channel, start, limit))]


def _settle(
    ctx: Context,
    connection: Connection,
    row: channels.ChannelRow,
    lines: Sequence[tuple[bytes, bytes]],
    note: bytes,
    origin_key: bytes,
) -> Checkpoint | None:
    box = inbox_of(row)
    pending: dict[int, bytes] = {}

    def held(seq: int) -> bytes:
        if seq in pending:
            return pending[seq]
        return channels.entries(connection, row.channel, seq, 1)[0].entry.header

    new: list[Entry] = []
    for header, sealed in lines:
        outcome = box.offer(header, sealed, held)
        if isinstance(outcome, Duplicate):
            continue
        box, entry = outcome.inbox, outcome.entry
        pending[entry.seq] = entry.header
        new.append(entry)
    if note:
        box = box.settle(note, origin_key, lambda size: frontier_at(connection, row.channel, size).root())
    if new and box.settled < box.next:
        raise VerificationError(
            row.channel.name, f"a checkpoint over {box.next} entries", f"{box.settled}", "ask the partner to resend"
        )
    if new:
        _keep(ctx, connection, row, box, new)
    return box.head


def _keep(ctx: Context, connection: Connection, row: channels.ChannelRow, box: Inbox, new: Sequence[Entry]) -> None:
    channels.append(
        connection,
        row,
        [(entry, leaf_hash(entry.leaf), "", "stored") for entry in new],
        frontier=b"".join(box.frontier.nodes),
        note=box.head.note if box.head else b"",
        at=ctx.now(),
    )
    ctx.audit(
        connection,
        ctx.me,
        "receive",
        row.channel.name,
        "",
        origin=row.channel.origin,
        first=row.size,
        count=len(new),
        root=box.frontier.root().hex(),
    )
    ctx.tell("received", row.channel.origin)
