"""What plans' validity was last found to be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, rows, run
from oureyes.storage.texts import from_text, to_text

__all__ = ["put_standing", "standing"]


def put_standing(connection: Connection, plan: str, status: str, reason: str, claims: Any, at: str) -> None:
    """What a plan's validity was found to be."""
    noted(connection, "plan", plan)
    run(connection, "DELETE FROM standing WHERE plan = ?", [plan])
    insert_many(
        connection, "standing", "plan, status, reason, claims, at", [(plan, status, reason, to_text(claims), at)]
    )


def standing(connection: Connection, plan: str) -> tuple[str, str, Any, str] | None:
    """(status, reason, claims, when) as last found."""
    found = rows(connection, "SELECT status, reason, claims, at FROM standing WHERE plan = ?", [plan])
    return (str(found[0][0]), str(found[0][1]), from_text(found[0][2]), str(found[0][3])) if found else None
