"""One node with a TAXII door for all tests of this folder; each test makes its own collections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from taxii_parties import Site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The node, and Ann, who reads and writes there."""
    folder: Path = tmp_path_factory.mktemp("taxii")
    made = Site(folder)
    yield made
    made.close()
