"""Private questions, the asker's side: what may be asked, what is sent, what the answer means; all but the sending.

`prepare` books and audits before anything leaves; `opened` believes an answer only by the key its holder committed to
before all members; `settle` looks up here. What is found is known here alone until somebody opens a case on it
(`confirming`). Blinds are fresh for each partner, so that two of them together cannot link a question.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from oureyes.correlate import blind
from oureyes.errors import NotHeld, OurEyesError, OverBudget, Refused, VerificationError
from oureyes.exchange.envelope import unpack
from oureyes.model.instants import nanoseconds
from oureyes.model.objects import digest
from oureyes.model.persons import person
from oureyes.node.committing import borne_out, epoch_of
from oureyes.node.context import Context
from oureyes.node.publishing import DAY_US
from oureyes.release import CRIME_PURPOSES
from oureyes.storage import Connection, filters, hits
from oureyes.storage.filters import Listed, Stored
from oureyes.storage.hits import Found, Line

__all__ = [
    "Found",
    "Line",
    "Opened",
    "Outcome",
    "Prepared",
    "Quota",
    "draw",
    "found",
    "keep_list",
    "ledger",
    "look_again",
    "missing",
    "opened",
    "partners_stale",
    "prepare",
    "quotas",
    "settle",
    "settle_all",
    "vetted",
    "who_answer",
]

_LOOK_AGAIN_US = 6 * 3_600_000_000
_MAX_FILTER, _MAX_FILTERS = 64 << 20, 256 << 20  # bytes of one, and of all that are fetched at a time
_EPOCH_LASTS = 8  # days that a list of the month before may still be in force


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question to one partner, ready to be sent; or why it is not asked. `public` is the key that its answer must be
    of, `serial` the number of the list that it is asked by."""

    partner: str
    asked: blind.Asked | None
    number: int
    by: str
    refusal: str = ""
    public: bytes = b""
    serial: int = 0


@dataclass(frozen=True, slots=True)
class _Terms:
    """By what a partner is asked about one kind: its list, and the key that it committed to."""

    parts: blind.Parts
    public: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer that its proof bears out; in words, why it is looked up in filters that are not the newest ones."""

    outputs: Mapping[blind.Selector, bytes]
    serial: int
    left: int
    older: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one partner's answer came to: the hits (their ids here), and what may still be asked today."""

    partner: str
    subjects: int
    hits: tuple[Found, ...]
    left: int
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of a partner's budget is left today, by our own ledger, and how many members bear out its keys."""

    partner: str
    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    daily: int
    left: int
    epoch: str
    witnesses: int
    refusal: str


# --- probing ----------------------------------------------------------------------------------------------------------


def prepare(
    ctx: Context,
    kind: str,
    values: Sequence[str],
    partners: Iterable[str],
    *,
    by: str,
    purpose: str,
    basis: str,
    case: str,
    country: str = "",
    blinds: Sequence[blind.Blinds] = (),
) -> list[Prepared]:
    """A question for each partner, booked in the ledger and the audit log; see `vetted`. The partner judges whether the
    purpose is one it has agreed to, and logs it when it is not. `blinds`, if they were drawn of what `vetted` gave:
    then nothing is done here that takes longer for more values."""
    to = tuple(dict.fromkeys(partners))
    more = {"by": by, "purpose": purpose, "basis": basis, "case": case, "country": country}
    drawn = blinds or draw(vetted(ctx, kind, values, len(to), **more), len(to))
    with ctx.db.read() as connection:
        terms = {partner: _terms(ctx, connection, partner, kind) for partner in to}
    said = {"purpose": purpose, "basis": basis}
    questions = [
        _prepared(partner, some, mine, {**said, "case": _case_digest(ctx, partner, case)}, by)
        for (partner, some), mine in zip(terms.items(), drawn, strict=True)
    ]
    return ctx.db.write(lambda connection: _book(ctx, connection, questions, by))


def draw(selectors: Sequence[blind.Selector], partners: int) -> list[blind.Blinds]:
    """Blinds for each partner."""
    return [blind.draw(selectors) for _ in range(partners)]


def vetted(
    ctx: Context,
    kind: str,
    values: Sequence[str],
    partners: int,
    *,
    by: str,
    purpose: str,
    basis: str,
    case: str,
    country: str = "",
) -> tuple[blind.Selector, ...]:
    """What is asked about, in normal form. Refused, without a word to anybody, when purpose, legal basis or case are
    missing or the officer's budget is used up."""
    ctx.require_purpose(by, purpose, "private question")
    if purpose not in CRIME_PURPOSES:
        raise Refused("private question", f"a purpose: {', '.join(sorted(CRIME_PURPOSES))}", purpose, "give --purpose")
    if basis not in blind.LEGAL_BASES:
        raise Refused("private question", f"a legal basis: {', '.join(blind.LEGAL_BASES)}", basis[:30] or "none")
    if not case.strip():
        raise Refused("private question", "the reference of an open case", "none", "give --case")
    where = country or ctx.config.country
    asked = tuple(dict.fromkeys(one for value in values for one in blind.selectors(kind, value, where)))
    blind.padded_batch(len(asked))
    with ctx.db.read() as connection:
        _refuse_over_budget(ctx, connection, by, len(asked) * partners)
    return asked


def _case_digest(ctx: Context, partner: str, case: str) -> str:
    """The same case gives one partner the same digest, and each partner another: two that lay their ledgers side by
    side do not see by it which questions belong together, and nobody can tell which case it is."""
    return hmac.digest(ctx.keys.extract, f"case {partner}\0{case.strip()}".encode(), "sha256").hex()


def _refuse_over_budget(ctx: Context, connection: Connection, by: str, more: int) -> None:
    """An officer is one however the name is written."""
    daily, asked = ctx.config.number("hit_officer_daily"), hits.subjects_since(connection, ctx.now_us() - DAY_US)
    spent = sum(count for name, count in asked.items() if person(name) == person(by))
    if spent + more > daily:
        raise OverBudget(f"questions of {by}", f"at most {daily} a day", f"{spent} asked, {more} more", "ask tomorrow")


def _prepared(partner: str, terms: _Terms | str, blinds: blind.Blinds, said: dict[str, str], by: str) -> Prepared:
    if isinstance(terms, str):
        return Prepared(partner, None, 0, by, terms)
    return Prepared(partner, blinds.asked(terms.parts.epoch, said), 0, by, "", terms.public, terms.parts.serial)


def _book(ctx: Context, connection: Connection, questions: Sequence[Prepared], by: str) -> list[Prepared]:
    """All questions of one run in the ledger and the audit log, in one commit, if the budget still allows them."""
    _refuse_over_budget(ctx, connection, by, sum(len(one.asked.selectors) for one in questions if one.asked))
    return [
        one if one.asked is None else replace(one, number=_book_one(ctx, connection, one, one.asked))
        for one in questions
    ]


def _book_one(ctx: Context, connection: Connection, one: Prepared, asked: blind.Asked) -> int:
    said, subjects = asked.question, len(asked.selectors)
    count = len(said.elements)
    line = Line(
        "asked", one.partner, one.by, said.kind, count, said.purpose, said.basis, said.case, ctx.now_us(), subjects
    )
    ctx.audit(
        connection, one.by, "probe", "", said.purpose,
        to=one.partner, kind=said.kind, count=subjects, batch=count, basis=said.basis, case=said.case,
    )  # fmt: skip
    return hits.add_question(connection, line)


def _terms(ctx: Context, connection: Connection, partner: str, kind: str) -> _Terms | str:
    """In words, why it is not asked: it answers nothing of that kind, or its keys are not borne out."""
    try:
        return _askable(ctx, connection, partner, kind)
    except OurEyesError as error:
        return str(error)


def _askable(ctx: Context, connection: Connection, partner: str, kind: str) -> _Terms:
    parts = _list_of(ctx, filters.listed(connection, partner, ctx.me), partner)
    if parts is None:
        raise NotHeld(
            f"filters of {partner}", "a list of them", "none", "it has no agreement with us, or cannot be reached"
        )
    shown, _ = borne_out(ctx, connection, partner, parts.epoch)
    if parts.epoch not in {epoch_of(ctx.in_days(days)) for days in (-_EPOCH_LASTS, 0, 1)}:
        # whoever may choose the month gives each asker a key of its own, though all were shown all keys
        raise VerificationError(f"filters of {partner}", "filters of this month", parts.epoch, "fetch them again")
    if kind not in shown.keys:
        raise VerificationError(f"keys of {partner}", f"a key for {kind}", "none", "call the partner")
    if kind not in parts.kinds:
        raise Refused(f"question to {partner}", f"what it answers about: {', '.join(parts.kinds)}", kind)
    if nanoseconds(parts.expires) <= nanoseconds(ctx.now()):
        raise VerificationError(f"filters of {partner}", "a list that has not expired", parts.expires, "fetch it again")
    return _Terms(parts, bytes.fromhex(shown.keys[kind]))


def _list_of(ctx: Context, kept: Listed | None, partner: str) -> blind.Parts | None:
    """What a list that is kept says; one that the partner's present key did not sign, or that cannot be read, is
    none."""
    with contextlib.suppress(OurEyesError):
        return _read_list(ctx, partner, kept.body) if kept else None
    return None


# --- answers ---------------------------------------------------------------------------------------------------------


def opened(one: Prepared, raw: bytes) -> Opened:
    """The outputs, once the proof holds for the key that the partner committed to."""
    assert one.asked is not None
    return Opened(*one.asked.outputs(raw, one.public))


def look_again(ctx: Context, one: Prepared, raw: bytes) -> bool:
    """Whether a partner that answers says that it has a newer list than we hold. Read off before the answer is opened:
    how long that takes tells how many of a batch are real, so nothing that is sent may come after it."""
    assert one.asked is not None
    serial = one.asked.serial(raw)
    if serial <= one.serial:
        return False
    with ctx.db.read() as connection:
        kept = filters.listed(connection, one.partner, ctx.me)
    return kept is None or kept.serial < serial


def settle(ctx: Context, one: Prepared, answer: Opened) -> Outcome:
    """As `settle_all`, of one partner."""
    return settle_all(ctx, [(one, answer)])[0]


def settle_all(ctx: Context, answered: Sequence[tuple[Prepared, Opened]]) -> list[Outcome]:
    """Look up in the partners' filters, here; hits are kept, in one commit, and the partners learn nothing."""
    with ctx.db.read() as connection:
        looked = [(one, answer, _looked_up(ctx, connection, one, answer)) for one, answer in answered]

    def write(connection: Connection) -> list[Outcome]:
        return [_settled(ctx, connection, *each) for each in looked]

    return ctx.db.write(write)


def _looked_up(
    ctx: Context, connection: Connection, one: Prepared, answer: Opened
) -> dict[blind.Selector, bytes] | str:
    """What was met; in words, why that cannot be told: a filter that is broken keeps no other partner's answer."""
    assert one.asked is not None
    question = one.asked.question
    try:
        opened = _filters(ctx, connection, one.partner, question.kind, question.epoch)
        if not opened:  # the month turned between question and answer: what was paid for must not read as a miss
            found = f"none of {question.epoch} by now"
            raise NotHeld(f"filters of {one.partner}", f"filters of {question.epoch}", found, "ask again")
        # every output in every filter: a hit ends no search early
        seen = {selector: sum([tag in part for part in opened]) for selector, tag in answer.outputs.items()}
    except OurEyesError as error:
        return str(error)
    return {selector: answer.outputs[selector][: blind.KEPT] for selector, count in seen.items() if count}


def _settled(
    ctx: Context, connection: Connection, one: Prepared, answer: Opened, met: dict[blind.Selector, bytes] | str
) -> Outcome:
    subjects = len(one.asked.selectors) if one.asked else 0
    if isinstance(met, str):
        return Outcome(one.partner, subjects, (), 0, met)
    hits.hits_of(connection, one.number, len(met))
    kept = tuple(_keep_hit(ctx, connection, one, selector, tag) for selector, tag in met.items())
    # a value that was not met may be in the filters that are not here: for that one there is no answer
    return Outcome(one.partner, subjects, kept, answer.left, "" if len(met) == subjects else answer.older)


def _filters(ctx: Context, connection: Connection, partner: str, kind: str, epoch: str) -> list[blind.Filter]:
    opened, known = dict[str, blind.Filter](), ctx.filters.get((partner, kind), {})
    for part in filters.parts(connection, partner, ctx.me):
        if (part.kind, part.epoch) == (kind, epoch):
            body = partial(filters.body, connection, partner, ctx.me, part.digest)
            opened[part.digest] = known.get(part.digest) or blind.Filter(body() or b"")
    ctx.filters[partner, kind] = opened  # in place of those before: what a list no longer names is not kept open
    return list(opened.values())


def _keep_hit(ctx: Context, connection: Connection, one: Prepared, selector: blind.Selector, tag: bytes) -> Found:
    assert one.asked is not None
    question = one.asked.question
    # another officer's hit is that officer's: a case on it goes out in its name, for its purpose and by its right
    mine = (person(one.by), question.purpose, question.basis, question.case, tag)
    for hit in hits.found(connection, partner=one.partner, value=selector.text, case=question.case):
        if (person(hit.by), hit.purpose, hit.basis, hit.case, hit.tag) == mine:
            return hit
    made = Found(
        ctx.new_id("hit"), one.partner, question.kind, question.epoch, selector.text, tag, one.by,
        question.purpose, question.basis, question.case, ctx.now(), "found",
    )  # fmt: skip
    hits.put_found(connection, made)
    return made


def found(ctx: Context) -> list[Found]:
    """Hits that we know of, newest first."""
    with ctx.db.read() as connection:
        return hits.found(connection)


def ledger(ctx: Context, limit: int = 100) -> list[Line]:
    """What was asked and answered, newest first: how many, what for, and never about what."""
    with ctx.db.read() as connection:
        return hits.questions(connection, limit=limit)


def quotas(ctx: Context) -> list[Quota]:
    """How it stands with each partner that answers us."""
    out: list[Quota] = []
    with ctx.db.read() as connection:
        for partner in sorted(set(ctx.roster.members) - {ctx.me}):
            parts = _list_of(ctx, filters.listed(connection, partner, ctx.me), partner)
            if parts is None:
                continue
            spent, _ = hits.keys_since(connection, ("asked",), partner, ctx.now_us() - DAY_US)
            borne, refusal = 0, ""
            try:
                _, borne = borne_out(ctx, connection, partner, parts.epoch)
            except VerificationError as error:
                refusal = str(error)
            left = max(0, parts.daily - spent)
            out.append(Quota(partner, parts.kinds, parts.purposes, parts.daily, left, parts.epoch, borne, refusal))
    return out


# --- partners' filters -----------------------------------------------------------------------------------------------


def who_answer(ctx: Context, partners: Iterable[str]) -> list[str]:
    """Of the partners those that showed keys: whoever answers anybody has, so the others need not be dialled."""
    with ctx.db.read() as connection:
        shown = hits.committers(connection)
    return [partner for partner in partners if partner in shown]


def partners_stale(ctx: Context, partners: Iterable[str]) -> list[str]:
    """Partners whose list was not looked for lately, or is of another month."""
    old, epoch = ctx.now_us() - _LOOK_AGAIN_US, epoch_of(ctx.now())
    out = []
    with ctx.db.read() as connection:
        for partner in partners:
            kept = filters.listed(connection, partner, ctx.me)
            parts = _list_of(ctx, kept, partner)
            if kept is None or parts is None or kept.at_us < old or parts.epoch != epoch:
                out.append(partner)
    return out


def missing(ctx: Context, partner: str, raw: bytes) -> list[tuple[str, int]]:
    """(digest, bytes at most) of the filters to fetch for a list that just came; VerificationError when it is none for
    us, or an older one."""
    parts = _read_list(ctx, partner, raw)
    with ctx.db.read() as connection:
        kept = filters.listed(connection, partner, ctx.me)
        if kept and kept.serial > parts.serial:
            found = f"number {parts.serial}"
            raise VerificationError(f"filters of {partner}", f"at least list {kept.serial}", found, "call the partner")
        if kept and kept.serial == parts.serial and kept.body != raw:
            raise VerificationError(f"filters of {partner}", f"one list {parts.serial}", "two", "call the partner")
        held = {one.digest for one in filters.parts(connection, partner, ctx.me)}
    lacking = [(part.digest, min(_MAX_FILTER, 16 + part.size * 6)) for part in parts.parts if part.digest not in held]
    size = sum(limit for _, limit in lacking)
    if size > _MAX_FILTERS:
        found = f"{size >> 20} MiB"
        raise VerificationError(f"filters of {partner}", f"{_MAX_FILTERS >> 20} MiB at most", found, "call the partner")
    return lacking


def _read_list(ctx: Context, partner: str, raw: bytes) -> blind.Parts:
    member = ctx.roster.members.get(partner)
    if member is None:
        raise NotHeld(f"member {partner[:20]}", "a member of the roster", "none by that id", "`oureyes roster`")
    parts, signed = _signed_list(raw, partner, member.keys.sign)
    if not signed or (parts.origin, parts.audience) != (partner, ctx.me):
        found = f"one of {parts.origin[:20]} for {parts.audience[:20]}"
        raise VerificationError(f"filters of {partner}", f"a list signed by {partner} for {ctx.me}", found)
    return parts


@lru_cache(maxsize=32)
def _signed_list(raw: bytes, partner: str, key: bytes) -> tuple[blind.Parts, bool]:
    """Read and checked once, not with each question: the same bytes and key give the same answer."""
    body, signers = unpack(raw, blind.LIST_TYPE, {partner: key})
    return blind.read_parts(body), partner in signers


def keep_list(ctx: Context, partner: str, raw: bytes, bodies: Mapping[str, bytes]) -> None:
    """Keep a list and the filters that came with it; what it no longer names goes. Where a newer one came meanwhile,
    that stands."""
    parts = _read_list(ctx, partner, raw)
    for name, body in bodies.items():
        if digest(body).hex() != name:
            raise VerificationError(f"filter of {partner}", "the one its list names", "another", "fetch it again")
    sizes = {part.digest: part.size for part in parts.parts}
    if any(blind.Filter(body).size != sizes.get(name) for name, body in bodies.items()):
        raise VerificationError(f"filter of {partner}", "the size its list names", "another", "fetch it again")

    def write(connection: Connection) -> None:
        kept = filters.listed(connection, partner, ctx.me)
        if kept and kept.serial > parts.serial:
            return
        before = {one.digest for one in filters.parts(connection, partner, ctx.me)}
        lacking = set(sizes) - before - set(bodies)
        if lacking:
            raise VerificationError(f"filters of {partner}", f"{len(sizes)} filters", f"{len(lacking)} fewer")
        filters.drop_parts(connection, partner, ctx.me, sorted(before - set(sizes)))
        for part in parts.parts:
            if part.digest in bodies:
                stored = Stored(part.kind, part.seq, parts.epoch, part.size, 0, part.digest)
                filters.put_part(connection, partner, ctx.me, stored, bodies[part.digest], ctx.now())
        filters.put_list(connection, partner, ctx.me, Listed(parts.serial, raw, ctx.now_us()))

    ctx.db.write(write)
