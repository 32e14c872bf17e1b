"""Follow money and methods: money, flow, cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command

if TYPE_CHECKING:
    from oureyes.understand.money import Flow, Route

__all__ = ["add_to"]

_PANEL = "Understand"
_ID = "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    command(app, "money", panel=_PANEL, example=f"oureyes money {_ID} identity--0b1c…")(money)
    command(app, "flow", panel=_PANEL, example="oureyes flow TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")(flow)
    command(app, "cases", panel=_PANEL, example="oureyes cases\noureyes cases --alarm")(cases)


def money(
    at: Session,
    start: Annotated[str, typer.Argument(metavar="ID")],
    end: Annotated[str, typer.Argument(metavar="ID")],
    hops: Annotated[int, typer.Option("--hops", min=1, max=12, help="At most so many links.")] = 6,
    most: Annotated[int, typer.Option("--most", min=1, max=20, help="At most so many ways.")] = 3,
) -> int:
    """The ways between two subjects over all that states have released to you, the cheapest evidence first.

    A movement of money costs least, a common account little, a likeness of names much. Exit 1 when there is no way.
    """
    with at.node() as node:
        found = node.routes(start, end, by=at.by, purpose=at.purpose, hops=hops, most=most)
        names = node.names({one for route in found for one in route.nodes}, by=at.by, purpose=at.purpose)
    body = {"from": start, "to": end, "routes": [_route(one) for one in found]}
    at.screen.answer(body, lambda: _draw(at, found, names))
    return exits.OK if found else exits.NOTHING


def _route(one: Route) -> dict[str, Any]:
    steps = [{"source": s.source, "link": s.link, "target": s.target, "origin": s.origin} for s in one.steps]
    return {"cost": one.cost, "states": list(one.states), "nodes": list(one.nodes), "steps": steps}


def _draw(at: Session, found: tuple[Route, ...], names: dict[str, str]) -> None:
    for one in found:
        at.screen.line(f"{one.cost:g}  {len(one.steps)} steps, on the word of {', '.join(one.states)}", "bold")
        for step in one.steps:
            ends = f"{names.get(step.source, step.source)} → {names.get(step.target, step.target)}"
            at.screen.line(f"      {step.origin}: {ends} ({step.link})")
    if not found:
        at.screen.line("no way found", "dim")


def flow(
    at: Session,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="A wallet, IBAN or account, as people write it.")],
    hops: Annotated[int, typer.Option("--hops", min=1, max=12, help="At most so many movements.")] = 6,
) -> int:
    """Where the money of an account went, layer by layer, and what about it looks like splitting or passing on.

    Amounts are summed by currency and never converted. Exit 1 when nothing left it.
    """
    with at.node() as node:
        found = node.flow(account, by=at.by, purpose=at.purpose, hops=hops)
    at.screen.answer(_flow(found), lambda: _draw_flow(at, found))
    return exits.OK if found.transfers else exits.NOTHING


def _flow(found: Flow) -> dict[str, Any]:
    layers = [
        {
            "hop": layer.hop,
            "accounts": [{"account": a.end, "in": _sums(a.came), "out": _sums(a.went)} for a in accounts],
        }
        for layer in found.layers
        for accounts in [layer.accounts]
    ]
    moved = [
        {"from": t.source, "to": t.target, "amount": str(t.amount), "currency": t.currency, "at": t.at}
        for t in found.transfers
    ]
    patterns = [{"kind": one.kind, "account": one.end, "words": one.words} for one in found.patterns]
    return {"start": found.start, "layers": layers, "transfers": moved, "patterns": patterns}


def _sums(sums: Any) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in sums.items()}


def _draw_flow(at: Session, found: Flow) -> None:
    rows = [
        (layer.hop, one.end, _shown(one.came), _shown(one.went)) for layer in found.layers for one in layer.accounts
    ]
    at.screen.table(("hop", "account", "in", "out"), rows)
    at.screen.lines(f"{one.kind}: {one.end}: {one.words}" for one in found.patterns)


def _shown(sums: Any) -> str:
    return ", ".join(f"{amount:,f} {currency}" for currency, amount in sorted(sums.items()))


def cases(
    at: Session,
    alarm: Annotated[bool, typer.Option("--alarm", help="Put what is new or grows before the desk now.")] = False,
) -> None:
    """Cases that are done the same way; combinations that no case had before; and those that grow.

    Rare features weigh more than common ones. A likeness is a lead: methods are copied and sold. A running node looks
    every hour and puts what is new or grows before the desk, once.
    """
    who = {"by": at.by, "purpose": at.purpose_or("strategy")}
    with at.node() as node:
        alike, found = node.cases_alike(**who), node.new_patterns(**who)
        rung = node.watch_patterns(**who) if alarm else 0
        names = node.names({case for one in alike for case in one.cases}, **who)
    body = {
        "alike": [{"cases": list(one.cases), "features": list(one.features), "why": list(one.words)} for one in alike],
        "new": [{"case": one.case, "pair": list(one.pair), "words": one.words} for one in found.new],
        "growing": [
            {"pair": one.key, "words": one.words, "cases": list(found.behind.get(one.key, ()))} for one in found.growing
        ],
        "alerts": rung,
    }

    def draw() -> None:
        for one in alike:
            at.screen.line(f"{len(one.cases)} cases alike", "bold")
            at.screen.lines(f"      {names.get(case, case)} ({case})" for case in one.cases)
            at.screen.lines(f"      shared: {line}" for line in one.words)
        at.screen.lines(f"new: {one.words} ({one.case})" for one in found.new)
        at.screen.lines(f"growing: {one.words}" for one in found.growing)
        if not alike and not found.new and not found.growing:
            at.screen.line("nothing alike, new or growing", "dim")

    at.screen.answer(body, draw)
