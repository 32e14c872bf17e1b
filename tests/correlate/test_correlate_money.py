"""What movements of money have in common: one told twice, one that follows another, and what proves nothing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oureyes.correlate import money
from oureyes.model.objects import StixObject
from oureyes.model.transfers import TYPE, Transfer

ENDS = [
    "",
    "iban:GB33BUKB20201555555555",
    "cryptocurrency-wallet:trx:TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY",
    "card:411111:1111",
]


def moved(amount, day, source, target, reference="", currency="THB"):
    made = Transfer(Decimal(amount), currency, f"2026-09-{day:02}T00:00:00.000Z", source, target, reference=reference)
    return StixObject.make(made.content(f"{TYPE}--00000000-0000-4000-8000-000000000003", "2026-09-02T00:00:00.000Z"))


ends = st.sampled_from(ENDS)
references = st.sampled_from(["", "INV20260901"])
amounts, currencies = st.sampled_from(["100", "1000", "1000.00", "1003"]), st.sampled_from(["", "THB", "USDT"])
any_moved = st.builds(moved, amounts, st.integers(1, 28), ends, ends, references, currencies)


@given(any_moved, any_moved)
def test_what_is_accepted_shares_a_key_and_is_the_same_from_either_side(one, other):
    met, back = money.compare(one, other), money.compare(other, one)
    assert (met is None) == (back is None)
    if met is not None:
        assert (met.score, met.reason, met.key, met.kind) == (back.score, back.reason, back.key, back.kind)
        assert {key.value for key in money.keys(one)} & {key.value for key in money.keys(other)}


@given(amounts, amounts, currencies, currencies)
def test_what_goes_round_an_account_on_one_day_is_told_the_same_from_either_side(one, other, paid, went):
    round_, again = moved(one, 2, ENDS[2], ENDS[2], "", paid), moved(other, 2, ENDS[2], ENDS[2], "", went)
    assert money.compare(round_, again).reason == money.compare(again, round_).reason


def test_a_transfer_told_from_both_ends_is_one():
    met = money.compare(moved(1000, 2, ENDS[1], ENDS[2]), moved(1003, 3, "", ENDS[2]))
    assert met.reason == (
        "one transfer told by both: 1,000 THB on 2026-09-02 and 1,003 THB on 2026-09-03,"
        " GB33BUKB20201555555555 → trx:TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
    )


def test_another_payer_another_currency_or_another_week_is_another_transfer():
    one = moved(1000, 2, ENDS[1], ENDS[2])
    for other in (
        moved(1000, 2, ENDS[3], ENDS[2]),
        moved(1000, 2, ENDS[1], ENDS[2], currency="USD"),
        moved(1000, 9, ENDS[1], ENDS[2]),
        moved(1500, 2, ENDS[1], ENDS[2]),
    ):
        assert money.compare(one, other) is None or money.compare(one, other).kind == "card"


def test_what_went_on_after_a_month_or_before_it_came_in_is_not_onward():
    came = moved(1000, 2, "", ENDS[2])
    assert "1 day later 990 THB went on" in money.compare(came, moved(990, 3, ENDS[2], "")).reason
    assert "the same day" in money.compare(came, moved(990, 2, ENDS[2], "")).reason
    assert money.compare(came, moved(990, 1, ENDS[2], "")) is None


def test_objects_of_other_kinds_have_no_keys():
    note = StixObject.make({"type": "note", "id": "note--00000000-0000-4000-8000-000000000001"})
    assert not money.keys(note)
    assert money.compare(note, note) is None


def test_a_person_s_cards_meet_the_same_card_elsewhere():
    from oureyes.model.objects import EXTENSIONS

    extensions = {EXTENSIONS["observables"]: {"cards": ["card:411111:1111"]}}
    who = {"type": "identity", "id": "identity--00000000-0000-4000-8000-000000000001", "extensions": extensions}
    met = money.compare(StixObject.make(who), moved(5, 2, ENDS[3], ""))
    assert met.kind == "card"
    assert met.score < 0.5
    assert "411111…1111" in met.reason
