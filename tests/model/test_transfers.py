"""Transfers to and from objects, cards without their numbers, payment references."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.transfers import (
    TYPE,
    Transfer,
    card,
    card_object,
    end_object,
    end_of,
    payment_reference,
    transfer_of,
)

IDENTIFIER = f"{TYPE}--00000000-0000-4000-8000-000000000003"
AT = "2026-09-02T00:00:00.000Z"


@given(st.decimals(0, 10**15, places=6), st.text(), st.text(max_size=3))
def test_a_transfer_comes_back_as_it_went(amount, reference, currency):
    made = Transfer(amount, currency, AT, "iban:GB33BUKB20201555555555", "card:411111:1111", reference=reference)
    back = transfer_of(made.content(IDENTIFIER, AT))
    assert back == made
    assert back.amount == amount


def test_what_is_no_transfer_is_none():
    good = Transfer(Decimal(5), "THB", AT).content(IDENTIFIER, AT)
    assert transfer_of(good) is not None
    for bad in ({"amount": 5}, {"amount": "-5"}, {"amount": "1e5"}, {"type": "note"}):
        assert transfer_of(good | bad) is None


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("4111 1111 1111 1111", "card:411111:1111"),
        ("4111-1111-1111-1111", "card:411111:1111"),
        ("411111******1111", "card:411111:1111"),
        ("41111111****1111", "card:411111:1111"),
        ("4111 1111 1111 1112", None),
        ("411111", None),
        ("", None),
    ],
)
def test_a_card_is_its_issuer_and_its_last_four_digits(text, token):
    assert card(text) == token


def test_a_card_s_object_shows_no_number_and_gives_its_token_back():
    made = card_object("card:411111:1111")
    assert made.content["card_number"] == "411111******1111"
    assert card(made.content["card_number"]) == "card:411111:1111"
    assert end_object("card:411111:1111").id == made.id


def test_the_first_valid_end_counts():
    values = [("iban", "GB00"), ("card", "4111111111111111"), ("wallet", "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")]
    assert end_of(values) == "card:411111:1111"
    assert end_of([("iban", "GB00")]) == ""
    assert end_object("iban:GB33BUKB20201555555555").content["iban"] == "GB33BUKB20201555555555"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("inv 2026-0917", "INV20260917"),
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("RF19 5390 0754 7034", None),
        ("RENT", None),
        ("RENT SEPT", None),
        ("123", None),
    ],
)
def test_a_payment_reference_is_what_payer_and_payee_both_write(text, form):
    assert payment_reference(text) == form
