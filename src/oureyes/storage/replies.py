"""What writes under an idempotency key were answered, so that the same request again is answered and not done."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from oureyes.storage.dialect import insert_many, rows, run
from oureyes.storage.texts import to_text

__all__ = ["Reply", "begin", "end", "forget", "reply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A write that was begun: by which process, or how it was answered. `body` None was not kept."""

    request: bytes
    doing: str
    status: int
    headers: dict[str, str]
    body: bytes | None


def reply(connection: Connection, account: str, key: str) -> Reply | None:
    """What is known of a key of an account's."""
    sql = "SELECT request, doing, status, headers, body FROM reply WHERE account = ? AND key = ?"
    found = rows(connection, sql, [account, key])
    if not found:
        return None
    request, doing, status, headers, body = found[0]
    kept = None if body is None else bytes(body)
    return Reply(bytes(request), str(doing), int(status), msgspec.json.decode(str(headers), type=dict[str, str]), kept)


def begin(connection: Connection, account: str, key: str, request: bytes, doing: str, at: int, *, keep_us: int) -> None:
    """It is being done from now on; those older than `keep_us` are forgotten."""
    run(connection, "DELETE FROM reply WHERE at < ?", [at - keep_us])
    insert_many(connection, "reply", "account, key, request, doing, at", [(account, key, request, doing, at)])


def end(connection: Connection, account: str, key: str, answered: Reply) -> None:
    """It was done, and answered so."""
    headers = to_text(answered.headers)
    sql = "UPDATE reply SET doing = ?, status = ?, headers = ?, body = ? WHERE account = ? AND key = ?"
    run(connection, sql, ["", answered.status, headers, answered.body, account, key])


def forget(connection: Connection, account: str, key: str) -> None:
    """Nothing was done: the key is free again."""
    run(connection, "DELETE FROM reply WHERE account = ? AND key = ?", [account, key])
