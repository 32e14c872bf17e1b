"""Who may have objects of ours and how good they are; the answers to the neutrality questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oureyes.errors import NotHeld
from oureyes.model.markings import Marking
from oureyes.node import planning
from oureyes.node.context import Context
from oureyes.release import Answers
from oureyes.storage import Connection, desk, objects

__all__ = ["answers_of", "mark", "marking_of", "neutral", "neutrality_answers"]


def mark(ctx: Context, ids: Iterable[str], marking: Marking, *, by: str, purpose: str) -> int:
    """Give objects of ours a marking; partners' markings are theirs. How many holdings changed."""
    wanted = list(dict.fromkeys(ids))

    def write(connection: Connection) -> int:
        changed = 0
        known = ctx.labels(connection)
        held = objects.latest(connection, wanted, states=("held", "held-back"))
        for identifier in wanted:
            mine = [item for item in held.get(identifier, ()) if item.origin == ctx.me]
            if not mine:
                raise NotHeld(identifier, "an object of ours", "none by that id", "`oureyes search`")
            before = known.get(mine[0].label)
            kept = marking.but(originator=ctx.me, grade=marking.grade or (before.grade if before else None))
            changed += objects.set_label(connection, identifier, ctx.me, kept, ctx.now_us())
            ctx.audit(
                connection, by, "mark", identifier, purpose, tlp=kept.tlp.name, to=tuple(sorted(kept.releasable_to))
            )
        planning.reassess(ctx, connection, wanted, cause=("re-graded", ctx.me))
        return changed

    return ctx.db.write(write)


def marking_of(ctx: Context, identifier: str) -> Marking:
    """The marking of an object of ours, held or held back."""
    with ctx.db.read() as connection:
        held = objects.latest(connection, [identifier], states=("held", "held-back")).get(identifier, ())
        mine = [item for item in held if item.origin == ctx.me]
        if not mine:
            raise NotHeld(identifier, "an object of ours", "none by that id", "`oureyes search`")
        return ctx.labels(connection)[mine[0].label]


def answers_of(ctx: Context, identifier: str) -> Answers | None:
    """The answers kept for a notice."""
    with ctx.db.read() as connection:
        return neutrality_answers(connection, identifier)


def neutral(ctx: Context, identifier: str, answers: Answers) -> None:
    """Keep the answers to the neutrality questions for a notice."""

    def write(connection: Connection) -> None:
        body: dict[str, Any] = {"by": answers.by, "answers": dict(answers.answers)}
        body |= {"reviewer": answers.reviewer, "cleared": answers.cleared, "about": _content(connection, identifier)}
        desk.put_neutrality(connection, identifier, body)
        ctx.audit(connection, answers.reviewer or answers.by, "neutrality", identifier, "", cleared=answers.cleared)

    ctx.db.write(write)


def neutrality_answers(connection: Connection, identifier: str) -> Answers | None:
    kept = desk.neutrality(connection, identifier)
    if kept is None or kept.get("about") != _content(connection, identifier):
        return None  # they were given for another content of the notice
    return Answers(kept["by"], kept["answers"], kept["reviewer"], kept["cleared"])


def _content(connection: Connection, identifier: str) -> list[str]:
    held = objects.latest(connection, [identifier], states=("held", "held-back")).get(identifier, ())
    return sorted({item.object.digest.hex() for item in held})
