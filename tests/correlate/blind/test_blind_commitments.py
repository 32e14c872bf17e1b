"""What a holder commits to: one form, the same for all, and nothing else is let in."""

import msgspec
import pytest

from oureyes.correlate.blind import derive_key, read_commitment, write_commitment
from oureyes.errors import InvalidObject

KEYS = {kind: derive_key(b"\x01" * 32, kind.encode()).public.hex() for kind in ("phone", "wallet")}


def test_the_same_keys_are_the_same_words_in_whatever_order_they_are_given():
    words = write_commitment("ID", "2026-11", KEYS)
    assert words == write_commitment("ID", "2026-11", dict(reversed(KEYS.items())))
    read = read_commitment(words)
    assert (read.member, read.epoch, read.keys) == ("ID", "2026-11", KEYS)


def test_other_keys_or_another_month_is_another_digest():
    read = [
        read_commitment(write_commitment("ID", epoch, keys))
        for epoch, keys in (("2026-11", KEYS), ("2026-12", KEYS), ("2026-11", {"phone": KEYS["phone"]}))
    ]
    assert len({one.digest for one in read}) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"epoch": "now"},
        {"epoch": "2026-111"},
        {"keys": {}},
        {"keys": {"phone": 5}},
        {"keys": {"phone": "00" * 32}},  # the identity
        {"keys": {"phone": "ff" * 32}},
        {"keys": {"phone": KEYS["phone"].upper()}},
        {"keys": {"PHONE": KEYS["phone"]}},
        {"keys": {one + other: KEYS["phone"] for one in "abcdef" for other in "abcdef"}},
        {"member": 5},
    ],
    ids=str,
)
def test_what_is_no_commitment_is_refused(change):
    raw = msgspec.json.encode({"v": 1, "member": "ID", "epoch": "2026-11", "keys": KEYS, **change})
    with pytest.raises(InvalidObject):
        read_commitment(raw)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"v":1,"member":"\xff\xff"}', b"[" * 100_000])
def test_what_cannot_be_read_is_refused(raw):
    with pytest.raises(InvalidObject):
        read_commitment(raw)
