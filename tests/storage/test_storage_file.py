"""The encrypted file: its key, what can be read of it without, backups, and a disk that is full."""

from __future__ import annotations

import pytest
from a_case import an_object
from stores import add, current

from oureyes.errors import StorageError
from oureyes.storage import backup, desk, open_database, restore

KEY = b"k" * 32
MARKER = "canary-5d1a7c"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "node.db"


@pytest.fixture
def store(file):
    database = open_database(file, KEY)
    yield database
    database.close()


def marked():
    return an_object("malware", name=MARKER, description=MARKER * 50, is_family=False)


def test_nothing_that_was_stored_can_be_read_from_the_bytes_on_disk(file, store, tmp_path):
    obj = marked()
    add(store, obj, source=MARKER)
    backup(store, tmp_path / "copy.db", KEY)
    files = [one for one in tmp_path.iterdir() if one.is_file()]
    assert {"node.db", "node.db-wal", "copy.db"} <= {one.name for one in files}
    for one in files:
        raw = one.read_bytes()
        assert not any(word in raw for word in (MARKER.encode(), b"SQLite format", b"CREATE TABLE", b"malware"))
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", [b"x" * 32, b"k" * 31 + b"l"])
def test_another_key_opens_nothing(file, store, key):
    store.close()
    with pytest.raises(StorageError, match="the key this file was made with"):
        open_database(file, key)


def test_no_file_is_ever_made_in_the_clear(file):
    with pytest.raises(StorageError, match="a key"):
        open_database(file)
    assert not file.exists()


def test_a_sqlite_with_the_corruption_bug_is_refused(file, monkeypatch):
    from sqlcipher3 import dbapi2

    monkeypatch.setattr(dbapi2, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(StorageError, match=r"3\.51\.3"):
        open_database(file, KEY)


def test_a_full_disk_fails_the_piece_and_not_the_store(store):
    small, big = marked(), an_object("malware", name="m", is_family=False, description="x" * 4_000_000)

    def fill(connection):
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {int(pages) + 60}")

    store.write(fill)
    with pytest.raises(StorageError, match="full"):
        add(store, big)
    assert current(store, big.id) == []
    add(store, small)
    store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000"))
    add(store, big)
    assert [len(current(store, obj.id)) for obj in (small, big)] == [1, 1]


def test_a_full_disk_within_a_group_tells_each_caller_the_truth(store):
    import threading

    store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 280"))
    gate = threading.Event()
    first = store.submit(lambda connection: gate.wait(5))
    names = [f"n{n}" for n in range(6)]
    futures = [
        store.submit(lambda c, n=name: desk.put_setting(c, n, "x" * (300_000 if n < "n3" else 10))) for name in names
    ]
    gate.set()
    first.exception(5)  # it may have been gathered into the same group
    went = {name: future.exception(5) is None for name, future in zip(names, futures, strict=True)}
    assert not all(went.values())
    with store.read() as connection:
        kept = {name: desk.get_setting(connection, name) is not None for name in names}
    assert all(kept[name] for name in names if went[name])  # acknowledged is durable
    store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000"))
    store.write(lambda c: desk.put_setting(c, "after", "yes"))


def test_a_backup_taken_while_the_node_runs_is_restored_whole(file, store, tmp_path):
    first, second = marked(), marked()
    add(store, first)
    backup(store, tmp_path / "copy.db", KEY)
    add(store, second)
    store.close()
    restore(tmp_path / "copy.db", file, KEY)
    assert not (tmp_path / "node.db-wal").exists()
    assert file.stat().st_mode & 0o077 == 0
    again = open_database(file, KEY)
    assert [len(current(again, obj.id)) for obj in (first, second)] == [1, 0]
    with again.read() as connection:
        assert desk.get_setting(connection, "restored") == "yes"
    again.close()


def test_a_backup_never_overwrites_a_file(store, tmp_path):
    (tmp_path / "copy.db").write_bytes(b"mine")
    with pytest.raises(StorageError, match="does not exist yet"):
        backup(store, tmp_path / "copy.db", KEY)
    assert (tmp_path / "copy.db").read_bytes() == b"mine"


@pytest.mark.parametrize("spoil", ["key", "bytes", "cut"])
def test_a_backup_that_is_not_whole_is_not_put_in_place(file, store, tmp_path, spoil):
    add(store, marked())
    backup(store, tmp_path / "copy.db", KEY)
    store.close()
    before, raw = file.read_bytes(), bytearray((tmp_path / "copy.db").read_bytes())
    if spoil == "bytes":
        raw[9_000] ^= 1
    (tmp_path / "copy.db").write_bytes(raw[:20_480] if spoil == "cut" else raw)
    with pytest.raises(StorageError):
        restore(tmp_path / "copy.db", file, b"x" * 32 if spoil == "key" else KEY)
    assert file.read_bytes() == before


def test_a_wrong_key_is_told_once_and_by_us(file, store, tmp_path, capfd):
    backup(store, tmp_path / "copy.db", KEY)
    store.close()
    with pytest.raises(StorageError, match="the key this file was made with"):
        open_database(file, b"x" * 32)
    with pytest.raises(StorageError, match="a backup made under this node's key"):
        restore(tmp_path / "copy.db", file, b"x" * 32)
    assert capfd.readouterr() == ("", "")
