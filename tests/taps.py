"""A place on the line between two nodes: it keeps what crosses, counts the lines, and can cut them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from urllib.parse import urlsplit


class Tap:
    """A proxy that keeps every byte of both directions, as a capture on the line would.

    Lines up to number `dead` are dead, and end when something is asked over them: the partner never hears of it.
    `cut` says what becomes of others: "answered": the partner hears, and its answer is lost; "all": none comes about
    any more, and those that stand are dead."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to, self.sent, self.received = (parts.hostname, parts.port), bytearray(), bytearray()
        self.joined = self.open = self.dead = self.cuts = 0
        self.cut = ""

    async def __aenter__(self) -> Tap:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.url = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.joined += 1
        if self.cut == "all":
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(*self._to)
        self.open += 1
        number = self.joined
        await asyncio.gather(
            self._carry(reader, back, self.sent, lambda: number <= self.dead, back, writer),
            self._carry(there, writer, self.received, self._loses, back, writer),
        )
        self.open -= 1

    def _loses(self) -> bool:
        lost, self.cut = self.cut == "answered", "" if self.cut == "answered" else self.cut
        return lost

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        kept: bytearray,
        ended: Callable[[], bool],
        *ends: asyncio.StreamWriter,
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                if self.cut == "all" or ended():
                    self.cuts += 1
                    for end in ends:
                        end.transport.abort()
                    return
                kept += piece
                writer.write(piece)
                await writer.drain()
        writer.close()


def records(raw: bytes) -> list[int]:
    """The lengths of the TLS records that carry application data (RFC 8446 §5.1)."""
    found, at = [], 0
    while at + 5 <= len(raw):
        length = int.from_bytes(raw[at + 3 : at + 5], "big")
        if raw[at] == 23:
            found.append(length)
        at += 5 + length
    return found
