"""After a restore: our lost entries, taken back from their recipients."""

from __future__ import annotations

from collections.abc import Sequence

from oureyes.errors import Refused
from oureyes.exchange.log import entry_of, origin_line, verify_checkpoint, verify_receipt
from oureyes.exchange.outbox import NeedsRecovery, Outbox, restored
from oureyes.model.merkle import leaf_hash, root_of
from oureyes.model.sharing import Channel
from oureyes.node.context import Context
from oureyes.node.exchanging.proofs import read_export
from oureyes.node.sending import frontier_of, reopen
from oureyes.storage import Connection, channels

__all__ = ["recover", "recover_from"]


def recover_from(ctx: Context, raw: bytes) -> tuple[Channel, int]:
    """Take our lost entries back from the log that their recipient exported for us; the channel and its size then."""
    channel, read = read_export(ctx.roster, raw)
    if channel.origin != ctx.me:
        raise Refused(channel.name, f"a channel of {ctx.me}'s own", f"one of {channel.origin}", "ask its recipient")
    return channel, recover(ctx, channel, [(header, sealed) for header, sealed, _ in read.lines], read.receipt)


def recover(ctx: Context, channel: Channel, lines: Sequence[tuple[bytes, bytes]], receipt_note: bytes) -> int:
    """After a restore from an old backup: take our own lost entries back from their recipient; the log's size then.
    The head they lead to must bear our own signature, or a recipient could put words into our log."""
    verify_checkpoint(receipt_note, origin_line(channel), ctx.keys.sign.public)
    receipt = verify_receipt(receipt_note, channel, ctx.roster.members[channel.recipient].keys.sign)

    def write(connection: Connection) -> int:
        row = channels.open_channel(connection, channel)
        leaves = channels.leaves(connection, channel)
        outcome = restored(channel, row.size, lambda size: root_of(leaves[:size]), [receipt])
        if not isinstance(outcome, NeedsRecovery):
            channels.receipt(connection, channel, receipt.size, receipt_note, ctx.now())
            reopen(ctx, connection, channel)  # all that the recipient signed for is here
            return row.size
        lost = [line for line in lines if entry_of(*line).seq >= row.size]
        entries, box = Outbox(channel, frontier_of(row), "restored").recovered(lost, receipt)
        note = box.checkpoint(ctx.keys.sign).note
        channels.append(
            connection,
            row,
            [(entry, leaf_hash(entry.leaf), "", "written") for entry in entries],
            frontier=b"".join(box.frontier.nodes),
            note=note,
            at=ctx.now(),
        )
        channels.receipt(connection, channel, receipt.size, receipt_note, ctx.now())
        reopen(ctx, connection, channel)
        ctx.audit(connection, ctx.me, "recover", channel.name, "", count=len(entries))
        return box.size

    return ctx.db.write(write)
