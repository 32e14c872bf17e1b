"""What may be asked about, in the one form both sides share."""

import json

import pytest
from paths import ROOT

from oureyes.correlate import observables
from oureyes.correlate.blind.selectors import KINDS, NAMES, born_keys, kind_of_key, selector, selectors, sound_key
from oureyes.errors import InvalidObject
from oureyes.model.observables import Observable, sco

CANON = json.loads((ROOT / "interop" / "canon-1.json").read_text("utf-8"))


def cases():
    of = {observable: kind for kind, some in KINDS.items() for observable in some}
    return [(of[case["form"]["kind"]], case) for case in CANON["valid"] if case["form"]["kind"] in of]


def test_every_kind_has_public_vectors():
    assert {kind for kind, _ in cases()} == set(KINDS) - {NAMES}


@pytest.mark.parametrize(("kind", "case"), cases(), ids=lambda one: one if isinstance(one, str) else one["value"][:30])
def test_a_selector_is_the_key_by_which_records_meet_in_the_open(kind, case):
    made = selector(kind, case["value"], case.get("country"))
    held = sco(Observable(case["form"]["kind"], case["form"]["value"]))
    assert made.text in {key.value for key in observables.keys(held)}
    assert kind_of_key(made.text) == kind
    assert made.input == b"canon/1\0" + made.text.encode()


def test_what_is_written_in_two_ways_is_one_selector():
    assert selector("phone", "081 234 5678", "TH") == selector("phone", "+66 81-234-5678")
    assert selector("email", "Some.One@EVIL.example") == selector("email", "some.one@evil.example")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "12"),
        ("wallet", "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubZ"),
        ("document", "A1234567"),
        ("media", "evil.example"),
        ("url", "http://evil.example/"),
        ("account", ""),
    ],
)
def test_what_is_no_selector_of_its_kind_is_refused_without_showing_it(kind, value):
    with pytest.raises(InvalidObject) as told:
        selector(kind, value)
    assert not value or value not in str(told.value)


def test_a_key_that_may_not_be_asked_about_has_no_kind():
    assert kind_of_key("domain-name:evil.example") is None
    assert kind_of_key("hash:ssdeep:3:a:b") is None
    assert kind_of_key("network:192.0.2.0/24") is None


@pytest.mark.parametrize("value", ["Budi Santoso", "1980", "Budi Santoso, 80", "", "--, 1980"])
def test_a_name_is_never_asked_without_a_year_of_birth(value):
    with pytest.raises(InvalidObject) as told:
        selectors("name", value)
    assert not value or value not in str(told.value)
    with pytest.raises(InvalidObject):
        selector("name", value)


def a_person(name, **said):
    return {"type": "identity", "identity_class": "individual", "name": name, **said}


def test_a_name_is_asked_with_the_years_beside_and_meets_the_same_name_in_another_script():
    asked = {one.text for one in selectors("name", "Somchai Sisuwan (1980)")}
    assert {text.split(":")[1] for text in asked} == {"1979", "1980", "1981"}
    assert {kind_of_key(text) for text in asked} == {"name"}
    thai = set(born_keys(a_person("สมชาย ศรีสุวรรณ", x_date_of_birth="1981-02-03")))
    assert thai & asked
    assert not set(born_keys(a_person("สมชาย ศรีสุวรรณ", x_date_of_birth="1985-02-03"))) & asked


def test_a_record_without_a_year_of_birth_answers_to_no_name():
    assert born_keys(a_person("Somchai Sisuwan")) == ()
    assert born_keys({"type": "domain-name", "value": "evil.example"}) == ()


def test_the_key_in_a_selector_of_a_name_is_the_one_of_the_open_matcher():
    from oureyes.correlate.names.keys import name_keys

    for one in selectors("name", "Budi Santoso, 1980"):
        assert sound_key(one.text) in name_keys("Budi Santoso")
    assert sound_key("phone-number:+66812345678") == ""
