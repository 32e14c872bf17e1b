"""Eleven nodes on this machine: each with its own keys, its own encrypted file and its own HTTPS port.

The nodes know each other only by the roster that all of them signed, and speak only over TLS on 127.0.0.1; that they
share a process is for the sake of the demonstration.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from oureyes.errors import VerificationError
from oureyes.exchange import roster
from oureyes.exchange.keys import load_sign_key
from oureyes.exchange.tls import client_context
from oureyes.interfaces.service import Service
from oureyes.node import Node
from oureyes.node.opening import init, member_of

__all__ = ["STATES", "Federation", "Heard", "bring_up"]

STATES: Mapping[str, str] = {
    "BN": "Brunei",
    "ID": "Indonesia",
    "KH": "Cambodia",
    "LA": "Lao PDR",
    "MM": "Myanmar",
    "MY": "Malaysia",
    "PH": "Philippines",
    "SG": "Singapore",
    "TH": "Thailand",
    "TL": "Timor-Leste",
    "VN": "Viet Nam",
}


_RETRY_S = 0.5  # longest wait between two tries: nobody watches a demonstration wait
_PATIENCE_S = 60.0
_HUSH_S = 0.06


class Heard(NamedTuple):
    """Something a node told after a durable commit, and when (seconds of this process's clock)."""

    at: float
    node: str
    what: str
    subject: str


class Greeting(NamedTuple):
    """What two nodes agree on, whether the certificate is the roster's, and one bare round trip of the network."""

    version: str
    named: bool
    trip_s: float


def _event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


@dataclass
class Federation:
    """The nodes that are up, and what they told."""

    home: Path
    nodes: Mapping[str, Node]
    sockets: dict[str, socket.socket]  # claimed for services that have not started yet
    heard: list[Heard] = field(default_factory=list)
    _services: dict[str, Service] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop = field(default_factory=_event_loop)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._loop.run_forever, name="oureyes-demo", daemon=True)
        self._thread.start()
        for member, node in self.nodes.items():
            node.ctx.listeners.append(partial(self._hear, member))

    def _hear(self, member: str, what: str, subject: str) -> None:
        self.heard.append(Heard(time.perf_counter(), member, what, subject))

    def start(self, *members: str) -> None:
        """Start services; each is reachable when this returns."""
        self._run(_all(self._begin(member) for member in members))

    async def _begin(self, member: str) -> None:
        service = Service(self.nodes[member], sock=self.sockets.pop(member, None), retry_max_s=_RETRY_S)
        await service.start()
        self._services[member] = service

    def cut_off(self, member: str) -> None:
        """Stop a node's service: nobody reaches it, and it reaches nobody."""
        self._run(self._services.pop(member).stop())

    def _run(self, work: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    def meet(self, timeout_s: float = 30.0) -> int:
        """Wait until every node follows every other over TLS; how many streams that are."""
        ends = time.perf_counter() + timeout_s
        wanted = len(self.nodes) * (len(self.nodes) - 1)
        while (joined := sum(self._joined(node) for node in self.nodes.values())) < wanted:
            if time.perf_counter() > ends:
                raise VerificationError("exchange", f"{wanted} streams within {timeout_s:.0f} s", f"{joined}")
            time.sleep(0.05)
        return joined

    def _joined(self, node: Node) -> int:
        return sum(partner.state == "sending" for partner in node.partners())

    def greet(self, member: str, partner: str) -> Greeting:
        """Greet a partner as `member` does, over a connection of its own."""
        node, to = self.nodes[member], self.nodes[partner].public
        address = urlsplit(to.url)
        context = client_context(node.public.keys.certificate, self.home / member / "tls.key", to.keys.certificate)
        started = time.perf_counter()
        with socket.create_connection((address.hostname or "", address.port or 0), _PATIENCE_S) as plain:
            trip = time.perf_counter() - started  # TCP's own greeting is one trip there and back
            with context.wrap_socket(plain, server_hostname=address.hostname) as secured:
                named = secured.getpeercert(True) == to.keys.certificate
                return Greeting(secured.version() or "none", named, trip)

    def settle(self, timeout_s: float = 30.0, but: Collection[str] = ()) -> float:
        """Wait until everything written has been received, read and receipted; when the last of it was."""
        ends = time.perf_counter() + timeout_s
        while True:
            self._hush(ends)
            waiting = self._waiting(but)
            if not waiting:
                time.sleep(_HUSH_S / 6)  # what was committed last is told a moment later
                return self.heard[-1].at if self.heard else time.perf_counter()
            if time.perf_counter() > ends:
                raise VerificationError("exchange", f"all delivered within {timeout_s:.0f} s", ", ".join(waiting)[:200])

    def _hush(self, ends: float) -> None:
        """Wait until nothing was told for a moment: asking while they work would slow what is measured."""
        while True:
            told = len(self.heard)
            time.sleep(_HUSH_S)
            if len(self.heard) == told or time.perf_counter() > ends:
                return

    def _waiting(self, but: Collection[str]) -> list[str]:
        """Channels on which something is under way."""
        return [
            f"{member}/{partner.member}"
            for member, node in self.nodes.items()
            for partner in node.partners()
            if not {member, partner.member} & set(but) and (partner.lag or partner.applied < partner.received)
        ]

    def first(self, since: float, node: str, what: str, subject: str) -> float:
        """When a node first told this after `since`; that it did is the caller's claim."""
        return min((one.at for one in self._told(since, node, what, subject)), default=float("inf"))

    def last(self, since: float, node: str, what: str, subject: str) -> float:
        """When a node last told this after `since`."""
        return max((one.at for one in self._told(since, node, what, subject)), default=float("inf"))

    def _told(self, since: float, node: str, what: str, subject: str) -> list[Heard]:
        wanted = (node, what, subject)
        return [one for one in list(self.heard) if one.at >= since and (one.node, one.what, one.subject) == wanted]

    def close(self) -> None:
        """Stop everything, and close the files."""
        self._run(_all(service.stop() for service in self._services.values()))
        self._services.clear()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        for unused in self.sockets.values():
            unused.close()
        for node in self.nodes.values():
            node.close()


async def _all(work: Iterable[Coroutine[Any, Any, object]]) -> None:
    await asyncio.gather(*work)


def bring_up(home: Path, port: int) -> Federation:
    """Make the homes, sign the roster by all, open the nodes and start their services."""
    sockets = dict(zip(STATES, _claim_all(port, len(STATES)), strict=True))
    for member, name in STATES.items():
        init(home / member, member, name=name, listen=f"127.0.0.1:{sockets[member].getsockname()[1]}")
    raw = roster.build(1, [member_of(home / member) for member in STATES])
    for member in STATES:
        raw = roster.sign(raw, load_sign_key(bytes.fromhex((home / member / "sign.key").read_text())))
    nodes = {}
    for member in STATES:
        node = Node.open(home / member)
        node.join(raw)
        nodes[member] = node
    states = Federation(home, nodes, sockets)
    try:
        states.start(*STATES)
    except BaseException:
        states.close()
        raise
    return states


def _claim_all(first: int, count: int) -> list[socket.socket]:
    """The ports from `first` on, where they are free on 127.0.0.1, else others; all of them any where it is 0."""
    return [_claim(first + place if first else 0) for place in range(count)]


def _claim(port: int) -> socket.socket:
    """A port that is ours from now on: it listens, since two may bind but only one may listen."""
    claimed = socket.socket()
    claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        claimed.bind(("127.0.0.1", port))
        claimed.listen()
    except OSError:
        claimed.close()
        if port == 0:
            raise
        return _claim(0)
    return claimed
