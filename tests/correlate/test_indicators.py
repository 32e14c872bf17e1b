"""The atom index: what matches is always among its candidates, and little else is."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.correlate.indicators import AtomIndex, Observation, compiled
from oureyes.errors import InvalidObject
from oureyes.model.observables import normalise, observables_of

DATA = Path(os.environ.get("OUREYES_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the public data is not beside the repository")


def candidates(pattern: str, kind: str, value: str, *types: str) -> bool:
    index = AtomIndex()
    index.add("indicator--1", pattern)
    found = normalise(kind, value)
    assert found is not None
    return index.candidates([found], types) == {"indicator--1"}


@pytest.mark.parametrize(
    ("pattern", "kind", "value"),
    [
        ("[domain-name:value = 'EVIL.example']", "domain", "evil.example"),
        ("[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]", "ip", "192.0.2.2"),
        ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", "ip", "192.0.2.7"),
        ("[ipv4-addr:value ISSUBSET '192.0.0.0/16']", "ip", "192.0.2.0/24"),
        ("[ipv6-addr:value ISSUBSET '2001:db8::/32']", "ip", "2001:db8::1"),
        ("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", "ip", "192.0.2.1"),
        ("[domain-name:value = 'a.example'] FOLLOWEDBY [url:value LIKE '%x']", "domain", "a.example"),
        ("([mutex:name = 'm'] OR [domain-name:value = 'a.example']) WITHIN 5 SECONDS", "domain", "a.example"),
    ],
)
def test_a_pattern_is_found_by_what_it_names(pattern, kind, value):
    assert candidates(pattern, kind, value)
    assert not candidates(pattern, "domain", "other.example")
    assert not candidates(pattern, "ip", "203.0.113.9")


def test_of_what_and_joins_the_most_telling_is_filed():
    pattern = f"[file:name = 'a.exe' AND file:hashes.MD5 = '{'0' * 32}']"
    assert candidates(pattern, "md5", "0" * 32)
    assert not candidates(pattern, "file-name", "a.exe")


@pytest.mark.parametrize(
    "pattern",
    [
        "[file:name LIKE 'a%']", "[file:size > 5]", "[file:name NOT = 'x']", "[file:name != 'x']",
        "[file:name = 'b.exe' OR file:size > 5]", "[file:name IN ('b.exe', ' ')]",
    ],
)  # fmt: skip
def test_what_has_no_telling_atom_is_filed_under_its_type(pattern):
    assert candidates(pattern, "domain", "evil.example", "file", "domain-name")
    assert not candidates(pattern, "domain", "evil.example", "domain-name")


def test_a_pattern_replaced_or_removed_is_found_no_more():
    index = AtomIndex()
    old, new = normalise("domain", "old.example"), normalise("domain", "new.example")
    assert old is not None
    assert new is not None
    index.add("i", "[domain-name:value = 'old.example']")
    index.add("i", "[domain-name:value = 'new.example']")
    assert (index.candidates([old]), index.candidates([new]), len(index)) == (set(), {"i"}, 1)
    index.remove("i")
    index.remove("never filed")
    assert (index.candidates([new]), len(index)) == (set(), 0)


def test_what_is_no_pattern_is_not_filed_and_the_old_one_stays():
    index = AtomIndex()
    index.add("i", "[domain-name:value = 'old.example']")
    with pytest.raises(InvalidObject):
        index.add("i", "[domain-name:value = ")
    assert len(index) == 1


# An object, and what holds of it: what is drawn together is likely to match, and a property needs what it is about.
_HOLDS = (
    ({"type": "domain-name", "value": "evil.example"}, ("domain-name:value = 'EVIL.example'",
        "domain-name:value LIKE 'e%'", "domain-name:value != 'other.example'")),
    ({"type": "domain-name", "value": "other.example"}, ("domain-name:value IN ('other.example', 'x.example')",)),
    ({"type": "ipv4-addr", "value": "192.0.2.7"}, ("ipv4-addr:value ISSUBSET '192.0.2.0/24'",
        "ipv4-addr:value = '192.0.2.7'")),
    ({"type": "ipv4-addr", "value": "192.0.2.0/28"}, ("ipv4-addr:value ISSUPERSET '192.0.2.1'",)),
    ({"type": "file", "name": "a.exe", "hashes": {"MD5": "0" * 32}}, (f"file:hashes.md5 = '{'0' * 32}'",
        "file:name = 'a.exe'", "file:name NOT IN ('q')")),
    ({"type": "file", "name": "C:\\b\\a.exe", "size": 7}, ("file:name = 'C:\\\\b\\\\a.exe'", "file:size > 6",
        "file:size IN (7, 8)")),
    ({"type": "url", "value": "HTTP://evil.example"}, ("url:value = 'http://evil.example/'",)),
    ({"type": "process", "name": "Evil"}, ("process:name = 'Evil'",)),
    ({"type": "autonomous-system", "number": 64496}, ("autonomous-system:number = 64496",)),
    ({"type": "windows-registry-key", "key": "HKLM\\x\\y"},
        ("windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\x\\\\y'",)),
)  # fmt: skip


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, list[dict[str, object]]]:
    """A pattern made of a few tests, and objects among which are some of those that its tests are about."""
    about = draw(st.lists(st.sampled_from(_HOLDS), min_size=1, max_size=3))
    inside = st.sampled_from([test for _, tests in about for test in tests])
    observed = st.recursive(
        inside, lambda inner: st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map("".join), max_leaves=2
    ).map("[{}]".format)
    pattern = st.recursive(
        observed,
        lambda inner: st.tuples(inner, st.sampled_from([" AND ", " OR ", " FOLLOWEDBY "]), inner).map("".join),
        max_leaves=3,
    )
    seen = draw(st.permutations([one for one, _ in about] * 2))
    return draw(pattern), seen[draw(st.integers(0, 2)) :]


def test_what_matches_is_among_the_candidates():
    matched = set()

    @settings(max_examples=150, deadline=None)
    @given(_cases())
    def holds(case):
        pattern, objects = case
        index = AtomIndex()
        index.add("i", pattern)
        if compiled(pattern).matches([Observation({"0": one}) for one in objects]):
            matched.add(pattern)
            named = [observable for one in objects for observable in observables_of(one)]
            assert index.candidates(named, {str(one["type"]) for one in objects}) == {"i"}

    holds()
    assert len(matched) > 25


@needs_data
def test_a_real_indicator_is_found_among_thousands_by_its_value_alone():
    raw = gzip.decompress((DATA / "stix/amnesty/2021-07-18_nso__pegasus.stix2.gz").read_bytes())
    index = AtomIndex()
    for one in json.loads(raw)["objects"]:
        if one["type"] == "indicator":
            index.add(one["id"], one["pattern"])
    found = normalise("domain", "weather4free.com")
    assert found is not None
    assert len(index) > 1500
    assert len(index.candidates([found], ["domain-name"])) == 1
