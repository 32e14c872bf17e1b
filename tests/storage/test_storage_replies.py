"""What a write under a key was answered, on every engine."""

from __future__ import annotations

from oureyes.storage import replies
from oureyes.storage.replies import Reply


def begun(store, key, at=0):
    store.write(lambda connection: replies.begin(connection, "ayu", key, b"mark", "here", at, keep_us=100))


def test_a_write_is_begun_and_answered_and_its_bytes_come_back(store):
    begun(store, "k")
    with store.read() as connection:
        assert replies.reply(connection, "ayu", "k") == Reply(b"mark", "here", 0, {}, None)
        assert replies.reply(connection, "budi", "k") is None
    answered = Reply(b"", "", 201, {"Content-Type": "application/json"}, b"\x00{}")
    store.write(lambda connection: replies.end(connection, "ayu", "k", answered))
    with store.read() as connection:
        found = replies.reply(connection, "ayu", "k")
    assert found == Reply(b"mark", "", 201, {"Content-Type": "application/json"}, b"\x00{}")


def test_a_key_that_is_given_back_is_free(store):
    begun(store, "k")
    store.write(lambda connection: replies.forget(connection, "ayu", "k"))
    begun(store, "k")


def test_what_is_old_is_forgotten_when_something_begins(store):
    begun(store, "old", at=0)
    begun(store, "new", at=101)
    with store.read() as connection:
        assert replies.reply(connection, "ayu", "old") is None
        assert replies.reply(connection, "ayu", "new") is not None
