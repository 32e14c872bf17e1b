"""Normal forms: the public vectors, idempotence, and that no input makes them raise."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
import stix2
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.model.objects import EXTENSIONS
from oureyes.model.observables import (
    CANON,
    KINDS,
    Observable,
    defang,
    host_of,
    mrz_check_digit,
    normalise,
    observables_of,
    observables_of_misp,
    own_domain,
    passport_of_mrz,
    refang,
    registered_domain,
    sco,
)

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "interop" / "canon-1.json").read_text("utf-8"))


def _case(case: dict[str, str]) -> Observable | None:
    return normalise(case["kind"], case["value"], case.get("country"))


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: f"{case['kind']} {case['value']}"[:60])
def test_a_valid_vector_has_its_form(case):
    assert _case(case) == Observable(**case["form"])


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: f"{case['kind']} {case['value']}"[:60])
def test_an_invalid_vector_has_no_form(case):
    assert _case(case) is None


def test_the_vectors_are_of_this_rule_set_and_touch_every_kind():
    assert VECTORS["protocol"] == CANON
    untouched = set(KINDS) - {case["form"]["kind"] for case in VECTORS["valid"]}
    assert {kind for kind in untouched if not kind.startswith("hash:")} == {"file-path", "process-name", "mutex"}


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: f"{case['kind']} {case['value']}"[:60])
def test_normalising_a_form_again_changes_nothing(case):
    once = Observable(**case["form"])
    assert normalise(once.kind, once.value) == once


_PIECES = (
    "evil [.] (dot) . example hxxp http :// @ [at] : 80 / %2E %25 % x [ ] ( ) 192.0.2.1 ::1 ä ß İ ς \\ ? # +66 0 xn-- "
    "q. İ.co btc telegram: ID: TH IDN T1 HKLM\\ C:"
)
_FRAGMENTS = st.sampled_from([*_PIECES.split(" "), " "])
_TEXTS = st.one_of(st.text(max_size=40), st.lists(_FRAGMENTS, max_size=8).map("".join))


@settings(deadline=None)
@given(st.sampled_from(KINDS), _TEXTS, st.sampled_from([None, "TH", "ID", "SG", "??"]))
def test_normalising_twice_is_normalising_once(kind, text, country):
    once = normalise(kind, text, country)
    assert once is None or normalise(once.kind, once.value) == once


@settings(deadline=None)
@given(
    st.one_of(st.text(max_size=20), st.sampled_from(KINDS), st.lists(st.none())),
    st.one_of(st.text(), st.none(), st.integers()),
)
def test_junk_never_raises(kind, junk):
    assert normalise(kind, junk) is None or isinstance(junk, str)


@settings(deadline=None)
@given(_TEXTS)
def test_refanging_twice_is_refanging_once(text):
    assert refang(refang(text)) == refang(text)


def test_defanged_text_is_dead_and_comes_back():
    live = "see https://evil.example/login.php or 192.0.2.7, ask a.b@evil.example; version v0.98 is fine."
    dead = defang(live)
    assert "evil.example" not in dead
    assert "https://" not in dead
    assert "192.0.2.7" not in dead
    assert "v0.98" in dead
    assert refang(dead) == live


def test_a_host_is_taken_from_a_url_and_an_address():
    assert host_of(Observable("url", "https://a.evil.example:8443/x")) == Observable("domain-name", "a.evil.example")
    assert host_of(Observable("url", "http://u@192.0.2.7/")) == Observable("ipv4-addr", "192.0.2.7")
    assert host_of(Observable("url", "http://[2001:db8::1]/")) == Observable("ipv6-addr", "2001:db8::1")
    assert host_of(Observable("email-addr", "a@evil.example")) == Observable("domain-name", "evil.example")
    assert host_of(Observable("domain-name", "evil.example")) is None


def test_what_is_shared_out_to_others_is_nobody_s_own():
    owned = {"a.b.co.th": "b.co.th", "x.a.github.io": "a.github.io", "a.b.fictional": "b.fictional"}
    assert {name: own_domain(name) for name in owned} == owned
    assert [own_domain(name) for name in ("co.th", "github.io", "duckdns.org", "com", "fictional")] == [""] * 5


def test_what_was_registered_is_known_without_a_network():
    names = ["a.b.co.th", "x.go.id", "y.com.mm", "z.gov.kh", "w.gov.bn", "v.gov.tl", "a.test.com.sg", "co.th"]
    assert [registered_domain(name) for name in names] == [
        "b.co.th", "x.go.id", "y.com.mm", "z.gov.kh", "w.gov.bn", "v.gov.tl", "test.com.sg", None,
    ]  # fmt: skip


def test_the_check_digits_of_icao_9303_hold():
    assert mrz_check_digit("520727") == "3"  # ICAO 9303-3, Appendix A
    assert mrz_check_digit("AB2134<<<") == "5"
    line = "L898902C3" + "6" + "{}" + "740812" + "2" + "F" + "120415" + "9" + "ZE184226B<<<<<" + "1"
    low = line.format("UNO")
    low += mrz_check_digit(low[0:10] + low[13:20] + low[21:43])
    high = "P<UNOERIKSSON<<ANNA<MARIA".ljust(44, "<")
    assert passport_of_mrz(f"{high}\n{low}") == "UNO:L898902C3"
    assert passport_of_mrz(f"{high}\n{low.replace('740812', '740813')}") is None


@pytest.mark.parametrize(
    ("observable", "oracle"),
    [
        (Observable("domain-name", "example.com"), stix2.v21.DomainName(value="example.com")),
        (Observable("ipv4-addr", "198.51.100.3"), stix2.v21.IPv4Address(value="198.51.100.3")),
        (Observable("ipv6-addr", "2001:db8::1"), stix2.v21.IPv6Address(value="2001:db8::1")),
        (Observable("url", "https://example.com/"), stix2.v21.URL(value="https://example.com/")),
        (Observable("email-addr", "a@example.com"), stix2.v21.EmailAddress(value="a@example.com")),
        (Observable("hash:md5", "d41d8cd98f00b204e9800998ecf8427e"), None),
        (Observable("file-name", "a.exe"), stix2.v21.File(name="a.exe")),
        (Observable("mac-addr", "aa:bb:cc:00:11:22"), stix2.v21.MACAddress(value="aa:bb:cc:00:11:22")),
        (Observable("autonomous-system", "64496"), stix2.v21.AutonomousSystem(number=64496)),
        (Observable("mutex", "Global\\x"), stix2.v21.Mutex(name="Global\\x")),
        (
            Observable("user-account", "telegram:x"),
            stix2.v21.UserAccount(account_type="telegram", account_login="x"),
        ),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_the_id_of_an_object_is_the_one_stix_derives(observable, oracle):
    oracle = oracle or stix2.v21.File(hashes={"MD5": observable.value})
    assert sco(observable).id == oracle.id


def test_the_id_follows_from_the_canonical_json_alone():
    name = '{"value":"198.51.100.3"}'
    expected = uuid.uuid5(uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), name)
    assert sco(Observable("ipv4-addr", "198.51.100.3")).id == f"ipv4-addr--{expected}"


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: f"{case['kind']} {case['value']}"[:60])
def test_an_object_holds_the_observable_it_was_made_of(case):
    observable = Observable(**case["form"])
    assert observable in observables_of(sco(observable).content)


def test_kinds_of_our_own_say_so():
    content = sco(Observable("phone-number", "+66812345678")).content
    assert content["extensions"] == {EXTENSIONS["observables"]: {"extension_type": "new-sco"}}


def test_a_file_holds_its_hashes_and_its_name():
    content = {"type": "file", "name": "A.exe", "hashes": {"MD5": "D" * 32, "SHA-256": "0" * 64, "SHA-1": "short"}}
    assert [o.text for o in observables_of(content)] == [
        f"hash:md5:{'d' * 32}", f"hash:sha256:{'0' * 64}", "file-name:a.exe",
    ]  # fmt: skip


def test_an_identity_holds_its_contact_and_what_the_extension_lists():
    listed = [{"kind": "phone-number", "value": "081 234 5678", "country": "TH"}, {"kind": "passport", "value": 7}, "x"]
    content = {
        "type": "identity",
        "contact_information": "mail desk@evil.example, call +60 12-345 6789.",
        "extensions": {EXTENSIONS["observables"]: {"observables": listed}},
    }
    assert [o.text for o in observables_of(content)] == [
        "email-addr:desk@evil.example", "phone-number:+60123456789", "phone-number:+66812345678",
    ]  # fmt: skip


def test_observed_data_of_stix_2_0_holds_what_is_inside_it():
    content = {"type": "observed-data", "objects": {"0": {"type": "domain-name", "value": "evil.example"}}}
    assert observables_of(content) == (Observable("domain-name", "evil.example"),)


def test_a_misp_attribute_of_two_parts_holds_two_observables():
    assert [o.text for o in observables_of_misp("filename|md5", f"a.exe|{'0' * 32}")] == [
        "file-name:a.exe", f"hash:md5:{'0' * 32}",
    ]  # fmt: skip
    assert [o.text for o in observables_of_misp("ip-dst|port", "192.0.2.7|443")] == ["ipv4-addr:192.0.2.7"]
    assert [o.text for o in observables_of_misp("domain|ip", "evil.example|192.0.2.7")] == [
        "domain-name:evil.example", "ipv4-addr:192.0.2.7",
    ]  # fmt: skip
    kept = {"type": "x-misp-attribute", "attribute_type": "phone-number", "value": "+66 81 234 5678"}
    assert observables_of(kept) == (Observable("phone-number", "+66812345678"),)


_NAMES = (
    "type value name hashes extensions objects number plate contact_information external_references account_type "
    "account_login bank iban attribute_type"
)
_TYPES = (
    "file identity user-account bank-account observed-data vehicle process cryptocurrency-wallet identity-document "
    "vulnerability url x-oureyes-observable artifact"
)
_LEAVES = st.one_of(st.none(), st.text(max_size=8), st.integers(), st.sampled_from(["file", "identity"]))
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES.split()), _VALUES), st.sampled_from(_TYPES.split()))
def test_an_object_of_any_shape_is_read_without_raising(content, kind):
    assert isinstance(observables_of({**content, "type": kind}), tuple)
