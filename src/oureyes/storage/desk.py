"""What people work with: releases, quarantine, alerts and notifications, plans' standing, partners' activity, audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from oureyes.errors import OurEyesError
from oureyes.model.findings import Alert, AlertState, Subscription
from oureyes.model.objects import digest
from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, next_numbers, rows, run, select_in

__all__ = [
    "AuditLine",
    "Draft",
    "Original",
    "Quarantined",
    "add_activity",
    "alerts",
    "audit_lines",
    "draft",
    "drafts",
    "put_alerts",
    "put_audit",
    "put_draft",
    "quarantine",
    "subscriptions",
]


@dataclass(frozen=True, slots=True)
class Original:
    """An input as it was read once: its digest makes reading it again add nothing."""

    digest: bytes
    source: int
    name: str
    format: str
    size: int
    at: str
    done: int
    state: str
    report: Mapping[str, Any]


def original(connection: Connection, dig: bytes) -> Original | None:
    """The run that read these bytes, if any."""
    found = rows(
        connection,
        "SELECT digest, source, name, format, size, at, done, state, report FROM original WHERE digest = ?",
        [dig],
    )
    if not found:
        return None
    d, source, name, kind, size, at, done, state, report = found[0]
    return Original(
        bytes(d), int(source), str(name), str(kind), int(size), str(at), int(done), str(state), _load(report)
    )


def put_original(connection: Connection, item: Original) -> None:
    """Keep how far the reading of an input has come."""
    run(connection, "DELETE FROM original WHERE digest = ?", [item.digest])
    insert_many(
        connection,
        "original",
        "digest, source, name, format, size, at, done, state, report",
        [
            (
                item.digest,
                item.source,
                item.name,
                item.format,
                item.size,
                item.at,
                item.done,
                item.state,
                _dump(item.report),
            )
        ],
    )


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that could not be read, with what was expected and what to do."""

    n: int
    source: str
    subject: str
    expected: str
    found: str
    remedy: str
    raw: bytes
    at: str
    state: str


_REMEDY = "correct it at its source and import it again; after an update of this software: `oureyes quarantine retry`"


def quarantine(connection: Connection, source: str, error: OurEyesError, raw: bytes, at: str) -> bool:
    """Put something aside; the same bytes from the same source only once."""
    n = next_numbers(connection, "quarantine")
    said = (error.subject, error.expected, error.found, error.remedy or _REMEDY)
    fresh = run(
        connection,
        "INSERT INTO quarantine (n, source, subject, expected, found, remedy, raw, digest, at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING",
        [n, source, *said, raw, digest(raw), at],
    )
    if fresh > 0:
        noted(connection, "quarantine", str(n))
    return fresh > 0


def quarantined(connection: Connection, *, n: int | None = None, state: str = "waiting") -> list[Quarantined]:
    """What is waiting for a person, or one by its number."""
    where, values = ("n = ?", [n]) if n is not None else ("state = ?", [state])
    found = rows(
        connection,
        f"SELECT n, source, subject, expected, found, remedy, raw, at, state FROM quarantine WHERE {where} ORDER BY n",
        values,
    )
    return [
        Quarantined(int(r[0]), str(r[1]), str(r[2]), str(r[3]), str(r[4]), str(r[5]), bytes(r[6]), str(r[7]), str(r[8]))
        for r in found
    ]


def settle_quarantined(connection: Connection, n: int, state: str) -> None:
    """It was taken after all, or dropped."""
    run(connection, "UPDATE quarantine SET state = ? WHERE n = ?", [state, n])
    noted(connection, "quarantine", str(n))


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
                _dump(item.recipients),
                _dump(item.objects),
                _dump(item.approvals),
                item.state,
                _dump(item.outcome),
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
            tuple(_load(r[6])),
            tuple(_load(r[7])),
            tuple(_load(r[8])),
            str(r[9]),
            _load(r[10]),
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
    return _load(found[0][0]) if found else None


def put_neutrality(connection: Connection, identifier: str, answers: Mapping[str, Any]) -> None:
    """Keep the answers for a notice."""
    run(connection, "DELETE FROM neutrality WHERE id = ?", [identifier])
    insert_many(connection, "neutrality", "id, answers", [(identifier, _dump(answers))])


def subscriptions(connection: Connection) -> list[Subscription]:
    """Who is told about what."""
    return [
        msgspec.json.decode(str(rule), type=Subscription)
        for (rule,) in rows(connection, "SELECT rule FROM subscription ORDER BY id")
    ]


def put_subscription(connection: Connection, item: Subscription) -> None:
    """Keep a rule."""
    noted(connection, "rule", item.id)
    run(connection, "DELETE FROM subscription WHERE id = ?", [item.id])
    insert_many(connection, "subscription", "id, owner, rule", [(item.id, item.owner, _dump(item))])


def drop_subscription(connection: Connection, identifier: str) -> bool:
    """Forget a rule."""
    noted(connection, "rule", identifier)
    return run(connection, "DELETE FROM subscription WHERE id = ?", [identifier]) > 0


def waiting_alerts(connection: Connection, cause: str) -> list[Alert]:
    """Rows of a cause that nobody is done with."""
    found = rows(connection, "SELECT id FROM alert WHERE cause = ? AND state <> 'done'", [cause])
    return [one for (n,) in found for one, *_ in alerts(connection, n=str(n))]


def alerted(connection: Connection, cause: str) -> bool:
    """Whether anybody was ever told of a cause, done with it or not."""
    return bool(rows(connection, "SELECT 1 FROM alert WHERE cause = ? LIMIT 1", [cause]))


def put_alerts(connection: Connection, grown: Sequence[Alert], fresh: Sequence[Alert]) -> None:
    """Keep rows that grew and rows that are new."""
    noted(connection, "alert", *(one.id for one in (*grown, *fresh)))
    for one in grown:
        run(
            connection,
            "UPDATE alert SET event = ?, headline = ?, objects = ?, state = ?, reason = ?, rank = ?, at = ?,"
            " count = count + 1 WHERE id = ?",
            [one.event, one.headline, _dump(one.objects), str(one.state), one.reason, one.rank, one.at, one.id],
        )
    insert_many(
        connection,
        "alert",
        "id, cause, event, headline, objects, origin, owner, state, reason, rank, at, assignee, count",
        [
            (a.id, a.cause, a.event, a.headline, _dump(a.objects), a.origin, a.owner, *_standing_of(a), a.at, "", 1)
            for a in fresh
        ],
    )


def _standing_of(alert: Alert) -> tuple[str, str, float]:
    return str(alert.state), alert.reason, alert.rank


def alerts(connection: Connection, *, owner: str = "", state: str = "", n: str = "") -> list[tuple[Alert, str, int]]:
    """(alert, assignee, how often it rang), highest rank first."""
    where, values = ["1 = 1"], []
    for column, value in (("owner", owner), ("state", state), ("id", n)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)
    found = rows(
        connection,
        "SELECT id, cause, event, headline, objects, origin, at, owner, state, reason, rank, assignee, count FROM alert"
        f" WHERE {' AND '.join(where)} ORDER BY CASE state WHEN 'done' THEN 1 ELSE 0 END, rank DESC, at DESC, id",
        values,
    )
    return [
        (
            Alert(
                str(r[0]),
                str(r[1]),
                str(r[2]),
                str(r[3]),
                tuple(_load(r[4])),
                str(r[5]),
                str(r[6]),
                str(r[7]),
                AlertState(str(r[8])),
                str(r[9]),
                float(r[10]),
            ),
            str(r[11]),
            int(r[12]),
        )
        for r in found
    ]


def alerts_about(connection: Connection, identifier: str) -> list[tuple[Alert, str, int]]:
    """Alerts that name an object."""
    found = rows(connection, "SELECT id FROM alert WHERE objects LIKE ?", [f'%"{identifier}"%'])
    return [one for (n,) in found for one in alerts(connection, n=str(n))]


def amend_alert(connection: Connection, identifier: str, reason: str, state: AlertState, assignee: str) -> None:
    """What an alert rests on has changed."""
    noted(connection, "alert", identifier)
    run(
        connection,
        "UPDATE alert SET reason = ?, state = ?, assignee = ? WHERE id = ?",
        [reason, str(state), assignee, identifier],
    )


def move_alert(connection: Connection, identifier: str, state: AlertState, assignee: str) -> None:
    """Where an alert stands now."""
    noted(connection, "alert", identifier)
    run(connection, "UPDATE alert SET state = ?, assignee = ? WHERE id = ?", [str(state), assignee, identifier])


def queue_notification(connection: Connection, alert: str, notifier: str, address: str) -> None:
    """A notification that must go out: kept until it has."""
    insert_many(
        connection,
        "notification",
        "n, alert, notifier, address, state, attempts, next_try, error",
        [(next_numbers(connection, "notification"), alert, notifier, address, "waiting", 0, 0, "")],
    )


def notifications(connection: Connection, now_ms: int, limit: int = 50) -> list[tuple[int, str, str, str, int]]:
    """(number, alert, notifier, address, attempts) of what is due."""
    found = rows(
        connection,
        "SELECT n, alert, notifier, address, attempts FROM notification WHERE state = 'waiting' AND next_try <= ?"
        " ORDER BY n LIMIT ?",
        [now_ms, limit],
    )
    return [(int(a), str(b), str(c), str(d), int(e)) for a, b, c, d, e in found]


def settle_notification(connection: Connection, n: int, state: str, attempts: int, next_try: int, error: str) -> None:
    """It went out, or must be tried again."""
    run(
        connection,
        "UPDATE notification SET state = ?, attempts = ?, next_try = ?, error = ? WHERE n = ?",
        [state, attempts, next_try, error, n],
    )


def put_standing(connection: Connection, plan: str, status: str, reason: str, claims: Any, at: str) -> None:
    """What a plan's validity was found to be."""
    noted(connection, "plan", plan)
    run(connection, "DELETE FROM standing WHERE plan = ?", [plan])
    insert_many(connection, "standing", "plan, status, reason, claims, at", [(plan, status, reason, _dump(claims), at)])


def standing(connection: Connection, plan: str) -> tuple[str, str, Any, str] | None:
    """(status, reason, claims, when) as last found."""
    found = rows(connection, "SELECT status, reason, claims, at FROM standing WHERE plan = ?", [plan])
    return (str(found[0][0]), str(found[0][1]), _load(found[0][2]), str(found[0][3])) if found else None


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


def get_setting(connection: Connection, name: str) -> str | None:
    """A small thing the node remembers, such as its audit log's right edge."""
    found = rows(connection, "SELECT value FROM setting WHERE name = ?", [name])
    return str(found[0][0]) if found else None


def put_setting(connection: Connection, name: str, value: str) -> None:
    """Remember it."""
    run(
        connection,
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )


def _dump(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _load(text: Any) -> Any:
    return msgspec.json.decode(str(text))
