"""MISP events as an outside account may have them: found, put together from their parts, and nothing else in them.

An event is a report and its parts. Of every voice that says it the newest is shown that the account may have; a part
whose label keeps it from the account is absent, and so is every reference to it. What others said about the event
(sightings, proposals, notes) is shown where they let the account have it. An account sees what it pushed itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from threading import Lock
from typing import Any

from oureyes import record
from oureyes.errors import NotHeld
from oureyes.model.accounts import Account, Caller, Collection, View
from oureyes.model.identifiers import derived_id
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.node.context import Context
from oureyes.node.serving import Rights, Serving
from oureyes.node.voices import REPORT, Voices
from oureyes.record.misp_merge import seconds
from oureyes.storage import Connection, accounts, events, index, views
from oureyes.understand.query import query

__all__ = ["DOOR", "Event", "Events", "Head", "Sight", "organisation_of"]

DOOR = "misp"
_ATTACHED = ("note", "sighting")
_MOST_HEADS = 500_000
_SCAN = 20_000


@dataclass(frozen=True)
class Head:
    """What an event says of itself, and who says so. `number` is its id at this node."""

    uuid: str
    voice: events.Voice
    content: Mapping[str, Any] = field(repr=False)
    refs: tuple[str, ...] = field(repr=False)
    revision: int = 0
    open: bool = True  # no part of it is marked apart

    @property
    def number(self) -> int:
        return self.voice.ident

    @property
    def timestamp(self) -> int:
        return seconds(self.content.get("timestamp"))

    @property
    def published(self) -> bool:
        return bool(self.content.get("published"))

    @cached_property
    def orgc(self) -> Mapping[str, Any]:
        found = self.content.get("Orgc")
        return found if isinstance(found, dict) else {}

    @cached_property
    def tags(self) -> frozenset[str]:
        return frozenset(str(tag.get("name")) for tag in self.content.get("Tag") or () if isinstance(tag, dict))


@dataclass(frozen=True, slots=True)
class Event:
    """An event put together: its content, the id of every part by uuid, the numbers of those ids, and of what is held
    of them."""

    head: Head
    content: dict[str, Any]
    carriers: Mapping[str, str]
    numbers: Mapping[str, int]
    holdings: Mapping[str, int] = field(default_factory=dict)

    def shown(self, *uuids: str) -> list[tuple[int, str]]:
        """What of the store is given with it: all of it, or its head and some parts."""
        return [(self.head.voice.holding, ""), *self.parts(uuids or self.holdings)]

    def parts(self, uuids: Iterable[object]) -> list[tuple[int, str]]:
        """Of the store: some parts of it alone."""
        return [(self.holdings[one], "") for one in map(str, uuids) if one in self.holdings]


@dataclass(frozen=True, slots=True)
class Sight:
    """What an account may see now: its rights by label, and the number of its own source (0: it pushed nothing)."""

    account: Account
    rights: Rights
    own: int

    def may(self, label: int, account: int) -> bool:
        """Whether the account may have what carries the label, or posted it itself."""
        return label in self.rights.allowed or (account != 0 and account == self.own)

    def hears(self, voice: events.Voice) -> bool:
        """Whether what a voice says is for the account: what is held back is for whoever said it alone."""
        return self.may(voice.label, voice.account) and (
            voice.held or (voice.account != 0 and voice.account == self.own)
        )

    @property
    def sources(self) -> tuple[int, ...]:
        return (self.own,) if self.own else ()


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an account was shown last, at which step of what is said."""

    step: int
    sight: Sight
    heads: dict[str, Head]


def organisation_of(ctx: Context, account: Account) -> dict[str, str]:
    """The MISP organisation an account is."""
    made = derived_id("organisation", ctx.me, account.id).partition("--")[2]
    return {"name": account.title or account.id, "uuid": account.organisation or made}


def door(account: Account) -> Collection:
    """The standing view that the MISP door is for an account: everything it may have, by the people who gave it."""
    own = frozenset([account.id])
    return Collection(
        DOOR, "MISP", readers=own, writers=own, view=View(), author=account.author, approver=account.approver
    )


class Events:
    """The events of one node. One per process: it remembers heads, and what each account was shown last."""

    def __init__(self, ctx: Context, serving: Serving | None = None) -> None:
        self.ctx = ctx
        self._serving = serving or Serving(ctx)
        self._read: dict[int, Head | None] = {}
        self._voices = Voices()
        self._shown: dict[str, _Shown] = {}
        self._lock = Lock()

    # --- who may what ------------------------------------------------------------------------------------------------

    def sight(self, connection: Connection, caller: Caller) -> Sight:
        """What the caller may see now."""
        account = caller.account
        rights = self._serving.rights(connection, account, door(account))
        own = events.source_of(connection, self.ctx.me, views.postings(account.id, DOOR))
        return Sight(account, rights, own)

    # --- heads -------------------------------------------------------------------------------------------------------

    def heads(self, connection: Connection, caller: Caller) -> dict[str, Head]:
        """Every event the caller may know of, by uuid: of several voices the newest, its own before another's. Only
        what was placed since the last time is looked at; while that changes nothing for the caller, whoever compares
        finds the very same."""
        sight = self.sight(connection, caller)
        with self._lock:
            if not self._voices.advance(connection):
                return self._chosen(connection, sight, events.standing(connection, REPORT))
            before = self._shown.get(caller.account.id)
            made = self._renewed(connection, sight, before)
            if before is not None and made is not before.heads and _same(before.heads, made):
                made = before.heads
            self._shown[caller.account.id] = _Shown(self._voices.step, sight, made)
            return made

    def _renewed(self, connection: Connection, sight: Sight, before: _Shown | None) -> dict[str, Head]:
        if before is None or before.sight.rights is not sight.rights or before.sight.own != sight.own:
            return self._chosen(connection, sight, self._voices.all())
        changed = self._voices.since(before.step)
        if not changed:
            return before.heads
        self._learn(connection, self._seen(sight, self._voices.of(changed)))
        concerned = self._voices.events_of(changed)
        fresh = self._chosen(connection, sight, self._voices.of(self._voices.reports_of(concerned)))
        kept = {uuid: head for uuid, head in before.heads.items() if uuid not in concerned}
        return kept | {uuid: head for uuid, head in fresh.items() if uuid in concerned}

    def _seen(self, sight: Sight, voices: Iterable[events.Voice]) -> list[events.Voice]:
        return [voice for voice in voices if sight.hears(voice)]

    def _chosen(self, connection: Connection, sight: Sight, voices: Iterable[events.Voice]) -> dict[str, Head]:
        seen = self._seen(sight, voices)
        self._learn(connection, seen)
        out: dict[str, Head] = {}
        for voice in seen:
            head = self._read.get(voice.object)
            if head is None or not (head.open or voice.account == sight.own):
                continue
            head = head if head.voice == voice else _said_by(head, voice)
            before = out.get(head.uuid)
            if before is None or _weight(head, sight) > _weight(before, sight):
                out[head.uuid] = head
        return out

    def _learn(self, connection: Connection, seen: Sequence[events.Voice]) -> None:
        if len(self._read) > _MOST_HEADS:
            self._read.clear()
        fresh = {voice.object: voice for voice in seen if voice.object not in self._read}
        for number, body in events.bodies(connection, fresh).items():
            head = self._read[number] = _head(StixObject.parse(body), fresh[number])
            if head is not None:
                self._voices.claim(fresh[number].id, head.uuid)

    def head(self, connection: Connection, caller: Caller, key: str) -> Head:
        """One event, by uuid or by its number here."""
        known = self.heads(connection, caller)
        uuid = self._uuid(connection, key, "report")
        if uuid not in known:
            raise NotHeld("event", "one this account may know of", "none")
        return known[uuid]

    def _uuid(self, connection: Connection, key: str, kind: str = "") -> str:
        """The uuid a person or a program means; "" for a number that is no such thing."""
        if not key.isdecimal():
            return key.lower()
        found = events.id_of(connection, int(key)) if len(key) < 19 else None
        prefix, _, uuid = (found or "").partition("--")
        return uuid if found and (not kind or prefix == kind) else ""

    # --- whole events ------------------------------------------------------------------------------------------------

    def event(self, connection: Connection, caller: Caller, key: str) -> Event:
        """One event with every part of it that the caller may have."""
        return self.built(connection, caller, self.head(connection, caller, key))

    def built(self, connection: Connection, caller: Caller, head: Head) -> Event:
        """The same, of a head that is known."""
        sight = self.sight(connection, caller)
        report = f"report--{head.uuid}"
        found = events.parts(connection, head.refs, sight.sources)
        there = {part.id: part for part in found if _same_voice(part, head.voice) and self._fits(sight, part)}
        seen = {ref: there[ref] for ref in head.refs if ref in there}  # in the order the event names them
        around = events.about(connection, [report, *seen], _ATTACHED)
        said = [part for part in events.parts(connection, around, sight.sources) if self._fits(sight, part)]
        members = [StixObject.parse(part.body) for part in (*seen.values(), *{part.id: part for part in said}.values())]
        members = [obj for obj in members if event_of(obj) == head.uuid]
        content = record.event_of(head.uuid, members, head.content)
        hidden = {ref.partition("--")[2] for ref in head.refs} - {one.partition("--")[2] for one in seen}
        _unlink(content, hidden)
        if head.voice.account != sight.own or not sight.own:
            _alone(content, organisation_of(self.ctx, caller.account))
        numbers = {part.id.partition("--")[2]: part.ident for part in (*seen.values(), *said)}
        carriers = {one.partition("--")[2]: one for one in seen}
        holdings = {part.id.partition("--")[2]: part.holding for part in (*seen.values(), *said)}
        return Event(head, content, carriers, {**numbers, head.uuid: head.number}, holdings)

    def _fits(self, sight: Sight, part: events.Part) -> bool:
        """What is marked apart in some property leaves as an extract under another id, which MISP has no place for."""
        own = part.account != 0 and part.account == sight.own
        return own or (part.label in sight.rights.allowed and part.whole)

    def of_part(self, connection: Connection, caller: Caller, key: str) -> tuple[Event, str]:
        """The event that an attribute, object or other part belongs to, and the part's uuid."""
        uuid = self._uuid(connection, key)
        ids = [f"{kind}--{uuid}" for kind in _KINDS]
        sight = self.sight(connection, caller)
        for part in reversed(events.parts(connection, ids, sight.sources) if len(uuid) == 36 else []):
            event = event_of(StixObject.parse(part.body)) if self._fits(sight, part) else ""
            head = self.heads(connection, caller).get(event)
            if head is not None:
                made = self.built(connection, caller, head)
                if uuid in made.numbers:
                    return made, uuid
        raise NotHeld("attribute", "one this account may know of", "none")

    # --- finding -----------------------------------------------------------------------------------------------------

    def holding(self, connection: Connection, value: str) -> set[str] | None:
        """The uuids of events that may hold a value, seen or not; None when the index cannot tell."""
        try:
            asked = query(f'"{value}"') if '"' not in value else query(value)
        except Exception:  # a value that cannot be asked for by words is looked for one event at a time
            return None
        engine = asked.fts5() if self.ctx.db.dialect == "sqlite" else asked.tsquery()
        numbers = index.search(connection, engine, limit=_SCAN) if engine else []
        if not engine or len(numbers) == _SCAN:
            return None
        found = events.bodies(connection, numbers).values()
        return {uuid for body in found if (uuid := event_of(StixObject.parse(body)))}

    def told(self, caller: Caller, what: str, count: int, body: bytes, shown: Iterable[tuple[int, str]] = ()) -> None:
        """Keep that the caller was given something, and what of the store was in it, before it leaves."""
        digest = sha256(body).hexdigest()
        who = caller.account.id
        self._serving.notes.add(who, "serve", what, "investigation", door=DOOR, shown=shown, count=count, digest=digest)

    def exported(
        self, account: str, count: int, body: bytes, shown: Sequence[tuple[int, str]], *, by: str, purpose: str
    ) -> None:
        """Keep that somebody wrote a feed for an account."""
        digest = sha256(body).hexdigest()

        def write(connection: Connection) -> None:
            self.ctx.audit(connection, by, "export", "", purpose, to=account, count=count, format="feed", digest=digest)
            accounts.put_shown(connection, account, DOOR, self.ctx.now(), shown)

        self.ctx.db.write(write)

    def refused(self, caller: Caller, what: str, why: str) -> None:
        """Keep that the caller was refused, and for which rule."""

        def write(connection: Connection) -> None:
            self.ctx.audit(connection, caller.account.id, "refuse", what, "investigation", reason=why, to=DOOR)

        self.ctx.db.write(write)


_KINDS = ("indicator", "observed-data", "x-misp-attribute", "x-misp-object", "note", "sighting")


def _head(obj: StixObject, voice: events.Voice) -> Head | None:
    """The head of an event; None for a report that is none."""
    uuid = event_of(obj)
    if not uuid:
        return None
    content = record.event_of(uuid, [obj])
    for name in ("Attribute", "Object"):
        content.pop(name, None)
    refs = tuple(ref for ref in obj.content.get("object_refs") or () if isinstance(ref, str))
    fraction = obj.version[20:23]
    revision = int(fraction) if fraction.isdecimal() else 0
    return Head(uuid, voice, content, refs, revision, "granular_markings" not in obj.content)


def _same(one: Mapping[str, Head], other: Mapping[str, Head]) -> bool:
    return one.keys() == other.keys() and all(head.voice == other[uuid].voice for uuid, head in one.items())


def _said_by(head: Head, voice: events.Voice) -> Head:
    return Head(head.uuid, voice, head.content, head.refs, head.revision, head.open)


def _weight(head: Head, sight: Sight) -> tuple[int, int, bool, bool, int]:
    own = head.voice.account == sight.own and sight.own != 0
    return head.timestamp, head.revision, own, head.voice.account == 0, head.voice.holding


def _same_voice(part: events.Part, voice: events.Voice) -> bool:
    return part.account == voice.account and part.origin == voice.origin


def event_of(obj: StixObject) -> str:
    """The uuid of the MISP event an object is part of; "" for none."""
    extensions = obj.content.get("extensions")
    ours = extensions.get(EXTENSIONS["provenance"]) if isinstance(extensions, dict) else None
    origin = ours.get("misp") if isinstance(ours, dict) else None
    return str(origin.get("event") or "") if isinstance(origin, dict) else ""


def _alone(content: dict[str, Any], reader: Mapping[str, str]) -> None:
    """Show a reader that it is in a sharing group, and not who else is."""
    inside = [one for obj in content.get("Object") or () for one in obj.get("Attribute") or ()]
    for part in (content, *(content.get("Attribute") or ()), *(content.get("Object") or ()), *inside):
        group = part.get("SharingGroup")
        if isinstance(group, dict):
            kept = {name: group[name] for name in ("name", "uuid", "releasability", "description") if name in group}
            member = {"extend": False, "Organisation": dict(reader)}
            part["SharingGroup"] = {**kept, "active": True, "SharingGroupOrg": [member], "SharingGroupServer": []}


def _unlink(content: dict[str, Any], hidden: set[str]) -> None:
    """Take out references to parts that are not shown."""
    for obj in content.get("Object") or ():
        links = obj.get("ObjectReference")
        if isinstance(links, list) and hidden:
            obj["ObjectReference"] = [one for one in links if str(one.get("referenced_uuid")).lower() not in hidden]


def each(found: Iterable[Head], start: int, limit: int) -> Iterator[Head]:
    """A page of heads in the order of their numbers."""
    ordered = sorted(found, key=lambda head: head.number)
    yield from ordered[start : start + limit] if limit else ordered[start:]
