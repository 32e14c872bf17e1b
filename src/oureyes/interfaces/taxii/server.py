"""The TAXII 2.1 server (OASIS Standard, 10 June 2021): collections are views, and every byte passes `release`.

    GET    /taxii2/                                            discovery
    GET    /taxii2/api/                                        the API root
    GET    /taxii2/api/status/{id}/
    GET    /taxii2/api/collections/    …/{collection}/         by id or alias
    GET    …/{collection}/manifest/
    GET    …/{collection}/objects/     POST …/objects/
    GET    …/objects/{object}/         DELETE …/objects/{object}/
    GET    …/objects/{object}/versions/

Where the standard is silent: manifest and versions have `next` too (cti-taxii2 #110); an empty page has no date
headers (#117); an object that is here already is a success (#106); `added_after` is strict, and no two objects of a
node share a `date_added` (#50). What an account may not know of is 404, like what is not there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ParamSpec, TypeVar
from uuid import NAMESPACE_OID, uuid5

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, request_response

from oureyes.errors import InvalidObject, NotHeld, OurEyesError
from oureyes.interfaces.below import Below
from oureyes.interfaces.gate import CHALLENGES, Bodies, Gate, Shown, TooMany, Unknown, shown
from oureyes.interfaces.problems import status_of
from oureyes.interfaces.taxii.filters import Filters, cursor, date_added, read_filters
from oureyes.interfaces.taxii.media import STIX_20, STIX_21, TAXII, acceptable, is_taxii
from oureyes.model.accounts import Account, Caller, Collection
from oureyes.model.objects import is_identifier
from oureyes.node.context import Context
from oureyes.node.serving import Connection, Outcome, Page, Serving

__all__ = ["Taxii"]

P = ParamSpec("P")
T = TypeVar("T")
ROOT = "/taxii2/api/"
_LOG = logging.getLogger(__name__)
_METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
]  # all refused in TAXII's own form
_READ_S = 120.0
_MESSAGE = 300
_TITLES = {
    400: "the request cannot be read",
    401: "who asks is not known",
    403: "not allowed",
    404: "there is nothing by that name",
    405: "not a method of this resource",
    406: "this server sends application/taxii+json;version=2.1",
    408: "the request did not come in time",
    413: "the body is larger than max_content_length",
    415: "this server takes application/taxii+json;version=2.1",
    422: "the body is no envelope of objects",
    429: "asked too often",
    500: "this node failed",
    503: "this node cannot write now",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an endpoint says; `then` is written, durably, before it is sent."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[Connection], None] | None = None


class _Fault(Exception):
    """An answer other than success."""

    def __init__(self, status: int, said: str = "", **headers: str) -> None:
        super().__init__(said)
        self.status, self.said, self.headers = status, said, headers


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] = []  # msgspec copies it


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_Read = Callable[[Connection, Caller, Request], _Answer]
_Write = Callable[[Caller, Request, bytes], _Answer]


class Taxii:
    """The routes of one node's TAXII server."""

    def __init__(self, serving: Serving, gate: Gate, executor: Executor) -> None:
        self._serving, self._gate, self._executor = serving, gate, executor
        self._ctx: Context = serving.ctx
        self._most = self._ctx.config.number("taxii_max_mib") << 20
        self._key = b"taxii-next" + self._ctx.keys.extract
        self._bodies = Bodies()

    def routes(self) -> list[BaseRoute]:
        """To be mounted under `/`."""
        one = ROOT + "collections/{collection}/"
        reads: Sequence[tuple[str, _Read]] = (
            ("/taxii2/", self._discovery),
            (ROOT, self._root),
            (ROOT + "status/{status}/", self._status),
            (ROOT + "collections/", self._collections),
            (one, self._collection),
            (one + "manifest/", self._manifest),
        )
        made = [self._route(path, {"GET": self._reading(read)}) for path, read in reads]
        objects = {"GET": self._reading(self._objects), "POST": self._writing(self._post, body=True)}
        single = {"GET": self._reading(self._object), "DELETE": self._writing(self._delete)}
        return [
            *made,
            self._route(one + "objects/", objects),
            self._route(one + "objects/{object}/", single),
            self._route(one + "objects/{object}/versions/", {"GET": self._reading(self._versions)}),
            Below("/taxii2", request_response(self._route_answer({}))),
        ]

    # --- how a request is answered -----------------------------------------------------------------------------------

    def _route(self, path: str, methods: Mapping[str, Callable[[Request], Awaitable[_Answer]]]) -> BaseRoute:
        return Route(path, self._route_answer(methods), methods=_METHODS)

    def _route_answer(
        self, methods: Mapping[str, Callable[[Request], Awaitable[_Answer]]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                said = await self._said(request, methods)
            except _Fault as fault:
                return _error(fault)
            except (ClientDisconnect, TimeoutError):
                return _error(_Fault(408))
            except OurEyesError as error:
                _LOG.info("taxii %s: %s", request.method, error)
                status = 422 if isinstance(error, _NoEnvelope) else status_of(error)
                return _error(_Fault(status, str(error) if status in (400, 422) else ""))
            except Exception as error:  # a fault of ours is told by its type alone: no content in answers or logs
                _LOG.error("taxii %s: unforeseen %s", request.method, type(error).__name__)
                return _error(_Fault(500))
            return Response(said.body, said.status, dict(said.headers), media_type=TAXII)

        return answer

    async def _said(self, request: Request, methods: Mapping[str, Callable[[Request], Awaitable[_Answer]]]) -> _Answer:
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            if not methods:
                await self._reading(_nothing)(request)
            raise _Fault(405, Allow=", ".join(methods))
        if not acceptable(request.headers.get("accept")):
            raise _Fault(406)
        return await methods[method](request)

    def _reading(self, read: _Read) -> Callable[[Request], Awaitable[_Answer]]:
        """A read takes less time than handing it to another thread would, so it is done here; but for a password that
        has to be derived first. What was given is in the audit log before it leaves."""

        async def answer(request: Request) -> _Answer:
            seen = self._shown(request)
            if self._gate.slow(seen):
                said = await self._in_thread(self._read, read, request, seen)
            else:
                said = self._read(read, request, seen)
            if said.then is not None:
                await asyncio.wrap_future(self._ctx.db.submit(said.then))
            return said

        return answer

    def _read(self, read: _Read, request: Request, seen: Shown) -> _Answer:
        with self._ctx.db.read() as connection:
            caller = self._caller(connection, seen, "taxii:read", "taxii:write")
            return read(connection, caller, request)

    def _writing(self, write: _Write, *, body: bool = False) -> Callable[[Request], Awaitable[_Answer]]:
        async def answer(request: Request) -> _Answer:
            caller = await self._in_thread(self._writer, request)  # known before a byte of the body is read
            if not body:
                return await self._in_thread(write, caller, request, b"")
            async with self._bodies.place(caller.account.id):
                return await self._in_thread(write, caller, request, await self._body(request))

        return answer

    def _writer(self, request: Request) -> Caller:
        with self._ctx.db.read() as connection:
            caller = self._caller(connection, self._shown(request), "taxii:write")
            self._serving.collection(connection, caller, request.path_params["collection"])
            return caller

    def _shown(self, request: Request) -> Shown:
        address = request.client.host if request.client else ""
        try:
            return shown(request.headers, address, request.scope.get("oureyes.certificate", b""))
        except Unknown:
            raise _Fault(401, **{"WWW-Authenticate": CHALLENGES}) from None

    def _caller(self, connection: Connection, seen: Shown, *scopes: str) -> Caller:
        try:
            caller = self._gate.caller(connection, seen)
        except Unknown:
            raise _Fault(401, **{"WWW-Authenticate": CHALLENGES}) from None
        except TooMany as wait:
            raise _Fault(429, **{"Retry-After": str(wait.after_s)}) from None
        if not caller.scopes & set(scopes):
            raise _Fault(403)
        return caller

    async def _body(self, request: Request) -> bytes:
        if not is_taxii(request.headers.get("content-type", "")):
            raise _Fault(415)
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > self._most:
            raise _Fault(413)
        read = bytearray()
        async with asyncio.timeout(_READ_S):
            async for chunk in request.stream():
                read += chunk
                if len(read) > self._most:
                    raise _Fault(413)
        return bytes(read)

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *arguments, **named))

    # --- what there is (§4, §5.1, §5.2) ------------------------------------------------------------------------------

    def _discovery(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        title = f"Our Eyes, {self._ctx.me}"
        return _json({"title": title, "default": ROOT, "api_roots": [ROOT]})

    def _root(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        title = f"Our Eyes, {self._ctx.me}"
        return _json({"title": title, "versions": [TAXII], "max_content_length": self._most})

    def _status(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        return _Answer(self._serving.posting(connection, caller, request.path_params["status"]))

    def _collections(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        found = [_resource(one, caller) for one in self._serving.collections(connection, caller)]
        return _json({"collections": found} if found else {})

    def _collection(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        return _json(_resource(self._where(connection, caller, request), caller))

    def _where(self, connection: Connection, caller: Caller, request: Request) -> Collection:
        return self._serving.collection(connection, caller, request.path_params["collection"])

    # --- reading (§5.3, §5.4, §5.6, §5.8) ----------------------------------------------------------------------------

    def _objects(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        return self._page(connection, caller, request, "objects", _envelope)

    def _manifest(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        return self._page(connection, caller, request, "manifest", _manifest_of)

    def _object(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        return self._page(connection, caller, request, "objects", _envelope, request.path_params["object"])

    def _versions(self, connection: Connection, caller: Caller, request: Request) -> _Answer:
        return self._page(connection, caller, request, "versions", _versions_of, request.path_params["object"])

    def _page(
        self,
        connection: Connection,
        caller: Caller,
        request: Request,
        endpoint: str,
        write: Callable[[Page, str, bool], bytes],
        identifier: str = "",
    ) -> _Answer:
        if "taxii:read" not in caller.scopes:
            raise _Fault(403)
        where = self._where(connection, caller, request)
        bound = f"{where.id}/{endpoint}/{identifier}"
        filters = read_filters(request.scope["query_string"], self._key, bound, every_version=endpoint == "versions")
        filters = replace(filters, ids=(identifier,)) if identifier else filters
        page = self._found(connection, caller, where, filters, bodies=endpoint == "objects")
        if identifier and not page.rows and not self._serving.known(connection, caller, where, identifier):
            raise NotHeld("object", "one of this collection", "none by that id")
        following = cursor(filters, page.after, self._key, bound) if page.more else ""
        body = write(page, following, filters.specs == {"2.0"})
        then = self._serving.told(caller, where, page, body, endpoint)
        return _Answer(body, 200, _dates(page), then)

    def _found(
        self, connection: Connection, caller: Caller, where: Collection, filters: Filters, *, bodies: bool
    ) -> Page:
        asked = filters.asked(bodies=bodies)
        if asked is None:
            return Page((), more=False, after=filters.after)
        return self._serving.page(connection, caller, where, asked, filters.ids)

    # --- writing (§5.5, §5.7) ----------------------------------------------------------------------------------------

    def _post(self, caller: Caller, request: Request, body: bytes) -> _Answer:
        with self._ctx.db.read() as connection:
            where = self._where(connection, caller, request)
        if not where.writable(caller.account):
            raise _Fault(403)
        return _Answer(self._serving.post(caller, where, _pieces(body), _status_of), 202)

    def _delete(self, caller: Caller, request: Request, body: bytes) -> _Answer:
        with self._ctx.db.read() as connection:
            where = self._where(connection, caller, request)
        query = request.scope["query_string"]
        asked = read_filters(query, self._key, "", every_version=True).asked(bodies=False)
        if asked is None:
            raise NotHeld("object", "a version of STIX kept here", "another")
        self._serving.withdraw(caller, where, request.path_params["object"], replace(asked, after=0, limit=10_000))
        return _Answer(b"")


class _NoEnvelope(InvalidObject):
    """JSON, and no envelope."""


def _nothing(connection: Connection, caller: Caller, request: Request) -> _Answer:
    raise _Fault(404)


def _pieces(body: bytes) -> list[bytes]:
    """The objects of an envelope, each in its own bytes (§3.7). Other properties of it are left alone (§7.1.1)."""
    try:
        pieces = [bytes(piece) for piece in _ENVELOPE.decode(body).objects]
    except msgspec.ValidationError:
        raise _NoEnvelope("envelope", "an object whose `objects` is a list of objects", "another form") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidObject("envelope", "JSON", "something else") from None
    if not all(piece.startswith(b"{") for piece in pieces):
        raise _NoEnvelope("envelope", "`objects` to be a list of objects", "something else in it")
    return pieces


def _resource(one: Collection, caller: Caller) -> dict[str, Any]:
    """§5.2.1."""
    account: Account = caller.account
    optional = {"description": one.description, "alias": one.alias}
    return {
        "id": one.id,
        "title": one.title,
        **{name: text for name, text in optional.items() if text},
        "can_read": one.readable(account) and "taxii:read" in caller.scopes,
        "can_write": one.writable(account) and "taxii:write" in caller.scopes,
        "media_types": [STIX_21, STIX_20],
    }


def _envelope(page: Page, following: str, old: bool) -> bytes:
    """§3.7: the stored bytes, joined. Empty lists are left out (§2)."""
    more = b'"more":true,"next":"%s"' % following.encode() if following else b'"more":false'
    if not page.rows:
        return b"{%s}" % more
    return b"".join((b"{", more, b',"objects":[', b",".join([row.body for row in page.rows]), b"]}"))


def _manifest_of(page: Page, following: str, old: bool) -> bytes:
    """§5.3.1."""
    media = STIX_20 if old else STIX_21
    added = date_added(row.placed for row in page.rows)
    listed = [
        {"id": row.id, "date_added": at, "version": _version(row.version, row.added), "media_type": media}
        for row, at in zip(page.rows, added, strict=True)
    ]
    return msgspec.json.encode({**_following(following), **({"objects": listed} if listed else {})})


def _versions_of(page: Page, following: str, old: bool) -> bytes:
    """§5.8.1."""
    listed = [_version(row.version, row.added) for row in page.rows]
    return msgspec.json.encode({**_following(following), **({"versions": listed} if listed else {})})


def _following(following: str) -> dict[str, Any]:
    return {"more": True, "next": following} if following else {"more": False}


def _version(text: str, added: int) -> str:
    """As the object writes it; of an observable, which has none, when it came (§5.3.1)."""
    return text or date_added([added])[0]


def _dates(page: Page) -> dict[str, str]:
    if not page.rows:
        return {}
    first, last = date_added((page.rows[0].placed, page.rows[-1].placed))
    return {"X-TAXII-Date-Added-First": first, "X-TAXII-Date-Added-Last": last}


def _status_of(outcome: Outcome) -> bytes:
    """§4.3.1. Everything is settled before it is answered, so nothing is ever pending."""
    at = date_added([outcome.at_us])[0]
    good = [_detail(one.id, one.version, at) for one in outcome.objects if not one.problem]
    bad = [
        {**_detail(one.id, one.version, at), "message": one.problem[:_MESSAGE]}
        for one in outcome.objects
        if one.problem
    ]
    lists = {name: found for name, found in (("successes", good), ("failures", bad)) if found}
    return msgspec.json.encode(
        {
            "id": outcome.id,
            "status": "complete",
            "request_timestamp": at,
            "total_count": len(outcome.objects),
            "success_count": len(good),
            "failure_count": len(bad),
            "pending_count": 0,
            **lists,
        }
    )


def _detail(identifier: str, version: str, at: str) -> dict[str, str]:
    """What has no id of its own gets one that names its place, since the detail must have one."""
    known = identifier if is_identifier(identifier) else f"x-unidentified--{uuid5(NAMESPACE_OID, identifier)}"
    return {"id": known, "version": version or at}


def _json(content: Mapping[str, Any]) -> _Answer:
    return _Answer(msgspec.json.encode(content))


def _error(fault: _Fault) -> Response:
    """§3.6.1."""
    body = {"title": _TITLES.get(fault.status, "the request failed"), "http_status": str(fault.status)}
    if fault.said:
        body["description"] = fault.said[:_MESSAGE]
    return Response(msgspec.json.encode(body), fault.status, fault.headers, media_type=TAXII)
