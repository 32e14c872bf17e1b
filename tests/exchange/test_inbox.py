"""One incoming channel: what is taken, what is refused with which remedy, what is evidence."""

from dataclasses import replace

import pytest
from exchange_parties import ID_SG, SEAL, SG_KEYS, SIGN, SIGN_PUBLIC, a_statement

from oureyes.errors import Equivocation, InvalidObject, VerificationError
from oureyes.exchange.envelope import PAYLOAD_TYPE, pack, sign_statement
from oureyes.exchange.inbox import MAX_PENDING, Accepted, Duplicate, Inbox, Opened, Poison, open_entry
from oureyes.exchange.log import cosign, make_entry, make_header, verify_receipt
from oureyes.exchange.outbox import Outbox
from oureyes.model.merkle import Frontier, root
from oureyes.model.sharing import Channel, Entry

ENVELOPE = sign_statement(a_statement(), SIGN["ID"])


class Origin:
    """An origin and what it has sent so far."""

    def __init__(self, channel=ID_SG, key="ID"):
        self.outbox, self.entries, self.key = Outbox(channel), [], SIGN[key]

    def says(self, count=1, envelope=ENVELOPE):
        for _ in range(count):
            entry, self.outbox = self.outbox.append(envelope, SEAL["SG"].public)
            self.entries.append(entry)
        return self

    @property
    def head(self):
        return self.outbox.checkpoint(self.key)

    def held(self, seq):
        return self.entries[seq].header

    def root_at(self, size):
        return root(entry.leaf for entry in self.entries[:size])


def receive(inbox, origin, start=None):
    for entry in origin.entries[inbox.next if start is None else start :]:
        inbox = inbox.offer(entry.header, entry.sealed, origin.held).inbox
    return inbox.settle(origin.head.note, SIGN_PUBLIC["ID"])


def test_entries_are_taken_in_order_settled_and_receipted():
    origin = Origin().says(3)
    inbox = receive(Inbox(ID_SG), origin)
    assert (inbox.next, inbox.settled, inbox.frontier.root()) == (3, 3, origin.head.root)
    receipt = cosign(inbox.head, ID_SG, SIGN["SG"], 1)
    assert verify_receipt(receipt.note, ID_SG, SIGN_PUBLIC["SG"]).size == 3


def test_an_inbox_goes_on_from_what_was_stored():
    origin = Origin().says(3)
    before = receive(Inbox(ID_SG), origin)
    again = Inbox(ID_SG, Frontier(before.frontier.size, before.frontier.nodes), before.head)
    assert receive(again, origin.says(2)).settled == 5


def test_nothing_is_settled_before_the_origin_has_signed():
    origin = Origin().says(2)
    first = origin.entries[0]
    accepted = Inbox(ID_SG).offer(first.header, first.sealed, origin.held)
    assert isinstance(accepted, Accepted)
    assert (accepted.inbox.next, accepted.inbox.settled, accepted.inbox.head) == (1, 0, None)


def test_a_replay_is_a_duplicate_and_changes_nothing():
    origin = Origin().says(3)
    inbox = receive(Inbox(ID_SG), origin)
    entry = origin.entries[1]
    assert inbox.offer(entry.header, entry.sealed, origin.held) == Duplicate(1)


def test_a_gap_names_what_to_resend_from():
    origin = Origin().says(5)
    inbox, late = receive(Inbox(ID_SG), Origin().says(0)), origin.entries[2]
    with pytest.raises(VerificationError, match="expected entry 0, found got 2; ask the partner to resend from 0"):
        inbox.offer(late.header, late.sealed, origin.held)
    with pytest.raises(VerificationError, match="resend from 0"):
        inbox.settle(origin.head.note, SIGN_PUBLIC["ID"])


def test_an_entry_of_another_channel_or_epoch_is_refused():
    for channel in (Channel("ID", "MY"), Channel("MY", "SG"), Channel("ID", "SG", 2)):
        other = Origin(channel).says()
        with pytest.raises(VerificationError, match="an entry of this channel"):
            Inbox(ID_SG).offer(other.entries[0].header, other.entries[0].sealed, other.held)


def test_an_altered_entry_is_refused():
    entry = Origin().says().entries[0]
    with pytest.raises(VerificationError, match="digest"):
        Inbox(ID_SG).offer(entry.header, entry.sealed[:-1] + bytes([entry.sealed[-1] ^ 1]), lambda seq: b"")
    with pytest.raises(InvalidObject):
        Inbox(ID_SG).offer(entry.header[:-1], entry.sealed, lambda seq: b"")


def test_an_entry_nobody_signed_for_is_dropped_at_the_checkpoint():
    origin, relay = Origin().says(), Origin().says()
    entry = relay.entries[0]
    inbox = Inbox(ID_SG).offer(entry.header, entry.sealed, relay.held).inbox
    with pytest.raises(VerificationError, match="root"):
        inbox.settle(origin.head.note, SIGN_PUBLIC["ID"])
    with pytest.raises(VerificationError, match="signed by its owner"):
        inbox.settle(replace(relay.outbox).checkpoint(SIGN["MY"]).note, SIGN_PUBLIC["ID"])
    other = origin.entries[0]
    with pytest.raises(VerificationError, match="connect again") as caught:
        inbox.offer(other.header, other.sealed, relay.held)
    assert not isinstance(caught.value, Equivocation)
    assert receive(Inbox(ID_SG), origin).settled == 1


def test_another_entry_at_a_settled_number_is_evidence():
    origin, forked = Origin().says(3), Origin().says(3)
    inbox = receive(Inbox(ID_SG), origin)
    entry = forked.entries[1]
    with pytest.raises(Equivocation, match="quarantined") as caught:
        inbox.offer(entry.header, entry.sealed, origin.held)
    assert caught.value.evidence == (origin.entries[1].header, entry.header, origin.head.note)


def test_two_signed_heads_that_contradict_each_other_are_evidence():
    origin, forked = Origin().says(3), Origin().says(3)
    inbox = receive(Inbox(ID_SG), origin)
    with pytest.raises(Equivocation) as caught:
        inbox.settle(forked.head.note, SIGN_PUBLIC["ID"])
    assert caught.value.evidence == (origin.head.note, forked.head.note)
    shorter = Origin().says(2)
    with pytest.raises(Equivocation) as caught:
        inbox.settle(shorter.head.note, SIGN_PUBLIC["ID"], origin.root_at)
    assert caught.value.evidence == (origin.head.note, shorter.head.note)


def test_a_history_rewritten_and_gone_on_is_never_settled():
    origin, forked = Origin().says(3), Origin().says(5)
    inbox = receive(Inbox(ID_SG), origin)
    for entry in forked.entries[3:]:
        inbox = inbox.offer(entry.header, entry.sealed, origin.held).inbox
    with pytest.raises(VerificationError, match="resend from 3, then from 0: a line that differs is the evidence"):
        inbox.settle(forked.head.note, SIGN_PUBLIC["ID"])


def test_an_origin_restored_from_an_old_backup_is_told_how_to_recover():
    origin = Origin().says(2)
    old = origin.head
    inbox = receive(Inbox(ID_SG), origin.says(2))
    with pytest.raises(VerificationError, match=r"at least the 4 .*found one of 2; .*old backup: send it our receipt"):
        inbox.settle(old.note, SIGN_PUBLIC["ID"])


def test_a_late_head_that_agrees_changes_nothing():
    origin = Origin().says(2)
    old = origin.head
    inbox = receive(Inbox(ID_SG), origin.says(2))
    assert inbox.settle(old.note, SIGN_PUBLIC["ID"], origin.root_at) is inbox
    assert inbox.settle(origin.head.note, SIGN_PUBLIC["ID"]) is inbox


def test_a_quarantined_channel_takes_nothing():
    origin = Origin().says(2)
    inbox = Inbox(ID_SG).quarantined("two histories")
    with pytest.raises(VerificationError, match="found two histories; people decide"):
        inbox.offer(origin.entries[0].header, origin.entries[0].sealed, origin.held)
    with pytest.raises(VerificationError, match="two histories"):
        inbox.settle(origin.head.note, SIGN_PUBLIC["ID"])


def test_a_sender_that_never_signs_is_stopped():
    inbox = Inbox(ID_SG)
    for seq in range(MAX_PENDING):
        inbox = inbox.offer(make_header(ID_SG, seq, "k", b""), b"", lambda _: b"").inbox
    with pytest.raises(VerificationError, match="a checkpoint after 256 entries"):
        inbox.offer(make_header(ID_SG, MAX_PENDING, "k", b""), b"", lambda _: b"")


def test_an_oversized_entry_is_refused_by_its_header():
    with pytest.raises(InvalidObject):
        Inbox(ID_SG).offer(make_header(ID_SG, 0, "k", bytes(4 << 20)), bytes(4 << 20), lambda _: b"")


# --- what entries say


def read(entry, me="SG", seal_keys=SG_KEYS):
    return open_entry(entry, seal_keys, SIGN_PUBLIC, me)


def test_an_entry_opens_to_its_statement_and_its_proof():
    found = read(make_entry(ID_SG, 0, ENVELOPE, SEAL["SG"].public))
    assert found == Opened(a_statement(), ENVELOPE)


def test_old_sealing_keys_still_open():
    both = {SEAL["MY"].id: SEAL["MY"], **SG_KEYS}
    assert isinstance(read(make_entry(ID_SG, 0, ENVELOPE, SEAL["MY"].public), seal_keys=both), Opened)


def poisons():
    good = make_entry(ID_SG, 0, ENVELOPE, SEAL["SG"].public)
    moved = make_entry(ID_SG, 5, ENVELOPE, SEAL["SG"].public)
    junk = pack(PAYLOAD_TYPE, b'{"v":1,"id":[[[[', (SIGN["ID"],))
    elsewhere = sign_statement(a_statement(audience=("MY",)), SIGN["ID"])
    unsigned = pack(PAYLOAD_TYPE, ENVELOPE.partition(b"\n")[2], ())
    foreign = sign_statement(a_statement(origin="MY"), SIGN["MY"])
    other_alg = make_header(ID_SG, 0, SEAL["SG"].id, good.sealed).replace(b"XWING", b"XWONG")
    yield "another key", "key", make_entry(ID_SG, 0, ENVELOPE, SEAL["MY"].public)
    yield "another algorithm", "key", Entry(ID_SG, 0, other_alg, good.sealed)
    yield "moved", "sealed", Entry(ID_SG, 0, make_header(ID_SG, 0, SEAL["SG"].id, moved.sealed), moved.sealed)
    yield "no ciphertext", "sealed", Entry(ID_SG, 0, make_header(ID_SG, 0, SEAL["SG"].id, b"x"), b"x")
    for name, envelope in (
        ("malformed", junk),
        ("swapped audience", elsewhere),
        ("unsigned", unsigned),
        ("of another origin", foreign),
        ("no envelope", b"hello"),
    ):
        yield name, "statement", make_entry(ID_SG, 0, envelope, SEAL["SG"].public)


@pytest.mark.parametrize(("name", "reason", "entry"), list(poisons()))
def test_a_poison_entry_is_stored_receipted_and_the_channel_goes_on(name, reason, entry):
    found = read(entry)
    assert isinstance(found, Poison), name
    assert found.reason == reason
    assert str(found.error)
    accepted = Inbox(ID_SG).offer(entry.header, entry.sealed, lambda _: b"")
    assert accepted.inbox.next == 1


def test_what_nobody_foresaw_is_poison_too(monkeypatch):
    def breaks(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("oureyes.exchange.inbox.open_statement", breaks)
    found = read(make_entry(ID_SG, 0, ENVELOPE, SEAL["SG"].public))
    assert found.reason == "unforeseen"
    assert "ZeroDivisionError" in str(found.error)
