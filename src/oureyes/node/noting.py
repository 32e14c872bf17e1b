"""Audit rows of what outside readers were given, without a durable commit for each.

A commit costs more than a page. So a row is first appended, sealed, to a small file beside the database — one system
call, done before the page leaves — and rows go into the audit log together, a quarter of a second later. When the
process is killed in between, the next one finds the file and writes them; only a power cut can take that quarter of a
second with it. A line cannot be read or made without the node's key.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oureyes.node.context import Context
from oureyes.storage import Connection

__all__ = ["Note", "Notes"]

_AFTER_S = 0.25
_TOGETHER = 200
_FILES = ("notes-a", "notes-b")
_NONCE = 12


class Note(msgspec.Struct, array_like=True):
    """One row to be."""

    at: str
    actor: str
    verb: str
    subject: str
    purpose: str
    detail: dict[str, str | int]


class Notes:
    """One per process and home. Safe to call from several threads."""

    def __init__(self, ctx: Context, after_s: float = _AFTER_S) -> None:
        self._ctx, self._after_s = ctx, after_s
        self._seal = AESGCM(hmac.digest(ctx.keys.extract, b"notes", "sha256"))
        self._lock, self._pending = threading.Lock(), list[Note]()
        self._timer: threading.Timer | None = None
        self._turn, self._file = 0, -1
        left = [path for name in _FILES if (path := ctx.config.home / name).exists()]
        if left:
            self._write([note for path in left for note in self._read(path)], left)

    def add(self, actor: str, verb: str, subject: str, purpose: str, **detail: str | int) -> None:
        """Note it. When this returns it outlives the process."""
        note = Note(self._ctx.now(), actor, verb, subject, purpose, detail)
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._seal.encrypt(nonce, msgspec.json.encode(note), None)
        with self._lock:
            if self._file < 0:
                self._file = os.open(self._path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(self._file, len(sealed).to_bytes(4, "big") + sealed)
            self._pending.append(note)
            first, full = len(self._pending) == 1, len(self._pending) >= _TOGETHER
        if full:
            self.flush()
        elif first:
            self._timer = threading.Timer(self._after_s, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self, *, wait: bool = False) -> None:
        """Put what was noted into the audit log."""
        with self._lock:
            found, self._pending = self._pending, []
            path, file = self._path(), self._file
            self._turn, self._file = 1 - self._turn, -1
        if file >= 0:
            os.close(file)
        if found:
            self._write(found, [path], wait=wait)

    def close(self) -> None:
        """Write what is left."""
        if self._timer is not None:
            self._timer.cancel()
        self.flush(wait=True)

    def _path(self) -> Path:
        return self._ctx.config.home / _FILES[self._turn]

    def _write(self, found: list[Note], files: list[Path], *, wait: bool = True) -> None:
        done = self._ctx.db.submit(_rows(self._ctx, found))

        def settled(future: Future[None]) -> None:
            if future.exception() is None:
                for path in files:
                    path.unlink(missing_ok=True)
            else:  # the disk is full or the like: they stay in the file, and are tried again with the next
                with self._lock:
                    self._pending = [*found, *self._pending]

        done.add_done_callback(settled)
        if wait:
            done.result()

    def _read(self, path: Path) -> Iterator[Note]:
        raw, at = path.read_bytes(), 0
        while at + 4 <= len(raw):
            end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
            sealed, at = raw[at + 4 : end], end
            with contextlib.suppress(InvalidTag, msgspec.MsgspecError, ValueError):  # the last may be cut off
                yield msgspec.json.decode(self._seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], None), type=Note)


def _rows(ctx: Context, found: list[Note]) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        for note in found:
            ctx.audit(connection, note.actor, note.verb, note.subject, note.purpose, noted=note.at, **note.detail)

    return write
