"""What changed, as it does: server-sent events (WHATWG HTML §9.2) of `{id, kind, revision}`, resumed by Last-Event-ID.

Nothing is pushed from where it is written: a stream reads on from its position in the store, whoever wrote there, so
what was missed while the line was down, or while this process was, comes like anything else. One task looks whether
anything was written at all, and wakes the streams; and every stream asks again, before it tells more, whether its
credential is still good.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from functools import partial
from typing import ParamSpec, TypeVar

import msgspec

from oureyes.errors import OurEyesError
from oureyes.interfaces.api.forms import EventSaid
from oureyes.model.accounts import Caller
from oureyes.node.reading import Event, Position, Reading

__all__ = ["Full", "Streams"]

P = ParamSpec("P")
T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_LOOK_S, _BEAT_S = 0.25, 15.0
_PAGE = 500
_OF_ONE, _OF_ALL = 8, 200


class Full(Exception):
    """No further stream: of this account, or at all."""


class Streams:
    """The streams of one node's interface, in one event loop."""

    def __init__(self, reading: Reading, executor: Executor, beat_s: float = _BEAT_S) -> None:
        self._reading, self._executor, self._beat_s = reading, executor, beat_s
        self._open: Counter[str] = Counter()
        self._written = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        """How many are open."""
        return self._open.total()

    def take(self, account: str) -> None:
        """A place for one more. Full when there is none."""
        if self._open[account] >= _OF_ONE or self.count >= _OF_ALL:
            raise Full
        self._open[account] += 1

    def leave(self, account: str) -> None:
        """It is free again."""
        self._open[account] -= 1
        if not self._open[account]:
            del self._open[account]

    async def follow(
        self, caller: Caller, purpose: str, last: Position | None, again: Callable[[], Caller | None]
    ) -> AsyncIterator[bytes]:
        """The bytes of one stream, until the credential is good no more. `take` a place before, `leave` it after."""
        at = last if last is not None else await self._in_thread(self._reading.newest)
        now, due = asyncio.get_running_loop().time, 0.0
        yield f"retry: 2000\nid: {self._reading.sealed(caller, at)}\n\n".encode()
        while True:
            if self._task is None:
                self._task = asyncio.create_task(self._look())
            written, due = self._written, due or now() + self._beat_s
            found, at = await self._since(caller, purpose, at)
            if found:
                yield b"".join(self._told(caller, one) for one in found)
                due = 0.0
            elif not await self._waited(written, due):
                yield b":\n\n"
                due = 0.0
            still = await self._in_thread(again)
            if still is None:
                return
            caller = still

    async def _since(self, caller: Caller, purpose: str, at: Position) -> tuple[list[Event], Position]:
        """The next that may be told; an empty list once all that there is has been looked at."""
        while True:
            found, end = await self._in_thread(self._reading.since, caller, purpose, at, _PAGE)
            if found or end == at:
                return found, end
            at = end

    async def _waited(self, written: asyncio.Event, due: float) -> bool:
        """Until something is written; False when it is time for a beat, which what others write does not put off."""
        if asyncio.get_running_loop().time() < due:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    return await written.wait()
        return False

    def _told(self, caller: Caller, one: Event) -> bytes:
        body = msgspec.json.encode(EventSaid(one.id, one.kind, one.revision))
        return b"id: %s\ndata: %s\n\n" % (self._reading.sealed(caller, one.at).encode(), body)

    async def _look(self) -> None:
        """Whether anybody has written, in this process or another; one question for all streams."""
        seen: object = None
        try:
            while self.count:
                now = await self._in_thread(self._reading.ctx.db.generation)
                if now != seen:
                    seen = now
                    woken, self._written = self._written, asyncio.Event()
                    woken.set()
                await asyncio.sleep(_LOOK_S)
        except OurEyesError as error:
            _LOG.warning("events: %s", error)  # each stream looks for itself at its next beat, and begins this anew
        finally:
            self._task = None

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *arguments, **named))
