"""Under oversight: the audit log and its proof, who has what anywhere, what is due, and the yearly figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from oureyes.errors import InvalidObject, NotHeld, VerificationError
from oureyes.exchange.log import sign_checkpoint, verify_checkpoint
from oureyes.model.merkle import inclusion, leaf_hash, verify_inclusion
from oureyes.node.context import Context
from oureyes.oversee import audit
from oureyes.oversee.figures import Figures, figures
from oureyes.storage import Connection, accounts, channels, desk, objects

__all__ = ["Holder", "Proof", "audit_lines", "looked", "prove", "seal_audit", "verify_audit", "who_has", "yearly"]

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Holder:
    """One partner that an object went to, and what it has told us it did with it; or an outside account that was given
    it at a `door` of ours, which tells nothing of what it does."""

    member: str
    sent_as: str
    state: str
    statement: str
    sent_at: str
    received: bool
    opened_at: str
    matched_at: str
    door: str = ""


def audit_lines(
    ctx: Context, *, by: str, subject: str = "", actor: str = "", verb: str = "", limit: int = 100, before: int = 0
) -> list[audit.Row]:
    """The newest lines (before line `before`, unless it is 0), about a subject, by an actor or of a verb. Looking is a
    line of its own."""
    with ctx.db.read() as connection:
        found = desk.audit_lines(
            connection, before=before, subject=subject, actor=actor, verb=verb, limit=limit, newest=True
        )
    ctx.db.write(lambda connection: ctx.audit(connection, by, "audit", subject, "oversight", count=len(found)))
    return [audit.Row.of(leaf) for leaf, _ in found]


def who_has(ctx: Context, identifier: str, *, by: str) -> list[Holder]:
    """Who received, opened and matched an object of ours, anywhere; and which outside accounts were given it."""
    with ctx.db.read() as connection:
        out: list[Holder] = []
        for recipient, sent, state, statement, _, at in desk.released_to(connection, identifier):
            done = {what: when for who, _, what, when in desk.activity(connection, [sent]) if who == recipient}
            received = channels.receipted_statement(connection, ctx.me, recipient, statement)
            opened, matched = done.get("opened", ""), done.get("matched", "")
            out.append(Holder(recipient, sent, state, statement, at, received, opened, matched))
        out += [_outside(one) for one in accounts.shown(connection, identifier)]
    ctx.db.write(lambda connection: ctx.audit(connection, by, "who-has", identifier, "oversight", count=len(out)))
    return out


def _outside(one: accounts.Shown) -> Holder:
    return Holder(one.account, one.sent, one.state, "", one.at, True, "", "", one.door)


def _origin_line(ctx: Context) -> str:
    return f"oureyes/audit/{ctx.me}"


def seal_audit(ctx: Context) -> int:
    """Sign the audit log's present head; how many lines it covers. What is cut off later is missed."""

    def write(connection: Connection) -> int:
        frontier = ctx.audit_frontier(connection)
        note = sign_checkpoint(_origin_line(ctx), frontier.size, frontier.root(), ctx.keys.sign).note
        desk.put_setting(connection, "audit_head", note.decode())
        return frontier.size

    return ctx.db.write(write)


@dataclass(frozen=True, slots=True)
class Proof:
    """That a row is in the log whose head is signed: whoever has the head and the key needs nothing else of the log."""

    row: audit.Row
    leaf: bytes
    size: int
    path: tuple[bytes, ...]
    head: bytes


def prove(ctx: Context, seq: int) -> Proof:
    """The proof of one row (RFC 6962 §2.1.1) under the head signed now; checked here before it is given."""
    seal_audit(ctx)
    with ctx.db.read() as connection:
        note = desk.get_setting(connection, "audit_head") or ""
        kept = list(_sealed(connection))
    head = verify_checkpoint(note.encode(), _origin_line(ctx), ctx.keys.sign.public)
    if not 0 <= seq < head.size:
        raise NotHeld(f"audit row {seq}", f"one of {head.size} rows", "none by that number", "`oureyes audit`")
    path = inclusion([one.leaf_hash for one in kept[: head.size]], seq, head.size)
    if not verify_inclusion(leaf_hash(kept[seq].leaf), seq, head.size, path, head.root):
        raise VerificationError(f"audit row {seq}", "the row the head was signed over", "another", "`oureyes verify`")
    return Proof(kept[seq].row, kept[seq].leaf, head.size, path, head.note)


def looked(
    ctx: Context, by: str, verb: str, subject: str, purpose: str = "", **detail: str | int | tuple[str, ...]
) -> None:
    """Who was shown something leaves a row, as who changed something does; nobody by name is the node itself."""
    if by:
        ctx.db.write(lambda connection: ctx.audit(connection, by, verb, subject, purpose, **detail))


def verify_audit(ctx: Context) -> audit.Verified:
    """Every line against its hash, and all of them against the signed head."""
    with ctx.db.read() as connection:
        note = desk.get_setting(connection, "audit_head")
        heads = [verify_checkpoint(note.encode(), _origin_line(ctx), ctx.keys.sign.public)] if note else []
        found, kept = audit.verify(_sealed(connection), heads), ctx.audit_frontier(connection)
    if found.flaw is None and found.size < kept.size:  # lines after the newest signed head are only counted
        return replace(found, flaw=audit.Flaw(found.size, kept.size - 1, "cut off"))
    if found.flaw is None and found.root != kept.root():
        return replace(found, flaw=audit.Flaw(found.covered, max(found.covered, found.size - 1), "rewritten"))
    return found


def _sealed(connection: Connection) -> Iterator[audit.Sealed]:
    """Every line as it is kept, a page at a time."""
    start = 0
    while page := desk.audit_lines(connection, start=start, limit=_PAGE):
        yield from (audit.Sealed(leaf, dig) for leaf, dig in page)
        start = _last(page) + 1


def _last(page: list[tuple[bytes, bytes]]) -> int:
    try:
        return audit.Row.of(page[-1][0]).seq
    except InvalidObject:  # an altered line: `verify` names it before the next page is asked for
        return 1 << 53


def yearly(ctx: Context, year: int) -> Figures:
    """The figures of one year that a state may publish, from the audit log alone."""
    with ctx.db.read() as connection:
        return figures((kept.row for kept in _sealed(connection)), year)


def numbers(ctx: Context) -> Mapping[str, int]:
    """What the node holds, for `doctor` and the yearly figures; no personal data."""
    with ctx.db.read() as connection:
        held = objects.count(connection)
        return {
            "objects": sum(held.values()),
            "quarantined": len(desk.quarantined(connection)),
            "alerts": len(desk.alerts(connection)),
            "audit lines": ctx.audit_frontier(connection).size,
        }
