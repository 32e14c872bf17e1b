"""The program as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from paths import ROOT


def test_the_module_runs_as_a_program_and_completes_for_a_shell() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    said = subprocess.run(
        [sys.executable, "-m", "oureyes", "version", "--json"], env=environment, capture_output=True, check=True
    )
    assert "oureyes" in json.loads(said.stdout)
    asked = {**environment, "_OUREYES_COMPLETE": "complete_bash", "COMP_WORDS": "oureyes matc", "COMP_CWORD": "1"}
    said = subprocess.run([sys.executable, "-m", "oureyes"], env=asked, capture_output=True, check=False)
    assert said.stdout.split() == [b"matches"]
