"""What a request shows, and how often it may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from asgi import basic
from taxii_parties import Site

from oureyes.interfaces.gate import Bucket, Gate, Shown, TooMany, Unknown, shown
from oureyes.node import accounts
from oureyes.node.accounts import Credentials


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


class Time:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_bearer_basic_and_certificate_are_read() -> None:
    assert shown({"authorization": "bearer oe_x "}, "1.2.3.4", b"") == Shown("1.2.3.4", token="oe_x")
    assert shown({"authorization": basic("ann", "a:b")}, "", b"") == Shown("", name="ann", password="a:b")
    assert shown({}, "", b"der").certificate == b"der"
    assert shown({}, "", b"").nothing


@pytest.mark.parametrize("said", ["Basic !", "Basic eA==", "Digest x", "Basic /w==", "Basic OnB3", "x"])
def test_a_header_in_no_known_form_is_nobody(said: str) -> None:
    with pytest.raises(Unknown):
        shown({"authorization": said}, "", b"certificate")  # and no other credential helps


def test_a_bucket_gives_a_burst_and_then_its_rate() -> None:
    bucket = Bucket(2.0, 0.0)
    assert [bucket.take(0.0, 60, 2) for _ in range(2)] == [0, 0]
    assert bucket.take(0.0, 60, 2) == pytest.approx(1.0)
    assert bucket.take(1.0, 60, 2) == 0
    assert bucket.take(100.0, 60, 2) == 0
    assert bucket.left <= 2


def test_who_guesses_waits_and_who_knows_does_not(site: Site) -> None:
    time = Time()
    gate, (door, *_) = Gate(Credentials(site.node.ctx), time), site.doors
    right = Shown("9.9.9.9", token=door.credential.split()[1])
    with site.node.ctx.db.read() as connection:
        for _ in range(10):
            with pytest.raises(Unknown):
                gate.caller(connection, Shown("6.6.6.6", token="oe_guess"))
        with pytest.raises(TooMany) as told:
            gate.caller(connection, Shown("6.6.6.6", token="oe_guess"))
        assert gate.caller(connection, right).account.id == "ann"
        time.at += told.value.after_s
        with pytest.raises(Unknown):
            gate.caller(connection, Shown("6.6.6.6", token="oe_guess"))


def test_a_password_is_derived_once_and_then_remembered_for_a_while(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived = []
    original = accounts._hashed
    monkeypatch.setattr(accounts, "_hashed", lambda password, salt: derived.append(1) or original(password, salt))
    accounts.set_password(site.node.ctx, "ann", "a long enough password", by="ayu")
    accounts.approve_credentials(site.node.ctx, "ann", by="budi")
    derived.clear()
    gate, seen = Gate(Credentials(site.node.ctx)), Shown("", name="ann", password="a long enough password")
    with site.node.ctx.db.read() as connection:
        assert gate.slow(seen)
        for _ in range(5):
            gate.caller(connection, seen)
        assert len(derived) == 1
        assert not gate.slow(seen)
        site.node.ctx.clock.forward(minutes=16)  # type: ignore[attr-defined]  # the clock of the tests
        assert gate.slow(seen)


def test_another_password_ends_the_old_one_at_once_though_it_is_remembered(site: Site) -> None:
    ctx = site.node.ctx
    accounts.set_password(ctx, "ann", "the first password", by="ayu")
    accounts.approve_credentials(ctx, "ann", by="budi")
    gate, seen = Gate(Credentials(ctx)), Shown("", name="ann", password="the first password")
    with ctx.db.read() as connection:
        gate.caller(connection, seen)
    accounts.set_password(ctx, "ann", "the second password", by="ayu")
    accounts.approve_credentials(ctx, "ann", by="budi")
    with ctx.db.read() as connection, pytest.raises(Unknown):
        gate.caller(connection, seen)
