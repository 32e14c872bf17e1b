"""A filter finds all that was put in, hardly anything else, and tells nothing of how much of it is real."""

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.correlate.blind.filters import FALSE_POSITIVES, KEPT, Filter, fillers, padded_size
from oureyes.errors import InvalidObject


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 2**32))
def test_everything_put_in_is_found_and_nothing_else(count, seed):
    chosen = random.Random(seed)
    outputs = {chosen.randbytes(KEPT) for _ in range(count)}
    made = Filter(Filter.of(outputs).raw)
    assert all(one in made for one in outputs)
    assert not any(chosen.randbytes(64) in made for _ in range(200))


@given(st.lists(st.binary(min_size=KEPT, max_size=KEPT), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_outputs_that_crowd_into_one_bucket_are_found_too(outputs):
    crowded = [bytes(8) + one[8:] for one in outputs] + [b"\xff" * 8 + one[8:] for one in outputs] + outputs
    made = Filter.of(crowded)
    assert all(one in made for one in crowded)
    assert made.size == len(set(crowded))


def test_a_key_costs_at_most_five_and_a_half_bytes_from_a_thousand_keys_on():
    assert FALSE_POSITIVES <= 1e-12
    for count in (1_000, 1_040, 33_000, 1_000_000):
        size = padded_size(count)
        assert count <= size <= count * 33 / 32 + 1
        assert (8 + size / 4 + 5 * size) / count <= 5.5
    made = Filter.of(os.urandom(KEPT) for _ in range(1_024))
    assert len(made.raw) == 8 + 1_024 // 4 + 5 * 1_024


def test_sizes_near_each_other_are_filled_up_to_one():
    assert {padded_size(count) for count in range(257)} == {256}
    assert len({padded_size(count) for count in range(1, 10_000)}) < 190
    assert padded_size(1_000_000) == padded_size(1_010_000)


def test_what_fills_a_filter_is_the_same_while_the_secret_is():
    first = list(fillers(b"s" * 32, 3, 10))
    assert first == list(fillers(b"s" * 32, 0, 10))[3:]
    assert first != list(fillers(b"t" * 32, 3, 10))
    assert {len(one) for one in first} == {KEPT}


@pytest.mark.parametrize("raw", [b"", b"OEF1", b"OEF1\0\0\0\0", b"OEF2\0\0\0\1" + bytes(6), b"OEF1\xff\xff\xff\xff"])
def test_what_is_no_filter_is_refused(raw):
    with pytest.raises(InvalidObject):
        Filter(raw)


def test_a_filter_cut_or_with_a_bit_turned_in_its_counts_is_refused():
    raw = Filter.of(os.urandom(KEPT) for _ in range(300)).raw
    with pytest.raises(InvalidObject):
        Filter(raw[:-1])
    with pytest.raises(InvalidObject):
        Filter(raw[:8] + bytes([raw[8] ^ 1]) + raw[9:])


def test_no_filter_is_made_of_nothing():
    with pytest.raises(InvalidObject):
        Filter.of([])


def test_a_hit_is_looked_for_as_long_as_a_miss():
    """Three outputs lie in one bucket: the first, the last and one that is not there are compared with all three."""
    close = [bytes(8) + bytes([place]) * 5 for place in range(3)]
    made = Filter.of([*close, *(bytes([255 - place]) * 13 for place in range(5))])

    class Counting(bytes):
        looked = 0

        def __getitem__(self, part):
            Counting.looked += 1
            return bytes.__getitem__(self, part)

    made.raw = Counting(made.raw)
    counts = []
    for output, there in ((close[0], True), (close[2], True), (bytes(8) + b"x" * 5, False)):
        Counting.looked = 0
        assert (output in made) is there
        counts.append(Counting.looked)
    assert counts == [3, 3, 3]


@given(
    st.sets(st.binary(min_size=13, max_size=13), min_size=1, max_size=300), st.sets(st.binary(min_size=13, max_size=13))
)
def test_many_looked_up_at_once_are_those_looked_up_one_by_one(put_in, others):
    made = Filter.of(put_in)
    asked = put_in | others | {bytes(13), b"\xff" * 13}
    assert made.among(asked) == {one for one in asked if one in made}
    assert made.among([]) == set()
