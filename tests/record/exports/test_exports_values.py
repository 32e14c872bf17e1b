"""Only what is enough by itself, meant as a sign and still standing becomes a value for a machine."""

from __future__ import annotations

import pytest
from a_case import an_indicator, an_object
from exported import AT, GREEN, HOSTILE, a_thing

from oureyes.model.markings import PAP, TLP
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable
from oureyes.record.exports import Thing, standing, values_of


def quiet(one: Observable) -> str:
    return "resolvers" if one.value == "9.9.9.9" else ""


def alone(pattern: str, **more: object) -> list[str]:
    obj = an_object("indicator", pattern=pattern, pattern_type="stix", valid_from="2026-01-01T00:00:00Z", **more)
    values, _ = values_of([Thing(obj, GREEN)], AT, quiet)
    return [value.observable.text for value in values]


def why(thing: Thing) -> list[str]:
    values, left = values_of([thing], AT, quiet)
    assert not values
    assert {one.id for one in left} == {thing.object.id}
    return [one.reason for one in left]


MD5, SHA1 = "d" * 32, "e" * 40


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[domain-name:value = 'a.example']", ["domain-name:a.example"]),
        ("[domain-name:value = 'a.example' OR url:value = 'http://b.example/']", ["domain-name:a.example",
                                                                                  "url:http://b.example/"]),
        ("[domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']", ["domain-name:a.example",
                                                                                    "domain-name:b.example"]),
        ("[domain-name:value IN ('a.example', 'b.example')]", ["domain-name:a.example", "domain-name:b.example"]),
        (f"[file:name = 'a.doc' AND file:hashes.MD5 = '{MD5}']", [f"hash:md5:{MD5}"]),
        ("[domain-name:value = 'a.example' AND ipv4-addr:value = '192.0.2.1']", []),
        ("[domain-name:value = 'a.example'] AND [ipv4-addr:value = '192.0.2.1']", []),
        ("[domain-name:value = 'a.example'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.1']", []),
        ("[ipv4-addr:value = '8.8.4.4' AND network-traffic:dst_port = 53]", []),
        ("[domain-name:value = 'a.example'] REPEATS 5 TIMES", []),
        ("[domain-name:value != 'a.example']", []),
        ("[domain-name:value NOT = 'a.example']", []),
        ("[domain-name:value LIKE '%.example']", []),
        ("[domain-name:value MATCHES '.*']", []),
        ("[file:name = 'setup.exe']", ["file-name:setup.exe"]),
        ("[ipv4-addr:value = '9.9.9.9']", []),
        ("[ipv4-addr:value = '0.0.0.0/0']", []),
        ("[ipv4-addr:value = '9.9.9.9' OR ipv4-addr:value = '192.0.2.1']", ["ipv4-addr:192.0.2.1"]),
    ],
)  # fmt: skip
def test_a_value_is_taken_only_where_it_alone_makes_the_pattern_true(pattern: str, expected: list[str]) -> None:
    assert alone(pattern) == expected


def test_what_has_fallen_is_left_out_and_told_by_its_id() -> None:
    assert why(a_thing(revoked=True)) == ["revoked"]
    assert why(a_thing(valid_until="2026-11-24T07:59:59Z")) == ["no longer valid"]
    assert why(a_thing(marking=GREEN.but(expires=AT))) == ["no longer valid"]
    harmless = {**a_thing().object.content, "indicator_types": ["benign"]}
    assert why(Thing(StixObject.make(harmless), GREEN)) == ["its source calls it harmless"]
    assert why(a_thing("9.9.9.9", "ipv4-addr:value")) == ["on the warninglist resolvers"]
    assert why(a_thing("10.0.0.0/7", "ipv4-addr:value")) == ["a network too wide to act on"]
    assert why(Thing(an_object("domain-name", value="a.example"), GREEN)) == [
        "no indicator: nobody stated it to be a sign"
    ]
    rule = an_object("indicator", pattern="alert ip any any", pattern_type="suricata")
    assert why(Thing(rule, GREEN)) == ["a rule in another language"]


def test_what_is_valid_tomorrow_is_valid_today() -> None:
    thing = a_thing(valid_until="2026-11-25T08:00:00Z", marking=GREEN.but(expires="2026-11-24T09:00:00Z"))
    (value,), _ = values_of([thing], AT, quiet)
    assert value.thing.until == "2026-11-24T09:00:00Z"


def test_a_value_of_two_indicators_stands_once_under_the_tighter_marking() -> None:
    loose, tight = a_thing(), a_thing(marking=GREEN.but(tlp=TLP.AMBER))
    for order in ([loose, tight], [tight, loose]):
        (value,), left = values_of(order, AT, quiet)
        assert value.thing is tight
        assert not left
    careful = a_thing(marking=GREEN.but(pap=PAP.RED))
    (value,), _ = values_of([loose, careful], AT, quiet)
    assert value.thing is careful


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["domain-name:value", "url:value", "file:name", "email-addr:value", "mutex:name"])
def test_no_value_with_blanks_or_control_characters_comes_through(text: str, path: str) -> None:
    shown = text.replace("\\", "\\\\").replace("'", "\\'")
    for one in alone(f"[{path} = '{shown}']"):
        assert not [character for character in one if ord(character) < 0x21 or 0x7F <= ord(character) <= 0xA0]
        assert len(one.splitlines()) == 1


def test_documents_leave_out_what_is_noise_or_has_fallen_and_keep_the_rest() -> None:
    good, warned, gone = a_thing(), a_thing("9.9.9.9", "ipv4-addr:value"), a_thing(revoked=True)
    seen, report = Thing(an_object("ipv4-addr", value="9.9.9.9"), GREEN), Thing(an_object("report", name="r"), GREEN)
    kept, left = standing([good, warned, gone, seen, report], AT, quiet)
    assert kept == [good, report]
    assert [(one.id, one.reason) for one in left] == [
        (warned.object.id, "on the warninglist resolvers"),
        (gone.object.id, "revoked"),
        (seen.object.id, "on the warninglist resolvers"),
    ]


def test_an_indicator_of_two_things_together_is_not_noise_because_one_of_them_is() -> None:
    obj = an_indicator()
    both = an_object(
        "indicator",
        pattern="[ipv4-addr:value = '9.9.9.9' AND domain-name:value = 'a.example']",
        pattern_type="stix",
        valid_from=obj.version,
    )
    kept, _ = standing([Thing(both, GREEN)], AT, quiet)
    assert len(kept) == 1
