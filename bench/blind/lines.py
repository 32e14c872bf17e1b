"""Questions over real sockets: one to ten partners beside an empty exchange with the same ten, and what whoever listens
on the line can tell of a hit by the clock.

The ten are processes of their own on this machine's cores, which do at once what ten machines would share. Over fresh
lines a question opens ten TLS connections, as the empty exchange beside it does: on a line with round trips of r both
pay three r. Over lines that a running node keeps both pay one. Each of the ten holds eight keys of its own among a
million; the others are random, as outputs are (computing them is `setup`).

Where each partner has a machine of its own, the asker waits for one of them, and for its own work for all: that is
reckoned from a question to one, over the same lines, and the asker's work for nine more.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp

from bench.blind.setup import answers_to
from bench.figures import Figure, percentile
from bench.nodes import homes
from oureyes.correlate import blind
from oureyes.exchange.envelope import pack, unpack
from oureyes.exchange.tls import client_context
from oureyes.interfaces import probing as carrying
from oureyes.interfaces.demo.federation import STATES
from oureyes.interfaces.lines import Lines
from oureyes.interfaces.service import Service
from oureyes.model.objects import digest
from oureyes.model.observables import Observable, sco
from oureyes.model.sharing import Channel
from oureyes.node import Node, answering, probing, publishing
from oureyes.node.opening import member_of
from oureyes.storage import filters

__all__ = ["figures"]

_MANY, _ROUNDS, _QUESTIONS, _PORT = 1_000_000, 12, 120, 18520  # a partner answers thirty a minute
_HELD, _NOT_HELD = "+6281200000001", "+6281299999999"
_PATIENCE_S = 60.0
_Times = dict[bool, list[float]]  # of hits and of misses
_WITHIN = 4.5  # of Welch's t: beyond it a difference in time is taken to be one (Reparaz et al., dudect)


def figures() -> Iterator[Figure]:
    """Milliseconds by the clock, and what two samples say of hits and misses."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _to_ten(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _hits_and_misses(Path(folder))


# --- one question to ten ---------------------------------------------------------------------------------------------


def _to_ten(folder: Path) -> Iterator[Figure]:
    found = homes(folder, STATES, port=_PORT)
    partners = [member for member in STATES if member != "PH"]
    nodes = {member: Node.open(home) for member, home in found.items()}
    _agree(nodes, "PH", partners)
    _fill(nodes, "PH", partners)
    for member in partners:
        nodes[member].close()
    with nodes["PH"] as asker, _services([found[member] for member in partners]):
        fresh, kept, one = asyncio.run(_over_all(asker, partners))
    title = "1 question to 10 partners with 1 M keys each"
    yield from _shown(f"{title}, over fresh lines", fresh, len(partners), "empty exchange, fresh lines")
    yield from _shown(f"{title}, over kept lines", kept, len(partners), "empty exchange, kept lines")
    yield from _shown("1 question to 1 of them, over a kept line", one, 1, "empty exchange, kept line")
    apart = one.beyond(0.5) + kept.work - one.work
    yield Figure("1 question to 10, each on its own machine, beyond 1 RTT: reckoned", apart, "ms", aim="≤ 50")


def _shown(title: str, rounds: _Rounds, partners: int, peer: str) -> Iterator[Figure]:
    assert rounds.hits == [partners] * _ROUNDS
    for name, part in (("", 0.5), (", p95", 0.95)):
        clock, none = (percentile([one.clock for one in some], part) * 1e3 for some in (rounds.asked, rounds.empty))
        yield Figure(f"{title}{name}", clock, "ms", peer, none)
        yield Figure(f"  beyond the empty exchange{name}", rounds.beyond(part), "ms")
    yield Figure("  the asker's own work, beyond the empty exchange's", rounds.work, "ms CPU")


def _agree(nodes: dict[str, Node], asker: str, partners: Sequence[str]) -> None:
    """Each holds eight numbers, and answers; all know all keys."""
    for member in partners:
        made = [sco(Observable("phone-number", f"+628120000000{place}")) for place in range(8)]
        nodes[member].record_objects([one for one in made if one], by="bench", marking=answers_to(asker))
        answering.allow(nodes[member].ctx, asker, ["phone"], ["investigation"], 100_000, by="a")
        answering.agree(nodes[member].ctx, asker, by="b")
        publishing.publish(nodes[member].ctx)
    for _ in range(2):  # what was shown, and what was witnessed
        for origin in nodes.values():
            for recipient in nodes.values():
                if origin is not recipient:
                    _carry(origin, recipient)


def _carry(origin: Node, recipient: Node) -> None:
    channel = Channel(origin.member, recipient.member)
    served = origin.serve(recipient.member, recipient.next_of(channel))
    if served.entries:
        recipient.receive(channel, [(entry.header, entry.sealed) for entry in served.entries], served.note)
        while recipient.apply(channel):
            pass


def _fill(nodes: dict[str, Node], asker: str, partners: Sequence[str]) -> None:
    """In place of each partner's filter one of a million outputs, its own among them, under a list it signs. No two
    share one: the asker looks in ten."""
    chosen, size = random.Random(1), blind.padded_size(_MANY)
    for member in partners:
        own = _tags(nodes[member])
        made = blind.Filter.of([*own, *(chosen.randbytes(blind.KEPT) for _ in range(size - len(own)))])
        name, holder = digest(made.raw).hex(), nodes[member].ctx
        with holder.db.read() as connection:
            listed = filters.listed(connection, member, asker)
        assert listed is not None
        parts = blind.read_parts(unpack(listed.body, blind.LIST_TYPE, {})[0])
        part = blind.Part("phone", 0, made.size, name)
        more = {key: getattr(parts, key) for key in parts.__struct_fields__}
        body = blind.write_parts(blind.Parts(**{**more, "serial": parts.serial + 1, "parts": (part,)}))
        raw = pack(blind.LIST_TYPE, body, (holder.keys.sign,))
        kept = replace(listed, serial=parts.serial + 1, body=raw)
        holder.db.write(partial(filters.put_list, origin=member, audience=asker, one=kept))
        probing.keep_list(nodes[asker].ctx, member, raw, {name: made.raw})


def _tags(node: Node) -> list[bytes]:
    with node.ctx.db.read() as connection:
        return list(filters.tags(connection, node.ctx.now()[:7]).values())


@contextlib.contextmanager
def _services(found: Sequence[Path]) -> Iterator[None]:
    command = [sys.executable, "-m", "oureyes.interfaces.service"]
    started = [
        subprocess.Popen([*command, str(home)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for home in found
    ]
    try:
        for home in found:
            _wait_for(urlsplit(member_of(home).url).port or 0)
        time.sleep(2)  # until they have met each other
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + _PATIENCE_S
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < until, "a partner did not come up"
        time.sleep(0.1)


class _Spent(NamedTuple):
    clock: float
    cpu: float  # of this process, which is the asker's


@dataclass
class _Rounds:
    """What questions took, and empty exchanges by turns with them."""

    asked: list[_Spent] = field(default_factory=list)
    empty: list[_Spent] = field(default_factory=list)
    hits: list[int] = field(default_factory=list)

    def beyond(self, part: float) -> float:
        """Milliseconds by the clock that a question takes and the exchange does not."""
        asked, empty = (percentile([one.clock for one in some], part) for some in (self.asked, self.empty))
        return (asked - empty) * 1e3

    @property
    def work(self) -> float:
        """Milliseconds of the asker's processor, likewise."""
        asked, empty = (statistics.median(one.cpu for one in some) for some in (self.asked, self.empty))
        return (asked - empty) * 1e3


async def _over_all(asker: Node, partners: Sequence[str]) -> tuple[_Rounds, _Rounds, _Rounds]:
    """Over fresh lines, over kept ones, and over these to one partner, each in its turn."""
    wanted, turns = _wanted(_HELD, partners), cycle(partners)
    await carrying.ask_all(asker, wanted)  # the filters are read from the database once
    assert len({name for opened in asker.ctx.filters.values() for name in opened}) == len(partners)
    fresh = await _rounds(lambda: carrying.ask_all(asker, wanted), partial(_exchanged, asker, partners))
    async with Lines(asker) as lines, aiohttp.ClientSession() as session:
        tls = {member: _context(asker, member) for member in partners}
        await carrying.ask_over(asker, lines, wanted)
        await _exchange(asker, session, tls)
        kept = await _rounds(lambda: carrying.ask_over(asker, lines, wanted), lambda: _exchange(asker, session, tls))
        one = await _rounds(
            lambda: carrying.ask_over(asker, lines, _wanted(_HELD, [next(turns)])),
            lambda: _exchange(asker, session, dict(list(tls.items())[:1])),
        )
    return fresh, kept, one


async def _rounds(
    ask: Callable[[], Awaitable[list[probing.Outcome]]], exchange: Callable[[], Awaitable[None]]
) -> _Rounds:
    """By turns, so that what else the machine does disturbs both alike."""
    found, answers = _Rounds(), list[probing.Outcome]()

    async def question() -> None:
        answers[:] = await ask()

    for _ in range(_ROUNDS):
        found.empty.append(await _timed(exchange))
        found.asked.append(await _timed(question))
        found.hits.append(sum(len(one.hits) for one in answers))
    return found


async def _timed(work: Callable[[], Awaitable[None]]) -> _Spent:
    clock, cpu = time.perf_counter(), time.process_time()
    await work()
    return _Spent(time.perf_counter() - clock, time.process_time() - cpu)


async def _exchanged(asker: Node, partners: Sequence[str]) -> None:
    """Over lines of its own, with all that opening them takes."""
    async with aiohttp.ClientSession() as session:
        await _exchange(asker, session, {member: _context(asker, member) for member in partners})


async def _exchange(asker: Node, session: aiohttp.ClientSession, tls: Mapping[str, ssl.SSLContext]) -> None:
    """An address that is not there, of all at once."""

    async def one(member: str) -> None:
        async with session.get(f"{asker.ctx.roster.members[member].url}/oe/1/nothing", ssl=tls[member]) as answer:
            await answer.read()

    await asyncio.gather(*(one(member) for member in tls))


def _context(asker: Node, member: str) -> ssl.SSLContext:
    ctx, home = asker.ctx, asker.ctx.config.home
    own = member_of(home).keys.certificate
    return client_context(own, home / "tls.key", ctx.roster.members[member].keys.certificate)


def _wanted(value: str, partners: Sequence[str], case: str = "bench") -> carrying.Wanted:
    return carrying.Wanted("phone", [value], partners, "bench", "investigation", "treaty", case)


# --- hits and misses -------------------------------------------------------------------------------------------------


@dataclass
class _Clock:
    """A partner answers thirty questions a minute: between two, three seconds pass on both nodes' clocks."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self) -> None:
        self.ahead += timedelta(seconds=3)


def _hits_and_misses(folder: Path) -> Iterator[Figure]:
    clock = _Clock()
    found = homes(folder, ("ID", "PH", "SG"), port=_PORT + 20)
    (found["PH"] / "config.toml").open("a").write("hit_officer_daily = 100000\n")
    nodes = {member: Node.open(home, clock=clock) for member, home in found.items()}
    _agree(nodes, "PH", ["ID"])
    try:
        line, kept, whole = asyncio.run(_interleaved(nodes, clock))
    finally:
        for member in ("PH", "SG"):
            nodes[member].close()
    for name, times in (
        ("on a fresh line, from its first byte to its end", line),
        ("on a kept line, from its first byte to its last", kept),
        ("at the asker, hits kept", whole),
    ):
        hit, miss = (statistics.median(times[kind]) * 1e3 for kind in (True, False))
        yield Figure(f"a question that hits, {name}", hit, "ms", "one that misses", miss)
        aim = f"below {_WITHIN}" if times is not whole else "no limit: only the asker's own machine sees it"
        yield Figure(f"  Welch's t of {len(times[True])} and {len(times[False])}", abs(_welch(times)), "", aim=aim)


async def _interleaved(nodes: dict[str, Node], clock: _Clock) -> tuple[_Times, _Times, _Times]:
    """Hits and misses in an order that is drawn, so that neither has the quieter half."""
    service, chosen = Service(nodes["ID"]), random.Random(2)
    line, kept, whole = ({True: list[float](), False: list[float]()} for _ in range(3))
    order = [place % 2 == 0 for place in range(_QUESTIONS * 2)]
    chosen.shuffle(order)
    await service.start()
    try:
        url = nodes["ID"].roster.members["ID"].url
        async with _Listener(url) as listener, _Listener(url) as other, Lines(nodes["PH"], {"ID": other.url}) as lines:
            there = {"ID": listener.url}
            await carrying.ask_all(nodes["PH"], _wanted(_NOT_HELD, ["ID"]), there, fresh=True)
            for place, held in enumerate(order):
                clock.forward()
                listener.lengths.clear()
                # a case of its own each time: a hit that is known already would not be kept again
                wanted = _wanted(_HELD if held else _NOT_HELD, ["ID"], f"bench {place}")
                started = time.perf_counter()
                (one,) = await carrying.ask_all(nodes["PH"], wanted, there)
                whole[held].append(time.perf_counter() - started)
                assert bool(one.hits) is held, one.refusal
                line[held].append(await listener.length())
                clock.forward()
                other.first = 0.0
                await carrying.ask_over(
                    nodes["PH"], lines, _wanted(_HELD if held else _NOT_HELD, ["ID"], f"kept {place}")
                )
                kept[held].append(other.last - other.first)
        assert len(probing.found(nodes["PH"].ctx)) == 2 * sum(order)
    finally:
        await service.stop()
        nodes["ID"].close()
    return line, kept, whole


class _Listener:
    """Stands on the line and measures how long each connection lasts, and when something crosses it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to, self.lengths, self._ended = (parts.hostname, parts.port), list[float](), asyncio.Event()
        self.first = self.last = 0.0

    async def __aenter__(self) -> _Listener:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.url = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def length(self) -> float:
        """Of the connection that ends next, or has."""
        while not self.lengths:
            self._ended.clear()
            await self._ended.wait()
        return self.lengths[0]

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        started = time.perf_counter()
        there, back = await asyncio.open_connection(*self._to)
        answers = asyncio.create_task(self._pass_on(there, writer))
        await self._pass_on(reader, back)
        self.lengths.append(time.perf_counter() - started)
        self._ended.set()
        await answers

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                self.last = time.perf_counter()
                self.first = self.first or self.last
                writer.write(piece)
                await writer.drain()
        writer.close()


def _welch(times: _Times) -> float:
    """The two-sample statistic of what lies below the ninth tenth of both together: what is above is other work."""
    limit = percentile([*times[True], *times[False]], 0.9)
    one, other = ([length for length in times[kind] if length <= limit] for kind in (True, False))
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return float((statistics.mean(one) - statistics.mean(other)) / spread**0.5)
