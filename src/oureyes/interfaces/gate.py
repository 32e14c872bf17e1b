"""Who stands at an outside door: reads the credential, knows the account, and sees that nobody asks too much.

Shared by every door (TAXII, MISP, the node's own interface). What is shown decides, in this order: a bearer token, a
name and password (RFC 7617), a client certificate. A credential that is wrong is refused even where another would do.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from oureyes.model.accounts import Caller
from oureyes.node.accounts import Credentials
from oureyes.node.serving import Connection

__all__ = ["CHALLENGES", "Bodies", "Bucket", "Gate", "Shown", "TooMany", "Unknown", "shown"]

# RFC 9110 §11.6.1; both, since clients take the first they know.
CHALLENGES = 'Basic realm="oureyes", charset="UTF-8", Bearer realm="oureyes"'
_GUESSES, _GUESSES_PER_MINUTE = 10, 12  # wrong credentials from one address
_MANY = 10_000
_BODIES, _OF_ONE = 4, 2


class Unknown(Exception):
    """No credential, or none that this node knows."""


class TooMany(Exception):
    """Asked too often; `after_s` says when to come back."""

    def __init__(self, after_s: int) -> None:
        super().__init__(f"again in {after_s} s")
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Shown:
    """The credential of one request, and the address it came from."""

    address: str
    token: str = ""
    name: str = ""
    password: str = ""
    certificate: bytes = b""

    @property
    def nothing(self) -> bool:
        return not (self.token or self.name or self.certificate)


def shown(headers: Mapping[str, str], address: str, certificate: bytes) -> Shown:
    """What a request shows. Unknown when it is in no form this node reads."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if not scheme:
        return Shown(address, certificate=certificate)
    if scheme.lower() == "bearer":
        return Shown(address, token=rest.strip())
    if scheme.lower() == "basic":
        try:
            name, colon, password = base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Unknown from None
        if colon and name and len(password) <= 1024:
            return Shown(address, name=name[:100], password=password)
    raise Unknown


@dataclass(slots=True)
class Bucket:
    """A token bucket: `burst` at once, `per_minute` in the long run."""

    left: float
    at: float

    def take(self, now: float, per_minute: int, burst: int) -> float:
        """0 when there was one to take, else the seconds until there is."""
        self.left = min(float(burst), self.left + (now - self.at) * per_minute / 60)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) * 60 / per_minute


class Bodies:
    """Places for the bodies that are held in memory at once. No account takes all: who never sends what it announced
    holds up itself."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(_BODIES)
        self._of: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_OF_ONE))

    @asynccontextmanager
    async def place(self, account: str) -> AsyncIterator[None]:
        """A place while a body is read and dealt with."""
        async with self._of[account], self._all:
            yield

    def full(self, account: str) -> bool:
        """Whether the account must wait for one of its own to end."""
        return self._of[account].locked()


class Gate:
    """One per process."""

    def __init__(self, credentials: Credentials, clock: Callable[[], float] = time.monotonic) -> None:
        self._credentials, self._clock = credentials, clock
        self._asked: dict[str, Bucket] = {}
        self._wrong: dict[str, Bucket] = {}

    def slow(self, seen: Shown) -> bool:
        """Whether knowing this caller takes a key derivation, which no event loop should wait for."""
        return bool(seen.name) and not self._credentials.known(seen.name, seen.password)

    def caller(self, connection: Connection, seen: Shown) -> Caller:
        """The account behind a credential. Unknown or TooMany."""
        if seen.nothing:
            raise Unknown
        if not seen.name or self.slow(seen):
            self._not_guessing(seen.address)
        found = self._known(connection, seen)
        if found is None:
            self._take(self._wrong, seen.address, _GUESSES_PER_MINUTE, _GUESSES)
            raise Unknown
        account = found.account
        if (wait := self._take(self._asked, account.id, account.per_minute, account.burst)) > 0:
            raise TooMany(int(wait) + 1)
        return found

    def still(self, connection: Connection, seen: Shown) -> Caller | None:
        """Whoever asks on under a credential that was let in before: no request is counted, and none guessed."""
        return self._known(connection, seen)

    def _known(self, connection: Connection, seen: Shown) -> Caller | None:
        if seen.token:
            return self._credentials.bearer(connection, seen.token)
        if seen.name:
            return self._credentials.basic(connection, seen.name, seen.password)
        return self._credentials.certificate(connection, seen.certificate)

    def _not_guessing(self, address: str) -> None:
        """Whoever has shown too many wrong credentials waits before the next is looked at."""
        bucket = self._wrong.get(address)
        if bucket is not None:
            left = bucket.left + (self._clock() - bucket.at) * _GUESSES_PER_MINUTE / 60
            if left < 1:
                raise TooMany(int((1 - left) * 60 / _GUESSES_PER_MINUTE) + 1)

    def _take(self, buckets: dict[str, Bucket], name: str, per_minute: int, burst: int) -> float:
        now = self._clock()
        if name not in buckets:
            if len(buckets) >= _MANY:
                buckets.clear()
            buckets[name] = Bucket(float(burst), now)
        return buckets[name].take(now, per_minute, burst)
