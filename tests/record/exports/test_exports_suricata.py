"""Suricata rules: read back by another's parser, and no value is more than data in them."""

from __future__ import annotations

import re

import pytest
import suricataparser
from exported import GREEN, HOSTILE, a_sheet, a_thing, forced
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.markings import TLP
from oureyes.record.exports import suricata

_CONTENT = re.compile(r"\|([0-9A-F ]+)\||(.)", re.DOTALL)


def rules(raw: bytes) -> list[suricataparser.Rule]:
    """Every line that is no comment, as a rule; a line that is none fails."""
    lines = [line for line in raw.decode("ascii").split("\n") if line and not line.startswith("#")]
    found = [suricataparser.parse_rule(line) for line in lines]
    assert all(rule is not None and rule.enabled for rule in found), lines
    return found


def contents(rule: suricataparser.Rule) -> list[str]:
    """What a rule's `content` options stand for, in bytes."""
    made = []
    for option in rule.options:
        if option.name == "content":
            pieces = _CONTENT.findall(option.value.strip('"'))
            raw = b"".join(bytes.fromhex(code) if code else text.encode() for code, text in pieces)
            made.append(raw.decode("utf-8", "surrogatepass"))
    return made


def test_a_name_is_looked_for_in_look_ups_in_tls_and_in_requests() -> None:
    made = rules(suricata.write(a_sheet(a_thing("evil.example"))).body)
    assert [rule.header.split()[0] for rule in made] == ["dns", "tls", "http"]
    assert [contents(rule) for rule in made] == [["evil.example"]] * 3
    assert [{option.name for option in rule.options} & {"dns.query", "tls.sni", "http.host"} for rule in made] == [
        {"dns.query"}, {"tls.sni"}, {"http.host"},
    ]  # fmt: skip
    assert "nocase" not in {option.name for option in made[2].options}  # Suricata refuses it on this buffer


def test_an_address_and_a_network_are_looked_for_in_both_directions() -> None:
    things = [a_thing("192.0.2.7", "ipv4-addr:value"), a_thing("2001:db8::/64", "ipv6-addr:value")]
    made = rules(suricata.write(a_sheet(*things)).body)
    assert [rule.header for rule in made] == ["ip any any <> [192.0.2.7] any", "ip any any <> [2001:db8::/64] any"]


def test_a_link_in_the_open_is_a_rule_and_one_within_tls_is_told_as_left() -> None:
    plain, tls = a_thing("http://a.example:8080/x?y=1;z", "url:value"), a_thing("https://a.example/x", "url:value")
    written = suricata.write(a_sheet(plain, tls))
    (rule,) = rules(written.body)
    assert contents(rule) == ["a.example", "/x?y=1;z"]
    assert [one.id for one in written.left] == [tls.object.id]
    assert written.ids == {plain.object.id}


def test_a_rule_says_how_it_is_marked_of_when_and_until_when() -> None:
    marking = GREEN.but(tlp=TLP.AMBER_STRICT, expires="2027-01-01T00:00:00Z")
    thing = a_thing(marking=marking)
    body = suricata.write(a_sheet(thing)).body
    rule = rules(body)[0]
    assert rule.msg == f"Our Eyes TLP AMBER+STRICT PAP GREEN domain-name {thing.object.id}"
    for word in ("tlp amber+strict", "pap green", f"stix_id {thing.object.id}", "expires_at 2027_01_01"):
        assert word in str(rule.metadata)
    assert b"# as a whole TLP:AMBER+STRICT PAP:GREEN; of 2026-11-24" in body


def test_a_rule_keeps_its_number_and_a_newer_version_has_a_greater_revision() -> None:
    first = rules(suricata.write(a_sheet(a_thing("a.example"), a_thing("b.example"))).body)
    later = rules(suricata.write(a_sheet(a_thing("b.example", modified="2026-11-23T08:00:00.000Z"))).body)
    assert {rule.sid for rule in later} < {rule.sid for rule in first}
    assert len({rule.sid for rule in first}) == 6
    assert min(rule.rev for rule in later) > max(rule.rev for rule in first)
    assert all(1_000_000_000 <= rule.sid < 2**32 and 1 <= rule.rev < 2**31 for rule in first)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["domain-name", "url", "ipv4-addr"])
def test_a_value_cannot_break_out_of_its_rule(kind: str, text: str) -> None:
    shown = f"http://a.example/{text}" if kind == "url" else text
    for rule in rules(suricata.write(forced(kind, shown)).body):
        assert rule.action == "alert"
        assert [option.name for option in rule.options].count("sid") == 1
        assert rule.sid >= 1_000_000_000
        assert re.fullmatch(r"(dns|tls|http|ip) any any (->|<>) (any|\[[0-9a-fA-F.:/]+\]) any", rule.header)


@given(st.text(min_size=1, max_size=60))
def test_what_is_looked_for_is_the_value_to_the_byte(text: str) -> None:
    made = rules(suricata.write(forced("domain-name", text)).body)
    assert [contents(rule) for rule in made[:2]] == [[text]] * 2


def test_a_name_given_by_others_stands_nowhere() -> None:
    thing = a_thing(description='x"; sid:1;)\nalert ip any any -> any any (sid:1;)')
    assert b"sid:1;" not in suricata.write(a_sheet(thing)).body
