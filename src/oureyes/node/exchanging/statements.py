"""Reading what is durable: each kind of statement, taken in; what cannot be read is put aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from oureyes.errors import OurEyesError, VerificationError
from oureyes.exchange.inbox import Opened, Poison, open_entry
from oureyes.model.markings import Onward
from oureyes.model.objects import digest
from oureyes.model.sharing import Channel, Entry, Item, Kind, Statement
from oureyes.node import asking, committing, confirming, connecting, planning
from oureyes.node.context import Context
from oureyes.node.exchanging.outgoing import within
from oureyes.node.exchanging.partners import alert
from oureyes.node.recording import derive, take_in
from oureyes.node.sending import send, statement_of
from oureyes.storage import Connection, channels, desk, index, objects

__all__ = ["apply", "submit_apply"]


def apply(ctx: Context, channel: Channel, limit: int = 16) -> int:
    """Read up to `limit` durable entries; how many. One that cannot be read is put aside and the next is taken."""
    return submit_apply(ctx, channel, limit).result()


def submit_apply(ctx: Context, channel: Channel, limit: int = 16) -> Future[int]:
    """As `apply`, without waiting, and behind whatever somebody waits for."""
    seals = {ctx.keys.seal.id: ctx.keys.seal}
    signers = ctx.roster.sign_keys

    def write(connection: Connection) -> int:
        row = channels.find(connection, channel)
        if row is None:
            return 0
        waiting = within(channels.unapplied(connection, channel, limit))
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
    alert(ctx, connection, channel, "quarantine", f"{subject} was put aside", str(poison.error))
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
    asking.received(ctx, connection, statement)
    ids = [item.object.id for item in statement.items]
    event = "superseded" if statement.kind is Kind.SUPERSEDE else "received"
    connecting.arrived(ctx, connection, event, statement, [item.object for item in statement.items])
    planning.reassess(ctx, connection, ids, cause=(event, statement.origin))
    ctx.audit(
        connection,
        ctx.me,
        "take-in",
        statement.id,
        "",
        origin=statement.origin,
        kind=str(statement.kind),
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
    Kind.HIT_KEYS: committing.keys_shown,
    Kind.HIT_WITNESS: committing.witnessed,
    Kind.HIT_CASE: confirming.case_opened,
    Kind.HIT_ANSWER: confirming.case_answered,
}
