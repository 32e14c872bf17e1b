"""Private search sets as the hashlookup project's own tools read and write them."""

import hashlib
import hmac
import io
import json

import pytest
from flor import BloomFilter
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.correlate.blind.searchsets import Bloom, Described, digest_of
from oureyes.errors import InvalidObject

SAMPLE = {
    "algorithm": "Blake2",
    "bloomfilter": {"capacity": 10000, "format": "dcso-v1", "fp-probability": 0.001},
    "canonicalization-format": ".lower",
    "description": "a list",
    "generated-timestamp": 1700731642,
    "keyid": "a-key",
    "misp-attribute-types": ["text", "url", "link"],
    "version": 1,
}


@settings(max_examples=20, deadline=None)
@given(st.sets(st.text("0123456789abcdef", min_size=8, max_size=64), min_size=1, max_size=200))
def test_another_implementation_reads_what_we_write(digests):
    theirs = BloomFilter()
    theirs.read(io.BytesIO(Bloom.of(digests, 1e-9).raw))
    assert all(one.encode() in theirs for one in digests)
    assert len(digests) == theirs.N
    assert b"not there" not in theirs


@settings(max_examples=20, deadline=None)
@given(st.sets(st.text("0123456789abcdef", min_size=8, max_size=64), min_size=1, max_size=200))
def test_we_read_what_another_implementation_writes(digests):
    theirs, written = BloomFilter(n=1000, p=1e-6), io.BytesIO()
    for one in digests:
        theirs.add(one.encode())
    theirs.write(written)
    ours = Bloom.read(written.getvalue() + b"attached")
    assert all(one in ours for one in digests)
    assert "not there" not in ours
    assert ours.raw == written.getvalue()


def test_few_that_are_not_there_are_found():
    made = Bloom.of((f"{n:064}" for n in range(1000)), 1e-3)
    assert sum(f"x{n}" in made for n in range(20_000)) < 60


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:40],
        lambda raw: b"\x02" + raw[1:],
        lambda raw: raw[:-1],
        lambda raw: raw[:24] + b"\xff" * 8 + raw[32:],
        lambda raw: raw[:32] + b"\xff" * 8 + raw[40:],
        lambda raw: raw[:16] + bytes(8) + raw[24:],
    ],
    ids=["cut", "version", "short", "functions", "bits", "chance"],
)
def test_what_is_no_filter_is_refused(change):
    with pytest.raises(InvalidObject):
        Bloom.read(change(Bloom.of(["a"], 1e-6).raw))


def test_the_digests_are_those_of_the_algorithms_named():
    key = b"k" * 32
    assert digest_of("HMAC-SHA-256", key, "a") == hmac.new(key, b"a", "sha256").hexdigest()
    assert digest_of("HMAC-SHA-512", key, "a") == hmac.new(key, b"a", "sha512").hexdigest()
    for name in ("Blake2", "Blake2b"):
        assert digest_of(name, key, "a") == hashlib.blake2b(b"a", key=key).hexdigest()


def test_a_description_comes_back_and_has_the_projects_own_names():
    made = Described.made("phones", "0123", 1700731642, 10, 1e-9)
    assert Described.read(made.raw) == made
    assert set(json.loads(made.raw)) == set(SAMPLE)
    assert Described.read(json.dumps(SAMPLE).encode()).keyid == "a-key"


@pytest.mark.parametrize(
    "change",
    [{"algorithm": "MD5"}, {"bloomfilter": {"capacity": 1, "format": "poppy-v2", "fp-probability": 0.1}}, {"keyid": 5}],
    ids=str,
)
def test_a_description_of_another_kind_is_refused(change):
    with pytest.raises(InvalidObject):
        Described.read(json.dumps({**SAMPLE, **change}).encode())
