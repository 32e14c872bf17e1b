"""Accounts, tokens, collections and postings, on every engine."""

from __future__ import annotations

from oureyes.model.accounts import Account, Collection, Token
from oureyes.storage import accounts
from oureyes.storage.accounts import Kept, Seen


def test_an_account_is_found_by_name_and_by_certificate(store):
    kept = Kept(Account("ann", certificate="digest", author="a", approver="b"), "salt$hash", b"\0der", "a", "b")
    store.write(lambda connection: accounts.put_account(connection, kept))
    with store.read() as connection:
        assert accounts.account(connection, "ann") == kept
        assert accounts.account_by_certificate(connection, b"\0der") == kept
        assert accounts.account_by_certificate(connection, b"") is None
        assert accounts.certificates(connection) == [b"\0der"]
        assert accounts.account(connection, "bob") is None
    for lone in ("", "a"):
        alone = Kept(kept.account.but(approver=lone), "salt$hash", b"\0der", "a", lone)
        store.write(lambda connection, alone=alone: accounts.put_account(connection, alone))
        with store.read() as connection:
            assert accounts.certificates(connection) == []
            assert accounts.accounts(connection)[0].right == ""
    off = Kept(kept.account.but(enabled=False), "", b"\0der")
    store.write(lambda connection: accounts.put_account(connection, off))
    with store.read() as connection:
        assert accounts.certificates(connection) == []
        assert accounts.accounts(connection) == [off]


def test_a_token_is_found_by_its_digest_and_revoked(store):
    token = Token(
        "token--1",
        "ann",
        b"d" * 32,
        frozenset({"taxii:read"}),
        "2027-01-01T00:00:00Z",
        "2026-11-24T00:00:00Z",
        author="a",
    )
    store.write(lambda connection: accounts.put_token(connection, token))
    with store.read() as connection:
        assert accounts.token_by_digest(connection, b"d" * 32) == token
        assert accounts.token_by_digest(connection, b"e" * 32) is None
    store.write(lambda connection: accounts.approve_token(connection, "token--1", "b"))
    with store.read() as connection:
        assert [(one.approver, one.approved) for one in accounts.tokens(connection, "ann")] == [("b", True)]
    assert store.write(lambda connection: accounts.revoke_token(connection, "token--1"))
    with store.read() as connection:
        assert [one.revoked for one in accounts.tokens(connection, "ann")] == [True]


def test_a_collection_is_found_by_id_and_alias_and_forgotten(store):
    made = Collection("a-id", "c", alias="alias")
    store.write(lambda connection: accounts.put_collection(connection, made))
    store.write(lambda connection: accounts.put_seen(connection, "a-id", "ann", Seen(3, frozenset({1, 2}))))
    with store.read() as connection:
        assert accounts.collection(connection, "a-id") == accounts.collection(connection, "alias") == made
        assert accounts.collections(connection) == [made]
        assert accounts.seen(connection, "a-id", "ann") == Seen(3, frozenset({1, 2}))
    assert store.write(lambda connection: accounts.drop_collection(connection, "a-id"))
    with store.read() as connection:
        assert accounts.collection(connection, "alias") is None
        assert accounts.seen(connection, "a-id", "ann") is None


def test_a_posting_is_its_account_s_and_kept_for_its_time(store):
    store.write(lambda connection: accounts.put_posting(connection, "p1", "ann", 10, b"one", keep_us=5))
    with store.read() as connection:
        assert accounts.posting(connection, "p1", "ann") == b"one"
        assert accounts.posting(connection, "p1", "bob") is None
    store.write(lambda connection: accounts.put_posting(connection, "p2", "ann", 20, b"two", keep_us=5))
    with store.read() as connection:
        assert accounts.posting(connection, "p1", "ann") is None


def test_extracts_are_found_by_the_id_they_go_under(store):
    store.write(lambda connection: accounts.put_extracts(connection, [("malware--x", 7), ("malware--x", 7)]))
    with store.read() as connection:
        assert accounts.extract_of(connection, "malware--x") == 7
        assert accounts.extract_of(connection, "malware--y") is None
