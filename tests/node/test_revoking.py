"""Lists of revocations: whose they are, how old they may be, and what a check says of them."""

import msgspec
import pytest
from hit_parties import BORDER, PHONE, a_set

from oureyes.correlate.blind.searchsets import REVOKED_TYPE, Revoked
from oureyes.errors import InvalidObject, OurEyesError, VerificationError
from oureyes.exchange.envelope import pack
from oureyes.node import revoking, searchsets

WHO = {"by": "lim", "purpose": "detection"}


def checked(maker, folder, key, raw=None, at=""):
    """As a device without a node checks."""
    return searchsets.check(folder, "phone", [PHONE], key, maker.roster, at=at or maker.ctx.now(), revoked=raw)


def signed(maker, **changes):
    """A list that the maker signed, whatever stands in it."""
    body = {"v": 1, "origin": maker.member, "at": maker.ctx.now(), "ids": (), **changes}
    return pack(REVOKED_TYPE, msgspec.json.encode(Revoked(**body)), (maker.ctx.keys.sign,))


def test_a_check_shows_the_date_of_the_list_it_went_by(tmp_path):
    _, maker, folder, key, _ = a_set(tmp_path)
    raw = searchsets.revocations(maker.ctx)
    found = checked(maker, folder, key, raw)
    assert found.listed == revoking.read(raw, maker.roster).at
    assert found.standing == f"not revoked by ID's list of {found.listed}"


def test_a_check_without_a_list_says_that_nobody_looked(tmp_path):
    states, maker, folder, key, _ = a_set(tmp_path)
    searchsets.take(states["SG"].ctx, folder, "theirs", key, by="lim")
    for found in (
        checked(maker, folder, key),
        searchsets.check_taken(states["SG"].ctx, "theirs", "phone", [PHONE], **WHO),
    ):
        assert (found.hits, found.listed) == ((True,), "")
        assert found.standing.startswith("nobody looked whether it was revoked")


def test_a_list_older_than_the_set_cannot_judge_it(tmp_path):
    _, maker, *_ = a_set(tmp_path)
    before = searchsets.revocations(maker.ctx)
    searchsets.make(maker.ctx, tmp_path / "second", **BORDER)
    key = bytes.fromhex((tmp_path / "second.key").read_text())
    with pytest.raises(VerificationError, match=r"not older than the set, .* fetch a newer list"):
        checked(maker, tmp_path / "second", key, before)
    assert checked(maker, tmp_path / "second", key, searchsets.revocations(maker.ctx)).hits == (True,)


def test_a_list_of_more_than_thirty_days_ago_is_not_believed(tmp_path):
    _, maker, folder, key, made = a_set(tmp_path, days=31)
    raw = searchsets.revocations(maker.ctx)
    maker.ctx.clock.forward(days=29, hours=23)
    assert checked(maker, folder, key, raw).hits == (True,)
    maker.ctx.clock.forward(hours=2)
    with pytest.raises(VerificationError, match=r"of the last 30 days, .* fetch a newer list"):
        checked(maker, folder, key, raw)
    with pytest.raises(VerificationError, match="one that was revoked"):  # that it says, however old it is
        checked(maker, folder, key, signed(maker, at=made.made, ids=(made.id,)))


def test_a_list_from_a_later_day_is_not_believed(tmp_path):
    _, maker, folder, key, _ = a_set(tmp_path)
    with pytest.raises(VerificationError, match="check the clock"):
        checked(maker, folder, key, signed(maker, at="2026-11-26T00:00:00Z"))
    for at in ("tomorrow", ""):
        with pytest.raises(InvalidObject, match="dated"):
            checked(maker, folder, key, signed(maker, at=at))


def test_a_taken_set_is_judged_by_its_makers_list(tmp_path):
    states, maker, folder, key, made = a_set(tmp_path)
    other = states["SG"].ctx
    searchsets.take(other, folder, "theirs", key, by="lim", revoked=searchsets.revocations(maker.ctx))
    first = searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO)
    assert "ID's list" in first.standing
    second = searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO, revoked=searchsets.revocations(maker.ctx))
    assert second.listed > first.listed
    searchsets.revoke(maker.ctx, made.id, by="ayu")
    revoking.take(other, searchsets.revocations(maker.ctx), by="lim")
    with pytest.raises(VerificationError, match="revoked"):
        searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO)
    assert searchsets.sets(other)[0].revoked
    rows = states["SG"].audit(by="auditor", verb="revocations")
    assert (rows[0].subject, rows[0].detail["count"]) == ("ID", 1)


def test_a_revoked_set_is_not_taken_nor_taken_again(tmp_path):
    states, maker, folder, key, made = a_set(tmp_path)
    searchsets.take(states["SG"].ctx, folder, "theirs", key, by="lim")
    searchsets.revoke(states["SG"].ctx, "theirs", by="lim")
    with pytest.raises(VerificationError, match="revoked"):
        searchsets.take(states["SG"].ctx, folder, "again", key, by="lim")
    searchsets.revoke(maker.ctx, made.id, by="ayu")
    with pytest.raises(VerificationError, match="revoked"):
        searchsets.take(maker.ctx, folder, "ours", key, by="ayu")


def test_a_set_on_a_list_that_was_seen_is_not_taken(tmp_path):
    states, maker, folder, key, made = a_set(tmp_path)
    searchsets.revoke(maker.ctx, made.id, by="ayu")
    raw = searchsets.revocations(maker.ctx)
    with pytest.raises(VerificationError, match="revoked"):
        searchsets.take(states["SG"].ctx, folder, "theirs", key, by="lim", revoked=raw)
    with pytest.raises(VerificationError, match="revoked"):  # it is remembered
        searchsets.take(states["SG"].ctx, folder, "theirs", key, by="lim")


def test_a_taken_set_is_not_answered_from_when_the_list_has_grown_old(tmp_path):
    states, maker, folder, key, _ = a_set(tmp_path, days=31)
    raw = searchsets.revocations(maker.ctx)
    searchsets.take(states["SG"].ctx, folder, "theirs", key, by="lim", revoked=raw)
    maker.ctx.clock.forward(days=30, hours=1)
    with pytest.raises(VerificationError, match="`oureyes pss update`"):
        searchsets.check_taken(states["SG"].ctx, "theirs", "phone", [PHONE], **WHO)
    with pytest.raises(VerificationError, match="of the last 30 days"):
        revoking.take(states["SG"].ctx, raw, by="lim")


def test_a_list_that_is_too_old_still_revokes_what_is_on_it(tmp_path):
    states, maker, folder, key, made = a_set(tmp_path, days=31)
    other = states["SG"].ctx
    searchsets.take(other, folder, "theirs", key, by="lim")
    raw = signed(maker, ids=(made.id,), at="2026-01-01T00:00:00Z")
    with pytest.raises(VerificationError, match="of the last 30 days"):
        revoking.take(other, raw, by="lim")
    with pytest.raises(VerificationError, match="revoked"):
        searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO)
    assert states["SG"].audit(by="auditor", verb="search-set")[0].detail["state"] == "revoked"
    with other.db.read() as connection:
        assert revoking.newest(connection, "ID") is None  # it revokes, and is no list to go by


def test_a_check_remembers_what_an_old_list_named(tmp_path):
    states, maker, folder, key, made = a_set(tmp_path, days=31)
    other = states["SG"].ctx
    searchsets.take(other, folder, "theirs", key, by="lim")
    raw = signed(maker, ids=(made.id,), at="2026-01-01T00:00:00Z")
    for listed in (raw, None, searchsets.revocations(maker.ctx)):
        with pytest.raises(VerificationError):
            searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO, revoked=listed)
    assert searchsets.sets(other)[0].revoked


def test_a_set_that_an_old_list_named_is_not_taken_later(tmp_path):
    states, maker, folder, key, made = a_set(tmp_path)
    other = states["SG"].ctx
    raw = signed(maker, ids=(made.id,), at="2026-01-01T00:00:00Z")
    with pytest.raises(VerificationError):
        searchsets.take(other, folder, "theirs", key, by="lim", revoked=raw)
    revoking.take(other, signed(maker), by="lim")  # a later list no longer names it
    with pytest.raises(VerificationError, match="revoked"):
        searchsets.take(other, folder, "theirs", key, by="lim")


def test_a_list_that_was_superseded_still_revokes_what_is_on_it(tmp_path):
    states, maker, folder, key, made = a_set(tmp_path)
    other, old = states["SG"].ctx, signed(maker, ids=(made.id,))
    searchsets.take(other, folder, "theirs", key, by="lim", revoked=searchsets.revocations(maker.ctx))
    with pytest.raises(VerificationError, match="which was seen here"):
        revoking.take(other, old, by="lim")
    assert searchsets.sets(other)[0].revoked


def test_an_empty_list_is_no_list_and_says_so(tmp_path):
    states, maker, folder, key, _ = a_set(tmp_path)
    other = states["SG"].ctx
    with pytest.raises(OurEyesError):
        checked(maker, folder, key, b"")
    with pytest.raises(OurEyesError):
        searchsets.take(other, folder, "theirs", key, by="lim", revoked=b"")
    with pytest.raises(InvalidObject, match="nobody signed"):
        searchsets.take(other, folder, "theirs", key, by="lim", unsigned=True, revoked=b"")
    assert searchsets.sets(other) == []
    searchsets.take(other, folder, "theirs", key, by="lim")
    with pytest.raises(OurEyesError):
        searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO, revoked=b"")


def test_a_list_older_than_was_seen_before_is_refused(tmp_path):
    states, maker, _, _, made = a_set(tmp_path)
    other, before = states["SG"].ctx, searchsets.revocations(maker.ctx)
    searchsets.revoke(maker.ctx, made.id, by="ayu")
    raw = searchsets.revocations(maker.ctx)
    found = revoking.take(other, raw, by="lim")
    assert revoking.take(other, raw, by="lim") == found  # the same again is no other
    for old in (before, signed(maker, at=found.at)):
        with pytest.raises(VerificationError, match="which was seen here"):
            revoking.take(other, old, by="lim")


def test_only_the_makers_list_judges_its_sets(tmp_path):
    states, maker, folder, key, _ = a_set(tmp_path)
    theirs = searchsets.revocations(states["SG"].ctx)
    posing = pack(REVOKED_TYPE, msgspec.json.encode(Revoked(1, "SG", maker.ctx.now(), ())), (maker.ctx.keys.sign,))
    for raw in (theirs, posing):
        with pytest.raises(VerificationError, match="signed by ID"):
            searchsets.take(states["SG"].ctx, folder, "theirs", key, by="lim", revoked=raw)
    with pytest.raises(VerificationError, match="signed by SG"):
        revoking.take(states["SG"].ctx, posing, by="lim")


def test_a_set_that_nobody_signed_has_no_list(tmp_path):
    states, maker, folder, key, _ = a_set(tmp_path)
    other, raw = states["SG"].ctx, searchsets.revocations(maker.ctx)
    with pytest.raises(InvalidObject, match="nobody signed"):
        searchsets.take(other, folder, "theirs", key, by="lim", unsigned=True, revoked=raw)
    searchsets.take(other, folder, "theirs", key, by="lim", unsigned=True)
    with pytest.raises(InvalidObject, match="nobody signed"):
        searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO, revoked=raw)
    assert "nobody looked" in searchsets.check_taken(other, "theirs", "phone", [PHONE], **WHO).standing


def test_of_its_own_sets_a_node_knows_at_once(tmp_path):
    _, maker, folder, key, _ = a_set(tmp_path)
    searchsets.take(maker.ctx, folder, "ours", key, by="ayu")
    before = maker.ctx.now()
    assert searchsets.check_taken(maker.ctx, "ours", "phone", [PHONE], **WHO).listed > before
