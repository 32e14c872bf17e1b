"""What an account fetches of a collection as one document: the view, under the rules, in a format.

A client asks again and again, mostly for what it has. So the date of an edition is that of the last change of its
content, kept across restarts: what stays the same keeps its date, its digest and (of a zone) its serial, and what
changes gets a later one, also when something only went or expired.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.accounts import Account, Caller, Collection
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.node.exporting import FORMATS, sheet_of
from oureyes.node.serving import Asked, Connection, Page, Serving
from oureyes.record.exports import Left, Sheet, Thing
from oureyes.storage import accounts

__all__ = ["Edition", "edition", "for_account"]

_SECOND = 1_000_000_000
_NEVER = "1970-01-01T00:00:00Z"
_PAGE, _MOST = 1000, 200_000


@dataclass(frozen=True, slots=True)
class Edition:
    """One document: since when it is what it is, and what of the view is not in it. `then` is to be written before it
    leaves, if anything; `shown` is what of the store is in it. Before `until` (nanoseconds) nothing of it changes
    unless somebody writes to the store."""

    collection: Collection
    sheet: Sheet
    body: bytes
    count: int
    left: tuple[Left, ...]
    then: Callable[[Connection], None] | None
    until: int
    shown: tuple[tuple[int, str], ...] = ()

    @property
    def at(self) -> str:
        return self.sheet.at


def edition(serving: Serving, connection: Connection, caller: Caller, name: str, form: str) -> Edition:
    """The collection `name` in the format `form`, as the caller may have it. NotHeld for what it may not know of."""
    if form not in FORMATS:
        raise NotHeld("format", "a format of this node", "none by that name", "see the manual")
    ctx, account = serving.ctx, caller.account
    where = serving.collection(connection, caller, name)
    pages = list(_pages(serving, connection, caller, where))
    things = [_thing(serving, account, page, n) for page in pages for n in range(len(page.rows))]
    now = ctx.now()
    sheet, left = sheet_of(ctx, form, things, at=now, to=account.recipient)
    plain = FORMATS[form].write(replace(sheet, at=_NEVER))
    digest = hashlib.sha256(plain.body).digest()
    known, at = accounts.edition(connection, where.id, account.id, form)
    at = at if known == digest else _later(now, at)
    dated = replace(sheet, at=at)
    body = FORMATS[form].write(dated).body
    extracts = [one for page in pages for one in page.extracts]

    def then(connection: Connection) -> None:
        if extracts:
            accounts.put_extracts(connection, extracts)
        accounts.put_edition(connection, where.id, account.id, form, digest, at)

    same = known == digest and not extracts
    rights = serving.rights(connection, account, where)
    until = min([rights.until, *(end for thing in things if (end := _end(thing)) > nanoseconds(now))])
    shown = tuple(one for page in pages for one in page.shown(only=frozenset(plain.ids)))
    return Edition(where, dated, body, len(plain.ids), (*left, *plain.left), None if same else then, until, shown)


def _end(thing: Thing) -> int:
    return nanoseconds(thing.until) if thing.until else 0


def _pages(serving: Serving, connection: Connection, caller: Caller, where: Collection) -> Iterator[Page]:
    asked, given = Asked(limit=_PAGE), 0
    while True:
        page = serving.page(connection, caller, where, asked)
        given += len(page.rows)
        if given > _MOST:
            raise InvalidObject(where.id, f"at most {_MOST} objects in one export", "more", "narrow the view, or page")
        yield page
        if not page.more:
            return
        asked = replace(asked, after=page.after)


def _thing(serving: Serving, account: Account, page: Page, n: int) -> Thing:
    row = page.rows[n]
    return Thing(StixObject.parse(row.body), _told(serving.marking(page, row), account))


def _told(marking: Marking, account: Account) -> Marking:
    """A marking as its reader may see it: who else may have the thing is not its business."""
    return marking.but(releasable_to=marking.releasable_to & account.recipient.names, taken_from=None)


def _later(now: str, before: str) -> str:
    """Now, in whole seconds as HTTP and zones count, and later than what was given before."""
    at = nanoseconds(now) // _SECOND
    later = max(at, nanoseconds(before) // _SECOND + 1 if before else 0)
    return f"{datetime.fromtimestamp(later, UTC):%Y-%m-%dT%H:%M:%SZ}"


def for_account(serving: Serving, account: str, name: str, form: str, *, by: str, purpose: str) -> Edition:
    """What an account would fetch, made here for it by somebody of ours."""
    ctx = serving.ctx
    ctx.require_purpose(by, purpose, "export")
    with ctx.db.read() as connection:
        found = [kept.account for kept in accounts.accounts(connection) if kept.account.id == account]
        if not found or not found[0].enabled:
            raise NotHeld(f"account {account[:60]}", "an account of this node", "none", "`oureyes account list`")
        made = edition(serving, connection, Caller(found[0], frozenset({"export:read"})), name, form)

    def write(connection: Connection) -> None:
        if made.then is not None:
            made.then(connection)
        accounts.put_shown(connection, account, made.collection.id, ctx.now(), made.shown)
        ctx.audit(
            connection, by, "export", made.collection.id, purpose, to=account, count=made.count,
            omitted=len(made.left), format=form, digest=hashlib.sha256(made.body).hexdigest(),
        )  # fmt: skip

    ctx.db.write(write)
    return made
