"""After a restore: our lost entries, taken back from their recipients, and what they said.

A lost entry is sealed to its recipient, so its bytes alone make the log whole and tell us nothing. The recipient tells
us, beside them, the statement in each: our own, under our own signature, sealed to us. From these the node knows again
who was given what, and what it said of it since; a correction finds every holder as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oureyes.errors import OurEyesError, Refused
from oureyes.exchange.inbox import Opened, open_entry
from oureyes.exchange.log import entry_of, origin_line, verify_checkpoint, verify_receipt
from oureyes.exchange.outbox import NeedsRecovery, Outbox, restored
from oureyes.model.merkle import leaf_hash, root_of
from oureyes.model.objects import digest
from oureyes.model.sharing import Channel, Entry, Item, Kind, Statement
from oureyes.node.context import Context
from oureyes.node.exchanging.partners import alert, alert_done
from oureyes.node.exchanging.proofs import read_export
from oureyes.node.own_words import parents_in
from oureyes.node.recording import derive, take_in
from oureyes.node.sending import frontier_of, reopen
from oureyes.storage import Connection, channels, desk, objects

__all__ = ["Recovered", "lacking", "recover", "recover_from"]

Lines = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Recovered:
    """A log as it is now: its size, how many entries came back, and how many of all it holds nobody has told us the
    words of: who was given what by these is not known."""

    channel: Channel
    size: int
    entries: int
    unknown: int


def lacking(ctx: Context) -> list[tuple[Channel, int, int]]:
    """(channel, entries it has, first entry whose words we lost) of our logs that are held or not known in full."""
    with ctx.db.read() as connection:
        found = channels.channels(connection, origin=ctx.me)
        first = {row.channel: min(channels.unknown_entries(connection, row), default=row.size) for row in found}
    return [
        (row.channel, row.size, first[row.channel])
        for row in found
        if row.state != "open" or first[row.channel] < row.size
    ]


def recover_from(ctx: Context, raw: bytes) -> Recovered:
    """Take our lost entries back from the log that their recipient exported for us."""
    channel, read = read_export(ctx.roster, raw)
    if channel.origin != ctx.me:
        raise Refused(channel.name, f"a channel of {ctx.me}'s own", f"one of {channel.origin}", "ask its recipient")
    return recover(ctx, channel, [(header, sealed) for header, sealed, _ in read.lines], read.receipt, read.said)


def recover(ctx: Context, channel: Channel, lines: Lines, receipt_note: bytes, said: Lines = ()) -> Recovered:
    """After a restore from an old backup: take our own lost entries back from their recipient, with what they say.
    The head they lead to must bear our own signature, or a recipient could put words into our log."""
    verify_checkpoint(receipt_note, origin_line(channel), ctx.keys.sign.public)
    receipt = verify_receipt(receipt_note, channel, ctx.roster.members[channel.recipient].keys.sign)
    words = dict(_words(ctx, channel, said))

    def write(connection: Connection) -> Recovered:
        row = channels.open_channel(connection, channel)
        leaves = channels.leaves(connection, channel)
        outcome = restored(channel, row.size, lambda size: root_of(leaves[:size]), [receipt])
        entries: Sequence[Entry] = ()
        if isinstance(outcome, NeedsRecovery):
            lost = [line for line in lines if entry_of(*line).seq >= row.size]
            entries, box = Outbox(channel, frontier_of(row), "restored").recovered(lost, receipt)
            channels.append(
                connection,
                row,
                [(entry, leaf_hash(entry.leaf), "", "written") for entry in entries],
                frontier=b"".join(box.frontier.nodes),
                note=box.checkpoint(ctx.keys.sign).note,
                at=ctx.now(),
            )
        channels.receipt(connection, channel, receipt.size, receipt_note, ctx.now())
        row = channels.open_channel(connection, channel)
        unknown = _learn(ctx, connection, row, words)
        reopen(ctx, connection, channel)  # all that the recipient signed for is here: what waited goes in behind it
        alert_done(ctx, connection, f"channel:{channel.name}", "all that it receipted is here again")
        alert_done(ctx, connection, f"unknown:{channel.name}", "asked again")
        if unknown:
            _tell_unknown(ctx, connection, channel, unknown)
        if entries or words:
            ctx.audit(connection, ctx.me, "recover", channel.name, "", count=len(entries), unknown=unknown)
        return Recovered(channel, row.size, len(entries), unknown)

    return ctx.db.write(write)


def _words(ctx: Context, channel: Channel, said: Lines) -> Iterable[tuple[int, Opened]]:
    """By entry, what we said: only what bears our own signature and names this recipient."""
    seals, me = {ctx.keys.seal.id: ctx.keys.seal}, {ctx.me: ctx.keys.sign.public}
    for line in said:
        try:
            entry = entry_of(*line)
        except OurEyesError:
            continue  # no more of the partner's word is needed than what can be read
        opened = open_entry(entry, seals, me, channel.recipient)
        if entry.channel == channel and isinstance(opened, Opened):
            yield entry.seq, opened


def _learn(ctx: Context, connection: Connection, row: channels.ChannelRow, words: dict[int, Opened]) -> int:
    """Take in what our entries say where we do not know it; how many stay unknown."""
    missing, unknown = channels.unknown_entries(connection, row), 0
    named = channels.named_entries(connection, row)
    for seq in missing:
        found = words.get(seq)
        if found is None or found.statement.id in named:  # no entry repeats another: said of a second, it hides what is
            unknown += 1
            continue
        named.add(found.statement.id)
        _take(ctx, connection, found.statement, row.channel.recipient)
        channels.keep_statement(connection, found.statement, digest(found.envelope))
        channels.name_entry(connection, row, seq, found.statement.id)
    return unknown


def _take(ctx: Context, connection: Connection, statement: Statement, who: str) -> None:
    """What we said to `who` counts again as if it had never been forgotten."""
    if statement.kind in (Kind.RELEASE, Kind.SUPERSEDE):
        _released(ctx, connection, statement, who)
        _moved(connection, statement, who, "superseded")
    elif statement.kind is Kind.RETRACT:
        _moved(connection, statement, who, "retracted")
        _tell_standing(ctx, connection, statement)
    elif statement.kind in (Kind.CONSENT_REQUEST, Kind.CONSENT, Kind.DENY):
        _consented(ctx, connection, statement)


def _released(ctx: Context, connection: Connection, statement: Statement, who: str) -> None:
    """Who has it, and the object itself where the restore lost that too. The log to `who` is the truth of `who` alone;
    of the others of its audience it says what holds until their own logs are read."""
    parents = parents_in(ctx, statement)
    held = objects.existing(connection, parents)
    pairs = list(zip(statement.items, parents, strict=True))
    ours = [(item, parent) for item, parent in pairs if item.marking.originator in ("", ctx.me)]
    lost = [item for item, parent in ours if parent == item.object.id or parent not in held]
    _record_again(ctx, connection, lost, who)
    named = dict.fromkeys(
        [(item.object.id, parent) for item, parent in pairs] + [(item.object.id, item.object.id) for item in lost]
    )
    found = {item.object.id: item.object.digest for item in statement.items}
    numbers = objects.idents(connection, (name for _, name in named))
    for one in statement.audience:
        rows = [(numbers[name], one, sent, statement.id, found[sent], statement.time) for sent, name in named]
        desk.put_released(connection, rows, anew=one == who)


def _record_again(ctx: Context, connection: Connection, lost: Sequence[Item], who: str) -> None:
    batch = [
        derive(item.object, item.marking.but(originator=ctx.me), tags=item.tags)
        for item in lost
        if item.object.digest.hex() not in {one[4] for one in objects.states_of(connection, item.object.id)}
    ]
    source = objects.source(connection, ctx.me, f"recovered from {who}", "desk", ctx.now()[:10])
    take_in(ctx, connection, batch, source=source, origin=ctx.me)


def _moved(connection: Connection, statement: Statement, who: str, state: str) -> None:
    """What left under these ids is not with `who` any more."""
    for sent, name in desk.parents_of(connection, statement.refs):
        desk.released_state(connection, objects.idents(connection, [name])[name], who, sent, state)


def _tell_standing(ctx: Context, connection: Connection, statement: Statement) -> None:
    """It was taken back from them after the backup was made. Whether it was wrong, or only not for them any more, the
    statement does not say: people do."""
    names = {name for _, name in desk.parents_of(connection, statement.refs)}
    stands = [name for name in sorted(names) if objects.held_by(connection, name, ctx.me)]
    if stands:
        said = f"{', '.join(statement.audience)} had to let it go: {statement.reason or 'no reason was given'}"
        channel = Channel(ctx.me, statement.audience[0])
        headline = "what was taken back before the restore stands here: `oureyes retract` it, or leave it"
        alert(ctx, connection, channel, "channel", headline, said, cause=f"restored:{statement.id}", objects=stands)


def _tell_unknown(ctx: Context, connection: Connection, channel: Channel, unknown: int) -> None:
    headline = f"who was given what by {unknown} of our entries is not known"
    said = f"{channel.recipient} has not told us what they say; ask it, then `oureyes recover` again"
    alert(ctx, connection, channel, "channel", headline, said, cause=f"unknown:{channel.name}")


def _consented(ctx: Context, connection: Connection, statement: Statement) -> None:
    recipient, asked = str(statement.detail.get("recipient", "")), statement.kind is Kind.CONSENT_REQUEST
    other = next((member for member in statement.audience if member != recipient), statement.audience[0])
    parents = desk.parents(connection, statement.refs)
    for ref in statement.refs:
        desk.put_consent(
            connection,
            ref if asked else parents.get(ref, ref),
            recipient,
            ctx.me if asked else other,
            origin=other if asked else ctx.me,
            state="asked" if asked else "given" if statement.kind is Kind.CONSENT else "refused",
            at=statement.time,
            expires=str(statement.detail.get("expires", "")),
            reason=statement.reason,
        )
