"""What the node's own interface reads: objects in the order they came, and what changed since.

An officer's account sees what an analyst at this node sees (`understanding.Reader`); an outside account what release
lets it have (`serving`), exactly as at the other doors. Both read on from a position, and miss nothing after it.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.accounts import Account, Caller, Collection, View
from oureyes.model.objects import StixObject
from oureyes.node.context import Context
from oureyes.node.serving import Asked, Outcome, Page, Serving
from oureyes.node.understanding import Reader
from oureyes.storage import Connection, changes, objects

__all__ = ["DOOR", "Event", "Listed", "Position", "Reading"]

DOOR = "api"
_SCAN = 1_000
_NONCE = 12
_FOR_ADMIT = frozenset({"account", "collection", "remote"})  # who may come in is told to who lets them in
_OF_OBJECTS = frozenset({"judgement", "plan", "consent"})  # the id is an object's, and so is the label


@dataclass(frozen=True, slots=True)
class Listed:
    """One object in a list. What an outside account does not learn is empty. `revision` grows with every change."""

    id: str
    type: str
    revision: int
    version: str
    name: str = ""
    origin: str = ""
    source: str = ""
    tlp: str = ""
    grade: str = ""
    state: str = ""
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has followed: the last place of an object, and the last change of anything else."""

    placed: int
    changed: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something changed: `kind` says what it is (`object`, `gone`, `alert`, `release` …)."""

    at: Position
    id: str
    kind: str
    revision: int


def door(account: Account) -> Collection:
    """The standing view that this interface is for an outside account: all it may have, by those who let it in."""
    own = frozenset([account.id])
    return Collection(
        DOOR, "API", readers=own, writers=own, view=View(), author=account.author, approver=account.approver
    )


class Reading:
    """One per process."""

    def __init__(self, ctx: Context, serving: Serving) -> None:
        self.ctx, self.serving = ctx, serving
        self._seal = AESGCM(hmac.digest(ctx.keys.extract, b"positions", "sha256"))

    # --- objects -----------------------------------------------------------------------------------------------------

    def listed(
        self, caller: Caller, purpose: str, after: int, limit: int, kinds: tuple[str, ...], origin: str, *, raw: bool
    ) -> tuple[list[Listed], bool, int]:
        """A page of objects after a place, whether there are more, and where the next begins."""
        with self.ctx.db.read() as connection:
            if caller.account.officer:
                found = self._held(connection, caller, purpose, after, limit, kinds, origin)
                self._noted(caller, purpose, found[0], "objects")
                return found
            asked = Asked(after=after, limit=limit, types=kinds, bodies=raw)
            page = self.serving.page(connection, caller, door(caller.account), asked)
        self._told(caller, page, "objects")
        return [_row(one.id, one.placed, one.version, one.body) for one in page.rows], page.more, page.after

    def _held(
        self,
        connection: Connection,
        caller: Caller,
        purpose: str,
        after: int,
        limit: int,
        kinds: tuple[str, ...],
        origin: str,
    ) -> tuple[list[Listed], bool, int]:
        reader = Reader(self.ctx, connection, caller.account.id, purpose)
        kept: list[changes.Placed] = []
        at = after
        while len(kept) <= limit:
            found = changes.held(connection, at, _SCAN, kinds=kinds, origin=origin, live=True)
            if not found:
                break
            at = found[-1].placed
            kept += [one for one in found if reader.may(one.label)]
        given = kept[:limit]
        whole = objects.by_holding(connection, [one.holding for one in given])
        rows = [_of_held(one.placed, whole[one.holding], reader) for one in given if one.holding in whole]
        return rows, len(kept) > limit, given[-1].placed if given else after

    def one(self, caller: Caller, identifier: str) -> tuple[bytes, int]:
        """What an outside account may have of one object, and its revision. NotHeld for all else, whatever is here."""
        with self.ctx.db.read() as connection:
            page = self.serving.page(connection, caller, door(caller.account), Asked(limit=1), [identifier])
        if not page.rows:
            raise NotHeld("object", "one this account may know of", "none")
        self._told(caller, page, "object")
        return page.rows[0].body, page.rows[0].placed

    def revision(self, by: str, purpose: str, identifier: str) -> int:
        """The revision of an object as an officer sees it."""
        with self.ctx.db.read() as connection:
            reader = Reader(self.ctx, connection, by, purpose)
            return max(
                (one.placed for one in changes.place(connection, identifier) if reader.may(one.label)), default=0
            )

    def post(self, caller: Caller, pieces: Sequence[bytes], render: Callable[[Outcome], bytes]) -> bytes:
        """Take objects in as an outside account's word; what became of each, as it is answered."""
        return self.serving.post(caller, door(caller.account), pieces, render)

    def withdraw(self, caller: Caller, identifier: str) -> int:
        """Take back what the account posted by this interface; how many versions went."""
        asked = Asked(limit=10_000, versions=frozenset({"all"}), bodies=False)
        return self.serving.withdraw(caller, door(caller.account), identifier, asked)

    # --- what changed ------------------------------------------------------------------------------------------------

    def newest(self) -> Position:
        """Where following begins for who has not followed yet."""
        with self.ctx.db.read() as connection:
            return Position(self.serving.newest_place(connection), changes.newest(connection))

    def sealed(self, caller: Caller, at: Position) -> str:
        """A position as it is shown. It is the caller's alone, and does not tell when this node last wrote something:
        that would tell that there is something."""
        nonce, plain = os.urandom(_NONCE), at.placed.to_bytes(8, "big") + at.changed.to_bytes(8, "big")
        return urlsafe_b64encode(nonce + self._seal.encrypt(nonce, plain, caller.account.id.encode())).decode()

    def unsealed(self, caller: Caller, text: str) -> Position:
        """The inverse. InvalidObject when it was not given to this account."""
        try:
            raw = urlsafe_b64decode(text.encode("ascii"))
            plain = self._seal.decrypt(raw[:_NONCE], raw[_NONCE:], caller.account.id.encode())
        except (InvalidTag, ValueError):
            raise InvalidObject("Last-Event-ID", "an id given to this account", "another", "begin anew") from None
        return Position(int.from_bytes(plain[:8], "big"), int.from_bytes(plain[8:], "big"))

    def since(self, caller: Caller, purpose: str, at: Position, limit: int) -> tuple[list[Event], Position]:
        """What changed after a position that the caller may know of, and how far that is."""
        if not caller.account.officer:
            return self._given(caller, at, limit)
        with self.ctx.db.read() as connection:
            reader = Reader(self.ctx, connection, caller.account.id, purpose)
            held = changes.held(connection, at.placed, limit)
            rest = changes.since(connection, at.changed, limit)
            told = _told(connection, reader, caller, rest)
        out: list[Event] = []
        for one in held:
            at = Position(one.placed, at.changed)
            if reader.may(one.label) and one.state != "superseded":
                out.append(Event(at, one.id, "object" if one.stands else "gone", one.placed))
        for change in rest:
            at = Position(at.placed, change.n)
            if change in told:
                out.append(Event(at, change.id, change.kind, change.n))
        return out, at

    def _given(self, caller: Caller, at: Position, limit: int) -> tuple[list[Event], Position]:
        with self.ctx.db.read() as connection:
            newest = self.serving.newest_place(connection)
            asked = Asked(after=at.placed, limit=limit, bodies=False)
            page = self.serving.page(connection, caller, door(caller.account), asked)
        if page.rows:
            self._told(caller, page, "events")
        out = [Event(Position(one.placed, at.changed), one.id, "object", one.placed) for one in page.rows]
        return out, Position(page.after if page.more else max(at.placed, newest, page.after), at.changed)

    # --- what is kept of it ------------------------------------------------------------------------------------------

    def _told(self, caller: Caller, page: Page, endpoint: str) -> None:
        """In the audit log, and the ids of extracts durable, before it leaves."""
        said = b"".join(row.id.encode() for row in page.rows)
        then = self.serving.told(caller, door(caller.account), page, said, endpoint)
        if then is not None:
            self.ctx.db.write(then)

    def _noted(self, caller: Caller, purpose: str, rows: Sequence[Listed], endpoint: str) -> None:
        said = hmac.digest(self.ctx.keys.extract, b"".join(row.id.encode() for row in rows), "sha256").hex()
        self.serving.notes.add(
            caller.account.id, "serve", DOOR, purpose, count=len(rows), digest=said, endpoint=endpoint
        )


def _told(
    connection: Connection, reader: Reader, caller: Caller, found: Sequence[changes.Change]
) -> set[changes.Change]:
    """The changes this caller may know of."""
    labels = changes.labels(connection, [one.id for one in found if one.kind in _OF_OBJECTS])

    def may(one: changes.Change) -> bool:
        if one.kind in _OF_OBJECTS:
            return any(reader.may(label) for label in labels.get(one.id, ()))
        return one.kind not in _FOR_ADMIT or "api:admit" in caller.scopes

    return {one for one in found if may(one)}


def _row(identifier: str, placed: int, version: str, raw: bytes) -> Listed:
    return Listed(identifier, identifier.partition("--")[0], placed, version, raw=raw)


def _of_held(placed: int, item: objects.Held, reader: Reader) -> Listed:
    obj: StixObject = item.current
    marking = reader.marking(item.label)
    grade = marking.grade.text if marking.grade else ""
    return Listed(
        obj.id, obj.type, placed, obj.version, obj.name, item.origin, item.source, marking.tlp.label, grade, item.state,
        obj.raw,
    )  # fmt: skip
