"""A running node: the server partners reach, a task for each partner, and the duties that come round.

Several services run in one process and one event loop (the demo runs eleven), each on its own port.

Before our log is served to a partner it is asked what it holds of it, so that a node restored from an old backup
finds out before it writes a second history; a partner that cannot be reached does not keep the others waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import aiohttp
from starlette.routing import BaseRoute

from oureyes.errors import ConfigError, OurEyesError, VerificationError
from oureyes.exchange.client import Batch, Dialler, Follower, PartnerSaid, Pusher
from oureyes.exchange.log import entry_of
from oureyes.exchange.outbox import GIVE_UP_AFTER, Delivery
from oureyes.exchange.tls import client_context, server_context, trust
from oureyes.interfaces import probing, remotes
from oureyes.interfaces.doors import DoorProtocol, Doors
from oureyes.interfaces.federation import Federation
from oureyes.interfaces.lines import Lines
from oureyes.interfaces.listening import KEEP_ALIVE_S, Server, configured, listen, loop_factory
from oureyes.model.instants import nanoseconds
from oureyes.model.sharing import Channel
from oureyes.node import Node, confirming, exchanging, planning, polling, publishing, retaining
from oureyes.node import probing as probes
from oureyes.node.opening import member_of, trusted_roster
from oureyes.node.serving import Serving

__all__ = ["Service", "recover", "run"]

P = ParamSpec("P")
T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_ASK_S = 5.0  # for a partner's word on what it holds of our log
_APPLY_AFTER_S = 0.02  # what comes in a burst is all receipted before reading it begins
_LOOK_S, _NOTIFY_S, _SEAL_S, _REASSESS_S, _KEEP_S = 0.2, 2.0, 60.0, 60.0, 3600.0
_RENEW_S = 5.0
_FETCH_S = 600.0  # for one partner's list and filters: one that drips keeps nobody else's from being fetched
_PATTERNS_S, _DOORS_S, _POLL_S, _CATCH_UP_S = 3600.0, 5.0, 5.0, 1.0
_FAULTS = (OurEyesError, aiohttp.ClientError, OSError, TimeoutError)


class Service:
    """`async with Service(node)`. `sock`, when given, is bound already; `routes` are mounted beside the federation's;
    `addresses` (member → URL) go before the roster's."""

    def __init__(
        self,
        node: Node,
        *,
        sock: socket.socket | None = None,
        routes: Sequence[BaseRoute] = (),
        addresses: Mapping[str, str] | None = None,
        heartbeat_s: float | None = None,
        retry_max_s: float | None = None,
    ) -> None:
        self.node, self._sock, self._more = node, sock, tuple(routes)
        self.addresses = dict(addresses or {})
        config = node.ctx.config
        self._heartbeat_s = heartbeat_s if heartbeat_s is not None else config.number("heartbeat_s")
        self._retry_max_s = retry_max_s if retry_max_s is not None else config.number("retry_max_s")
        self._push_to = config.names("push_to")
        self._key_file, self._certificate = config.home / "tls.key", member_of(config.home).keys.certificate
        self._executor = ThreadPoolExecutor(4, f"oureyes-{node.member}")
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._followers: dict[str, Follower] = {}
        self._pushers: dict[str, Pusher] = {}
        self._asked: dict[str, asyncio.Event] = {}
        self._to_apply: set[Channel] = set()
        self._something_to_apply = asyncio.Event()
        self._sizes: dict[str, int] = {}
        self._generation, self._roster_seen = -1, -1
        self.doors: Doors | None = None
        self.doors_port = 0

    # --- life --------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Service:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where it can be reached, once started."""
        assert self._sock is not None
        host, port = self._sock.getsockname()[:2]
        return f"https://{f'[{host}]' if ':' in host else host}:{port}"

    async def start(self) -> None:
        """Listen, dial every partner, and take up what was left undone."""
        self._loop = asyncio.get_running_loop()
        doors = self.node.ctx.config.text("doors_listen")
        self.doors = (
            Doors(self.node, self.ask) if doors else None
        )  # what is wrong with it is told before anything listens
        self._sock = self._sock or listen(self.node.ctx.config.text("listen"))
        self._federation = Federation(
            self.node,
            self._executor,
            heartbeat_s=self._heartbeat_s,
            ready=self._ready,
            received=self.apply_soon,
            heard_of=self._heard_of,
        )
        self._tls = server_context(self._certificate, self._key_file, self._certificates())
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S - 10), auto_decompress=False
        )
        self._lines = Lines(self.node, self.addresses)
        self.node.ctx.listeners.append(self._heard)
        self._server = Server(configured([*self._federation.routes(), *self._more], self._tls))
        self._serving = await self._started(self._server, self._sock)
        await self._open_doors()
        self._duties = [asyncio.create_task(duty) for duty in self._all_duties()]
        self._take_up()
        self._meet()

    async def _started(self, server: Server, sock: socket.socket) -> asyncio.Task[None]:
        serving = asyncio.create_task(server.serve([sock]))
        while not server.started:
            if serving.done():
                await serving
                raise ConfigError(self.node.member, "a server that starts", "one that ended", "see the log")
            await asyncio.sleep(0.005)
        return serving

    async def _open_doors(self) -> None:
        """The second listener, for those outside the federation, where one is set."""
        if self.doors is None:
            return
        sock = listen(self.node.ctx.config.text("doors_listen"))
        self.doors_port = int(sock.getsockname()[1])
        server = Server(configured(self.doors.routes(), self.doors.tls, http=DoorProtocol))
        await asyncio.to_thread(self.doors.open, server, sock, loop_factory())

    async def _close_doors(self) -> None:
        if self.doors is not None:
            await asyncio.to_thread(self.doors.close)

    async def stop(self) -> None:
        """End streams and tasks, let what is being written become durable; the node itself stays open."""
        with contextlib.suppress(ValueError):
            self.node.ctx.listeners.remove(self._heard)
        self._federation.close()
        tasks = [*self._duties, *(task for tasks in self._tasks.values() for task in tasks)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._server.should_exit = True
        await self._serving
        await self._lines.close()  # first: an officer's question that waits for a partner would hold the doors open
        await self._close_doors()
        await self._session.close()
        await asyncio.to_thread(self._executor.shutdown)

    # --- partners ----------------------------------------------------------------------------------------------------

    def _meet(self) -> None:
        """A task for whoever is on the roster, none for whoever no longer is."""
        members = {member for member in self.node.roster.members if member != self.node.member}
        for member in members - self._tasks.keys():
            self._asked[member] = asyncio.Event()
            self._tasks[member] = [asyncio.create_task(work) for work in self._work_with(member)]
        for member in self._tasks.keys() - members:
            for task in self._tasks.pop(member):
                task.cancel()
            self._followers.pop(member)
            self._pushers.pop(member, None)

    def _work_with(self, member: str) -> list[Any]:
        dial, me = self._dialler(member), self.node.member
        here, theirs = _Here(self), exchanging.newest(self.node.ctx, member, me)
        follower = Follower(here, dial, theirs, heartbeat_s=self._heartbeat_s, retry_max_s=self._retry_max_s)
        self._followers[member] = follower
        work = [self._ask(member, dial), follower.run()]
        if member in self._push_to:
            pusher = Pusher(here, dial, exchanging.newest(self.node.ctx, me, member), retry_max_s=self._retry_max_s)
            self._pushers[member] = pusher
            work.append(self._push(member, pusher))
        return work

    async def _push(self, member: str, pusher: Pusher) -> None:
        await self._ready(member)
        await pusher.run()

    def _dialler(self, member: str) -> Dialler:
        ctx, partner = self.node.ctx, self.node.roster.members[member]
        tls = client_context(self._certificate, self._key_file, partner.keys.certificate)
        url = self.addresses.get(member, partner.url)
        return Dialler(
            self._session, tls, ctx.me, ctx.keys.sign, member, url, lambda: int(ctx.clock().timestamp())
        )  # fmt: skip

    async def _ask(self, member: str, dial: Dialler) -> None:
        """What a partner holds of our log, before it is served to it. A log that lacks what was receipted is held."""
        channel = exchanging.newest(self.node.ctx, self.node.member, member)
        try:
            async with asyncio.timeout(_ASK_S):
                note = await dial.ask_receipt(channel)
            if note:
                await _Here(self).receipted(channel, note)
        except VerificationError as error:
            _LOG.error("%s: %s", channel.name, error)
        except _FAULTS as fault:
            _LOG.info("%s could not be asked: %s", member, type(fault).__name__)
        finally:
            self._asked[member].set()

    def _heard_of(self, member: str) -> None:
        for task in (self._followers.get(member), self._pushers.get(member)):
            if task is not None:
                task.nudge()

    async def _ready(self, member: str) -> None:
        if member in self._asked:
            await self._asked[member].wait()

    async def recover(self) -> list[exchanging.Recovered]:
        """Take back, from those who receipted them, entries our restored log lacks, and what they say."""
        await asyncio.gather(*(self._ready(member) for member in tuple(self._asked)))
        done = []
        for channel, size, unknown in exchanging.lacking(self.node.ctx):
            try:
                done.append(await self._recover(channel, size, unknown))
            except (aiohttp.ClientError, OSError):
                raise PartnerSaid(channel.recipient, 0) from None
        return done

    async def _recover(self, channel: Channel, size: int, unknown: int) -> exchanging.Recovered:
        dial, lines, said = self._dialler(channel.recipient), list[tuple[bytes, bytes]](), list[tuple[bytes, bytes]]()
        note = await dial.ask_receipt(channel)
        while more := (await dial.entries(channel, size + len(lines), 0, "mine")).lines:
            lines += more
        start = min(size, unknown)
        with contextlib.suppress(PartnerSaid):  # the log is taken back also from one that does not say: people are told
            while more := (await dial.entries(channel, start, 0, "said")).lines:
                said += more
                start = entry_of(*more[-1]).seq + 1
        done = await self._in_thread(exchanging.recover, self.node.ctx, channel, lines, note, said)
        self._federation.grew(channel.recipient)
        return done

    def ask(self, wanted: probing.Wanted, *, fresh: bool = False) -> list[probes.Outcome]:
        """A private question over lines that stay open for the next. Blocks; from other threads than the loop's."""
        asked = probing.ask_over(self.node, self._lines, wanted, fresh=fresh)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()

    # --- what the node tells -----------------------------------------------------------------------------------------

    def _heard(self, what: str, subject: str) -> None:
        """Called from the writer's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._on, what, subject)

    def _on(self, what: str, subject: str) -> None:
        if what == "grew":
            self._federation.grew(subject)
            if subject in self._pushers:
                self._pushers[subject].grew()
        elif what == "roster":
            trust(self._tls, self._certificates())
            self._federation.roster_changed()
            self._lines.roster_changed()
            self._meet()

    def _certificates(self) -> list[bytes]:
        return [self._certificate, *(member.keys.certificate for member in self.node.roster.members.values())]

    # --- duties ------------------------------------------------------------------------------------------------------

    def _all_duties(self) -> list[Any]:
        ctx = self.node.ctx
        return [
            self._apply(),
            self._each(_LOOK_S, self._look),
            self._each(_NOTIFY_S, partial(self._in_thread, self.node.notify)),
            self._each(_SEAL_S, partial(self._in_thread, self.node.seal_audit)),
            self._each(_CATCH_UP_S, partial(self._in_thread, self.node.catch_up)),
            self._each(_KEEP_S, partial(self._in_thread, retaining.keep, ctx)),
            self._each(_KEEP_S, partial(self._in_thread, publishing.keep, ctx)),
            self._each(_RENEW_S, self._renew_filters),
            self._each(_KEEP_S, self._fetch_filters),
            self._each(_REASSESS_S, lambda: self._written(partial(planning.reassess_all, ctx))),
            self._each(_REASSESS_S, partial(self._in_thread, self.node.watch_requests)),
            self._each(_REASSESS_S, partial(self._in_thread, confirming.watch, ctx)),
            self._each(_PATTERNS_S, partial(self._in_thread, partial(self.node.watch_patterns, by=ctx.me))),
            *([self._each(_DOORS_S, self.doors.look)] if self.doors else []),
            self._each(_POLL_S, partial(asyncio.to_thread, self._poll)),
        ]

    async def _each(self, seconds: float, duty: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await duty()
            except _FAULTS as fault:
                _LOG.warning("%s: %s", self.node.member, fault if isinstance(fault, OurEyesError) else type(fault))
            except Exception as fault:  # one duty's fault must not end the others; the type is safe to tell
                _LOG.error("%s: unforeseen %s", self.node.member, type(fault).__name__)
            await asyncio.sleep(seconds)

    async def _look(self) -> None:
        """What other processes did: a command that released, a roster that was installed."""
        generation = await self._in_thread(self.node.ctx.db.generation)
        sizes = await self._in_thread(exchanging.sizes, self.node.ctx) if generation != self._generation else {}
        self._generation = generation
        for member, size in sizes.items():
            if size != self._sizes.get(member, 0):
                self._sizes[member] = size
                self._on("grew", member)
        if await self._in_thread(self._reread_roster):
            self._on("roster", "")

    async def _renew_filters(self) -> None:
        """What may answer no more leaves partners' filters; at most a tenth of the time is spent on it."""
        started = asyncio.get_running_loop().time()
        await self._in_thread(publishing.renew, self.node.ctx)
        await asyncio.sleep(9 * (asyncio.get_running_loop().time() - started))

    async def _fetch_filters(self) -> None:
        """Partners' filters before they are needed, so that a question later takes one round trip and no more."""
        ctx = self.node.ctx
        asked = await self._in_thread(probes.who_answer, ctx, tuple(self._tasks))
        for member in await self._in_thread(probes.partners_stale, ctx, asked):
            with contextlib.suppress(*_FAULTS):  # no agreement, or not reachable: it is told when it is asked
                async with asyncio.timeout(_FETCH_S):
                    await probing.fetch(ctx, self._dialler(member), self._in_thread)

    def _reread_roster(self) -> bool:
        file, ctx = self.node.ctx.config.home / "roster.json", self.node.ctx
        seen = file.stat().st_mtime_ns if file.exists() else 0
        if seen == self._roster_seen:
            return False
        self._roster_seen, raw = seen, file.read_bytes() if seen else b""
        if not raw or raw == ctx.roster.raw:
            return False
        ctx.roster = trusted_roster(raw)
        return True

    def apply_soon(self, channel: Channel) -> None:
        """Read what was received, when there is time."""
        self._to_apply.add(channel)
        self._something_to_apply.set()

    def _take_up(self) -> None:
        """What a crash left received and unread."""
        for channel in exchanging.unread(self.node.ctx):
            self.apply_soon(channel)

    async def _apply(self) -> None:
        while True:
            await self._something_to_apply.wait()
            await asyncio.sleep(_APPLY_AFTER_S)
            self._something_to_apply.clear()
            for channel in tuple(self._to_apply):
                self._to_apply.discard(channel)
                try:
                    if await asyncio.wrap_future(exchanging.submit_apply(self.node.ctx, channel)):
                        self.apply_soon(channel)  # perhaps there is more; the others have their turn first
                except Exception as fault:  # the database is full or the like: later, and the others meanwhile
                    said = fault if isinstance(fault, OurEyesError) else type(fault).__name__
                    _LOG.error("%s: not read yet: %s", channel.name, said)
                    self._loop.call_later(5.0, self.apply_soon, channel)

    def _poll(self) -> None:
        """Servers of others that are due; one after the other, in a thread of their own."""
        found = polling.due(self.node.ctx)
        if not found:
            return
        serving = self.doors.serving if self.doors else Serving(self.node.ctx)
        for name in found:
            standing = remotes.run(serving, name)
            if standing.error:
                _LOG.warning("%s: %s", name, standing.error)

    async def _written(self, work: Callable[[Any], Any]) -> Any:
        return await asyncio.wrap_future(self.node.ctx.db.submit(work, background=True))

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await self._loop.run_in_executor(self._executor, partial(work, *arguments, **named))


class _Here:
    """The node, as a partner's task sees it (`exchange.client.Here`)."""

    def __init__(self, service: Service) -> None:
        self._service, self._node, self._ctx = service, service.node, service.node.ctx

    async def next_of(self, channel: Channel) -> int:
        return await self._service._in_thread(self._node.next_of, channel)

    async def receive(self, channel: Channel, batch: Batch) -> bytes:
        pending = exchanging.submit_receive(self._ctx, channel, batch.lines, batch.note)
        receipt = exchanging.received(self._ctx, channel, await asyncio.wrap_future(pending))
        self._service.apply_soon(channel)
        return receipt.note if receipt else b""

    async def receipt_of(self, channel: Channel) -> bytes:
        receipt = await self._service._in_thread(exchanging.own_receipt, self._ctx, channel)
        return receipt.note if receipt else b""

    async def unreceipted(self, channel: Channel, start: int | None) -> Batch:
        served = await self._service._in_thread(exchanging.unreceipted, self._ctx, channel, start)
        return Batch(tuple((entry.header, entry.sealed) for entry in served.entries), served.note)

    async def receipted(self, channel: Channel, note: bytes) -> None:
        outcome = exchanging.submit_receipted(self._ctx, note, channel.recipient, channel)
        exchanging.taken(await asyncio.wrap_future(outcome))

    async def stands(self, delivery: Delivery) -> None:
        due = int(delivery.next_try * 1000)
        work = partial(exchanging.stands, self._ctx, delivery.partner, str(delivery.state), delivery.attempts, due)
        told = partial(work, delivery.last_error, alarm=delivery.attempts >= GIVE_UP_AFTER)
        await asyncio.wrap_future(self._ctx.db.submit(told))

    def now(self) -> float:
        return nanoseconds(self._ctx.now()) / 1e9

    def random(self) -> float:
        return self._ctx.random()


def run(home: Path, *, routes: Sequence[BaseRoute] = (), ready: Callable[[Service], None] | None = None) -> None:
    """Serve the node in `home` until SIGTERM or SIGINT. Blocks; `ready` is called once partners can reach it."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner, Node.open(home) as node:
        log_as(node.ctx.config.text("log_level"))
        runner.run(_serve(node, routes, ready))


def log_as(level: str) -> None:
    """Lines to standard error from this level on. ConfigError for a word that is none."""
    word = level.strip().upper()
    if word not in _LEVELS:
        raise ConfigError("log_level", ", ".join(_LEVELS), level[:20], "set it in node.toml or OUREYES_LOG_LEVEL")
    logging.basicConfig(level=word, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)


def recover(home: Path) -> list[exchanging.Recovered]:
    """Take lost entries back from the partners that receipted them (`Service.recover`), whether the node is serving or
    not. Blocks."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner, Node.open(home) as node:
        return runner.run(_recovered(node))


async def _recovered(node: Node) -> list[exchanging.Recovered]:
    async with Service(node, sock=listen("127.0.0.1:0")) as service:  # nobody need reach it for that
        return await service.recover()


async def _serve(node: Node, routes: Sequence[BaseRoute], ready: Callable[[Service], None] | None) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    service = Service(node, routes=routes)
    async with service:
        if ready is not None:
            ready(service)
        await stop.wait()


if __name__ == "__main__":
    run(Path(sys.argv[1]), ready=lambda service: print(service.node.member, service.url, flush=True))
