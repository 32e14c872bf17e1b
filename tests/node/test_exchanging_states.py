"""Serving, receiving, receipts, verification and recovery, as a node does them."""

from __future__ import annotations

import pytest
from a_case import an_indicator
from simulated import carry, deliver, federation, for_

from oureyes.errors import Equivocation, Refused, VerificationError
from oureyes.model.sharing import Channel
from oureyes.node.exchanging import read_export
from oureyes.node.sending import reopen
from oureyes.storage import channels

ID_MY = Channel("ID", "MY")


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY", "SG"])
    yield nodes
    for node in nodes.values():
        node.close()


def release(node, count=1, to=("MY",)):
    for _ in range(count):
        obj = an_indicator()
        node.record_objects([obj], by="ayu", marking=for_(*to))
        node.approve(node.propose([obj.id], to, by="ayu").id, by="budi")


def lines_of(served):
    return [(entry.header, entry.sealed) for entry in served.entries]


def test_what_is_durable_is_receipted_before_it_is_read(states):
    indonesia, malaysia, _ = states.values()
    release(indonesia, 2)
    served = indonesia.serve("MY", 0)
    receipt = malaysia.receive(ID_MY, lines_of(served), served.note)
    assert (receipt.size, malaysia.next_of(ID_MY)) == (2, 2)
    assert indonesia.receipted(receipt.note, "MY", ID_MY)
    assert not indonesia.receipted(receipt.note, "MY", ID_MY)
    state = next(one for one in malaysia.partners() if one.member == "ID")
    assert (state.received, state.applied) == (2, 0)
    assert malaysia.apply(ID_MY) == 2
    assert malaysia.apply(ID_MY) == 0
    ours = next(one for one in indonesia.partners() if one.member == "MY")
    assert (ours.sent, ours.receipted, ours.lag) == (2, 2, 0)


def test_when_a_partner_says_it_signed_is_told_beside_when_its_receipt_came(states):
    """Its clock is an hour behind ours; nothing is ordered by it, but somebody should see it."""
    indonesia, malaysia, _ = states.values()
    assert {one.signed_at for one in indonesia.partners()} == {""}
    release(indonesia, 1)
    served = indonesia.serve("MY", 0)
    receipt = malaysia.receive(ID_MY, lines_of(served), served.note)
    signed = malaysia.ctx.now()[:19]
    indonesia.ctx.clock.forward(hours=1)
    indonesia.receipted(receipt.note, "MY", ID_MY)
    ours = next(one for one in indonesia.partners() if one.member == "MY")
    assert ours.signed_at[:19] == signed < ours.last_receipt[:19] == indonesia.ctx.now()[:19]


def test_catching_up_in_steps_ends_in_the_same_log(states):
    indonesia, malaysia, _ = states.values()
    release(indonesia, 7)
    while True:
        served = indonesia.serve("MY", malaysia.next_of(ID_MY), 2)
        if not served.entries:
            break
        malaysia.receive(ID_MY, lines_of(served), served.note)
    assert malaysia.next_of(ID_MY) == 7
    assert not [one for one in malaysia.verify() if one.fault]


def test_a_receipt_is_its_recipients_for_its_channel_and_for_what_we_wrote(states):
    indonesia, malaysia, _ = states.values()
    release(indonesia, 1, ("MY", "SG"))
    deliver(states)
    receipts = {}
    with indonesia.ctx.db.read() as connection:
        for member in ("MY", "SG"):
            receipts[member] = channels.find(connection, Channel("ID", member)).receipt_note
    with pytest.raises(VerificationError):
        indonesia.receipted(receipts["SG"], "MY", ID_MY)
    with pytest.raises(Refused):
        indonesia.receipted(receipts["SG"], "MY", Channel("ID", "SG"))
    with pytest.raises(Refused):
        malaysia.receipted(receipts["MY"], "MY", ID_MY)


def test_a_receipt_over_other_entries_holds_the_channel_and_tells_people(tmp_path):
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    release(indonesia)
    deliver(states)
    from oureyes.exchange.log import cosign, origin_line, sign_checkpoint

    forged = sign_checkpoint(origin_line(ID_MY), 1, b"\1" * 32, indonesia.ctx.keys.sign)
    note = cosign(forged, ID_MY, malaysia.ctx.keys.sign, 1_800_000_000).note
    with pytest.raises(Equivocation):
        indonesia.receipted(note, "MY", ID_MY)
    release(indonesia)  # it waits: nothing is written into a log that is held
    assert [one.sent for one in indonesia.partners()] == [1]
    assert any(row.event == "channel" for row, *_ in indonesia.inbox())
    for node in states.values():
        node.close()


def test_nobody_is_served_what_was_never_written(states):
    indonesia, *_ = states.values()
    assert indonesia.serve("MY", 0).entries == ()
    with pytest.raises(VerificationError, match="at most our 0"):
        indonesia.serve("MY", 3)


@pytest.mark.parametrize("column", ["header", "sealed", "leaf"])
def test_verification_names_the_very_line_that_was_altered(states, column):
    indonesia, malaysia, _ = states.values()
    release(indonesia, 4)
    deliver(states)
    for node in (indonesia, malaysia):
        with node.ctx.db.read() as connection:
            number = channels.find(connection, ID_MY).n
            asked = f"SELECT {column} FROM entry WHERE channel = ? AND seq = 2"
            value = bytes(connection.exec_driver_sql(asked, (number,)).scalar())
        spoilt = value[:-1] + bytes([value[-1] ^ 1])
        node.ctx.db.write(
            lambda c, s=spoilt, n=number: c.exec_driver_sql(
                f"UPDATE entry SET {column} = ? WHERE channel = ? AND seq = 2", (s, n)
            )
        )
        fault = next(one.fault for one in node.verify() if one.channel == ID_MY.name)
        assert "line 2" in fault


def test_a_line_cut_off_or_taken_out_is_missed(states):
    indonesia, malaysia, _ = states.values()
    release(indonesia, 3)
    deliver(states)
    malaysia.ctx.db.write(lambda c: c.exec_driver_sql("DELETE FROM entry WHERE seq = 2 AND state = 'applied'"))
    assert next(one.fault for one in malaysia.verify() if one.channel == ID_MY.name)
    indonesia.ctx.db.write(lambda c: c.exec_driver_sql("DELETE FROM entry WHERE seq = 1 AND state = 'written'"))
    assert next(one.fault for one in indonesia.verify() if one.channel == ID_MY.name)


def test_an_exported_log_is_checked_without_the_node_and_any_change_is_found(states):
    indonesia, malaysia, singapore = states.values()
    release(indonesia, 3)
    deliver(states)
    raw = malaysia.export_channel(ID_MY)
    found = singapore.verify_export(raw)
    assert (found.entries, found.receipted, found.fault) == (3, 3, "")
    _, whole = read_export(singapore.ctx.roster, raw)
    for place in range(40, len(raw) - 40, len(raw) // 40):
        spoilt = raw[:place] + bytes([raw[place] ^ 2]) + raw[place + 1 :]
        try:
            _, read = read_export(singapore.ctx.roster, spoilt)
            # the receipt repeats the origin's signature, which is checked on the origin's own note
            if (read.lines, read.note, read.size) != (whole.lines, whole.note, whole.size):
                assert singapore.verify_export(spoilt).fault
        except VerificationError:
            continue
    with pytest.raises(Refused):
        malaysia.export_channel(Channel("TH", "MY"))
    with pytest.raises(Refused):
        malaysia.recover_from(raw)


def test_partners_are_all_on_the_roster_and_no_others(states):
    assert {one.member for one in states["ID"].partners()} == {"MY", "SG"}


def test_carrying_twice_moves_nothing(states):
    indonesia, malaysia, _ = states.values()
    release(indonesia)
    assert carry(indonesia, malaysia) == 1
    assert carry(indonesia, malaysia) == 0


def test_a_held_log_to_one_keeps_nothing_from_the_others_and_gets_its_part_when_it_is_open_again(states):
    indonesia = states["ID"]
    release(indonesia, to=("MY", "SG"))
    deliver(states)
    held = Channel("ID", "SG")
    indonesia.ctx.db.write(lambda connection: channels.set_state(connection, held, "held: for a test"))
    release(indonesia, to=("MY", "SG"))
    deliver({"ID": indonesia, "MY": states["MY"]})
    assert states["MY"].next_of(ID_MY) == 2
    with indonesia.ctx.db.read() as connection:
        assert channels.count_postponed(connection) == {"SG": 1}
    assert {one.member: one.waiting for one in states["ID"].partners()} == {"MY": 0, "SG": 1}
    indonesia.ctx.db.write(lambda connection: reopen(indonesia.ctx, connection, held))
    deliver(states)
    assert states["SG"].next_of(held) == 2
    assert all(not log.fault for log in states["SG"].verify())
