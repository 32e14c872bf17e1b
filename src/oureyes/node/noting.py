"""Audit rows of what outside readers were given, without a durable commit for each.

A commit costs more than a page. So a row is first appended, sealed, to a small file beside the database — one system
call, done before the page leaves — and rows go into the audit log together, a quarter of a second later. When the
process is killed in between, the next one finds the file and writes them; only a power cut can take that quarter of a
second with it. A line cannot be read or made without the node's key.
"""

from __future__ import annotations

import contextlib
import fcntl
import hmac
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oureyes.node.context import Context
from oureyes.storage import Connection, accounts

__all__ = ["Note", "Notes"]

_AFTER_S = 0.25
_TOGETHER = 200
_PREFIX = "notes-"
_NONCE = 12
_MOST_KNOWN = 1_000_000


class Note(msgspec.Struct, array_like=True):
    """One row to be."""

    at: str
    actor: str
    verb: str
    subject: str
    purpose: str
    detail: dict[str, str | int]
    door: str = ""
    shown: list[tuple[int, str]] = []  # (holding, the id it was shown under, "" for its own), where that is news


class Notes:
    """Safe to call from several threads, and beside other processes on the same home: each file is locked by whoever
    writes it, and one that nobody locks is left from a process that was killed."""

    def __init__(self, ctx: Context, after_s: float = _AFTER_S) -> None:
        self._ctx, self._after_s = ctx, after_s
        self._seal = AESGCM(hmac.digest(ctx.keys.extract, b"notes", "sha256"))
        self._lock, self._pending = threading.Lock(), list[Note]()
        self._known = set[tuple[str, int, str]]()  # what an account is known to have been given: it asks again
        self._timer: threading.Timer | None = None
        self._file: _File | None = None
        for path in ctx.config.home.glob(f"{_PREFIX}*"):
            if (left := _File.left(path)) is not None:
                self._write(list(self._read(path.read_bytes())), left, wait=True)

    def add(
        self,
        actor: str,
        verb: str,
        subject: str,
        purpose: str,
        /,
        *,
        door: str = "",
        shown: Iterable[tuple[int, str]] = (),
        **detail: str | int,
    ) -> None:
        """Note it, and whose content was shown through a door. When this returns it outlives the process."""
        fresh = [one for one in dict.fromkeys(shown) if (actor, *one) not in self._known]
        note = Note(self._ctx.now(), actor, verb, subject, purpose, detail, door, fresh)
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._seal.encrypt(nonce, msgspec.json.encode(note), None)
        with self._lock:
            if self._file is None:
                self._file = _File.fresh(self._ctx.config.home)
            os.write(self._file.number, len(sealed).to_bytes(4, "big") + sealed)
            self._pending.append(note)
            if len(self._known) + len(fresh) > _MOST_KNOWN:
                self._known.clear()
            self._known.update((actor, *one) for one in fresh)
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
            file, self._file = self._file, None
        if file is not None:
            self._write(found, file, wait=wait)

    def close(self) -> None:
        """Write what is left."""
        if self._timer is not None:
            self._timer.cancel()
        self.flush(wait=True)

    def _write(self, found: list[Note], file: _File, *, wait: bool = False) -> None:
        done = self._ctx.db.submit(_rows(self._ctx, found))
        done.add_done_callback(lambda future: file.close(keep=future.exception() is not None))
        if wait:
            done.result()

    def _read(self, raw: bytes) -> Iterator[Note]:
        at = 0
        while at + 4 <= len(raw):
            end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
            sealed, at = raw[at + 4 : end], end
            with contextlib.suppress(InvalidTag, msgspec.MsgspecError, ValueError):  # the last may be cut off
                yield msgspec.json.decode(self._seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], None), type=Note)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of notes, locked while it is open. One that could not be written to the audit log stays for the next."""

    path: Path
    number: int

    @classmethod
    def fresh(cls, home: Path) -> _File:
        """It gets its name once it is locked, so that nobody takes it for one that was left."""
        unnamed = home / f".{_PREFIX}{uuid4()}"
        number = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(number, fcntl.LOCK_EX)
        path = home / unnamed.name[1:]
        unnamed.rename(path)
        return cls(path, number)

    @classmethod
    def left(cls, path: Path) -> _File | None:
        """One that no living process writes; None when one does."""
        try:
            number = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(number)
            return None
        return cls(path, number)

    def close(self, *, keep: bool) -> None:
        if not keep:
            self.path.unlink(missing_ok=True)
        os.close(self.number)


def _rows(ctx: Context, found: list[Note]) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        for note in found:
            ctx.audit(connection, note.actor, note.verb, note.subject, note.purpose, noted=note.at, **note.detail)
            accounts.put_shown(connection, note.actor, note.door, note.at, note.shown)

    return write
