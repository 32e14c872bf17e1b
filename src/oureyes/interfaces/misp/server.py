"""The MISP door: what an unmodified PyMISP and an unmodified MISP 2.5 call on a peer, under `/misp/`.

MISP has no standard for this; the calls were recorded between two instances and are listed in `reading`, `writing` and
`setting`. A body over the limit is refused while it is read, also unpacked; an `ETag` is given only to who asks for one
(MISP sends an empty `If-None-Match` first). What an account may not know of is answered like what is not there.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import ParamSpec, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, request_response

from oureyes.errors import InvalidObject, NotHeld, OurEyesError, Refused
from oureyes.interfaces.below import Below
from oureyes.interfaces.gate import Bodies, Gate, Shown, TooMany, Unknown, shown
from oureyes.interfaces.misp import clusters, reading, setting, writing
from oureyes.interfaces.misp.desk import Answer, Desk, answer
from oureyes.interfaces.misp.desk import Route as Called
from oureyes.interfaces.misp.paths import Call, parsed
from oureyes.interfaces.problems import status_of
from oureyes.model.accounts import Caller
from oureyes.node.clusters import Clusters
from oureyes.node.context import Context
from oureyes.node.events import Events
from oureyes.node.pushing import Exists, NotNewer, Pushing
from oureyes.node.serving import Serving
from oureyes.record.opening import nested

__all__ = ["CALLS", "Misp"]

P = ParamSpec("P")
T = TypeVar("T")
CALLS: Mapping[tuple[str, str], Called] = {**reading.ROUTES, **writing.ROUTES, **setting.ROUTES, **clusters.ROUTES}
_LOG = logging.getLogger(__name__)
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]
_READ_S = 120.0
_DEEPEST = 32
_PACKED_FROM = 1024
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_NOBODY = (
    "Authentication failed. Please make sure you pass the API key of an API enabled user along in the Authorization"
    " header."
)
_TOO_LARGE = "The request is larger than this node takes."
_NO = "You do not have permission to do that."  # PyMISP then proposes what it may not change
_NOT_NEWER = "Event could not be saved: Event in the request not newer than the local copy."  # benign to a peer
_THERE = "Event already exists, if you would like to edit it, use the url in the location header."
_NOT_THERE = {"event": "Invalid event.", "attribute": "Invalid attribute", "object": "Invalid object"}


class Misp:
    """The routes of one node's MISP door."""

    def __init__(self, serving: Serving, gate: Gate, executor: Executor) -> None:
        ctx: Context = serving.ctx
        events = Events(ctx, serving)
        pushing = Pushing(ctx, events)
        self._desk = Desk(ctx, events, pushing, Clusters(events, pushing))
        self._ctx, self._gate, self._executor = ctx, gate, executor
        self._most = ctx.config.number("misp_max_mib") << 20
        self._bodies = Bodies()

    def routes(self) -> list[BaseRoute]:
        """To be mounted under `/`."""
        return [Below("/misp", request_response(self._answer))]

    async def _answer(self, request: Request) -> Response:
        path = "/" + request.scope["path"].removeprefix("/misp").strip("/")
        try:
            said = await self._said(request)
        except (ClientDisconnect, TimeoutError):
            said = _error(408, "The request did not come in time.", path)
        except _Fault as fault:
            said = fault.said
        except Exception as error:  # a fault of ours is told by its type alone: no content in answers or logs
            _LOG.error("misp %s: unforeseen %s", request.method, type(error).__name__)
            said = _error(500, "An Internal Error Has Occurred.", path)
        return self._sent(request, said)

    async def _said(self, request: Request) -> Answer:
        path = request.scope["path"].removeprefix("/misp")
        if request.method not in _METHODS:
            raise _Fault(_error(405, "Method Not Allowed", path, headers={"Allow": ", ".join(_METHODS)}))
        controller, action, arguments, named = parsed(path)
        called = CALLS.get((controller, action))
        caller = await self._in_thread(self._caller, request, path)  # known before a byte of the body is read
        if called is None:
            raise _Fault(_error(404, "Not Found", path))
        allowed = {"misp:write"} if not called.reads else {"misp:read", "misp:write"}
        if request.method not in ("GET", "HEAD") or called.reads:
            allowed = allowed if called.reads else {"misp:write"}
        if not caller.scopes & allowed:
            await self._in_thread(
                self._desk.events.refused, caller, f"misp:{controller}-{action}".replace("/", "-"), "scope"
            )
            raise _Fault(_error(403, _NO, path))
        headers = {name: request.headers[name] for name in ("accept", "if-none-match") if name in request.headers}
        call = Call(request.method, path, controller, action, arguments, named, headers)
        if request.method not in ("POST", "PUT", "DELETE"):
            return await self._in_thread(self._run, called, call, caller)
        async with self._bodies.place(caller.account.id):
            try:
                raw = await self._body(request, path)
            except _Fault as fault:  # too large, or no gzip: a refusal like any other, and kept like any other
                why, subject = f"status {fault.said.status}", f"misp:{controller}-{action}".replace("/", "-")
                await self._in_thread(self._desk.events.refused, caller, subject, why)
                raise
            return await self._in_thread(self._run_with, called, call, caller, raw)

    def _caller(self, request: Request, path: str) -> Caller:
        address = request.client.host if request.client else ""
        try:
            with self._ctx.db.read() as connection:
                return self._gate.caller(connection, _shown(request, address))
        except Unknown:
            raise _Fault(_error(403, _NOBODY, path)) from None
        except TooMany as wait:
            said = _error(429, "Rate limit exceeded.", path, headers={"Retry-After": str(wait.after_s)})
            raise _Fault(said) from None

    async def _body(self, request: Request, path: str) -> bytes:
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > self._most:
            raise _Fault(_error(413, _TOO_LARGE, path))
        read = bytearray()
        async with asyncio.timeout(_READ_S):
            async for chunk in request.stream():
                read += chunk
                if len(read) > self._most:
                    raise _Fault(_error(413, _TOO_LARGE, path))
        coding = request.headers.get("content-encoding", "identity").lower()
        if coding == "identity":
            return bytes(read)
        if coding != "gzip":
            raise _Fault(_error(415, "Content-Encoding gzip is understood, and no other.", path))
        return await self._in_thread(self._unpacked, bytes(read), path)

    def _unpacked(self, packed: bytes, path: str) -> bytes:
        unpack = zlib.decompressobj(31)
        try:
            out = unpack.decompress(packed, self._most + 1)
        except zlib.error:
            raise _Fault(_error(400, "The body is no gzip.", path)) from None
        if len(out) > self._most:
            raise _Fault(_error(413, _TOO_LARGE, path))
        if not unpack.eof:
            raise _Fault(_error(400, "The body is no whole gzip.", path))
        return out

    def _run_with(self, called: Called, call: Call, caller: Caller, raw: bytes) -> Answer:
        if nested(raw, _DEEPEST):
            raise _Fault(self._refusal(call, caller, InvalidObject("request", f"at most {_DEEPEST} levels", "more")))
        try:
            body = msgspec.json.decode(raw) if raw.strip() else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _Fault(self._refusal(call, caller, InvalidObject("request", "JSON", "something else"))) from None
        return self._run(called, _with_body(call, body), caller)

    def _run(self, called: Called, call: Call, caller: Caller) -> Answer:
        try:
            return called.run(self._desk, call, caller)
        except OurEyesError as error:
            return self._refusal(call, caller, error)
        except Exception as error:  # here and not outside: a StopIteration in a thread would never reach who waits
            _LOG.error("misp %s %s: unforeseen %s", call.controller, call.action, type(error).__name__)
            return _error(500, "An Internal Error Has Occurred.", call.path)

    def _refusal(self, call: Call, caller: Caller, error: OurEyesError) -> Answer:
        """An error as MISP says it. A refusal is kept, by its reason."""
        if isinstance(error, Exists):
            return _error(404, _THERE, call.path, headers={"Location": f"/events/{error.number}"})
        if isinstance(error, NotNewer):
            return _error(403, "Could not save Event", call.path, errors=_NOT_NEWER)
        if isinstance(error, NotHeld):
            word = error.subject.split()[0]
            return _error(404, _NOT_THERE.get(word, f"Invalid {error.subject}"), call.path)
        _LOG.info("misp %s %s: %s", call.controller, call.action, type(error).__name__)
        if isinstance(error, Refused | InvalidObject):
            subject = f"misp:{call.controller}-{call.action}".replace("/", "-")
            self._desk.events.refused(caller, subject, error.found[:100] or "refused")
        if isinstance(error, Refused):
            return _error(403, _NO, call.path, errors=f"expected {error.expected}, found {error.found}")
        if isinstance(error, InvalidObject):
            return _error(400, "Could not read the request", call.path, errors=str(error)[:300])
        return _error(status_of(error), "This node failed.", call.path)

    def _sent(self, request: Request, said: Answer) -> Response:
        headers, body, status = {**_HEADERS, **said.headers}, said.body, said.status
        if "if-none-match" in request.headers and status == 200:
            tag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
            headers["ETag"] = tag
            if request.headers["if-none-match"].strip() == tag:
                return Response(b"", 304, headers)
        if (
            len(body) >= _PACKED_FROM
            and "gzip" in request.headers.get("accept-encoding", "")
            and request.method != "HEAD"
        ):
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
            headers["Vary"] = "Accept-Encoding"
        return Response(b"" if request.method == "HEAD" else body, status, headers, media_type=said.media)

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *arguments, **named))


class _Fault(Exception):
    """An answer other than success."""

    def __init__(self, said: Answer) -> None:
        super().__init__()
        self.said = said


def _shown(request: Request, address: str) -> Shown:
    """MISP shows its key bare, in `Authorization` or `X-MISP-AUTH`."""
    key = request.headers.get("x-misp-auth") or request.headers.get("authorization", "")
    if key and " " not in key.strip():
        return Shown(address, token=key.strip())
    return shown(request.headers, address, request.scope.get("oureyes.certificate", b""))


def _with_body(call: Call, body: object) -> Call:
    return Call(call.method, call.path, call.controller, call.action, call.arguments, call.named, call.headers, body)


def _error(
    status: int, message: str, path: str, *, errors: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    content: dict[str, object] = {"name": message, "message": message, "url": path.partition(":")[0][:200]}
    if errors:
        content |= {"saved": False, "errors": errors}
    return answer(content, status, headers)
