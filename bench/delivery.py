"""(c) From the origin's commit to the recipient's durable commit over eleven nodes on loopback; beside a bare HTTPS
POST of the same bytes to a server that only says 204.

Each node is this process's own, on one loop, as in the demonstration: two cores carry all eleven, both ends of every
delivery. The bare POST has the machine to itself.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.figures import Figure, percentile
from oureyes.exchange.certificates import to_pem
from oureyes.interfaces.demo.federation import STATES, Federation, bring_up
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Channel

__all__ = ["figures"]

_ROUNDS = 60
_PARTNERS = tuple(member for member in STATES if member != "ID")
_AT = "2026-11-20T08:00:00.000Z"


def figures(_: Path) -> Iterator[Figure]:
    """p50, p95 and p99 in milliseconds, to one partner and to all ten at once."""
    with tempfile.TemporaryDirectory() as folder:
        states = bring_up(Path(folder), 0)
        try:
            _deliveries(states, _PARTNERS, rounds=2)  # until every stream is open
            one = _deliveries(states, ("SG",))
            every = _deliveries(states, _PARTNERS)
            body = states.nodes["ID"].serve("SG", 0, 1).entries[0].sealed
        finally:
            states.close()
        bare = asyncio.run(_posts(Path(folder), body))
    for name, values in (("one partner", one), ("ten partners at once", every)):
        for part in (0.5, 0.95, 0.99):
            title = f"delivery to {name}, p{part * 100:.0f}"
            aim = "p95 ≤ 50 ms" if part == 0.95 else ""
            ours, theirs = percentile(values, part) * 1e3, percentile(bare, part) * 1e3
            yield Figure(title, ours, "ms", "bare HTTPS POST", theirs, aim)


def _deliveries(states: Federation, to: tuple[str, ...], rounds: int = _ROUNDS) -> list[float]:
    found: list[float] = []
    origin = states.nodes["ID"]
    for _ in range(rounds):
        obj = _indicator()
        origin.record_objects([obj], by="bench", marking=_for(to))
        draft = origin.propose([obj.id], to, by="bench")
        since = time.perf_counter()
        origin.approve(draft.id, by="second")
        _wait(states, since, to)
        for member in to:
            sent, came = states.first(since, "ID", "grew", member), states.first(since, member, "received", "ID")
            found.append(came - sent)
    assert all(states.nodes[member].next_of(Channel("ID", member)) for member in to)
    return found


def _wait(states: Federation, since: float, to: tuple[str, ...]) -> None:
    """Until every recipient has it; looking seldom, since a look takes time from those it looks at."""
    while any(states.first(since, member, "received", "ID") == float("inf") for member in to):
        time.sleep(0.01)
    time.sleep(0.02)  # let them read it before the next one comes


def _for(to: tuple[str, ...]) -> Marking:
    return Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset(to), purpose="investigation")


def _indicator() -> StixObject:
    name = uuid4()
    return StixObject.make(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{name}",
            "created": _AT,
            "modified": _AT,
            "name": "seen in a fund-raising post",
            "description": "A fictional page that asks for donations. " * 12,
            "pattern": f"[domain-name:value = 'h{name.hex}.example']",
            "pattern_type": "stix",
            "valid_from": _AT,
        }
    )


async def _posts(folder: Path, body: bytes) -> list[float]:
    async def take(request: Request) -> Response:
        await request.body()
        return Response(status_code=204)

    home, pem = folder / "ID", folder / "ID" / "tls.pem"
    pem.write_text(to_pem((home / "tls.der").read_bytes()))
    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    config = uvicorn.Config(app, port=0, ssl_certfile=pem, ssl_keyfile=home / "tls.key", log_level="error")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 # uvicorn tells it by a flag alone
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(pem))
    found = []
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            started = time.perf_counter()
            async with session.post(f"https://127.0.0.1:{port}/", data=body, ssl=trusting) as answer:
                await answer.read()
            found.append(time.perf_counter() - started)
    server.should_exit = True
    await task
    return found[20:]
