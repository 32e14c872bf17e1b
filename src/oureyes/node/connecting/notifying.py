"""Rules, where an alert stands, and the notifications that go out."""

from __future__ import annotations

from collections.abc import Callable

from oureyes.alert import NOTIFIERS, webhook
from oureyes.alert.inbox import move as moved
from oureyes.errors import NotHeld, OurEyesError, Refused
from oureyes.model.findings import Alert, AlertState, Subscription
from oureyes.node.context import Context
from oureyes.storage import Connection, desk

__all__ = ["move", "notify", "subscribe", "unsubscribe"]

_LONGEST_WAIT_MS = 3_600_000


def subscribe(ctx: Context, rule: Subscription, *, by: str) -> None:
    """Keep a rule. ConfigError when its address could never be reached."""
    if rule.notifier == "webhook":
        webhook.readable(rule.address)

    def write(connection: Connection) -> None:
        desk.put_subscription(connection, rule)
        ctx.audit(connection, by, "subscribe", rule.id)

    ctx.db.write(write)


def unsubscribe(ctx: Context, rule: str, *, by: str) -> None:
    """Forget a rule."""

    def write(connection: Connection) -> None:
        if not desk.drop_subscription(connection, rule):
            raise NotHeld(f"rule {rule[:40]}", "a rule of this node", "none by that id", "`oureyes rules`")
        ctx.audit(connection, by, "subscribe", rule, "", dropped=True)

    ctx.db.write(write)


def move(ctx: Context, alert: str, state: AlertState, *, by: str, assignee: str = "") -> None:
    """See, assign or finish an alert."""

    def write(connection: Connection) -> None:
        found = desk.alerts(connection, n=alert)
        if not found:
            raise NotHeld(alert, "an alert", "none by that id", "`oureyes inbox`")
        after = moved(found[0][0], state, by, assignee)
        who = after.owner if state is AlertState.ASSIGNED else found[0][1]
        desk.move_alert(connection, alert, state, who)
        ctx.audit(connection, by, "alert", alert, "", state=str(state))

    ctx.db.write(write)


def notify(ctx: Context, send: Callable[[str, Alert, str], None] | None = None) -> int:
    """Send what is due; what fails waits longer each time, and stays in the inbox whatever happens. How many went."""
    with ctx.db.read() as connection:
        due = desk.notifications(connection, ctx.now_ms())
    return sum(_notify_one(ctx, send or _send_by(ctx), *one) for one in due)


def _notify_one(
    ctx: Context, send: Callable[[str, Alert, str], None], n: int, identifier: str, name: str, address: str, tries: int
) -> bool:
    with ctx.db.read() as connection:
        found = desk.alerts(connection, n=identifier)
    error = _sent(send, name, found[0][0], address) if found else ""
    later = ctx.now_ms() + min(_LONGEST_WAIT_MS, 1_000 * 2 ** min(tries, 20)) if error else 0
    state = "waiting" if error else "sent"
    ctx.db.write(lambda connection: desk.settle_notification(connection, n, state, tries + 1, later, error))
    return bool(found) and not error


def _sent(send: Callable[[str, Alert, str], None], name: str, alert: Alert, address: str) -> str:
    try:
        send(name, alert, address)
    except OurEyesError as error:
        return str(error)[:200]
    except OSError as error:  # the network; its type says enough, its text may name an address
        return type(error).__name__
    return ""


def _send_by(ctx: Context) -> Callable[[str, Alert, str], None]:
    allowed = ctx.config.names("webhook_allow")

    def send(name: str, alert: Alert, address: str) -> None:
        found = next((one for one in NOTIFIERS if name == one.NAME), None)
        if found is None:
            names = ", ".join(one.NAME for one in NOTIFIERS)
            raise Refused(f"notifier {name[:20]}", names, "none by that name", "`oureyes subscribe --help`")
        if found is webhook:
            webhook.send(alert, address, allowed=allowed, loopback_http=bool(allowed))
        else:
            found.send(alert, address)

    return send
