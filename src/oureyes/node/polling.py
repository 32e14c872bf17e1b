"""Polling and pushing to servers of others: what is due, what came, how far it is read, and what is tried again.

What a page brought and how far the remote is read then are one transaction: a run that is cut off anywhere goes on
where it was, and nothing is lost or, in effect, read twice. An object that cannot be taken is put aside (the dead
letters are the quarantine) and the others go on. A remote speaks with a voice of its own: it replaces nothing of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from io import BytesIO

from oureyes.errors import ConfigError, NotHeld, OurEyesError
from oureyes.model.accounts import Caller, bounded
from oureyes.model.markings import Marking
from oureyes.model.ports import Options, Record, Rejected
from oureyes.model.remotes import Progress, Remote, wait_ms
from oureyes.node.context import Context
from oureyes.node.recording import derive, take_in
from oureyes.node.serving import Page, Serving
from oureyes.record import stix
from oureyes.storage import Connection, accounts, desk, objects, remotes, views
from oureyes.storage.remotes import Standing

__all__ = [
    "Standing",
    "add",
    "claim",
    "due",
    "failed",
    "hasten",
    "listed",
    "one",
    "outgoing",
    "pushed",
    "remove",
    "succeeded",
    "take",
]

_LEASE_MS = 15 * 60_000
_KEPT_RAW = 1 << 20


def add(ctx: Context, made: Remote, secret: str, *, by: str) -> None:
    """Poll or push to another server from now on."""

    def write(connection: Connection) -> None:
        if remotes.remote(connection, made.name) is not None:
            raise ConfigError(f"remote {made.name}", "a new name", "one that exists", "remove it first")
        if made.account:
            _reader(connection, made)
        remotes.put(connection, made.but(author=by), secret)
        ctx.audit(connection, by, "setting", made.name, "", change="push" if made.push else "poll")

    ctx.db.write(write)


def remove(ctx: Context, name: str, *, by: str) -> None:
    """No longer."""

    def write(connection: Connection) -> None:
        if not remotes.drop(connection, name):
            raise NotHeld(f"remote {name[:60]}", "a server that is polled", "none by that name", "`oureyes taxii list`")
        ctx.audit(connection, by, "setting", name, "", change="removed")

    ctx.db.write(write)


def listed(ctx: Context) -> list[Standing]:
    """Every remote and how far it is."""
    with ctx.db.read() as connection:
        return remotes.remotes(connection)


def one(ctx: Context, name: str) -> Standing:
    """One of them."""
    with ctx.db.read() as connection:
        found = remotes.remote(connection, name)
    if found is None:
        raise NotHeld(f"remote {name[:60]}", "a server that is polled", "none by that name", "`oureyes taxii list`")
    return found


def due(ctx: Context) -> list[str]:
    """Whose time has come."""
    now = ctx.now_ms()
    return [standing.remote.name for standing in listed(ctx) if standing.next_try <= now]


def hasten(ctx: Context, name: str, *, by: str) -> None:
    """Its time has come: whoever serves polls it next."""

    def write(connection: Connection) -> None:
        if not remotes.hasten(connection, name, ctx.now_ms()):
            raise NotHeld(f"remote {name[:60]}", "a server that is polled", "none by that name", "`oureyes taxii list`")
        ctx.audit(connection, by, "setting", name, "", change="due")

    ctx.db.write(write)


def claim(ctx: Context, name: str, *, even_early: bool = False) -> Standing | None:
    """Take it, unless another worker has; for a person who asks, even before its time."""
    now = ctx.now_ms()
    at = max(now, one(ctx, name).next_try) if even_early else now
    taken = ctx.db.write(lambda connection: remotes.claim(connection, name, at, now + _LEASE_MS))
    return one(ctx, name) if taken else None


def take(ctx: Context, remote: Remote, pieces: Sequence[bytes], progress: Progress) -> Progress:
    """Record a page, and how far the remote is read with it."""
    whole = b"[" + b",".join(pieces) + b"]"
    found = list(stix.read(BytesIO(whole), Options(country=ctx.config.country or None)))
    kept = [item for item in found if isinstance(item, Record) and _wanted(remote, item)]
    bad = [item for item in found if isinstance(item, Rejected)]
    known: dict[int, Marking] = {}
    batch = [_incoming(ctx, remote, item, known) for item in kept]

    def write(connection: Connection) -> Progress:
        name = views.postings("taxii", remote.name)
        source = objects.source(connection, ctx.me, name, objects.ACCOUNT, ctx.now()[:10])
        taken = take_in(ctx, connection, batch, source=source, origin=ctx.me)
        for item in bad:
            desk.quarantine(connection, name, item.error, item.raw[:_KEPT_RAW], ctx.now())
        stored = sum(1 for added in taken.added if added.outcome != "unchanged")
        now = progress.but(
            pages=progress.pages + 1,
            objects=progress.objects + len(pieces),
            stored=progress.stored + stored,
            put_aside=progress.put_aside + len(bad),
            left_out=progress.left_out + len(found) - len(kept) - len(bad),
        )
        remotes.reached(connection, remote.name, now)
        if stored or bad:
            digest = hashlib.sha256(b"".join(item.object.digest for item in kept)).hexdigest()
            ctx.audit(
                connection,
                remote.author or "node",
                "poll",
                remote.name,
                "",
                count=stored,
                refused=len(bad),
                digest=digest,
            )
        return now

    return ctx.db.write(write)


def _wanted(remote: Remote, item: Record) -> bool:
    return not remote.types or item.object.type in remote.types


def _incoming(ctx: Context, remote: Remote, item: Record, known: dict[int, Marking]) -> objects.Incoming:
    marking = known.get(id(item.marking))
    if marking is None:
        default = remote.marking.but(originator=ctx.me)
        marking = known[id(item.marking)] = bounded(item.marking, default, remote.max_grade)
    return derive(item.object, marking, upgraded=item.upgraded, hold=item.hold, tags=item.tags)


def outgoing(serving: Serving, standing: Standing) -> Page:
    """What the remote has not got yet of the collection it is given, as release allows now."""
    remote = standing.remote
    with serving.ctx.db.read() as connection:
        caller = _reader(connection, remote)
        collection = serving.collection(connection, caller, remote.collection)
        asked = views.Asked(after=standing.progress.place, limit=remote.limit)
        return serving.page(connection, caller, collection, asked)


def _reader(connection: Connection, remote: Remote) -> Caller:
    kept = accounts.account(connection, remote.account)
    if kept is None or not kept.account.enabled:
        raise NotHeld(
            f"account {remote.account[:60]}", "an account that may read here", "none", "`oureyes account list`"
        )
    return Caller(kept.account, kept.account.scopes)


def pushed(ctx: Context, standing: Standing, page: Page, refused: Sequence[tuple[str, str]]) -> Progress:
    """The remote has them; what it refused is put aside."""
    remote, progress = standing.remote, standing.progress
    bodies = {row.id: row.body for row in page.rows}

    def write(connection: Connection) -> Progress:
        accounts.put_extracts(connection, page.extracts)
        taken = page.shown(but={identifier for identifier, _ in refused})
        accounts.put_shown(connection, remote.account, remote.name, ctx.now(), taken)
        for identifier, why in refused:
            error = OurEyesError(identifier, f"{remote.name} to take it", why[:200], "see what that server wants")
            desk.quarantine(connection, f"push:{remote.name}", error, bodies.get(identifier, b""), ctx.now())
        given = len(page.rows) - len(refused)
        now = progress.but(
            place=page.after,
            pages=progress.pages + 1,
            objects=progress.objects + len(page.rows),
            stored=progress.stored + given,
            put_aside=progress.put_aside + len(refused),
        )
        remotes.reached(connection, remote.name, now)
        digest = hashlib.sha256(b"".join(row.body for row in page.rows)).hexdigest()
        ctx.audit(
            connection, remote.author or "node", "push", remote.name, "", count=given, refused=len(refused),
            to=remote.account, digest=digest,
        )  # fmt: skip
        return now

    return ctx.db.write(write)


def succeeded(ctx: Context, standing: Standing, progress: Progress) -> None:
    """The run ended well: the next comes after the usual interval."""
    name, due_at = standing.remote.name, ctx.now_ms() + wait_ms(standing.remote.interval_s, 0, 0)

    def write(connection: Connection) -> None:
        remotes.reached(connection, name, progress)
        remotes.settle(connection, name, "idle", 0, due_at, "", ctx.now())

    ctx.db.write(write)


def failed(ctx: Context, standing: Standing, error: str) -> None:
    """It did not: later again, and later still when it goes on failing. What was read so far stays read."""
    attempts = standing.attempts + 1
    due_at = ctx.now_ms() + wait_ms(standing.remote.interval_s, attempts, ctx.random())
    name = standing.remote.name
    ctx.db.write(lambda connection: remotes.settle(connection, name, "failing", attempts, due_at, error[:300], ""))
