"""The observable matcher: reasons, scores, and that what it accepts shares a key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.correlate.observables import compare, keys, keys_of_content, named, shared
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables import Observable, normalise, sco


def an_object(kind: str, **content: object) -> StixObject:
    return StixObject.make({"type": kind, "id": f"{kind}--00000000-0000-4000-8000-000000000001", **content})


def an_indicator(pattern: str) -> StixObject:
    return an_object("indicator", pattern=pattern, pattern_type="stix")


def a_person(*listed: tuple[str, str]) -> StixObject:
    observables = [{"kind": kind, "value": value} for kind, value in listed]
    return an_object("identity", name="N", extensions={EXTENSIONS["observables"]: {"observables": observables}})


def test_the_reason_is_in_the_analysts_words():
    wallet = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
    match = compare(a_person(("wallet", wallet)), an_object("cryptocurrency-wallet", value=wallet))
    assert match is not None
    assert match.reason == f"both name the wallet TRON {wallet}: exactly the same value, checksum valid"
    assert (match.score, match.kind, match.key) == (
        0.98,
        "cryptocurrency-wallet",
        f"cryptocurrency-wallet:trx:{wallet}",
    )


def test_the_strongest_value_leads_and_the_others_are_counted():
    one = a_person(("file-name", "a.exe"), ("phone", "+66 81 234 5678"), ("domain", "evil.example"))
    match = compare(one, a_person(("domain", "EVIL.example"), ("phone", "+66812345678"), ("file-name", "A.EXE")))
    assert match is not None
    assert match.kind == "phone-number"
    assert match.reason.endswith("; and 2 more values")


@pytest.mark.parametrize("host", ["evil.example", "192.0.2.7", "[2001:db8::1]"])
def test_a_link_to_a_host_proves_less_than_the_host_itself(host):
    kind = "domain-name" if host[0] == "e" else "ipv6-addr" if host[0] == "[" else "ipv4-addr"
    itself, link = an_object(kind, value=host.strip("[]")), an_object("url", value=f"http://{host}/a")
    assert compare(itself, link).score < compare(itself, itself).score
    assert compare(link, an_object("url", value=f"http://{host}/b")).score < compare(itself, link).score


def test_everything_shared_is_told_so_that_one_warninglisted_value_hides_no_other():
    left = an_indicator("[url:value = 'http://192.0.2.7/a' OR domain-name:value = 'evil.example']")
    right = an_indicator("[ipv4-addr:value = '192.0.2.7' OR domain-name:value = 'evil.example']")
    assert [one.observable.text for one in shared(left, right)] == ["domain-name:evil.example", "ipv4-addr:192.0.2.7"]


def test_the_same_object_recorded_by_two_states_matches_itself():
    recorded = sco(Observable("domain-name", "evil.example"))
    assert compare(recorded, recorded) is not None


def test_an_indicator_in_another_language_has_no_keys():
    assert keys_of_content({"type": "indicator", "pattern": "rule x {}", "pattern_type": "yara"}) == ()


def test_a_long_value_has_a_short_key():
    (key, host) = keys_of_content({"type": "url", "value": "http://evil.example/" + "a" * 5000})
    assert len(key.value) < 100
    assert host.value == "domain-name:evil.example"


def test_a_network_has_few_keys_and_a_very_wide_one_only_its_own():
    assert len(keys_of_content({"type": "ipv4-addr", "value": "10.1.0.0/16"})) == 257
    assert len(keys_of_content({"type": "ipv4-addr", "value": "10.0.0.0/8"})) == 1
    assert len(keys_of_content({"type": "ipv6-addr", "value": "2001:db8::/40"})) == 257
    assert len(keys_of_content({"type": "ipv6-addr", "value": "2001:db8::/32"})) == 1


def test_an_account_without_its_bank_proves_less():
    match = compare(a_person(("bank-account", "ID::12345678")), a_person(("bank-account", "ID::12345678")))
    assert match is not None
    assert match.score == 0.7


_VALUES = st.sampled_from(
    [
        ("domain-name", "evil.example"), ("domain-name", "www.evil.example"), ("url", "http://evil.example/a"),
        ("url", "https://evil.example/a"), ("url", "https://evil.example/b"), ("url", "http://192.0.2.7/"),
        ("ipv4-addr", "192.0.2.7"), ("ipv4-addr", "192.0.2.8"), ("ipv4-addr", "192.0.2.0/24"),
        ("ipv4-addr", "192.0.2.0/28"), ("ipv4-addr", "192.0.0.0/17"), ("ipv4-addr", "192.0.0.0/8"),
        ("ipv6-addr", "2001:db8::1"), ("ipv6-addr", "2001:db8::/64"), ("ipv6-addr", "2001:db8::/44"),
        ("email-addr", "A@evil.example"), ("email-addr", "a@evil.example"), ("file-name", "a.exe"),
        ("phone-number", "+66812345678"), ("autonomous-system", "64496"), ("hash:md5", "0" * 32),
    ]
)  # fmt: skip
_PEOPLE = st.lists(_VALUES, max_size=4).map(lambda listed: a_person(*listed))


@settings(deadline=None)
@given(_PEOPLE, _PEOPLE)
def test_what_compare_accepts_shares_a_key_and_both_sides_agree(left, right):
    found, mirrored = compare(left, right), compare(right, left)
    assert (found and found.reason) == (mirrored and mirrored.reason)
    assert shared(left, right) == shared(right, left)
    if found is not None:
        assert {key.value for key in keys(left)} & {key.value for key in keys(right)}


@settings(deadline=None)
@given(_VALUES, _VALUES)
def test_a_shared_value_is_always_found(one, other):
    both = compare(a_person(one, other), a_person(other))
    assert both is not None
    assert both.score > 0


def test_what_is_named_is_in_normal_form():
    assert named(an_indicator("[url:value = 'hxxp://EVIL[.]example']").content) == (
        normalise("url", "http://evil.example/"),
    )


def test_of_two_networks_around_an_address_both_sides_name_the_same_one():
    inside = a_person(("ipv6-addr", "2001:db8::1"))
    around = a_person(("ipv6-addr", "2001:db8::/64"), ("ipv6-addr", "2001:db8::/44"))
    assert shared(inside, around) == shared(around, inside)
    assert compare(inside, around).reason == compare(around, inside).reason
