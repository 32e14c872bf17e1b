"""What goes out: our entries by number, under a signed head."""

from __future__ import annotations

from dataclasses import dataclass

from oureyes.errors import VerificationError
from oureyes.exchange.log import origin_line, sign_checkpoint
from oureyes.exchange.outbox import CHECKPOINT_EVERY
from oureyes.model.merkle import Frontier
from oureyes.model.sharing import Channel, Entry
from oureyes.node.context import Context
from oureyes.node.sending import RESTORED, current_channel, reopen
from oureyes.storage import Connection, channels

__all__ = ["Served", "frontier_at", "serve", "unreceipted", "within"]

_BATCH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Served:
    """Entries from where the partner asked, and the head over all that is written so far."""

    entries: tuple[Entry, ...]
    note: bytes
    size: int


def serve(ctx: Context, recipient: str, start: int, limit: int, epoch: int | None = None) -> Served:
    """What `recipient` has not got yet. VerificationError when it claims more than we ever wrote, or while our log is
    held: it may lack what the recipient has receipted."""
    with ctx.db.read() as connection:
        channel = Channel(ctx.me, recipient, epoch) if epoch else current_channel(ctx, connection, recipient)
        row = channels.find(connection, channel)
        if row is None:
            row = channels.ChannelRow(0, channel, 0, b"", b"", 0, b"", "", 0, "open", b"")
        nothing = start == row.size == 0  # neither side has a line: there is nothing that could have been lost
        if row.state != "open" and not (nothing and row.state == RESTORED):
            raise VerificationError(
                channel.name,
                "a log in good standing",
                row.state,
                "`oureyes recover`, while they can be reached, or with the log they export",
            )
        if start > row.size:
            raise VerificationError(
                channel.name, f"at most our {row.size} entries", f"{start}", "were we restored from an old backup?"
            )
        found = tuple(line.entry for line in within(channels.entries(connection, channel, start, limit)))
        end = start + len(found)
        served = Served(found, row.note if end == row.size else _head_at(ctx, connection, channel, end), row.size)
    if row.state == RESTORED:
        ctx.db.write(lambda connection: reopen(ctx, connection, channel))
    return served


def unreceipted(ctx: Context, channel: Channel, start: int | None = None) -> Served:
    """The next of our entries that the recipient has not receipted, or those from `start`; for pushing."""
    with ctx.db.read() as connection:
        row = channels.find(connection, channel)
    first = start if start is not None else row.receipted if row else 0
    return serve(ctx, channel.recipient, first, CHECKPOINT_EVERY, channel.epoch)


def within(lines: list[channels.EntryRow]) -> list[channels.EntryRow]:
    """As many as are sent or read in one go: at least one, then until the sealed parts come to a megabyte."""
    weight = 0
    for place, line in enumerate(lines):
        weight += len(line.entry.sealed)
        if place and weight > _BATCH_BYTES:
            return lines[:place]
    return lines


def _head_at(ctx: Context, connection: Connection, channel: Channel, size: int) -> bytes:
    """A signed head over the first `size` entries, for a partner that catches up in steps. The right edge is
    remembered, so that catching up costs each line once, not once a step."""
    frontier = frontier_at(connection, channel, size, ctx.frontiers.get(("sent", channel)))
    ctx.frontiers["sent", channel] = frontier
    return sign_checkpoint(origin_line(channel), size, frontier.root(), ctx.keys.sign).note


def frontier_at(connection: Connection, channel: Channel, size: int, near: Frontier | None = None) -> Frontier:
    """The tree's right edge after `size` entries; `near` is an earlier one to go on from."""
    start = near if near is not None and near.size <= size else Frontier()
    return start.extend_hashed(channels.leaves(connection, channel, start.size, size))
