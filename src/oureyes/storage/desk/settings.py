"""Small things the node remembers."""

from __future__ import annotations

from sqlalchemy import Connection

from oureyes.storage.dialect import rows, run

__all__ = ["get_setting", "put_setting"]


def get_setting(connection: Connection, name: str) -> str | None:
    """A small thing the node remembers, such as its audit log's right edge."""
    found = rows(connection, "SELECT value FROM setting WHERE name = ?", [name])
    return str(found[0][0]) if found else None


def put_setting(connection: Connection, name: str, value: str) -> None:
    """Remember it."""
    run(
        connection,
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )
