"""Bringing a database to this software's schema with Alembic, and refusing one that is too new.

Alembic is imported only when there is something to migrate: it is a third of what opening a node would cost.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect

from oureyes.errors import StorageError
from oureyes.storage.schema import MIN_READER, NUMBER

__all__ = ["upgrade"]


def upgrade(engine: Engine, *, migrate: bool) -> None:
    """Make or migrate the tables. StorageError for a schema this software is too old to open."""
    with engine.connect() as connection:
        if inspect(connection).has_table("setting"):
            rows = connection.exec_driver_sql("SELECT name, value FROM setting").all()
            found = {str(name): str(value) for name, value in rows}
            if int(found.get("min_reader", "1")) > NUMBER:
                raise StorageError(
                    "database", f"a schema that software of schema {NUMBER} may open", found["min_reader"], "update"
                )
            if int(found.get("schema", "0")) >= NUMBER:
                return  # a newer schema that says we may open it is left as it is
            if not migrate:
                raise StorageError("database", f"schema {NUMBER}", found.get("schema", "none"), "oureyes doctor")
    _migrate(engine)


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config as Alembic
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    options = Alembic()
    options.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        options.attributes["connection"] = connection
        head = ScriptDirectory.from_config(options).get_current_head()
        if MigrationContext.configure(connection).get_current_revision() != head:
            command.upgrade(options, "head")
        connection.exec_driver_sql("DELETE FROM setting WHERE name IN ('schema', 'min_reader')")
        for name, value in (("schema", NUMBER), ("min_reader", MIN_READER)):
            connection.exec_driver_sql(f"INSERT INTO setting (name, value) VALUES ('{name}', '{value}')")
