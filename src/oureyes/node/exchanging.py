"""Channels at work: what comes in is made durable, receipted, and only then read; what goes out is served by number.

Taking in (`receive`) and reading (`apply`) are two transactions. A receipt says "I hold it for good", which is true
after the first; reading may fail on any single entry without stopping the channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import msgspec

from oureyes.errors import Equivocation, OurEyesError, Refused, VerificationError
from oureyes.exchange.inbox import Duplicate, Inbox, Opened, Poison, open_entry
from oureyes.exchange.log import (
    cosign,
    entry_of,
    origin_line,
    read_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_log,
    verify_receipt,
)
from oureyes.exchange.outbox import CHECKPOINT_EVERY, NeedsRecovery, Outbox, restored
from oureyes.model.findings import Alert
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Onward
from oureyes.model.merkle import Frontier, leaf_hash, root_of
from oureyes.model.objects import digest
from oureyes.model.sharing import Channel, Checkpoint, Entry, Item, Kind, Receipt, Roster, Statement
from oureyes.node import connecting, planning
from oureyes.node.context import Context
from oureyes.node.recording import derive, take_in
from oureyes.node.sending import RESTORED, current_channel, frontier_of, reopen, send, statement_of
from oureyes.storage import Connection, channels, desk, index, objects

__all__ = [
    "PartnerState",
    "Served",
    "Verified",
    "apply",
    "export_channel",
    "held_for",
    "held_logs",
    "newest",
    "own_receipt",
    "partners",
    "receipted",
    "receive",
    "received",
    "recover",
    "recover_from",
    "serve",
    "sizes",
    "stands",
    "submit_apply",
    "submit_receipted",
    "submit_receive",
    "taken",
    "unread",
    "unreceipted",
    "verify",
    "verify_export",
]

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
        found = tuple(line.entry for line in _within(channels.entries(connection, channel, start, limit)))
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


def held_logs(ctx: Context) -> list[tuple[Channel, int]]:
    """Logs of ours that are held, with the entries they have: see `recover`."""
    with ctx.db.read() as connection:
        found = channels.channels(connection, origin=ctx.me)
    return [(row.channel, row.size) for row in found if row.state != "open"]


def _within(lines: list[channels.EntryRow]) -> list[channels.EntryRow]:
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
    frontier = _frontier_at(connection, channel, size, ctx.frontiers.get(("sent", channel)))
    ctx.frontiers["sent", channel] = frontier
    return sign_checkpoint(origin_line(channel), size, frontier.root(), ctx.keys.sign).note


def _frontier_at(connection: Connection, channel: Channel, size: int, near: Frontier | None = None) -> Frontier:
    """The tree's right edge after `size` entries; `near` is an earlier one to go on from."""
    start = near if near is not None and near.size <= size else Frontier()
    return start.extend_hashed(channels.leaves(connection, channel, start.size, size))


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
        frontier = _frontier_at(connection, row.channel, receipt.size, near)
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
    _alert(ctx, connection, row.channel, "channel", "our log lacks what a partner receipted", str(fault))
    ctx.audit(connection, row.channel.recipient, "hold", row.channel.name, "", reason=why)


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
            _alert(ctx, connection, channel, "channel", "two histories were shown", str(error))
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
    return _cosigned(ctx, channel, head) if head is not None else None


def own_receipt(ctx: Context, channel: Channel) -> Receipt | None:
    """Our receipt for all that is durable here of a partner's channel; None when nothing is."""
    with ctx.db.read() as connection:
        row = channels.find(connection, channel)
    if row is None or not row.note or channel.recipient != ctx.me:
        return None
    return _cosigned(ctx, channel, read_checkpoint(row.note))


def held_for(ctx: Context, channel: Channel, start: int, limit: int) -> list[Entry]:
    """Entries of a partner's channel as we hold them, for an origin that lost its own."""
    with ctx.db.read() as connection:
        return [line.entry for line in _within(channels.entries(connection, channel, start, limit))]


def _cosigned(ctx: Context, channel: Channel, head: Checkpoint) -> Receipt:
    return cosign(head, channel, ctx.keys.sign, nanoseconds(ctx.now()) // 1_000_000_000)


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
        box = box.settle(note, origin_key, lambda size: _frontier_at(connection, row.channel, size).root())
    if new and box.settled < box.next:
        raise VerificationError(
            row.channel.name, f"a checkpoint over {box.next} entries", f"{box.settled}", "ask the partner to resend"
        )
    if new:
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
            row.channel.origin,
            "receive",
            row.channel.name,
            "",
            first=row.size,
            count=len(new),
            root=box.frontier.root().hex(),
        )
        ctx.tell("received", row.channel.origin)
    return box.head


def apply(ctx: Context, channel: Channel, limit: int = 16) -> int:
    """Read up to `limit` durable entries; how many. One that cannot be read is put aside and the next is taken."""
    return submit_apply(ctx, channel, limit).result()


def submit_apply(ctx: Context, channel: Channel, limit: int = 16) -> Future[int]:
    """As `apply`, without waiting, and behind whatever somebody waits for."""
    seals = {ctx.keys.seal.id: ctx.keys.seal}
    signers = {member.id: member.keys.sign for member in ctx.roster.members.values()}

    def write(connection: Connection) -> int:
        row = channels.find(connection, channel)
        if row is None:
            return 0
        waiting = _within(channels.unapplied(connection, channel, limit))
        for line in waiting:
            opened = open_entry(line.entry, seals, signers, ctx.me)
            if isinstance(opened, Opened):
                opened = _take(ctx, connection, opened)
            if isinstance(opened, Poison):
                _put_aside(ctx, connection, row, line.entry, opened)
            else:
                channels.set_applied(connection, row, line.entry.seq, "applied", opened.statement.id)
        if waiting:
            ctx.tell("applied", channel.origin)
        return len(waiting)

    return ctx.db.submit(write, background=True)


def _put_aside(ctx: Context, connection: Connection, row: channels.ChannelRow, entry: Entry, poison: Poison) -> None:
    channel, subject = row.channel, f"{row.channel.name}/{entry.seq}"
    channels.set_applied(connection, row, entry.seq, "poison", "", str(poison.error))
    desk.quarantine(connection, channel.origin, poison.error, entry.header, ctx.now())
    _alert(ctx, connection, channel, "quarantine", f"{subject} was put aside", str(poison.error))
    ctx.audit(connection, channel.origin, "poison", subject, "", reason=poison.reason)


def _take(ctx: Context, connection: Connection, opened: Opened) -> Opened | Poison:
    statement = opened.statement
    known = channels.statement_digest(connection, statement.id)
    if known is not None:
        if known == digest(opened.envelope):
            return opened  # said again, in another entry: nothing new
        error = VerificationError(statement.id, "one content under one statement id", "another content")
        return Poison("statement", error)
    savepoint = connection.begin_nested()
    try:
        _TAKE[statement.kind](ctx, connection, statement)
        channels.keep_statement(connection, statement, digest(opened.envelope))
        savepoint.commit()
    except OurEyesError as error:
        savepoint.rollback()
        return Poison("content", error)
    except Exception as error:  # hostile content must not stop the channel; the type alone is safe to tell
        savepoint.rollback()
        return Poison("unforeseen", VerificationError(statement.id, "content we can take", type(error).__name__))
    return opened


def _released(ctx: Context, connection: Connection, statement: Statement) -> None:
    for item in statement.items:
        _refuse_unconsented(ctx, connection, statement, item)
    source = objects.source(connection, statement.origin, statement.origin, "partner", statement.time[:10])
    batch = [derive(item.object, item.marking, tags=item.tags) for item in statement.items]
    taken = take_in(ctx, connection, batch, source=source, origin=statement.origin, statement=statement.id)
    for item, added in zip(statement.items, taken.added, strict=True):
        if added.outcome in ("unchanged", "revived"):  # the same bytes, said again: under this marking from now on
            marking = item.marking.but(originator=item.marking.originator or statement.origin)
            objects.set_label(connection, item.object.id, statement.origin, marking, ctx.now_us())
            objects.set_tags(connection, item.object.id, statement.origin, item.tags)
    ids = [item.object.id for item in statement.items]
    event = "superseded" if statement.kind is Kind.SUPERSEDE else "received"
    connecting.arrived(ctx, connection, event, statement, [item.object for item in statement.items])
    planning.reassess(ctx, connection, ids, cause=(event, statement.origin))
    ctx.audit(
        connection,
        statement.origin,
        str(statement.kind),
        statement.id,
        "",
        count=len(ids),
        digest=digest(b"".join(item.object.digest for item in statement.items)).hex(),
    )


def _refuse_unconsented(ctx: Context, connection: Connection, statement: Statement, item: Item) -> None:
    """An object that is somebody else's comes in only with its originator's signed consent; one whose marking does not
    name us was sent by mistake, and nobody has it by accident."""
    owner, named = item.marking.originator, ctx.me in item.marking.releasable_to
    if owner in ("", statement.origin):
        if not named:
            expected = f"a marking that names {ctx.me}"
            raise VerificationError(item.object.id, expected, "one that does not", "its origin must mark it")
        return
    if owner == ctx.me or (named and item.marking.onward is Onward.FREE):
        return
    given = [
        row
        for row in desk.consents(connection, [item.object.id])
        if row[1] == ctx.me and row[2] == statement.origin and row[3] == owner and row[4] == "given"
    ]
    if not given:
        raise VerificationError(item.object.id, f"{owner}'s consent to {statement.origin} passing it on", "none")


def _superseded(ctx: Context, connection: Connection, statement: Statement) -> None:
    _released(ctx, connection, statement)
    kept = {item.object.id for item in statement.items}
    _let_go(ctx, connection, statement, [ref for ref in statement.refs if ref not in kept])


def _retracted(ctx: Context, connection: Connection, statement: Statement) -> None:
    _let_go(ctx, connection, statement, statement.refs)


def _let_go(ctx: Context, connection: Connection, statement: Statement, refs: Iterable[str]) -> None:
    gone = list(refs)
    for identifier in gone:
        values = connecting.values_of(connection, identifier, statement.origin)
        moved = objects.set_state(connection, identifier, statement.origin, "retracted", erase=True)
        connecting.fell(ctx, connection, identifier, moved)
        index.forget(connection, moved, values)
        _pass_on(ctx, connection, statement, identifier, moved)
        ctx.audit(connection, statement.origin, "retract", identifier, "", by_statement=statement.id, held=len(moved))
    if gone:
        connecting.arrived(ctx, connection, "retracted", statement, [])
        planning.reassess(ctx, connection, gone, cause=("retracted", statement.origin))


def _pass_on(ctx: Context, connection: Connection, statement: Statement, identifier: str, moved: Sequence[int]) -> None:
    """Whoever had it from us (with consent, or because it was free) is told by us: nobody else knows them all."""
    if not moved or objects.held_by(connection, identifier, ctx.me):
        return
    holders: dict[str, list[str]] = {}
    for recipient, sent, state, *_ in desk.released_to(connection, identifier):
        if state == "out" and recipient != statement.origin and recipient in ctx.roster.members:
            holders.setdefault(recipient, []).append(sent)
    for recipient, gone in holders.items():
        send(ctx, connection, statement_of(ctx, Kind.RETRACT, [recipient], (), sorted(gone), statement.reason))
        ident = objects.idents(connection, [identifier])[identifier]
        for sent in gone:
            desk.released_state(connection, ident, recipient, sent, "retracted")


def _activity(ctx: Context, connection: Connection, statement: Statement) -> None:
    lines = statement.detail.get("events")
    found = [
        (statement.origin, str(line["object"]), str(line["what"]), str(line["at"]), statement.id)
        for line in (lines if isinstance(lines, list) else ())
        if isinstance(line, dict) and {"object", "what", "at"} <= set(line)
    ]
    desk.add_activity(connection, found)
    ctx.audit(connection, statement.origin, "activity", statement.id, "", count=len(found))


def _consent_asked(ctx: Context, connection: Connection, statement: Statement) -> None:
    recipient = str(statement.detail.get("recipient", ""))
    parents = desk.parents(connection, statement.refs)
    for ref in statement.refs:
        desk.put_consent(
            connection,
            parents.get(ref, ref),
            recipient,
            statement.origin,
            origin=ctx.me,
            state="asked",
            at=statement.time,
            reason=statement.reason,
        )
    said = f"{statement.origin} asks to pass an object of ours on to {recipient}"
    connecting.notice(ctx, connection, statement, said)


def _consent_answered(ctx: Context, connection: Connection, statement: Statement) -> None:
    recipient = str(statement.detail.get("recipient", ""))
    asker = next((member for member in statement.audience if member != recipient), ctx.me)
    for ref in statement.refs:
        known = [row for row in desk.consents(connection, [ref]) if row[1] == recipient and row[2] == asker]
        if (asker == ctx.me and not known) or (known and known[0][3] != statement.origin):
            expected = f"an answer of {known[0][3]}" if known else "an answer to what was asked"
            raise VerificationError(ref, expected, f"one of {statement.origin}", "its originator alone consents")
        given = statement.kind is Kind.CONSENT
        desk.put_consent(
            connection,
            ref,
            recipient,
            asker,
            origin=statement.origin,
            state="given" if given else "withdrawn" if known and known[0][4] == "given" else "refused",
            at=statement.time,
            expires=str(statement.detail.get("expires", "")),
            reason=statement.reason,
        )
    if asker == ctx.me:
        word = "agrees to" if statement.kind is Kind.CONSENT else "refuses"
        connecting.notice(ctx, connection, statement, f"{statement.origin} {word} passing it on to {recipient}")


def _noticed(ctx: Context, connection: Connection, statement: Statement) -> None:
    connecting.notice(ctx, connection, statement, f"{statement.origin} gives notice")


_TAKE = {
    Kind.RELEASE: _released,
    Kind.SUPERSEDE: _superseded,
    Kind.RETRACT: _retracted,
    Kind.ACTIVITY: _activity,
    Kind.CONSENT_REQUEST: _consent_asked,
    Kind.CONSENT: _consent_answered,
    Kind.DENY: _consent_answered,
    Kind.NOTICE: _noticed,
    Kind.PLAN_VOTE: _noticed,
}


def _alert(ctx: Context, connection: Connection, channel: Channel, event: str, headline: str, reason: str) -> None:
    made = Alert(
        ctx.new_id("alert"),
        f"{event}:{channel.name}",
        event,
        headline,
        (),
        channel.origin,
        ctx.now(),
        "",
        reason=reason,
    )
    connecting.put_alert(ctx, connection, made)


@dataclass(frozen=True, slots=True)
class PartnerState:
    """One partner, both ways. `lag` is how many of our entries it has not receipted."""

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
        _alert(ctx, connection, Channel(ctx.me, member), "partner", f"{member} cannot be reached", error)


def partners(ctx: Context) -> list[PartnerState]:
    """How the node stands with everybody on the roster."""
    with ctx.db.read() as connection:
        tried = channels.deliveries(connection)
        out: list[PartnerState] = []
        for member in ctx.roster.members.values():
            if member.id == ctx.me:
                continue
            ours = channels.channels(connection, origin=ctx.me, recipient=member.id)
            theirs = channels.channels(connection, origin=member.id, recipient=ctx.me)
            mine, came = (ours[-1] if ours else None), (theirs[-1] if theirs else None)
            state, attempts, _, error, _ = tried.get(member.id, ("idle", 0, 0, "", ""))
            for row in (mine, came):
                if row is not None and row.state != "open":
                    state = row.state
            out.append(
                PartnerState(
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
                )
            )
        return out


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
    return _check(
        ctx.roster,
        row.channel,
        [(line.entry.header, line.entry.sealed, line.leaf) for line in lines],
        row.note,
        row.receipt_note,
        row.size,
    )


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
    """A channel's log in one file that can be checked offline, without a key to read it: frames, head, receipt."""
    with ctx.db.read() as connection:
        row = channels.find(connection, channel)
        if row is None:
            raise Refused(channel.name, "a channel of this node", "none", "`oureyes partners`")
        lines = channels.entries(connection, channel, 0, row.size)
    receipt = row.receipt_note
    if not receipt and row.note and channel.recipient == ctx.me:  # ours to give: every line of it is durable here
        at = nanoseconds(ctx.now()) // 1_000_000_000
        receipt = cosign(read_checkpoint(row.note), channel, ctx.keys.sign, at).note
    body = {
        "channel": channel.name,
        "size": row.size,
        "note": row.note,
        "receipt": receipt,
        "lines": [[line.entry.header, line.entry.sealed, line.leaf] for line in lines],
    }
    return msgspec.json.encode(body)


class Exported(msgspec.Struct):
    """A channel's log as a file holds it."""

    channel: str
    size: int
    note: bytes
    receipt: bytes
    lines: list[tuple[bytes, bytes, bytes]]


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


def next_of(ctx: Context, channel: Channel) -> int:
    """How many entries of a channel are durable here, which is the number of the next one."""
    with ctx.db.read() as connection:
        row = channels.find(connection, channel)
        return row.size if row else 0
