"""What others may build on: two names, and an import that costs nothing."""

import re
import subprocess
import sys

import pytest
from paths import ROOT

import oureyes
from oureyes.node import Node


def test_the_public_names_are_a_node_and_the_version() -> None:
    assert set(oureyes.__all__) == {"Node", "__version__"}
    assert oureyes.Node is Node
    assert re.fullmatch(r"\d+\.\d+\.\d+", oureyes.__version__)


def test_another_name_is_refused_by_name() -> None:
    with pytest.raises(AttributeError, match="Nodes"):
        _ = oureyes.Nodes


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ["oureyes.node", "sqlalchemy", "cryptography", "aiohttp", "starlette", "msgspec"]
    asked = f"import sys, oureyes; print([name for name in {heavy} if name in sys.modules])"
    path = {"PYTHONPATH": str(ROOT / "src")}
    found = subprocess.run([sys.executable, "-c", asked], env=path, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
