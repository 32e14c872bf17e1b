"""Objects of ours taken back, here and everywhere they went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oureyes.errors import NotHeld, Refused
from oureyes.model.sharing import Kind
from oureyes.node import connecting, planning
from oureyes.node.context import Context
from oureyes.node.sending import send, statement_of
from oureyes.storage import Connection, desk, objects

__all__ = ["recipients_of", "retract"]


def recipients_of(ctx: Context, ids: Iterable[str]) -> tuple[str, ...]:
    """Every partner that holds one of the objects from us, as released and not taken back."""
    with ctx.db.read() as connection:
        found = [row for identifier in ids for row in desk.released_to(connection, identifier)]
    return tuple(sorted({who for who, _, state, *_ in found if state == "out"}))


def retract(ctx: Context, ids: Iterable[str], *, by: str, reason: str, purpose: str = "correction") -> dict[str, Any]:
    """Take objects of ours back, here and everywhere they went. Per recipient, the ids it must let go."""
    wanted = list(dict.fromkeys(ids))
    if not reason:
        raise Refused("retract", "a reason", "none", "give --reason: every holder is told it")

    def write(connection: Connection) -> dict[str, Any]:
        per: dict[str, list[str]] = {}
        for identifier in wanted:
            ident = objects.idents(connection, [identifier])[identifier]
            moved = objects.set_state(connection, identifier, ctx.me, "retracted")
            if not moved:
                raise NotHeld(identifier, "an object of ours that stands", "none by that id", "`oureyes search`")
            for recipient, sent, state, *_ in desk.released_to(connection, identifier):
                if state == "out":
                    per.setdefault(recipient, []).append(sent)
                    desk.released_state(connection, ident, recipient, sent, "retracted")
            connecting.fell(ctx, connection, identifier, moved)
            ctx.audit(connection, by, "retract", identifier, purpose, recipients=len(per))
        together: dict[tuple[str, ...], list[str]] = {}
        for recipient, gone in per.items():
            together.setdefault(tuple(sorted(gone)), []).append(recipient)
        for refs, audience in together.items():
            send(ctx, connection, statement_of(ctx, Kind.RETRACT, audience, (), refs, reason))
        planning.reassess(ctx, connection, wanted)
        return {recipient: sorted(gone) for recipient, gone in per.items()}

    return ctx.db.write(write)
