"""Questions over real sockets: one to ten partners beside an empty exchange with the same ten, and what whoever listens
on the line can tell of a hit by the clock.

The ten are processes of their own on this machine's cores, which do at once what ten machines would share, and each
question opens its ten TLS connections, as the empty exchange does: on a line with round trips of r both pay three r.
Each holds eight keys of its own among a million; the others are random, as outputs are (computing them is `setup`).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
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
from oureyes.interfaces.service import Service
from oureyes.model.objects import digest
from oureyes.model.observables import Observable, sco
from oureyes.model.sharing import Channel
from oureyes.node import Node, answering, probing, publishing
from oureyes.node.opening import member_of
from oureyes.storage import filters

__all__ = ["figures"]

_MANY, _ROUNDS, _QUESTIONS, _PORT = 1_000_000, 15, 120, 18520
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
        asked, empty, hits = asyncio.run(_asked(asker, partners))
    assert hits == [len(partners)] * _ROUNDS
    title, peer = "1 question to 10 partners with 1 M keys each, over sockets", "empty TLS exchange with the ten"
    for name, part in (("", 0.5), (", p95", 0.95)):
        clock, none = (percentile([one.clock for one in some], part) * 1e3 for some in (asked, empty))
        yield Figure(f"{title}{name}", clock, "ms", peer, none)
        yield Figure(f"  beyond the empty exchange{name}", clock - none, "ms", aim="≤ 50, each partner on its own")
    spent, none = (statistics.median(one.cpu for one in some) * 1e3 for some in (asked, empty))
    yield Figure("  of that the asker's own work, all ten, beyond it", spent - none, "ms CPU", peer, none)


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


async def _asked(asker: Node, partners: Sequence[str]) -> tuple[list[_Spent], list[_Spent], list[int]]:
    """By turns, so that what else the machine does disturbs both alike."""
    asked, empty, hits = [], [], []
    wanted = _wanted(_HELD, partners)
    await carrying.ask_all(asker, wanted)  # the filters are read from the database once
    assert len({name for opened in asker.ctx.filters.values() for name in opened}) == len(partners)
    for _ in range(_ROUNDS):
        empty.append(await _timed(lambda: _exchanged(asker, partners)))
        answers: list[probing.Outcome] = []

        async def question() -> None:
            answers[:] = await carrying.ask_all(asker, wanted)  # noqa: B023 # waited for in the same turn

        asked.append(await _timed(question))
        hits.append(sum(len(one.hits) for one in answers))
    return asked, empty, hits


async def _timed(work: Callable[[], Awaitable[None]]) -> _Spent:
    clock, cpu = time.perf_counter(), time.process_time()
    await work()
    return _Spent(time.perf_counter() - clock, time.process_time() - cpu)


async def _exchanged(asker: Node, partners: Sequence[str]) -> None:
    """An address that is not there, of all at once."""
    ctx, home = asker.ctx, asker.ctx.config.home
    own = member_of(home).keys.certificate

    async def one(session: aiohttp.ClientSession, member: str) -> None:
        there = ctx.roster.members[member]
        tls = client_context(own, home / "tls.key", there.keys.certificate)
        async with session.get(f"{there.url}/oe/1/nothing", ssl=tls) as answer:
            await answer.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session, member) for member in partners))


def _wanted(value: str, partners: Sequence[str]) -> carrying.Wanted:
    return carrying.Wanted("phone", [value], partners, "bench", "investigation", "treaty", "bench")


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
        line, whole = asyncio.run(_interleaved(nodes, clock))
    finally:
        for member in ("PH", "SG"):
            nodes[member].close()
    for name, times in (("on the line, from its first byte to its end", line), ("at the asker, hits kept", whole)):
        hit, miss = (statistics.median(times[kind]) * 1e3 for kind in (True, False))
        yield Figure(f"a question that hits, {name}", hit, "ms", "one that misses", miss)
        aim = f"below {_WITHIN}" if times is line else "no limit: only the asker's own machine sees it"
        yield Figure(f"  Welch's t of {len(times[True])} and {len(times[False])}", abs(_welch(times)), "", aim=aim)


async def _interleaved(
    nodes: dict[str, Node], clock: _Clock
) -> tuple[dict[bool, list[float]], dict[bool, list[float]]]:
    """Hits and misses in an order that is drawn, so that neither has the quieter half."""
    service, chosen = Service(nodes["ID"]), random.Random(2)
    line: _Times = {True: [], False: []}
    whole: _Times = {True: [], False: []}
    order = [place % 2 == 0 for place in range(_QUESTIONS * 2)]
    chosen.shuffle(order)
    await service.start()
    try:
        async with _Listener(nodes["ID"].roster.members["ID"].url) as listener:
            there = {"ID": listener.url}
            await carrying.ask_all(nodes["PH"], _wanted(_NOT_HELD, ["ID"]), there, fresh=True)
            for held in order:
                clock.forward()
                listener.lengths.clear()
                wanted, started = _wanted(_HELD if held else _NOT_HELD, ["ID"]), time.perf_counter()
                (one,) = await carrying.ask_all(nodes["PH"], wanted, there)
                whole[held].append(time.perf_counter() - started)
                assert bool(one.hits) is held, one.refusal
                line[held].append(await listener.length())
    finally:
        await service.stop()
        nodes["ID"].close()
    return line, whole


class _Listener:
    """Stands on the line and measures how long each connection lasts."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to, self.lengths, self._ended = (parts.hostname, parts.port), list[float](), asyncio.Event()

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
        answers = asyncio.create_task(_pass_on(there, writer))
        await _pass_on(reader, back)
        self.lengths.append(time.perf_counter() - started)
        self._ended.set()
        await answers


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()


def _welch(times: _Times) -> float:
    """The two-sample statistic of what lies below the ninth tenth of both together: what is above is other work."""
    limit = percentile([*times[True], *times[False]], 0.9)
    one, other = ([length for length in times[kind] if length <= limit] for kind in (True, False))
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return float((statistics.mean(one) - statistics.mean(other)) / spread**0.5)
