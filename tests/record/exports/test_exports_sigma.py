"""Sigma rules: read back by PyYAML and pySigma, and no value is more than a value in them."""

from __future__ import annotations

import pytest
import yaml
from exported import GREEN, HOSTILE, SURROGATE, a_sheet, a_thing, forced
from hypothesis import given
from hypothesis import strategies as st
from sigma.collection import SigmaCollection
from sigma.rule import SigmaRule
from sigma.types import SigmaString
from sigma.validation import SigmaValidator
from sigma.validators.core import validators

from oureyes.model.markings import TLP
from oureyes.record.exports import Written, sigma


def documents(written: Written) -> list[dict]:
    return [one for one in yaml.safe_load_all(written.body.decode("ascii")) if one is not None]


def rules(written: Written) -> list[SigmaRule]:
    found = SigmaCollection.from_dicts(documents(written)).rules
    assert all(isinstance(one, SigmaRule) and not one.errors for one in found)
    return found


def values(rule: SigmaRule) -> list[str]:
    """What a rule searches for, as text without any wildcard."""
    (item,) = rule.detection.detections["selection"].detection_items
    for value in item.value:
        if isinstance(value, SigmaString):
            kept = value.s[1:-1] if "Hashes" in str(item.field) else value.s
            assert all(isinstance(part, str) for part in kept), value
    return [value.to_plain() if isinstance(value, SigmaString) else str(value) for value in item.value]


def test_each_kind_is_searched_in_the_log_it_stands_in() -> None:
    things = [
        a_thing("evil.example"),
        a_thing("192.0.2.7", "ipv4-addr:value"),
        a_thing("192.0.2.0/24", "ipv4-addr:value"),
        a_thing("http://evil.example/x", "url:value"),
        a_thing("d" * 64, "file:hashes.'SHA-256'"),
    ]
    found = {
        (rule.logsource.category, rule.detection.detections["selection"].detection_items[0].field): rule
        for rule in rules(sigma.write(a_sheet(*things)))
    }
    assert set(found) == {("dns", "query"), ("firewall", "dst_ip"), ("proxy", "c-uri"), ("process_creation", "Hashes")}
    assert values(found["dns", "query"]) == ["evil.example"]
    assert [one["detection"]["selection"] for one in documents(sigma.write(a_sheet(things[2])))] == [
        {"dst_ip|cidr": ["192.0.2.0/24"]}
    ]


def test_a_rule_says_how_it_is_marked_of_when_and_until_when() -> None:
    thing = a_thing(marking=GREEN.but(tlp=TLP.AMBER_STRICT, expires="2027-01-01T00:00:00Z"))
    (one,) = documents(sigma.write(a_sheet(thing)))
    assert one["tags"] == ["tlp.amber-strict"]
    assert (one["pap"], one["handling"], one["expires"]) == ("green", "H0", "2027-01-01T00:00:00Z")
    assert one["date"] == "2026-11-24"


def test_what_is_marked_alike_is_one_rule_and_what_is_not_is_two() -> None:
    things = [a_thing("a.example"), a_thing("b.example"), a_thing("c.example", marking=GREEN.but(tlp=TLP.AMBER))]
    assert sorted(len(values(rule)) for rule in rules(sigma.write(a_sheet(*things)))) == [1, 2]


def test_another_s_checker_finds_nothing_wrong_with_the_rules() -> None:
    checks = {name: check for name, check in validators.items() if "identifier" in name or "tlp" in name}
    written = sigma.write(a_sheet(a_thing(), a_thing("192.0.2.7", "ipv4-addr:value")))
    assert not SigmaValidator(checks.values()).validate_rules(rules(written))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["domain-name", "url"])
def test_a_value_cannot_break_out_of_its_rule(kind: str, text: str) -> None:
    written = sigma.write(forced(kind, text))
    (one,) = documents(written)
    (detection,) = [found for name, found in one["detection"].items() if name != "condition"]
    (found,) = detection.values()
    assert [value.replace("\\*", "*").replace("\\?", "?").replace("\\\\", "\\") for value in found] == [text] or (
        "\\" in text
    )
    assert set(one) <= {
        "title", "id", "status", "description", "author", "date", "tags", "logsource", "detection", "level", "pap",
        "handling", "expires",
    }  # fmt: skip
    assert not written.body.count(b"---") - 1


_TEXTS = st.text(min_size=1, max_size=40) | st.text("*?\\%'\"a", min_size=1, max_size=20)


@given(_TEXTS.filter(lambda text: not _number(text)))
def test_what_is_searched_for_is_the_value_and_no_wildcard(text: str) -> None:
    (rule,) = rules(sigma.write(forced("domain-name", text)))
    (item,) = rule.detection.detections["selection"].detection_items
    assert [list(value.s) for value in item.value] == [[text]]


def _number(text: str) -> bool:
    """pySigma reads a text of figures as the number, which matches the same."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_what_is_no_text_is_left_out_and_told() -> None:
    assert [one.reason for one in sigma.write(forced("domain-name", SURROGATE)).left] == ["a value that is no text"]


@given(st.text())
def test_a_quoted_text_is_that_text_for_another_s_reader(text: str) -> None:
    assert yaml.safe_load(f"a: {sigma.quoted(text)}\n") == {"a": text}


def test_what_no_log_holds_is_told_as_left() -> None:
    thing = a_thing("+66812345678", "phone-number:value")
    written = sigma.write(a_sheet(thing))
    assert not documents(written)
    assert [one.id for one in written.left] == [thing.object.id]
