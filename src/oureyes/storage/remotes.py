"""Servers of others, and how far each is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import msgspec
from sqlalchemy import Connection

from oureyes.model.remotes import Progress, Remote
from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, rows, run
from oureyes.storage.texts import from_text, to_text

__all__ = [
    "Standing",
    "claim",
    "drop",
    "hasten",
    "drop_given",
    "given",
    "put",
    "put_given",
    "reached",
    "remote",
    "remotes",
    "settle",
]

_READ = "SELECT body, secret, state, progress, attempts, next_try, error, at FROM remote "


@dataclass(frozen=True, slots=True)
class Standing:
    """A remote as it stands: `state` is idle or failing; `at` when it last answered."""

    remote: Remote
    secret: str
    state: str
    progress: Progress
    attempts: int
    next_try: int
    error: str
    at: str


def remotes(connection: Connection) -> list[Standing]:
    """All of them."""
    return [_standing(row) for row in rows(connection, _READ + "ORDER BY name")]


def remote(connection: Connection, name: str) -> Standing | None:
    """One of them."""
    found = rows(connection, _READ + "WHERE name = ?", [name])
    return _standing(found[0]) if found else None


def _standing(row: Sequence[object]) -> Standing:
    body, secret, state, progress, attempts, next_try, error, at = row
    made = Remote.from_json(from_text(body))
    reached = msgspec.json.decode(str(progress), type=Progress)
    return Standing(made, str(secret), str(state), reached, int(str(attempts)), int(str(next_try)), str(error), str(at))


def put(connection: Connection, made: Remote, secret: str) -> None:
    """Keep a new one; it is due at once."""
    noted(connection, "remote", made.name)
    body = to_text(made.to_json())
    insert_many(connection, "remote", "name, body, secret, state", [(made.name, body, secret, "idle")])


def drop(connection: Connection, name: str) -> bool:
    """Forget it; what it gave stays."""
    noted(connection, "remote", name)
    run(connection, "DELETE FROM given WHERE remote = ?", [name])
    return run(connection, "DELETE FROM remote WHERE name = ?", [name]) > 0


def claim(connection: Connection, name: str, now_ms: int, until_ms: int) -> bool:
    """Take a remote that is due, so that no other worker does before `until_ms`."""
    return (
        run(connection, "UPDATE remote SET next_try = ? WHERE name = ? AND next_try <= ?", [until_ms, name, now_ms]) > 0
    )


def reached(connection: Connection, name: str, progress: Progress) -> None:
    """How far it is read now; written with what was read."""
    kept = to_text(asdict(progress))
    run(connection, "UPDATE remote SET progress = ? WHERE name = ?", [kept, name])


def settle(connection: Connection, name: str, state: str, attempts: int, next_try: int, error: str, at: str) -> None:
    """How a run ended."""
    noted(connection, "remote", name)
    run(
        connection,
        "UPDATE remote SET state = ?, attempts = ?, next_try = ?, error = ?, at = CASE WHEN ? = '' THEN at ELSE ? END"
        " WHERE name = ?",
        [state, attempts, next_try, error, at, at, name],
    )


def hasten(connection: Connection, name: str, now_ms: int) -> bool:
    """It is due now; whether there is one by that name."""
    return run(connection, "UPDATE remote SET next_try = ? WHERE name = ?", [now_ms, name]) > 0


def put_given(connection: Connection, name: str, uuids: Iterable[str]) -> None:
    """Remember what a remote was given."""
    insert_many(connection, "given", "remote, uuid", [(name, uuid) for uuid in uuids], ignore=True)


def given(connection: Connection, name: str) -> set[str]:
    """What it was given and has not been told to forget."""
    return {str(uuid) for (uuid,) in rows(connection, "SELECT uuid FROM given WHERE remote = ?", [name])}


def drop_given(connection: Connection, name: str, uuids: Iterable[str]) -> None:
    """It was told."""
    for uuid in uuids:
        run(connection, "DELETE FROM given WHERE remote = ? AND uuid = ?", [name, uuid])
