"""What every verb works with: clock, ids, policy, purposes, the audit log's edge."""

from __future__ import annotations

import pytest
from simulated import Clock, federation

from oureyes.errors import ConfigError, InvalidObject, Refused
from oureyes.model.instants import is_instant
from oureyes.model.markings import TLP


@pytest.fixture
def ctx(tmp_path):
    node = federation(tmp_path, ["ID", "MY"], Clock(), two_person_from="GREEN", default_tlp="RED")["ID"]
    yield node.ctx
    node.close()


def test_time_is_asked_of_the_clock_alone(ctx):
    assert is_instant(ctx.now())
    assert ctx.now_us() // 1_000_000 == ctx.now_ms() // 1_000
    assert ctx.in_days(1).endswith("T00:00:00Z")


def test_policy_and_defaults_come_from_the_settings(ctx):
    assert ctx.policy().two_person_from is TLP.GREEN
    assert ctx.policy().extract_key
    default = ctx.default_marking()
    assert (default.tlp, default.releasable_to, default.originator) == (TLP.RED, frozenset(), "ID")
    assert is_instant(default.review)


def test_only_members_of_the_roster_are_recipients(ctx):
    assert ctx.recipient("MY").kind == "member"
    with pytest.raises(ConfigError):
        ctx.recipient("XX")


@pytest.mark.parametrize(("by", "purpose"), [("", "investigation"), ("ayu", ""), ("ayu", "curiosity")])
def test_nobody_asks_without_a_name_and_a_purpose(ctx, by, purpose):
    with pytest.raises(Refused):
        ctx.require_purpose(by, purpose, "read")


def test_the_audit_log_grows_in_the_transaction_that_does_the_thing(ctx):
    def fails(connection):
        ctx.audit(connection, "ayu", "read", "malware--x")
        raise InvalidObject("x", "y")

    with pytest.raises(InvalidObject):
        ctx.db.write(fails)
    with ctx.db.read() as connection:
        assert ctx.audit_frontier(connection).size == 0
    ctx.db.write(lambda c: ctx.audit(c, "ayu", "read", "malware--x"))
    with ctx.db.read() as connection:
        assert ctx.audit_frontier(connection).size == 1


def test_content_is_refused_as_audit_detail(ctx):
    with pytest.raises(InvalidObject):
        ctx.db.write(lambda c: ctx.audit(c, "ayu", "read", "x", "", note="pay to evil.example"))


def test_printed_keys_show_nothing(ctx):
    said = repr(ctx.keys) + repr(ctx.config)
    assert ctx.keys.extract.hex() not in said
    assert repr(ctx.keys.extract) not in said
    assert repr(ctx.keys.sign.seed) not in said
