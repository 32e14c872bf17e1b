"""Sets for the front line: who is in them, who may rely on them, and when they end."""

import json
import shutil
from dataclasses import replace

import pytest
from flor import BloomFilter
from hit_parties import BORDER, OTHER_PHONE, PHONE, a_set, hold
from simulated import federation, for_

from oureyes.correlate.blind.searchsets import BLOOM, DESCRIPTION, SIGNATURE, Bloom, Described, digest_of
from oureyes.errors import ConfigError, InvalidObject, NotHeld, Refused, VerificationError
from oureyes.node import searchsets

AT = "2026-11-25T00:00:00Z"


def test_what_may_answer_the_audience_is_found_offline_and_nothing_else(tmp_path):
    _, maker, folder, key, made = a_set(tmp_path)
    found = searchsets.check(
        folder, "phone", [PHONE, "081 234 5678", OTHER_PHONE], key, maker.roster, at=AT, country="TH"
    )
    assert (found.set, found.origin, found.hits) == (made.id, "ID", (True, True, False))
    assert searchsets.check(folder, "phone", [PHONE], b"x" * 32, maker.roster, at=AT).hits == (False,)


def test_the_set_shows_neither_values_nor_how_many_there_are(tmp_path):
    _, maker, folder, key, _ = a_set(tmp_path)
    raw = b"".join(file.read_bytes() for file in folder.iterdir())
    assert {file.name for file in folder.iterdir()} == {DESCRIPTION, BLOOM, SIGNATURE}
    assert PHONE.encode() not in raw
    assert key.hex().encode() not in raw
    assert Bloom.read((folder / BLOOM).read_bytes()).held == 256
    assert searchsets.sets(maker.ctx)[0].key == b""


def test_the_tools_of_the_project_it_comes_from_can_check_it(tmp_path):
    _, _, folder, key, _ = a_set(tmp_path)
    described = Described.read((folder / DESCRIPTION).read_bytes())
    theirs = BloomFilter()
    with (folder / BLOOM).open("rb") as stream:
        theirs.read(stream)
    assert digest_of(described.algorithm, key, f"phone-number:{PHONE}").encode() in theirs
    assert digest_of(described.algorithm, key, f"phone-number:{OTHER_PHONE}").encode() not in theirs


def test_it_ends_by_itself(tmp_path):
    _, maker, folder, key, made = a_set(tmp_path)
    assert made.expires == "2026-12-01T00:00:00Z"
    with pytest.raises(VerificationError, match="expired"):
        searchsets.check(folder, "phone", [PHONE], key, maker.roster, at=made.expires)


def test_one_that_was_revoked_is_not_answered_from(tmp_path):
    _, maker, folder, key, made = a_set(tmp_path)
    before = searchsets.revocations(maker.ctx)
    assert searchsets.check(folder, "phone", [PHONE], key, maker.roster, at=AT, revoked=before).hits == (True,)
    searchsets.revoke(maker.ctx, made.id, by="ayu")
    with pytest.raises(VerificationError, match="revoked"):
        searchsets.check(folder, "phone", [PHONE], key, maker.roster, at=AT, revoked=searchsets.revocations(maker.ctx))


def test_a_list_of_revocations_by_another_is_not_believed(tmp_path):
    states, maker, folder, key, _ = a_set(tmp_path)
    for raw in (searchsets.revocations(states["SG"].ctx), (folder / SIGNATURE).read_bytes()):
        with pytest.raises((VerificationError, InvalidObject)):
            searchsets.check(folder, "phone", [PHONE], key, maker.roster, at=AT, revoked=raw)


@pytest.mark.parametrize("name", [DESCRIPTION, BLOOM, SIGNATURE])
def test_one_that_was_altered_or_is_not_whole_is_not_answered_from(tmp_path, name):
    _, maker, folder, key, _ = a_set(tmp_path)
    raw = (folder / name).read_bytes()
    (folder / name).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises((VerificationError, InvalidObject)):
        searchsets.check(folder, "phone", [PHONE], key, maker.roster, at=AT)
    (folder / name).unlink()
    with pytest.raises(NotHeld):
        searchsets.check(folder, "phone", [PHONE], key, maker.roster, at=AT)


def test_one_by_nobody_on_the_roster_is_not_answered_from(tmp_path):
    _states, maker, folder, key, _ = a_set(tmp_path)
    others = replace(maker.roster, members={"SG": maker.roster.members["SG"]})
    with pytest.raises(VerificationError, match="signature"):
        searchsets.check(folder, "phone", [PHONE], key, others, at=AT)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"approver": "ayu"}, Refused),
        ({"approver": ""}, Refused),
        ({"approver": "\uff21yu "}, Refused),
        ({"purpose": "strategy"}, InvalidObject),
        ({"purpose": "curiosity"}, Refused),
        ({"audience": ""}, InvalidObject),
        ({"kinds": ["url"]}, InvalidObject),
        ({"kinds": ["name"]}, InvalidObject),
        ({"kinds": []}, InvalidObject),
        ({"days": 32}, InvalidObject),
        ({"days": 0}, InvalidObject),
    ],
    ids=str,
)
def test_two_people_make_one_for_an_audience_a_crime_purpose_and_some_days(tmp_path, change, error):
    with pytest.raises(error):
        a_set(tmp_path, **change)
    assert not (tmp_path / "border").exists()


def test_nothing_is_written_over(tmp_path):
    _, maker, folder, *_ = a_set(tmp_path)
    with pytest.raises(ConfigError):
        searchsets.make(maker.ctx, folder, **BORDER)
    shutil.rmtree(folder)
    with pytest.raises(ConfigError):
        searchsets.make(maker.ctx, folder, **BORDER)  # its key lies there still


def test_a_members_set_is_taken_and_checked_by_name_and_logged_by_number(tmp_path):
    states, _, folder, key, made = a_set(tmp_path)
    other = states["SG"]
    taken = searchsets.take(other.ctx, folder, "from-id", key, by="lim")
    assert (taken.origin, taken.id) == ("ID", made.id)
    found = searchsets.check_taken(other.ctx, "from-id", "phone", [PHONE, OTHER_PHONE], by="lim", purpose="detection")
    assert found.hits == (True, False)
    row = other.audit(by="auditor", verb="search-set")[0]
    assert (row.detail["state"], row.detail["count"]) == ("checked", 2)
    assert PHONE not in str(other.audit(by="auditor", limit=100))
    with pytest.raises(ConfigError):
        searchsets.take(other.ctx, folder, "from-id", key, by="lim")
    searchsets.revoke(other.ctx, "from-id", by="lim")
    with pytest.raises(VerificationError):
        searchsets.check_taken(other.ctx, "from-id", "phone", [PHONE], by="lim", purpose="detection")
    with pytest.raises(NotHeld):
        searchsets.check_taken(other.ctx, "none", "phone", [PHONE], by="lim", purpose="detection")
    with pytest.raises(NotHeld):
        searchsets.revoke(other.ctx, "none", by="lim")


def test_a_set_of_the_project_itself_is_taken_only_where_it_is_said_that_nobody_signed_it(tmp_path):
    node = federation(tmp_path / "nodes", ["SG"])["SG"]
    folder = tmp_path / "theirs"
    folder.mkdir()
    words = ["evil.onion", "other.onion"]
    body = {
        "algorithm": "Blake2", "bloomfilter": {"capacity": 10, "format": "dcso-v1", "fp-probability": 0.001},
        "canonicalization-format": ".lower", "description": "d", "generated-timestamp": 1, "keyid": "a-key",
        "misp-attribute-types": ["text"], "version": 1,
    }  # fmt: skip
    (folder / DESCRIPTION).write_text(json.dumps(body))
    (folder / BLOOM).write_bytes(Bloom.of([digest_of("Blake2", b"a-key", word) for word in words], 1e-6).raw)
    with pytest.raises(NotHeld):
        searchsets.take(node.ctx, folder, "tor", b"", by="lim")
    searchsets.take(node.ctx, folder, "tor", b"", by="lim", unsigned=True)
    met = searchsets.check_taken(node.ctx, "tor", "text", ["EVIL.onion", "good.onion"], by="lim", purpose="detection")
    assert met.hits == (True, False)
    with pytest.raises(Refused):
        searchsets.check_taken(node.ctx, "tor", "text", ["x"], by="", purpose="detection")


def test_what_only_another_audience_may_learn_is_not_in_it(tmp_path):
    states, maker, *_ = a_set(tmp_path)
    hold(maker, "phone-number", "+66812345600", for_("border", hit_no_hit=False))
    searchsets.make(maker.ctx, tmp_path / "second", **BORDER)
    key = bytes.fromhex((tmp_path / "second.key").read_text())
    found = searchsets.check(tmp_path / "second", "phone", ["+66812345600", PHONE], key, maker.roster, at=AT)
    assert found.hits == (False, True)
    assert states["SG"].member == "SG"
