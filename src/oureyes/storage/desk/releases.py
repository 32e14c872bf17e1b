"""Releases on their way and out: drafts, who got what under which id, consent to pass on, neutrality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, rows, run, select_in
from oureyes.storage.texts import from_text, to_text

__all__ = [
    "Draft",
    "all_consents",
    "consents",
    "draft",
    "drafts",
    "neutrality",
    "parents",
    "parents_of",
    "put_consent",
    "put_draft",
    "put_neutrality",
    "put_released",
    "released_state",
    "released_to",
]


@dataclass(frozen=True, slots=True)
class Draft:
    """A release on its way: proposed by `author`, approved by others, then out."""

    id: str
    author: str
    at: str
    purpose: str
    kind: str
    reason: str
    recipients: tuple[str, ...]
    objects: tuple[str, ...]
    approvals: tuple[str, ...]
    state: str
    outcome: Mapping[str, Any]


def put_draft(connection: Connection, item: Draft) -> None:
    """Keep a draft as it stands."""
    noted(connection, "release", item.id)
    run(connection, 'DELETE FROM "release" WHERE id = ?', [item.id])
    insert_many(
        connection,
        "release",
        "id, author, at, purpose, kind, reason, recipients, objects, approvals, state, outcome",
        [
            (
                item.id,
                item.author,
                item.at,
                item.purpose,
                item.kind,
                item.reason,
                to_text(item.recipients),
                to_text(item.objects),
                to_text(item.approvals),
                item.state,
                to_text(item.outcome),
            )
        ],
    )


def draft(connection: Connection, identifier: str) -> Draft | None:
    """One draft."""
    found = [item for item in drafts(connection) if item.id == identifier]
    return found[0] if found else None


def drafts(connection: Connection, *, state: str = "") -> list[Draft]:
    """All drafts, oldest first, or those in one state."""
    found = rows(
        connection,
        "SELECT id, author, at, purpose, kind, reason, recipients, objects, approvals, state, outcome"
        ' FROM "release" ORDER BY at, id',
    )
    return [
        Draft(
            str(r[0]),
            str(r[1]),
            str(r[2]),
            str(r[3]),
            str(r[4]),
            str(r[5]),
            tuple(from_text(r[6])),
            tuple(from_text(r[7])),
            tuple(from_text(r[8])),
            str(r[9]),
            from_text(r[10]),
        )
        for r in found
        if not state or r[9] == state
    ]


def put_released(
    connection: Connection, found: Iterable[tuple[int, str, str, str, bytes, str]], *, anew: bool = True
) -> None:
    """Remember (ident, recipient, id it went under, statement, digest, when): whom a correction must reach. Not `anew`:
    what is known of it already counts."""
    for ident, recipient, sent, statement, dig, at in found:
        if anew:
            run(
                connection,
                "DELETE FROM released WHERE ident = ? AND recipient = ? AND sent = ?",
                [ident, recipient, sent],
            )
        insert_many(
            connection,
            "released",
            "ident, recipient, sent, statement, digest, state, at",
            [(ident, recipient, sent, statement, dig, "out", at)],
            ignore=not anew,
        )


def released_to(connection: Connection, identifier: str) -> list[tuple[str, str, str, str, bytes, str]]:
    """(recipient, id it went under, state, statement, digest, when) of everything that left for an id."""
    found = rows(
        connection,
        "SELECT r.recipient, r.sent, r.state, r.statement, r.digest, r.at FROM released r"
        " JOIN ident i ON i.n = r.ident WHERE i.id = ? ORDER BY r.recipient, r.sent",
        [identifier],
    )
    return [(str(a), str(b), str(c), str(d), bytes(e), str(f)) for a, b, c, d, e, f in found]


def released_state(connection: Connection, ident: int, recipient: str, sent: str, state: str) -> None:
    """What left has been superseded or retracted."""
    run(
        connection,
        "UPDATE released SET state = ? WHERE ident = ? AND recipient = ? AND sent = ?",
        [state, ident, recipient, sent],
    )


def parents(connection: Connection, sent: Iterable[str]) -> dict[str, str]:
    """For ids that went out: the id here that they were (extracts go under another)."""
    found = select_in(
        connection, "SELECT r.sent, i.id FROM released r JOIN ident i ON i.n = r.ident WHERE r.sent IN (:in)", sent
    )
    return {str(a): str(b) for a, b in found}


def parents_of(connection: Connection, sent: Iterable[str]) -> list[tuple[str, str]]:
    """(id that went out, id here that it was) of each, more than one where an extract is held beside its whole."""
    found = select_in(
        connection,
        "SELECT DISTINCT r.sent, i.id FROM released r JOIN ident i ON i.n = r.ident WHERE r.sent IN (:in)",
        sent,
    )
    return [(str(a), str(b)) for a, b in found]


def put_consent(
    connection: Connection,
    identifier: str,
    recipient: str,
    asker: str,
    *,
    origin: str,
    state: str,
    at: str,
    expires: str = "",
    reason: str = "",
    envelope: bytes = b"",
) -> None:
    """Keep where a request to pass an object on stands."""
    noted(connection, "consent", identifier)
    run(
        connection,
        "DELETE FROM consent WHERE object = ? AND recipient = ? AND asker = ?",
        [identifier, recipient, asker],
    )
    insert_many(
        connection,
        "consent",
        "object, recipient, asker, origin, state, expires, reason, envelope, at",
        [(identifier, recipient, asker, origin, state, expires, reason, envelope, at)],
    )


def consents(connection: Connection, ids: Iterable[str]) -> list[tuple[str, str, str, str, str, str, bytes]]:
    """(object, recipient, asker, origin, state, expires, envelope) for these objects."""
    found = select_in(
        connection,
        "SELECT object, recipient, asker, origin, state, expires, envelope FROM consent WHERE object IN (:in)",
        ids,
    )
    return [(str(a), str(b), str(c), str(d), str(e), str(f), bytes(g)) for a, b, c, d, e, f, g in found]


def all_consents(connection: Connection) -> list[tuple[str, str, str, str, str, str, str, str]]:
    """(object, recipient, asker, origin, state, expires, reason, when) of every request to pass something on."""
    found = rows(
        connection,
        "SELECT object, recipient, asker, origin, state, expires, reason, at FROM consent ORDER BY at, object",
    )
    return [tuple(str(part) for part in row) for row in found]  # type: ignore[misc]  # eight columns, eight texts


def neutrality(connection: Connection, identifier: str) -> Mapping[str, Any] | None:
    """The answers kept for a notice."""
    found = rows(connection, "SELECT answers FROM neutrality WHERE id = ?", [identifier])
    return from_text(found[0][0]) if found else None


def put_neutrality(connection: Connection, identifier: str, answers: Mapping[str, Any]) -> None:
    """Keep the answers for a notice."""
    run(connection, "DELETE FROM neutrality WHERE id = ?", [identifier])
    insert_many(connection, "neutrality", "id, answers", [(identifier, to_text(answers))])
