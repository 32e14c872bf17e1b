"""Servers of others and how far each is read, on every engine."""

from __future__ import annotations

from oureyes.model.remotes import Progress, Remote
from oureyes.storage import remotes


def test_a_remote_is_taken_by_one_worker_and_keeps_how_far_it_is(store):
    store.write(lambda connection: remotes.put(connection, Remote("them", "https://x.example/"), "secret"))
    assert store.write(lambda connection: remotes.claim(connection, "them", 5, 100))
    assert not store.write(lambda connection: remotes.claim(connection, "them", 50, 200))
    reached = Progress(after="2026-11-24T00:00:00Z", objects=3)
    store.write(lambda connection: remotes.reached(connection, "them", reached))
    store.write(lambda connection: remotes.settle(connection, "them", "failing", 2, 300, "why", ""))
    with store.read() as connection:
        found = remotes.remote(connection, "them")
    assert found is not None
    assert (found.progress, found.attempts, found.error, found.secret) == (reached, 2, "why", "secret")
    assert store.write(lambda connection: remotes.drop(connection, "them"))
    with store.read() as connection:
        assert remotes.remotes(connection) == []


def test_what_a_remote_was_given_is_remembered_once_until_it_is_told(store) -> None:
    def write(connection):
        remotes.put_given(connection, "there", ["a", "b", "a"])
        remotes.put_given(connection, "elsewhere", ["a"])
        remotes.drop_given(connection, "there", ["a"])

    store.write(write)
    with store.read() as connection:
        assert (remotes.given(connection, "there"), remotes.given(connection, "elsewhere")) == ({"b"}, {"a"})
