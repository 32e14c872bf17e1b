"""The writer, its readers, and what protects them: group commit, snapshots, full disks, keys, schemas."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from a_case import an_object
from stores import add, current

from oureyes.errors import InvalidObject, StorageError
from oureyes.storage import desk, open_database


def put(name, value="yes"):
    return lambda connection: desk.put_setting(connection, name, value)


def got(store, name):
    with store.read() as connection:
        return desk.get_setting(connection, name)


def blocked(store, *pieces):
    """Submit pieces while the writer is busy, so that they are gathered into one commit."""
    gate = threading.Event()
    first = store.submit(lambda connection: gate.wait(5))
    futures = [store.submit(piece) for piece in pieces]
    gate.set()
    first.result(5)
    return futures


def fail(connection):
    desk.put_setting(connection, "half", "written")
    raise InvalidObject("a piece", "better")


def test_a_piece_that_fails_takes_no_other_with_it(store):
    futures = blocked(store, put("a"), fail, put("b"))
    assert futures[0].result(5) is None
    with pytest.raises(InvalidObject, match="a piece"):
        futures[1].result(5)
    futures[2].result(5)
    assert [got(store, name) for name in ("a", "half", "b")] == ["yes", None, "yes"]


def test_a_piece_the_engine_refuses_takes_no_other_with_it_and_tells_no_content(store):
    def twice(connection):
        for _ in range(2):
            connection.exec_driver_sql("INSERT INTO ident (id, n) VALUES ('canary-4242', 1)")

    futures = blocked(store, put("a"), twice, put("b"))
    with pytest.raises(StorageError) as told:
        futures[1].result(5)
    assert "canary" not in str(told.value)
    assert [got(store, "a"), got(store, "b")] == ["yes", "yes"]
    with pytest.raises(StorageError):
        store.write(twice)
    store.write(put("c"))
    assert got(store, "c") == "yes"


def test_many_threads_may_write_and_each_learns_its_own_result(store):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: store.write(lambda c: (put(f"n{n}")(c), n)[1]), range(60)))
    assert made == list(range(60))
    with store.read() as connection:
        assert all(desk.get_setting(connection, f"n{n}") == "yes" for n in range(60))


def test_a_caller_that_no_longer_waits_does_not_stop_the_writer(store):
    gate = threading.Event()
    first = store.submit(lambda connection: gate.wait(5))
    left = store.submit(put("left"))
    assert left.cancel()
    gate.set()
    first.result(5)
    store.write(put("after"))
    assert [got(store, "left"), got(store, "after")] == [None, "yes"]


def test_a_listener_that_fails_does_not_stop_the_writer(store):
    heard = []

    def write(connection):
        store.after_commit(lambda: [][0])
        store.after_commit(lambda: heard.append(got(store, "said")))
        desk.put_setting(connection, "said", "yes")

    store.write(write)
    assert heard == ["yes"]
    store.write(put("after"))


def test_listeners_hear_nothing_of_a_piece_that_was_undone(store):
    heard = []

    def write(connection):
        store.after_commit(lambda: heard.append("undone"))
        raise InvalidObject("a piece", "better")

    for future in blocked(store, write, put("a")):
        assert future.exception(5) is None or heard == []
    with pytest.raises(InvalidObject):
        store.write(write)
    assert heard == []


def test_a_reader_sees_one_moment(store):
    store.write(put("a", "1"))
    with store.read() as connection:
        assert desk.get_setting(connection, "a") == "1"
        store.write(put("a", "2"))
        store.write(put("b", "2"))
        assert [desk.get_setting(connection, name) for name in ("a", "b")] == ["1", None]
    assert [got(store, "a"), got(store, "b")] == ["2", "2"]


def test_nothing_is_written_through_a_reader(store):
    with pytest.raises(Exception, match=r"read-?only"), store.read() as connection:
        desk.put_setting(connection, "a", "1")
    assert got(store, "a") is None
    store.write(put("a"))


def test_a_write_from_within_a_write_is_refused(store):
    with pytest.raises(StorageError, match="from within"):
        store.write(lambda connection: store.write(put("a")))


def test_closing_finishes_what_was_queued_and_refuses_the_rest(where):
    store = open_database(where, b"k" * 32)
    futures = [store.submit(put(f"n{n}")) for n in range(50)]
    store.close()
    store.close()
    assert all(future.exception(0) is None for future in futures)
    with pytest.raises(StorageError, match="a closed one"):
        store.submit(put("late"))
    with closing(open_database(where, b"k" * 32)) as again:
        assert got(again, "n49") == "yes"


def test_what_was_acknowledged_is_there_after_opening_again(where, store):
    obj = an_object("malware", name="m", is_family=False)
    add(store, obj)
    store.close()
    with closing(open_database(where, b"k" * 32)) as again:
        assert current(again, obj.id)[0].object.raw == obj.raw
