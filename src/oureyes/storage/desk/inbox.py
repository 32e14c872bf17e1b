"""Who is told about what: rules, the alerts they made, and the notifications that must go out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from oureyes.model.findings import Alert, AlertState, Subscription
from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, next_numbers, rows, run
from oureyes.storage.texts import from_text, to_text

__all__ = [
    "alerted",
    "alerts",
    "alerts_about",
    "amend_alert",
    "drop_subscription",
    "move_alert",
    "notifications",
    "put_alerts",
    "put_subscription",
    "queue_notification",
    "settle_notification",
    "subscriptions",
    "waiting_alerts",
]


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
    insert_many(connection, "subscription", "id, owner, rule", [(item.id, item.owner, to_text(item))])


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
            [one.event, one.headline, to_text(one.objects), str(one.state), one.reason, one.rank, one.at, one.id],
        )
    insert_many(
        connection,
        "alert",
        "id, cause, event, headline, objects, origin, owner, state, reason, rank, at, assignee, count",
        [
            (a.id, a.cause, a.event, a.headline, to_text(a.objects), a.origin, a.owner, *_standing_of(a), a.at, "", 1)
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
                tuple(from_text(r[4])),
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
