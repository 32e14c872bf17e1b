"""Private search sets, those made here and those taken from others."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from oureyes.storage.dialect import insert_many, rows, run

__all__ = ["SearchSet", "put_set", "sets"]


@dataclass(frozen=True, slots=True)
class SearchSet:
    """A private search set; of one made here, nothing that could be checked against is kept."""

    id: str
    name: str
    origin: str
    audience: str
    made: str
    expires: str
    revoked: str = ""
    description: bytes = b""
    bloom: bytes = b""
    key: bytes = b""


_SET = 'id, name, origin, audience, made, expires, revoked, description, bloom, "key"'


def put_set(connection: Connection, one: SearchSet) -> None:
    """Keep a set as it stands."""
    run(connection, "DELETE FROM search_set WHERE id = ?", [one.id])
    values = (one.id, one.name, one.origin, one.audience, one.made, one.expires, one.revoked)
    insert_many(connection, "search_set", _SET, [(*values, one.description, one.bloom, one.key)])


def sets(connection: Connection) -> list[SearchSet]:
    """Every set, the newest first."""
    found = rows(connection, f"SELECT {_SET} FROM search_set ORDER BY made DESC, id")
    return [
        SearchSet(str(r[0]), str(r[1]), str(r[2]), str(r[3]), str(r[4]), str(r[5]), str(r[6]), *map(bytes, r[7:]))
        for r in found
    ]
