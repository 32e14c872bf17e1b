"""Eleven nodes on this machine: each with its own keys, its own encrypted file and its own HTTPS port.

The nodes know each other only by the roster that all of them signed, and speak only over TLS on 127.0.0.1; that they
share a process is for the sake of the demonstration.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from oureyes.errors import VerificationError
from oureyes.exchange import roster
from oureyes.exchange.keys import load_sign_key
from oureyes.model.sharing import Channel
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


class Heard(NamedTuple):
    """Something a node told after a durable commit, and when (seconds of this process's clock)."""

    at: float
    node: str
    what: str
    subject: str


@dataclass
class Federation:
    """The nodes that are up, and what they told."""

    home: Path
    nodes: Mapping[str, Node]
    ports: Mapping[str, int]
    heard: list[Heard] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def listen(self) -> None:
        """Hear every node's commits."""
        for member, node in self.nodes.items():
            node.ctx.listeners.append(
                lambda what, subject, who=member: self.heard.append(Heard(time.perf_counter(), who, what, subject))
            )
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        while not self._stopped.is_set():
            moved = 0
            for a, origin in self.nodes.items():
                for b, recipient in self.nodes.items():
                    if a != b and not {a, b} & self.down:
                        moved += _carry(origin, recipient)
            if not moved:
                time.sleep(0.005)

    def cut_off(self, member: str) -> None:
        """Stop a node's service: nobody reaches it, and it reaches nobody."""
        self.down.add(member)

    def bring_back(self, member: str) -> None:
        """Start it again."""
        self.down.discard(member)

    def settle(self, timeout_s: float = 30.0, but: Collection[str] = ()) -> float:
        """Wait until everything written has been received, read and receipted; how long that took."""
        started = time.perf_counter()
        while waiting := self._waiting(but):
            if time.perf_counter() - started > timeout_s:
                raise VerificationError("exchange", f"all delivered within {timeout_s:.0f} s", ", ".join(waiting))
            time.sleep(0.01)
        return time.perf_counter() - started

    def _waiting(self, but: Collection[str]) -> list[str]:
        """Channels on which something is under way."""
        out = []
        for member, node in self.nodes.items():
            if member in but:
                continue
            for partner in node.partners():
                if partner.member not in but and (partner.lag or partner.applied < partner.received):
                    out.append(f"{member}/{partner.member}")
        return out

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
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        for node in self.nodes.values():
            node.close()


def bring_up(home: Path, port: int) -> Federation:
    """Make the homes, sign the roster by all, open the nodes and start their services."""
    ports = dict(zip(STATES, _free_ports(port, len(STATES)), strict=True))
    for member, name in STATES.items():
        init(home / member, member, name=name, listen=f"127.0.0.1:{ports[member]}")
    raw = roster.build(1, [member_of(home / member) for member in STATES])
    for member in STATES:
        raw = roster.sign(raw, load_sign_key(bytes.fromhex((home / member / "sign.key").read_text())))
    nodes = {}
    for member in STATES:
        node = Node.open(home / member)
        node.join(raw)
        nodes[member] = node
    states = Federation(home, nodes, ports)
    states.listen()
    return states


def _carry(origin: Node, recipient: Node) -> int:
    channel = Channel(origin.member, recipient.member)
    served = origin.serve(recipient.member, recipient.next_of(channel))
    if not served.entries:
        return 0
    lines = [(entry.header, entry.sealed) for entry in served.entries]
    receipt = recipient.receive(channel, lines, served.note)
    if receipt is not None:
        origin.receipted(receipt.note, recipient.member, channel)
    while recipient.apply(channel):
        pass
    return len(lines)


def _free_ports(first: int, count: int) -> list[int]:
    """The ports from `first` on that are free on 127.0.0.1; others where those are taken."""
    wanted = [_free(first + place) for place in range(count)] if first else []
    return [*wanted, *(_free(0) for _ in range(count - len(wanted)))]


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
