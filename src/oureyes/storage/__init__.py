"""The only package that speaks SQL: one schema, SQLite (encrypted) and PostgreSQL."""

from oureyes.storage.engine import Database, backup, open_database, restore

__all__ = ["Database", "backup", "open_database", "restore"]
