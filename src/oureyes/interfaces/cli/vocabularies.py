"""Words the states share: tag objects with them, load further ones, ask who else is called so."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oureyes.errors import InvalidObject
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group

__all__ = ["add_to"]

_PANEL = "Record"


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    term = """'asean-somtc:crime-area="terrorism"'"""
    command(
        app, "tag", panel=_PANEL, example=f"oureyes tag indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f --tag {term}"
    )(tag)
    vocabulary = group("list")
    app.add_typer(
        vocabulary,
        name="vocabulary",
        rich_help_panel=_PANEL,
        help="Taxonomies, galaxies and warninglists: which are known, and load others.",
        epilog="Example:\n\noureyes vocabulary",
    )
    command(vocabulary, "list", example="oureyes vocabulary")(listed)
    command(vocabulary, "load", example="oureyes vocabulary load threat-actor.json")(load)
    command(vocabulary, "called", example="oureyes vocabulary called 'Mustang Panda'")(called)


def tag(
    at: Session,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Objects of ours.")],
    tags: Annotated[list[str], typer.Option("--tag", metavar="TERM", help="A term; may be given more than once.")],
    new: Annotated[bool, typer.Option("--new", help="Take a term its taxonomy does not have.")] = False,
) -> None:
    """Put objects under terms of a taxonomy. The shared taxonomies' terms travel with a release; others stay here.

    Colleagues who watch a crime area are told by these terms.
    """
    with at.node() as node:
        slips = [] if new else node.unknown_terms(tags)
        if slips:
            raise InvalidObject(slips[0], "a term its taxonomy has", "another", "`oureyes vocabulary`, or --new")
        count = node.tag(ids, tags, by=at.by, purpose=at.purpose)
    at.screen.answer({"tagged": count}, lambda: at.screen.line(f"{count} objects tagged"))


def listed(at: Session) -> None:
    """The taxonomies, galaxies and warninglists this node knows, with how many terms each has."""
    with at.node() as node:
        found = node.vocabularies()
    rows = [asdict(one) for one in found]
    at.screen.answer(
        {"count": len(rows), "vocabularies": rows},
        lambda: at.screen.lines(f"{one.sort:13} {one.terms:6}  {one.name}" for one in found),
    )


def load(at: Session, files: Annotated[list[Path], typer.Argument(metavar="FILE", help="MISP's JSON files.")]) -> None:
    """Load MISP taxonomies, galaxy clusters or warninglists. Warninglists count from the node's next start on."""
    with at.node() as node:
        found = [one for file in files for one in node.load_vocabulary(file, by=at.by)]
    rows = [asdict(one) for one in found]
    at.screen.answer(
        {"count": len(rows), "vocabularies": rows},
        lambda: at.screen.lines(f"loaded {one.name}: {one.terms} terms ({one.sort})" for one in found),
    )


def called(at: Session, name: Annotated[str, typer.Argument(metavar="NAME", help="A name or an alias.")]) -> int:
    """What the loaded galaxies know by a name, and what is held about each bearer under any of its names.

    It is a hypothesis, and nothing is merged. A name that two share joins nothing: what is known by that alone is shown
    as doubtful beside both. Exit 1 when no galaxy knows the name.
    """
    with at.node() as node:
        found = node.actor(name, by=at.by, purpose=at.purpose)
    rows = [
        {
            "galaxy": one.galaxy,
            "name": one.value,
            "also": list(one.names[1:]),
            "held": [asdict(known) for known in one.held],
            "doubtful": [asdict(known) for known in one.doubtful],
            "shared": {shared: list(others) for shared, others in one.shared.items()},
        }
        for one in found
    ]

    def draw() -> None:
        for one in found:
            at.screen.line(f"{one.galaxy}: {one.value}, also {', '.join(one.names[1:]) or 'nothing'}", "bold")
            at.screen.lines(f"      {line}" for line in one.words)

    at.screen.answer({"count": len(rows), "clusters": rows}, draw)
    return exits.OK if rows else exits.NOTHING
