"""A hit becomes a case: the asker opens it, and only then does the holder learn of it; one clock for both ends.

The asker sends the output that hit, which the holder alone can trace back to its record. The holder's node says when it
received the case, and 48 hours count from that instant at both ends (`plan.requests`). Nothing is disclosed by the case
itself: what the holder gives, it gives by an ordinary release, and says which; or it refuses on one of the agreed
grounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oureyes.correlate import blind
from oureyes.errors import InvalidObject, NotHeld, Refused, VerificationError
from oureyes.model.findings import Alert
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.sharing import Kind, Statement
from oureyes.node import connecting
from oureyes.node.context import Context
from oureyes.node.publishing import DAY_US, may_tell
from oureyes.node.sending import send, statement_of
from oureyes.node.understanding import Reader
from oureyes.plan.requests import GROUNDS, Clock, RequestState, Urgency
from oureyes.release import CRIME_PURPOSES
from oureyes.storage import Connection, desk, filters, hits, index, objects
from oureyes.storage.hits import Case

__all__ = ["Case", "answer", "case_answered", "case_opened", "cases", "clock", "open_case", "records", "watch", "words"]

_AHEAD_DAYS = 1  # how far another clock may be ahead of ours
_COUNTED_DAYS = 40  # a hit is forgotten then: cases of so many days are on questions of twice as many


def open_case(ctx: Context, hit: str, *, by: str) -> Case:
    """Tell the holder that we met its record, and ask it to confirm."""
    if not by:
        raise Refused(hit, "the name of who opens it", "none", "give --by")

    def write(connection: Connection) -> Case:
        found = next((one for one in hits.found(connection) if one.id == hit), None)
        if found is None:
            raise NotHeld(hit[:60], "a hit of ours", "none by that id", "`oureyes hits`")
        if found.state != "found":
            raise Refused(hit, "a hit without a case", found.state, "`oureyes hits cases`")
        tag, like = found.tag.hex(), (found.partner, found.kind, found.purpose, found.basis)
        for standing in _standing(hits.cases_on(connection, "asker", *like), tag):
            raise Refused(hit, "nothing that is asked already", standing.id, "wait for its answer")
        made = Case(
            ctx.new_id("case"), "asker", found.partner, found.kind, found.value, found.purpose, found.basis,
            ctx.now(), "", "", "", "", "", by, tag,
        )  # fmt: skip
        detail: dict[str, object] = {
            "case": made.id,
            "kind": made.kind,
            "epoch": found.epoch,
            "tag": tag,
            "purpose": made.purpose,
            "basis": made.basis,
        }
        send(ctx, connection, statement_of(ctx, Kind.HIT_CASE, [found.partner], detail=detail))
        hits.put_case(connection, made)
        hits.put_found(connection, replace(found, state="opened"))
        ctx.audit(connection, by, "open-case", made.id, made.purpose, to=found.partner, kind=made.kind)
        return made

    return ctx.db.write(write)


def case_opened(ctx: Context, connection: Connection, statement: Statement) -> None:
    """A partner opens a case on a hit: the clock starts, and our desk is told."""
    identifier, kind, epoch, tag, purpose, basis = _said(statement)
    known = hits.cases_on(connection, "holder", statement.origin, kind, purpose, basis)
    if _unasked(ctx, connection, statement.origin, kind, purpose, basis, known) or _standing(known, tag.hex()):
        raise VerificationError(statement.id, "a new case on something we were asked", "another", "call the partner")
    if hits.cases(connection, identifier=identifier):
        raise VerificationError(statement.id, "a case with an id of its own", "a known one", "call the partner")
    value, now = filters.value_of(connection, epoch, tag), ctx.now()
    # Whoever asked knows the output, hit or not: only what may answer the partner is a record it met.
    met = blind.kind_of_key(value) == kind and may_tell(ctx, connection, statement.origin, purpose, value)
    behind = value if met else ""
    made = Case(
        identifier, "holder", statement.origin, kind, behind, purpose, basis, statement.time, now, "", "", "", "", "",
        tag.hex(),
    )  # fmt: skip
    hits.put_case(connection, made)
    _reply(ctx, connection, made, "received", now)
    said = replace(statement, reason=f"{blind.LEGAL_BASES[basis]}; answer by {clock(made).due()}")
    word = "met a record of ours" if behind else "opens a case behind which no record of ours stands"
    connecting.notice(ctx, connection, said, f"{statement.origin} {word} ({kind}): case {identifier}")
    ctx.audit(connection, statement.origin, "open-case", identifier, purpose, to=ctx.me, kind=kind)


def _standing(known: Sequence[Case], tag: str) -> list[Case]:
    """The cases on one output that are not answered yet."""
    return [one for one in known if one.tag == tag and not (one.answered or one.refused)]


def _unasked(
    ctx: Context,
    connection: Connection,
    partner: str,
    kind: str,
    purpose: str,
    basis: str,
    known: Sequence[Case],
) -> bool:
    """Whether there are as many cases as keys that a partner was answered: each rings at a desk and starts a clock."""
    since_us = ctx.now_us() - 2 * _COUNTED_DAYS * DAY_US
    answered = hits.answered_on(connection, partner, kind, purpose, basis, since_us)
    return answered <= sum(one.received > ctx.in_days(-_COUNTED_DAYS) for one in known)


def _said(statement: Statement) -> tuple[str, str, str, bytes, str, str]:
    said = [statement.detail.get(name) for name in ("case", "kind", "epoch", "tag", "purpose", "basis")]
    texts = [one for one in said if isinstance(one, str) and 0 < len(one) <= 64]
    if len(texts) != len(said) or not texts[0].startswith("case--"):
        raise InvalidObject(statement.id, "a case with its kind, epoch, tag, purpose and basis", "another form")
    identifier, kind, epoch, tag, purpose, basis = texts
    try:
        raw = bytes.fromhex(tag)
    except ValueError:
        raw = b""
    if len(raw) != blind.KEPT or kind not in blind.KINDS:
        raise InvalidObject(statement.id, f"a tag of {blind.KEPT} bytes and a kind we know", "others")
    if purpose not in CRIME_PURPOSES or basis not in blind.LEGAL_BASES:
        raise InvalidObject(statement.id, "an agreed purpose and legal basis", "others")
    return identifier, kind, epoch, raw, purpose, basis


def _reply(ctx: Context, connection: Connection, case: Case, state: str, at: str, ground: str = "") -> None:
    detail: dict[str, object] = {"case": case.id, "state": state, "at": at, "ground": ground}
    send(ctx, connection, statement_of(ctx, Kind.HIT_ANSWER, [case.partner], detail=detail))


def answer(ctx: Context, identifier: str, *, by: str, release: str = "", ground: str = "") -> Case:
    """The holder's answer: a release that went to the asker, or a refusal on one of the agreed grounds."""
    if bool(release) == bool(ground) or (ground and ground not in GROUNDS) or not by:
        expected = f"a release, or one of the grounds {', '.join(GROUNDS)}"
        raise Refused(identifier[:60], expected, "neither or both", "give --release or --refuse")

    def write(connection: Connection) -> Case:
        found = _case(connection, identifier, "holder")
        if found.answered or found.refused:
            raise Refused(identifier, "a case that is open", "one that is answered", "release more, if there is more")
        if release:
            _refuse_unsent(connection, release, found.partner)
        now, state = ctx.now(), "answered" if release else "refused"
        done = replace(found, by=by, release=release, ground=ground, **{state: now})
        hits.put_case(connection, done)
        _reply(ctx, connection, done, state, now, ground)
        ctx.audit(
            connection, by, "answer-case", identifier, found.purpose, state=state, to=found.partner, ground=ground
        )
        return done

    return ctx.db.write(write)


def _refuse_unsent(connection: Connection, release: str, partner: str) -> None:
    draft = desk.draft(connection, release)
    if draft is None or draft.state != "released" or not draft.outcome.get(partner, {}).get("sent"):
        raise Refused(release[:60], f"a release that went to {partner}", "none", "`oureyes release`")


def case_answered(ctx: Context, connection: Connection, statement: Statement) -> None:
    """What the holder says of a case of ours."""
    said = statement.detail
    identifier, state, at, ground = (said.get(name) for name in ("case", "state", "at", "ground"))
    if not isinstance(identifier, str) or not isinstance(at, str) or not is_instant(at):
        raise InvalidObject(statement.id, "a case and an instant", "another form")
    found = _case(connection, identifier, "asker")
    if found.partner != statement.origin or state not in ("received", "answered", "refused"):
        raise VerificationError(statement.id, "an answer to a case with its sender", "another")
    if nanoseconds(at) > nanoseconds(ctx.in_days(_AHEAD_DAYS)):
        raise VerificationError(statement.id, "an instant that has come", at, "call the partner")
    if state != "received" and (not found.received or nanoseconds(at) < nanoseconds(found.received)):
        raise VerificationError(statement.id, "an answer after the case was received", at, "call the partner")
    if getattr(found, state) or (state == "refused") != (ground in GROUNDS):
        raise VerificationError(statement.id, "one answer, a refusal with its ground", "another")
    done = replace(found, **{state: at, "ground": str(ground) if state == "refused" else ""})
    hits.put_case(connection, done)
    if state != "received":
        said_so = replace(statement, reason=GROUNDS.get(str(ground), "what it releases comes by itself"))
        connecting.notice(ctx, connection, said_so, f"{statement.origin} {state} the case {identifier}")
    ctx.audit(connection, statement.origin, "answer-case", identifier, found.purpose, state=state)


def _case(connection: Connection, identifier: str, side: str) -> Case:
    found = [one for one in hits.cases(connection, identifier=identifier) if one.side == side]
    if not found:
        raise NotHeld(identifier[:60], f"a case in which we are the {side}", "none by that id", "`oureyes hits cases`")
    return found[0]


def cases(ctx: Context) -> list[Case]:
    """Every case, newest first."""
    with ctx.db.read() as connection:
        return hits.cases(connection)


def records(ctx: Context, identifier: str, *, by: str, purpose: str = "investigation") -> list[str]:
    """The ids of our own records that a partner's case is about; the holder's desk looks at them."""
    ctx.require_purpose(by, purpose, identifier[:60])

    def write(connection: Connection) -> list[str]:
        found, reader = _case(connection, identifier, "holder"), Reader(ctx, connection, by, purpose)
        key = blind.sound_key(found.value) or found.value
        held = index.holders(connection, [key] if key else [])
        mine = [one for one, origin, _, label in held if origin == ctx.me and reader.may(label)]
        ids = _born_alike(connection, mine, found.value) if found.kind == blind.NAMES else mine
        ctx.audit(connection, by, "read", identifier, purpose, count=len(ids))
        return list(dict.fromkeys(ids))

    return ctx.db.write(write)


def _born_alike(connection: Connection, ids: list[str], text: str) -> list[str]:
    """Of those whose name sounds so, the ones whose year of birth was met as well."""
    held = objects.latest(connection, ids)
    return [one for one, some in held.items() if any(text in blind.born_keys(each.current.content) for each in some)]


def watch(ctx: Context) -> int:
    """Put before the desk, once each, cases whose 48 hours are over; how many alerts. That the holder never confirmed
    stops no clock."""
    late = [one for one in cases(ctx) if clock(one).state(ctx.now()) is RequestState.OVERDUE]
    return sum(_warned(ctx, one) for one in late)


def _warned(ctx: Context, case: Case) -> bool:
    cause = f"case:overdue:{case.id}"

    def write(connection: Connection) -> bool:
        if desk.alerted(connection, cause):
            return False
        who = "we owe" if case.side == "holder" else "owes us"
        headline = f"{case.partner}: {who} an answer to the case {case.id}"
        made = Alert(
            ctx.new_id("alert"), cause, "request", headline, (), case.partner, ctx.now(), connecting.DEFAULT.owner,
            reason=words(ctx, case),
        )  # fmt: skip
        connecting.put_alert(ctx, connection, made)
        return True

    return ctx.db.write(write)


def clock(case: Case) -> Clock:
    """The case's clock; it runs from when the holder received it."""
    return Clock(Urgency.HIT, case.received or case.opened, "", case.answered, case.refused, case.ground)


def words(ctx: Context, case: Case) -> str:
    """Where it stands, with the time left or over."""
    if not case.received:
        return "sent; the holder has not confirmed that it has it"
    return clock(case).words(ctx.now())
