"""Who did what: partners with what they hold of ours, and everybody here, line by line of the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from oureyes.storage.dialect import insert_many, next_numbers, rows, run, select_in

__all__ = ["AuditLine", "activity", "add_activity", "audit_lines", "newest_audit", "put_audit"]


def add_activity(connection: Connection, found: Iterable[tuple[str, str, str, str, str]]) -> int:
    """Keep (partner, object, what, when, statement) as partners tell it; how many were new."""
    added = 0
    for origin, identifier, what, at, statement in found:
        added += run(
            connection,
            "INSERT INTO activity (n, origin, object, what, at, statement) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [next_numbers(connection, "activity"), origin, identifier, what, at, statement],
        )
    return added


def activity(connection: Connection, ids: Iterable[str]) -> list[tuple[str, str, str, str]]:
    """(partner, object, what, when) of what partners did with these ids."""
    found = select_in(connection, "SELECT origin, object, what, at FROM activity WHERE object IN (:in) ORDER BY n", ids)
    return [(str(a), str(b), str(c), str(d)) for a, b, c, d in found]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit log: its exact bytes and hash, and what it is found by."""

    seq: int
    at: str
    actor: str
    verb: str
    subject: str
    purpose: str
    leaf: bytes
    hash: bytes


def put_audit(connection: Connection, found: Sequence[AuditLine]) -> None:
    """Append lines. There is no way to change or remove one."""
    insert_many(
        connection,
        "audit",
        "seq, at, actor, verb, subject, purpose, leaf, hash",
        [(r.seq, r.at, r.actor, r.verb, r.subject, r.purpose, r.leaf, r.hash) for r in found],
    )


def audit_lines(
    connection: Connection,
    *,
    start: int = 0,
    before: int = 0,
    limit: int = 1000,
    subject: str = "",
    actor: str = "",
    verb: str = "",
    newest: bool = False,
) -> list[tuple[bytes, bytes]]:
    """(leaf, hash) of lines from `start` (and, unless it is 0, `before`), or of those about a subject, by an actor, of
    a verb."""
    where, values = ["seq >= ?"], [start]
    extra: list[Any] = list(values)
    if before:
        where.append("seq < ?")
        extra.append(before)
    for column, value in (("subject", subject), ("actor", actor), ("verb", verb)):
        if value:
            where.append(f"{column} = ?")
            extra.append(value)
    order = "DESC" if newest else "ASC"
    found = rows(
        connection,
        f"SELECT leaf, hash FROM audit WHERE {' AND '.join(where)} ORDER BY seq {order} LIMIT ?",
        [*extra, limit],
    )
    return [(bytes(leaf), bytes(dig)) for leaf, dig in found]


def newest_audit(connection: Connection) -> str:
    """When the last line was written; "" before the first."""
    found = rows(connection, "SELECT at FROM audit ORDER BY seq DESC LIMIT 1")
    return str(found[0][0]) if found else ""
