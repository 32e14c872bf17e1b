"""A server of others as a client here sees it: one checked address, one connection, answers no larger than a limit.

The address comes from a person: it passes the same guard as a webhook's (`alert.webhook.guarded`), is resolved once,
and no redirect is followed.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from oureyes.alert.webhook import Resolve, guarded, pinned
from oureyes.errors import InvalidObject, OurEyesError
from oureyes.model.remotes import Progress, Remote
from oureyes.node import polling
from oureyes.node.polling import Standing
from oureyes.node.serving import Serving
from oureyes.record.opening import nested

__all__ = ["LARGEST", "Outgoing", "ServerFault", "decoded", "run"]

LARGEST = 256 << 20  # bytes of one answer, or of one file of a feed
_DEEPEST = 32


class ServerFault(OurEyesError):
    """The server answered something other than what was asked for; `status` says what."""

    def __init__(self, subject: str, expected: str, status: int) -> None:
        super().__init__(subject, expected, str(status), "it is tried again")
        self.status = status


class Outgoing:
    """One server, over one connection. `with` closes it. A client of a protocol adds its calls."""

    timeout_s = 60.0
    smaller = "see what that server sends"  # what to do about an answer past the limit

    def __init__(
        self,
        remote: Remote,
        secret: str,
        *,
        allowed: Collection[str] = (),
        loopback_http: bool = False,
        resolve: Resolve | None = None,
    ) -> None:
        self._remote, self._secret = remote, secret
        url = remote.url if remote.url.endswith("/") else f"{remote.url}/"
        self._host = urlsplit(url).netloc
        self._target = guarded(url, allowed=allowed, loopback_http=loopback_http, resolve=resolve)
        self._connection = pinned(self._target, self.timeout_s, remote.ca)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def _exchange(
        self, method: str, rest: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request and its answer: (status, headers by small letters, body). `rest` follows the remote's path."""
        named = {"Host": self._host, "User-Agent": "oureyes", **headers}
        try:
            self._connection.request(method, self._target.path + rest, body, named)
            answer = self._connection.getresponse()
            read = answer.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise OurEyesError(self._remote.name, "an answer", type(error).__name__, "it is tried again") from error
        self._limited(read)
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, read

    def _limited(self, read: bytes) -> bytes:
        if len(read) > LARGEST:
            self._connection.close()
            raise OurEyesError(self._remote.name, f"at most {LARGEST} bytes", "more", self.smaller)
        return read


def decoded(raw: bytes, subject: str, kind: type = object) -> Any:
    """JSON that others wrote, not too deep and of the kind expected; InvalidObject when it is not."""
    if nested(raw, _DEEPEST):
        raise InvalidObject(subject, f"at most {_DEEPEST} levels", "more")
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise InvalidObject(subject, "JSON", "something else", "ask whoever runs it") from None
    if not isinstance(found, kind):
        word = "object" if kind is dict else kind.__name__
        raise InvalidObject(subject, f"a JSON {word}", type(found).__name__)
    return found


def run(
    serving: Serving,
    name: str,
    work: Callable[[Serving, Standing, Mapping[str, Any]], Progress],
    *,
    early: bool,
    options: Mapping[str, Any],
) -> Standing:
    """Do a remote's work to its end, and say how it stands then. A fault is kept with it, and not raised. `work` is
    given what `Outgoing` needs to know of this node's settings, and `options` above that."""
    ctx = serving.ctx
    standing = polling.claim(ctx, name, even_early=early)
    if standing is None:
        return polling.one(ctx, name)
    reach = {"allowed": ctx.config.names("taxii_allow"), "loopback_http": ctx.config.flag("taxii_loopback")}
    try:
        polling.succeeded(ctx, standing, work(serving, standing, {**reach, **options}))
    except OurEyesError as error:
        polling.failed(ctx, standing, str(error))
    return polling.one(ctx, name)
