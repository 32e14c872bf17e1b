"""Nodes joined by real sockets and TLS on loopback, in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from simulated import for_

from oureyes.exchange import roster
from oureyes.exchange.keys import load_sign_key
from oureyes.interfaces.service import Service
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Roster
from oureyes.node import Node
from oureyes.node.opening import init, member_of


def homes(folder: Path, members: Iterable[str], **settings: Any) -> dict[str, Path]:
    """Homes whose roster names free ports of this machine."""
    found, ports = {}, [free_port() for _ in members]
    for member, port in zip(members, ports, strict=True):
        found[member] = folder / member
        init(found[member], member, listen=f"127.0.0.1:{port}", two_person_from="RED", **settings)
    install(found)
    return found


def install(found: dict[str, Path], version: int = 1, previous: Roster | None = None) -> bytes:
    """A roster of these, signed by all, in each home."""
    raw = roster.build(version, [member_of(home) for home in found.values()], previous)
    for home in found.values():
        raw = roster.sign(raw, load_sign_key(bytes.fromhex((home / "sign.key").read_text())))
    for home in found.values():
        (home / "roster.json").write_bytes(raw)
    return raw


# Below those that the system gives to whoever calls out, or a caller might take one before its node does.
_FIRST, _EACH = 20_000, 3_000
_GIVEN = itertools.cycle(range(_EACH))


def free_port() -> int:
    """Each worker of the suite has ports of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    for place in itertools.islice(_GIVEN, _EACH):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", _FIRST + worker * _EACH + place))
            return int(probe.getsockname()[1])
    raise AssertionError("no port is free")


def a_service(home: Path, **options: Any) -> Service:
    return Service(Node.open(home), **{"heartbeat_s": 0.2, "retry_max_s": 0.3, **options})


class Running:
    """Services of some homes, started together and stopped together; single ones can be cut off and come back."""

    def __init__(self, found: dict[str, Path], **options: Any) -> None:
        self.homes, self._options, self.services = found, options, dict[str, Service]()

    async def __aenter__(self) -> Running:
        for member in self.homes:
            await self.start(member)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(self.stop(member) for member in tuple(self.services)))

    async def start(self, member: str, **options: Any) -> Service:
        service = a_service(self.homes[member], **{**self._options, **options})
        self.services[member] = service
        await service.start()
        return service

    async def stop(self, member: str) -> None:
        service = self.services.pop(member)
        await service.stop()
        await asyncio.to_thread(service.node.close)

    def node(self, member: str) -> Node:
        return self.services[member].node


def release(node: Node, made: Iterable[StixObject], *to: str) -> None:
    """Record and release in one go."""
    objects = list(made)
    node.record_objects(objects, by="ayu", marking=for_(*to))
    draft = node.propose([obj.id for obj in objects], to, by="ayu")
    node.approve(draft.id, by="budi")


async def until(fact: Callable[[], bool | Awaitable[bool]], seconds: float = 8.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while True:
            found = fact()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.01)


def sent(node: Node, member: str) -> tuple[int, int]:
    """(entries written for a partner, entries it receipted)."""
    state = next(one for one in node.partners() if one.member == member)
    return state.sent, state.receipted
