"""A person says whether two things are the same; the state's word is kept, told to whom it is released, and taken back.

Nothing is merged, so taking a word back is all there is to undo: where it was released it is retracted like anything
else, and every link is as it was, on both nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from oureyes.correlate.judgements import Cluster, opinion_id, to_stix
from oureyes.errors import NotHeld, Refused
from oureyes.model.findings import Judgement, Verdict
from oureyes.model.markings import strictest
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Kind
from oureyes.node import releasing
from oureyes.node.context import Context
from oureyes.node.hypotheses import clusters_of, words_on
from oureyes.node.recording import derive, take_in
from oureyes.node.understanding import Reader
from oureyes.storage import Connection, index, objects

__all__ = ["clusters", "judge", "words"]

_SOURCE = "judgements"


def judge(
    ctx: Context,
    left: str,
    right: str,
    verdict: Verdict,
    *,
    by: str,
    why: str = "",
    purpose: str = "investigation",
) -> Judgement:
    """Keep a person's word on a pair as our state's. Who holds an earlier one gets the new one by a release that waits
    for approval, and is told at once when it is taken back."""
    if left == right:
        raise Refused("judgement", "two different objects", "one twice", "name the two that were matched")
    ids = sorted((left, right))
    said = Judgement(ids[0], ids[1], verdict, by, ctx.now(), why, ctx.me, opinion_id(ctx.me, left, right))
    if verdict is Verdict.WITHDRAWN:
        return _take_back(ctx, said, purpose)
    made = ctx.db.write(lambda connection: _keep(ctx, connection, said, purpose))
    if to := releasing.recipients_of(ctx, [made.id]):
        reason = "the judgement was changed"
        releasing.propose(ctx, [made.id], to, by=by, purpose=purpose, reason=reason, kind=Kind.SUPERSEDE)
    return said


def _keep(ctx: Context, connection: Connection, said: Judgement, purpose: str) -> StixObject:
    reader = Reader(ctx, connection, said.by, purpose)
    held = objects.latest(connection, [said.left, said.right, said.opinion])
    sides = []
    for identifier in (said.left, said.right):
        seen = [one for one in held.get(identifier, ()) if reader.may(one.label)]
        if not seen:
            raise NotHeld(identifier, "an object this reader may see", "none", "`oureyes matches`")
        sides.append(reader.marking(next((one for one in seen if one.origin == ctx.me), seen[0]).label))
    before = index.judgements(connection, said.left, said.right)
    ours = [one for one in held.get(said.opinion, ()) if one.origin == ctx.me]
    marking = reader.marking(ours[0].label) if ours else strictest(*sides).but(originator=ctx.me)
    made = to_stix(said, before[0].at if before else said.at)
    number = objects.source(connection, ctx.me, _SOURCE, "desk", ctx.now()[:10])
    take_in(ctx, connection, [derive(made, marking)], source=number, origin=ctx.me)
    _note(ctx, connection, said, purpose)
    return made


def _note(ctx: Context, connection: Connection, said: Judgement, purpose: str) -> None:
    index.add_judgement(connection, said)
    ctx.audit(connection, said.by, "judge", said.left, purpose, verdict=str(said.verdict), **{"with": said.right})


def _take_back(ctx: Context, said: Judgement, purpose: str) -> Judgement:
    ctx.require_purpose(said.by, purpose, "judgement")
    with ctx.db.read() as connection:
        held = objects.latest(connection, [said.opinion]).get(said.opinion, ())
    if not any(one.origin == ctx.me for one in held):
        raise NotHeld(said.opinion, "a judgement of ours on this pair", "none", "`oureyes clusters`")
    reason = said.why or "the judgement was taken back"
    releasing.retract(ctx, [said.opinion], by=said.by, reason=reason, purpose=purpose)
    ctx.db.write(lambda connection: _note(ctx, connection, replace(said, why=reason), purpose))
    return said


def words(ctx: Context, ids: Iterable[str], *, by: str, purpose: str) -> tuple[Judgement, ...]:
    """The latest word of each state on every pair with one of these in it, that this reader may see."""
    with ctx.db.read() as connection:
        return words_on(connection, Reader(ctx, connection, by, purpose), ctx.me, dict.fromkeys(ids))


def clusters(ctx: Context, identifier: str = "", *, by: str, purpose: str) -> tuple[Cluster, ...]:
    """What hangs together by words of *same*, as hypotheses, or the one that a thing belongs to."""
    with ctx.db.read() as connection:
        found = clusters_of(connection, Reader(ctx, connection, by, purpose), ctx.me, identifier)
    ctx.db.write(lambda connection: ctx.audit(connection, by, "search", identifier, purpose, hits=len(found)))
    return found
