"""Dialling partners: each of them has one task that holds its stream open, makes what comes durable, and receipts it.

    connect ──frames──> durable commit ──receipt──> origin        (the receipt never waits for the content to be read)
                              └────────> apply, later

What a task knows about its node is `Here`; what it knows of the partner is its line in the roster. When a stream
brings not even a heartbeat for three intervals something on the way holds answers back, and the task asks by long
poll for a while. Failures wait longer each time, spread by chance, and never end the task.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import secrets
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import aiohttp
import msgspec
from yarl import URL

from oureyes.errors import Equivocation, InvalidObject, OurEyesError, VerificationError
from oureyes.exchange.inbox import MAX_PENDING
from oureyes.exchange.keys import SignKey
from oureyes.exchange.log import (
    MAX_FRAME,
    MAX_NOTE,
    MEDIA_TYPE,
    Frames,
    Sent,
    SentCheckpoint,
    checkpoint_frame,
    entry_frame,
)
from oureyes.exchange.outbox import GIVE_UP_AFTER, Delivery
from oureyes.exchange.requests import sign_request
from oureyes.model.sharing import Channel

__all__ = ["HIT_PATH", "Batch", "Dialler", "Follower", "Here", "PartnerSaid", "Pusher", "collect", "path_of"]

MAX_BATCH_BYTES = MAX_FRAME + (8 << 20)
_LONG_POLL_S = 25.0
_POLLS_BEFORE_STREAM = 40  # then the stream is tried again: the proxy may have been mended
_CONNECT_S, _ANSWER_S, _FILTER_S = 10.0, 30.0, 300.0
HIT_PATH = "/oe/1/hitno/"
_SHORTEST_PAUSE_S = 0.25  # between two attempts, however often the partner is heard of
# no line came about, or the partner has not answered in time: another line makes neither better
_NO_BETTER_AFRESH = (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries as they came and the head over them; without entries and note, a sign of life."""

    lines: tuple[tuple[bytes, bytes], ...] = ()
    note: bytes = b""

    def frames(self) -> bytes:
        """As it is sent."""
        sent = [entry_frame(header, sealed) for header, sealed in self.lines]
        return b"".join([*sent, *([checkpoint_frame(self.note)] if self.note else [])])


class PartnerSaid(OurEyesError):
    """The partner answered with an error. `have` is how far it says it is, where it says so."""

    def __init__(self, partner: str, status: int, have: int | None = None) -> None:
        super().__init__(partner, "an answer", f"status {status}", _MEANS.get(status, ""))
        self.status, self.have = status, have


_MEANS = {
    0: "it cannot be reached now; try again later",
    401: "compare rosters, keys and clocks",
    403: "the partner does not know this channel as ours",
    409: "our logs differ; see `oureyes partners` on both sides",
    413: "too much was sent at once",
    429: "as much as was agreed has been asked; ask again tomorrow",
    422: "the partner holds evidence of two histories; call it",
    503: "the partner cannot write; it will be tried again",
}


def path_of(channel: Channel, what: str) -> str:
    """`/oe/1/ch/ID/SG/1/stream`."""
    return f"/oe/1/ch/{channel.name}/{what}"


def collect(raw: bytes) -> Batch:
    """A whole body of frames as one batch. InvalidObject when it is not that."""
    frames, lines, note = Frames(), [], b""
    for event in frames.feed(raw):
        if isinstance(event, Sent):
            lines.append((event.header, event.sealed))
        elif isinstance(event, SentCheckpoint):
            note = event.note
    frames.close()
    if len(lines) > MAX_PENDING:
        raise InvalidObject("frames", f"at most {MAX_PENDING} entries", f"{len(lines)}", "send fewer at once")
    return Batch(tuple(lines), note)


# --- one request at a time -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dialler:
    """Signed requests to one partner, whose certificate is the only one `tls` believes. `afresh` is there where lines
    are kept: the same partner, over none of those that are open."""

    session: aiohttp.ClientSession
    tls: ssl.SSLContext
    me: str
    key: SignKey
    partner: str
    url: str
    now: Callable[[], int]
    afresh: Callable[[], Dialler] | None = None

    async def stream(self, channel: Channel, start: int, silence_s: float) -> AsyncGenerator[Batch, None]:
        """Batches as they come; empty ones are heartbeats. TimeoutError when nothing comes for `silence_s`."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=silence_s)
        frames, lines, weight = Frames(), list[tuple[bytes, bytes]](), 0
        async with self._request("GET", path_of(channel, "stream"), f"from={start}", limit=timeout) as answer:
            async for chunk in answer.content.iter_any():
                for event in frames.feed(chunk):
                    if isinstance(event, Sent):
                        lines.append((event.header, event.sealed))
                        weight += len(event.sealed)
                        if len(lines) > MAX_PENDING or weight > MAX_BATCH_BYTES:
                            raise InvalidObject(channel.name, "a checkpoint by now", "none", "the partner must resend")
                    elif isinstance(event, SentCheckpoint):
                        yield Batch(tuple(lines), event.note)
                        lines, weight = [], 0
                    else:
                        yield Batch()
            frames.close()

    async def entries(self, channel: Channel, start: int, wait_s: float, what: str = "entries") -> Batch:
        """What comes next, waiting up to `wait_s` for it; `what` = "mine" asks for our own from the recipient."""
        query = f"from={start}&limit=64" + (f"&wait={wait_s:g}" if wait_s else "")
        timeout = aiohttp.ClientTimeout(total=wait_s + _ANSWER_S, sock_connect=_CONNECT_S)
        async with self._request("GET", path_of(channel, what), query, limit=timeout) as answer:
            return collect(await _at_most(answer, MAX_BATCH_BYTES))

    async def push(self, channel: Channel, batch: Batch) -> bytes:
        """Send entries to a recipient that cannot dial us; its receipt. PartnerSaid.have when it wants others."""
        async with self._request("POST", path_of(channel, "entries"), "", batch.frames()) as answer:
            return await _at_most(answer, MAX_NOTE)

    async def give_receipt(self, channel: Channel, note: bytes) -> None:
        """Our receipt to the origin."""
        async with self._request("POST", path_of(channel, "receipt"), "", note):
            pass

    async def ask_receipt(self, channel: Channel) -> bytes:
        """What the recipient holds of ours, by its signature; empty when nothing."""
        async with self._request("GET", path_of(channel, "receipt"), "") as answer:
            return await _at_most(answer, MAX_NOTE)

    async def hit_list(self) -> bytes:
        """The partner's signed list of its filters for us."""
        async with self._request("GET", HIT_PATH + "list", "") as answer:
            return await _at_most(answer, 1 << 20)

    async def hit_filter(self, name: str, limit: int) -> bytes:
        """One of those filters, by its digest."""
        slow = aiohttp.ClientTimeout(total=_FILTER_S, sock_connect=_CONNECT_S)
        async with self._request("GET", f"{HIT_PATH}filter/{name}", "", limit=slow) as answer:
            return await _at_most(answer, limit)

    async def hit_question(self, question: bytes) -> bytes:
        """A question that shows nothing; its answer. Where a line ends before it, as one that was kept may, the same
        signed request goes once more over a fresh one: who had it already refuses it, so it is counted once."""
        signed = self._signed("POST", HIT_PATH + "ask", "", question)
        try:
            return await self._hit_answer(question, signed)
        except aiohttp.ClientConnectionError as fault:
            if self.afresh is None or isinstance(fault, _NO_BETTER_AFRESH):
                raise
        try:
            return await self.afresh()._hit_answer(question, signed)
        except PartnerSaid as said:
            if said.status != 401:
                raise
            raise OurEyesError(
                self.partner, "an answer", "a line that ended before it", "ask again; it may be counted twice then"
            ) from None

    async def _hit_answer(self, question: bytes, signed: Mapping[str, str]) -> bytes:
        async with self._request("POST", HIT_PATH + "ask", "", question, signed=signed) as answer:
            return await _at_most(answer, 1 << 16)

    async def roster(self, version: int) -> bytes:
        """A version of the roster as the partner has it."""
        async with self._request("GET", f"/oe/1/roster/{version}", "") as answer:
            return await _at_most(answer, 1 << 20)

    def _signed(self, method: str, path: str, query: str, body: bytes) -> dict[str, str]:
        return sign_request(
            method, path, query, body, sender=self.me, to=self.partner, key=self.key,
            now=self.now(), nonce=secrets.token_urlsafe(18),
        )  # fmt: skip

    @contextlib.asynccontextmanager
    async def _request(
        self,
        method: str,
        path: str,
        query: str,
        body: bytes = b"",
        limit: aiohttp.ClientTimeout | None = None,
        signed: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        signed = signed or self._signed(method, path, query, body)
        target = URL(f"{self.url.rstrip('/')}{path}" + (f"?{query}" if query else ""), encoded=True)
        headers = {**signed, "Accept-Encoding": "identity", "Content-Type": MEDIA_TYPE}
        limit = limit or aiohttp.ClientTimeout(total=_ANSWER_S, sock_connect=_CONNECT_S)
        data = io.BytesIO(body) if body else None
        async with self.session.request(
            method, target, data=data, headers=headers, ssl=self.tls, timeout=limit, allow_redirects=False
        ) as answer:
            if answer.status >= 300:
                raise PartnerSaid(self.partner, answer.status, await _have(answer))
            yield answer


async def _at_most(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    read = bytearray()
    async for chunk in answer.content.iter_any():
        read += chunk
        if len(read) > limit:
            raise InvalidObject("answer", f"at most {limit} bytes", "more", "the partner must send less at once")
    return bytes(read)


class _Problem(msgspec.Struct):
    have: int | None = None


async def _have(answer: aiohttp.ClientResponse) -> int | None:
    try:
        found = msgspec.json.decode(await _at_most(answer, 64 << 10), type=_Problem).have
    except (msgspec.DecodeError, InvalidObject):
        return None
    return found if found is not None and found >= 0 else None


# --- a task for each partner -----------------------------------------------------------------------------------------


class Here(Protocol):
    """What a partner's task asks of its own node."""

    async def next_of(self, channel: Channel) -> int: ...

    async def receive(self, channel: Channel, batch: Batch) -> bytes:
        """Durable; then the receipt to give, empty when there is nothing to receipt."""
        ...

    async def receipt_of(self, channel: Channel) -> bytes: ...

    async def unreceipted(self, channel: Channel, start: int | None) -> Batch:
        """Of our own log: what the recipient has not receipted, or what comes from `start`."""
        ...

    async def receipted(self, channel: Channel, note: bytes) -> None: ...

    async def stands(self, delivery: Delivery) -> None:
        """How it stands with the partner, for people to see."""
        ...

    def now(self) -> float: ...

    def random(self) -> float: ...


class _Task:
    """Attempts, one after the other, with growing pauses in between."""

    def __init__(self, here: Here, dial: Dialler, channel: Channel, *, retry_max_s: float) -> None:
        self._here, self._dial, self.channel = here, dial, channel
        self._retry_max_s = retry_max_s
        self.delivery = Delivery(dial.partner)
        self._told: tuple[object, ...] = ()
        self._nudged = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.delivery = self.delivery.started()  # told once it goes well: till then it stands as it stood
            error = await self._tried()
            stopped = self.delivery.stopped(self._here.now(), error[:300], self._here.random())
            latest = self._here.now() + self._retry_max_s
            await self._stands(replace(stopped, next_try=min(stopped.next_try, latest)))
            await self._pause(self.delivery.next_try - self._here.now())

    def nudge(self) -> None:
        """The partner was just heard of: no need to wait for long."""
        self._nudged.set()

    async def _tried(self) -> str:
        """One attempt; why it ended."""
        try:
            await self._attempt()
        except Exception as fault:  # one partner's trouble must not end its task; of what is not ours, the type is told
            with contextlib.suppress(OurEyesError):
                await self._on_fault(fault)
            if not isinstance(fault, OurEyesError | aiohttp.ClientError | OSError):
                _LOG.error("%s: unforeseen %s", self.channel.name, type(fault).__name__)
            return str(fault) if isinstance(fault, OurEyesError) else type(fault).__name__
        return "the connection ended"

    async def _pause(self, seconds: float) -> None:
        self._nudged.clear()
        await asyncio.sleep(min(max(0.0, seconds), _SHORTEST_PAUSE_S))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds - _SHORTEST_PAUSE_S)):
                await self._nudged.wait()

    async def _attempt(self) -> None:
        raise AssertionError("each kind of task has its own")

    async def _on_fault(self, fault: Exception) -> None:
        """What to do about it besides waiting."""

    async def _well(self) -> None:
        """A sign that all is well ends the counting of failures."""
        await self._stands(replace(self.delivery, attempts=0, last_error=""))

    async def _stands(self, delivery: Delivery) -> None:
        self.delivery = delivery
        shown = (delivery.state, delivery.last_error, delivery.attempts >= GIVE_UP_AFTER, bool(delivery.attempts))
        if shown != self._told:
            try:
                await self._here.stands(delivery)
                self._told = shown
            except OurEyesError as fault:  # it cannot be shown now; the line itself may be well
                _LOG.warning("%s: %s", self.channel.name, fault)


class Follower(_Task):
    """Follows one partner's log for us."""

    def __init__(self, here: Here, dial: Dialler, channel: Channel, *, heartbeat_s: float, retry_max_s: float) -> None:
        super().__init__(here, dial, channel, retry_max_s=retry_max_s)
        self._silence_s = 3 * heartbeat_s
        self._polls = 0  # long polls to go before the stream is tried again
        self._doubts = 0  # times in a row that what came did not fit what we hold
        self._note, self._new_note = b"", asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        receipts = asyncio.create_task(self._give_receipts())
        try:
            await super().run()
        finally:
            receipts.cancel()
            await asyncio.gather(receipts, return_exceptions=True)

    async def _attempt(self) -> None:
        # twice in doubt: from the beginning, since a line that differs from the one receipted is the evidence
        start = 0 if self._doubts > 1 else await self._here.next_of(self.channel)
        self._give(await self._here.receipt_of(self.channel))  # the last one may have been lost on the way
        if self._polls > 0:
            await self._poll(start)
            return
        try:
            async with contextlib.aclosing(self._dial.stream(self.channel, start, self._silence_s)) as batches:
                async for batch in batches:
                    await self._take(batch)
        except (TimeoutError, aiohttp.ServerTimeoutError):
            self._polls = _POLLS_BEFORE_STREAM
            raise

    async def _poll(self, start: int) -> None:
        while self._polls > 0:
            self._polls -= 1
            await self._take(await self._dial.entries(self.channel, start, _LONG_POLL_S))
            start = await self._here.next_of(self.channel)

    async def _take(self, batch: Batch) -> None:
        await self._well()
        if batch.note:
            self._give(await self._here.receive(self.channel, batch))
            self._doubts = 0

    async def _on_fault(self, fault: Exception) -> None:
        """Logs that differ: the origin gets our receipt, by which it learns what it lacks."""
        if isinstance(fault, aiohttp.ClientConnectorError):
            self._polls = 0  # nobody there says nothing about proxies
        differs = isinstance(fault, VerificationError) and not isinstance(fault, Equivocation)
        if differs:
            self._doubts += 1
        if differs or (isinstance(fault, PartnerSaid) and fault.status == 409):
            self._give(await self._here.receipt_of(self.channel))

    def _give(self, note: bytes) -> None:
        if note:
            self._note = note
            self._new_note.set()

    async def _give_receipts(self) -> None:
        """Beside the stream, so that nothing that comes waits for a round trip. Only the newest counts."""
        while True:
            await self._new_note.wait()
            self._new_note.clear()
            try:
                await self._dial.give_receipt(self.channel, self._note)
            except (PartnerSaid, aiohttp.ClientError, OSError) as fault:
                if isinstance(fault, PartnerSaid) and fault.status < 500:
                    _LOG.warning("%s: receipt not taken: %s", self.channel.name, fault)
                    continue
                await asyncio.sleep(1.0 + self._here.random())
                self._new_note.set()


class Pusher(_Task):
    """Pushes our log to a partner that cannot dial us."""

    def __init__(self, here: Here, dial: Dialler, channel: Channel, *, retry_max_s: float) -> None:
        super().__init__(here, dial, channel, retry_max_s=retry_max_s)
        self._grew = asyncio.Event()
        self._start: int | None = None  # where the partner said it is

    def grew(self) -> None:
        """There is more to send."""
        self._grew.set()

    async def _attempt(self) -> None:
        while True:
            self._grew.clear()
            batch = await self._here.unreceipted(self.channel, self._start)
            if not batch.lines:
                self._start = None
                await self._stands(self.delivery.finished())
                await self._grew.wait()
                continue
            note = await self._dial.push(self.channel, batch)
            await self._here.receipted(self.channel, note)
            self._start = None
            await self._well()

    async def _on_fault(self, fault: Exception) -> None:
        if isinstance(fault, PartnerSaid) and fault.have is not None:
            self._start = fault.have
