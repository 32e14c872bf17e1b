"""Records of a financing inquiry: a transfer has two ends; no card's number is kept, nor in what is put aside."""

import io
import json

from oureyes.model.ports import Options, Rejected
from oureyes.model.transfers import transfer_of
from oureyes.record import money

WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
ENDS = {"src": "P1", "dst_wallet": WALLET}
PAID = {"kind": "transfer", "ref": "T1", "date": "2026-09-02", "amount": 48000, "currency": "THB", **ENDS}


def taken(*rows):
    data = "\n".join(json.dumps(row) for row in rows).encode()
    assert money.sniff(data, "records.ndjson")
    return list(money.read(io.BytesIO(data), Options(source="records")))


def test_a_transfer_has_its_amount_and_its_ends():
    moved = [found for item in taken(PAID) if (found := transfer_of(item.object.content))]
    assert [(f"{one.amount} {one.currency}", one.source, one.target) for one in moved] == [
        ("48000 THB", "", f"cryptocurrency-wallet:trx:{WALLET}")
    ]


def test_a_transfer_with_one_end_or_no_amount_is_put_aside():
    for row in (PAID | {"src": ""}, PAID | {"amount": "much"}, PAID | {"dst_wallet": "mistyped"}):
        assert isinstance(taken(row)[-1], Rejected)


def test_no_card_number_is_kept_of_what_is_taken_or_put_aside():
    number = "4111111111111111"
    found = taken({"kind": "card", "ref": "C1", "cards": [number]}, {"kind": "boat", "ref": "B1", "cards": [number]})
    aside = [item for item in found if isinstance(item, Rejected)]
    assert len(aside) == 1
    assert not [item for item in found if number in repr(item)]


def test_other_files_are_not_claimed():
    assert not money.sniff(b'{"type": "bundle", "objects": []}', "x.json")
    assert not money.sniff(b"ref,kind\n", "x.csv")
