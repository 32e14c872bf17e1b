"""Whom it concerns is told: inbox, subscribe, unsubscribe, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli.frame import Session, command, group
from oureyes.interfaces.words import members

if TYPE_CHECKING:
    from oureyes.model.findings import Alert, Subscription

__all__ = ["add_to"]

_PANEL = "Correlate and alert"
_Alert = Annotated[str, typer.Argument(metavar="ALERT", help="Its id, alert--….")]
_EVENTS = ("match", "received", "retracted", "superseded", "plan", "quarantine", "lag")


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    inbox = group("list")
    app.add_typer(
        inbox,
        name="inbox",
        rich_help_panel=_PANEL,
        help="What somebody here must know: one line a cause, the most urgent first.",
        epilog="Example:\n\noureyes inbox",
    )
    command(inbox, "list", example="oureyes inbox\noureyes inbox list --state new --owner desk")(listed)
    command(inbox, "see", example="oureyes inbox see alert--0d7c…")(see)
    command(inbox, "assign", example="oureyes inbox assign alert--0d7c… --to lim")(assign)
    command(inbox, "done", example="oureyes inbox done alert--0d7c…")(done)
    lines = (
        "oureyes subscribe --event match,retracted --own-only\n"
        "oureyes subscribe --area terrorism --state ID --notify webhook --address https://desk.example/ring"
    )
    command(app, "subscribe", panel=_PANEL, example=lines)(subscribe)
    command(app, "unsubscribe", panel=_PANEL, example="oureyes unsubscribe rule--1f3a…")(unsubscribe)
    command(app, "rules", panel=_PANEL, example="oureyes rules")(rules)


def listed(
    at: Session,
    owner: Annotated[str, typer.Option("--owner", metavar="NAME", help="Only what is this desk's or person's.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="WORD", help="new, seen, assigned or done.")] = "",
) -> None:
    """The inbox: what happened, why it rings, and where it stands."""
    from oureyes.model.findings import AlertState

    if state and state not in set(AlertState):
        raise typer.BadParameter(f"one of {', '.join(AlertState)}", param_hint="--state")
    with at.node() as node:
        found = node.inbox(owner=owner, state=state, by=at.by)
    columns = ("id", "state", "for", "rang", "when", "what", "why")
    rows = [
        (one.id, one.state, who or one.owner, f"{times} ×", one.at[:16], one.headline, _first(one.reason))
        for one, who, times in found
    ]
    at.screen.answer(
        {"count": len(found), "alerts": [_alert(*one) for one in found]},
        lambda: at.screen.table(columns, rows, empty="nothing rings"),
    )


def _first(reason: str) -> str:
    """The first of an alert's reasons, and how many more there are."""
    first, *more = reason.split("\n")
    return f"{first} (and {len(more)} more)" if more else first


def _alert(one: Alert, assignee: str, times: int) -> dict[str, Any]:
    return {
        "id": one.id, "event": one.event, "state": str(one.state), "headline": one.headline, "reason": one.reason,
        "objects": one.objects, "origin": one.origin, "at": one.at, "owner": one.owner, "assignee": assignee,
        "rank": one.rank, "times": times, "cause": one.cause,
    }  # fmt: skip


def see(at: Session, alert: _Alert) -> None:
    """Say that you have seen an alert; it stays open."""
    _move(at, alert, "seen")


def assign(
    at: Session,
    alert: _Alert,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="Who takes it; else you.")] = "",
) -> None:
    """Give an alert to somebody, or take it yourself."""
    _move(at, alert, "assigned", to or at.by)


def done(at: Session, alert: _Alert) -> None:
    """Finish an alert. It can be opened again with `see`."""
    _move(at, alert, "done")


def _move(at: Session, alert: str, word: str, assignee: str = "") -> None:
    from oureyes.model.findings import AlertState

    with at.node() as node:
        node.move(alert, AlertState(word), by=at.by, assignee=assignee)
    body = {"alert": alert, "state": word, "assignee": assignee}
    at.screen.answer(body, lambda: at.screen.line(f"{alert} is {word}" + (f" to {assignee}" if assignee else "")))


def subscribe(
    at: Session,
    event: Annotated[str, typer.Option("--event", metavar="WORD,…", help=f"{', '.join(_EVENTS)}; all if absent.")] = "",
    area: Annotated[str, typer.Option("--area", metavar="WORD,…", help="Crime areas.")] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="TYPE,…", help="STIX types, such as indicator.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="ID,…", help="The states it comes from.")] = "",
    own_only: Annotated[bool, typer.Option("--own-only", help="Only what touches what we recorded.")] = False,
    notify: Annotated[str, typer.Option("--notify", metavar="WAY", help="inbox, webhook, mail or syslog.")] = "inbox",
    address: Annotated[str, typer.Option("--address", metavar="WHERE", help="For webhook, mail and syslog.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="NAME", help="Whose inbox; else yours.")] = "",
    rule: Annotated[str, typer.Option("--rule", metavar="ID", help="Replace this rule instead of adding one.")] = "",
) -> None:
    """Be told. What you leave out is not narrowed down; no notification carries content.

    What no rule takes the desk is told of, until a rule for the desk itself says less.
    """
    from oureyes.model.findings import Subscription

    strange = set(members(event)) - set(_EVENTS)
    if strange:
        raise typer.BadParameter(f"{', '.join(_EVENTS)}; not {sorted(strange)[0]}", param_hint="--event")
    with at.node() as node:
        made = Subscription(
            rule or node.ctx.new_id("rule"),
            owner or at.by,
            frozenset(members(event)),
            frozenset(members(area)),
            frozenset(members(kind)),
            frozenset(members(state)),
            own_only,
            notify,
            address,
        )
        node.subscribe(made, by=at.by)
    at.screen.answer(_rule(made), lambda: at.screen.line(f"{made.id}: {made.owner} is told by {made.notifier}"))


def _rule(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id, "owner": one.owner, "events": sorted(one.events), "areas": sorted(one.crime_areas),
        "kinds": sorted(one.kinds), "states": sorted(one.states), "own_only": one.own_only, "notify": one.notifier,
        "address": one.address,
    }  # fmt: skip


def unsubscribe(at: Session, rule: Annotated[str, typer.Argument(metavar="RULE", help="See `oureyes rules`.")]) -> None:
    """No longer be told by a rule."""
    with at.node() as node:
        node.unsubscribe(rule, by=at.by)
    at.screen.answer({"dropped": rule}, lambda: at.screen.line(f"{rule} is gone"))


def rules(at: Session) -> None:
    """Who is told about what."""
    with at.node() as node:
        found = [_rule(one) for one in node.rules()]
    columns = ("rule", "owner", "events", "areas", "kinds", "states", "own only", "by", "address")
    rows = [[", ".join(v) if isinstance(v, list) else v for v in one.values()] for one in found]
    at.screen.answer(
        {"rules": found}, lambda: at.screen.table(columns, rows, empty="no rule: the desk is told of everything")
    )
