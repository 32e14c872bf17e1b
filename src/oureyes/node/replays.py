"""Requests that were answered once are not answered again, nor after a restart: their nonces are kept.

What is asked of memory decides; the database is for the next process. A nonce is written in the commit of what its
request does, or in one before it, so that nothing is ever done whose request could be said again, and no commit is
paid for the nonce alone where the request writes anything.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

from oureyes.exchange.requests import SeenNonces
from oureyes.node.context import Context
from oureyes.storage import Connection, channels

__all__ = ["Replays"]

_SWEEP_S = 60


class Replays:
    """The nonces of requests that partners signed. Safe to call from several threads."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._seen = ctx, SeenNonces()
        self._lock, self._new = threading.Lock(), dict[str, int]()
        self._writing: Future[bool] | None = None
        self._swept = 0
        with ctx.db.read() as connection:
            for nonce, expires in channels.nonces(connection, self._now_s()):
                self._seen.add(nonce, expires)

    def add(self, nonce: str, expires: int) -> bool:
        """False when it was seen before; else it is kept, and `durable` tells when."""
        with self._lock:
            if not self._seen.add(nonce, expires):
                return False
            self._new[nonce] = expires
            if len(self._new) == 1 or self._writing is None or self._writing.done():  # else one is queued, and takes it
                self._writing = self._ctx.db.submit(self._write)
        return True

    def durable(self) -> Future[bool]:
        """Done once everything added so far is durable: whether all of it was new to other processes, too."""
        with self._lock:
            if self._writing is None:
                self._writing = self._ctx.db.submit(self._write)
            return self._writing

    def _write(self, connection: Connection) -> bool:
        with self._lock:
            new, self._new = self._new, {}
        now = self._now_s()
        if now >= self._swept + _SWEEP_S:
            self._swept = now
            channels.forget_nonces(connection, now)
        return channels.remember_nonces(connection, new) == len(new)

    def _now_s(self) -> int:
        return self._ctx.now_ms() // 1_000
