"""One node with its interface for all tests of this folder; each test makes its own objects and accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_parties import ApiSite


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
    """The node, two of its officers, and an account from outside."""
    folder: Path = tmp_path_factory.mktemp("api")
    made = ApiSite(folder)
    made.ayu, made.budi, made.ann = made.officer("ayu"), made.officer("budi"), made.account("ann")
    yield made
    made.close()
