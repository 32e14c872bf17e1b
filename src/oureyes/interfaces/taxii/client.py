"""The TAXII 2.1 client: reads and posts to any server, and bears with the faults the field's servers are known for.

* A server may forget its `next` (medallion keeps it 30 s, in one process): then the run begins again where it began.
* It may say `more` without `next`: then `added_after` takes its place, a microsecond early, since some servers give
  equal times to a whole posting; the page must bring something new, or the run ends.
* It may leave the date headers out, or write them in another form: then its manifest is asked.
* It may say that there is no more when there is: the next run begins at the newest date seen, less an overlap.
* It may answer 500 to a posting that it stored (OpenTAXII): what it holds is asked for before the posting counts as
  failed.
* It may call `objects` `items`, leave its media type out, or rewrite versions as text: none of that matters here.

How it is reached is `interfaces.outgoing`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from oureyes.errors import InvalidObject
from oureyes.interfaces import outgoing
from oureyes.interfaces.outgoing import Outgoing, ServerFault
from oureyes.interfaces.taxii.filters import date_added
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.remotes import Progress, Remote
from oureyes.node import polling
from oureyes.node.polling import Standing
from oureyes.node.serving import Serving

__all__ = ["Client", "Fetched", "ServerFault", "run"]

_TAXII = "application/taxii+json;version=2.1"
_MOST_PAGES = 10_000  # in one run; the rest comes with the next
_BATCH_BYTES = 1 << 20
_IDS = 50  # asked for at once


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] | None = None
    items: list[msgspec.Raw] | None = None
    more: Any = False
    next: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One page: the objects' own bytes, and what the server says of the rest."""

    pieces: tuple[bytes, ...]
    more: bool
    following: str
    last: str


class Client(Outgoing):
    """One server's collection, over one connection. `with Client(…) as client`."""

    timeout_s = 30.0
    smaller = "set a smaller limit"

    def page(self, after: str, following: str, limit: int) -> Fetched:
        """The next page of objects."""
        query = {"limit": str(limit)} | _given(added_after=after, next=following)
        status, headers, body = self._ask("GET", "objects/", query)
        if status == 404 and not following:
            raise ServerFault(self._remote.name, "a collection", status)
        if status != 200:
            raise ServerFault(self._remote.name, "a page", status)
        pieces, more, nexts = _opened(body, self._remote.name)
        last = _instant(headers.get("x-taxii-date-added-last", ""))
        return Fetched(pieces, more, nexts, last or (self._date_of(pieces[-1]) if pieces else ""))

    def _date_of(self, piece: bytes) -> str:
        """What the manifest says of an object, where the headers say nothing."""
        try:
            identifier = msgspec.json.decode(piece, type=_Named).id
            status, _, body = self._ask("GET", "manifest/", {"match[id]": identifier})
            records = msgspec.json.decode(body, type=_Manifest).objects if status == 200 else []
        except msgspec.MsgspecError:
            return ""
        dates = [one.date_added for one in records if one.id == identifier and _instant(one.date_added)]
        return max(dates, key=nanoseconds, default="")

    def post(self, pieces: Sequence[bytes]) -> list[tuple[str, str]]:
        """Give them; (id, why) of those it refused."""
        body = b'{"objects":[' + b",".join(pieces) + b"]}"
        status, _, said = self._ask("POST", "objects/", {}, body)
        if status >= 500 and self._holds(pieces):
            return []
        if status not in (200, 202):
            raise ServerFault(self._remote.name, "202", status)
        try:
            found = msgspec.json.decode(said, type=_Status)
        except msgspec.MsgspecError:
            return []  # it took them and cannot say what became of them
        return [(one.id, one.message) for one in found.failures]

    def _holds(self, pieces: Sequence[bytes]) -> bool:
        """Whether the server has all of them after all."""
        wanted = {msgspec.json.decode(piece, type=_Named).id for piece in pieces}
        ids, there = sorted(wanted), set[str]()
        for at in range(0, len(ids), _IDS):
            some = ids[at : at + _IDS]
            status, _, body = self._ask("GET", "objects/", {"match[id]": ",".join(some), "limit": str(len(some))})
            if status != 200:
                return False
            there |= {msgspec.json.decode(piece, type=_Named).id for piece in _opened(body, self._remote.name)[0]}
        return wanted <= there

    def _ask(
        self, method: str, rest: str, query: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        if query:
            rest += "?" + "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in query.items())
        headers = {"Accept": _TAXII, **self._credential()}
        if body is not None:
            headers["Content-Type"] = _TAXII
        return self._exchange(method, rest, headers, body)

    def _credential(self) -> dict[str, str]:
        if self._remote.user:
            pair = b64encode(f"{self._remote.user}:{self._secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {"Authorization": f"Bearer {self._secret}"} if self._secret else {}


class _Named(msgspec.Struct):
    id: str = ""


class _Dated(msgspec.Struct):
    id: str = ""
    date_added: str = ""


class _Manifest(msgspec.Struct):
    objects: list[_Dated] = []  # msgspec copies it


class _Failure(msgspec.Struct):
    id: str = ""
    message: str = ""


class _Status(msgspec.Struct):
    failures: list[_Failure] = []  # msgspec copies it


def _opened(body: bytes, name: str) -> tuple[tuple[bytes, ...], bool, str]:
    try:
        found = _ENVELOPE.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise InvalidObject(name, "an envelope of objects", "something else", "ask whoever runs it") from None
    pieces = tuple(bytes(piece) for piece in found.objects or found.items or ())
    return pieces, found.more is True, found.next if isinstance(found.next, str) else ""


def _given(**said: str) -> dict[str, str]:
    return {name: value for name, value in said.items() if value}


def _instant(text: str) -> str:
    return text if is_instant(text) else ""


# --- a run -----------------------------------------------------------------------------------------------------------


def run(serving: Serving, name: str, *, early: bool = False, **options: Any) -> Standing:
    """Poll or push one remote to its end, and say how it stands then. A fault is kept with it, and not raised."""
    return outgoing.run(serving, name, _run, early=early, options=options)


def _run(serving: Serving, standing: Standing, options: Mapping[str, Any]) -> Progress:
    with Client(standing.remote, standing.secret, **options) as client:
        work = _push if standing.remote.push else _poll
        return work(serving, client, standing)


def _poll(serving: Serving, client: Client, standing: Standing) -> Progress:
    remote, progress = standing.remote, standing.progress
    before: tuple[bytes, ...] = ()
    for _ in range(_MOST_PAGES):
        page = _fetched(client, remote, progress)
        if page is None:
            progress = progress.but(following="")  # the server forgot its `next`: again from where the run began
            continue
        again = page.pieces == before
        before = page.pieces
        newest = _later(progress.newest, page.last)
        going = progress.but(newest=newest, following=page.following if page.more else "")
        if page.more and not page.following and page.last:
            # some servers give one time to a whole posting: a microsecond early, unless that brought nothing new
            going = going.but(after=page.last if again else _back(page.last, micros=1))
        stuck = again and (progress.following, progress.after) == (going.following, going.after)
        progress = polling.take(serving.ctx, remote, page.pieces, going)
        if not page.more or not page.pieces or stuck:
            break
    after = _back(progress.newest, seconds=remote.overlap_s) if progress.newest else progress.after
    return progress.but(after=after, following="")


def _fetched(client: Client, remote: Remote, progress: Progress) -> Fetched | None:
    try:
        return client.page(progress.after, progress.following, remote.limit)
    except ServerFault as fault:
        if progress.following and fault.status in (400, 404, 410):
            return None
        raise


def _later(one: str, other: str) -> str:
    return max((text for text in (one, other) if text), key=nanoseconds, default="")


def _back(text: str, seconds: int = 0, micros: int = 0) -> str:
    return date_added([nanoseconds(text) // 1_000 - seconds * 1_000_000 - micros])[0]


def _push(serving: Serving, client: Client, standing: Standing) -> Progress:
    progress = standing.progress
    for _ in range(_MOST_PAGES):
        now = Standing(
            standing.remote, "", standing.state, progress, standing.attempts, standing.next_try, "", standing.at
        )
        page = polling.outgoing(serving, now)
        if not page.rows:
            break
        refused = [one for some in _batches([row.body for row in page.rows]) for one in client.post(some)]
        progress = polling.pushed(serving.ctx, now, page, refused)
        if not page.more:
            break
    return progress


def _batches(bodies: Sequence[bytes]) -> list[list[bytes]]:
    out: list[list[bytes]] = [[]]
    size = 0
    for body in bodies:
        if out[-1] and size + len(body) > _BATCH_BYTES:
            out.append([])
            size = 0
        out[-1].append(body)
        size += len(body)
    return out
