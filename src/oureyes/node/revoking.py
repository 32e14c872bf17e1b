"""Lists of revoked search sets: who made one, how old it may be, and the newest that was seen of each maker.

A list says nothing of what was revoked after it. So it is believed while it is new, and whoever checks is shown its
date: it may not be older than the set it is to judge, nor than 30 days, nor from tomorrow. A set on it is revoked
however old the list is: a node remembers that before it looks at the date. A node keeps the newest of each maker and
refuses an older one, since whoever has a lost set would show a list from before the loss. A device that keeps nothing
cannot tell that: there the date alone says it.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from oureyes.correlate.blind import searchsets as form
from oureyes.errors import InvalidObject, VerificationError
from oureyes.exchange.envelope import unpack
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.sharing import Roster
from oureyes.node.context import Context
from oureyes.storage import Connection, desk
from oureyes.storage import searchsets as kept

__all__ = ["named", "newest", "read", "refuse", "standing", "take"]

_MOST_DAYS = 30
_DAY = 86_400 * 1_000_000_000
_KEPT = "search-set-revocations "
_NAMED = "search-sets-revoked "
_NEWER = "fetch a newer list from its maker: `oureyes pss revocations` there, `oureyes pss update` here"


def read(raw: bytes, roster: Roster, origin: str = "") -> form.Revoked:
    """The list that `origin`, or whichever member it names as its maker, signed."""
    body, signers = unpack(raw, form.REVOKED_TYPE, roster.sign_keys)
    try:
        found = msgspec.json.decode(body, type=form.Revoked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidObject("revocations", "a signed list of them", "another form") from None
    wanted = origin or found.origin
    if found.origin != wanted or wanted not in signers:
        raise VerificationError("revocations", f"a list signed by {wanted[:32]}", f"one of {found.origin[:32]}")
    if not is_instant(found.at):
        raise InvalidObject("revocations", "a list that is dated", "another form", _NEWER)
    return found


def refuse(listed: form.Revoked, identifier: str, made: str, at: str) -> None:
    """VerificationError when a set that was made at `made` is on the list, or the list cannot tell."""
    if identifier in listed.ids:
        raise VerificationError(identifier, "a set in force", "one that was revoked", "get the newest")
    _refuse_old(listed, at)
    if nanoseconds(listed.at) < nanoseconds(made):
        expected = f"a list of revocations not older than the set, of {made}"
        raise VerificationError(identifier, expected, f"one of {listed.at}", _NEWER)


def _refuse_old(listed: form.Revoked, at: str) -> None:
    age, subject = nanoseconds(at) - nanoseconds(listed.at), f"revocations of {listed.origin}"
    if age > _MOST_DAYS * _DAY:
        raise VerificationError(subject, f"a list of the last {_MOST_DAYS} days", f"one of {listed.at}", _NEWER)
    if age < -_DAY:
        raise VerificationError(subject, f"a list not later than {at}", f"one of {listed.at}", "check the clock here")


def standing(origin: str, listed: str) -> str:
    """What is known of a set that is answered from, in words; `listed` is the date of the list, "" without one."""
    if listed:
        return f"not revoked by {origin}'s list of {listed}"
    return "nobody looked whether it was revoked: there is no list of its maker here"


def take(ctx: Context, raw: bytes, *, by: str, of: str = "") -> form.Revoked:
    """Keep a maker's newest list. Sets on it are revoked, those taken here and those yet to come, and stay so when the
    list itself is refused as too old."""
    found = read(raw, ctx.roster, of)
    ctx.db.write(lambda connection: _revoke(ctx, connection, found, by))
    _refuse_old(found, ctx.now())

    def write(connection: Connection) -> None:
        _refuse_older(found, newest(connection, found.origin))
        desk.put_setting(connection, f"{_KEPT}{found.origin}", msgspec.json.encode(found).decode())
        ctx.audit(connection, by, "revocations", found.origin, "", listed=found.at, count=len(found.ids))

    ctx.db.write(write)
    return found


def _revoke(ctx: Context, connection: Connection, found: form.Revoked, by: str) -> None:
    known = sorted(named(connection, found.origin).union(found.ids))
    desk.put_setting(connection, f"{_NAMED}{found.origin}", msgspec.json.encode(known).decode())
    for one in kept.sets(connection):
        if one.origin == found.origin and one.id in found.ids and not one.revoked:
            kept.put_set(connection, replace(one, revoked=found.at))
            ctx.audit(connection, by, "search-set", one.id, "", state="revoked", count=0)


def named(connection: Connection, origin: str) -> frozenset[str]:
    """The sets that any list of a maker which was seen here named as revoked."""
    text = desk.get_setting(connection, f"{_NAMED}{origin}")
    return msgspec.json.decode(text, type=frozenset[str]) if text else frozenset()


def newest(connection: Connection, origin: str) -> form.Revoked | None:
    """The newest list of a maker that this node has seen."""
    text = desk.get_setting(connection, f"{_KEPT}{origin}")
    return msgspec.json.decode(text, type=form.Revoked) if text else None


def _refuse_older(found: form.Revoked, before: form.Revoked | None) -> None:
    if before is None or found == before or nanoseconds(found.at) > nanoseconds(before.at):
        return
    raise VerificationError(
        f"revocations of {found.origin}", f"a list later than {before.at}, which was seen here", f"one of {found.at}",
        f"ask {found.origin} for its newest, and who gave out this one",
    )  # fmt: skip
