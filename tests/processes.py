"""Nodes that are processes of their own, joined by sockets and mutual TLS, with an officer's desk beside each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

from wired import homes

from oureyes.node import Node

SOURCE = Path(__file__).resolve().parents[1] / "src"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE)}

# `python -m oureyes.interfaces.service` with the clock set back: the public data has days on which it is fresh.
_BEHIND = """
import sys
from datetime import timedelta
from pathlib import Path
from oureyes.interfaces import service
from oureyes.node import Node
from oureyes.node.context import utc_now

opened, behind = Node.open, timedelta(seconds=float(sys.argv[2]))
Node.open = lambda home: opened(home, clock=lambda: utc_now() - behind)
service.run(Path(sys.argv[1]), ready=lambda one: print(one.node.member, one.url, flush=True))
"""


def served(home: Path, behind: timedelta = timedelta(0)) -> subprocess.Popen[bytes]:
    """A node's process, reachable."""
    program = ["-c", _BEHIND] if behind else ["-m", "oureyes.interfaces.service"]
    command = [sys.executable, *program, str(home), str(behind.total_seconds())]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline(), "the node did not start"
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(timeout=15) == 0
    assert process.stdout is not None
    process.stdout.close()


class Desks(dict[str, Node]):
    """The nodes as officers have them open, beside the process of each. `at` is the time it is for all of them."""

    def __init__(self, folder: Path, members: Iterable[str], at: datetime | None = None) -> None:
        behind = datetime.now(UTC) - at if at else timedelta(0)
        found = homes(folder, list(members), heartbeat_s=1, retry_max_s=1)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for member, home in found.items():
                self._running[member] = served(home, behind)
                self[member] = Node.open(home, clock=lambda: datetime.now(UTC) - behind)
        except BaseException:
            self.close()
            raise

    def settle(self, seconds: float = 900.0) -> None:
        """Until all that was released is received, receipted and read, and nothing came of it that is still on its
        way: what a message brings forth is written together with its reading, so two quiet looks are enough."""
        until, quiet = time.monotonic() + seconds, 0
        while quiet < 2:
            under_way = self._under_way()
            quiet = 0 if under_way else quiet + 1
            assert all(process.poll() is None for process in self._running.values()), "a node has ended"
            assert time.monotonic() < until, f"still under way: {under_way}"
            time.sleep(0.1)

    def _under_way(self) -> list[str]:
        states = {(node.member, one.member): one for node in self.values() for one in node.partners()}
        pairs = [(states[here, there], states[there, here]) for here, there in permutations(self, 2)]
        return [
            f"{theirs.member} to {mine.member}"
            for mine, theirs in pairs
            if not mine.sent == mine.receipted == theirs.received == theirs.applied
        ]

    def close(self) -> None:
        """End the processes, and close the desks."""
        for node in self.values():
            node.close()
        for process in self._running.values():
            if process.poll() is None:
                end(process)
