"""The server of `/api/1`: who asks, whether they may, what they ask; the route does it in a thread; and the answer.

The order is fixed. The caller is known before a byte of the body is read, and the scope checked before the path's
places or the query are looked at. A body over the limit is refused while it is read; a file goes to the disk and not
into memory. What goes wrong is told as RFC 9457 has it: an outside account is told no reason for a refusal, an officer
is; logs hold the name of the route and the class of the error, never content.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from oureyes.errors import ConfigError, InvalidObject, NotHeld, OurEyesError, StorageError
from oureyes.interfaces import probing as carrying
from oureyes.interfaces.api import openapi
from oureyes.interfaces.api.route import Bytes, Call, Route
from oureyes.interfaces.api.stream import Full, Streams
from oureyes.interfaces.api.table import BY_NAME, STREAM, find
from oureyes.interfaces.below import Below
from oureyes.interfaces.gate import CHALLENGES, Bodies, Gate, TooMany, Unknown, shown
from oureyes.interfaces.probing import Asking
from oureyes.interfaces.problems import STATUS, problem
from oureyes.model.accounts import Caller
from oureyes.node import Node
from oureyes.node.reading import Position, Reading
from oureyes.node.repeating import AnotherRequest, BeingDone, NotKept, Repeats
from oureyes.node.serving import Serving
from oureyes.record.opening import nested
from oureyes.release import PURPOSES

__all__ = ["Api"]

P = ParamSpec("P")
T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_READ_S = 120.0
_JSON_MOST = 16 << 20
_DEEPEST = 64
_JSON, _FILE = "application/json", "application/octet-stream"
_KEY = re.compile(r"[!-~]{1,255}")
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_MISFIT = "it does not fit how this node is set up"  # a name taken, a member unknown: the caller's matter here


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer before it is sent."""

    status: int
    body: bytes
    media: str = _JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class _Fault(Exception):
    """An answer other than success."""

    def __init__(self, status: int, title: str, detail: str = "", **headers: str) -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Api:
    """The routes of one node's interface. An ASGI application of its own, so that every method ends here."""

    def __init__(self, node: Node, serving: Serving, gate: Gate, executor: Executor, ask: Asking | None = None) -> None:
        self._node, self._gate, self._executor = node, gate, executor
        self._ask: Asking = ask or partial(carrying.ask, node)
        self._reading, self._repeats = Reading(node.ctx, serving), Repeats(node.ctx)
        self._most = node.ctx.config.number("api_max_mib") << 20
        self._bodies = {officer: Bodies() for officer in (True, False)}  # outsiders hold up no officer
        self._comparing = threading.Lock()
        # threads of their own: one write wakes every stream, and no question of a person may wait behind 200 of them
        self._following = ThreadPoolExecutor(2, f"oureyes-streams-{node.member}")
        self.streams = Streams(self._reading, self._following)

    def close(self) -> None:
        """Let the threads of the streams end."""
        self._following.shutdown()

    def routes(self) -> list[BaseRoute]:
        """To be mounted under `/`."""
        return [Below(openapi.BASE, self)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        request = Request(scope, receive)
        try:
            said = await self._answered(request)
        except _Fault as fault:
            said = _problem(fault)
        except (ClientDisconnect, TimeoutError):
            said = _problem(_Fault(408, "the request did not come in time"))
        except Exception as error:  # a fault of ours is told by its type alone: no content in answers or logs
            _LOG.error("api %s: unforeseen %s", request.method, type(error).__name__)
            said = _problem(_Fault(500, "this node failed"))
        if request.method == "HEAD":
            said = Response(b"", said.status_code, dict(said.headers))
        await said(scope, receive, send)

    # --- who asks, and what ------------------------------------------------------------------------------------------

    async def _answered(self, request: Request) -> Response:
        path, method = self._path(request), "GET" if request.method == "HEAD" else request.method
        if path == "/openapi.json" and method == "GET":
            return _sent(request, _Said(200, openapi.text()), tagged=True)
        match = find(path)
        allowed = ["GET"] if path in (STREAM, "/openapi.json") else sorted(match.methods) if match else []
        if not allowed:
            raise _Fault(404, "there is no such path")
        if method not in allowed:
            raise _Fault(405, "not a method of this path", Allow=", ".join(allowed))
        caller = await self._in_thread(self._caller, request)
        if match is None:
            return await self._stream(request, caller)
        route = match.methods[method]
        self._may(route, caller)
        _not_from_another_site(request)
        bound = f"{caller.account.id} {path} {_without_place(request.url.query)}"
        call = Call(self._node, self._reading, caller, _purpose(request), match.values, bound=bound, ask=self._ask)
        call = replace(call, query=_query(route, request), said_purpose="oe-purpose" in request.headers)
        if route.body is None:
            return await self._run(request, route, call, b"")
        async with self._bodies[caller.account.officer].place(caller.account.id):
            return await self._with_body(request, route, call)

    def _path(self, request: Request) -> str:
        return str(request.scope["path"]).removeprefix(openapi.BASE).rstrip("/") or "/"

    def _caller(self, request: Request) -> Caller:
        address = request.client.host if request.client else ""
        try:
            seen = shown(request.headers, address, request.scope.get("oureyes.certificate", b""))
            with self._node.ctx.db.read() as connection:
                return self._gate.caller(connection, seen)
        except Unknown:
            raise _Fault(401, "who asks is not known", WWW_Authenticate=CHALLENGES) from None
        except TooMany as wait:
            raise _Fault(429, "asked too often", Retry_After=str(wait.after_s)) from None

    def _again(self, request: Request, route_scopes: frozenset[str]) -> Caller | None:
        """Whoever a stream was opened for, if the credential is good still."""
        address = request.client.host if request.client else ""
        seen = shown(request.headers, address, request.scope.get("oureyes.certificate", b""))
        with self._node.ctx.db.read() as connection:
            found = self._gate.still(connection, seen)
        good = (
            found is not None and found.scopes & route_scopes and (found.account.approved or not found.account.officer)
        )
        return found if good else None

    def _may(self, route: Route, caller: Caller) -> None:
        account = caller.account
        if not (account.officer or route.everyone):
            raise _Fault(403, "not allowed", "this is for officers' accounts")
        if account.officer and not account.approved:
            raise _Fault(403, "not allowed", "this account waits for a second person: `oureyes account approve`")
        if not caller.scopes & route.scopes:
            raise _Fault(403, "not allowed", f"the credential shown lacks {' or '.join(sorted(route.scopes))}")

    # --- bodies ------------------------------------------------------------------------------------------------------

    async def _with_body(self, request: Request, route: Route, call: Call) -> Response:
        wanted = _FILE if route.body is bytes else _JSON
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        length = request.headers.get("content-length", "")
        empty = length == "0" or (not length and "transfer-encoding" not in request.headers)
        if route.optional and empty:
            return await self._run(request, route, call, b"")
        if said != wanted and not (wanted == _JSON and said.startswith("application/") and said.endswith("+json")):
            raise _Fault(415, f"this takes {wanted}")
        most = self._most if route.body is bytes else min(self._most, _JSON_MOST)
        if length.isdecimal() and int(length) > most:
            raise _Fault(413, f"the body is larger than {most >> 20} MiB")
        if route.body is bytes:
            return await self._with_file(request, route, call, most)
        raw = bytearray()
        await self._read(request, most, raw.extend)
        body = await self._in_thread(_decoded, route, bytes(raw))
        return await self._run(request, route, replace(call, body=body, raw=bytes(raw)), bytes(raw))

    async def _with_file(self, request: Request, route: Route, call: Call, most: int) -> Response:
        """To a file of its own, in a folder nobody else reads, which is gone when it is answered."""
        with ExitStack() as kept:
            folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="oureyes-")))
            seen, file = hashlib.sha256(), folder / "body"
            target: IO[bytes] = kept.enter_context(file.open("wb"))

            def take(piece: bytes) -> None:
                seen.update(piece)
                target.write(piece)

            await self._read(request, most, take)
            target.close()
            return await self._run(request, route, replace(call, file=file), seen.digest())

    async def _read(self, request: Request, most: int, take: Callable[[bytes], object]) -> None:
        read = 0
        async with asyncio.timeout(_READ_S):
            async for piece in request.stream():
                read += len(piece)
                if read > most:
                    raise _Fault(413, f"the body is larger than {most >> 20} MiB")
                take(piece)

    # --- doing it ----------------------------------------------------------------------------------------------------

    async def _run(self, request: Request, route: Route, call: Call, body: bytes) -> Response:
        keyed = "idempotency-key" in request.headers and not route.reads
        key = request.headers["idempotency-key"] if keyed else ""
        if keyed and not _KEY.fullmatch(key):
            raise _Fault(400, "Idempotency-Key: up to 255 visible characters")
        matching = request.headers.get("if-match", "") if not route.reads else ""
        if matching and not route.guard:
            raise _Fault(400, "there is nothing here that If-Match could be compared with")
        if matching:
            self._may(BY_NAME[route.guard], call.caller)  # whether a tag is right tells what would be read
        if key:
            named = [route.name, call.path, request.url.query, call.purpose, matching]
            mark = self._repeats.mark(msgspec.json.encode(named) + b"\0" + body)
            said = await self._in_thread(self._once, route, call, key, mark, matching)
        else:
            said = await self._in_thread(self._done, route, call, matching)
        return _sent(request, said, tagged=route.reads)

    def _once(self, route: Route, call: Call, key: str, mark: bytes, matching: str) -> _Said:
        """A write under a key is done once, whatever becomes of the answer."""
        try:
            before = self._repeats.begin(call.by, key, mark)
        except AnotherRequest as error:
            raise _Fault(422, "the Idempotency-Key was used for another request", str(error)) from None
        except (BeingDone, NotKept) as error:
            raise _Fault(409, "this request was made before", str(error)) from None
        if before is not None:
            media = before.headers.get("Content-Type", _JSON)
            return _Said(before.status, before.body or b"", media, {"Idempotent-Replay": "true"})
        try:
            said = self._done(route, call, matching)
        except _Fault as fault:
            if fault.status < 500 or fault.status == 503:  # nothing was done; after a 500 nobody can tell
                self._repeats.undone(call.by, key)
            raise
        kept = {"Content-Type": said.media}
        self._repeats.done(call.by, key, said.status, kept, said.body, keep=not route.secret)
        return said

    def _done(self, route: Route, call: Call, matching: str) -> _Said:
        if not matching:
            return self._made(route, call)
        with self._comparing:  # two who ask at once: the second finds that it has changed
            self._compare(route, call, matching)
            return self._made(route, call)

    def _compare(self, route: Route, call: Call, matching: str) -> None:
        """RFC 9110 §13.1.1: strong comparison with what the guarding GET would answer now."""
        guard = BY_NAME[route.guard]
        now = self._made(guard, replace(call, query=guard.query(), body=None, file=None))
        tags = [one.strip() for one in matching.split(",")]
        if "*" not in tags and _tag(now.body) not in tags:
            raise _Fault(412, "it is not what If-Match names any more", "GET it again and look at what changed")

    def _made(self, route: Route, call: Call) -> _Said:
        try:
            found = route.run(call)
        except OurEyesError as error:
            raise self._refusal(route, call, error) from None
        except Exception as error:  # here and not outside: a StopIteration in a thread would never reach who waits
            _LOG.error("api %s: unforeseen %s", route.name, type(error).__name__)
            raise _Fault(500, "this node failed") from None
        if isinstance(found, Bytes):
            more = {"Content-Disposition": f'attachment; filename="{found.name}"' if found.name else "attachment"}
            more |= {"X-OurEyes-Omitted": found.omitted} if found.omitted else {}
            return _Said(route.status, found.body, found.media, more)
        return _Said(route.status, msgspec.json.encode(found))

    def _refusal(self, route: Route, call: Call, error: OurEyesError) -> _Fault:
        status, title = next((status, title) for kind, status, title in STATUS if isinstance(error, kind))
        _LOG.info("api %s: %s", route.name, type(error).__name__)
        if isinstance(error, ConfigError):
            status, title = 409, _MISFIT
        if isinstance(error, StorageError):
            return _Fault(status, title)
        if call.officer or isinstance(error, InvalidObject):
            return _Fault(status, title, str(error)[:500])
        return _Fault(status, title, "nothing that this account may know of" if isinstance(error, NotHeld) else "")

    # --- the stream --------------------------------------------------------------------------------------------------

    async def _stream(self, request: Request, caller: Caller) -> Response:
        scopes = frozenset({"api:read"})
        if caller.account.officer and not caller.account.approved:
            raise _Fault(403, "not allowed", "this account waits for a second person: `oureyes account approve`")
        if not caller.scopes & scopes:
            raise _Fault(403, "not allowed", "the credential shown lacks api:read")
        purpose, last = _purpose(request), self._last(request, caller)
        if request.method == "HEAD":
            return Response(b"", 200, _HEADERS, media_type="text/event-stream")
        account = caller.account.id
        try:
            self.streams.take(account)
        except Full:
            raise _Fault(429, "too many streams are open", Retry_After="30") from None

        told = self.streams.follow(caller, purpose, last, partial(self._again, request, scopes))
        return _Told(told, partial(self.streams.leave, account))

    def _last(self, request: Request, caller: Caller) -> Position | None:
        text = request.headers.get("last-event-id", "")
        try:
            return self._reading.unsealed(caller, text) if text else None
        except InvalidObject as error:
            raise _Fault(400, "Last-Event-ID", str(error)) from None

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *arguments, **named))


class _Told(StreamingResponse):
    """A stream that says when it has ended, however: also where the line was gone before its first byte."""

    def __init__(self, told: AsyncIterator[bytes], ended: Callable[[], None]) -> None:
        super().__init__(told, 200, {**_HEADERS, "X-Accel-Buffering": "no"}, "text/event-stream")
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


def _purpose(request: Request) -> str:
    said = request.headers.get("oe-purpose", "investigation")
    if said not in PURPOSES:
        raise _Fault(400, "OE-Purpose", f"expected one of {', '.join(sorted(PURPOSES))}")
    return said


def _not_from_another_site(request: Request) -> None:
    """A browser that knows a credential sends it for any page that asks (Fetch §4.6): no page of another's may act."""
    origin = request.headers.get("origin", "")
    if origin and request.method not in ("GET", "HEAD") and origin.partition("//")[2] != request.headers.get("host"):
        raise _Fault(403, "not allowed", "a page of another site asks")


def _query(route: Route, request: Request) -> msgspec.Struct:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    if len({name for name, _ in pairs}) != len(pairs):
        raise _Fault(400, "a parameter is given twice")
    try:
        return msgspec.convert(dict(pairs), route.query, strict=False)
    except msgspec.ValidationError as error:
        raise _Fault(400, "the query is not as it must be", str(error)[:300]) from None


def _decoded(route: Route, raw: bytes) -> Any:
    if nested(raw, _DEEPEST):
        raise _Fault(400, "the body is not as it must be", f"expected at most {_DEEPEST} levels")
    try:
        return msgspec.json.decode(raw, type=route.body)
    except msgspec.ValidationError as error:
        raise _Fault(400, "the body is not as it must be", str(error)[:300]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _Fault(400, "the body is no JSON") from None


def _without_place(query: str) -> str:
    """The filters of a list, without where in it one is: what a cursor is bound to."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return repr(sorted(pair for pair in pairs if pair[0] not in ("cursor", "limit")))


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _sent(request: Request, said: _Said, *, tagged: bool) -> Response:
    headers = {**_HEADERS, **said.headers}
    if tagged and said.status == 200:
        tag = headers["ETag"] = _tag(said.body)
        known: Sequence[str] = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
        if "*" in known or tag in [one.removeprefix("W/") for one in known]:
            return Response(b"", 304, headers)
    return Response(said.body, said.status, headers, media_type=said.media)


def _problem(fault: _Fault) -> Response:
    said = problem(fault.status, fault.title, fault.detail)
    said.headers.update({**_HEADERS, **fault.headers})
    return said
