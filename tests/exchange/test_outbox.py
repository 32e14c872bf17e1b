"""Grouping, our own log, recovery, delivery."""

import pytest
from exchange_parties import AMBER, ID_SG, SEAL, SIGN, SIGN_PUBLIC, a_statement, an_item
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject, VerificationError
from oureyes.exchange.envelope import MAX_BUNDLE, MAX_ITEMS, MAX_STATEMENT, sign_statement
from oureyes.exchange.log import cosign, read_header, verify_checkpoint
from oureyes.exchange.outbox import (
    GIVE_UP_AFTER,
    Delivery,
    NeedsRecovery,
    Outbox,
    Parcel,
    Resume,
    State,
    address,
    plan_bundles,
    restored,
)
from oureyes.model.merkle import root
from oureyes.model.sharing import Channel

ENVELOPE = sign_statement(a_statement(), SIGN["ID"])


def a_log(count, outbox=None, envelope=ENVELOPE):
    outbox, entries = outbox or Outbox(ID_SG), []
    for _ in range(count):
        entry, outbox = outbox.append(envelope, SEAL["SG"].public)
        entries.append(entry)
    return outbox, entries


def a_receipt(outbox):
    return cosign(outbox.checkpoint(SIGN["ID"]), ID_SG, SIGN["SG"], 1)


def root_of(entries):
    return lambda size: root(entry.leaf for entry in entries[:size])


# --- grouping


def test_recipients_of_the_same_objects_share_one_statement():
    one, two, three = an_item(1), an_item(2), an_item(3)
    parcels = address({"SG": [one, two], "MY": [two, one], "TH": [three]})
    assert parcels == [Parcel(("MY", "SG"), (one, two)), Parcel(("TH",), (three,))]


def test_a_redacted_copy_or_another_marking_is_another_statement():
    whole, extract, tighter = (
        an_item(1),
        an_item(1, value="redacted"),
        an_item(1, AMBER.but(purpose="counter-terrorism")),
    )
    parcels = address({"SG": [whole], "MY": [extract], "TH": [tighter]})
    assert {parcel.audience for parcel in parcels} == {("SG",), ("MY",), ("TH",)}


def test_nobody_gets_nothing():
    assert address({}) == address({"SG": []}) == []
    assert plan_bundles([]) == []


@given(st.dictionaries(st.sampled_from(["MY", "SG", "TH"]), st.lists(st.integers(0, 6), max_size=8)))
def test_each_gets_exactly_what_it_should(wanted):
    parcels = address({who: [an_item(number) for number in numbers] for who, numbers in wanted.items()})
    for who, numbers in wanted.items():
        got = [item.object.id for parcel in parcels if who in parcel.audience for item in parcel.items]
        assert sorted(got) == sorted({an_item(number).object.id for number in numbers})


def test_bundles_keep_order_and_limits():
    items = [an_item(number) for number in range(MAX_ITEMS * 2 + 1)]
    bundles = plan_bundles(items)
    assert [len(bundle) for bundle in bundles] == [500, 500, 1]
    assert [item for bundle in bundles for item in bundle] == items


def test_the_largest_bundle_fits_a_statement():
    bundles = plan_bundles([an_item(number, value="x" * 9000) for number in range(300)])
    for bundle in bundles:
        assert len(sign_statement(a_statement(items=bundle), SIGN["ID"])) < MAX_STATEMENT
    assert all(sum(len(item.object.raw) for item in bundle) <= MAX_BUNDLE for bundle in bundles)


def test_an_object_too_large_to_travel_is_named():
    with pytest.raises(InvalidObject, match="domain-name--"):
        plan_bundles([an_item(1, value="x" * MAX_BUNDLE)])


# --- our own log


def test_entries_are_numbered_and_the_head_covers_them():
    outbox, entries = a_log(3)
    assert [read_header(entry.header).seq for entry in entries] == [0, 1, 2]
    head = outbox.checkpoint(SIGN["ID"])
    assert (head.size, head.root) == (3, root(entry.leaf for entry in entries))
    assert verify_checkpoint(head.note, "oureyes/ch/ID/SG/1", SIGN_PUBLIC["ID"]) == head


def test_a_log_that_holds_all_receipts_resumes():
    outbox, entries = a_log(4)
    receipts = [a_receipt(a_log(0)[0]), a_receipt(outbox)]
    assert restored(ID_SG, 4, root_of(entries), receipts) == Resume(4)
    assert restored(ID_SG, 4, root_of(entries), []) == Resume(0)


def test_a_log_restored_from_an_old_backup_may_not_be_appended_to_until_recovered():
    old, entries = a_log(2)
    new, lost = a_log(3, old)
    receipt = a_receipt(new)
    found = restored(ID_SG, old.size, root_of(entries), [receipt])
    assert isinstance(found, NeedsRecovery)
    assert (found.size, found.receipted) == (2, 5)
    assert "re-import our entries from the recipient, or open a new epoch; two people sign" in str(found.error)
    held = Outbox(ID_SG, old.frontier, hold=str(found.error))
    with pytest.raises(VerificationError, match="may be appended to"):
        held.append(ENVELOPE, SEAL["SG"].public)
    regained, outbox = held.recovered([(entry.header, entry.sealed) for entry in lost], receipt)
    assert regained == tuple(lost)
    assert outbox == new


def test_a_log_that_forked_needs_a_new_epoch():
    ours, entries = a_log(3)
    theirs, _ = a_log(3)
    found = restored(ID_SG, ours.size, root_of(entries), [a_receipt(theirs)])
    assert isinstance(found, NeedsRecovery)
    assert "new epoch" in str(found.error)
    assert isinstance(restored(ID_SG, 3, root_of(entries), [a_receipt(ours), a_receipt(theirs)]), NeedsRecovery)


def test_recovery_takes_only_what_was_receipted():
    old, _ = a_log(2)
    new, lost = a_log(3, old)
    lines, receipt = [(entry.header, entry.sealed) for entry in lost], a_receipt(new)
    forged = a_log(3, old)[1]
    foreign = a_log(1, Outbox(Channel("ID", "MY")))[1]
    for spoilt in (
        lines[:2],
        lines[1:],
        [(entry.header, entry.sealed) for entry in forged],
        [(foreign[0].header, foreign[0].sealed)],
        [(lines[0][0], b"altered"), *lines[1:]],
    ):
        with pytest.raises(VerificationError):
            old.recovered(spoilt, receipt)


# --- delivery


def test_a_delivery_runs_its_course():
    delivery = Delivery("SG")
    assert not delivery.due(0)
    delivery = delivery.grew(3)
    assert delivery.due(10.0)
    assert delivery.lag == 3
    delivery = delivery.started()
    assert delivery.state is State.SENDING
    assert not delivery.due(11.0)
    delivery = delivery.got_receipt(2)
    assert delivery.lag == 1
    delivery = delivery.got_receipt(3).finished()
    assert (delivery.lag, delivery.state) == (0, State.IDLE)
    assert not delivery.due(99.0)


def test_failures_back_off_to_a_limit_and_are_told():
    delivery, waits = Delivery("SG").grew(1), []
    for _ in range(12):
        delivery = delivery.started().stopped(100.0, "no route", 0.0)
        waits.append(delivery.next_try - 100.0)
        assert not delivery.due(delivery.next_try - 0.01)
        assert delivery.due(delivery.next_try)
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == 150.0
    assert (delivery.attempts, delivery.state, delivery.last_error) == (12, State.FAILED, "no route")
    few = Delivery("SG", attempts=GIVE_UP_AFTER - 2).started().stopped(0.0, "x", 0.0)
    assert few.state is State.WAITING
    recovered = delivery.got_receipt(1)
    assert (recovered.state, recovered.attempts, recovered.last_error) == (State.IDLE, 0, "")


@given(st.floats(0, 0.999), st.integers(1, 5000))
def test_jitter_never_waits_longer_than_the_limit(jitter, attempts):
    delivery = Delivery("SG", size=1, attempts=attempts).stopped(0.0, "", jitter)
    assert 0.5 <= delivery.next_try <= 300.0


def test_an_old_receipt_changes_nothing_and_one_beyond_our_log_is_refused():
    delivery = Delivery("SG", size=5).got_receipt(4)
    assert delivery.got_receipt(2) == delivery
    with pytest.raises(VerificationError, match="old backup"):
        delivery.got_receipt(6)
    with pytest.raises(VerificationError, match="old backup"):
        delivery.partner_has(6)


def test_a_partner_that_lost_entries_gets_them_again():
    delivery = Delivery("SG", size=5).got_receipt(5)
    lost = delivery.partner_has(2)
    assert (lost.cursor, lost.receipted, lost.lag) == (2, 5, 3)
    assert lost.due(2.0)
    assert lost.got_receipt(5).lag == 0


def test_a_missing_receipt_alone_is_asked_for():
    delivery = Delivery("SG", size=5).partner_has(5)
    assert (delivery.cursor, delivery.lag) == (5, 5)
    assert delivery.due(0.0)
