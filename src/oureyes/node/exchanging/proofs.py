"""Proof that a log is whole: line by line against heads and receipts, here and in an exported file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from oureyes.errors import OurEyesError, Refused, VerificationError
from oureyes.exchange.log import (
    cosign,
    entry_of,
    origin_line,
    read_checkpoint,
    verify_checkpoint,
    verify_log,
    verify_receipt,
)
from oureyes.model.instants import nanoseconds
from oureyes.model.merkle import leaf_hash
from oureyes.model.sharing import Channel, Checkpoint, Receipt, Roster
from oureyes.node.context import Context
from oureyes.node.exchanging.telling import told_back
from oureyes.node.sending import RESTORED
from oureyes.storage import Connection, channels

__all__ = ["Exported", "Verified", "export_channel", "read_export", "verify", "verify_export"]


@dataclass(frozen=True, slots=True)
class Verified:
    """One channel's log checked line by line; `fault` names the first thing that does not hold."""

    channel: str
    entries: int
    receipted: int
    fault: str = ""


def verify(ctx: Context) -> list[Verified]:
    """Every channel, ours and theirs: each line, the signed head over them, and the recipient's receipt."""
    with ctx.db.read() as connection:
        return [_verify(ctx, connection, row) for row in channels.channels(connection)]


def _verify(ctx: Context, connection: Connection, row: channels.ChannelRow) -> Verified:
    lines = channels.entries(connection, row.channel, 0, row.size + 1)
    found = _check(
        ctx.roster,
        row.channel,
        [(line.entry.header, line.entry.sealed, line.leaf) for line in lines],
        row.note,
        row.receipt_note,
        row.size,
    )
    if found.fault or row.state == "open" or (row.size == 0 and row.state == RESTORED):
        return found
    # every line may be in place and the log still not the one its partner holds
    return replace(found, fault=f"the channel is stopped: {row.state}; `oureyes recover`, or call the partner")


def _check(
    roster: Roster,
    channel: Channel,
    lines: Sequence[tuple[bytes, bytes, bytes]],
    note: bytes,
    receipt_note: bytes,
    size: int,
) -> Verified:
    receipted_size = 0
    try:
        for place, (header, sealed, leaf) in enumerate(lines):
            # each line against its own kept hash first: it tells the very position
            try:
                entry = entry_of(header, sealed)
            except OurEyesError as error:
                return Verified(channel.name, len(lines), 0, f"line {place} was altered: {error}")
            if leaf_hash(entry.leaf) != leaf or entry.seq != place:
                return Verified(channel.name, len(lines), 0, f"line {place} was altered: its hash is another")
        heads: list[Checkpoint | Receipt] = []
        if note:
            heads.append(verify_checkpoint(note, origin_line(channel), roster.members[channel.origin].keys.sign))
        if receipt_note:
            receipt = verify_receipt(receipt_note, channel, roster.members[channel.recipient].keys.sign)
            receipted_size = receipt.size
            heads.append(receipt)
        found = verify_log(channel, [(header, sealed) for header, sealed, _ in lines], heads)
        if found != size:
            return Verified(channel.name, found, receipted_size, f"{size} lines were counted, {found} are there")
    except OurEyesError as error:
        return Verified(channel.name, len(lines), receipted_size, str(error))
    return Verified(channel.name, len(lines), receipted_size)


def export_channel(ctx: Context, channel: Channel) -> bytes:
    """A channel's log in one file that can be checked offline, without a key to read it: frames, head, receipt; and, of
    a partner's log to us, what its lines say, which the partner alone can read."""
    with ctx.db.read() as connection:
        row = channels.find(connection, channel)
        if row is None:
            raise Refused(channel.name, "a channel of this node", "none", "`oureyes partners`")
        lines = channels.entries(connection, channel, 0, row.size)
    ours = channel.recipient == ctx.me
    back = told_back(ctx, channel, (line.entry for line in lines)) if ours else []
    receipt = row.receipt_note
    if not receipt and row.note and ours:  # ours to give: every line of it is durable here
        at = nanoseconds(ctx.now()) // 1_000_000_000
        receipt = cosign(read_checkpoint(row.note), channel, ctx.keys.sign, at).note
    body = {
        "channel": channel.name,
        "size": row.size,
        "note": row.note,
        "receipt": receipt,
        "lines": [[line.entry.header, line.entry.sealed, line.leaf] for line in lines],
        "said": [[one.header, one.sealed] for one in back],
    }
    return msgspec.json.encode(body)


class Exported(msgspec.Struct):
    """A channel's log as a file holds it."""

    channel: str
    size: int
    note: bytes
    receipt: bytes
    lines: list[tuple[bytes, bytes, bytes]]
    said: list[tuple[bytes, bytes]] = []  # by its recipient: what the lines say, sealed to their origin


def read_export(roster: Roster, raw: bytes) -> tuple[Channel, Exported]:
    """A log from a file; VerificationError when it is none, or no log of members."""
    expected = "a log of two members, exported by `oureyes verify --export`"
    try:
        read = msgspec.json.decode(raw, type=Exported)
        channel = Channel.of(read.channel)
    except (msgspec.DecodeError, ValueError) as error:
        raise VerificationError("export", expected, str(error)[:80]) from None
    strangers = [member for member in (channel.origin, channel.recipient) if member not in roster.members]
    if strangers:
        raise VerificationError("export", expected, f"{strangers[0][:32]}, who is on no roster here")
    return channel, read


def verify_export(roster: Roster, raw: bytes) -> Verified:
    """Check an exported log against the roster's keys alone; needs no node."""
    channel, read = read_export(roster, raw)
    return _check(roster, channel, read.lines, read.note, read.receipt, read.size)
