"""Nodes that know each other, for the bench."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from oureyes.exchange import roster
from oureyes.exchange.keys import load_sign_key
from oureyes.node import Node
from oureyes.node.opening import init, member_of

__all__ = ["federation", "homes"]


def homes(folder: Path, members: Iterable[str], port: int = 0) -> dict[str, Path]:
    """Homes with keys and a roster everybody signed; node i listens at `port` + i where a port is given."""
    made = {member: folder / member for member in members}
    for place, (member, home) in enumerate(made.items()):
        init(home, member, **({"listen": f"127.0.0.1:{port + place}"} if port else {}))
    raw = roster.build(1, [member_of(home) for home in made.values()])
    for home in made.values():
        raw = roster.sign(raw, load_sign_key(bytes.fromhex((home / "sign.key").read_text())))
    for home in made.values():
        (home / "roster.json").write_bytes(raw)
    return made


def federation(folder: Path, members: Iterable[str]) -> dict[str, Node]:
    """Open nodes."""
    return {member: Node.open(home) for member, home in homes(folder, members).items()}
