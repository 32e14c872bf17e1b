"""What partners may ask of this node over HTTPS (DESIGN §4). Identity is the signature on each request.

    GET  /oe/1/ch/{origin}/{recipient}/{epoch}/stream?from=        our log for the asker, as it grows
    GET  /oe/1/ch/{origin}/{recipient}/{epoch}/entries?from=&limit=&wait=
    POST /oe/1/ch/{origin}/{recipient}/{epoch}/entries             the asker's log for us, pushed → its receipt
    POST /oe/1/ch/{origin}/{recipient}/{epoch}/receipt             the asker's receipt for our log
    GET  /oe/1/ch/{origin}/{recipient}/{epoch}/receipt, …/mine?from=    what we hold of the asker's own log
    GET  /oe/1/ch/{origin}/{recipient}/{epoch}/said?from=          what that says, sealed to the asker
    GET  /oe/1/hitno/list, …/filter/{digest}    POST /oe/1/hitno/ask    private questions (node/answering.py)
    GET  /oe/1/roster/{version}    GET /oe/1/health

Whoever asks for a channel it has no part in gets the same 403 whether the channel exists or not. A stream holds one
batch at a time: the next is read when the last has left, so a slow reader costs a batch and no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from functools import partial
from typing import ParamSpec, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from oureyes.correlate.blind import MAX_QUESTION
from oureyes.errors import InvalidObject, NotHeld, OurEyesError, Refused, VerificationError
from oureyes.exchange.client import HIT_PATH, MAX_BATCH_BYTES, Batch, collect
from oureyes.exchange.log import MAX_NOTE, MEDIA_TYPE, heartbeat_frame
from oureyes.exchange.outbox import CHECKPOINT_EVERY
from oureyes.exchange.requests import refuse_other_body, verify_request
from oureyes.interfaces.problems import problem, problem_of
from oureyes.model.sharing import Channel
from oureyes.node import Node, answering, exchanging
from oureyes.node.context import Context
from oureyes.node.opening import roster_version
from oureyes.node.replays import Replays

__all__ = ["Federation"]

P = ParamSpec("P")
T = TypeVar("T")
_MAX_WAIT_S = 25.0
_SEND_S = 60.0  # how long one batch may take to leave
_READ_S = 60.0  # how long a body may take to come
_BODIES = 8  # bodies held in memory at once
_LOG = logging.getLogger(__name__)
_Endpoint = Callable[[Request, str, bytes], Awaitable[Response]]


class Federation:
    """The routes of one node, and who is waiting at them."""

    def __init__(
        self,
        node: Node,
        executor: Executor,
        *,
        heartbeat_s: float,
        ready: Callable[[str], Awaitable[None]],
        received: Callable[[Channel], None],
        heard_of: Callable[[str], None],
    ) -> None:
        self._node, self._executor, self._heartbeat_s = node, executor, heartbeat_s
        self._ready, self._received, self._heard_of = ready, received, heard_of
        self._nonces, self._bodies = Replays(node.ctx), asyncio.Semaphore(_BODIES)
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._streams: dict[Channel, object] = {}
        self.closed = False

    def routes(self) -> list[BaseRoute]:
        """To be mounted under `/`."""
        channel = "/oe/1/ch/{origin}/{recipient}/{epoch}/"
        ask = self._signed(self._hit_question, MAX_QUESTION, answering.unread)
        return [
            Route(channel + "stream", self._signed(self._stream), methods=["GET"]),
            Route(channel + "entries", self._signed(self._entries), methods=["GET"]),
            Route(channel + "entries", self._signed(self._pushed, MAX_BATCH_BYTES), methods=["POST"]),
            Route(channel + "receipt", self._signed(self._receipt, MAX_NOTE), methods=["POST"]),
            Route(channel + "receipt", self._signed(self._own_receipt), methods=["GET"]),
            Route(channel + "mine", self._signed(self._mine), methods=["GET"]),
            Route(channel + "said", self._signed(self._said), methods=["GET"]),
            Route(HIT_PATH + "list", self._signed(self._hit_list), methods=["GET"]),
            Route(HIT_PATH + "filter/{digest}", self._signed(self._hit_filter), methods=["GET"]),
            Route(HIT_PATH + "ask", ask, methods=["POST"]),
            Route("/oe/1/roster/{version}", self._signed(self._roster), methods=["GET"]),
            Route("/oe/1/health", _health, methods=["GET"]),
        ]

    def grew(self, member: str) -> None:
        """Our log for a member has grown: wake who waits for it."""
        for event in self._waiting.get(member, ()):
            event.set()

    def roster_changed(self) -> None:
        """Wake everybody: whoever is no longer on the roster is shown out at once."""
        for member in tuple(self._waiting):
            self.grew(member)

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        self.roster_changed()

    # --- who asks ----------------------------------------------------------------------------------------------------

    def _signed(
        self, endpoint: _Endpoint, body_limit: int = 0, unread: Callable[[Context, str, int], None] | None = None
    ) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that only members reach, and whose errors are answers; `unread` is told of a body that
        was too long, broke off or is another than was signed."""

        async def answer(request: Request) -> Response:
            try:
                member = self._sender(request)
            except VerificationError as error:
                _LOG.info("request refused: %s", error)
                return problem(401, "not signed by a member in the agreed way")
            try:
                kept = asyncio.shield(asyncio.wrap_future(self._nonces.durable()))  # others wait for the same one
                answer = await endpoint(request, member, await self._body(request, member, body_limit))
                if not await kept:  # no answer leaves to a request that could be said again
                    raise _Answer(problem(401, "not signed by a member in the agreed way"))
                return answer
            except _Answer as ready:
                if isinstance(ready, _Unread) and unread is not None:
                    await self._in_thread(unread, self._node.ctx, member, ready.response.status_code)
                return ready.response
            except (ClientDisconnect, TimeoutError):
                if unread is not None:
                    await self._in_thread(unread, self._node.ctx, member, 408)
                return problem(408, "the request did not come in time")
            except OurEyesError as error:
                _LOG.info("%s %s: %s", member, request.method, error)
                return problem_of(error)
            except Exception as error:  # a fault of ours is told by its type alone: no content in answers or logs
                _LOG.error("%s %s: unforeseen %s", member, request.method, type(error).__name__)
                return problem(500, "this node failed")

        return answer

    def _sender(self, request: Request) -> str:
        """Judged by the headers alone, before a byte of the body is read."""
        ctx = self._node.ctx
        target = request.scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        keys = {member.id: member.keys.sign for member in ctx.roster.members.values() if member.id != ctx.me}
        now = int(ctx.clock().timestamp())
        return verify_request(
            request.method, target, query, request.headers, None, me=ctx.me, keys=keys, now=now,
            seen_nonces=self._nonces,
        )  # fmt: skip

    async def _body(self, request: Request, member: str, limit: int) -> bytes:
        read = bytearray()
        if limit:
            async with self._bodies, asyncio.timeout(_READ_S):
                async for chunk in request.stream():
                    read += chunk
                    if len(read) > limit:
                        raise _Unread(problem(413, f"more than {limit} bytes"))
        try:
            refuse_other_body(request.headers, bytes(read), member)
        except VerificationError:
            raise _Unread(problem(401, "not signed by a member in the agreed way")) from None
        return bytes(read)

    def _ours(self, request: Request, member: str) -> Channel:
        """Our log for the member that asks."""
        channel = _channel(request)
        if (channel.origin, channel.recipient) != (self._node.member, member):
            raise Refused("channel")
        return channel

    def _theirs(self, request: Request, member: str) -> Channel:
        """The log, for us, of the member that asks."""
        channel = _channel(request)
        if (channel.origin, channel.recipient) != (member, self._node.member):
            raise Refused("channel")
        return channel

    # --- our log -----------------------------------------------------------------------------------------------------

    async def _stream(self, request: Request, member: str, body: bytes) -> Response:
        channel, start = self._ours(request, member), _number(request, "from", 0)
        self._heard_of(member)
        await self._ready(member)
        first = await self._serve(channel, start, CHECKPOINT_EVERY)  # what is wrong is told by a status
        return _Stream(partial(self._flow, channel, start, first))

    async def _flow(self, channel: Channel, start: int, batch: Batch, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Batches and heartbeats until the reader goes, is no longer a member, or opens another stream."""
        mine = self._streams[channel] = object()
        with self._wake(channel.recipient) as event:
            await send(heartbeat_frame())  # at once, to tell the line is open and unbuffered
            while not self.closed and channel.recipient in self._node.roster.members:
                if self._streams.get(channel) is not mine:
                    return
                if batch.lines:
                    start += len(batch.lines)
                    await send(batch.frames())
                elif not await _within(event, self._heartbeat_s):
                    await send(heartbeat_frame())
                    continue
                event.clear()
                batch = await self._serve(channel, start, CHECKPOINT_EVERY)

    async def _entries(self, request: Request, member: str, body: bytes) -> Response:
        channel, start = self._ours(request, member), _number(request, "from", 0)
        limit = min(max(1, _number(request, "limit", CHECKPOINT_EVERY)), CHECKPOINT_EVERY)
        await self._ready(member)
        with self._wake(member) as event:
            batch = await self._serve(channel, start, limit)
            if not batch.lines and await _within(event, min(_number(request, "wait", 0), _MAX_WAIT_S)):
                batch = await self._serve(channel, start, limit)
        if member not in self._node.roster.members:
            raise Refused("member")
        return _frames(batch.frames())

    async def _serve(self, channel: Channel, start: int, limit: int) -> Batch:
        served = await self._in_thread(self._node.serve, channel.recipient, start, limit, channel.epoch)
        lines = tuple((entry.header, entry.sealed) for entry in served.entries)
        return Batch(lines, served.note if lines else b"")

    async def _receipt(self, request: Request, member: str, body: bytes) -> Response:
        channel = self._ours(request, member)
        outcome = exchanging.submit_receipted(self._node.ctx, body, member, channel)
        exchanging.taken(await asyncio.wrap_future(outcome))
        return Response(status_code=204)

    # --- the asker's log ---------------------------------------------------------------------------------------------

    async def _pushed(self, request: Request, member: str, body: bytes) -> Response:
        channel, batch, ctx = self._theirs(request, member), collect(body), self._node.ctx
        try:
            pending = exchanging.submit_receive(ctx, channel, batch.lines, batch.note)
            receipt = exchanging.received(ctx, channel, await asyncio.wrap_future(pending))
        except VerificationError as error:
            return problem_of(error, have=await self._in_thread(self._node.next_of, channel))
        if receipt is None:
            raise InvalidObject(channel.name, "entries and a checkpoint over them", "neither")
        self._received(channel)
        return Response(receipt.note, media_type="text/plain; charset=utf-8")

    async def _own_receipt(self, request: Request, member: str, body: bytes) -> Response:
        receipt = await self._in_thread(exchanging.own_receipt, self._node.ctx, self._theirs(request, member))
        return Response(receipt.note, media_type="text/plain; charset=utf-8") if receipt else Response(status_code=204)

    async def _mine(self, request: Request, member: str, body: bytes) -> Response:
        channel, start = self._theirs(request, member), _number(request, "from", 0)
        held = await self._in_thread(exchanging.held_for, self._node.ctx, channel, start, CHECKPOINT_EVERY)
        return _frames(Batch(tuple((entry.header, entry.sealed) for entry in held)).frames())

    async def _said(self, request: Request, member: str, body: bytes) -> Response:
        channel, start = self._theirs(request, member), _number(request, "from", 0)
        said = await self._in_thread(exchanging.said_by, self._node.ctx, channel, start, CHECKPOINT_EVERY)
        return _frames(Batch(tuple((entry.header, entry.sealed) for entry in said)).frames())

    # --- private questions -------------------------------------------------------------------------------------------

    async def _hit_list(self, request: Request, member: str, body: bytes) -> Response:
        return _octets(await self._in_thread(answering.list_for, self._node.ctx, member))

    async def _hit_filter(self, request: Request, member: str, body: bytes) -> Response:
        name = request.path_params["digest"]
        return _octets(await self._in_thread(answering.part_for, self._node.ctx, member, name))

    async def _hit_question(self, request: Request, member: str, body: bytes) -> Response:
        return _octets(await self._in_thread(answering.evaluate, self._node.ctx, member, body))

    # --- the roster --------------------------------------------------------------------------------------------------

    async def _roster(self, request: Request, member: str, body: bytes) -> Response:
        roster, asked = self._node.roster, request.path_params["version"]
        if not asked.isdecimal() or not asked.isascii() or len(asked) > 9:
            raise NotHeld("roster", "a version", "another")
        home = self._node.ctx.config.home
        raw = roster.raw if int(asked) == roster.version else await self._in_thread(roster_version, home, int(asked))
        if not raw:
            raise NotHeld("roster", f"a version up to {roster.version}", asked)
        return Response(raw, media_type="application/vnd.oureyes.roster")

    # --- waiting -----------------------------------------------------------------------------------------------------

    def _wake(self, member: str) -> _Wake:
        return _Wake(self._waiting, member)

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(work, *arguments, **named))


class _Answer(Exception):
    """An answer decided while reading a request."""

    def __init__(self, response: Response) -> None:
        self.response = response


class _Unread(_Answer):
    """… because the body was not what was announced."""


class _Wake:
    """An event that is set when a member's log grows, for as long as somebody waits."""

    def __init__(self, waiting: dict[str, set[asyncio.Event]], member: str) -> None:
        self._waiting, self._member, self._event = waiting, member, asyncio.Event()

    def __enter__(self) -> asyncio.Event:
        self._waiting.setdefault(self._member, set()).add(self._event)
        return self._event

    def __exit__(self, *_: object) -> None:
        left = self._waiting[self._member]
        left.discard(self._event)
        if not left:
            del self._waiting[self._member]


class _Stream(Response):
    """An answer without an end; `flow` is handed what sends a piece of it."""

    media_type = MEDIA_TYPE

    def __init__(self, flow: Callable[[Callable[[bytes], Awaitable[None]]], Awaitable[None]]) -> None:
        super().__init__()
        self._flow = flow
        del self.headers["content-length"]
        self.headers["cache-control"] = "no-store, no-transform"
        self.headers["x-accel-buffering"] = "no"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def piece(body: bytes, more: bool = True) -> None:
            async with asyncio.timeout(_SEND_S):
                await send({"type": "http.response.body", "body": body, "more_body": more})

        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        flow = asyncio.ensure_future(self._flow(piece))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((flow, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            flow.cancel()
            gone.cancel()
            await asyncio.gather(flow, gone, return_exceptions=True)
        fault = None if flow.cancelled() else flow.exception()
        if fault is not None:
            _LOG.info("a stream ended: %s", fault if isinstance(fault, OurEyesError) else type(fault).__name__)
        if not gone.done() or gone.cancelled():
            await piece(b"", False)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def _health(request: Request) -> Response:
    return Response(status_code=204)


def _octets(body: bytes) -> Response:
    return Response(body, media_type="application/octet-stream")


def _frames(body: bytes) -> Response:
    return Response(body, media_type=MEDIA_TYPE)


def _channel(request: Request) -> Channel:
    origin, recipient, epoch = (request.path_params[name] for name in ("origin", "recipient", "epoch"))
    if not epoch.isdecimal() or not epoch.isascii() or len(epoch) > 9 or epoch.startswith("0"):
        raise Refused("channel")
    return Channel(origin, recipient, int(epoch))


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or not text.isascii() or len(text) > 15:
        raise InvalidObject(name, "a whole number", "something else")
    return int(text)
