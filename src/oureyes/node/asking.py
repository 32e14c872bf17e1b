"""A state asks another, and is answered within a term: questions and replies leave by a release like anything else.

The asked node tells the asker, by itself, when it had the question: from then on both ledgers read the same clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.findings import Alert
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import of_datetime
from oureyes.model.markings import Marking, Onward
from oureyes.model.sharing import Statement
from oureyes.node import releasing
from oureyes.node.connecting import DEFAULT, put_alert
from oureyes.node.context import Context
from oureyes.node.recording import record_objects
from oureyes.node.sending import report_activity
from oureyes.node.understanding import Reader
from oureyes.plan.questions import KIND, Question, Reply, clock, question_of, reply_of, to_note, to_stix
from oureyes.plan.requests import Clock, RequestState, Urgency
from oureyes.storage import Connection, desk, objects

__all__ = ["Asked", "ask", "received", "reply", "requests", "watch"]

_MOST = 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of ours or to us, its clock (None until it was received), what it says now, and the replies."""

    question: Question
    clock: Clock | None
    words: str
    replies: tuple[Reply, ...]


def ask(
    ctx: Context, to: str, text: str, *, urgency: Urgency, about: Sequence[str] = (), by: str, purpose: str,
    marking: Marking | None = None,
) -> tuple[Question, desk.Draft]:  # fmt: skip
    """Write a question down and propose its release to whom it asks."""
    if not text.strip():
        raise InvalidObject("request", "a question", "none")
    ctx.recipient(to)
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        held = objects.latest(connection, about)
        unseen = [ref for ref in about if not any(reader.may(one.label) for one in held.get(ref, ()))]
    if unseen:
        raise NotHeld(unseen[0], "an object this reader may see", "none", "`oureyes search`")
    question = Question(ctx.new_id(KIND), ctx.me, to, text, urgency, tuple(about))
    base = marking or ctx.default_marking().but(onward=Onward.NONE)
    made = to_stix(question, ctx.now())
    under = base.but(originator=ctx.me, releasable_to=frozenset({to}))
    record_objects(ctx, [made], by=by, purpose=purpose, marking=under, source="requests")
    ctx.db.write(lambda connection: ctx.audit(connection, by, "request", made.id, purpose, to=to))
    return question, releasing.propose(ctx, [made.id], [to], by=by, purpose=purpose, reason="a question")


def reply(
    ctx: Context, identifier: str, state: RequestState, *, ground: str = "", text: str = "", by: str, purpose: str
) -> desk.Draft:
    """Acknowledge, answer, or refuse on a ground, a question that was put to us; propose the reply's release."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        held = [one for one in objects.latest(connection, [identifier]).get(identifier, ()) if reader.may(one.label)]
        asked = [(one, _question(one)) for one in held if one.origin != ctx.me]
        found = next(((one, question) for one, question in asked if question and question.asked == ctx.me), None)
        if found is None:
            raise NotHeld(identifier, "a question to us", "none by that id", "`oureyes requests`")
        marking = reader.marking(found[0].label)
    said = Reply(identifier, state, ctx.now(), ground, text)
    made = to_note(said, derived_id("note", ctx.me, identifier, str(state)), ctx.me)
    asker = found[0].origin
    under = marking.but(originator=ctx.me, releasable_to=frozenset({asker}), onward=Onward.NONE)
    record_objects(ctx, [made], by=by, purpose=purpose, marking=under, source="requests")
    ctx.db.write(lambda connection: _note(ctx, connection, found[1], said, by, purpose))
    return releasing.propose(ctx, [made.id], [asker], by=by, purpose=purpose, reason=str(state))


def _note(ctx: Context, connection: Connection, question: Question, said: Reply, by: str, purpose: str) -> None:
    """The audit row, as the yearly figures count it."""
    had = [at for who, _, what, at in desk.activity(connection, [question.id]) if (who, what) == (ctx.me, "received")]
    times = clock(question, had, ())
    late = times is not None and times.state(said.at) is RequestState.OVERDUE
    if said.state is RequestState.REFUSED:
        ctx.audit(connection, by, "refuse", question.id, purpose, to=question.asker, ground=said.ground)
    elif said.state is RequestState.ANSWERED:
        ctx.audit(connection, by, "answer", question.id, purpose, late=late)
    else:
        ctx.audit(connection, by, "acknowledge", question.id, purpose)


def _question(held: objects.Held) -> Question | None:
    """None for what a partner sent under such a name and is no question."""
    try:
        return question_of(held.current, held.origin)
    except InvalidObject:
        return None


def requests(ctx: Context, *, by: str, purpose: str) -> list[Asked]:
    """Every question of ours and to us that this reader may see, oldest first, as its clock stands now."""
    with ctx.db.read() as connection:
        return _requests(ctx, connection, Reader(ctx, connection, by, purpose))


def _requests(ctx: Context, connection: Connection, reader: Reader) -> list[Asked]:
    held = objects.of_type(connection, KIND, limit=_MOST, labels=reader.seen)
    found = [question for one in held if (question := _question(one)) and ctx.me in (question.asker, question.asked)]
    ids = [one.id for one in found]
    had = desk.activity(connection, ids)
    replies = _replies(connection, reader, ids)
    out = []
    for one in found:
        mine = [said for origin, said in replies if origin == one.asked and said.question == one.id]
        received = [at for origin, ref, what, at in had if (origin, ref, what) == (one.asked, one.id, "received")]
        times = clock(one, received, mine)
        out.append(Asked(one, times, times.words(ctx.now()) if times else "not received yet", tuple(mine)))
    return out


def _replies(connection: Connection, reader: Reader, ids: Sequence[str]) -> list[tuple[str, Reply]]:
    notes = {a for a, link, _, _ in objects.neighbours(connection, ids) if link == "request_ref"}
    held = [one for some in objects.latest(connection, sorted(notes)).values() for one in some]
    return [(one.origin, said) for one in held if reader.may(one.label) and (said := reply_of(one.current))]


def received(ctx: Context, connection: Connection, statement: Statement) -> None:
    """Note when questions to us arrived, and tell who asked: from that instant on the clock runs, at both ends."""
    ids = [item.object.id for item in statement.items if item.object.type == KIND]
    known = {ref for who, ref, what, _ in desk.activity(connection, ids) if (who, what) == (ctx.me, "received")}
    had: dict[str, str] = {}
    for identifier, some in objects.latest(connection, [one for one in ids if one not in known]).items():
        for one in some:
            question = _question(one) if one.origin == statement.origin else None
            if question is not None and question.asked == ctx.me:
                had[identifier] = of_datetime(_EPOCH + timedelta(microseconds=one.added))
    desk.add_activity(connection, [(ctx.me, ref, "received", at, statement.id) for ref, at in had.items()])
    report_activity(ctx, connection, "received", {statement.origin: had}, at=had)


def watch(ctx: Context) -> int:
    """Put before the desk, once each, what is overdue and what has had no sign of life; how many alerts."""
    with ctx.db.read() as connection:
        found = _requests(ctx, connection, Reader(ctx, connection, ctx.me, "investigation"))
    return sum(_warned(ctx, one) for one in found)


def _warned(ctx: Context, one: Asked) -> bool:
    now = ctx.now()
    late = one.clock is not None and one.clock.state(now) is RequestState.OVERDUE
    if one.clock is None or not (late or one.clock.unacknowledged(now)):
        return False
    what = "overdue" if late else "not acknowledged"
    cause = f"request:{what}:{one.question.id}"

    def write(connection: Connection) -> bool:
        if desk.alerted(connection, cause):
            return False
        headline = f"a question of {one.question.asker} to {one.question.asked} is {what}"
        about, other = (one.question.id,), one.question.asker
        put_alert(
            ctx,
            connection,
            Alert(ctx.new_id("alert"), cause, "request", headline, about, other, now, DEFAULT.owner, reason=one.words),
        )
        return True

    return ctx.db.write(write)
