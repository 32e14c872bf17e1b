"""The one writer: who waits goes first, who gives up does no harm, and what fails takes nothing with it."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from oureyes.errors import Refused, StorageError
from oureyes.storage import desk, open_database

KEY = bytes(32)


def test_what_somebody_waits_for_is_written_before_what_nobody_waits_for(tmp_path: Path) -> None:
    database, order, begun, go = open_database(tmp_path / "a.db", KEY), [], threading.Event(), threading.Event()

    def busy(connection):
        begun.set()
        go.wait(5)

    database.submit(busy)
    begun.wait(5)
    later = [database.submit(lambda connection, n=n: order.append(f"later {n}"), background=True) for n in range(2)]
    now = database.submit(lambda connection: order.append("now"))
    go.set()
    for piece in (now, *later):
        piece.result(5)
    assert order == ["now", "later 0", "later 1"]
    database.close()


def test_a_piece_called_off_before_its_turn_is_not_written_and_harms_no_other(tmp_path: Path) -> None:
    database, begun, go = open_database(tmp_path / "a.db", KEY), threading.Event(), threading.Event()

    def busy(connection):
        begun.set()
        go.wait(5)

    running = database.submit(busy)
    begun.wait(5)
    called_off = database.submit(lambda connection: desk.put_setting(connection, "a", "1"))
    assert called_off.cancel()
    assert not running.cancel()  # it has begun, and its outcome is told
    go.set()
    running.result(5)
    with pytest.raises(CancelledError):
        called_off.result(5)
    database.write(lambda connection: desk.put_setting(connection, "b", "2"))
    with database.read() as connection:
        assert (desk.get_setting(connection, "a"), desk.get_setting(connection, "b")) == (None, "2")
    database.close()


def test_one_that_fails_in_a_group_is_undone_alone(tmp_path: Path) -> None:
    database, begun, go = open_database(tmp_path / "a.db", KEY), threading.Event(), threading.Event()

    def busy(connection):
        begun.set()
        go.wait(5)

    def fails(connection):
        desk.put_setting(connection, "bad", "1")
        database.after_commit(lambda: heard.append("bad"))
        raise Refused("it")

    def holds(connection):
        desk.put_setting(connection, "good", "1")
        database.after_commit(lambda: heard.append("good"))

    heard: list[str] = []
    database.submit(busy)
    begun.wait(5)
    bad, good = database.submit(fails), database.submit(holds)
    go.set()
    good.result(5)
    with pytest.raises(Refused):
        bad.result(5)
    with database.read() as connection:
        assert (desk.get_setting(connection, "bad"), desk.get_setting(connection, "good")) == (None, "1")
    assert heard == ["good"]
    database.close()


def test_a_listener_that_fails_does_not_stop_the_writer(tmp_path: Path) -> None:
    database = open_database(tmp_path / "a.db", KEY)
    database.write(lambda connection: database.after_commit(lambda: 1 / 0))
    assert database.write(lambda connection: 7) == 7
    database.close()


def test_what_is_queued_is_finished_before_closing_and_nothing_is_taken_after(tmp_path: Path) -> None:
    database = open_database(tmp_path / "a.db", KEY)
    pieces = [
        database.submit(lambda connection, n=n: desk.put_setting(connection, f"k{n}", "1"), background=n % 2 == 0)
        for n in range(40)
    ]
    database.close()
    assert all(piece.done() and piece.exception() is None for piece in pieces)
    with pytest.raises(StorageError):
        database.submit(lambda connection: None)


def test_what_another_connection_writes_changes_the_generation(tmp_path: Path) -> None:
    one, other = open_database(tmp_path / "a.db", KEY), open_database(tmp_path / "a.db", KEY)
    before = one.generation()
    assert one.generation() == before
    other.write(lambda connection: desk.put_setting(connection, "a", "1"))
    assert one.generation() != before
    one.close()
    other.close()


def test_values_are_bound_as_what_they_are(tmp_path: Path) -> None:
    database = open_database(tmp_path / "a.db", KEY)
    with database.read() as connection:
        sql = "SELECT typeof(?), typeof(?), typeof(?), typeof(?), ?"
        found = connection.exec_driver_sql(sql, (b"\0x", True, None, b"", b"\0x")).one()
    assert tuple(found) == ("blob", "integer", "null", "blob", b"\0x")
    database.close()


def test_what_was_written_is_not_kept_in_memory_until_something_else_is(tmp_path: Path) -> None:
    class Batch:
        pass

    database, batch = open_database(tmp_path / "a.db", KEY), Batch()
    gone = threading.Event()
    weakref.finalize(batch, gone.set)
    database.write(lambda connection, kept=batch: None)
    del batch
    assert gone.wait(5)
    database.close()
