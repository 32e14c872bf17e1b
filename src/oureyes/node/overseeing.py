"""Under oversight: the audit log and its proof, who has what anywhere, what is due, and the yearly figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oureyes.exchange.log import sign_checkpoint, verify_checkpoint
from oureyes.model.merkle import root_of
from oureyes.node.context import Context
from oureyes.oversee import audit
from oureyes.storage import Connection, channels, desk, objects

__all__ = ["AuditProof", "Holder", "audit_lines", "seal_audit", "verify_audit", "who_has"]

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Holder:
    """One partner that an object went to, and what it has told us it did with it."""

    member: str
    sent_as: str
    state: str
    statement: str
    sent_at: str
    received: bool
    opened_at: str
    matched_at: str


@dataclass(frozen=True, slots=True)
class AuditProof:
    """The audit log checked line by line against its signed head; `fault` names the first line that does not hold."""

    lines: int
    sealed: int
    fault: str = ""


def audit_lines(
    ctx: Context, *, by: str, subject: str = "", actor: str = "", verb: str = "", limit: int = 100
) -> list[desk.AuditRow]:
    """The newest lines, about a subject, by an actor or of a verb. Looking is a line of its own."""
    with ctx.db.read() as connection:
        found = desk.audit_rows(connection, subject=subject, actor=actor, verb=verb, limit=limit, newest=True)
    ctx.db.write(lambda connection: ctx.audit(connection, by, "audit", subject, "oversight", lines=len(found)))
    return found


def who_has(ctx: Context, identifier: str, *, by: str) -> list[Holder]:
    """Who received, opened and matched an object of ours, anywhere."""
    with ctx.db.read() as connection:
        out: list[Holder] = []
        for recipient, sent, state, statement, _, at in desk.released_to(connection, identifier):
            done = {what: when for who, _, what, when in desk.activity(connection, [sent]) if who == recipient}
            received = channels.receipted_statement(connection, ctx.me, recipient, statement)
            opened, matched = done.get("opened", ""), done.get("matched", "")
            out.append(Holder(recipient, sent, state, statement, at, received, opened, matched))
    ctx.db.write(lambda connection: ctx.audit(connection, by, "who-has", identifier, "oversight", holders=len(out)))
    return out


def _origin_line(ctx: Context) -> str:
    return f"oureyes/audit/{ctx.me}"


def seal_audit(ctx: Context) -> int:
    """Sign the audit log's present head; how many lines it covers. What is cut off later is missed."""

    def write(connection: Connection) -> int:
        leaves = desk.audit_leaves(connection)
        note = sign_checkpoint(_origin_line(ctx), len(leaves), root_of(leaves), ctx.keys.sign).note
        desk.put_setting(connection, "audit_head", note.decode())
        return len(leaves)

    return ctx.db.write(write)


def verify_audit(ctx: Context) -> AuditProof:
    """Every line against its hash, and all of them against the signed head."""
    with ctx.db.read() as connection:
        note = desk.get_setting(connection, "audit_head")
        leaves: list[bytes] = []
        while page := desk.audit_rows(connection, start=len(leaves), limit=_PAGE):
            for row in page:
                if row.seq != len(leaves):
                    return AuditProof(len(leaves), 0, f"line {len(leaves)} is missing")
                line = audit.Row(row.seq, row.at, row.actor, row.verb, row.subject, row.purpose, dict(row.detail))
                if audit.leaf_hash(line.leaf) != row.leaf:
                    return AuditProof(len(leaves), 0, f"line {row.seq} was altered")
                leaves.append(row.leaf)
    if note is None:
        return AuditProof(len(leaves), 0)
    head = verify_checkpoint(note.encode(), _origin_line(ctx), ctx.keys.sign.public)
    if head.size > len(leaves):
        return AuditProof(len(leaves), head.size, f"lines from {len(leaves)} to {head.size - 1} are missing")
    if root_of(leaves[: head.size]) != head.root:
        return AuditProof(len(leaves), head.size, f"the first {head.size} lines are not those that were signed")
    return AuditProof(len(leaves), head.size)


def numbers(ctx: Context) -> Mapping[str, int]:
    """What the node holds, for `doctor` and the yearly figures; no personal data."""
    with ctx.db.read() as connection:
        held = objects.count(connection)
        return {
            "objects": sum(held.values()),
            "quarantined": len(desk.quarantined(connection)),
            "alerts": len(desk.alerts(connection)),
            "audit lines": len(desk.audit_leaves(connection)),
        }
