"""What outside accounts push by the MISP door: events, parts of them, and what they say about others' events.

The rules of a MISP that receives (timestamps strictly newer, parts merged by uuid, absence is no deletion), and ours:
an account speaks only for the organisations its agreement names; nothing is dated after now; who is in a group is said
by this node's people and by no payload; and what an account may not see does not exist for it, also when it pushes
to it. Everything becomes the account's own posting: it never changes what anybody else says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from oureyes import record
from oureyes.errors import InvalidObject, NotHeld, OurEyesError, Refused
from oureyes.model.accounts import Account, Caller, bounded
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options, Record, Rejected
from oureyes.node import connecting
from oureyes.node.context import Context
from oureyes.node.dating import as_first_recorded
from oureyes.node.events import DOOR, Event, Events, Head, event_of, organisation_of
from oureyes.node.recording import derive, rare_collection, take_in
from oureyes.record.misp import read_attached, read_event
from oureyes.record.misp_merge import latest, merge, seconds
from oureyes.record.misp_parts import UUID, dicts
from oureyes.storage import Connection, accounts, events, objects, views

__all__ = ["LATER_S", "Exists", "NotNewer", "Pushing", "group_id"]

LATER_S = 300  # how far another clock may go ahead of ours
_MOST_PARTS = 200_000
_MOST_ATTACHED = 1_000  # proposals, sightings and notes in one push
_CARRIERS = ("indicator", "observed-data", "x-misp-attribute")


class Exists(OurEyesError):
    """The event is there already; `number` is its id here."""

    def __init__(self, uuid: str, number: int) -> None:
        super().__init__(f"event {uuid}", "an event that is not here yet", "one that is", "edit it")
        self.number = number


class NotNewer(OurEyesError):
    """The event is no later than what is held."""


class Pushing:
    """Takes in what accounts push. One per process."""

    def __init__(self, ctx: Context, known: Events) -> None:
        self.ctx, self._events = ctx, known

    # --- events ------------------------------------------------------------------------------------------------------

    def add(self, caller: Caller, content: Mapping[str, Any]) -> str:
        """A new event; its uuid."""
        uuid = self._checked_uuid(content)
        head = self._known(caller, uuid)
        if head is not None:
            raise Exists(uuid, head.number)
        made = {**content, "uuid": uuid}
        made.setdefault("Orgc", organisation_of(self.ctx, caller.account))
        self._check(caller.account, made, None)
        return self._put(caller, made, None)

    def edit(self, caller: Caller, key: str, content: Mapping[str, Any]) -> str:
        """A later version of an event, or some parts of it; its uuid."""
        with self.ctx.db.read() as connection:
            held = self._events.event(connection, caller, key)
        self.may_edit(caller.account, held.head)
        made = {**content, "uuid": held.head.uuid}
        self._check(caller.account, made, held.head)
        if "timestamp" in content and seconds(content["timestamp"]) <= held.head.timestamp:
            raise NotNewer(f"event {held.head.uuid}", "a later timestamp", "one that is not")
        return self._put(caller, made, held)

    def publish(self, caller: Caller, key: str, published: bool) -> str:
        """Say that an event is finished, or no longer. Its timestamp stays."""
        with self.ctx.db.read() as connection:
            held = self._events.event(connection, caller, key)
        self.may_edit(caller.account, held.head)
        made: dict[str, Any] = {"published": published}
        if published:
            made["publish_timestamp"] = str(self._now_s())
        return self._put(caller, made, held, same_second=True)

    def delete(self, caller: Caller, key: str) -> str:
        """Take back an event the account pushed; tombstones stay."""
        with self.ctx.db.read() as connection:
            held = self._events.event(connection, caller, key)
        self.may_edit(caller.account, held.head)
        source = self._source_number(caller.account)
        if held.head.voice.account != source:
            raise _no("another's event", held.head.uuid)
        ids = [f"report--{held.head.uuid}", *held.carriers.values()]

        def write(connection: Connection) -> None:
            values = self._values(connection, held.carriers.values(), source)
            gone = self._withdraw(connection, ids, source)
            gone += self._forget(connection, values, source)
            self.ctx.audit(connection, caller.account.id, "withdraw", f"report--{held.head.uuid}", "", count=gone)

        self.ctx.db.write(write)
        return held.head.uuid

    def may_edit(self, account: Account, head: Head) -> None:
        """Refused unless it came by this door and the account may speak for its organisation."""
        if head.voice.account == 0:
            raise _no("an event of this node", head.uuid)
        if not self.speaks(account, str(head.orgc.get("uuid") or "").lower()):
            raise _no("another organisation's event", head.uuid)

    # --- what is said about events -----------------------------------------------------------------------------------

    def attach(self, caller: Caller, what: str, held: Event, about: str, said: Sequence[Mapping[str, Any]]) -> int:
        """Sightings, proposals, reports and notes about an event or a part of it, by whoever may see it. `about` is
        the id of the thing. How many were new."""
        if len(said) > _MOST_ATTACHED:
            raise InvalidObject(f"event {held.head.uuid}", f"at most {_MOST_ATTACHED} at once", str(len(said)), "fewer")
        account, options = caller.account, self.options()
        items: list[Record] = []
        for one in said:
            self._not_later(one, held.head.uuid)
            author = one.get("Organisation") or one.get("Org") or one.get("Orgc")
            author = author if isinstance(author, dict) and author.get("uuid") else organisation_of(self.ctx, account)
            if not self.speaks(account, str(author.get("uuid")).lower()):
                raise _no("another organisation's word", held.head.uuid)
            if what == "sighting":  # who says so is told with it, also where a peer left that out
                one = {"source": "", **one, "Organisation": dict(author)}
            read = read_attached(what, one, about, {**held.head.content, "uuid": held.head.uuid}, author, options)
            items += [item for item in record.undated(read, options.now) if isinstance(item, Record)]
        return self.keep(caller, items, f"report--{held.head.uuid}")

    def detach(self, caller: Caller, uuid: str, kinds: Sequence[str]) -> None:
        """Take back what the account said about something."""
        ids, source = [f"{kind}--{uuid.lower()}" for kind in kinds], self._source_number(caller.account)

        def write(connection: Connection) -> int:
            gone = self._withdraw(connection, ids, source)
            if gone:
                self.ctx.audit(connection, caller.account.id, "withdraw", f"{kinds[0]}--{uuid.lower()}", "", count=gone)
            return gone

        if not UUID.fullmatch(uuid) or not self.ctx.db.write(write):
            raise NotHeld("part", "something this account posted", "none")

    # --- rules -------------------------------------------------------------------------------------------------------

    def _checked_uuid(self, content: Mapping[str, Any]) -> str:
        uuid = content.get("uuid") or self.ctx.make_id()
        if not isinstance(uuid, str) or not UUID.fullmatch(uuid):
            raise InvalidObject("event", "a uuid", "another form", "send a valid uuid, or none")
        return uuid.lower()

    def _known(self, caller: Caller, uuid: str) -> Head | None:
        with self.ctx.db.read() as connection:
            return self._events.heads(connection, caller).get(uuid)

    def _check(self, account: Account, content: Mapping[str, Any], head: Head | None) -> None:
        subject = str(content["uuid"])
        if head is None and not (isinstance(content.get("info"), str) and content["info"].strip()):
            raise InvalidObject(f"event {subject}", "`info`", "none", "give the event a title")
        if content.get("protected") in (True, 1, "1"):
            # MISP signs such an event with PGP at every hop; this node has no PGP, and takes none unverified
            raise Refused(
                f"event {subject}", "an event whose signature can be checked here", "a protected one", "unprotect it"
            )
        for name in ("Attribute", "Object", "Tag", "ShadowAttribute", "EventReport", "Sighting"):
            if not isinstance(content.get(name, []), list | None):
                raise InvalidObject(f"event {subject}", f"a list as `{name}`", "another form")
        count = sum(1 + len(dicts(one.get("Attribute"))) for one in dicts(content.get("Object")))
        if count + len(dicts(content.get("Attribute"))) > _MOST_PARTS:
            raise InvalidObject(f"event {subject}", f"at most {_MOST_PARTS} parts", "more", "split the event")
        if len(dicts(content.get("ShadowAttribute"))) > _MOST_ATTACHED:
            raise InvalidObject(f"event {subject}", f"at most {_MOST_ATTACHED} proposals", "more", "send fewer")
        self._check_organisation(account, content, head)
        if latest(content) > self._now_s() + LATER_S:
            raise Refused(f"event {subject}", "a timestamp that is not after now", "a later one", "set the clock")

    def _check_organisation(self, account: Account, content: Mapping[str, Any], head: Head | None) -> None:
        orgc = content.get("Orgc")
        if orgc is None and head is not None:
            return
        uuid = str(orgc.get("uuid") or "").lower() if isinstance(orgc, dict) else ""
        if not self.speaks(account, uuid):
            raise _no("another organisation's event", str(content["uuid"]))
        if head is not None and uuid != str(head.orgc.get("uuid") or "").lower():
            raise _no("an event of another organisation from now on", head.uuid)

    def speaks(self, account: Account, organisation: str) -> bool:
        """Whether an account may speak for an organisation."""
        own = organisation_of(self.ctx, account)["uuid"]
        return "*" in account.speaks_for or organisation in {own, *account.speaks_for}

    def _not_later(self, content: Mapping[str, Any], subject: str) -> None:
        said = max(seconds(content.get("timestamp")), seconds(content.get("date_sighting")))
        if said > self._now_s() + LATER_S:
            raise Refused(f"event {subject}", "a timestamp that is not after now", "a later one", "set the clock")

    def _now_s(self) -> int:
        return nanoseconds(self.ctx.now()) // 1_000_000_000

    # --- taking in ---------------------------------------------------------------------------------------------------

    def _put(self, caller: Caller, content: Mapping[str, Any], held: Event | None, *, same_second: bool = False) -> str:
        with rare_collection():
            return self._put_now(caller, content, held, same_second=same_second)

    def _put_now(self, caller: Caller, content: Mapping[str, Any], held: Event | None, *, same_second: bool) -> str:
        account, now = caller.account, self._now_s()
        source = self._source_number(account)
        own = held is not None and held.head.voice.account == source and source != 0
        old: Mapping[str, Any] = held.content if held is not None else {}
        every = not own or _inherited(old) != _inherited({**old, **content})
        made = merge(old, content, now, self.ctx.make_id, every=every)
        revision = 0
        if same_second and held is not None:
            made.content["timestamp"] = str(held.head.timestamp)
            revision = min(held.head.revision + 1, 999)
        carriers = held.carriers if held is not None else {}  # those said again stay in their place
        _stripped(made.content)
        options = self.options()
        items = list(record.undated(read_event(made.content, options, carriers, revision), options.now))
        kept = [item for item in items if isinstance(item, Record)]
        refused = [item for item in items if isinstance(item, Rejected)]
        uuid = str(made.content["uuid"])
        if not any(item.object.id == f"report--{uuid}" for item in kept):
            raise refused[0].error if refused else InvalidObject(f"event {uuid}", "an event", "none")
        self.keep(caller, kept, f"report--{uuid}", event=uuid, before=held if own else None, refused=len(refused))
        return uuid

    def keep(
        self,
        caller: Caller,
        items: Sequence[Record],
        subject: str,
        *,
        event: str = "",
        before: Event | None = None,
        refused: int = 0,
    ) -> int:
        """Keep what was read as the caller's word, under its marking; how much of it was new."""
        account, ctx = caller.account, self.ctx
        bound, door = _Bound(ctx, account), views.postings(account.id, DOOR)
        with ctx.db.read() as connection:
            items = as_first_recorded(connection, items, ctx.me, lambda held: held.source == door)
        batch = [
            derive(item.object, bound(item.marking), hold=item.hold, tags=item.tags, named=item.named) for item in items
        ]
        digest = sha256(b"".join(item.object.digest for item in items)).hexdigest()

        def write(connection: Connection) -> int:
            source = objects.source(connection, ctx.me, door, objects.ACCOUNT, ctx.now()[:10])
            if event:
                self._refuse_moved(connection, items, event, source)
            old = self._values(connection, before.carriers.values(), source) if before is not None else set[str]()
            taken = take_in(ctx, connection, batch, source=source, origin=ctx.me)
            self._remark(connection, batch, taken.added)
            if before is not None:
                self._retire(connection, before, items, old, source)
            fresh = sum(1 for one in taken.added if one.outcome in ("new", "version", "revived"))
            ctx.audit(
                connection, account.id, "post", subject, "investigation", count=fresh, refused=refused, digest=digest
            )
            return fresh

        return ctx.db.write(write)

    def _remark(
        self, connection: Connection, batch: Sequence[objects.Incoming], added: Sequence[objects.Added]
    ) -> None:
        """What was said before is under the marking it is said with now: to narrow an event narrows all of it."""
        again: dict[Marking, list[int]] = {}
        for item, one in zip(batch, added, strict=True):
            if one.outcome not in ("new", "version"):
                again.setdefault(item.marking, []).append(one.holding)
        for marking, holdings in again.items():
            events.relabel(connection, holdings, marking, self.ctx.now_us())

    def _refuse_moved(self, connection: Connection, items: Sequence[Record], event: str, source: int) -> None:
        """A part's uuid belongs to one event: the same one in another would take it away from there."""
        ids = [item.object.id for item in items if item.object.type in (*_CARRIERS, "x-misp-object")]
        for part in events.parts(connection, ids, [source]):
            if part.account == source and event_of(StixObject.parse(part.body)) not in ("", event):
                raise Refused(f"event {event}", "uuids of its own", "a part of another event", "give it a new uuid")

    def _retire(
        self, connection: Connection, before: Event, items: Sequence[Record], old: set[str], source: int
    ) -> None:
        """A part that is another kind of object now leaves the one it was; a value nobody names any more goes, too."""
        now = {item.object.id for item in items}
        uuids = {identifier.partition("--")[2]: identifier for identifier in now}
        moved = [one for uuid, one in before.carriers.items() if uuids.get(uuid, one) != one and one not in now]
        self._withdraw(connection, moved, source)
        self._forget(connection, old, source)

    def _values(self, connection: Connection, carriers: Iterable[str], source: int) -> set[str]:
        """The observables that parts name."""
        found: set[str] = set()
        for part in events.parts(connection, carriers, [source]):
            if part.account == source and part.id.partition("--")[0] in _CARRIERS:
                found |= {
                    ref for _, ref in StixObject.parse(part.body).references() if objects.is_observable(_kind(ref))
                }
        return found

    def _forget(self, connection: Connection, values: set[str], source: int) -> int:
        """Withdraw observables that nothing of the source stands by any more."""
        named = events.live_referrers(connection, values, source)
        stands = {
            part.id
            for part in events.parts(connection, {one for some in named.values() for one in some}, [source])
            if part.account == source and not StixObject.parse(part.body).revoked
        }
        return self._withdraw(connection, [one for one in values if not stands & set(named.get(one, ()))], source)

    def _withdraw(self, connection: Connection, ids: Iterable[str], source: int) -> int:
        gone = 0
        for identifier, holdings in events.holdings_of(connection, ids, source).items():
            objects.withdraw(connection, holdings, self.ctx.now_us())
            connecting.fell(self.ctx, connection, identifier, holdings)
            gone += len(holdings)
        return gone

    def _source_number(self, account: Account) -> int:
        with self.ctx.db.read() as connection:
            return events.source_of(connection, self.ctx.me, views.postings(account.id, DOOR))

    def options(self) -> Options:
        """How what comes by this door is read."""
        return Options(source=DOOR, now=self.ctx.now(), country=self.ctx.config.country or None)


class _Bound:
    """The marking of what an account says: what it may say itself, and whom its agreement lets have it."""

    def __init__(self, ctx: Context, account: Account) -> None:
        self._account, self._default = account, account.marking.but(originator=ctx.me)
        self._known: dict[int, tuple[Marking | None, Marking]] = {}
        with ctx.db.read() as connection:
            self._groups = _groups(ctx, [kept.account for kept in accounts.accounts(connection)])

    def __call__(self, said: Marking | None) -> Marking:
        known = self._known.get(id(said))
        if known is None or known[0] is not said:
            known = self._known[id(said)] = (said, self._bounded(said))
        return known[1]

    def _bounded(self, said: Marking | None) -> Marking:
        if said is not None and said.releasable_to:  # a sharing group, by its uuid: its members are who we say
            named = frozenset(name for uuid in said.releasable_to for name in self._groups.get(uuid, ()))
            said = said.but(releasable_to=named or frozenset(["nobody"]))
        return bounded(said, self._default, self._account.max_grade)


def group_id(ctx: Context, name: str) -> str:
    """The uuid of the MISP sharing group that an agreement is at this node."""
    return derived_id("sharing-group", ctx.me, name).partition("--")[2]


def _groups(ctx: Context, known: Iterable[Account]) -> dict[str, frozenset[str]]:
    """Sharing group → what a marking may call its members: the agreement, and each account in it."""
    found: dict[str, set[str]] = {}
    for account in known:
        for group in account.groups:
            found.setdefault(group_id(ctx, group), {group}).add(account.id)
    return {uuid: frozenset(names) for uuid, names in found.items()}


def _no(what: str, uuid: str) -> Refused:
    return Refused(f"event {uuid}", "what this account's agreement allows", what, "ask its organisation")


def _inherited(content: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of an event its parts are marked by."""
    tags = sorted(str(tag.get("name")) for tag in dicts(content.get("Tag")))
    marks = tuple(tag for tag in tags if tag.lower().startswith(("tlp:", "pap:")))
    group = content.get("SharingGroup")
    named = str(group.get("uuid") or "") if isinstance(group, dict) else ""
    return marks, str(content.get("distribution", "")), named, str(content.get("date"))


_PRIVATE = ("event_creator_email", "user_id", "email", "User", "CryptographicKey")


def _stripped(content: dict[str, Any]) -> None:
    """Who typed it is nobody's business here; it is not even kept."""
    for name in _PRIVATE:
        content.pop(name, None)


def _kind(identifier: str) -> str:
    return identifier.partition("--")[0]
