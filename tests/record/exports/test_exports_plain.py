"""Plain lists: a line is a value or a comment, and nothing else gets in."""

from __future__ import annotations

import re

import pytest
from exported import GREEN, HOSTILE, a_sheet, a_thing, forced

from oureyes.model.markings import TLP
from oureyes.record.exports import FORMATS, plain


def values(name: str, *things: object, sheet: object = None) -> list[str]:
    body = plain.listed(name)(sheet or a_sheet(*things)).body.decode()  # type: ignore[arg-type]  # a sheet
    assert not re.search(r"[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", body)
    return [line for line in body.split("\n") if line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "path", "value", "expected"),
    [
        ("domains", "domain-name:value", "evil.example", "evil.example"),
        ("ips", "ipv4-addr:value", "192.0.2.7", "192.0.2.7"),
        ("ips", "ipv6-addr:value", "2001:DB8::1", "2001:db8::1"),
        ("urls", "url:value", "http://evil.example/x", "http://evil.example/x"),
        ("emails", "email-addr:value", "a@evil.example", "a@evil.example"),
        ("phones", "phone-number:value", "+66812345678", "+66812345678"),
        ("wallets", "cryptocurrency-wallet:value", "btc:1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
         "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        ("ibans", "bank-account:iban", "GB82WEST12345698765432", "GB82WEST12345698765432"),
        ("md5", "file:hashes.MD5", "D" * 32, "d" * 32),
        ("sha1", "file:hashes.'SHA-1'", "D" * 40, "d" * 40),
        ("sha256", "file:hashes.'SHA-256'", "D" * 64, "d" * 64),
    ],
)  # fmt: skip
def test_each_list_holds_its_kind_and_says_what_it_leaves(name: str, path: str, value: str, expected: str) -> None:
    other = a_thing("m\\\\x", "mutex:name")
    assert values(name, a_thing(value, path), other) == [expected]
    left = plain.listed(name)(a_sheet(other)).left
    assert [one.id for one in left] == [other.object.id]
    assert name in FORMATS


def test_values_stand_below_how_they_are_marked_and_until_when() -> None:
    amber = GREEN.but(tlp=TLP.AMBER_STRICT, expires="2026-12-01T00:00:00Z")
    body = plain.listed("domains")(a_sheet(a_thing("a.example"), a_thing("b.example", marking=amber))).body.decode()
    assert body.split("\n") == [
        "# Our Eyes domains: 2 values, from ID for MY",
        "# as a whole TLP:AMBER+STRICT PAP:GREEN; of 2026-11-24T08:00:00.000000Z",
        "# fetch again by 2026-12-01T00:00:00Z",
        "#",
        "# TLP:AMBER+STRICT PAP:GREEN H0 until 2026-12-01T00:00:00Z",
        "b.example",
        "#",
        "# TLP:GREEN PAP:GREEN H0 no end set",
        "a.example",
        "",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_one_value_is_one_line_or_none(text: str) -> None:
    from oureyes.record.exports import Thing, values_of

    thing = a_thing(text.replace("\\", "\\\\").replace("'", "\\'"), "mutex:name")
    found, left = values_of([Thing(thing.object, thing.marking)], "2026-11-24T08:00:00Z", lambda one: "")
    assert len(found) + len(left) >= 1
    assert all(len(value.observable.value.splitlines()) == 1 for value in found)


def test_a_value_that_begins_as_a_comment_is_left_out_and_told() -> None:
    sheet = forced("domain-name", "#a.example")
    assert values("domains", sheet=sheet) == []
    assert [one.reason for one in plain.listed("domains")(sheet).left] == ["a value that begins as a comment does"]


def test_the_head_holds_words_of_ours_only() -> None:
    from dataclasses import replace

    sheet = replace(a_sheet(a_thing()), to="ayu\nevil.example")
    assert values("domains", sheet=sheet) == ["fund-relief.example"]
