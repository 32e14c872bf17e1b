"""The only package that speaks SQL: one schema, SQLite (encrypted) and PostgreSQL."""

from sqlalchemy import Connection

from oureyes.storage.engine import Database, backup, open_database, restore

__all__ = ["Connection", "Database", "backup", "open_database", "restore"]
