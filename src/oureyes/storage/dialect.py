"""The few hot paths as plain SQL on both engines: placeholders, chunks, and numbers given out in a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlcipher3
from sqlalchemy import Connection

from oureyes.errors import StorageError

__all__ = ["chunks", "insert_many", "next_numbers", "quick", "rows", "run", "select_in", "under"]

T = TypeVar("T")
_CHUNK = 500


def _sql(connection: Connection, sql: str) -> str:
    return sql if connection.dialect.name == "sqlite" else sql.replace("%", "%%").replace("?", "%s")


def _bound(connection: Connection, values: Sequence[Any]) -> tuple[Any, ...]:
    """PostgreSQL's text holds no NUL; hostile names and values do."""
    if connection.dialect.name == "sqlite":
        return tuple(values)
    return tuple(one.replace("\0", "\ufffd") if isinstance(one, str) else one for one in values)


def run(connection: Connection, sql: str, values: Sequence[Any] = ()) -> int:
    """Execute one statement written with `?`; how many rows it touched."""
    return int(connection.exec_driver_sql(_sql(connection, sql), _bound(connection, values)).rowcount)


def rows(connection: Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """All rows of a query written with `?`."""
    return list(connection.exec_driver_sql(_sql(connection, sql), _bound(connection, values)).all())


def quick(connection: Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """`rows` for what an outside reader waits for: on SQLite past SQLAlchemy, which costs eight times the query."""
    if connection.dialect.name != "sqlite":
        return rows(connection, sql, values)
    if not connection.in_transaction():
        connection.begin()  # one snapshot for all that is read through it
    raw = connection.connection.dbapi_connection
    assert raw is not None
    try:
        return list(raw.execute(sql, tuple(values)).fetchall())
    except sqlcipher3.Error as error:
        raise StorageError("database", "rows", type(error).__name__, "see `oureyes doctor`") from None


def insert_many(
    connection: Connection, table: str, columns: str, values: Sequence[Sequence[Any]], *, ignore: bool = False
) -> None:
    """Insert rows; `ignore` keeps what is there."""
    if not values:
        return
    marks = ", ".join("?" * len(values[0]))
    sql = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # names are ours
    if ignore:
        sql += " ON CONFLICT DO NOTHING"
    if connection.dialect.name != "sqlite":
        values = [_bound(connection, value) for value in values]
    connection.exec_driver_sql(_sql(connection, sql), values)


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Lists short enough for one IN (…)."""
    held = list(values)
    for start in range(0, len(held), _CHUNK):
        yield held[start : start + _CHUNK]


def select_in(connection: Connection, sql: str, values: Iterable[Any], *more: Any) -> list[Any]:
    """Rows of a query whose `IN (:in)` is filled with `values`, in chunks; `more` come after them."""
    found: list[Any] = []
    for some in chunks(values):
        marks = ", ".join("?" * len(some))
        found += quick(connection, sql.replace(":in", marks), [*some, *more])
    return found


def under(column: str, labels: Iterable[int]) -> str:
    """A condition: the label is one of these. The plus keeps SQLite from walking the index by label, which is thousands
    of times slower; the numbers are ours and integers, so they may be written out."""
    numbers = ",".join(str(int(n)) for n in labels)
    return f"+{column} IN ({numbers})" if numbers else "1 = 0"


def next_numbers(connection: Connection, table: str, column: str = "n") -> int:
    """The first unused number of a table; the caller, who is the only writer, counts on from it."""
    found = connection.exec_driver_sql(f'SELECT max("{column}") FROM "{table}"').scalar()  # names are ours
    return int(found or 0) + 1
