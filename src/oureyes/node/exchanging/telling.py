"""What a partner's entries to us say, told back to it: for an origin that lost its own to a restore."""

from __future__ import annotations

from collections.abc import Iterable

from oureyes.exchange.inbox import Opened, open_entry
from oureyes.exchange.log import make_entry
from oureyes.model.sharing import Channel, Entry
from oureyes.node.context import Context
from oureyes.node.exchanging.outgoing import within
from oureyes.storage import channels

__all__ = ["said_by", "told_back"]


def said_by(ctx: Context, channel: Channel, start: int, limit: int) -> list[Entry]:
    """The next entries from `start` on, as `told_back` gives them; none when there are no more that we can read."""
    said: list[Entry] = []
    while not said:
        with ctx.db.read() as connection:
            lines = within(channels.entries(connection, channel, start, limit))
        if not lines:
            break
        start += len(lines)
        said = told_back(ctx, channel, (line.entry for line in lines))
    return said


def told_back(ctx: Context, channel: Channel, entries: Iterable[Entry]) -> list[Entry]:
    """Each entry's statement under its origin's signature, sealed to the origin. What we cannot read is left out."""
    seals, origin = {ctx.keys.seal.id: ctx.keys.seal}, ctx.roster.members[channel.origin]
    signers = {origin.id: origin.keys.sign}
    opened = ((entry.seq, open_entry(entry, seals, signers, ctx.me)) for entry in entries)
    return [make_entry(channel, seq, one.envelope, origin.keys.seal) for seq, one in opened if isinstance(one, Opened)]
