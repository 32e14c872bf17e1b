"""A state marks and releases: proposals, previews, approvals, corrections, and consent to pass on.

What leaves is written here and only here: each decision is `release.decide`'s, each statement goes into the channels
of its audience in the same transaction as the record of who got what, so a correction always finds every holder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oureyes.errors import ConfigError, InvalidObject, NotHeld, NotReleasable, Refused
from oureyes.exchange.outbox import address
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Marking, strictest
from oureyes.model.sharing import Decision, Item, Kind, Recipient
from oureyes.node import connecting, planning
from oureyes.node.context import Context
from oureyes.node.own_words import to_ourselves
from oureyes.node.sending import send, shared_tags, statement_of
from oureyes.record.demands import of_definition
from oureyes.release import Answers, decide, refusal
from oureyes.storage import Connection, desk, objects

__all__ = [
    "Draft",
    "Preview",
    "answer_consent",
    "answers_of",
    "approve",
    "ask_consent",
    "decided_of",
    "decline",
    "door_decision",
    "mark",
    "marking_of",
    "neutral",
    "preview",
    "propose",
    "recipients_of",
    "rehearse",
    "retract",
]


Draft = desk.Draft


@dataclass(frozen=True, slots=True)
class Preview:
    """What one recipient would get of one object."""

    recipient: str
    object: str
    decision: Decision


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
        return _answers(connection, identifier)


def neutral(ctx: Context, identifier: str, answers: Answers) -> None:
    """Keep the answers to the neutrality questions for a notice."""

    def write(connection: Connection) -> None:
        body: dict[str, Any] = {"by": answers.by, "answers": dict(answers.answers)}
        body |= {"reviewer": answers.reviewer, "cleared": answers.cleared, "about": _content(connection, identifier)}
        desk.put_neutrality(connection, identifier, body)
        ctx.audit(connection, answers.reviewer or answers.by, "neutrality", identifier, "", cleared=answers.cleared)

    ctx.db.write(write)


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


def recipients_of(ctx: Context, ids: Iterable[str]) -> tuple[str, ...]:
    """Every partner that holds one of the objects from us, as released and not taken back."""
    with ctx.db.read() as connection:
        found = [row for identifier in ids for row in desk.released_to(connection, identifier)]
    return tuple(sorted({who for who, _, state, *_ in found if state == "out"}))


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
        for who, result in outcome.items():
            ctx.audit(
                connection,
                by,
                "release",
                draft_id,
                found.purpose,
                to=who,
                author=found.author,
                count=len(result["sent"]),
                refused=len(result["refused"]),
                statements=tuple(result["statements"]),
            )
        return outcome

    return ctx.db.write(write)


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


_Pairs = list[tuple[objects.Held, Decision]]


def decided_of(
    ctx: Context,
    connection: Connection,
    draft: desk.Draft,
    approvals: frozenset[str],
    reader: Recipient | None = None,
) -> dict[str, _Pairs]:
    """The decision for each recipient and object, or for one `reader` at this node instead of members."""
    held = objects.latest(connection, draft.objects)
    chosen = [_ours_first(ctx, held[identifier]) for identifier in draft.objects if identifier in held]
    known, at = ctx.labels(connection), ctx.now()
    policy = replace(ctx.policy(), definitions={**ctx.definitions, **_definitions(connection)})
    linked = _markings_of_links(connection, chosen, known)
    partly = _in_part(ctx, connection, set(linked) - {item.object.id for item in chosen})
    given = _consents(ctx, connection, (*chosen, *partly), known)
    gated = [item.object.id for item in (*chosen, *partly) if _gated(item)]
    answers = {identifier: _answers(connection, identifier) for identifier in gated}
    decided: dict[str, _Pairs] = {}
    for recipient in (reader,) if reader else tuple(ctx.recipient(member) for member in draft.recipients):
        rules = _Rules(ctx, recipient, draft, at, approvals)
        withheld = {
            by: frozenset(ref for ref, said in linked.items() if rules.hide(ref, said, by))
            for by in {_said_by(item) for item in (*chosen, *partly)}
        }

        def one(
            item: objects.Held,
            replaced: Mapping[str, str],
            gone: frozenset[str] = frozenset(),
            to: Recipient = recipient,
            hidden: Mapping[str, frozenset[str]] = withheld,
        ) -> Decision:
            return decide(
                item.current,
                known[item.label],
                to,
                draft.purpose,
                at=at,
                policy=policy,
                author=draft.author,
                approvals=approvals,
                consents=given.get((item.object.id, to.id), frozenset()),
                answers=answers.get(item.object.id),
                withheld=hidden[_said_by(item)] | gone,
                replaced=replaced,
            )

        closed = frozenset(item.object.id for item in (*chosen, *partly) if rules.refuse(known[item.label]))
        decided[recipient.id] = _settled(chosen, partly, one, closed)
    return decided


def door_decision(
    ctx: Context,
    connection: Connection,
    held: objects.Held,
    marking: Marking,
    who: Recipient,
    purpose: str,
    author: str,
    approvals: frozenset[str],
    withheld: frozenset[str],
) -> Decision:
    """The decision on one object for a reader at one of the outside doors."""
    policy = replace(ctx.policy(), definitions={**ctx.definitions, **_definitions(connection)})
    answers = _answers(connection, held.object.id) if _gated(held) else None
    return decide(
        held.current,
        marking,
        who,
        purpose,
        at=ctx.now(),
        policy=policy,
        author=author,
        approvals=approvals,
        answers=answers,
        withheld=withheld,
    )


def _definitions(connection: Connection) -> dict[str, Marking]:
    """What the marking definitions held here demand of the properties that name them: all that any holding demands,
    so that nobody loosens another's definition by saying it again."""
    found: dict[str, Marking] = {}
    for held in objects.of_type(connection, "marking-definition"):
        try:
            demanded = of_definition(held.current.content)
        except InvalidObject:
            continue  # stays unknown, and what names it stays here
        if demanded is not None:
            known = found.get(held.current.id)
            found[held.current.id] = strictest(known, demanded) if known else demanded
    return found


def _settled(
    chosen: Sequence[objects.Held], partly: Sequence[objects.Held], one: Any, closed: frozenset[str]
) -> _Pairs:
    """Decide until no extract gives rise to another: what refers to an extract follows it under its new id, and what
    refers to something that stays here (though its marking, `closed`, would not keep it) loses the reference."""
    every = (*chosen, *partly)
    replaced: dict[str, str] = {}
    gone: frozenset[str] = frozenset()
    for _ in range(5):
        pairs = [(item, one(item, replaced, gone)) for item in every]
        moved = {
            item.object.id: decision.object.id
            for item, decision in pairs
            if decision.object is not None and decision.object.id != item.object.id
        }
        stays = gone | {item.object.id for item, said in pairs if not said.allowed} - closed
        if (moved, stays) == (replaced, gone):
            return pairs[: len(chosen)]
        replaced, gone = moved, stays
    still = "its references do not come to rest; release fewer at once"  # nothing unsettled may leave
    return [(item, said if not said.allowed else Decision(False, still)) for item, said in pairs[: len(chosen)]]


class _Rules:
    """`refusal` asked once per marking."""

    def __init__(self, ctx: Context, to: Recipient, draft: desk.Draft, at: str, approvals: frozenset[str]) -> None:
        self._ask: dict[Marking, bool] = {}
        self._ctx, self._to, self._draft, self._at, self._approvals = ctx, to, draft, at, approvals
        self._policy = ctx.policy()

    def hide(self, ref: str, said: Sequence[tuple[str, Marking]], by: str) -> bool:
        """Whether even the id of `ref` would tell too much. What `by`, whose object cites it, says of it itself counts,
        else all that anybody says: a state that sends us another's id under a wide marking opens it for nobody."""
        own = [pair for pair in said if pair[0] == by]
        return any(self._hides(ref, origin, marking) for origin, marking in own or said)

    def _hides(self, ref: str, origin: str, marking: Marking) -> bool:
        """Not so where its own originator named this recipient: a shared plan must be able to cite what each state
        released. But an observable's id tells its value: that may be said only to whom we have it from, who must be
        able to hear what we think of it. Whom we have it from, its channel tells; a marking can name anybody."""
        if not self.refuse(marking) or origin == self._to.id:
            return False
        foreign = origin != self._ctx.me and marking.originator not in ("", self._ctx.me)
        named = foreign and not objects.is_observable(ref.partition("--")[0])
        return not named or self.refuse(marking.but(originator=""))

    def refuse(self, marking: Marking) -> bool:
        """Whether this recipient may not have what carries `marking`."""
        if marking not in self._ask:
            self._ask[marking] = (
                refusal(
                    marking,
                    self._to,
                    self._draft.purpose,
                    at=self._at,
                    policy=self._policy,
                    author=self._draft.author,
                    approvals=self._approvals,
                )
                is not None
            )
        return self._ask[marking]


def _ours_first(ctx: Context, held: Sequence[objects.Held]) -> objects.Held:
    ours = [item for item in held if item.origin == ctx.me]
    # what an outside account posted under the same id stands for ours only where nothing else does
    return next((item for item in ours if not item.posted), ours[0] if ours else held[0])


def _said_by(item: objects.Held) -> str:
    """Whose word an object is: an outside account's is nobody's."""
    return "" if item.posted else item.origin


def _markings_of_links(
    connection: Connection, chosen: Sequence[objects.Held], known: Mapping[int, Marking]
) -> dict[str, list[tuple[str, Marking]]]:
    """Who says what of everything the objects refer to that this node holds: a reference can tell, too."""
    found = [(name, ref) for item in chosen for name, ref in item.current.references()]
    makers = {ref for name, ref in found if name == "created_by_ref"}
    refs = {ref for name, ref in found if name != "created_by_ref"} | _persons(connection, makers)
    held = objects.labels_of(connection, refs)
    return {ref: [(origin, known[label]) for origin, label in found] for ref, found in held.items()}


def _persons(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Of those who made objects, the persons: an office may be named, a source of flesh and blood only where it may go
    itself."""
    held = objects.latest(connection, ids)
    return {one for one, found in held.items() if found[0].current.content.get("identity_class") == "individual"}


def _in_part(ctx: Context, connection: Connection, refs: Iterable[str]) -> list[objects.Held]:
    """Of what is referred to, that which may go in part or only through a gate: its marking does not tell the whole."""
    held = [_ours_first(ctx, found) for found in objects.latest(connection, refs).values()]
    return [item for item in held if "granular_markings" in item.current.content or _gated(item)]


def _consents(
    ctx: Context, connection: Connection, chosen: Sequence[objects.Held], known: Mapping[int, Marking]
) -> dict[tuple[str, str], frozenset[str]]:
    """Who may have what by its originator's own word."""
    now = ctx.now()
    owner = {item.object.id: known[item.label].originator for item in chosen}
    return {
        (identifier, recipient): frozenset({recipient})
        for identifier, recipient, asker, origin, state, expires, _ in desk.consents(connection, owner)
        if asker == ctx.me
        and origin == owner[identifier]
        and state == "given"
        and (not expires or nanoseconds(expires) > nanoseconds(now))
    }


def _gated(item: objects.Held) -> bool:
    return item.object.type == "x-oureyes-notice"


def _answers(connection: Connection, identifier: str) -> Answers | None:
    kept = desk.neutrality(connection, identifier)
    if kept is None or kept.get("about") != _content(connection, identifier):
        return None  # they were given for another content of the notice
    return Answers(kept["by"], kept["answers"], kept["reviewer"], kept["cleared"])


def _content(connection: Connection, identifier: str) -> list[str]:
    held = objects.latest(connection, [identifier], states=("held", "held-back")).get(identifier, ())
    return sorted({item.object.digest.hex() for item in held})


def _send_items(
    ctx: Context, connection: Connection, draft: desk.Draft, allowed: Mapping[str, _Pairs]
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


def _superseded(connection: Connection, draft: desk.Draft, allowed: Mapping[str, _Pairs]) -> dict[str, set[str]]:
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


def _narrow(ctx: Context, connection: Connection, draft: desk.Draft, decided: Mapping[str, _Pairs]) -> None:
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
