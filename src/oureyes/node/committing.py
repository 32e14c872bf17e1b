"""Private questions, the keys: a holder commits to one set a month before all members, who show each other its words.

A holder that shows one asker a key of its own knows that asker's questions apart from all others. So its keys count
when more than half of the other members were shown the same, and nobody another. Nobody's bare word counts: what is
passed on is what the holder itself signed, so that

- a witness cannot make a holder out to have shown two keys: that takes the holder's signature on both;
- one honest member that was shown the other key proves it to all, and no majority is needed for that;
- to hide a key made for one asker, the holder needs more than half of the others with it, all of them silent or lying.

What is kept and passed on is bounded: of this month and the two beside it, and of each no more than two sets of keys,
which prove all there is to prove. Whoever joins later is shown what was said before (`pass_on`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from oureyes.correlate import blind
from oureyes.errors import InvalidObject, NotHeld, VerificationError
from oureyes.exchange.envelope import pack, unpack
from oureyes.model.findings import Alert
from oureyes.model.sharing import Kind, Statement
from oureyes.node import connecting
from oureyes.node.context import Context
from oureyes.node.sending import send, statement_of
from oureyes.storage import Connection, desk, hits

__all__ = [
    "borne_out",
    "commit",
    "epoch_of",
    "epochs_near",
    "evidence",
    "key_of",
    "keys_shown",
    "pass_on",
    "witnessed",
]

_LONGEST = 8 << 10  # of a holder's signed words: a key for each of seven kinds takes a tenth of it


def epoch_of(now: str) -> str:
    """The month: filters and keys last that long."""
    return now[:7]


def epochs_near(now: str) -> tuple[str, str, str]:
    """The last, this and the next: clocks and channels are late, but no more than that."""
    this = int(now[:4]) * 12 + int(now[5:7]) - 1
    last, same, after = (f"{month // 12:04}-{month % 12 + 1:02}" for month in (this - 1, this, this + 1))
    return last, same, after


# --- ours ------------------------------------------------------------------------------------------------------------


def commit(ctx: Context) -> str:
    """See that this epoch has its keys, and that every member has been told their public halves. The epoch.
    VerificationError when the secret of keys that were shown is lost: by others no answer could be proved, and to show
    others would be to show two."""
    now = ctx.now()
    epoch = epoch_of(now)

    def write(connection: Connection) -> bool:
        known, seed = hits.committed(connection, ctx.me, epoch), hits.seed(connection, epoch)
        if known and not (seed and known.keys.items() <= _publics(ctx, connection, epoch).items()):
            _lost(ctx, connection, epoch)
            return False
        if seed is None:
            hits.put_seed(connection, epoch, os.urandom(32), now)
        keys = dict(known.keys) if known else _publics(ctx, connection, epoch)
        told = set((desk.get_setting(connection, f"hit-keys {epoch}") or "").split())
        new = sorted(set(ctx.roster.members) - {ctx.me} - told)
        if not new:
            return True
        words = pack(blind.KEYS_TYPE, blind.write_commitment(ctx.me, epoch, keys), (ctx.keys.sign,))
        statement = statement_of(ctx, Kind.HIT_KEYS, new, detail={"said": words.decode()})
        seen = _read(ctx, words)
        if known is None:
            hits.put_committed(connection, _kept(seen, statement.id, words), now)
        send(ctx, connection, statement)
        desk.put_setting(connection, f"hit-keys {epoch}", " ".join(sorted(told | set(new))))
        ctx.audit(connection, ctx.me, "commit", f"{ctx.me}/{epoch}", "", digest=seen.digest.hex(), count=len(new))
        return True

    if not ctx.db.write(write):
        raise VerificationError(
            f"keys of {epoch}", "the secret of the keys that were shown", "none of it", f"{epoch} answers nobody"
        )
    return epoch


def _lost(ctx: Context, connection: Connection, epoch: str) -> None:
    """The desk is told once."""
    cause = f"keys:{epoch}"
    if not desk.alerted(connection, cause):
        made = Alert(
            ctx.new_id("alert"), cause, "notice", f"our keys of {epoch} are lost: nobody is answered until it ends", (),
            ctx.me, ctx.now(), connecting.DEFAULT.owner,
            reason="the secret of the keys that members were shown is gone; see docs/explanation/private-matching.md",
        )  # fmt: skip
        connecting.put_alert(ctx, connection, made)


def _publics(ctx: Context, connection: Connection, epoch: str) -> dict[str, str]:
    return {kind: key_of(ctx, connection, epoch, kind).public.hex() for kind in blind.KINDS}


def key_of(ctx: Context, connection: Connection, epoch: str, kind: str) -> blind.PrivateKey:
    """Our key of an epoch for one kind of selector."""
    found = hits.seed(connection, epoch)
    if found is None:
        raise NotHeld(f"key of {epoch}", "the key of this epoch", "none", "ask by the newest list of filters")
    return blind.derive_key(found, blind.key_info(ctx.me, epoch, kind))


# --- those of others -------------------------------------------------------------------------------------------------


def keys_shown(ctx: Context, connection: Connection, statement: Statement) -> None:
    """A member commits to the keys of an epoch, and the other members are shown its words. The first word is what it is
    asked by; a second that differs proves that it says different things, and is shown to the others as well."""
    words = _words(statement)
    said = _read(ctx, words)
    if said.member != statement.origin:
        raise VerificationError(statement.id, f"keys of {statement.origin}", f"those of {said.member[:20]}")
    if _past(ctx, statement, said):
        return
    known, before = hits.committed(connection, said.member, said.epoch), _shown(connection, said.member, said.epoch)
    if known is None:
        hits.put_committed(connection, _kept(said, statement.id, words), ctx.now())
    elif known.digest == said.digest:
        return
    elif _contradicted(connection, known):
        raise VerificationError(statement.id, f"one set of keys for {said.epoch}", "more than two", "call the partner")
    else:
        hits.put_witness(connection, _witness(said, statement.origin, words), ctx.now())
    _show(ctx, connection, said, [words], set(ctx.roster.members) - {ctx.me, statement.origin})
    _compare(ctx, connection, statement, said, before)


def witnessed(ctx: Context, connection: Connection, statement: Statement) -> None:
    """A member shows what another said its keys were. What that other did not sign is nothing, and is kept as evidence
    against whoever passes it off."""
    words = _words(statement)
    said = _read(ctx, words)
    if said.member == statement.origin:
        raise InvalidObject(statement.id, "the keys of another member", "its own")
    if _past(ctx, statement, said):
        return
    before = _shown(connection, said.member, said.epoch)
    if len(before) > 1 and said.digest not in before:
        return  # that it says different things is proved already
    hits.put_witness(connection, _witness(said, statement.origin, words), ctx.now())
    _compare(ctx, connection, statement, said, before)


def _past(ctx: Context, statement: Statement, said: blind.Commitment) -> bool:
    """Whether the epoch is over, and nobody need be told of it; VerificationError for one that is far ahead."""
    near = epochs_near(ctx.now())
    if said.epoch > near[0] and said.epoch not in near:
        raise VerificationError(statement.id, f"keys up to {near[-1]}", f"those of {said.epoch}", "compare clocks")
    return said.epoch < near[0]


def pass_on(ctx: Context) -> None:
    """Show whoever joined since what the others said their keys were: a newcomer has nothing else to go by until the
    next month begins."""
    with ctx.db.read() as connection:
        if not _unshown(ctx, connection):
            return

    def write(connection: Connection) -> None:
        for shown, new in _unshown(ctx, connection):
            more = [one for one in hits.witnesses(connection, shown.member, shown.epoch) if one.digest != shown.digest]
            _show(ctx, connection, shown, [shown.words, *(one.words for one in more[:1])], new)

    ctx.db.write(write)


def _unshown(ctx: Context, connection: Connection) -> list[tuple[hits.Committed, set[str]]]:
    """What members said their keys were, each with whom we have not told it."""
    others = set(ctx.roster.members) - {ctx.me}
    said = [
        shown
        for member in sorted(others)
        for epoch in epochs_near(ctx.now())
        if (shown := hits.committed(connection, member, epoch)) is not None
    ]
    return [(one, new) for one in said if (new := others - {one.member} - _told(connection, one))]


def _told(connection: Connection, said: blind.Commitment | hits.Committed) -> set[str]:
    return set((desk.get_setting(connection, f"hit-witness {said.member} {said.epoch}") or "").split())


def _show(
    ctx: Context,
    connection: Connection,
    said: blind.Commitment | hits.Committed,
    words: Sequence[bytes],
    to: set[str],
) -> None:
    """Pass on what a member signed, and remember to whom."""
    if not to:
        return
    for one in words:
        send(ctx, connection, statement_of(ctx, Kind.HIT_WITNESS, sorted(to), detail={"said": one.decode()}))
    told = " ".join(sorted(_told(connection, said) | to))
    desk.put_setting(connection, f"hit-witness {said.member} {said.epoch}", told)


def _words(statement: Statement) -> bytes:
    said = statement.detail.get("said")
    if not isinstance(said, str) or not 0 < len(said) <= _LONGEST:
        raise InvalidObject(statement.id, "a member's signed words on its keys", "another form")
    return said.encode()


def _read(ctx: Context, words: bytes) -> blind.Commitment:
    """The commitment, once the member that it names is found to have signed it."""
    body, signers = unpack(words, blind.KEYS_TYPE, ctx.roster.sign_keys)
    said = blind.read_commitment(body)
    if said.member not in signers:
        raise VerificationError(
            f"keys of {said.member[:20]}", f"the signature of {said.member[:20]}", "none that holds"
        )
    return said


def _kept(said: blind.Commitment, statement: str, words: bytes) -> hits.Committed:
    return hits.Committed(said.member, said.epoch, said.keys, said.digest, statement, words)


def _witness(said: blind.Commitment, witness: str, words: bytes) -> hits.Witness:
    return hits.Witness(said.member, said.epoch, witness, said.digest, words)


def _contradicted(connection: Connection, shown: hits.Committed) -> list[str]:
    """Who was shown other keys than we, by the holder's own signature."""
    return _apart(shown, hits.witnesses(connection, shown.member, shown.epoch))


def _apart(shown: hits.Committed, known: Sequence[hits.Witness]) -> list[str]:
    return sorted({one.witness for one in known if one.digest != shown.digest})


def _shown(connection: Connection, member: str, epoch: str) -> dict[bytes, str]:
    """The sets of keys that a member signed for an epoch, each with one to whom it was shown."""
    seen = {one.digest: one.witness for one in hits.witnesses(connection, member, epoch)}
    shown = hits.committed(connection, member, epoch)
    return {**seen, shown.digest: "us"} if shown else seen


def _compare(
    ctx: Context, connection: Connection, statement: Statement, said: blind.Commitment, before: Mapping[bytes, str]
) -> None:
    """People are told, once, when a member shows different keys to different members: each key of its own tags an
    asker."""
    shown = _shown(connection, said.member, said.epoch)
    if len(before) < 2 <= len(shown):
        one, *_, other = sorted(shown.values(), key="us".__eq__)
        reason = f"it signed other keys of {said.epoch} for {one} than for {other}; both are kept"
        headline = f"{said.member} shows members different keys; ask it nothing"
        connecting.notice(ctx, connection, replace(statement, reason=reason), headline)
        ctx.audit(connection, said.member, "equivocation", f"{said.member}/{said.epoch}")


def borne_out(ctx: Context, connection: Connection, member: str, epoch: str) -> tuple[hits.Committed, int]:
    """A member's keys, and how many others were shown the same as we; VerificationError when they are not enough, or
    one was shown others."""
    shown = hits.committed(connection, member, epoch)
    if shown is None:
        raise VerificationError(f"keys of {member}", f"its keys of {epoch} in its log", "none", "wait for its log")
    known = hits.witnesses(connection, member, epoch)
    apart = _apart(shown, known)
    if apart:
        found = f"others, signed by it, before {', '.join(apart)}"
        raise VerificationError(
            f"keys of {member}", "the same keys before all members", found, "`oureyes hits evidence`"
        )
    others = set(ctx.roster.members) - {ctx.me, member}
    same = others & {one.witness for one in known}
    enough = len(others) // 2 + 1 if others else 0
    if len(same) < enough:
        wanted = f"{enough} of {len(others)} other members that were shown the same"
        raise VerificationError(f"keys of {member}", wanted, f"{len(same)} so far", "ask again later")
    return shown, len(same)


def evidence(ctx: Context, member: str, epoch: str) -> list[hits.Witness]:
    """Who was shown which words on a member's keys, we among them. Each is signed by that member: two that differ prove
    to anybody that it told members apart."""
    with ctx.db.read() as connection:
        shown, found = hits.committed(connection, member, epoch), hits.witnesses(connection, member, epoch)
    ours = [hits.Witness(member, epoch, ctx.me, shown.digest, shown.words)] if shown else []
    return [*ours, *found]
