"""The only package that speaks SQL: one schema, SQLite (encrypted) and PostgreSQL."""

from sqlalchemy import Connection

from oureyes.storage.engine import Database, backup, fault, open_database, restore, sqlite_version

__all__ = ["Connection", "Database", "backup", "fault", "open_database", "restore", "sqlite_version"]
