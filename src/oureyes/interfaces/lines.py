"""Lines to partners, kept between private questions: the next one pays a round trip, and no handshake.

A line belongs to the certificates and the address it was opened under. Where the roster names others, or the partner no
more, it is closed and never used again. Nothing that becomes of a line depends on what an answer says: it is back here
once the answer has been read, before anybody looks at it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp

from oureyes.errors import NotHeld, OurEyesError
from oureyes.exchange.client import Dialler
from oureyes.exchange.tls import client_context
from oureyes.node import Node
from oureyes.node.opening import member_of

__all__ = ["KEPT_S", "Lines"]

KEPT_S = 60.0  # a node gives up an idle line after 75 (`listening.KEEP_ALIVE_S`): whoever asks gives it up first
_MOST = 4  # to one partner at a time; further questions wait for one of them


@dataclass(slots=True)
class _Line:
    """What is open to one partner. A line is used again only under the very context that it was opened under."""

    under: tuple[bytes, bytes, str]
    session: aiohttp.ClientSession
    tls: ssl.SSLContext


class Lines:
    """`async with Lines(node)`, in the loop that uses them. `addresses` (member → URL) go before the roster's."""

    def __init__(self, node: Node, addresses: Mapping[str, str] | None = None, *, kept_s: float = KEPT_S) -> None:
        self._ctx, self._addresses, self._kept_s = node.ctx, addresses or {}, kept_s
        self._lines: dict[str, _Line] = {}
        self._places: dict[str, asyncio.Semaphore] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __aenter__(self) -> Lines:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """All of them, for good."""
        self._closed = True
        for member in tuple(self._lines):
            self._end(member)
        await asyncio.gather(*self._ending, return_exceptions=True)

    @asynccontextmanager
    async def to(self, member: str) -> AsyncIterator[Dialler]:
        """A partner, over a line that is open where there is one. NotHeld when it is no member any more."""
        async with self._places.setdefault(member, asyncio.Semaphore(_MOST)):
            line = self._line(member)
            try:
                yield self._dialler(member)
            except RuntimeError:  # of a session that was ended between two of its requests
                if not line.session.closed:
                    raise
                raise OurEyesError(f"lines to {member}", "lines that stay", "the roster changed", "ask again") from None

    def roster_changed(self) -> None:
        """Lines to whoever is on the roster no more, or there with another certificate or address, end now."""
        for member, line in tuple(self._lines.items()):
            if member not in self._ctx.roster.members or self._under(member) != line.under:
                self._end(member)

    def _dialler(self, member: str) -> Dialler:
        ctx, line = self._ctx, self._line(member)
        return Dialler(
            line.session, line.tls, ctx.me, ctx.keys.sign, member, line.under[2],
            lambda: int(ctx.clock().timestamp()), partial(self._afresh, member),
        )  # fmt: skip

    def _line(self, member: str) -> _Line:
        if self._closed:
            raise OurEyesError("node", "one that runs", "one that is ending", "ask again when it runs")
        self.roster_changed()
        if member not in self._ctx.roster.members:
            raise NotHeld(f"member {member[:20]}", "a member of the roster", "none by that id", "`oureyes roster`")
        if member not in self._lines:
            # a session for each: ending one cuts nobody else's
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=self._kept_s)
            session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
            self._lines[member] = _Line(self._under(member), session, self._context(member))
        return self._lines[member]

    def _afresh(self, member: str) -> Dialler:
        """The same partner, and no line that was open before: those are not used again and end idle."""
        self._line(member).tls = self._context(member)
        return self._dialler(member)

    def _under(self, member: str) -> tuple[bytes, bytes, str]:
        members = self._ctx.roster.members
        own, partner = members.get(self._ctx.me), members[member]
        address = self._addresses.get(member, partner.url)
        return own.keys.certificate if own else b"", partner.keys.certificate, address

    def _context(self, member: str) -> ssl.SSLContext:
        home = self._ctx.config.home
        own = member_of(home).keys.certificate
        return client_context(own, home / "tls.key", self._ctx.roster.members[member].keys.certificate)

    def _end(self, member: str) -> None:
        ending: asyncio.Task[Any] = asyncio.create_task(self._lines.pop(member).session.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
