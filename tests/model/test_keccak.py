"""Keccak-256 by its known digests."""

from __future__ import annotations

import pytest

from oureyes.model.keccak import keccak_256


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"),
    ],
)
def test_keccak_has_its_known_digests(text, digest):
    assert keccak_256(text).hex() == digest


def test_keccak_pads_every_length_of_block_to_another_digest():
    assert len({keccak_256(bytes(size)) for size in range(130, 280)}) == 150
