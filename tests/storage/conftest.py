"""A fresh, empty store of each engine: SQLite always, PostgreSQL where OUREYES_TEST_POSTGRESQL names one to spoil."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from stores import emptied

from oureyes.storage import Database, open_database

POSTGRESQL = os.environ.get("OUREYES_TEST_POSTGRESQL", "")


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRESQL else [])])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return emptied(POSTGRESQL) if request.param == "postgresql" else str(tmp_path / "node.db")


@pytest.fixture
def store(where: str) -> Iterator[Database]:
    database = open_database(where, b"k" * 32)
    yield database
    database.close()
