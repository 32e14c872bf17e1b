"""What each recipient would get: the rules asked of every object, with what it refers to, until nothing moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Marking, strictest
from oureyes.model.sharing import Decision, Recipient
from oureyes.node.context import Context
from oureyes.node.releasing.marking import neutrality_answers
from oureyes.record.demands import of_definition
from oureyes.release import decide, refusal
from oureyes.storage import Connection, desk, objects

__all__ = ["Pairs", "decided_of", "door_decision"]

Pairs = list[tuple[objects.Held, Decision]]


def decided_of(
    ctx: Context,
    connection: Connection,
    draft: desk.Draft,
    approvals: frozenset[str],
    reader: Recipient | None = None,
) -> dict[str, Pairs]:
    """The decision for each recipient and object, or for one `reader` at this node instead of members."""
    held = objects.latest(connection, draft.objects)
    chosen = [_ours_first(ctx, held[identifier]) for identifier in draft.objects if identifier in held]
    known, at = ctx.labels(connection), ctx.now()
    policy = replace(ctx.policy(), definitions={**ctx.definitions, **_definitions(connection)})
    linked = _markings_of_links(connection, chosen, known)
    partly = _in_part(ctx, connection, set(linked) - {item.object.id for item in chosen})
    given = _consents(ctx, connection, (*chosen, *partly), known)
    gated = [item.object.id for item in (*chosen, *partly) if _gated(item)]
    answers = {identifier: neutrality_answers(connection, identifier) for identifier in gated}
    decided: dict[str, Pairs] = {}
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
    answers = neutrality_answers(connection, held.object.id) if _gated(held) else None
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


def _settled(chosen: Sequence[objects.Held], partly: Sequence[objects.Held], one: Any, closed: frozenset[str]) -> Pairs:
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
