"""Private questions, the holder's side: with whom we answer, the filters, and each evaluation.

Two people open an agreement with a partner (`allow`, `agree`): that is the release, and `release.silence` decides per
label what it covers. The key of an epoch is the same for everybody (`committing`). An evaluation is booked, with its
purpose, before it is made.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from oureyes.correlate import blind, observables
from oureyes.correlate.names import subject as names
from oureyes.errors import ConfigError, InvalidObject, NotHeld, OverBudget, Refused, StorageError
from oureyes.exchange.envelope import pack, unpack
from oureyes.model.objects import StixObject, digest
from oureyes.model.sharing import Recipient
from oureyes.node.committing import commit, epoch_of, key_of
from oureyes.node.context import Context
from oureyes.release import CRIME_PURPOSES, silence
from oureyes.storage import Connection, hits
from oureyes.storage.hits import Agreement

__all__ = [
    "DAY_US",
    "Agreement",
    "Published",
    "agree",
    "agreements",
    "allow",
    "end",
    "evaluate",
    "keep",
    "list_for",
    "may_tell",
    "part_for",
    "person",
    "publish",
]

DAY_US = 86_400_000_000
_A_MINUTE, _A_MINUTE_US = 30, 60_000_000  # questions of one partner
_WRITTEN_A_MINUTE = 30  # refusals of one partner
_LEAST_DAILY = 1024  # of a partner without an agreement; it is answered nothing, this only bounds what it may send
_PARTS_A_KIND = 32
_LIST_DAYS = 7
_CASE_DAYS = 40  # how long after a question a case may be opened: then both ends forget what it was about
_TRIES = 3
_AT_ONCE = 2_000  # outputs computed between two commits


# --- agreements ------------------------------------------------------------------------------------------------------


def allow(
    ctx: Context, partner: str, kinds: Sequence[str], purposes: Sequence[str], daily: int, *, by: str
) -> Agreement:
    """Propose to answer a partner: about which kinds, for which purposes, how many keys a day. Another must agree."""
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
    return _agreed(ctx, made, by)


def agree(ctx: Context, partner: str, *, by: str) -> Agreement:
    """Another person agrees: from now on the partner is answered."""
    found = _agreement(ctx, partner)
    if found.state != "proposed":
        raise Refused(f"agreement with {partner}", "a proposal", found.state, "`oureyes hits allow`")
    if not by or person(by) == person(found.author):
        raise Refused(f"agreement with {partner}", f"somebody else than {found.author}", by or "nobody", "give --by")
    return _agreed(ctx, replace(found, approver=by, state="open", at=ctx.now()), by)


def end(ctx: Context, partner: str, *, by: str) -> Agreement:
    """Answer a partner no more, at once."""
    found = _agreement(ctx, partner)

    def write(connection: Connection) -> None:
        kept = hits.parts(connection, ctx.me, partner)
        hits.drop_parts(connection, ctx.me, partner, [one.digest for one in kept])

    ctx.db.write(write)
    return _agreed(ctx, replace(found, state="ended", at=ctx.now()), by)


def agreements(ctx: Context) -> dict[str, Agreement]:
    """All of them, by partner."""
    with ctx.db.read() as connection:
        return hits.agreements(connection)


def _agreement(ctx: Context, partner: str) -> Agreement:
    found = agreements(ctx).get(partner)
    if found is None:
        raise NotHeld(f"agreement with {partner[:20]}", "an agreement", "none", "`oureyes hits allow`")
    return found


def _agreed(ctx: Context, made: Agreement, by: str) -> Agreement:
    def write(connection: Connection) -> Agreement:
        hits.put_agreement(connection, made)
        ctx.audit(connection, by, "agree", made.partner, "", state=made.state, count=made.daily)
        return made

    return ctx.db.write(write)


def person(name: str) -> str:
    """A name as it is compared: one person may be written in several ways."""
    return " ".join(name.split()).casefold()


# --- filters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """What was published for a partner: filters made anew, filters added, and the bytes of all."""

    partner: str
    anew: int
    added: int
    size: int


def publish(ctx: Context, *, by: str = "") -> list[Published]:
    """Bring every partner's filters up to date: what has come since as a further filter, all anew where something was
    taken out or the epoch is another."""
    open_ = [one for one in agreements(ctx).values() if one.state == "open" and one.partner in ctx.roster.members]
    if not open_:
        return []
    epoch = commit(ctx)
    return [_publish(ctx, one, epoch, by or ctx.me) for one in open_]


def _publish(ctx: Context, agreement: Agreement, epoch: str, by: str) -> Published:
    for _ in range(_TRIES):
        values = _answerable(ctx, agreement)
        outputs = _outputs(ctx, epoch, [value for some in values.values() for value in some])
        with ctx.db.read() as connection:
            kept = hits.parts(connection, ctx.me, agreement.partner)
            bodies = {one.digest: hits.body(connection, ctx.me, agreement.partner, one.digest) or b"" for one in kept}
            seed = hits.seed(connection, epoch) or b""
        made: list[tuple[hits.Stored, bytes]] = []
        for kind, some in values.items():
            mine = [one for one in kept if one.kind == kind and one.epoch == epoch]
            made.append(_part(kind, epoch, {outputs[value] for value in some}, mine, bodies, seed))
        work = partial(_published, ctx, agreement=agreement, epoch=epoch, kept=kept, found=made, by=by)
        if (done := ctx.db.write(work)) is not None:
            return done
    raise StorageError(f"filters for {agreement.partner}", "nobody else at work on them", "somebody", "try again")


def _answerable(ctx: Context, agreement: Agreement) -> dict[str, list[str]]:
    """Per kind, the values that the partner may learn we hold: for every purpose of the agreement, since one filter
    serves them all."""
    found: dict[str, list[str]] = {kind: [] for kind in agreement.kinds}
    with ctx.db.read() as connection:
        labels = _telling(ctx, connection, agreement.partner, agreement.purposes)
        if blind.NAMES in found:
            found[blind.NAMES] = _named(ctx, connection, labels)
        for value in hits.own_values(connection, ctx.me, labels, observables.NAME):
            kind = blind.kind_of_key(value)
            if kind in found:
                found[kind].append(value)
    return found


def _telling(ctx: Context, connection: Connection, partner: str, purposes: Sequence[str]) -> list[int]:
    """The labels under which the partner may learn, for each of the purposes, that we hold something."""
    to, policy, at = Recipient(partner), ctx.policy(), ctx.now()
    return [
        n
        for n, marking in ctx.labels(connection).items()
        if not any(silence(marking, to, purpose, at=at, policy=policy) for purpose in purposes)
    ]


def _named(ctx: Context, connection: Connection, labels: Sequence[int]) -> list[str]:
    bodies = hits.own_bodies(connection, ctx.me, labels, sorted(names.TYPES))
    return list(dict.fromkeys(text for raw in bodies for text in blind.born_keys(StixObject.parse(raw).content)))


def may_tell(ctx: Context, connection: Connection, partner: str, purpose: str, value: str) -> bool:
    """Whether a partner may learn, for a purpose, that we hold a value, as things stand now."""
    labels = _telling(ctx, connection, partner, [purpose])
    if blind.kind_of_key(value) == blind.NAMES:
        return value in _named(ctx, connection, labels)
    return bool(value and hits.own_values(connection, ctx.me, labels, observables.NAME, value))


def _outputs(ctx: Context, epoch: str, values: Sequence[str]) -> dict[str, bytes]:
    """The function's outputs of values, computed once an epoch and kept."""
    with ctx.db.read() as connection:
        known = hits.tags(connection, epoch)
        keys = {kind: key_of(ctx, connection, epoch, kind) for kind in blind.KINDS}
    missing = [value for value in dict.fromkeys(values) if value not in known]
    for at in range(0, len(missing), _AT_ONCE):
        some = {value: _output(keys, value) for value in missing[at : at + _AT_ONCE]}
        ctx.db.write(partial(hits.put_tags, epoch=epoch, found=some))
        known |= some
    return known


def _output(keys: Mapping[str, blind.PrivateKey], value: str) -> bytes:
    kind = blind.kind_of_key(value) or ""
    return blind.evaluate_known(keys[kind], blind.Selector(kind, value).input)[: blind.KEPT]


def _part(
    kind: str,
    epoch: str,
    wanted: set[bytes],
    kept: Sequence[hits.Stored],
    bodies: Mapping[str, bytes],
    seed: bytes,
) -> tuple[hits.Stored, bytes]:
    """The next filter of a kind: what is new, or everything where something is there no more (its `seq` is 0)."""
    filters = [blind.Filter(bodies[one.digest]) for one in kept]
    known = {tag for tag in wanted if any(tag in one for one in filters)}
    further = bool(kept) and len(known) == sum(one.held for one in kept) and len(kept) < _PARTS_A_KIND
    fresh = wanted - known if further else wanted
    seq = kept[-1].seq + 1 if further else 0
    secret = hmac.digest(seed, f"fillers {kind} {seq}".encode(), "sha256")
    size = blind.padded_size(len(fresh))
    made = blind.Filter.of([*fresh, *blind.fillers(secret, len(fresh), size)])
    return hits.Stored(kind, seq, epoch, made.size, len(fresh), digest(made.raw).hex()), made.raw


def _published(
    ctx: Context,
    connection: Connection,
    *,
    agreement: Agreement,
    epoch: str,
    kept: Sequence[hits.Stored],
    found: Sequence[tuple[hits.Stored, bytes]],
    by: str,
) -> Published | None:
    """None when the agreement, or what is published, is no more what the filters were made from."""
    partner = agreement.partner
    if hits.agreements(connection).get(partner) != agreement or hits.parts(connection, ctx.me, partner) != kept:
        return None
    anew = {part.kind for part, _ in found if not part.seq}
    stays = {part.kind for part, _ in found} - anew
    hits.drop_parts(connection, ctx.me, partner, [one.digest for one in kept if one.kind not in stays])
    for part, raw in found:
        hits.put_part(connection, ctx.me, partner, part, raw, ctx.now())
    _put_list(ctx, connection, agreement, epoch, hits.parts(connection, ctx.me, partner))
    ctx.audit(connection, by, "publish", partner, "", count=len(found), epoch=epoch)
    return Published(partner, len(anew), len(stays), sum(len(raw) for _, raw in found))


def _put_list(
    ctx: Context, connection: Connection, agreement: Agreement, epoch: str, kept: Sequence[hits.Stored]
) -> None:
    before = hits.listed(connection, ctx.me, agreement.partner)
    serial = before[0] + 1 if before else 1
    made = blind.Parts(
        1,
        ctx.me,
        agreement.partner,
        epoch,
        serial,
        ctx.now(),
        ctx.in_days(_LIST_DAYS),
        agreement.kinds,
        agreement.purposes,
        agreement.daily,
        tuple(blind.Part(one.kind, one.seq, one.size, one.digest) for one in kept),
    )
    raw = pack(blind.LIST_TYPE, blind.write_parts(made), (ctx.keys.sign,))
    hits.put_list(connection, ctx.me, agreement.partner, serial, raw, ctx.now_us())


def keep(ctx: Context) -> list[Published]:
    """What comes round: filters once a day, keys of a new epoch, and the end of what belonged to an old one."""
    epoch, day = epoch_of(ctx.now()), ctx.now_us() - DAY_US
    with ctx.db.read() as connection:
        lists = [hits.listed(connection, ctx.me, one) for one in agreements(ctx)]
        due = any(one is None or one[2] <= day for one in lists) or hits.seed(connection, epoch) is None

    done = publish(ctx) if due else []
    long_ago = ctx.in_days(-_CASE_DAYS)

    def write(connection: Connection) -> None:
        hits.drop_seeds(connection, epoch)
        hits.drop_tags(connection, epoch_of(long_ago))
        hits.drop_found(connection, long_ago)

    ctx.db.write(write)
    return done


# --- what partners ask -----------------------------------------------------------------------------------------------


def list_for(ctx: Context, member: str) -> bytes:
    """The signed list of a partner's filters. That there is none is no event: every node looks for one by itself."""
    with ctx.db.read() as connection:
        agreement, found = hits.agreements(connection).get(member), hits.listed(connection, ctx.me, member)
    if agreement is None or agreement.state != "open" or found is None:
        raise Refused(f"list for {member}", "an agreement", "none")
    return found[1]


def part_for(ctx: Context, member: str, name: str) -> bytes:
    """One of a partner's filters, by its digest."""
    with ctx.db.read() as connection:
        agreement, found = hits.agreements(connection).get(member), hits.body(connection, ctx.me, member, name)
    if agreement is None or agreement.state != "open" or found is None:
        reason = "no such filter of that partner"
        ctx.db.write(lambda connection: _turn_away(ctx, connection, member, "filter", "", reason))
        raise Refused(f"filter for {member}", "one of its filters", "none by that digest")
    return found


def evaluate(ctx: Context, member: str, raw: bytes) -> bytes:
    """Answer a question: evaluations, and a proof that the key was the one committed to."""
    try:
        question = blind.read_question(raw)
        blind.refuse_bad_elements(question.elements)
    except InvalidObject:
        reason = ctx.db.write(lambda connection: _booked_malformed(ctx, connection, member, raw))
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
    listed = hits.listed(connection, ctx.me, member)
    # that of the list, not of the calendar: at the turn of a month the next keys are not known everywhere at once
    reason = _refusal(agreement, question, _epoch_of_list(listed), spent, lately)
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
    return "", listed[0], agreement.daily - spent - count, key_of(ctx, connection, question.epoch, question.kind)


def _booked_malformed(ctx: Context, connection: Connection, member: str, raw: bytes) -> str:
    """What is no question costs what one of its length would, else it could be sent without end. Why it is refused."""
    agreement, (spent, lately) = hits.agreements(connection).get(member), _spent(ctx, connection, member)
    count, daily = blind.batch_of(raw), agreement.daily if agreement else _LEAST_DAILY
    over = _over(spent + count > daily, lately)
    _turn_away(ctx, connection, member, "", blind.purpose_of(raw), over or "malformed", 0 if over else count)
    return over or "malformed"


def _spent(ctx: Context, connection: Connection, member: str) -> tuple[int, int]:
    """(keys of the last day, questions of the last minute), what was no question among them."""
    now, sides = ctx.now_us(), ("answered", "refused")
    spent, _ = hits.keys_since(connection, sides, member, now - DAY_US)
    return spent, hits.keys_since(connection, sides, member, now - _A_MINUTE_US)[1]


def _epoch_of_list(listed: tuple[int, bytes, int] | None) -> str:
    return blind.read_parts(unpack(listed[1], blind.LIST_TYPE, {})[0]).epoch if listed else ""


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
    goes on all the same fills neither: of one minute so many are written down and no more."""
    if hits.refused_since(connection, member, ctx.now_us() - _A_MINUTE_US) >= _WRITTEN_A_MINUTE:
        return
    kind, purpose = kind if kind in (*blind.KINDS, "filter") else "other", purpose if purpose in CRIME_PURPOSES else ""
    hits.add_question(connection, hits.Line("refused", member, member, kind, count, purpose, "", "", ctx.now_us()))
    ctx.audit(connection, member, "turn-away", "", purpose, kind=kind, reason=reason, count=count)
