"""What is held as it is, for tools that run at the node itself (the demonstration, a check): no reader's rules apply.

Whatever a person is shown goes by `understanding`, which does.
"""

from __future__ import annotations

from collections.abc import Iterable

from oureyes.model.markings import Marking
from oureyes.node.context import Context
from oureyes.storage.index import Linked
from oureyes.storage.objects import Held, latest, live, numbers

__all__ = ["Held", "Linked", "current", "ours"]

_AT_ONCE = 1_000


def current(ctx: Context, ids: Iterable[str]) -> dict[str, list[Held]]:
    """The standing holdings of each id."""
    with ctx.db.read() as connection:
        return latest(connection, ids)


def ours(ctx: Context, limit: int) -> list[tuple[Held, Marking]]:
    """What this node's own state says, newest first, with its marking."""
    with ctx.db.read() as connection:
        known = ctx.labels(connection)
        found = numbers(connection, (), (ctx.me,), limit=limit)
        return [
            (held, known[held.label])
            for at in range(0, len(found), _AT_ONCE)
            for _, held in live(connection, found[at : at + _AT_ONCE])
            if held.origin == ctx.me
        ]
