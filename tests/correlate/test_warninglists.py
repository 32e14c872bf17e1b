"""Warninglists: the four ways of listing, our own lists, and MISP's."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from oureyes.correlate.warninglists import BUILT_IN, DOCUMENTATION, WarningList, WarningLists, read
from oureyes.errors import InvalidObject
from oureyes.model.observables import Observable, normalise

DATA = Path(os.environ.get("OUREYES_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the public data is not beside the repository")


def observable(kind: str, value: str) -> Observable:
    found = normalise(kind, value)
    assert found is not None
    return found


def listed(form: str, entry: str, kind: str, value: str, *attributes: str) -> bool:
    document = {"name": "n", "type": form, "list": [entry], "matching_attributes": attributes, "version": 1}
    return WarningLists([read(json.dumps(document).encode())]).hit(observable(kind, value)) is not None


@pytest.mark.parametrize(
    ("form", "entry", "kind", "value", "hits"),
    [
        ("string", "evil.example", "domain", "EVIL.example", True),
        ("string", "evil.example", "domain", "www.evil.example", False),
        ("string", ".evil.example", "domain", "www.evil.example", True),
        ("string", "EVIL.example", "domain", "evil.example", True),
        ("string", "bücher.example", "domain", "xn--bcher-kva.example", True),
        ("hostname", "evil.example", "domain", "www.evil.example", True),
        ("hostname", ".evil.example", "domain", "evil.example", True),
        ("hostname", "evil.example", "domain", "notevil.example", False),
        ("hostname", "evil.example", "url", "http://a.evil.example/x", True),
        ("cidr", "192.0.2.0/24", "ip", "192.0.2.7", True),
        ("cidr", "192.0.2.0/24", "ip", "192.0.2.0/25", True),
        ("cidr", "192.0.2.0/24", "ip", "192.0.0.0/16", False),
        ("cidr", "192.0.2.0/24", "ip", "192.0.3.7", False),
        ("cidr", "192.0.2.7", "ip", "192.0.2.7", True),
        ("cidr", "2001:DB8::/32", "ip", "2001:db8::1", True),
        ("cidr", "2001:db8::/32", "ip", "2001:db9::1", False),
        ("cidr", "192.0.2.0/24", "url", "http://192.0.2.7/", True),
        ("substring", "mail.example", "email", "a@hotmail.example", True),
        ("substring", "x.y", "domain", "ax.yb.example", True),
        ("substring", "mail.example", "email", "a@mail2.example", False),
        ("regex", "/^(noc|abuse)@/i", "email", "ABUSE@evil.example", True),
        ("regex", "/^(noc|abuse)@/", "email", "someone@evil.example", False),
        ("regex", "/((?:\\+|00)33?|0?)(999)([0-9]{6})/g", "phone", "+33999123456", True),
        ("regex", "/((?:\\+|00)33?|0?)(999)([0-9]{6})/g", "phone", "+66999123456", False),
        ("regex", "/(unclosed/", "email", "a@evil.example", False),
    ],
)
def test_an_entry_hits_what_it_means(form, entry, kind, value, hits):
    assert listed(form, entry, kind, value) is hits


def test_a_list_speaks_only_of_its_kinds():
    assert listed("hostname", "evil.example", "domain", "evil.example", "domain", "hostname", "domain|ip")
    assert not listed("hostname", "evil.example", "url", "http://evil.example/", "domain", "hostname")
    assert listed("hostname", "evil.example", "url", "http://evil.example/", "domain", "url")
    assert listed("cidr", "2001:db8::/32", "ip", "2001:db8::1", "ip-src")
    assert not listed("string", "0" * 32, "hash:md5", "0" * 32, "sha1")
    assert listed("string", "0" * 32, "hash:md5", "0" * 32, "filename|md5")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"name": "n"}', b"\x1f\x8bxx", b"\xff\xfe",
    b'{"name": "n", "type": "other", "list": []}', b'{"name": "n", "type": "string", "list": [1]}'])  # fmt: skip
def test_what_is_no_list_is_refused(raw):
    with pytest.raises(InvalidObject):
        read(raw)


def test_a_gzipped_list_is_read_as_it_is():
    raw = b'{"name": "n", "type": "string", "list": ["a"]}'
    assert read(gzip.compress(raw)) == read(raw) == WarningList("n", "string", ("a",))


@pytest.mark.parametrize(
    ("kind", "value", "category"),
    [
        ("domain", "www.welivesecurity.com", "vendors"), ("url", "https://www.welivesecurity.com/2018/x", "vendors"),
        ("domain", "raw.githubusercontent.com", "carry"), ("ip", "10.0.0.0", "private"), ("ip", "fe80::1", "private"),
        ("ip", "127.0.0.1", "private"), ("ip", "224.0.0.5", "private"), ("ip", "8.8.8.8", "resolvers"),
        ("hash", "d41d8cd98f00b204e9800998ecf8427e", "empty"), ("domain", "printer.local", "special-use"),
    ],
)  # fmt: skip
def test_our_own_lists_name_what_is_everywhere(kind, value, category):
    hit = WarningLists(BUILT_IN).hit(observable(kind, value))
    assert hit is not None
    assert category in hit.listed


def test_a_file_on_a_host_that_only_carries_is_an_indicator_still():
    assert WarningLists(BUILT_IN).hit(observable("url", "https://raw.githubusercontent.com/x/y.exe")) is None


@pytest.mark.parametrize(("kind", "value"), [("domain", "evil.example"), ("domain", "example.com"), ("ip", "192.0.2.7"),
    ("ip", "198.51.100.7"), ("ip", "203.0.113.7"), ("ip", "2001:db8::7")])  # fmt: skip
def test_documentation_values_are_real_until_their_lists_are_chosen(kind, value):
    assert WarningLists(BUILT_IN).hit(observable(kind, value)) is None
    assert WarningLists([*BUILT_IN, *DOCUMENTATION]).hit(observable(kind, value)) is not None


def test_no_lists_hit_nothing():
    assert WarningLists([]).hit(observable("domain", "evil.example")) is None


@needs_data
def test_every_list_of_misp_loads_and_the_noise_of_the_data_is_named():
    lists = [read(path.read_bytes()) for path in sorted((DATA / "misp/warninglists").iterdir())]
    ready = WarningLists(lists)
    assert (len(lists), len(ready)) == (36, 238_423)
    assert not any(one.entries for one in ready.lists)  # the texts are not kept
    for kind, value in [
        ("domain", "www.welivesecurity.com"),
        ("domain", "raw.githubusercontent.com"),
        ("ip", "10.0.0.0"),
    ]:
        assert ready.hit(observable(kind, value)) is not None
    assert len(ready.hits(observable("ip", "8.8.8.8"))) == 2
    assert ready.hit(observable("domain", "andreagahuvrauvin.com")) is None
