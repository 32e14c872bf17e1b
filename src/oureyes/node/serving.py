"""What outside accounts read, post and delete: standing views under the rules of release.

Release is decided per label, once, and kept until a label is added or an embargo or expiry comes due; a page is then
one query, and its bytes leave as they are. What one row needs more for — a part marked apart, a reference to what the
reader may not know of, a notice behind the neutrality gate — goes through `release.decide` like anything else.

When rights grow, what has become readable lies before where its readers have read. So it is placed anew, behind
everything (`storage.views`), and nobody who reads on misses it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from itertools import count
from re import compile as regex
from typing import Any

from oureyes.errors import NotHeld, OurEyesError, Refused
from oureyes.model.accounts import Account, Caller, Collection, bounded
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Marking
from oureyes.model.ports import Options, Record, Rejected
from oureyes.model.sharing import Recipient
from oureyes.node import connecting
from oureyes.node.context import Context
from oureyes.node.noting import Notes
from oureyes.node.recording import derive, take_in
from oureyes.node.releasing import door_decision
from oureyes.record import of_definition, stix
from oureyes.record.demands import KNOWN
from oureyes.release import refusal
from oureyes.storage import Connection, accounts, objects, views
from oureyes.storage.views import Asked

__all__ = ["Asked", "Connection", "Outcome", "Page", "Rights", "Serving", "Settled"]

_DEFINITION = regex(rb"marking-definition--[0-9a-fA-F-]{36}")
_FOREVER = 1 << 63
_KEEP_US = 3 * 24 * 3600 * 1_000_000  # a status is kept for a day at the least (TAXII 2.1 §4.3)


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may have, by label, and until when that holds. `citable` labels hide no id (but an observable's).
    `everything` says that no label keeps anything from it, so no reference can tell too much."""

    allowed: frozenset[int]
    fitting: tuple[int, ...] | None
    citable: frozenset[int]
    everything: bool
    newest: int
    until: int
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Rows to give, whether there are more, and where the next page begins. `extracts` must be remembered; `under` are
    the markings of those rows that do not travel under their label."""

    rows: tuple[views.Found, ...]
    more: bool
    after: int
    extracts: tuple[tuple[str, int], ...] = ()
    under: Mapping[str, Marking] = field(default_factory=dict)

    def shown(self, *, but: Container[str] = (), only: Container[str] | None = None) -> list[tuple[int, str]]:
        """(holding, id of the extract, "" where it is whole) of the rows whose content is in it: of all, of all but
        some ids, or of some only."""
        cut = {sent for sent, _ in self.extracts}
        found = (row for row in self.rows if row.body and row.id not in but and (only is None or row.id in only))
        return [(row.holding, row.id if row.id in cut else "") for row in found]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one object that was posted; `problem` is empty where it was taken."""

    id: str
    version: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a posting."""

    id: str
    at_us: int
    objects: tuple[Settled, ...]


class Serving:
    """The views of one node. One per process: it remembers rights, and where nothing new was found."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._markings: dict[int, Marking] = {}
        self._rights: dict[tuple[str, str], tuple[Account, Collection, Rights]] = {}
        self._quiet: dict[tuple[Any, ...], tuple[int, int]] = {}
        self._serials = count(1)
        self.notes = Notes(ctx)

    # --- who may what ------------------------------------------------------------------------------------------------

    def collections(self, connection: Connection, caller: Caller) -> list[Collection]:
        """Those the caller may read or write; the others do not exist for it."""
        found = accounts.collections(connection)
        return [one for one in found if one.readable(caller.account) or one.writable(caller.account)]

    def collection(self, connection: Connection, caller: Caller, name: str) -> Collection:
        """One of these, by id or alias."""
        found = accounts.collection(connection, name)
        if found is None or not (found.readable(caller.account) or found.writable(caller.account)):
            raise NotHeld("collection", "one this account may know of", "none")
        return found

    def rights(self, connection: Connection, account: Account, collection: Collection) -> Rights:
        """What the account may have there, by label."""
        newest, now = views.newest_label(connection), nanoseconds(self.ctx.now())
        known = self._rights.get((account.id, collection.id))
        if known is not None:
            whose, where, rights = known
            if whose == account and where == collection and rights.newest == newest and now < rights.until:
                return rights
        if newest > max(self._markings, default=0):
            self._markings = self.ctx.labels(connection)
        made = self._decided(account, collection, newest)
        self._notice_growth(connection, account, collection, made)
        self._rights[(account.id, collection.id)] = (account, collection, made)
        return made

    def _decided(self, account: Account, collection: Collection, newest: int) -> Rights:
        policy, at, who = self.ctx.policy(), self.ctx.now(), account.recipient
        both = collection.approved and account.approved
        approvals = frozenset({collection.approver, account.approver}) if both else frozenset[str]()

        def free(marking: Marking) -> bool:
            purpose, author = collection.purpose, collection.author
            return refusal(marking, who, purpose, at=at, policy=policy, author=author, approvals=approvals) is None

        allowed = {n for n, marking in self._markings.items() if free(marking)}
        foreign = {n: one for n, one in self._markings.items() if one.originator not in ("", self.ctx.me)}
        citable = {n for n, one in foreign.items() if n not in allowed and free(one.but(originator=""))}
        view, now = collection.view, nanoseconds(at)
        fitting = None if view is None else tuple(sorted(n for n in allowed if view.fits(self._markings[n])))
        ends = (nanoseconds(end) for one in self._markings.values() for end in (one.embargo, one.expires) if end)
        until = min((end for end in ends if end > now), default=_FOREVER)
        everything = len(allowed) == len(self._markings)
        return Rights(frozenset(allowed), fitting, frozenset(citable), everything, newest, until, next(self._serials))

    def _notice_growth(self, connection: Connection, account: Account, collection: Collection, now: Rights) -> None:
        before = accounts.seen(connection, collection.id, account.id)
        current = accounts.Seen(now.newest, now.allowed)
        if before == current:
            return
        grown = sorted(n for n in now.allowed if before and n <= before.newest and n not in before.labels)

        def write(connection: Connection) -> None:
            views.place_labels(connection, grown, self.ctx.now_us())
            accounts.put_seen(connection, collection.id, account.id, current)

        self.ctx.db.write(write)
        connection.rollback()  # what is read from here on is read as it is now

    def visible(self, connection: Connection, caller: Caller, collection: Collection, rights: Rights) -> views.Visible:
        """What the caller may see there, as the store is asked for it."""
        posted = views.sources(connection, self.ctx.me, collection.id)
        own = tuple(n for name, n in posted.items() if name == caller.account.id)
        others = tuple(n for name, n in posted.items() if name != caller.account.id)
        view = collection.view
        return views.Visible(
            tuple(rights.allowed) if others else (),
            rights.fitting,
            own,
            others,
            tuple(view.origins) if view else (),
            tuple(view.types) if view else (),
            tuple(view.tags) if view else (),
        )

    # --- reading -----------------------------------------------------------------------------------------------------

    def page(
        self,
        connection: Connection,
        caller: Caller,
        collection: Collection,
        asked: Asked,
        ids: Sequence[str] | None = None,
    ) -> Page:
        """What the caller may have of what it asks for."""
        if not collection.readable(caller.account):
            raise Refused(collection.id, "an account that may read here", "one that may only post")
        rights = self.rights(connection, caller.account, collection)
        visible = self.visible(connection, caller, collection, rights)
        if ids is not None:
            asked = replace(asked, idents=self._idents(connection, ids))
        quiet = (caller.account.id, collection.id, rights.serial, asked.idents, asked.types, asked.versions, asked.old)
        start, end = self._quiet.get(quiet, (0, 0))
        at = end if start <= asked.after < end else asked.after
        rows: list[views.Found] = []
        extracts: list[tuple[str, int]] = []
        under: dict[str, Marking] = {}
        while len(rows) <= asked.limit:
            found = views.page(connection, visible, replace(asked, after=at, limit=asked.limit + 1 - len(rows)))
            if not found:
                if not rows and asked.idents is None and not asked.instants:
                    self._remember_quiet(quiet, asked.after, views.newest_place(connection))
                break
            at = found[-1].placed
            kept = self._settle(connection, caller, collection, rights, visible, found, asked, extracts, under)
            rows += [row for row in kept if ids is None or row.id in ids]
        given, more = rows[: asked.limit], len(rows) > asked.limit
        return Page(tuple(given), more, given[-1].placed if given else asked.after, tuple(extracts), under)

    def newest_place(self, connection: Connection) -> int:
        """The last place there is, seen or not."""
        return views.newest_place(connection)

    def _remember_quiet(self, key: tuple[Any, ...], after: int, upto: int) -> None:
        if len(self._quiet) > 10_000:
            self._quiet.clear()
        start, end = self._quiet.get(key, (after, upto))
        joins = start <= after <= end
        self._quiet[key] = (start if joins else after, upto)

    def _idents(self, connection: Connection, ids: Sequence[str]) -> tuple[int, ...]:
        known = objects.idents(connection, ids, make=False)
        more = [accounts.extract_of(connection, one) for one in ids if one not in known]
        return (*known.values(), *(one for one in more if one is not None))

    def _settle(
        self,
        connection: Connection,
        caller: Caller,
        collection: Collection,
        rights: Rights,
        visible: views.Visible,
        found: list[views.Found],
        asked: Asked,
        extracts: list[tuple[str, int]],
        under: dict[str, Marking],
    ) -> list[views.Found]:
        """The rows as they may leave: nearly always as they are."""
        refs: set[int] = set()
        if not rights.everything:
            refs = {ref for row in found if row.refs for ref in row.refers()}
        own = frozenset(visible.own)
        shut = views.hidden(connection, refs, rights.allowed, own, rights.citable) if refs else {}
        out: list[views.Found] = []
        for row in found:
            if row.source in own or (row.whole and not (shut and not shut.keys().isdisjoint(row.refers()))):
                out.append(row)
                continue
            withheld = frozenset(shut[ref] for ref in row.refers() if ref in shut)
            made = self._cut(connection, caller.account.recipient, collection, caller.account, row, withheld, asked)
            if made is not None:
                row_as_cut, under[made[0].id] = made
                out.append(row_as_cut)
                if row_as_cut.id != row.id:
                    extracts.append((row_as_cut.id, row.ident))
        return out

    def marking(self, page: Page, row: views.Found) -> Marking:
        """What a row of a page travels under."""
        return page.under.get(row.id) or self._markings[row.label]

    def _cut(
        self,
        connection: Connection,
        who: Recipient,
        collection: Collection,
        account: Account,
        row: views.Found,
        withheld: frozenset[str],
        asked: Asked,
    ) -> tuple[views.Found, Marking] | None:
        if asked.old:
            return None  # a part is cut from the 2.1 form only
        both = collection.approved and account.approved
        approvals = frozenset({collection.approver, account.approver}) if both else frozenset[str]()
        held = objects.by_holding(connection, [row.holding])[row.holding]
        marking = self._markings[row.label]
        author, purpose = collection.author, collection.purpose
        said = door_decision(self.ctx, connection, held, marking, who, purpose, author, approvals, withheld)
        if said.object is None or said.marking is None:
            return None
        made = row._replace(id=said.object.id, body=said.object.raw if asked.bodies else b"", old=False)
        return made, said.marking

    def known(self, connection: Connection, caller: Caller, collection: Collection, identifier: str) -> bool:
        """Whether any version of an object is there for the caller at all."""
        asked = Asked(limit=1, versions=frozenset({"all"}), bodies=False)
        return bool(self.page(connection, caller, collection, asked, [identifier]).rows)

    def told(
        self, caller: Caller, collection: Collection, page: Page, body: bytes, endpoint: str
    ) -> Callable[[Connection], None] | None:
        """Note what is about to be given; what must be written before it leaves, if anything: the ids of extracts."""
        digest = hashlib.sha256(body).hexdigest()
        first, last = (page.rows[0].placed, page.rows[-1].placed) if page.rows else (0, 0)
        self.notes.add(
            caller.account.id, "serve", collection.id, collection.purpose,
            door=collection.id, shown=page.shown(),
            count=len(page.rows), first=first, last=last, digest=digest, endpoint=endpoint,
        )  # fmt: skip
        return partial(accounts.put_extracts, found=page.extracts) if page.extracts else None

    # --- posting -----------------------------------------------------------------------------------------------------

    def post(
        self,
        caller: Caller,
        collection: Collection,
        pieces: Sequence[bytes],
        render: Callable[[Outcome], bytes],
    ) -> bytes:
        """Take objects in as the account's, under its marking; what became of them, as it is kept and answered."""
        if not collection.writable(caller.account):
            raise Refused(collection.id, "an account that may post here", "one that may only read")
        ctx, account = self.ctx, caller.account
        kept, settled = self._read(account, pieces)
        at = ctx.now_us()
        outcome = Outcome(ctx.make_id(), at, tuple(settled))
        body = render(outcome)
        digest = hashlib.sha256(b"".join(item.object.digest for item in kept)).hexdigest()
        refused = sum(1 for one in settled if one.problem)

        def write(connection: Connection) -> None:
            name = views.postings(account.id, collection.id)
            source = objects.source(connection, ctx.me, name, objects.ACCOUNT, ctx.now()[:10])
            take_in(ctx, connection, kept, source=source, origin=ctx.me)
            accounts.put_posting(connection, outcome.id, account.id, at, body, keep_us=_KEEP_US)
            count, purpose = len(settled) - refused, collection.purpose
            ctx.audit(
                connection, account.id, "post", collection.id, purpose, count=count, refused=refused, digest=digest
            )

        ctx.db.write(write)
        return body

    def _read(self, account: Account, pieces: Sequence[bytes]) -> tuple[list[objects.Incoming], list[Settled]]:
        whole = b"[" + b",".join(pieces) + b"]"
        options = Options(country=self.ctx.config.country or None, definitions=self._definitions(whole))
        settled: list[Settled] = []
        kept: list[objects.Incoming] = []
        known: dict[Marking | None, Marking] = {}
        for item in stix.read(BytesIO(whole), options):
            refused = _refused(account, item)
            if item.counts:  # what an upgrade made besides has none: it was not posted as such
                settled.append(refused or Settled(item.object.id, item.object.version))  # type: ignore[union-attr]  # only a Record is not refused
            if refused is None and isinstance(item, Record):
                kept.append(self._incoming(account, item, known))
        return kept, settled

    def _incoming(self, account: Account, item: Record, known: dict[Marking | None, Marking]) -> objects.Incoming:
        marking = known.get(item.marking)
        if marking is None:
            default = account.marking.but(originator=self.ctx.me)
            marking = known[item.marking] = bounded(item.marking, default, account.max_grade)
        return derive(item.object, marking, upgraded=item.upgraded, hold=item.hold, tags=item.tags)

    def _definitions(self, body: bytes) -> dict[str, Marking | None]:
        """What the marking definitions named mean that this node holds already."""
        named = {found.decode() for found in _DEFINITION.findall(body)} - KNOWN.keys()
        if not named:
            return {}
        out: dict[str, Marking | None] = {}
        with self.ctx.db.read() as connection:
            for identifier, held in objects.latest(connection, named).items():
                try:
                    out[identifier] = of_definition(held[0].current.content)
                except OurEyesError:
                    continue
        return out

    def posting(self, connection: Connection, caller: Caller, identifier: str) -> bytes:
        """What became of a posting of the caller's."""
        found = accounts.posting(connection, identifier, caller.account.id)
        if found is None:
            raise NotHeld("status", "a posting of this account", "none by that id")
        return found

    # --- deleting ----------------------------------------------------------------------------------------------------

    def withdraw(self, caller: Caller, collection: Collection, identifier: str, asked: Asked) -> int:
        """Take back what the account posted itself; a tombstone stays. How many versions went."""
        account, ctx = caller.account, self.ctx
        readable, writable = collection.readable(account), collection.writable(account)
        if not (readable and writable):
            raise Refused(collection.id, "an account that may read and post here", "one that may do one of both")

        def write(connection: Connection) -> int:
            rights = self._decided_now(account, collection)
            visible = self.visible(connection, caller, collection, rights)
            numbers = objects.idents(connection, [identifier], make=False)
            found: list[views.Found] = []
            if numbers:
                found = views.owned(connection, visible, replace(asked, idents=tuple(numbers.values())))
            if not found:
                return 0
            held = [row.holding for row in found]
            objects.withdraw(connection, held, ctx.now_us())
            connecting.fell(ctx, connection, identifier, held)
            ctx.audit(connection, account.id, "withdraw", identifier, collection.purpose, count=len(held))
            return len(held)

        gone = ctx.db.write(write)
        if not gone:
            with ctx.db.read() as connection:
                if self.known(connection, caller, collection, identifier):
                    raise Refused(identifier, "an object this account posted here", "another's")
            raise NotHeld(identifier, "an object of this collection", "none by that id")
        return gone

    def _decided_now(self, account: Account, collection: Collection) -> Rights:
        known = self._rights.get((account.id, collection.id))
        nothing = Rights(frozenset(), None, frozenset(), everything=False, newest=0, until=0)
        return known[2] if known else nothing


def _refused(account: Account, item: Record | Rejected) -> Settled | None:
    if isinstance(item, Rejected):
        error = item.error
        return Settled(item.subject, "", str(error)[:300])
    if account.types and item.object.type not in account.types:
        return Settled(item.object.id, item.object.version, "this account may not post objects of this type")
    return None
