"""It meets what is held: matches, screen, judge, clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command

if TYPE_CHECKING:
    from oureyes.model.findings import Holding, Judgement
    from oureyes.node.connecting import Linked

__all__ = ["add_to"]

_PANEL = "Correlate and alert"
_ON_A_SCREEN, _ALL = 100, 1 << 31


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    command(app, "matches", panel=_PANEL, example="oureyes matches\noureyes matches --value +62812345678 --warned")(
        matches
    )
    asked = 'oureyes screen "Somchai Thongdi" --born 1979 --country TH\noureyes screen "สมชาย ทองดี" --json'
    command(app, "screen", panel=_PANEL, example=asked)(screen)
    pair = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f x-oureyes-case--0b1c…"
    command(app, "judge", panel=_PANEL, example=f'oureyes judge {pair} not-same --why "two people of one name"')(judge)
    command(app, "clusters", panel=_PANEL, example="oureyes clusters\noureyes clusters identity--0b1c…")(clusters)


def matches(
    at: Session,
    identifier: Annotated[str, typer.Argument(metavar="[ID]", help="Only what matches this object.")] = "",
    value: Annotated[
        str, typer.Option("--value", metavar="VALUE", help="Matches on one value, and everybody who holds it.")
    ] = "",
    warned: Annotated[
        bool,
        typer.Option("--warned", help="Also what rings nobody: values that a warninglist names, names that many bear."),
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Else 100 on a screen, all in JSON.")] = None,
) -> None:
    """What belongs together, and why, in words; the rarest first. A match is a hypothesis for a person to judge.

    A common value ranks low but is never dropped: `--value` lists every holder, however many. An empty list is an
    answer: exit 0.
    """
    who: dict[str, Any] = {"by": at.by, "purpose": at.purpose}
    most = limit or (_ALL if at.json else _ON_A_SCREEN)
    with at.node() as node:
        if value:
            found = node.matches_on(value, warned=True, limit=most, **who)
            holders = node.holders(value, **who)
        else:
            found, holders = node.matches(identifier=identifier, warned=warned, limit=most, **who), []
        said: dict[frozenset[str], list[Judgement]] = {}
        for word in node.judgements(*(end for one in found for end in (one.match.left, one.match.right)), **who):
            said.setdefault(frozenset((word.left, word.right)), []).append(word)
    body: dict[str, Any] = {"count": len(found), "matches": [_match(one, _words(one, said)) for one in found]}
    if value:
        body |= {"value": value, "holders": [{"id": h.object, "origin": h.origin, "source": h.source} for h in holders]}
    at.screen.answer(body, lambda: _draw(at, found, holders, said))
    if not at.json and len(found) == most:
        at.screen.line(f"the first {most}; --limit shows more", "dim")


def _words(one: Linked, said: Mapping[frozenset[str], Sequence[Judgement]]) -> Sequence[Judgement]:
    return said.get(frozenset((one.match.left, one.match.right)), ())


def _match(one: Linked, said: Sequence[Judgement]) -> dict[str, Any]:
    match = one.match
    return {
        "n": one.n, "left": match.left, "right": match.right, "left_origin": one.left_origin,
        "right_origin": one.right_origin, "left_source": one.left_name, "right_source": one.right_name,
        "matcher": match.matcher, "kind": match.kind, "value": match.key, "score": match.score, "rank": one.rank,
        "reason": match.reason, "warned": one.warned, "at": one.at,
        "judged": [{"state": word.state, "verdict": str(word.verdict), "why": word.why} for word in said],
    }  # fmt: skip


def _draw(
    at: Session,
    found: Sequence[Linked],
    holders: Sequence[Holding],
    said: Mapping[frozenset[str], Sequence[Judgement]],
) -> None:
    for one in found:
        listed = one.warned and one.warned not in one.match.reason
        at.screen.line(f"{one.rank:.2f}  {one.match.reason}{f' (on the list {one.warned})' if listed else ''}", "bold")
        at.screen.line(f"      {one.left_origin}, {one.left_name}: {one.match.left}")
        at.screen.line(f"      {one.right_origin}, {one.right_name}: {one.match.right}")
        for word in _words(one, said):
            at.screen.line(f"      {word.state} says {word.verdict}{f': {word.why}' if word.why else ''}")
    if not found:
        at.screen.line("no matches", "dim")
    if holders:
        at.screen.line(f"held {len(holders)} times:")
        at.screen.table(("id", "origin", "source"), [(h.object, h.origin, h.source) for h in holders])


def screen(
    at: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name in any script and spelling.")],
    born: Annotated[
        int | None, typer.Option("--born", metavar="YEAR", min=1800, max=2099, help="The year of birth.")
    ] = None,
    country: Annotated[
        str, typer.Option("--country", metavar="XX", help="A member state's code, or a country as sources write it.")
    ] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="person or organization; else either.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    parts: Annotated[bool, typer.Option("--parts", help="Show what each value moved the sum of the names by.")] = False,
) -> int:
    """Who of those held may be meant by a name, best first, with the reason. Nobody is matched or merged by it.

    Where it says that a second sign is needed, the name alone is too little: many bear it, or it is not quite the
    same. You are shown what you may see, and each question is in the audit log (its count, not the name). Needs the
    extra `oureyes[names]`. Exit 1 when nobody is found.
    """
    about: dict[str, Any] = {"born": born or 0, "country": country, "kind": kind, "limit": limit}
    with at.node() as node:
        answer = node.screen(name, by=at.by, purpose=at.purpose, **about)

    def draw() -> None:
        for one in answer.found:
            at.screen.line(f"{one.score:.2f}  {one.name}{' (a second sign is needed)' * one.second_sign}", "bold")
            at.screen.line("      " + " · ".join((one.id, f"from {one.origin}, {one.source}", one.tlp)))
            at.screen.line(f"      {one.reason}")
            for what, by in sorted(one.parts, key=lambda part: -abs(part[1])) if parts else ():
                at.screen.line(f"      {by:+6.2f}  {what}", "dim")
        at.screen.line(answer.said if answer.found else "nobody by such a name that you may see", "dim")

    at.screen.answer({"count": len(answer.found), **asdict(answer)}, draw)
    return exits.OK if answer.found else exits.NOTHING


def judge(
    at: Session,
    left: Annotated[str, typer.Argument(metavar="ID")],
    right: Annotated[str, typer.Argument(metavar="ID")],
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="same, not-same, unsure or withdrawn.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="What you rest it on.")] = "",
) -> None:
    """Say whether two matched things are the same. The latest word counts, none is lost, and nothing is merged.

    It is kept as our state's opinion, under the stricter of both markings: release its id to tell a partner.
    `withdrawn` takes the last word back, here and wherever it was released.
    """
    from oureyes.model.findings import Verdict

    try:
        word = Verdict(verdict.lower())
    except ValueError:
        raise typer.BadParameter(f"one of {', '.join(Verdict)}", param_hint="VERDICT") from None
    with at.node() as node:
        said = node.judge(left, right, word, by=at.by, why=why, purpose=at.purpose)
        waiting = [one.id for one in node.drafts(state="proposed") if said.opinion in one.objects]
    body = _word(said) | {"drafts": waiting}

    def draw() -> None:
        at.screen.line(f"{left} and {right}: {word}, says {said.by} ({said.opinion})")
        at.screen.lines(f"who holds the earlier word gets this one when {one} is approved" for one in waiting)

    at.screen.answer(body, draw)


def _word(said: Judgement) -> dict[str, Any]:
    return {
        "left": said.left, "right": said.right, "verdict": str(said.verdict), "state": said.state, "by": said.by,
        "at": said.at, "why": said.why, "opinion": said.opinion,
    }  # fmt: skip


def clusters(
    at: Session,
    identifier: Annotated[str, typer.Argument(metavar="[ID]", help="Only the one this belongs to.")] = "",
) -> None:
    """What states say is the same thing, joined into hypotheses: who says so, why, and who contradicts.

    Nothing is merged. A word taken back (`oureyes judge … withdrawn`) takes its hypothesis with it.
    """
    with at.node() as node:
        found = node.clusters(identifier, by=at.by, purpose=at.purpose)
        names = node.names({member for one in found for member in one.members}, by=at.by, purpose=at.purpose)
    body = {
        "clusters": [
            {
                "members": list(one.members),
                "contradicted": one.contradicted,
                "words": [_word(said) for said in (*one.same, *one.against, *one.unsure)],
            }
            for one in found
        ]
    }

    def draw() -> None:
        for one in found:
            at.screen.line(f"perhaps one{', contradicted' if one.contradicted else ''}:", "bold")
            at.screen.lines(f"  {names.get(member, 'not held')} ({member})" for member in one.members)
            at.screen.lines(f"      {line}" for line in one.words)
        if not found:
            at.screen.line("nobody says of two things that they are the same", "dim")

    at.screen.answer(body, draw)
