"""Outside accounts: made, approved, shut out; tokens shown once and kept as a digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from simulated import federation

from oureyes.errors import ConfigError, InvalidObject, NotHeld, Refused
from oureyes.model.accounts import Account, Collection
from oureyes.node import Node, accounts
from oureyes.node.accounts import Credentials


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = federation(tmp_path, ("ID",))["ID"]
    accounts.create(made.ctx, Account("ann", scopes=frozenset({"taxii:read", "misp:read"})), by="ayu")
    yield made
    made.close()


def test_an_account_bears_no_member_s_name_and_no_other_s(node: Node) -> None:
    for name in ("id", "ann"):
        with pytest.raises(ConfigError):
            accounts.create(node.ctx, Account(name), by="ayu")


def test_its_author_does_not_approve_it(node: Node) -> None:
    for name in ("ayu", "AYU ", ""):
        with pytest.raises(Refused):
            accounts.approve_account(node.ctx, "ann", by=name)
    assert accounts.approve_account(node.ctx, "ann", by="budi").approved
    assert not accounts.change(node.ctx, "ann", by="budi", groups=frozenset({"more"})).approved


def test_a_token_is_kept_as_a_digest_and_good_for_its_scopes_until_it_ends(node: Node) -> None:
    token, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:read"}), days=2)
    accounts.approve_credentials(node.ctx, "ann", by="budi")
    assert len(text) >= 43
    assert text.encode() not in (node.ctx.config.home / "node.db-wal").read_bytes()
    credentials = Credentials(node.ctx)

    def known() -> bool:
        with node.ctx.db.read() as connection:
            caller = credentials.bearer(connection, text)
        return caller is not None and caller.scopes == {"taxii:read"}

    assert known()
    node.ctx.clock.forward(days=3)  # type: ignore[attr-defined]  # the clock of the tests
    assert not known()
    token, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:read"}), days=2)
    accounts.approve_credentials(node.ctx, "ann", by="budi")
    assert known()
    accounts.revoke(node.ctx, token.id, by="ayu")
    assert not known()


def test_a_token_can_do_no_more_than_its_account_even_when_that_is_narrowed_later(node: Node) -> None:
    with pytest.raises(Refused):
        accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:write"}), days=1)
    both = frozenset({"taxii:read", "misp:read"})
    _, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=both, days=1)
    accounts.approve_credentials(node.ctx, "ann", by="budi")
    accounts.change(node.ctx, "ann", by="ayu", scopes=frozenset({"misp:read"}))
    with node.ctx.db.read() as connection:
        caller = Credentials(node.ctx).bearer(connection, text)
    assert caller is not None
    assert caller.scopes == {"misp:read"}


def test_a_disabled_account_has_no_credential_at_all(node: Node) -> None:
    _, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:read"}), days=1)
    accounts.set_password(node.ctx, "ann", "a long enough password", by="ayu")
    accounts.change(node.ctx, "ann", by="ayu", certificate=b"der")
    accounts.approve_credentials(node.ctx, "ann", by="budi")
    accounts.approve_account(node.ctx, "ann", by="budi")
    ways = every_way(node, text)
    assert ways() == [True, True, True]
    accounts.disable(node.ctx, "ann", by="ayu")
    assert ways() == [False, False, False]
    assert accounts.client_certificates(node.ctx) == []
    accounts.disable(node.ctx, "ann", by="ayu", enabled=True)
    assert ways() == [True, True, True]


def every_way(node: Node, token: str) -> Callable[[], list[bool]]:
    """Whether ann comes in by the token, by the password of these tests, by the certificate."""
    credentials = Credentials(node.ctx)

    def ways() -> list[bool]:
        with node.ctx.db.read() as connection:
            found = (
                credentials.bearer(connection, token),
                credentials.basic(connection, "ann", "a long enough password"),
                credentials.certificate(connection, b"der"),
            )
        return [one is not None for one in found]

    return ways


def test_one_person_alone_gives_nobody_a_way_in(node: Node) -> None:
    accounts.change(node.ctx, "ann", by="ayu", certificate=b"der")
    _, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:read"}), days=1)
    accounts.set_password(node.ctx, "ann", "a long enough password", by="ayu")
    ways = every_way(node, text)
    for name in ("ayu", "AYU ", "\uff21\uff39\uff35", "a\u200byu", ""):
        for approve in (accounts.approve_account, accounts.approve_credentials):
            with pytest.raises(Refused):
                approve(node.ctx, "ann", by=name)
    assert ways() == [False, False, False]
    assert accounts.client_certificates(node.ctx) == []
    accounts.approve_account(node.ctx, "ann", by="budi")
    assert ways() == [False, False, True]
    assert accounts.approve_credentials(node.ctx, "ann", by="budi")[-1] == "password"
    assert ways() == [True, True, True]
    with pytest.raises(Refused):
        accounts.approve_credentials(node.ctx, "ann", by="budi")


def test_what_one_gave_is_approved_by_another_and_only_that(node: Node) -> None:
    """Two who each gave something: each approves the other's, and both stand in the audit log."""
    first, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:read"}), days=1)
    second, _ = accounts.issue(node.ctx, "ann", by="budi", scopes=frozenset({"taxii:read"}), days=1)
    assert accounts.approve_credentials(node.ctx, "ann", by="budi") == [first.id]
    stands = {one.id: (one.author, one.approver, one.approved) for one in accounts.tokens(node.ctx, "ann")}
    assert stands == {first.id: ("ayu", "budi", True), second.id: ("budi", "", False)}
    row = node.audit(by="auditor", subject="ann")[0]
    assert (row.actor, row.detail["change"], row.detail["author"], row.detail["credential"]) == (
        "budi", "approved", "ayu", first.id,
    )  # fmt: skip
    assert every_way(node, text)()[0]


def test_another_password_or_certificate_waits_again(node: Node) -> None:
    accounts.change(node.ctx, "ann", by="ayu", certificate=b"der")
    accounts.set_password(node.ctx, "ann", "a long enough password", by="ayu")
    accounts.approve_credentials(node.ctx, "ann", by="budi")
    accounts.approve_account(node.ctx, "ann", by="budi")
    ways = every_way(node, "")
    assert ways() == [False, True, True]
    accounts.set_password(node.ctx, "ann", "a long enough password", by="budi")
    accounts.change(node.ctx, "ann", by="budi", certificate=b"der")
    assert ways() == [False, False, False]


def test_a_token_that_was_revoked_is_not_approved(node: Node) -> None:
    token, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:read"}), days=1)
    accounts.revoke(node.ctx, token.id, by="ayu")
    with pytest.raises(Refused):
        accounts.approve_credentials(node.ctx, "ann", by="budi")
    assert not every_way(node, text)()[0]


def test_a_wrong_or_unknown_name_or_password_is_nobody(node: Node) -> None:
    accounts.set_password(node.ctx, "ann", "a long enough password", by="ayu")
    with node.ctx.db.read() as connection:
        for name, password in (("ann", "a long enough passwore"), ("nobody", "x"), ("ann", "")):
            assert Credentials(node.ctx).basic(connection, name, password) is None
    with pytest.raises(InvalidObject):
        accounts.set_password(node.ctx, "ann", "short", by="ayu")


def test_a_certificate_that_is_none_is_refused(node: Node) -> None:
    with pytest.raises(InvalidObject):
        accounts.change(node.ctx, "ann", by="ayu", certificate=b"-----BEGIN nonsense")


def test_what_is_not_there_is_not_found(node: Node) -> None:
    for call in (
        lambda: accounts.disable(node.ctx, "nobody", by="ayu"),
        lambda: accounts.tokens(node.ctx, "nobody"),
        lambda: accounts.revoke(node.ctx, "token--x", by="ayu"),
        lambda: accounts.close_collection(node.ctx, "nothing", by="ayu"),
    ):
        with pytest.raises(NotHeld):
            call()


def test_a_collection_is_made_approved_and_closed(node: Node) -> None:
    made = accounts.add_collection(node.ctx, Collection("", "c", alias="a"), by="ayu")
    assert accounts.approve_collection(node.ctx, "a", by="budi").approved
    assert [one.id for one in accounts.collections(node.ctx)] == [made.id]
    accounts.close_collection(node.ctx, "a", by="ayu")
    assert accounts.collections(node.ctx) == []


def test_every_change_is_in_the_audit_log_without_a_secret(node: Node) -> None:
    accounts.set_password(node.ctx, "ann", "a long enough password", by="ayu")
    _, text = accounts.issue(node.ctx, "ann", by="ayu", scopes=frozenset({"taxii:read"}), days=1)
    said = repr(node.audit(by="auditor", subject="ann"))
    assert {"created", "credential", "issued"} <= {word for word in ("created", "credential", "issued") if word in said}
    assert text not in said
    assert "long enough" not in said
