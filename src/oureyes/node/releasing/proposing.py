"""Proposals, previews and approvals; what was approved is written into the channels of its audience."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from oureyes.errors import ConfigError, NotHeld, NotReleasable, Refused
from oureyes.exchange.outbox import address
from oureyes.model.sharing import Decision, Item, Kind
from oureyes.node.context import Context
from oureyes.node.own_words import to_ourselves
from oureyes.node.releasing.deciding import Pairs, decided_of
from oureyes.node.sending import send, shared_tags, statement_of
from oureyes.storage import Connection, desk, objects

__all__ = ["Draft", "Preview", "approve", "decline", "preview", "propose", "rehearse"]

Draft = desk.Draft


@dataclass(frozen=True, slots=True)
class Preview:
    """What one recipient would get of one object."""

    recipient: str
    object: str
    decision: Decision


def propose(
    ctx: Context,
    ids: Iterable[str],
    recipients: Iterable[str],
    *,
    by: str,
    purpose: str,
    reason: str = "",
    kind: Kind = Kind.RELEASE,
) -> desk.Draft:
    """Put a release before whoever approves it; nothing leaves yet."""
    made = _drafted(ctx, ids, recipients, by, purpose, reason, kind)

    def write(connection: Connection) -> None:
        _refuse_missing(connection, made)
        desk.put_draft(connection, made)
        ctx.audit(connection, by, "propose", made.id, purpose, to=made.recipients, count=len(made.objects))

    ctx.db.write(write)
    return made


def _drafted(
    ctx: Context, ids: Iterable[str], recipients: Iterable[str], by: str, purpose: str, reason: str, kind: Kind
) -> desk.Draft:
    ctx.require_purpose(by, purpose, "release")
    if kind not in (Kind.RELEASE, Kind.SUPERSEDE):
        raise Refused("release", "a release or a newer version", str(kind), "`oureyes retract` takes back")
    to = tuple(dict.fromkeys(recipients))
    for member in to:
        if member == ctx.me:
            raise ConfigError("release", "other members as recipients", member, "name only partners")
        ctx.recipient(member)
    made = desk.Draft(
        ctx.new_id("release"),
        by,
        ctx.now(),
        purpose,
        str(kind),
        reason,
        to,
        tuple(dict.fromkeys(ids)),
        (),
        "proposed",
        {},
    )
    if not made.recipients or not made.objects:
        raise NotReleasable(made.id, "recipients and objects", "none", "name both: nobody is the default")
    return made


def _refuse_missing(connection: Connection, made: desk.Draft) -> None:
    missing = set(made.objects) - set(objects.latest(connection, made.objects))
    if missing:
        raise NotHeld(sorted(missing)[0], "objects that are held", f"{len(missing)} that are not", "record them")


def rehearse(
    ctx: Context, ids: Iterable[str], recipients: Iterable[str], *, by: str, purpose: str, approver: str = ""
) -> list[Preview]:
    """What a release would give each recipient if `approver` approved it now. Nothing is kept and nothing leaves."""
    made = _drafted(ctx, ids, recipients, by, purpose, "", Kind.RELEASE)
    with ctx.db.read() as connection:
        _refuse_missing(connection, made)
        decided = decided_of(ctx, connection, made, frozenset({approver} if approver else ()))
    return [Preview(who, held.object.id, decision) for who, pairs in decided.items() for held, decision in pairs]


def preview(ctx: Context, draft_id: str, *, approver: str = "") -> list[Preview]:
    """Per recipient and object: allowed or not, why, and the very bytes, as if `approver` approved now."""
    with ctx.db.read() as connection:
        found = _draft(connection, draft_id)
        approvals = frozenset(found.approvals) | ({approver} if approver else frozenset())
        decided = decided_of(ctx, connection, found, approvals)
    return [Preview(who, held.object.id, decision) for who, pairs in decided.items() for held, decision in pairs]


def approve(ctx: Context, draft_id: str, *, by: str) -> dict[str, Any]:
    """Approve, and send what may go. The outcome: per recipient what went and what was refused with its reason.

    NotReleasable when nothing at all may go; the draft then stays open.
    """
    if not by:
        raise Refused(draft_id, "the name of who approves", "none", "give --by")

    def write(connection: Connection) -> dict[str, Any]:
        found = _draft(connection, draft_id)
        if found.state != "proposed":
            raise Refused(draft_id, "a proposal that is open", found.state, "propose it again")
        approvals = frozenset(found.approvals) | {by}
        decided = decided_of(ctx, connection, found, approvals)
        allowed = {
            who: [(held, decision) for held, decision in pairs if decision.allowed] for who, pairs in decided.items()
        }
        if not any(allowed.values()) and found.kind != Kind.SUPERSEDE:
            reasons = {decision.reason for pairs in decided.values() for _, decision in pairs}
            raise NotReleasable(draft_id, "something that may go", "; ".join(sorted(reasons))[:400], "see --dry-run")
        outcome = _send_items(ctx, connection, found, allowed)
        if found.kind == Kind.SUPERSEDE:
            _narrow(ctx, connection, found, decided)
        for who, pairs in decided.items():
            no = [(held.object.id, decision.reason) for held, decision in pairs if not decision.allowed]
            outcome[who]["refused"] = [{"object": identifier, "reason": reason} for identifier, reason in no]
        done = replace(found, approvals=tuple(sorted(approvals)), state="released", outcome=outcome)
        desk.put_draft(connection, done)
        _audit(ctx, connection, done, by)
        return outcome

    return ctx.db.write(write)


def _audit(ctx: Context, connection: Connection, done: desk.Draft, by: str) -> None:
    """A line for each recipient of a release."""
    for who, result in done.outcome.items():
        ctx.audit(
            connection,
            by,
            "release",
            done.id,
            done.purpose,
            to=who,
            author=done.author,
            count=len(result["sent"]),
            refused=len(result["refused"]),
            statements=tuple(result["statements"]),
        )


def decline(ctx: Context, draft_id: str, *, by: str, reason: str) -> None:
    """Say no to a proposal."""

    def write(connection: Connection) -> None:
        found = _draft(connection, draft_id)
        if found.state != "proposed":
            raise Refused(draft_id, "a proposal that is open", found.state, "retract what has gone out")
        desk.put_draft(connection, replace(found, state="declined", outcome={"by": by, "reason": reason}))
        ctx.audit(connection, by, "decline", draft_id, found.purpose)

    ctx.db.write(write)


def _draft(connection: Connection, draft_id: str) -> desk.Draft:
    found = desk.draft(connection, draft_id)
    if found is None:
        raise NotHeld(draft_id, "a proposal", "none by that id", "`oureyes release --list`")
    return found


def _send_items(
    ctx: Context, connection: Connection, draft: desk.Draft, allowed: Mapping[str, Pairs]
) -> dict[str, Any]:
    outcome: dict[str, Any] = {who: {"sent": [], "refused": [], "statements": []} for who in allowed}
    wanted: dict[str, list[Item]] = {}
    rows: dict[tuple[str, str], int] = {}
    parents: dict[str, str] = {}
    numbers = objects.idents(connection, draft.objects)
    for who, pairs in allowed.items():
        for held, decision in pairs:
            if decision.object is None or decision.marking is None:
                continue
            wanted.setdefault(who, []).append(Item(decision.object, decision.marking, shared_tags(held.tags)))
            rows[(who, decision.object.id)] = numbers[held.object.id]
            parents[decision.object.id] = held.object.id
            outcome[who]["sent"].append(
                {"object": held.object.id, "as": decision.object.id, "removed": list(decision.removed)}
            )
    refs = _superseded(connection, draft, allowed) if draft.kind == Kind.SUPERSEDE else {}
    for parcel in address(wanted):
        # the id of an extract is known to whom it was given: nobody else learns that there was one
        together: dict[tuple[str, ...], list[str]] = {}
        for who in parcel.audience:
            together.setdefault(tuple(sorted(refs.pop(who, ()))), []).append(who)
        for gone, audience in together.items():
            own = to_ourselves(ctx, [parents[item.object.id] for item in parcel.items])
            statement = statement_of(ctx, Kind(draft.kind), audience, parcel.items, gone, draft.reason, own)
            send(ctx, connection, statement)
            for who in audience:
                outcome[who]["statements"].append(statement.id)
            desk.put_released(
                connection,
                [
                    (rows[(who, item.object.id)], who, item.object.id, statement.id, item.object.digest, statement.time)
                    for who in audience
                    for item in parcel.items
                ],
            )
    return outcome


def _superseded(connection: Connection, draft: desk.Draft, allowed: Mapping[str, Pairs]) -> dict[str, set[str]]:
    """Ids under which a recipient holds an earlier version, and that the new one does not itself take the place of."""
    out: dict[str, set[str]] = {}
    now = {(who, decision.object.id) for who, pairs in allowed.items() for _, decision in pairs if decision.object}
    for identifier in draft.objects:
        went = {who for who, pairs in allowed.items() for held, _ in pairs if held.object.id == identifier}
        ident = objects.idents(connection, [identifier])[identifier]
        for recipient, sent, state, *_ in desk.released_to(connection, identifier):
            if state == "out" and recipient in went and (recipient, sent) not in now:
                out.setdefault(recipient, set()).add(sent)
                desk.released_state(connection, ident, recipient, sent, "superseded")
    return out


def _narrow(ctx: Context, connection: Connection, draft: desk.Draft, decided: Mapping[str, Pairs]) -> None:
    """Whoever may not have the new version must let the old one go."""
    gone: dict[str, list[str]] = {}
    for who, pairs in decided.items():
        for held, decision in pairs:
            if decision.allowed:
                continue
            ident = objects.idents(connection, [held.object.id])[held.object.id]
            for recipient, sent, state, *_ in desk.released_to(connection, held.object.id):
                if recipient == who and state == "out":
                    gone.setdefault(who, []).append(sent)
                    desk.released_state(connection, ident, who, sent, "retracted")
    for who, sent_ids in gone.items():
        reason = draft.reason or "its marking was narrowed"
        send(ctx, connection, statement_of(ctx, Kind.RETRACT, [who], (), sorted(sent_ids), reason))
