"""Private questions: agreements, committed keys, the ledger of what was asked, hits and their cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from oureyes.storage.dialect import insert_many, next_numbers, rows, run, select_in
from oureyes.storage.texts import from_text, to_text

__all__ = [
    "Agreement",
    "Case",
    "Committed",
    "Found",
    "Line",
    "Witness",
]


@dataclass(frozen=True, slots=True)
class Agreement:
    """With whom we answer, about what, for which purposes and how often a day; by two people. `state` is proposed,
    open or ended."""

    partner: str
    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    daily: int
    author: str
    approver: str
    state: str
    at: str


_AGREEMENT = "partner, kinds, purposes, daily, author, approver, state, at"


def put_agreement(connection: Connection, one: Agreement, *, beside: bool = False) -> None:
    """Keep an agreement as it stands; `beside` one that stands until somebody else agrees to this. What was proposed
    beside is replaced by either."""
    run(connection, "DELETE FROM hit_proposal WHERE partner = ?", [one.partner])
    if not beside:
        run(connection, "DELETE FROM hit_agreement WHERE partner = ?", [one.partner])
    values = (
        one.partner,
        to_text(one.kinds),
        to_text(one.purposes),
        one.daily,
        one.author,
        one.approver,
        one.state,
        one.at,
    )
    insert_many(connection, "hit_proposal" if beside else "hit_agreement", _AGREEMENT, [values])


def agreements(connection: Connection, *, beside: bool = False) -> dict[str, Agreement]:
    """All of them, by partner; or those that are proposed beside one that stands."""
    table = "hit_proposal" if beside else "hit_agreement"
    found = rows(connection, f"SELECT {_AGREEMENT} FROM {table} ORDER BY partner")
    return {
        str(r[0]): Agreement(
            str(r[0]),
            tuple(from_text(r[1])),
            tuple(from_text(r[2])),
            int(r[3]),
            str(r[4]),
            str(r[5]),
            str(r[6]),
            str(r[7]),
        )
        for r in found
    }


# --- keys ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Committed:
    """The public keys that a member showed for an epoch; `keys` are hexadecimal, by kind of selector; `words` are as it
    signed them."""

    member: str
    epoch: str
    keys: Mapping[str, str]
    digest: bytes
    statement: str
    words: bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """What another was shown of a member's keys, as that member signed it."""

    member: str
    epoch: str
    witness: str
    digest: bytes
    words: bytes


def seed(connection: Connection, epoch: str) -> bytes | None:
    """What the epoch's private keys come from."""
    found = rows(connection, "SELECT seed FROM hit_seed WHERE epoch = ?", [epoch])
    return bytes(found[0][0]) if found else None


def put_seed(connection: Connection, epoch: str, secret: bytes, at: str) -> None:
    """Keep it while the epoch lasts."""
    insert_many(connection, "hit_seed", "epoch, seed, at", [(epoch, secret, at)])


def drop_seeds(connection: Connection, before: str) -> int:
    """Forget the secrets of epochs before one; how many."""
    return run(connection, "DELETE FROM hit_seed WHERE epoch < ?", [before])


def put_committed(connection: Connection, one: Committed, at: str) -> None:
    """Keep what a member committed to: the first word stands."""
    values = (one.member, one.epoch, to_text(one.keys), one.digest, one.statement, one.words, at)
    insert_many(connection, "hit_key", "member, epoch, keys, digest, statement, words, at", [values])


def committers(connection: Connection) -> set[str]:
    """The members that showed us keys: who answers private questions, or did."""
    return {str(member) for (member,) in rows(connection, "SELECT DISTINCT member FROM hit_key")}


def committed(connection: Connection, member: str, epoch: str) -> Committed | None:
    """The keys of a member in an epoch, as it showed them to us."""
    found = rows(
        connection,
        "SELECT member, epoch, keys, digest, statement, words FROM hit_key WHERE member = ? AND epoch = ?",
        [member, epoch],
    )
    for who, when, keys, seen, statement, words in found:
        return Committed(str(who), str(when), from_text(keys), bytes(seen), str(statement), bytes(words))
    return None


_SHOWN = ("hit_key", "hit_witness")


def put_witness(connection: Connection, one: Witness, at: str) -> None:
    """Keep which keys of a member another member was shown."""
    values = (one.member, one.epoch, one.witness, one.digest, one.words, at)
    columns = "member, epoch, witness, digest, words, at"
    insert_many(connection, "hit_witness", columns, [values], ignore=True)


def witnesses(connection: Connection, member: str, epoch: str) -> list[Witness]:
    """What others were shown of a member's keys."""
    columns = "member, epoch, witness, digest, words"
    where = "WHERE member = ? AND epoch = ? ORDER BY witness, digest"
    found = rows(connection, f"SELECT {columns} FROM hit_witness {where}", [member, epoch])
    return [Witness(str(r[0]), str(r[1]), str(r[2]), bytes(r[3]), bytes(r[4])) for r in found]


def drop_shown(connection: Connection, besides: str, before: str) -> None:
    """Forget the keys that all members but one showed of epochs before one. What proves that a member signed two sets
    for one epoch stays."""
    some = (f"SELECT member, epoch, digest FROM {table} WHERE epoch < ?" for table in _SHOWN)
    sql = f"SELECT member, epoch FROM ({' UNION '.join(some)}) AS said GROUP BY member, epoch HAVING count(*) = 1"
    for member, epoch in rows(connection, sql, [before, before]):
        for table in _SHOWN if member != besides else ():
            run(connection, f"DELETE FROM {table} WHERE member = ? AND epoch = ?", [member, epoch])


# --- the ledger ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One question, asked, answered or refused. At the holder `subjects` and `hits` are 0: it does not know; what it
    refused counts no keys, unless it was no question at all. One line may stand for several refusals (`times`)."""

    side: str
    partner: str
    by: str
    kind: str
    keys: int
    purpose: str
    basis: str
    case: str
    at_us: int
    subjects: int = 0
    hits: int = 0
    reason: str = ""
    times: int = 1


_LINE = '"side", partner, "by", kind, keys, purpose, basis, "case", at_us, subjects, hits, reason, times'


def add_question(connection: Connection, one: Line) -> int:
    """Write one into the ledger; its number."""
    n = next_numbers(connection, "hit_question")
    values = (n, one.side, one.partner, one.by, one.kind, one.keys, one.purpose, one.basis, one.case, one.at_us)
    insert_many(connection, "hit_question", f"n, {_LINE}", [(*values, one.subjects, one.hits, one.reason, one.times)])
    return n


def count_in(connection: Connection, one: Line) -> int:
    """Add a refusal to the newest line of its partner and reason; for how many that line stands now."""
    sql = "SELECT max(n) FROM hit_question WHERE \"side\" = 'refused' AND partner = ? AND reason = ?"
    ((n,),) = rows(connection, sql, [one.partner, one.reason])
    run(connection, "UPDATE hit_question SET times = times + 1, keys = keys + ? WHERE n = ?", [one.keys, n])
    ((times,),) = rows(connection, "SELECT times FROM hit_question WHERE n = ?", [n])
    return int(times)


def hits_of(connection: Connection, n: int, count: int) -> None:
    """How many of a question's subjects a partner holds."""
    run(connection, "UPDATE hit_question SET hits = ? WHERE n = ?", [count, n])


def keys_since(connection: Connection, sides: Sequence[str], partner: str, since_us: int) -> tuple[int, int]:
    """(keys, questions) that went to or came from a partner since a moment."""
    found = select_in(
        connection,
        'SELECT coalesce(sum(keys), 0), count(*) FROM hit_question WHERE "side" IN (:in) AND partner = ? AND at_us > ?'
        " AND keys > 0",
        sides,
        partner,
        since_us,
    )
    return sum(int(keys) for keys, _ in found), sum(int(count) for _, count in found)


def refused_since(connection: Connection, partner: str, reason: str, since_us: int) -> int:
    """How many lines there are of what a partner was refused for a reason since a moment."""
    where = "\"side\" = 'refused' AND partner = ? AND reason = ? AND at_us > ?"
    return int(rows(connection, f"SELECT count(*) FROM hit_question WHERE {where}", [partner, reason, since_us])[0][0])


def subjects_since(connection: Connection, since_us: int) -> dict[str, int]:
    """Name → how many things it asked about; one thing asked of several partners counts once for each."""
    found = rows(
        connection,
        'SELECT "by", sum(subjects) FROM hit_question WHERE "side" = \'asked\' AND at_us > ? GROUP BY "by"',
        [since_us],
    )
    return {str(name): int(count) for name, count in found}


def answered_on(connection: Connection, partner: str, kind: str, purpose: str, basis: str, since_us: int) -> int:
    """Of how many keys a partner was answered, on a kind, for a purpose and on a legal basis, since a moment."""
    where = "\"side\" = 'answered' AND partner = ? AND kind = ? AND purpose = ? AND basis = ? AND at_us > ?"
    given = [partner, kind, purpose, basis, since_us]
    return int(rows(connection, f"SELECT coalesce(sum(keys), 0) FROM hit_question WHERE {where}", given)[0][0])


def questions(connection: Connection, *, limit: int = 100) -> list[Line]:
    """The ledger, newest first."""
    found = rows(connection, f"SELECT {_LINE} FROM hit_question ORDER BY n DESC LIMIT ?", [limit])
    return [
        Line(
            str(r[0]),
            str(r[1]),
            str(r[2]),
            str(r[3]),
            int(r[4]),
            str(r[5]),
            str(r[6]),
            str(r[7]),
            int(r[8]),
            int(r[9]),
            int(r[10]),
            str(r[11]),
            int(r[12]),
        )
        for r in found
    ]


# --- hits and cases --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A hit that only we know of, until a case is opened."""

    id: str
    partner: str
    kind: str
    epoch: str
    value: str
    tag: bytes
    by: str
    purpose: str
    basis: str
    case: str
    at: str
    state: str


_FOUND = 'id, partner, kind, epoch, value, tag, "by", purpose, basis, "case", at, state'


def put_found(connection: Connection, one: Found) -> None:
    """Keep a hit."""
    run(connection, "DELETE FROM hit WHERE id = ?", [one.id])
    values = (one.id, one.partner, one.kind, one.epoch, one.value, one.tag, one.by, one.purpose, one.basis, one.case)
    insert_many(connection, "hit", _FOUND, [(*values, one.at, one.state)])


def found(connection: Connection, *, partner: str = "", value: str = "", case: str = "") -> list[Found]:
    """Hits, newest first."""
    where, given = ["1 = 1"], []
    for column, wanted in (("partner", partner), ("value", value), ('"case"', case)):
        if wanted:
            where.append(f"{column} = ?")
            given.append(wanted)
    got = rows(connection, f"SELECT {_FOUND} FROM hit WHERE {' AND '.join(where)} ORDER BY at DESC, id", given)
    return [
        Found(
            str(r[0]),
            str(r[1]),
            str(r[2]),
            str(r[3]),
            str(r[4]),
            bytes(r[5]),
            str(r[6]),
            str(r[7]),
            str(r[8]),
            str(r[9]),
            str(r[10]),
            str(r[11]),
        )
        for r in got
    ]


def drop_found(connection: Connection, before: str) -> int:
    """Forget hits on which nobody opened a case since; how many."""
    return run(connection, "DELETE FROM hit WHERE state = 'found' AND at < ?", [before])


@dataclass(frozen=True, slots=True)
class Case:
    """A confirmation case as one end has it; the times are the holder's at both ends."""

    id: str
    side: str
    partner: str
    kind: str
    value: str
    purpose: str
    basis: str
    opened: str
    received: str
    answered: str
    refused: str
    ground: str
    release: str
    by: str
    tag: str = ""


_CASE = (  # in the order of the fields
    'id, "side", partner, kind, value, purpose, basis, opened, received, answered, refused, ground, "release", "by"'
    ", tag"
)


def put_case(connection: Connection, one: Case) -> None:
    """Keep a case as it stands."""
    run(connection, "DELETE FROM hit_case WHERE id = ?", [one.id])
    values = (one.id, one.side, one.partner, one.kind, one.value, one.purpose, one.basis, one.opened, one.received)
    more = (one.answered, one.refused, one.ground, one.release, one.by, one.tag)
    insert_many(connection, "hit_case", _CASE, [(*values, *more)])


def cases(connection: Connection, *, identifier: str = "") -> list[Case]:
    """Cases, newest first, or one by its id."""
    where, given = ("WHERE id = ?", [identifier]) if identifier else ("", [])
    got = rows(connection, f"SELECT {_CASE} FROM hit_case {where} ORDER BY opened DESC, id", given)
    return [Case(*(str(part) for part in row)) for row in got]


def cases_on(connection: Connection, side: str, partner: str, kind: str, purpose: str, basis: str) -> list[Case]:
    """The cases with a partner on a kind, for a purpose and on a legal basis."""
    where = '"side" = ? AND partner = ? AND kind = ? AND purpose = ? AND basis = ?'
    got = rows(connection, f"SELECT {_CASE} FROM hit_case WHERE {where}", [side, partner, kind, purpose, basis])
    return [Case(*(str(part) for part in row)) for row in got]
