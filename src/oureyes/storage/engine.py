"""Opening the database, and the one writer.

Everything written goes through a single thread that gathers what is waiting into one transaction (group commit):
each piece runs in a savepoint, so one that fails takes nothing with it; the commit, with `synchronous=FULL`, stands
for all of them, and only then does any caller learn that its piece is done. Readers have connections of their own.

There are two lanes. What somebody waits for goes first; work that only has to be done some day (`background`: reading
entries that are receipted already) is taken one piece a commit while nobody waits, so that no receipt is held up by
it, and now and then even when somebody does, so that it is never starved.

SQLite comes from `sqlcipher3`, encrypted and of a version without the WAL-reset corruption (fixed in 3.51.3); the
interpreter's own is not used. The key is the raw 32 bytes, so no key derivation is paid per connection.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool, StaticPool

from oureyes.errors import StorageError
from oureyes.storage.migrations import upgrade

__all__ = ["Database", "backup", "fault", "open_database", "restore", "sqlite_version"]

T = TypeVar("T")
_OLDEST_SQLITE = (3, 51, 3)
_GROUP = 256  # pieces gathered into one commit at most
_TURNS = 8  # commits in a row for those who wait, before background work gets one
# PostgreSQL: one writer of a node at a time, whichever process it is in. The second number is of the node's schema:
# nodes that share a database would else wait for one another.
_WRITER_LOCK = f"SELECT pg_advisory_xact_lock({0x0E7E5}, hashtext(coalesce(current_schema(), '')))"

_LOG = logging.getLogger(__name__)
# At DEBUG the engine would log every row it reads; no level of ours logs content.
logging.getLogger("sqlalchemy").setLevel(logging.WARNING)


@dataclass
class _Piece:
    work: Callable[[Connection], Any]
    future: Future[Any] = field(default_factory=Future)


class Database:
    """One open database. `write` runs in the writer and returns after the durable commit; `read` gives a snapshot."""

    def __init__(self, writer: Engine, reader: Engine, path: Path | None) -> None:
        self._writer, self._reader, self.path = writer, reader, path
        self._waiting: deque[_Piece] = deque()
        self._background: deque[_Piece] = deque()
        self._work = threading.Condition()
        self._turns = 0
        self._committed: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="oureyes-writer", daemon=True)
        self._closed = False
        self._watch: Connection | None = None
        self._watching = threading.Lock()
        self._thread.start()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    def submit(self, work: Callable[[Connection], T], *, background: bool = False) -> Future[T]:
        """Queue a piece of writing; the future is done once it is durable, or failed and undone."""
        piece = _Piece(work)
        with self._work:
            if self._closed:
                raise StorageError("database", "an open database", "a closed one")
            (self._background if background else self._waiting).append(piece)
            self._work.notify()
        return piece.future

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run a piece of writing and wait for its durable commit."""
        if threading.current_thread() is self._thread:
            raise StorageError("database", "a write from outside the writer", "one from within; pass the connection")
        return self.submit(work).result()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot; nothing can be written through it."""
        with self._reader.connect() as connection:
            yield connection
            connection.rollback()

    def generation(self) -> int:
        """A number that changes when anybody, in this process or another, has written; cheap to ask often."""
        sqlite = self.dialect == "sqlite"
        with self._watching:
            if self._watch is None:
                self._watch = self._reader.connect()  # kept: SQLite counts what others wrote per connection
            asked = "PRAGMA data_version" if sqlite else "SELECT txid_snapshot_xmax(txid_current_snapshot())"
            found = self._watch.exec_driver_sql(asked).scalar_one()
            self._watch.rollback()
        return int(found)

    def after_commit(self, call: Callable[[], None]) -> None:
        """From inside a piece of writing: call this once its transaction is durable."""
        self._committed.append(call)

    def close(self) -> None:
        """Finish what is queued, then close."""
        with self._work:
            if self._closed:
                return
            self._closed = True
            self._work.notify()
        self._thread.join()
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._writer.dispose()
        self._reader.dispose()

    def _run(self) -> None:
        with self._writer.connect() as connection:
            while taken := self._next():
                # whoever stopped waiting before its turn has nothing done; from here on it cannot be called off
                if group := [piece for piece in taken if piece.future.set_running_or_notify_cancel()]:
                    self._commit(connection, group)
                del taken, group  # or what was written would stay in memory until something else is

    def _next(self) -> list[_Piece]:
        """The pieces of the next commit; none once the database is closed and all is done."""
        with self._work:
            while not (self._waiting or self._background or self._closed):
                self._work.wait()
            if self._background and (not self._waiting or self._turns >= _TURNS):
                self._turns = 0
                return [self._background.popleft()]
            self._turns += 1
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), _GROUP))]

    def _commit(self, connection: Connection, group: list[_Piece]) -> None:
        done: list[tuple[_Piece, Any]] = []
        self._committed.clear()
        try:
            with connection.begin():
                for piece in group:
                    self._attempt(connection, piece, done, alone=len(group) == 1)
                _insist(connection)
        except BaseException as error:
            # the commit itself failed (disk full, …): nothing of the group is durable, and each caller must know
            self._committed.clear()
            for piece in group:
                if not piece.future.done():
                    piece.future.set_exception(_told(error))
            return
        for call in tuple(self._committed):
            try:
                call()
            except Exception as error:  # a listener's fault must neither stop the writer nor undo what is durable
                _LOG.error("a listener failed: %s", type(error).__name__)
        self._committed.clear()
        for piece, result in done:
            piece.future.set_result(result)

    def _attempt(self, connection: Connection, piece: _Piece, done: list[tuple[_Piece, Any]], *, alone: bool) -> None:
        before = len(self._committed)
        try:
            if alone:
                done.append((piece, piece.work(connection)))
            else:
                with connection.begin_nested():
                    done.append((piece, piece.work(connection)))
        except Exception as error:  # one piece must not stop the others; its caller gets the error
            del self._committed[before:]
            if alone:
                raise
            piece.future.set_exception(_told(error))
            _insist(connection)


def _insist(connection: Connection) -> None:
    """SQLite may roll the whole transaction back by itself (disk full, I/O error: lang_transaction.html §3.1); what
    then follows would run in no transaction, and the commit at the end would quietly commit nothing."""
    raw = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and not getattr(raw, "in_transaction", True):
        raise StorageError("database", "an open transaction", "one that SQLite gave up", "see `oureyes doctor`")


def _told(error: BaseException) -> BaseException:
    """The error as callers may see it: an engine's own words can repeat the values it was given."""
    if not isinstance(error, DBAPIError):
        return error
    said = str(error.orig).splitlines()[0][:120] if isinstance(error, OperationalError) else type(error.orig).__name__
    return StorageError("database", "a durable commit", said, "see `oureyes doctor`")


def open_database(where: str | Path, key: bytes | None = None, *, migrate: bool = True) -> Database:
    """Open the encrypted file at a path (made when absent), or `postgresql://…`; ":memory:" for tests.

    StorageError when the key is wrong, SQLite is too old, or the schema is newer than this software.
    """
    if isinstance(where, str) and where.startswith("postgresql"):
        writer, reader = _postgresql(where.replace("postgresql://", "postgresql+psycopg://", 1))
        path = None
    else:
        writer, reader, path = _sqlite(str(where), key)
    try:
        upgrade(writer, migrate=migrate)
    except BaseException:
        writer.dispose()
        reader.dispose()
        raise
    return Database(writer, reader, path)


def _postgresql(dsn: str) -> tuple[Engine, Engine]:
    writer = create_engine(dsn, pool_size=1, hide_parameters=True)
    reader = create_engine(
        dsn,
        pool_size=4,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",  # a snapshot for all statements of one reading
        execution_options={"postgresql_readonly": True},
    )
    event.listen(writer, "begin", lambda connection: connection.exec_driver_sql(_WRITER_LOCK))
    return writer, reader


def _keyed(file: str | Path, key: bytes, **options: Any) -> Any:
    """A connection to an encrypted file. What is wrong is told once, by us: the engine's own lines go nowhere."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(file), **options)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def _sqlite(where: str, key: bytes | None) -> tuple[Engine, Engine, Path | None]:
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
        raise StorageError(
            "SQLite", "3.51.3 or later (WAL-reset corruption)", dbapi2.sqlite_version, "update sqlcipher3"
        )
    memory = where == ":memory:"
    if key is None and not memory:
        raise StorageError(Path(where).name, "a key: the file is never kept in the clear", "none", "`oureyes init`")
    target = f"file:oureyes-{uuid4()}?mode=memory&cache=shared" if memory else where
    if not memory and not Path(where).exists():
        with contextlib.suppress(OSError):  # the engine says what is wrong with the place
            Path(where).touch(mode=0o600)  # its own umask would let others read it; -wal and -shm follow the file

    _adapt(dbapi2)
    connect = partial(_connected, target, None if memory else key, None if memory else Path(where).name)
    writer = create_engine(
        "sqlite+pysqlite://", creator=connect, module=dbapi2, poolclass=StaticPool, hide_parameters=True
    )
    reader = create_engine(
        "sqlite+pysqlite://",
        creator=partial(connect, reading=True),
        module=dbapi2,
        poolclass=QueuePool,
        pool_size=4,
        hide_parameters=True,
    )
    event.listen(writer, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return writer, reader, None if memory else Path(where)


def _connected(target: str, key: bytes | None, file: str | None, *, reading: bool = False) -> Any:
    """A connection as we want it, to a file by its name or, without one, to what is in memory."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(target, uri=file is None, check_same_thread=False, isolation_level=None, timeout=30)
    connection.execute("PRAGMA cipher_log_level = NONE")  # a wrong key is told once, by us
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    try:
        connection.execute("PRAGMA foreign_keys = OFF")
        if file is not None:
            connection.execute("PRAGMA journal_mode = WAL")
    except dbapi2.DatabaseError as error:
        connection.close()
        raise StorageError(file or ":memory:", "the key this file was made with", str(error)[:80]) from None
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    if reading:
        connection.execute("PRAGMA query_only = ON")
    return connection


def _adapt(module: Any) -> None:
    """What a value is bound as, said outright. Where nothing is said, the module asks each of them for two methods it
    has not and catches the errors: that was two thirds of what an inserted row cost."""
    module.register_adapter(bytes, memoryview)
    module.register_adapter(bool, int)
    module.register_adapter(type(None), {}.get)  # None as it is, without a call into Python


def sqlite_version() -> tuple[str, bool]:
    """Of the SQLite that keeps the encrypted file, and whether it is recent enough."""
    from sqlcipher3 import dbapi2

    return dbapi2.sqlite_version, dbapi2.sqlite_version_info >= _OLDEST_SQLITE


def fault(database: Database) -> str:
    """What the engine's own check of its file finds; "" when it is whole, or when the engine looks after that."""
    if database.dialect != "sqlite":
        return ""
    with database.read() as connection:
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check").all()]
    return "" if found == ["ok"] else "; ".join(found)[:200]


def backup(database: Database, target: Path, key: bytes) -> None:
    """A consistent copy of an encrypted file while the node runs, under the same key."""
    if database.path is None:
        raise StorageError("backup", "an encrypted file", "another engine", "use pg_dump for PostgreSQL")
    if target.exists():
        raise StorageError(target.name, "a file that does not exist yet", "one that does")

    target.touch(mode=0o600)  # before anything is in it
    origin, copy = _keyed(database.path, key), _keyed(target, key)
    try:
        origin.backup(copy)
    finally:
        copy.close()
        origin.close()


def restore(backup_file: Path, target: Path, key: bytes) -> None:
    """Put a backup in place of the node's file, after checking that it opens and is whole.

    The node that comes back has an old log: before it speaks it must collect its recipients' receipts (`exchange`).
    """
    from sqlcipher3 import dbapi2

    connection = _keyed(backup_file, key)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except dbapi2.DatabaseError as error:
        raise StorageError(backup_file.name, "a backup made under this node's key", str(error)[:80]) from None
    finally:
        connection.close()
    if found != "ok":
        raise StorageError(backup_file.name, "a whole database", str(found)[:80], "use another backup")
    fresh = target.with_name(target.name + "-restored")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(backup_file.read_bytes())
    _remember_restored(fresh, key)
    for leftover in (target.with_name(target.name + "-wal"), target.with_name(target.name + "-shm")):
        leftover.unlink(missing_ok=True)
    os.replace(fresh, target)  # at any moment there is a whole file


def _remember_restored(file: Path, key: bytes) -> None:
    """The node that opens it must know that its partners may hold more of its own log than it does."""
    with contextlib.closing(_keyed(file, key, isolation_level=None)) as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('restored', 'yes')")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
