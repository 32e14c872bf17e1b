"""Receipts given and taken: a cosignature on the head of a log, after the durable commit."""

from __future__ import annotations

from concurrent.futures import Future

from oureyes.errors import Equivocation, Refused, VerificationError
from oureyes.exchange.log import cosign, origin_line, read_checkpoint, verify_checkpoint, verify_receipt
from oureyes.model.instants import nanoseconds
from oureyes.model.merkle import Frontier
from oureyes.model.sharing import Channel, Checkpoint, Receipt
from oureyes.node.context import Context
from oureyes.node.exchanging.outgoing import frontier_at
from oureyes.node.exchanging.partners import alert
from oureyes.node.sending import RESTORED, frontier_of, reopen
from oureyes.storage import Connection, channels

__all__ = ["cosigned", "own_receipt", "receipted", "submit_receipted", "taken"]


def receipted(ctx: Context, note: bytes, member: str, channel: Channel) -> bool:
    """Take a recipient's signed receipt; True when it is news. One that our log does not bear out holds the channel:
    nothing more is written or served until people have looked (`recover`)."""
    return taken(submit_receipted(ctx, note, member, channel).result())


def submit_receipted(
    ctx: Context, note: bytes, member: str, channel: Channel
) -> Future[tuple[bool, VerificationError | None]]:
    """As `receipted`, without waiting; give the result to `taken`."""
    if channel.origin != ctx.me or channel.recipient != member:
        raise Refused(channel.name, f"a receipt of {channel.recipient} for {channel.origin}", f"one from {member}")
    receipt = verify_receipt(note, channel, ctx.roster.members[member].keys.sign)

    def write(connection: Connection) -> tuple[bool, VerificationError | None]:
        row = channels.open_channel(connection, channel)
        frontier, fault = _borne_out(ctx, connection, row, receipt)
        if fault is not None:
            # only what bears our own signature says anything about our log; else it is the recipient's invention
            verify_checkpoint(note, origin_line(channel), ctx.keys.sign.public)
            _hold(ctx, connection, row, fault, note)
            return False, fault  # committed: what holds a channel must not be undone with the refusal
        if row.state == RESTORED:  # all that the recipient signed for is here
            reopen(ctx, connection, channel)
        if receipt.size <= row.receipted:
            return False, None
        channels.receipt(connection, channel, receipt.size, note, ctx.now())
        ctx.db.after_commit(lambda: ctx.frontiers.__setitem__(("receipted", channel), frontier))
        ctx.audit(connection, member, "receipt", channel.name, "", size=receipt.size, root=receipt.root.hex())
        ctx.tell("receipted", member)
        return True, None

    return ctx.db.submit(write)


def taken(outcome: tuple[bool, VerificationError | None]) -> bool:
    """What a submitted receipt came to."""
    news, fault = outcome
    if fault is not None:
        raise fault
    return news


def _borne_out(
    ctx: Context, connection: Connection, row: channels.ChannelRow, receipt: Receipt
) -> tuple[Frontier, VerificationError | None]:
    """Our tree's right edge where the receipt stands, and what is wrong with the receipt."""
    if receipt.size > row.size:
        expected = f"a receipt for at most our {row.size} entries"
        return Frontier(), VerificationError(
            row.channel.name,
            expected,
            f"{receipt.size}",
            "`oureyes recover`, while they can be reached, or with the log they export",
        )
    frontier = frontier_of(row)
    if receipt.size < row.size:
        near = ctx.frontiers.get(("receipted", row.channel))
        frontier = frontier_at(connection, row.channel, receipt.size, near)
    if frontier.root() == receipt.root:
        return frontier, None
    evidence = (row.note, receipt.note)
    return frontier, Equivocation(row.channel.name, "a receipt over our entries", "one over others", evidence)


def _hold(
    ctx: Context, connection: Connection, row: channels.ChannelRow, fault: VerificationError, note: bytes
) -> None:
    if row.state.startswith("held") and row.state != RESTORED:
        return
    other = isinstance(fault, Equivocation)
    why = "held: a receipt is for other entries" if other else "held: a receipt is ahead of our log"
    channels.set_state(connection, row.channel, why, note)
    alert(ctx, connection, row.channel, "channel", "our log lacks what a partner receipted", str(fault))
    ctx.audit(connection, row.channel.recipient, "hold", row.channel.name, "", reason=why)


def own_receipt(ctx: Context, channel: Channel) -> Receipt | None:
    """Our receipt for all that is durable here of a partner's channel; None when nothing is."""
    with ctx.db.read() as connection:
        row = channels.find(connection, channel)
    if row is None or not row.note or channel.recipient != ctx.me:
        return None
    return cosigned(ctx, channel, read_checkpoint(row.note))


def cosigned(ctx: Context, channel: Channel, head: Checkpoint) -> Receipt:
    return cosign(head, channel, ctx.keys.sign, nanoseconds(ctx.now()) // 1_000_000_000)
