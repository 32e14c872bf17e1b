"""What patterns mean: our evaluator against OASIS's matcher, and where it knowingly reads more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2matcher.matcher import match as oracle

from oureyes.correlate.evaluation import Observation, compiled, matches, observation_of
from oureyes.errors import InvalidObject

_OBJECTS = {
    "file--1": {
        "type": "file", "name": "a.exe", "size": 10, "hashes": {"MD5": "0" * 32, "SHA-256": "1" * 64},
        "parent_directory_ref": "directory--1", "magic_number_hex": "ffd8", "mime_type": "a\nb",
        "ctime": "2020-01-01T00:00:00.000Z", "content_ref": "missing--1",
    },
    "directory--1": {"type": "directory", "path": "C:\\Temp", "contains_refs": ["file--1", "missing--1"]},
    "ipv4-addr--1": {"type": "ipv4-addr", "value": "192.0.2.7"},
    "ipv4-addr--2": {"type": "ipv4-addr", "value": "198.51.100.0/24"},
    "network-traffic--1": {
        "type": "network-traffic", "src_port": 443, "protocols": ["ipv4", "tcp"], "dst_ref": "ipv4-addr--1",
        "is_active": True, "ratio": 0.5,
    },
    "x-thing--1": {
        "type": "x-thing", "values": [{"name": "p", "size": 1}, {"name": "q", "size": 2}], "data_bin": "/9g=",
    },
}  # fmt: skip
# Which objects were seen together, when, and how many times.
_SEEN = [
    (("file--1", "directory--1"), "2020-01-01T00:00:00Z", "2020-01-01T00:00:10Z", 1),
    (("ipv4-addr--1", "network-traffic--1"), "2020-01-01T00:00:05Z", "2020-01-01T00:00:05Z", 1),
    (("ipv4-addr--2", "x-thing--1"), "2020-01-01T00:01:00Z", "2020-01-01T00:02:00Z", 2),
    (("ipv4-addr--1", "file--1", "directory--1"), "2020-01-01T00:03:00Z", "2020-01-01T00:03:00Z", 1),
]


def _observed_data(at: int) -> dict[str, object]:
    refs, first, last, number = _SEEN[at]
    return {
        "type": "observed-data", "id": f"observed-data--{at}", "object_refs": list(refs),
        "first_observed": first, "last_observed": last, "number_observed": number,
    }  # fmt: skip


def _ours(pattern: str, chosen: list[int]) -> bool:
    held = {id: {"id": id, **content} for id, content in _OBJECTS.items()}
    return matches(pattern, [observation_of(_observed_data(at), held) for at in chosen])


def _theirs(pattern: str, chosen: list[int]) -> bool:
    objects = [{"id": id, **content} for id, content in _OBJECTS.items()]
    bundle = {"type": "bundle", "objects": [*(_observed_data(at) for at in chosen), *objects]}
    return bool(oracle(pattern, [bundle], stix_version="2.1"))


CASES = r"""
[file:name = 'a.exe']
[file:name = 'b.exe']
[file:name != 'b.exe']
[file:name NOT = 'a.exe']
[file:size = 10]
[file:size = 10.0]
[file:size > 9]
[file:size >= 10]
[file:size < 10]
[file:size NOT < 10]
[file:size = '10']
[file:size > '9']
[file:name > 'a']
[file:name IN ('x', 'a.exe')]
[file:name NOT IN ('x', 'a.exe')]
[file:size IN (1, 10.0)]
[file:size IN ()]
[file:size NOT IN ()]
[file:hashes.MD5 = '00000000000000000000000000000000']
[file:hashes.'SHA-256' LIKE '1%']
[file:name LIKE 'a%']
[file:name LIKE '%e']
[file:name LIKE '_.exe']
[file:name LIKE 'a%e%x']
[file:name LIKE '%x%x%']
[file:name LIKE '%.%x_']
[file:name LIKE 'a.exe']
[file:name LIKE '']
[file:name LIKE '%']
[file:name NOT LIKE 'b%']
[file:name LIKE '%%exe']
[file:name LIKE '%exe%exe']
[file:name MATCHES '^a\\.']
[file:name MATCHES 'x$']
[file:name NOT MATCHES 'x$']
[file:size MATCHES '1']
[file:magic_number_hex = h'ffd8']
[file:magic_number_hex = h'ffd9']
[file:magic_number_hex = b'/9g=']
[file:magic_number_hex > h'ff']
[file:magic_number_hex = 'ÿØ']
[x-thing:data_bin = h'ffd8']
[x-thing:data_bin = 'ก']
[x-thing:data_bin MATCHES 'ÿ']
[file:ctime = t'2020-01-01T00:00:00Z']
[file:ctime < t'2020-01-01T00:00:00.1Z']
[file:ctime > t'2020-01-01T00:00:00Z']
[file:ctime IN (t'2020-01-01T00:00:00Z')]
[file:size > t'2020-01-01T00:00:00Z']
[network-traffic:is_active = true]
[network-traffic:is_active = false]
[network-traffic:is_active = 1]
[network-traffic:src_port = true]
[network-traffic:ratio <= .5]
[network-traffic:is_active != false]
[ipv4-addr:value ISSUBSET '192.0.2.0/24']
[ipv4-addr:value ISSUBSET '198.51.0.0/16']
[ipv4-addr:value ISSUBSET '198.51.100.0/25']
[ipv4-addr:value NOT ISSUBSET '192.0.0.0/8']
[file:parent_directory_ref.path = 'C:\\Temp']
[file:content_ref.name = 'x']
[directory:contains_refs[*].name = 'a.exe']
[directory:contains_refs[0].size = 10]
[directory:contains_refs[1].size = 10]
[network-traffic:dst_ref.value = '192.0.2.7']
[network-traffic:protocols[*] = 'tcp']
[network-traffic:protocols[1] = 'tcp']
[network-traffic:protocols[-1] = 'tcp']
[network-traffic:protocols[5] = 'tcp']
[x-thing:values[*].name = 'q']
[x-thing:values[0].name = 'q']
[x-thing:values[*].name = 'p' AND x-thing:values[*].size = 2]
[file:name = 'a.exe' AND file:size = 10]
[file:name = 'a.exe' AND file:size = 11]
[file:name = 'z' OR file:size = 10]
[file:name = 'a.exe' AND ipv4-addr:value = '192.0.2.7']
[file:name = 'z' OR ipv4-addr:value = '192.0.2.7']
[file:name = 'z' OR file:size = 10 AND file:name = 'y']
[(file:name = 'a.exe' OR file:name = 'z') AND file:size = 10]
[file:name = 'a.exe'] AND [ipv4-addr:value = '192.0.2.7']
[file:name = 'a.exe'] AND [file:size = 10]
[file:name = 'a.exe'] AND [file:size = 10] AND [directory:path = 'C:\\Temp']
[file:name = 'z'] OR [ipv4-addr:value = '192.0.2.7']
[file:name = 'z'] OR [file:name = 'y']
[file:name = 'a.exe'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.7']
[x-thing:values[*].size = 1] FOLLOWEDBY [network-traffic:src_port = 443]
[network-traffic:src_port = 443] FOLLOWEDBY [x-thing:values[*].size = 1]
[network-traffic:src_port = 443] FOLLOWEDBY [file:size = 10]
[network-traffic:src_port = 443] FOLLOWEDBY [x-thing:data_bin = h'ffd8'] FOLLOWEDBY [file:size = 10]
[file:size = 10] FOLLOWEDBY [x-thing:data_bin = h'ffd8'] FOLLOWEDBY [network-traffic:src_port = 443]
[file:size = 10] REPEATS 2 TIMES
[file:size = 10] REPEATS 3 TIMES
[x-thing:data_bin = h'ffd8'] REPEATS 2 TIMES
[x-thing:data_bin = h'ffd8'] REPEATS 3 TIMES
[x-thing:data_bin = h'ffd8'] AND [x-thing:data_bin = h'ffd8']
([file:size = 10] OR [network-traffic:src_port = 443]) REPEATS 3 TIMES
([file:size = 10] AND [ipv4-addr:value LIKE '%']) REPEATS 2 TIMES
([file:size = 10] AND [network-traffic:src_port = 443]) WITHIN 1 SECONDS
([network-traffic:src_port = 443] AND [x-thing:data_bin = h'ffd8']) WITHIN 54 SECONDS
([network-traffic:src_port = 443] AND [x-thing:data_bin = h'ffd8']) WITHIN 55 SECONDS
([network-traffic:src_port = 443] AND [x-thing:data_bin = h'ffd8']) WITHIN 54.9 SECONDS
[file:size = 10] REPEATS 2 TIMES WITHIN 100 SECONDS
[file:size = 10] REPEATS 2 TIMES WITHIN 200 SECONDS
[file:size = 10] WITHIN 0.1 SECONDS
[file:size = 10] START t'2020-01-01T00:00:10Z' STOP t'2020-01-01T00:00:20Z'
[file:size = 10] START t'2020-01-01T00:00:11Z' STOP t'2020-01-01T00:00:20Z'
[file:size = 10] START t'2019-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'
[file:size = 10] START t'2021-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'
([file:size = 10] AND [network-traffic:src_port = 443]) START t'2020-01-01T00:00:05Z' STOP t'2020-01-01T00:00:06Z'
""".strip().splitlines()


@pytest.mark.parametrize("pattern", CASES)
def test_a_pattern_means_here_what_it_means_to_oasis(pattern):
    for chosen in ([0, 1, 2, 3], [0], [1, 2], [0, 1], [3, 2, 0]):
        assert _ours(pattern, chosen) == _theirs(pattern, chosen), chosen


_TESTS = st.sampled_from(
    [
        "file:name = 'a.exe'", "file:size > 9", "file:size = 11", "ipv4-addr:value = '192.0.2.7'",
        "file:name NOT = 'x'", "network-traffic:src_port = 443", "x-thing:values[*].name = 'q'",
        "directory:contains_refs[*].size = 10",
    ]
)  # fmt: skip
_INSIDE = st.recursive(
    _TESTS, lambda inner: st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map("".join), max_leaves=3
)
_QUALIFIERS = st.sampled_from(
    [
        "", " WITHIN 6 SECONDS", " WITHIN 200 SECONDS", " REPEATS 2 TIMES",
        " START t'2020-01-01T00:00:05Z' STOP t'2020-01-01T00:02:30Z'",
    ]
)  # fmt: skip
_PATTERNS = st.recursive(
    _INSIDE.map("[{}]".format),
    lambda inner: (
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " FOLLOWEDBY "]), inner).map("".join)
        | st.tuples(inner.map("({})".format), _QUALIFIERS).map("".join)
    ),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(_PATTERNS, st.permutations(range(4)), st.integers(1, 4))
def test_any_pattern_means_here_what_it_means_to_oasis(pattern, order, count):
    assert _ours(pattern, order[:count]) == _theirs(pattern, order[:count])


def seen(*objects: dict[str, object]) -> Observation:
    return Observation({str(at): one for at, one in enumerate(objects)})


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        ("[network-traffic:protocols = 'tcp']", {"type": "network-traffic", "protocols": ["ipv4", "tcp"]}),
        ("[file:hashes.sha256 = '{}']".format("A" * 64), {"type": "file", "hashes": {"SHA-256": "a" * 64}}),
        ("[domain-name:value = 'EVIL.example']", {"type": "domain-name", "value": "evil.example"}),
        ("[ipv6-addr:value ISSUBSET '2001:db8::/32']", {"type": "ipv6-addr", "value": "2001:db8::1"}),
        ("[ipv4-addr:value ISSUPERSET '198.51.100.7']", {"type": "ipv4-addr", "value": "198.51.100.0/24"}),
        ("[EXISTS file:size]", {"type": "file", "size": 0}),
        ("[file:name LIKE 'a%b']", {"type": "file", "name": "a\nb"}),
        ("[file:name LIKE 'é']", {"type": "file", "name": "e\u0301"}),
    ],
)
def test_what_real_patterns_mean_beyond_the_matcher_of_oasis(pattern, content):
    assert matches(pattern, [seen(content)])


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        ("[EXISTS file:size]", {"type": "file", "name": "x"}),
        ("[domain-name:value != 'EVIL.example']", {"type": "domain-name", "value": "evil.example"}),
        ("[ipv4-addr:value ISSUBSET 'nonsense']", {"type": "ipv4-addr", "value": "192.0.2.1"}),
        ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", {"type": "ipv4-addr", "value": "nonsense"}),
        ("[file:ctime > t'2020-01-01T00:00:00Z']", {"type": "file", "ctime": "yesterday"}),
        ("[file:magic_number_hex = h'00']", {"type": "file", "magic_number_hex": "zz"}),
        ("[file:name = 'x']", {"type": "file", "name": None}),
        ("[file:parent_directory_ref.path = 'x']", {"type": "file", "parent_directory_ref": 7}),
        ("[directory:contains_refs[*].name = 'x']", {"type": "directory", "contains_refs": [7, None]}),
        ("[file:hashes.MD5 = 'x']", {"type": "file", "hashes": ["x"]}),
        ("[file:name MATCHES 'a']", {"type": "file", "name": "a" * 5000}),
    ],
)
def test_odd_values_do_not_match_and_do_not_raise(pattern, content):
    assert not matches(pattern, [seen(content)])


@pytest.mark.parametrize("pattern", ["[a:x MATCHES '(a+)+']", "[a:x = 1] REPEATS 100000 TIMES",
    " AND ".join(["[a:x = 1]"] * 500), "[a:x MATCHES '(']", "[a:x = "])  # fmt: skip
def test_a_pattern_that_could_take_for_ever_is_refused_when_compiled(pattern):
    with pytest.raises(InvalidObject):
        compiled(pattern)


def test_a_search_without_end_is_given_up_and_said():
    pattern = compiled(" AND ".join(["[a:x = 1]"] * 20) + " AND [a:x = 2]")
    many = [seen({"type": "a", "x": 1})] * 12 + [seen({"type": "a", "x": 2})]
    with pytest.raises(InvalidObject, match="bindings"):
        pattern.matches(many)


def test_stix_2_0_keeps_its_objects_inside():
    content = {
        "type": "observed-data", "first_observed": "2020-01-01T00:00:00Z", "last_observed": "2020-01-01T00:00:00Z",
        "number_observed": 3, "objects": {"0": {"type": "file", "parent_directory_ref": "1"}, "1": {"type": "directory",
        "path": "/tmp"}},
    }  # fmt: skip
    assert matches("[file:parent_directory_ref.path = '/tmp'] REPEATS 3 TIMES", [observation_of(content)])


def test_no_observation_matches_nothing():
    assert not matches("[a:x = 1]", [])
