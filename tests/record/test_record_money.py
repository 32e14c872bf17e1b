"""Records of a financing inquiry arrive as identities, accounts and transfers; no card number is kept anywhere."""

import io
import json
from decimal import Decimal

import pytest
from a_case import NOW
from hypothesis import given
from hypothesis import strategies as st
from paths import DATA

from oureyes import record
from oureyes.model.markings import TLP
from oureyes.model.ports import Options, Record, Rejected
from oureyes.model.transfers import transfer_of
from oureyes.record import money

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
PAN = "4111 1111 1111 1111"
PERSON = {
    "kind": "person",
    "ref": "P1",
    "name": "Somchai",
    "phones": ["081 234 5678"],
    "wallets": [WALLET],
    "tlp": "red",
}
MOVED = {"kind": "transfer", "ref": "T1", "date": "2026-09-02", "amount": "1,370.50", "currency": "usdt", "src": "P1"}
MOVED |= {"dst_wallet": WALLET, "reference": "inv 2026-0917"}


def taken(*rows, country="TH"):
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    return list(
        record.read(io.BytesIO(text.encode()), "trail.ndjson", Options(source="trail.ndjson", now=NOW, country=country))
    )


def of_type(found, kind):
    return [one.object.content for one in found if isinstance(one, Record) and one.object.type == kind]


def test_a_person_and_a_transfer_are_linked_by_account_and_by_reference():
    found = taken(PERSON, MOVED)
    person = next(one for one in of_type(found, "identity") if one["name"] == "Somchai")
    moved = transfer_of(of_type(found, "x-oureyes-transfer")[0])
    wallet = of_type(found, "cryptocurrency-wallet")[0]
    assert (moved.amount, moved.currency, moved.at) == (Decimal("1370.5"), "USDT", "2026-09-02T00:00:00.000Z")
    assert (moved.source_ref, moved.target_ref) == (person["id"], wallet["id"])
    assert moved.target == f"cryptocurrency-wallet:trx:{WALLET}"
    assert moved.reference == "INV20260917"
    assert of_type(found, "phone-number")[0]["value"] == "+66812345678"
    observed = next(one for one in person["extensions"].values() if "observable_refs" in one)
    assert wallet["id"] in observed["observable_refs"]


def test_what_the_record_says_of_its_secrecy_is_kept_for_all_that_comes_of_it():
    found = taken(PERSON)[1:]
    assert {one.marking.tlp for one in found} == {TLP.RED}
    (held_back, *_) = taken(PERSON | {"tlp": "purple"})[1:]
    assert held_back.hold


def test_no_card_number_is_kept():
    card = {"kind": "card", "ref": "C1", "cards": [PAN], "note": "taken from a till"}
    paid = MOVED | {"dst_wallet": "", "dst_card": PAN}
    broken = '{"kind": "card", "ref": "C2", "cards": ["4111-1111-1111-1111"], '
    found = taken(card, paid, broken)
    kept = b"".join(one.object.raw if isinstance(one, Record) else one.raw for one in found)
    assert b"4111 1111" not in kept
    assert b"41111111" not in kept
    assert b"4111-1111" not in kept
    assert of_type(found, "payment-card")[0]["card_number"] == "411111******1111"
    assert b"411111******1111" in found[-1].raw


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (MOVED | {"amount": "much"}, "an amount"),
        (MOVED | {"amount": "1e99"}, "an amount"),
        (MOVED | {"amount": -1}, "an amount"),
        (MOVED | {"dst_wallet": WALLET[:-1] + "Z"}, "a valid account"),
        (MOVED | {"dst_wallet": ""}, "two ends"),
        (PERSON | {"name": ""}, "a name"),
        ({"kind": "wallet", "ref": "W1", "wallets": ["nonsense"]}, "a valid wallet"),
        ({"kind": "ship", "ref": "S1"}, "a kind"),
        ("{", "JSON"),
    ],
)
def test_a_record_that_says_nothing_usable_is_put_aside_and_the_next_is_taken(row, wanted):
    found = taken(PERSON, row, PERSON | {"ref": "P2"})
    (rejected,) = [one for one in found if isinstance(one, Rejected)]
    assert wanted in rejected.error.expected
    assert "line 2" in str(rejected.error)
    assert len(of_type(found, "identity")) == 3


def test_accounts_that_are_not_valid_are_counted_and_said():
    found = taken(PERSON | {"wallets": [WALLET, "nonsense"]})
    notes = [note.message for one in found for note in one.findings]
    assert notes == ["1 of 3 accounts and numbers are not valid or stand twice: not matched by"]


@held
def test_the_shared_trail_arrives_whole():
    path = DATA / "scenarios/s3_money_trail.ndjson"
    found = taken(*path.read_text("utf-8").splitlines(), country=None)
    assert sum(dict(one.counts).get("records", 0) for one in found) == 8
    assert len(of_type(found, "x-oureyes-transfer")) == 2


def test_other_lines_of_json_are_not_claimed():
    assert not money.sniff(b'{"type": "indicator", "kind": "person", "ref": "a"}', "a.ndjson")
    assert not money.sniff(b'{"kind": "other", "ref": "a"}', "a.ndjson")
    assert money.sniff(json.dumps(PERSON).encode(), "anything.txt")


fields = st.sampled_from(["name", "phones", "wallets", "cards", "amount", "currency", "src", "dst_iban", "tlp", "date"])


@given(
    st.sampled_from(["person", "card", "transfer"]),
    st.dictionaries(fields, st.none() | st.text() | st.lists(st.text())),
)
def test_junk_is_taken_or_put_aside(kind, junk):
    assert all(isinstance(one, Record | Rejected) for one in taken({"kind": kind, "ref": "X"} | junk))
