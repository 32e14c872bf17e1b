"""A transfer is read as it was written, a card keeps ten digits, a reference is what both sides write."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.transfers import TYPE, Transfer, card, card_object, end_of, payment_reference, transfer_of

WALLET = "cryptocurrency-wallet:trx:TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
ID = f"{TYPE}--00000000-0000-4000-8000-000000000003"
AT = "2026-09-02T00:00:00.000Z"


@given(st.decimals("0.01", "999999999", places=2))
def test_a_transfer_is_read_as_it_was_written(amount):
    made = Transfer(amount, "THB", AT, "", WALLET, reference="INV20260901")
    assert transfer_of(made.content(ID, AT)) == made


@pytest.mark.parametrize("amount", [None, 5, "", "-1", "1e9", "NaN", "1" * 19])
def test_without_a_plain_amount_it_is_no_transfer(amount):
    assert transfer_of({"type": TYPE, "amount": amount}) is None
    assert transfer_of({"type": "note", "amount": "5"}) is None


def test_a_card_is_its_issuer_and_its_last_four_digits_if_its_check_digit_is_right():
    assert card("4111 1111 1111 1111") == card("411111******1111") == "card:411111:1111"
    assert card("4111 1111 1111 1112") is None
    assert card("1234") is None
    assert card_object("card:411111:1111").content["card_number"] == "411111******1111"


def test_a_reference_has_figures_and_passes_its_check_where_it_has_one():
    assert payment_reference("inv 2026-0901") == "INV20260901"
    assert payment_reference("RF18 5390 0754 7034") == "RF18539007547034"
    assert [payment_reference(one) for one in ("RENT", "RF19 5390 0754 7034", "A1")] == [None] * 3


def test_the_first_valid_end_is_taken():
    assert end_of([("iban", "GB00 WRONG"), ("iban", "GB33BUKB20201555555555")]) == "iban:GB33BUKB20201555555555"
    assert end_of([("card", "4111111111111111")]) == "card:411111:1111"
    assert end_of([("card", "1")]) == ""
    assert Transfer(Decimal(5), "SGD", AT).content(ID, AT)["name"] == "5 SGD on 2026-09-02"
