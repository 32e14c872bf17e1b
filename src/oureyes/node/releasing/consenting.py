"""Consent to pass on what is somebody else's: asked, given, refused, withdrawn."""

from __future__ import annotations

from oureyes.errors import NotHeld
from oureyes.model.sharing import Kind
from oureyes.node.context import Context
from oureyes.node.sending import send, statement_of
from oureyes.storage import Connection, desk, objects

__all__ = ["answer_consent", "ask_consent"]


def ask_consent(ctx: Context, identifier: str, recipient: str, *, by: str, purpose: str, reason: str) -> str:
    """Ask an object's originator whether it may be passed on to `recipient`; the originator's id."""
    ctx.require_purpose(by, purpose, "consent-request")
    ctx.recipient(recipient)

    def write(connection: Connection) -> str:
        held = objects.latest(connection, [identifier]).get(identifier, [])
        foreign = [item for item in held if item.origin != ctx.me]
        if not foreign:
            raise NotHeld(identifier, "an object a partner released to us", "none", "`oureyes search`")
        origin = foreign[0].origin
        detail = {"recipient": recipient, "purpose": purpose}
        statement = statement_of(ctx, Kind.CONSENT_REQUEST, [origin], (), [identifier], reason, detail)
        send(ctx, connection, statement)
        desk.put_consent(
            connection, identifier, recipient, ctx.me, origin=origin, state="asked", at=ctx.now(), reason=reason
        )
        ctx.audit(connection, by, "consent-request", identifier, purpose, to=recipient, origin=origin)
        return origin

    return ctx.db.write(write)


def answer_consent(
    ctx: Context,
    identifier: str,
    asker: str,
    recipient: str,
    *,
    by: str,
    grant: bool,
    expires: str = "",
    reason: str = "",
) -> None:
    """Grant, refuse or (later) withdraw: the answer is signed, and the asker's node enforces it."""

    def write(connection: Connection) -> None:
        known = [row for row in desk.consents(connection, [identifier]) if row[1] == recipient and row[2] == asker]
        if not known:
            raise NotHeld(identifier, "a request to pass it on", "none", "`oureyes inbox`")
        kind = Kind.CONSENT if grant else Kind.DENY
        detail = {"recipient": recipient, "expires": expires}
        sent = [sent for who, sent, state, *_ in desk.released_to(connection, identifier) if who == asker]
        statement = statement_of(ctx, kind, sorted({asker, recipient}), (), sent or [identifier], reason, detail)
        send(ctx, connection, statement)
        state = "given" if grant else "withdrawn" if known[0][4] == "given" else "refused"
        desk.put_consent(
            connection,
            identifier,
            recipient,
            asker,
            origin=ctx.me,
            state=state,
            at=ctx.now(),
            expires=expires,
            reason=reason,
        )
        ctx.audit(connection, by, "consent" if grant else "deny", identifier, "", to=recipient, **{"with": asker})

    ctx.db.write(write)
