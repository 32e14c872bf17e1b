"""(d) Resident memory: one idle node serving, and the demonstration of eleven at its highest."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.figures import Figure
from bench.nodes import homes

__all__ = ["figures"]

_MIB = 1 << 20


def figures(_: Path) -> Iterator[Figure]:
    """MiB; a bare interpreter beside the idle node."""
    yield Figure("idle node", _idle() / _MIB, "MiB", "bare interpreter", _bare() / _MIB, "≤ 120 MB")
    yield Figure("demonstration of eleven nodes, highest", _demo() / _MIB, "MiB", aim="≤ 1 GB")


def _idle() -> int:
    with tempfile.TemporaryDirectory() as folder:
        home = homes(Path(folder), ("ID", "SG"), port=18460)["ID"]
        return _resident([sys.executable, "-m", "oureyes.interfaces.service", str(home)])


def _bare() -> int:
    return _resident([sys.executable, "-c", "import time; time.sleep(60)"], seconds=1)


def _resident(command: list[str], seconds: float = 8) -> int:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(seconds)
        assert process.poll() is None, "it did not stay up"
        return int(psutil.Process(process.pid).memory_info().rss)
    finally:
        process.kill()
        process.wait()


def _demo() -> int:
    process = subprocess.Popen([sys.executable, "-m", "oureyes", "demo", "--once", "--json"], stdout=subprocess.DEVNULL)
    highest = 0
    while process.poll() is None:
        try:
            highest = max(highest, psutil.Process(process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    assert process.returncode == 0, "the demonstration failed"
    return highest
