""".

Two people open an agreement with a partner (`allow`, `agree`): that is the release, and `release.silence` decides per
label what it covers. The key of an epoch is the same for everybody (`committing`). An evaluation is booked, with its
purpose, before it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oureyes.correlate import blind
from oureyes.errors import ConfigError, InvalidObject, NotHeld, OverBudget, Refused
from oureyes.model.accounts import two_people
from oureyes.node.committing import key_of
from oureyes.node.context import Context
from oureyes.node.publishing import DAY_US, epoch_of_list, renew, stale
from oureyes.release import CRIME_PURPOSES
from oureyes.storage import Connection, filters, hits
from oureyes.storage.hits import Agreement

__all__ = [
    "Agreement",
    "agree",
    "agreements",
    "allow",
    "end",
    "evaluate",
    "list_for",
    "part_for",
    "proposals",
    "unread",
]

_A_MINUTE, _A_MINUTE_US = 30, 60_000_000  # questions of one partner
_WRITTEN_A_MINUTE = 30  # refusals of one partner for one reason
_LEAST_DAILY = 1024  # of a partner without an agreement; it is answered nothing, this only bounds what it may send


# --- agreements ------------------------------------------------------------------------------------------------------


def allow(
    ctx: Context, partner: str, kinds: Sequence[str], purposes: Sequence[str], daily: int, *, by: str
) -> Agreement:
    """Propose to answer a partner: about which kinds, for which purposes, how many keys a day. Another must agree; an
    agreement that is open stands until then."""
    ctx.require_purpose(by, "investigation", f"agreement with {partner}")
    if partner == ctx.me or partner not in ctx.roster.members:
        raise ConfigError(
            f"member {partner[:20]}", "another member of the roster", "none by that id", "`oureyes roster`"
        )
    for name, given, known in (("kinds", kinds, blind.KINDS), ("purposes", purposes, CRIME_PURPOSES)):
        if not given or set(given) - set(known):
            raise InvalidObject(f"agreement with {partner}", f"{name} out of {', '.join(sorted(known))}", "others")
    if not blind.SIZES[0] <= daily <= 100_000:
        raise InvalidObject(f"agreement with {partner}", f"{blind.SIZES[0]} to 100000 keys a day", f"{daily}")
    made = Agreement(
        partner, tuple(dict.fromkeys(kinds)), tuple(dict.fromkeys(purposes)), daily, by, "", "proposed", ctx.now()
    )

    def write(connection: Connection) -> Agreement:
        standing = hits.agreements(connection).get(partner)
        return _agreed(ctx, connection, made, by, beside=standing is not None and standing.state == "open")

    return ctx.db.write(write)


def agree(ctx: Context, partner: str, *, by: str) -> Agreement:
    """Another person agrees: from now on the partner is answered, as was proposed last."""

    def write(connection: Connection) -> Agreement:
        found = hits.agreements(connection, beside=True).get(partner) or _agreement(connection, partner)
        if found.state != "proposed":
            raise Refused(f"agreement with {partner}", "a proposal", found.state, "`oureyes hits allow`")
        if not two_people(found.author, by):
            raise Refused(
                f"agreement with {partner}", f"somebody else than {found.author}", by or "nobody", "give --by"
            )
        return _agreed(ctx, connection, replace(found, approver=by, state="open", at=ctx.now()), by)

    return ctx.db.write(write)


def end(ctx: Context, partner: str, *, by: str) -> Agreement:
    """Answer a partner no more, at once."""

    def write(connection: Connection) -> Agreement:
        found, kept = _agreement(connection, partner), filters.parts(connection, ctx.me, partner)
        filters.drop_parts(connection, ctx.me, partner, [one.digest for one in kept])
        return _agreed(ctx, connection, replace(found, state="ended", at=ctx.now()), by)

    return ctx.db.write(write)


def agreements(ctx: Context) -> dict[str, Agreement]:
    """All that stand, by partner."""
    with ctx.db.read() as connection:
        return hits.agreements(connection)


def proposals(ctx: Context) -> list[Agreement]:
    """What is proposed in place of an agreement that stands."""
    with ctx.db.read() as connection:
        return list(hits.agreements(connection, beside=True).values())


def _agreement(connection: Connection, partner: str) -> Agreement:
    found = hits.agreements(connection).get(partner)
    if found is None:
        raise NotHeld(f"agreement with {partner[:20]}", "an agreement", "none", "`oureyes hits allow`")
    return found


def _agreed(ctx: Context, connection: Connection, made: Agreement, by: str, *, beside: bool = False) -> Agreement:
    hits.put_agreement(connection, made, beside=beside)
    if not beside:
        filters.outdate(connection, ctx.me, made.partner)
    ctx.audit(connection, by, "agree", made.partner, "", state=made.state, count=made.daily)
    return made


# --- what partners ask -----------------------------------------------------------------------------------------------


def list_for(ctx: Context, member: str) -> bytes:
    """The signed list of a partner's filters, once what may answer no more is out of them. That there is none is no
    event: every node looks for one by itself."""
    _renewed(ctx, member)
    with ctx.db.read() as connection:
        agreement, found = hits.agreements(connection).get(member), filters.listed(connection, ctx.me, member)
    if agreement is None or agreement.state != "open" or found is None:
        raise Refused(f"list for {member}", "an agreement", "none")
    return found.body


def part_for(ctx: Context, member: str, name: str) -> bytes:
    """One of a partner's filters, by its digest."""
    _renewed(ctx, member)
    with ctx.db.read() as connection:
        agreement, found = hits.agreements(connection).get(member), filters.body(connection, ctx.me, member, name)
    if agreement is None or agreement.state != "open" or found is None:
        reason = "no such filter of that partner"
        ctx.db.write(lambda connection: _turn_away(ctx, connection, member, "filter", "", reason))
        raise Refused(f"filter for {member}", "one of its filters", "none by that digest")
    return found


def _renewed(ctx: Context, member: str) -> None:
    """Waits for nobody: a day's publishing takes minutes, and partners who waited for it in the threads that answer
    everybody would stop all that others send."""
    with ctx.db.read() as connection:
        listed = filters.listed(connection, ctx.me, member)
        due = listed is not None and stale(ctx, connection, listed)
    if due:
        renew(ctx, member, wait=False)


def evaluate(ctx: Context, member: str, raw: bytes) -> bytes:
    """Answer a question: evaluations, and a proof that the key was the one committed to."""
    try:
        question = blind.read_question(raw)
        blind.refuse_bad_elements(question.elements)
    except InvalidObject:
        count, purpose = blind.batch_of(raw), blind.purpose_of(raw)
        reason = ctx.db.write(lambda connection: _booked_malformed(ctx, connection, member, count, purpose))
        if reason.startswith("budget"):
            raise _over_budget(member, reason) from None
        raise
    reason, serial, left, key = ctx.db.write(lambda connection: _booked(ctx, connection, member, question))
    if key is None:
        raise _over_budget(member, reason) if reason.startswith("budget") else _refused(member, reason)
    evaluated, proof = blind.evaluate(key, question.elements)
    return blind.Answer(serial, left, tuple(evaluated), proof).raw


def _over_budget(member: str, reason: str) -> OverBudget:
    return OverBudget(f"questions of {member}", "fewer keys", reason, "ask again tomorrow")


def _refused(member: str, reason: str) -> Refused:
    return Refused(f"question of {member}", "what the agreement covers", reason)


def _booked(
    ctx: Context, connection: Connection, member: str, question: blind.Question
) -> tuple[str, int, int, blind.PrivateKey | None]:
    """Put a question into the ledger, or turn it away; both are audited and committed, whatever follows."""
    agreement, (spent, lately) = hits.agreements(connection).get(member), _spent(ctx, connection, member)
    listed = filters.listed(connection, ctx.me, member)
    # that of the list, not of the calendar: at the turn of a month the next keys are not known everywhere at once
    epoch = epoch_of_list(listed) if listed else ""
    reason = _refusal(agreement, question, epoch, spent, lately)
    if reason or agreement is None or listed is None:
        _turn_away(ctx, connection, member, question.kind, question.purpose, reason or "no list")
        return reason or "no list", 0, 0, None
    count = len(question.elements)
    line = hits.Line(
        "answered", member, member, question.kind, count, question.purpose, question.basis, question.case, ctx.now_us()
    )
    hits.add_question(connection, line)
    ctx.audit(
        connection, member, "evaluate", "", question.purpose,
        kind=question.kind, count=count, basis=question.basis, case=question.case,
    )  # fmt: skip
    serial = listed.serial + stale(ctx, connection, listed)  # whoever sees a newer one fetches it before it looks
    return "", serial, agreement.daily - spent - count, key_of(ctx, connection, question.epoch, question.kind)


def unread(ctx: Context, member: str, status: int) -> None:
    """Write down what was sent as a question and was not read. What is longer than the longest costs as much; what
    broke off, or is not what was signed, costs nothing: a bad line does that as well."""
    if status == 413:
        ctx.db.write(lambda connection: _booked_malformed(ctx, connection, member, blind.SIZES[-1], ""))
    else:
        ctx.db.write(lambda connection: _turn_away(ctx, connection, member, "", "", "not what was signed"))


def _booked_malformed(ctx: Context, connection: Connection, member: str, count: int, purpose: str) -> str:
    """What is no question costs what one of its length would, until the partner may send none. Why it is refused."""
    agreement, (spent, lately) = hits.agreements(connection).get(member), _spent(ctx, connection, member)
    daily = agreement.daily if agreement else _LEAST_DAILY
    over = _over(spent + count > daily, lately)
    _turn_away(ctx, connection, member, "", purpose, over or "malformed", 0 if over else count)
    return over or "malformed"


def _spent(ctx: Context, connection: Connection, member: str) -> tuple[int, int]:
    """(keys of the last day, questions of the last minute), what was no question among them."""
    now, sides = ctx.now_us(), ("answered", "refused")
    spent, _ = hits.keys_since(connection, sides, member, now - DAY_US)
    return spent, hits.keys_since(connection, sides, member, now - _A_MINUTE_US)[1]


def _refusal(agreement: Agreement | None, question: blind.Question, epoch: str, spent: int, lately: int) -> str:
    if agreement is None or agreement.state != "open":
        return "no agreement"
    if question.kind not in agreement.kinds:
        return "a kind the agreement does not name"
    if question.purpose not in agreement.purposes or question.basis not in blind.LEGAL_BASES:
        return "a purpose or legal basis the agreement does not name"
    if len(question.case) != 64 or set(question.case) - set("0123456789abcdef"):
        return "no case"
    if question.epoch != epoch:
        return "another epoch"
    return _over(spent + len(question.elements) > agreement.daily, lately)


def _over(day: bool, lately: int) -> str:
    if day:
        return "budget of the day used up"
    return "budget of the minute used up" if lately >= _A_MINUTE else ""


def _turn_away(
    ctx: Context,
    connection: Connection,
    member: str,
    kind: str,
    purpose: str,
    reason: str,
    count: int = 0,
) -> None:
    """The ledger's line and the audit row of a refusal; of what the partner said only words we know are kept. Whoever
    goes on all the same fills neither: of each reason so many a minute have a line of their own. Those after them are
    counted in the last one, and the log has how many they are each time that they have doubled."""
    kind, purpose = kind if kind in (*blind.KINDS, "filter") else "other", purpose if purpose in CRIME_PURPOSES else ""
    now = ctx.now_us()
    line = hits.Line("refused", member, member, kind, count, purpose, "", "", now, reason=reason)
    beside: dict[str, int] = {}
    if hits.refused_since(connection, member, reason, now - _A_MINUTE_US) < _WRITTEN_A_MINUTE:
        hits.add_question(connection, line)
    else:
        more = hits.count_in(connection, line) - 1
        if more & (more - 1):  # no power of two
            return
        beside["more"] = more
    ctx.audit(connection, member, "turn-away", "", purpose, kind=kind, reason=reason, count=count, **beside)
