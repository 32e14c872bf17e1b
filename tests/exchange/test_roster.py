"""The roster: who signs it, and who cannot get into it."""

import json

import pytest
from exchange_parties import SIGN, a_member

from oureyes.errors import InvalidObject, OurEyesError, VerificationError
from oureyes.exchange.envelope import pack
from oureyes.exchange.keys import SignKey
from oureyes.exchange.roster import ROSTER_TYPE, build, fingerprint, load, sign, signers, threshold
from oureyes.model.markings import TLP
from oureyes.model.sharing import Keys

FOUR = ("ID", "MY", "SG", "TH")


def signed(raw, *names):
    for name in names:
        raw = sign(raw, SIGN[name])
    return raw


def genesis(*names):
    return load(signed(build(1, [a_member(name) for name in names or FOUR]), *(names or FOUR)))


def test_two_thirds_are_enough_and_fewer_are_not():
    raw = build(1, [a_member(name) for name in FOUR])
    roster = load(signed(raw, "ID", "MY", "SG"))
    assert roster.members == {name: a_member(name) for name in FOUR}
    with pytest.raises(VerificationError, match=r"3 signatures of the 4 members.*found 2; not yet signed by SG, TH"):
        load(signed(raw, "ID", "MY"))
    assert [threshold(count) for count in (1, 2, 3, 4, 5, 6, 10, 11)] == [1, 2, 2, 3, 4, 4, 7, 8]


def test_signing_twice_counts_once():
    raw = signed(build(1, [a_member(name) for name in FOUR]), "ID", "ID", "ID", "MY")
    with pytest.raises(VerificationError, match="found 2"):
        load(raw)


def test_signatures_of_strangers_do_not_count():
    with pytest.raises(VerificationError, match="found 2"):
        load(signed(build(1, [a_member(name) for name in FOUR]), "ID", "MY", "VN"))


def test_who_has_signed_can_be_asked_and_the_fingerprint_does_not_change():
    raw = build(1, [a_member(name) for name in FOUR])
    some = signed(raw, "SG", "ID")
    assert signers(some, genesis()) == ("SG", "ID")
    assert fingerprint(some) == fingerprint(raw) == fingerprint(genesis().raw)


def test_people_can_read_it():
    assert b'"name": "Node of ID"' in genesis().raw


def test_everything_a_member_is_survives():
    observer = a_member("VN", observer=True, ceiling=TLP.GREEN)
    roster = load(signed(build(1, [*(a_member(name) for name in FOUR), observer]), *FOUR))
    assert roster.members["VN"] == observer


def test_observers_have_no_vote():
    members = [a_member("ID"), a_member("MY"), a_member("SG"), a_member("VN", observer=True)]
    with pytest.raises(VerificationError, match="2 signatures of the 3 members"):
        load(signed(build(1, members), "ID", "VN"))
    with pytest.raises(InvalidObject, match="a vote"):
        load(signed(build(1, [a_member("VN", observer=True)]), "VN"))


def test_a_successor_needs_both_the_old_members_and_the_new():
    old = genesis("ID", "MY", "SG")
    raw = build(2, [a_member(name) for name in ("ID", "MY", "SG", "TH", "VN")], old)
    assert load(signed(raw, "ID", "MY", "TH", "VN"), old).version == 2
    with pytest.raises(VerificationError, match="of the 3 members of version 1, found 1"):
        load(signed(raw, "ID", "TH", "VN"), old)
    with pytest.raises(VerificationError, match="of the 5 members of version 2, found 3"):
        load(signed(raw, "ID", "MY", "SG"), old)


def test_a_member_changes_its_key_by_signing_with_both():
    old = genesis("ID", "MY")
    new_key = SignKey(b"new key of ID, thirty-two bytes!")
    moved = a_member("ID", keys=Keys(new_key.public, a_member("ID").keys.seal, b"cert"))
    raw = signed(build(2, [moved, a_member("MY")], old), "ID", "MY")
    with pytest.raises(VerificationError, match="not yet signed by ID"):
        load(raw, old)
    assert load(sign(raw, new_key), old).members["ID"].keys.sign == new_key.public


def test_versions_form_one_line():
    first, other = genesis(), genesis("ID", "MY", "SG")
    second = signed(build(2, [a_member(name) for name in FOUR], first), *FOUR)
    assert load(second, first).version == 2
    for raw, previous in (
        (second, other),
        (second, None),
        (signed(build(3, [a_member(name) for name in FOUR], first), *FOUR), first),
        (first.raw, first),
    ):
        with pytest.raises(VerificationError, match="fetch"):
            load(raw, previous)


def test_an_altered_roster_is_refused():
    raw = genesis().raw
    with pytest.raises(VerificationError, match="does not hold"):
        load(raw.replace(b"id.example.org", b"ix.example.org"))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"},
        {"url": "http://id.example.org"},
        {"name": ""},
        {"ceiling": "PURPLE"},
        {"sign": "AAAA"},
        {"sign": "not base64!"},
        {"sign": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"seal": "AAAA"},
        {"observer": "yes"},
    ],
)
def test_a_member_that_cannot_be_is_refused(change):
    content = json.loads(genesis().raw.partition(b"\n")[2])
    content["members"][0].update(change)
    with pytest.raises(OurEyesError):
        load(signed(pack(ROSTER_TYPE, json.dumps(content).encode(), ()), *FOUR))


def test_members_share_neither_name_nor_key():
    content = json.loads(genesis().raw.partition(b"\n")[2])
    first, second = content["members"][:2]
    for members in (
        [first, first],
        [first, {**second, "sign": first["sign"]}],
        [first, {**second, "seal": first["seal"]}],
    ):
        raw = json.dumps({**content, "members": members}).encode()
        with pytest.raises(InvalidObject):
            load(signed(pack(ROSTER_TYPE, raw, ()), *FOUR))


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 1000, b"x", b'{"v":2,"version":1,"previous":"","members":[]}'])
def test_a_roster_of_another_form_is_refused(body):
    with pytest.raises(InvalidObject):
        load(pack(ROSTER_TYPE, body, (SIGN["ID"],)))
    with pytest.raises(InvalidObject):
        load(b" " * (1 << 21))
