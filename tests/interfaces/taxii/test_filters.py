"""Filters as they are read, and `next`, which nobody else can make."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.interfaces.taxii.filters import MOST, cursor, date_added, read_filters
from oureyes.model.instants import nanoseconds

KEY = b"k" * 32


@given(st.integers(0, 1 << 50), st.sampled_from(["", "match[type]=indicator", "match[version]=all&match[type]=a,b"]))
def test_next_gives_back_its_place_and_filters(place: int, query: str) -> None:
    before = read_filters(query.encode(), KEY, "here")
    text = cursor(before, place, KEY, "here")
    for again in (f"next={text}", f"{query}&next={text}"):
        found = read_filters(again.encode(), KEY, "here")
        assert (found.after, found.types, found.versions) == (place, before.types, before.versions)
    for key, where in ((b"x" * 32, "here"), (KEY, "there")):
        with pytest.raises(InvalidObject):
            read_filters(f"next={text}".encode(), key, where)


@given(st.binary(max_size=60))
def test_no_other_bytes_are_a_next(raw: bytes) -> None:
    with pytest.raises(InvalidObject):
        read_filters(b"next=" + quote(raw).encode(), KEY, "here")


@given(st.integers(0, 4_000_000_000_000_000))
def test_a_place_written_as_a_date_is_read_as_the_same_place(place: int) -> None:
    (text,) = date_added([place])
    assert nanoseconds(text) == place * 1_000
    assert read_filters(f"added_after={text}".encode(), KEY, "").after == place


def test_next_and_added_after_together_are_both_honoured() -> None:
    text = cursor(read_filters(b"", KEY, "x"), 2_000_000, KEY, "x")
    assert read_filters(f"next={text}&added_after=1970-01-01T00:00:01Z".encode(), KEY, "x").after == 2_000_000
    assert read_filters(f"next={text}&added_after=1970-01-01T00:00:03Z".encode(), KEY, "x").after == 3_000_000


def test_a_page_is_never_larger_than_this_node_gives() -> None:
    assert read_filters(b"limit=999999", KEY, "").limit == MOST


def test_times_that_no_store_can_compare_are_taken_as_the_furthest() -> None:
    assert read_filters(b"match[version]=9999-01-01T00:00:00Z", KEY, "").instants == ((1 << 63) - 1,)
