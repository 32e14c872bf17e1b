"""Analysts understand: search, show, similar, graph, path, timeline, trends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command
from oureyes.interfaces.cli.screen import raw_out
from oureyes.model.zawgyi import NOTE as ZAWGYI

if TYPE_CHECKING:
    from oureyes.model.ports import Neighbour
    from oureyes.node.understanding import Hit
    from oureyes.understand.graph import Graph

__all__ = ["add_to"]

_PANEL = "Understand"
_ID = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
_REPORT = "report--3f7d2c8e-51f5-4d0b-a0a5-7a7a6b9c1d2e"
_Id = Annotated[str, typer.Argument(metavar="ID")]


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    lines = 'oureyes search "poster campaign" kirim*\noureyes search type:indicator from:ID since:2026-01-01 --json'
    command(app, "search", panel=_PANEL, example=lines)(search)
    command(app, "show", panel=_PANEL, example=f"oureyes show {_ID}\noureyes show {_ID} --raw > object.json")(show)
    command(app, "similar", panel=_PANEL, example=f"oureyes similar {_REPORT}")(similar)
    command(app, "graph", panel=_PANEL, example=f"oureyes graph {_ID} --hops 2")(graph)
    command(app, "path", panel=_PANEL, example=f"oureyes path {_ID} threat-actor--56f3f0db…")(path)
    command(app, "timeline", panel=_PANEL, example=f"oureyes timeline {_ID}")(timeline)
    command(app, "trends", panel=_PANEL, example="oureyes trends --step week")(trends)


def search(
    at: Session,
    words: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words, in any script of the region.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 50,
) -> int:
    """Find what is held, by words and values. All words must occur; "a phrase", a beginning*, -not this.

    One argument is a whole query; of several, one with spaces is a phrase.

    A name is found in other scripts too: Thongdi finds ทองดี. Such answers come last and say what they matched.

    Filters: type:indicator, from:ID, tlp:amber, since:2026-01-01, until:…. You are shown what you may see, and each
    search is in the audit log (its digest, not its words). Exit 1 when nothing is found.
    """
    text = words[0] if len(words) == 1 else " ".join(_word(word) for word in words)
    with at.node() as node:
        found = node.search(text, by=at.by, purpose=at.purpose, limit=limit)
    hits = [asdict(one) for one in found]
    at.screen.answer({"query": text, "count": len(hits), "hits": hits}, lambda: _draw_hits(at, found))
    return exits.OK if hits else exits.NOTHING


def _draw_hits(at: Session, found: Sequence[Hit]) -> None:
    """Two lines each: what it is called, then where it stands. An id is too long for a column."""
    if not found:
        at.screen.line("nothing found that you may see")
    for one in found:
        at.screen.line(one.name, "bold")
        facts = (one.id, f"from {one.origin}, {one.source}", one.tlp, one.grade, one.version[:19])
        at.screen.line("  " + " · ".join(fact for fact in facts if fact))
        if one.matched_as:
            at.screen.line(f"  matched as {one.matched_as}: it sounds like what was asked")
        if one.zawgyi:
            at.screen.line(f"  {ZAWGYI}")


def _word(word: str) -> str:
    return f'"{word}"' if " " in word and '"' not in word else word


def show(
    at: Session,
    identifier: _Id,
    raw: Annotated[bool, typer.Option("--raw", help="Its exact bytes as they came, and nothing else.")] = False,
) -> None:
    """One object on one screen: who says so, how sure, who may see it, until when, what it touches.

    When a partner gave it, the partner learns once that it was opened.
    """
    with at.node() as node:
        found = node.show(identifier, by=at.by, purpose=at.purpose)
    if raw:
        raw_out(found.raw)
        return
    card = found.card
    body = {**asdict(card), "successor": found.successor, "raw": found.raw, "upgraded": found.upgraded}
    body["holdings"] = [
        {
            "origin": one.origin,
            "source": one.source,
            "state": one.state,
            "version": one.current.version,
            "last": one.last,
        }
        | {"tags": one.tags}
        for one in found.holdings
    ]

    def draw() -> None:
        title, *rest = card.lines()
        at.screen.line(title, "bold")
        at.screen.lines(rest)
        if found.successor:
            at.screen.line(f"its place was taken by {found.successor}")

    at.screen.answer(body, draw)


def similar(
    at: Session,
    identifier: _Id,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 10,
) -> int:
    """Reports that may be of the same crime, in whatever language. Hypotheses: read both before anything rests on it.

    With `oureyes[semantic]` texts are compared by what they say; without it the matches of other matchers are told.
    Exit 1 when nothing is found.
    """
    with at.node() as node:
        found = node.similar(identifier, by=at.by, purpose=at.purpose, limit=limit)

    def draw() -> None:
        at.screen.line(f"{len(found.alike)} alike, of {found.compared} compared. {found.said}", "dim")
        for one in found.alike:
            at.screen.line(one.name, "bold")
            facts = (one.id, f"from {one.origin}, {one.source}", one.tlp)
            at.screen.line("  " + " · ".join(facts))
            at.screen.lines(f"  {reason}" for reason in one.reasons)

    at.screen.answer(asdict(found), draw)
    return exits.OK if found.alike else exits.NOTHING


def graph(
    at: Session,
    identifier: _Id,
    hops: Annotated[int, typer.Option("--hops", min=1, max=6, help="How many steps away.")] = 2,
) -> None:
    """What an object touches, step by step: links, references and matches, as far as you may see.

    A thing with very many links is followed only so far; what was left out is said.
    """
    with at.node() as node:
        found = node.graph(identifier, hops=hops, by=at.by, purpose=at.purpose)
        names = node.names([one.id for one in found.nodes], by=at.by, purpose=at.purpose)
    body = {
        "nodes": [
            {"id": one.id, "hop": one.hop, "name": names.get(one.id, ""), "held": one.id in names}
            for one in found.nodes
        ],
        "edges": [asdict(one) for one in found.edges],
        "cut": [asdict(one) for one in found.cut],
    }
    at.screen.answer(body, lambda: _draw_graph(at, identifier, found, names))


def _draw_graph(at: Session, start: str, found: Graph, names: dict[str, str]) -> None:
    def branches(add: Callable[[Any, str], Any], root: Any) -> None:
        placed = {start: root}
        for step in sorted(found.edges, key=lambda one: _reach(found, one)):
            for here, there, arrow in ((step.source, step.target, "→"), (step.target, step.source, "←")):
                if here in placed and there not in placed:
                    placed[there] = add(placed[here], f"{arrow} {step.link}: {_called(there, names)}")

    at.screen.tree(_called(start, names), branches)
    rows = [(one.source, one.link, one.target, one.origin) for one in found.edges]
    at.screen.table(("from", "link", "to", "said by"), rows, empty="it touches nothing that this node knows")
    at.screen.lines(f"{one.left} neighbours of {one.id} are not shown ({one.reason})" for one in found.cut)


def _reach(found: Graph, step: Neighbour) -> tuple[int, str, str]:
    hops = {one.id: one.hop for one in found.nodes}
    return min(hops[step.source], hops[step.target]), step.source, step.target


def _called(identifier: str, names: dict[str, str]) -> str:
    name = names.get(identifier)
    if name is None:
        return f"{identifier} (not held)"
    return identifier if name == identifier else f"{name} ({identifier})"


def path(at: Session, start: _Id, end: Annotated[str, typer.Argument(metavar="ID")]) -> int:
    """The shortest way from one thing to another. Exit 1 when none is found."""
    with at.node() as node:
        found = node.path(start, end, by=at.by, purpose=at.purpose)
        names = node.names(found.nodes, by=at.by, purpose=at.purpose)
    body = {"nodes": found.nodes, "edges": [asdict(one) for one in found.edges], "complete": found.complete}

    def draw() -> None:
        for place, identifier in enumerate(found.nodes):
            if place:
                at.screen.line(f"  {found.edges[place - 1].link}, says {found.edges[place - 1].origin}")
            at.screen.line(_called(identifier, names), "bold")
        if not found.nodes:
            at.screen.line("there is no way" if found.complete else "no way was found within the budget", "dim")

    at.screen.answer(body, draw)
    return exits.OK if found.nodes else exits.NOTHING


def timeline(at: Session, ids: Annotated[list[str], typer.Argument(metavar="ID")]) -> int:
    """When things happened, for objects and what they touch. Days that are vague stand as a span."""
    with at.node() as node:
        found = node.timeline(ids, by=at.by, purpose=at.purpose)
        names = node.names([one.object for one in found], by=at.by, purpose=at.purpose)
    lines = [
        f"{'about ' if not one.certain else ''}{one.at[:19]}{f' to {one.until[:19]}' if one.until else ''}  {one.kind}"
        f"  {_called(one.object, names)}  ({one.said_by})"
        for one in found
    ]
    at.screen.answer(
        {"events": [asdict(one) for one in found]},
        lambda: at.screen.lines(lines or ["nothing dated is known to you"]),
    )
    return exits.OK if found else exits.NOTHING


def trends(
    at: Session, step: Annotated[str, typer.Option("--step", metavar="WORD", help="day or week.")] = "day"
) -> None:
    """What rises against its own past, with the counts behind the word. No person is ever scored."""
    if step not in ("day", "week"):
        raise typer.BadParameter("day or week", param_hint="--step")
    with at.node() as node:
        found: Sequence[Any] = node.trends(by=at.by, purpose=at.purpose_or("strategy"), step=step)
    at.screen.answer(
        {"bursts": [{**asdict(one), "words": one.words} for one in found]},
        lambda: at.screen.lines([one.words for one in found] or ["nothing rises"]),
    )
