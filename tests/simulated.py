"""Nodes in one process, joined by a wire in memory: what a partner's real node does, without a network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from oureyes.exchange import roster
from oureyes.exchange.keys import load_sign_key
from oureyes.model.markings import PAP, TLP, Marking, Onward
from oureyes.model.sharing import Channel
from oureyes.node import Node
from oureyes.node.opening import init, member_of


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


def federation(home: Path, members: Iterable[str], clock: Clock | None = None, **settings: object) -> dict[str, Node]:
    """Open nodes that know each other by a roster all of them signed."""
    time = clock or Clock()
    names = list(members)
    for member in names:
        init(home / member, member, clock=time, **settings)
    raw = roster.build(1, [member_of(home / member) for member in names])
    for member in names:
        raw = roster.sign(raw, load_sign_key(bytes.fromhex((home / member / "sign.key").read_text())))
    nodes = {}
    for member in names:
        (home / member / "roster.json").write_bytes(raw)
        nodes[member] = Node.open(home / member, clock=time)
    return nodes


def deliver(nodes: dict[str, Node], *, rounds: int = 6) -> None:
    """Carry everything written to whom it is for, and the receipts back, until nothing moves."""
    for _ in range(rounds):
        moved = 0
        for origin in nodes.values():
            for recipient in nodes.values():
                if origin is not recipient:
                    moved += carry(origin, recipient)
        if not moved:
            return


def carry(origin: Node, recipient: Node) -> int:
    """One channel, once."""
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


def for_(*states: str, tlp: TLP = TLP.GREEN, **more: object) -> Marking:
    """A marking that lets these states have it."""
    return Marking(
        tlp=tlp,
        pap=PAP.GREEN,
        releasable_to=frozenset(states),
        onward=Onward.NONE,
        purpose="investigation",
        **more,  # type: ignore[arg-type]  # any field
    )
