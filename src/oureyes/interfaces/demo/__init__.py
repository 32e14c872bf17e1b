"""The demonstration: eleven states on this machine play the mission from a crime recorded to a plan that follows it."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from oureyes.errors import ConfigError, OurEyesError
from oureyes.interfaces.demo.case import unpack
from oureyes.interfaces.demo.federation import STATES, Federation, bring_up
from oureyes.interfaces.demo.feed import Feed, feed
from oureyes.interfaces.demo.proof import Silence, Step
from oureyes.interfaces.demo.screen import Screen
from oureyes.interfaces.demo.stage import Stage
from oureyes.interfaces.demo.story import play

__all__ = ["run"]

_INTERRUPTED = 130  # what a shell expects of a command that was stopped by hand


def run(*, once: bool, json: bool, data: Path | None = None, home: Path | None = None, port: int = 8440) -> int:
    """Play the story, or feed `data` in; stay up unless `once`. 0 when every proof held, else 1 and its name."""
    screen = None if json else Screen()
    with _folder(home, keep=not once and not json) as folder:
        told = _Told(time.perf_counter(), screen)
        states = None
        try:
            states = bring_up(folder, port)
            for step in _steps(states, folder, data, screen):
                told.steps.append(step)
        except OurEyesError as error:
            told.failed(error)
        except KeyboardInterrupt:
            return _INTERRUPTED
        else:
            told.ended(states)
            if not once and screen is not None:
                screen.stay(folder, STATES, _commands(folder, told.ids))
                _until_interrupted()
                screen.goodbye(folder)
        finally:
            if states is not None:
                states.close()
    return 1 if told.error else 0


def _steps(states: Federation, folder: Path, data: Path | None, screen: Screen | None) -> Iterator[Step]:
    tell = screen or Silence()
    if data is not None:
        yield from feed(Feed(states, data, tell))
        return
    if screen is not None:
        screen.title(
            "Our Eyes",
            "What one state knows of a crime, the others know, understand and act on. The case is fictional.",
        )
    case = unpack(folder / "case", datetime.now(UTC).date())
    yield from play(Stage(states, case, tell))


class _Told:
    """What was told so far; as JSON it is one document."""

    def __init__(self, started: float, screen: Screen | None) -> None:
        self.steps: list[Step] = []
        self.error: OurEyesError | None = None
        self._started, self._screen = started, screen

    @property
    def ids(self) -> dict[str, str]:
        """Objects that a person may want to look at."""
        return next((step.proof["look_at"] for step in reversed(self.steps) if "look_at" in step.proof), {})

    def failed(self, error: OurEyesError) -> None:
        self.error = error
        if self._screen is not None:
            self._screen.failed(error)
        else:
            self._write(error=str(error))

    def ended(self, states: Federation) -> None:
        seconds, megabytes = time.perf_counter() - self._started, _memory_mb()
        if self._screen is not None:
            self._screen.close(seconds, megabytes)
            return
        nodes = [
            {"member": member, "name": STATES[member], "url": node.public.url, "figures": dict(node.figures())}
            for member, node in states.nodes.items()
        ]
        self._write(memory_mb=megabytes, nodes=nodes)

    def _write(self, **more: Any) -> None:
        seconds = round(time.perf_counter() - self._started, 3)
        document = {"steps": [step.to_json() for step in self.steps], "seconds": seconds, **more}
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
        sys.stdout.flush()


@contextmanager
def _folder(home: Path | None, *, keep: bool) -> Iterator[Path]:
    """Where the nodes live: the folder given, which stays; else a temporary one, which goes when nobody needs it."""
    if home is not None:
        if home.exists() and any(home.iterdir()):
            raise ConfigError(f"--home {home.name}", "an empty folder", "one with files in it", "choose another")
        home.mkdir(parents=True, exist_ok=True)
        yield home
        return
    made = Path(tempfile.mkdtemp(prefix="oureyes-demo-"))
    try:
        yield made
    finally:
        if not keep:
            shutil.rmtree(made, ignore_errors=True)


def _commands(folder: Path, ids: dict[str, str]) -> list[tuple[str, str]]:
    said = [
        ("What Malaysia's desk must know", "MY", "inbox"),
        ("Find by words, in any script of the region", "SG", "search lentera"),
        ("Who has received what", "ID", "partners"),
        ("That nothing is missing", "LA", "verify"),
    ]
    if "wallet" in ids:
        said[2:2] = [
            ("Who says so, how sure, who may see it, until when, what it touches", "VN", f"show {ids['wallet']}"),
            ("What it leads to", "ID", f"graph {ids['wallet']} --hops 2"),
            ("How the plan stands, and why", "MY", f"plan show {ids['plan']}"),
        ]
    return [(f"oureyes --home {folder / member} {command}", says) for says, member, command in said]


def _until_interrupted() -> None:
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stop.wait(0.5):  # a wait without end would not let the signal in on every system
            pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _memory_mb() -> int:
    """The most this process ever held."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))
