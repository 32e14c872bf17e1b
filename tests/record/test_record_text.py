"""Indicators are found in a report in plain text, and wait for a person."""

import io
import time
from itertools import pairwise

import pytest
from a_case import NOW
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.objects import EXTENSIONS
from oureyes.model.ports import Options
from oureyes.record import stix
from oureyes.record import text as plain
from oureyes.record.text import HOLD, extract

# Fictional; documentation names and addresses, example wallets of the standards. Thirty-one are to be found.
REPORT = """On 3 November 2026 a victim in Chiang Mai was called from the Thai number 081 234 5678 and later from
+855 12 345 678; the Malaysian mule used 012-345 6789. The caller sent hxxps://secure-login[.]example/verify?id=7 and,
when it was taken down, hxxp://198.51.100[.]23:8080/pay. Both resolve to 198[.]51[.]100[.]23 and
2001:db8::8a2e:370:7334; the second range is 203.0.113.0/24 in AS64496. The kit (version 1.2.3.4, built 2026.11.03,
section 4.5.6.7) downloads from cdn.payments-update[.]example a file with
SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 (MD5 098f6bcd4621d373cade4e832627b4f6,
SHA-1 a94a8fe5ccb19ba61c4c0873d391e987982fbbd3) and talks to the gateway 00:00:5E:00:53:1F. Money went to
0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe, to the Tron wallet TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY, to
1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 and bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4, to IBAN DE89 3704 0044 0532 0130 00;
a mistyped TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubZ went nowhere. Contacts: helpdesk(at)payments-update[.]example,
ops@mail.secure-login.example and budi.santoso@contoh[.]example. The group writes on Telegram @bantuan_cepat and on
https://t.me/bantuan_cepat, hides behind expyuzz4wqqyqhjn234abcdefghijklmnop234567abcdefghijklmnopqd.onion and exploits
CVE-2024-3094 (ATT&CK T1566.002). The broker carries Indonesian passport X1234567, ship IMO 9074729. The report names
report-2026.example. Singapore police list +65 6123 4567; the Vietnamese contact is 0912 345 678."""
_LABELLED = """
phone-number:+66812345678 phone-number:+85512345678 phone-number:+60123456789
url:https://secure-login.example/verify?id=7 url:http://198.51.100.23:8080/pay ipv4-addr:198.51.100.23
ipv6-addr:2001:db8::8a2e:370:7334 ipv4-addr:203.0.113.0/24 autonomous-system:64496
domain-name:cdn.payments-update.example
hash:sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 hash:md5:098f6bcd4621d373cade4e832627b4f6
hash:sha1:a94a8fe5ccb19ba61c4c0873d391e987982fbbd3 mac-addr:00:00:5e:00:53:1f
cryptocurrency-wallet:eth:0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae
cryptocurrency-wallet:trx:TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY
cryptocurrency-wallet:btc:1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2
cryptocurrency-wallet:btc:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 iban:DE89370400440532013000
email-addr:helpdesk@payments-update.example email-addr:ops@mail.secure-login.example
email-addr:budi.santoso@contoh.example user-account:telegram:bantuan_cepat url:https://t.me/bantuan_cepat
domain-name:expyuzz4wqqyqhjn234abcdefghijklmnop234567abcdefghijklmnopqd.onion cve:CVE-2024-3094 passport:IDN:X1234567
imo:9074729 domain-name:report-2026.example phone-number:+6561234567 phone-number:+84912345678
"""
LABELLED = _LABELLED.split()


def found(text, country=None):
    return [one.observable.text for one in extract(text, country)]


def test_at_least_twenty_nine_of_thirty_one_are_found_and_nothing_else():
    assert len(LABELLED) == 31
    assert len(set(LABELLED) & set(found(REPORT))) >= 29
    assert set(found(REPORT)) <= set(LABELLED)


@pytest.mark.parametrize(
    "text",
    [
        "version 1.2.3.4",
        "v1.2.3.4",
        "firmware 10.0.0.1",
        "see section 4.5.6.7",
        "2026.11.24",
        "at 12:30:45 and 08:00",
        "1.2.3.4.5",
        "open the file setup.py or archive.zip in C++ std::vector",
        "The end.Then it began",
        "0x" + "a" * 39,
        "ratio 1:2:3",
    ],
)
def test_what_only_looks_like_an_address_is_none(text):
    assert [one for one in found(text) if not one.startswith("file-name:")] == []


def test_an_ethereum_address_is_no_hash():
    assert found("0x" + "ab" * 20) == ["cryptocurrency-wallet:eth:0x" + "ab" * 20]


def test_a_national_number_is_read_by_the_state_named_before_it():
    assert found("Thai number 081 234 5678") == ["phone-number:+66812345678"]
    assert found("call 081 234 5678") == []
    assert found("call 081 234 5678", "TH") == ["phone-number:+66812345678"]


def test_scripts_without_spaces_hide_nothing():
    assert found("เว็บไซต์https://a.example/xและอีเมลbudi@b.exampleที่อยู่198.51.100.7ครับ") == [
        "url:https://a.example/x",
        "email-addr:budi@b.example",
        "ipv4-addr:198.51.100.7",
    ]


@pytest.mark.parametrize(
    "written", ["a[.]example", "a(.)example", "a[dot]example", "a [.] example", "a{.}example", "a\\.example"]
)
def test_every_way_of_defanging_is_read(written):
    assert found(f"see {written} now") == ["domain-name:a.example"]


def test_the_sentences_punctuation_stays_outside():
    assert found("(see https://a.example/x_(y)), or https://b.example.") == [
        "url:https://a.example/x_(y)",
        "url:https://b.example/",
    ]


@given(st.text(max_size=200))
def test_any_text_is_read_and_the_spans_are_where_they_say(text):
    spans = extract(text, "MY")
    assert all(text[one.start : one.end] == one.text for one in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))


@pytest.mark.parametrize(
    "junk", ["a.", "1.", "a@", ":", "(", "GB12 ABCD ", "0x", "account 1 1 ", "h", "T1", "-.", "[.]"]
)
def test_no_text_takes_long(junk):
    started = time.process_time()
    extract(junk * (100_000 // len(junk)))
    assert time.process_time() - started < 8


def taken(text, name="report"):
    return list(plain.read(io.BytesIO(text.encode()), Options(source=name, now=NOW, date="2026-11-03")))


def test_the_note_keeps_the_text_and_every_extraction_waits_for_a_person():
    *extractions, note = taken(REPORT)
    assert note.object.content["content"] == REPORT
    assert note.hold == ""
    assert note.tags == ("T1566.002",)
    assert {item.hold for item in extractions[1:]} == {HOLD}
    assert all(stix.check(item.object.raw) for item in (*extractions, note))


def test_an_extraction_keeps_its_span_as_written_and_the_readers_confidence():
    _, _, observed, _ = taken("See a[.]example.")
    kept = observed.object.content["extensions"][EXTENSIONS["provenance"]]["extracted"]
    assert (kept["start"], kept["end"], kept["text"], kept["confidence"]) == (4, 15, "a[.]example", 0.95)
    assert observed.object.content["confidence"] == 95
