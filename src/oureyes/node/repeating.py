"""A write that is asked for twice is done once: what is known of an idempotency key of an account's.

A key is taken, durably, before the act; its answer is kept after it. A process that is killed in between leaves a key
whose outcome nobody can tell: the request is then refused rather than done a second time. What was not done (an error)
frees the key. As the IETF's draft-ietf-httpapi-idempotency-key-header has it.
"""

from __future__ import annotations

import hmac

from oureyes.errors import InvalidObject, Refused
from oureyes.node.context import Context
from oureyes.storage import Connection, replies
from oureyes.storage.replies import Reply

__all__ = ["AnotherRequest", "BeingDone", "NotKept", "Repeats", "Reply"]

_KEEP_US = 3 * 24 * 3600 * 1_000_000
_MOST_KEPT = 1 << 20


class AnotherRequest(InvalidObject):
    """The key was used for a request that was not this one."""


class BeingDone(Refused):
    """The first request is being done, or was when its process ended."""


class NotKept(Refused):
    """It was done, and what was answered is not kept."""


class Repeats:
    """The keys of one process. Safe to ask from several threads and beside other processes."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._me = ctx, ctx.make_id()
        self._secret = hmac.digest(ctx.keys.extract, b"idempotency", "sha256")

    def mark(self, request: bytes) -> bytes:
        """What tells one request from another; no digest of it can be guessed at, since a body may be a password."""
        return hmac.digest(self._secret, request, "sha256")

    def begin(self, account: str, key: str, mark: bytes) -> Reply | None:
        """The answer that was given, or None: then it is to be done, and `done` or `undone` said afterwards."""

        def write(connection: Connection) -> Reply | None:
            known = replies.reply(connection, account, key)
            if known is None:
                replies.begin(connection, account, key, mark, self._me, self._ctx.now_us(), keep_us=_KEEP_US)
            return known

        known = self._ctx.db.write(write)
        if known is None:
            return None
        if not hmac.compare_digest(known.request, mark):
            raise AnotherRequest("Idempotency-Key", "the request it was first used for", "another", "use a fresh key")
        if known.doing == self._me:
            raise BeingDone("Idempotency-Key", "a request that has ended", "one that is being done", "ask again soon")
        if known.doing:
            found = "one that another process began and has not ended"
            raise BeingDone("Idempotency-Key", "a request that has ended", found, "look whether it was done")
        if known.body is None:
            raise NotKept("Idempotency-Key", "an answer that is kept", "it was done, and its answer is shown once")
        return known

    def done(self, account: str, key: str, status: int, headers: dict[str, str], body: bytes, *, keep: bool) -> None:
        """It was done, and this is answered. `keep` False: the answer shows a secret."""
        kept = body if keep and len(body) <= _MOST_KEPT else None
        answered = Reply(b"", "", status, headers, kept)
        self._ctx.db.write(lambda connection: replies.end(connection, account, key, answered))

    def undone(self, account: str, key: str) -> None:
        """Nothing was done."""
        self._ctx.db.write(lambda connection: replies.forget(connection, account, key))
