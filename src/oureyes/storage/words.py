"""The full-text row of each object: written with the object, and again when how words are cut has changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from oureyes.storage.dialect import insert_many, rows, run

__all__ = ["any_object", "count", "put", "replace", "waiting"]


def put(connection: Connection, found: Sequence[tuple[int, str]]) -> None:
    """Rows of objects that have none."""
    if connection.dialect.name == "sqlite":
        insert_many(connection, "words", "rowid, tokens", found)
    elif found:
        sql = "INSERT INTO words (rowid, tokens) VALUES (%s, to_tsvector('simple', %s))"
        connection.exec_driver_sql(sql, list(found))


def replace(connection: Connection, found: Sequence[tuple[int, str]]) -> None:
    """Rows in the place of what stood there."""
    for number, _ in found:
        run(connection, "DELETE FROM words WHERE rowid = ?", [number])
    put(connection, [(number, tokens) for number, tokens in found if tokens])


def waiting(connection: Connection, after: int, limit: int) -> list[tuple[int, bytes]]:
    """The next objects that still have their content, by number: (number, STIX 2.1 form)."""
    sql = "SELECT n, upgraded, body FROM object WHERE n > ? AND body IS NOT NULL ORDER BY n LIMIT ?"
    return [(int(n), bytes(new or old)) for n, new, old in rows(connection, sql, [after, limit])]


def count(connection: Connection, up_to: int | None = None) -> int:
    """How many objects have their content; of those up to a number where one is given."""
    limit, values = ("", []) if up_to is None else (" AND n <= ?", [up_to])
    return int(rows(connection, "SELECT count(*) FROM object WHERE body IS NOT NULL" + limit, values)[0][0])


def any_object(connection: Connection) -> bool:
    """Whether there is anything to find."""
    return bool(rows(connection, "SELECT 1 FROM object LIMIT 1"))
