"""Channels, their entries and receipts, statements, deliveries, nonces."""

from __future__ import annotations

import pytest
from a_case import AT

from oureyes.model.sharing import Channel, Entry, Kind, Statement
from oureyes.storage import channels

ID_SG = Channel("ID", "SG")


def entry(seq):
    return Entry(ID_SG, seq, f"header {seq}".encode(), f"sealed {seq}".encode())


def written(store, *numbers, note=b"note"):
    def write(connection):
        row = channels.open_channel(connection, ID_SG)
        found = [(entry(n), bytes([n]) * 32, f"s{n}", "written") for n in numbers]
        channels.append(connection, row, found, frontier=b"f" * 32, note=note, at=AT)

    store.write(write)


def read(store, call, *args, **more):
    with store.read() as connection:
        return call(connection, *args, **more)


def test_a_channel_is_empty_when_it_opens_and_grows_by_what_is_appended(store):
    assert read(store, channels.find, ID_SG) is None
    written(store, 0, 1)
    written(store, 2, note=b"newer")
    row = read(store, channels.find, ID_SG)
    assert (row.size, row.note, row.frontier, row.state) == (3, b"newer", b"f" * 32, "open")
    assert [line.entry for line in read(store, channels.entries, ID_SG, 1, 5)] == [entry(1), entry(2)]
    assert [line.entry.seq for line in read(store, channels.entries, ID_SG, 0, 2)] == [0, 1]
    assert read(store, channels.leaves, ID_SG) == [bytes([n]) * 32 for n in range(3)]


def test_a_number_is_never_written_twice(store):
    written(store, 0)
    with pytest.raises(Exception, match="durable commit"):
        written(store, 0)
    assert read(store, channels.find, ID_SG).size == 1


def test_channels_of_other_epochs_origins_and_recipients_are_others(store):
    for channel in (ID_SG, Channel("ID", "SG", 2), Channel("SG", "ID"), Channel("ID", "MY")):
        store.write(lambda c, channel=channel: channels.open_channel(c, channel))
    assert [row.channel.epoch for row in read(store, channels.channels, origin="ID", recipient="SG")] == [1, 2]
    assert len(read(store, channels.channels)) == 4


def test_a_receipt_only_ever_moves_forward(store):
    written(store, 0, 1, 2)
    for size, news in ((2, True), (2, False), (1, False), (3, True)):
        assert store.write(lambda c, n=size: channels.receipt(c, ID_SG, n, b"r%d" % n, AT)) is news
    row = read(store, channels.find, ID_SG)
    assert (row.receipted, row.receipt_note) == (3, b"r3")
    assert read(store, channels.receipted_statement, "ID", "SG", "s2")
    assert not read(store, channels.receipted_statement, "ID", "MY", "s2")


def test_entries_are_taken_in_order_and_what_was_put_aside_is_named(store):
    written(store, 0, 1, 2)
    assert [line.entry.seq for line in read(store, channels.unapplied, ID_SG)] == [0, 1, 2]

    def write(connection):
        row = channels.find(connection, ID_SG)
        channels.set_applied(connection, row, 0, "applied", "s0")
        channels.set_applied(connection, row, 1, "poison", "", "why")

    store.write(write)
    assert [line.entry.seq for line in read(store, channels.unapplied, ID_SG)] == [2]
    assert read(store, channels.poison) == [("ID/SG/1", 1, "why")]


def test_a_quarantine_keeps_its_evidence(store):
    written(store, 0)
    store.write(lambda c: channels.set_state(c, ID_SG, "quarantined", b"both notes"))
    row = read(store, channels.find, ID_SG)
    assert (row.state, row.evidence) == ("quarantined", b"both notes")


def test_a_statement_id_has_one_content(store):
    said = Statement("s1", "ID", ("MY", "SG"), Kind.RELEASE, AT)
    assert store.write(lambda c: channels.keep_statement(c, said, b"1" * 32))
    assert not store.write(lambda c: channels.keep_statement(c, said, b"2" * 32))
    assert read(store, channels.statement_digest, "s1") == b"1" * 32
    assert read(store, channels.statement_digest, "s2") is None


def test_a_nonce_is_good_once_and_forgotten_after_its_time(store):
    def remember(**new):
        return store.write(lambda c: channels.remember_nonces(c, new))

    assert [remember(a=10), remember(a=10), remember(a=10, b=20)] == [1, 0, 1]
    with store.read() as connection:
        assert dict(channels.nonces(connection, 11)) == {"b": 20}
    assert store.write(lambda c: channels.forget_nonces(c, 11)) == 1
    assert remember(a=30, b=20) == 1


def test_a_delivery_stands_where_it_was_last_put(store):
    for state, attempts in (("sending", 1), ("waiting", 2)):
        store.write(lambda c, s=state, n=attempts: channels.set_delivery(c, "SG", s, n, 99, "refused", AT))
    assert read(store, channels.deliveries) == {"SG": ("waiting", 2, 99, "refused", AT)}
