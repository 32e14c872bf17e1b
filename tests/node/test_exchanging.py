"""Channels at work between two nodes: heads for each step, receipts that do not fit, logs that are held."""

from __future__ import annotations

from pathlib import Path

import pytest
from a_case import a_report, an_indicator
from simulated import deliver, federation, for_

from oureyes.errors import Equivocation, VerificationError
from oureyes.exchange.log import cosign, origin_line, sign_checkpoint
from oureyes.model.sharing import Channel
from oureyes.node import Node, exchanging
from oureyes.storage import channels

ID_SG = Channel("ID", "SG")


def release(origin: Node, count: int, to: str = "SG", start: int = 0) -> None:
    """`count` statements of one object each."""
    made = [an_indicator(value=f"d{start + n}.example.org") for n in range(count)]
    origin.record_objects(made, by="ayu", marking=for_(to))
    for obj in made:
        origin.approve(origin.propose([obj.id], [to], by="ayu").id, by="budi")


def take(origin: Node, recipient: Node, start: int, limit: int) -> exchanging.Served:
    served = origin.serve("SG", start, limit)
    recipient.receive(ID_SG, [(entry.header, entry.sealed) for entry in served.entries], served.note)
    return served


def test_a_partner_that_catches_up_in_steps_gets_a_head_for_each(tmp_path: Path) -> None:
    indonesia, singapore = federation(tmp_path, ["ID", "SG"]).values()
    release(indonesia, 7)
    for start in (0, 3, 6):
        take(indonesia, singapore, start, 3)
    assert singapore.next_of(ID_SG) == 7
    assert not [log.fault for log in singapore.verify() if log.fault]
    assert exchanging.own_receipt(singapore.ctx, ID_SG) is not None


def test_what_comes_again_with_an_older_head_is_fine_and_receipted_again(tmp_path: Path) -> None:
    indonesia, singapore = federation(tmp_path, ["ID", "SG"]).values()
    release(indonesia, 4)
    served = indonesia.serve("SG", 0, 2)
    again = [(entry.header, entry.sealed) for entry in served.entries]
    take(indonesia, singapore, 0, 4)
    receipt = singapore.receive(ID_SG, again, served.note)
    assert receipt is not None
    assert receipt.size == 4


def test_receipts_of_each_step_are_borne_out_in_any_order(tmp_path: Path) -> None:
    indonesia, singapore = federation(tmp_path, ["ID", "SG"]).values()
    release(indonesia, 6)
    notes = []
    for start in (0, 2, 4):
        take(indonesia, singapore, start, 2)
        receipt = exchanging.own_receipt(singapore.ctx, ID_SG)
        assert receipt is not None
        notes.append(receipt.note)
    assert [indonesia.receipted(notes[at], "SG", ID_SG) for at in (1, 0, 2, 2)] == [True, False, True, False]
    assert indonesia.partners()[0].lag == 0


def a_receipt(origin: Node, recipient: Node, size: int, root: bytes) -> bytes:
    """What a recipient would sign over a head the origin once signed."""
    head = sign_checkpoint(origin_line(ID_SG), size, root, origin.ctx.keys.sign)
    return cosign(head, ID_SG, recipient.ctx.keys.sign, 1_800_000_000).note


def test_a_receipt_ahead_of_our_log_holds_it_for_good_and_people_are_told(tmp_path: Path) -> None:
    indonesia, singapore = federation(tmp_path, ["ID", "SG"]).values()
    release(indonesia, 1)
    ahead = a_receipt(indonesia, singapore, 5, bytes(32))
    for _ in range(2):
        with pytest.raises(VerificationError):
            indonesia.receipted(ahead, "SG", ID_SG)
    assert indonesia.partners()[0].state.startswith("held")  # it was not undone with the refusal
    assert len(indonesia.inbox()) == 1
    with pytest.raises(VerificationError):
        indonesia.serve("SG", 0, 64)
    release(indonesia, 1, start=1)  # it waits: what is held grows by nothing
    assert [(one, size) for one, size, _ in exchanging.lacking(indonesia.ctx)] == [(ID_SG, 1)]


def test_verify_names_a_log_that_is_held(tmp_path: Path) -> None:
    indonesia, singapore = federation(tmp_path, ["ID", "SG"]).values()
    release(indonesia, 1)
    deliver({"ID": indonesia, "SG": singapore})
    assert not any(one.fault for one in indonesia.verify())
    indonesia.ctx.db.write(
        lambda connection: channels.set_state(connection, ID_SG, "held: a receipt is ahead of our log")
    )
    (fault,) = [one.fault for one in indonesia.verify() if one.channel == "ID/SG/1"]
    assert "held: a receipt is ahead of our log" in fault
    assert "recover" in fault


def test_a_receipt_for_a_head_we_never_signed_is_the_recipients_invention_and_holds_nothing(tmp_path: Path) -> None:
    indonesia, singapore = federation(tmp_path, ["ID", "SG"]).values()
    release(indonesia, 1)
    head = sign_checkpoint(origin_line(ID_SG), 5, bytes(32), singapore.ctx.keys.sign)
    invented = cosign(head, ID_SG, singapore.ctx.keys.sign, 1_800_000_000).note
    with pytest.raises(VerificationError):
        indonesia.receipted(invented, "SG", ID_SG)
    with pytest.raises(VerificationError):
        exchanging.recover(indonesia.ctx, ID_SG, [], invented)
    assert not indonesia.partners()[0].state.startswith("held")


def test_a_receipt_over_other_entries_is_evidence_and_holds_the_log(tmp_path: Path) -> None:
    indonesia, singapore = federation(tmp_path, ["ID", "SG"]).values()
    release(indonesia, 3)
    for size in (2, 3):
        with pytest.raises(Equivocation):
            indonesia.receipted(a_receipt(indonesia, singapore, size, bytes(32)), "SG", ID_SG)
    assert indonesia.partners()[0].state.startswith("held")


def test_a_held_log_does_not_keep_us_from_reading_what_the_partner_sends(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    malaysia.record([a_report(tmp_path, "pay to TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")], by="aziz")
    back = Channel("MY", "ID")
    malaysia.ctx.db.write(lambda connection: channels.open_channel(connection, back))
    head = sign_checkpoint(origin_line(back), 5, bytes(32), malaysia.ctx.keys.sign)
    with pytest.raises(VerificationError):
        malaysia.receipted(cosign(head, back, indonesia.ctx.keys.sign, 1_800_000_000).note, "ID", back)

    wallet = an_indicator("cryptocurrency-wallet:value", "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")
    indonesia.record_objects([wallet], by="ayu", marking=for_("MY"))
    indonesia.approve(indonesia.propose([wallet.id], ["MY"], by="ayu").id, by="budi")
    served = indonesia.serve("MY", 0, 64)
    incoming = Channel("ID", "MY")
    malaysia.receive(incoming, [(entry.header, entry.sealed) for entry in served.entries], served.note)
    malaysia.apply(incoming)
    assert malaysia.matches()  # understood, although its origin could not be told
    assert not malaysia.quarantine()


def test_what_is_unread_and_unreceipted_is_known(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "SG"])
    indonesia, singapore = states.values()
    release(indonesia, 3)
    assert len(exchanging.unreceipted(indonesia.ctx, ID_SG).entries) == 3
    assert len(exchanging.unreceipted(indonesia.ctx, ID_SG, 2).entries) == 1
    take(indonesia, singapore, 0, 64)
    assert exchanging.unread(singapore.ctx) == [ID_SG]
    deliver(states)
    while singapore.apply(ID_SG):
        pass
    assert exchanging.unread(singapore.ctx) == []
    assert exchanging.sizes(indonesia.ctx) == {"SG": 3}


def test_a_partner_out_of_reach_is_told_once(tmp_path: Path) -> None:
    indonesia, _ = federation(tmp_path, ["ID", "SG"]).values()
    for attempts in (8, 9, 10):
        indonesia.ctx.db.write(
            lambda connection, attempts=attempts: exchanging.stands(
                indonesia.ctx, "SG", "failed", attempts, 0, "TimeoutError", connection, alarm=True
            )
        )
    assert len(indonesia.inbox()) == 1
    assert (indonesia.partners()[0].state, indonesia.partners()[0].error) == ("failed", "TimeoutError")
