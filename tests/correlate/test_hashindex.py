"""The index in memory finds exactly what comparing with every hash finds."""

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.model.mediahashes import eight

CHOSEN = random.Random(1)
HASHES = [CHOSEN.getrandbits(256) for _ in range(3000)]


@cache
def an_index(hashes=tuple(HASHES)):
    from oureyes.correlate.hashindex import HashIndex

    return HashIndex(hashes)


def changed(value, bits):
    for bit in bits:
        value ^= 1 << bit
    return value


@pytest.mark.media
@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(HASHES) - 1), st.sets(st.integers(0, 255), max_size=33), st.integers(0, 7))
def test_recall_is_one_and_nothing_else_is_found(place, bits, position):
    asked = changed(HASHES[place], bits)
    wanted = sorted((one ^ asked).bit_count() for one in HASHES if (one ^ asked).bit_count() <= 31)
    assert [distance for _, distance in an_index().near(asked)] == wanted
    turned = eight(asked)[position]
    assert ((place, len(bits)) in an_index().anyhow(turned)) == (len(bits) <= 31)


@pytest.mark.media
def test_a_smaller_distance_can_be_asked_for_and_nearest_comes_first():
    index = an_index((0, 1, 3, 7, (1 << 256) - 1))
    assert index.near(0) == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert index.near(0, within=1) == [(0, 0), (1, 1)]
    assert len(index) == 5
    assert index.size > 0


@pytest.mark.media
def test_an_empty_index_finds_nothing():
    assert an_index(()).near(5) == []
