"""After a restore a node knows again who was given what: corrections reach every holder, extracts' holders too."""

from __future__ import annotations

import base64
import json

import pytest
from a_case import an_indicator
from simulated import Clock, deliver, federation, for_

from oureyes.errors import NotHeld
from oureyes.exchange.inbox import Opened, open_entry
from oureyes.exchange.log import entry_of, make_entry
from oureyes.model.findings import AlertState
from oureyes.model.markings import TLP
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Channel, Kind
from oureyes.node import Node, exchanging
from oureyes.node.opening import put_back
from oureyes.storage import channels, objects

RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"


class Story:
    """Three states; Indonesia is set back to what it was at `saved`."""

    def __init__(self, folder):
        self.folder, self.clock = folder, Clock()
        self.nodes = federation(folder, ["ID", "MY", "SG"], self.clock)

    @property
    def id(self) -> Node:
        return self.nodes["ID"]

    def release(self, *made: StixObject, to=("MY", "SG"), record=True) -> None:
        if record:
            self.id.record_objects(made, by="ayu", marking=for_(*to))
        self.id.approve(self.id.propose([one.id for one in made], to, by="ayu").id, by="budi")
        deliver(self.nodes)

    def save(self) -> None:
        self.id.backup(self.folder / "old.db")

    def restore(self) -> None:
        self.id.close()
        put_back(self.folder / "ID", self.folder / "old.db")
        self.nodes["ID"] = Node.open(self.folder / "ID", clock=self.clock)

    def recover(self, *partners: str) -> list[exchanging.Recovered]:
        return [self.id.recover_from(self.nodes[who].export_channel(Channel("ID", who))) for who in partners]


@pytest.fixture
def story(tmp_path):
    made = Story(tmp_path)
    yield made
    for node in made.nodes.values():
        node.close()


def holds(node: Node, identifier: str) -> bool:
    with node.ctx.db.read() as connection:
        return bool(objects.latest(connection, [identifier]))


def waiting(node: Node, headline: str) -> list[str]:
    return [a.reason for a, *_ in node.inbox() if headline in a.headline and a.state is not AlertState.DONE]


def test_a_retraction_after_a_restore_reaches_who_was_given_it_before(story):
    early, late = an_indicator(), an_indicator()
    story.id.record_objects([early], by="ayu", marking=for_("MY", "SG"))
    story.save()
    story.release(early, record=False)
    story.release(late)
    story.restore()
    assert [(done.entries, done.unknown) for done in story.recover("MY", "SG")] == [(2, 0), (2, 0)]
    assert story.id.recipients_of([early.id]) == story.id.recipients_of([late.id]) == ("MY", "SG")
    assert story.id.retract([early.id, late.id], by="ayu", reason="wrong").keys() == {"MY", "SG"}
    deliver(story.nodes)
    assert not any(holds(story.nodes[who], one.id) for who in ("MY", "SG") for one in (early, late))


def test_what_the_restore_lost_is_held_again_byte_for_byte_under_the_marking_it_left_with(story):
    story.save()
    late = an_indicator()
    story.release(late)
    story.restore()
    assert not holds(story.id, late.id)
    story.recover("MY")
    assert story.id.show(late.id, by="ayu").raw == late.raw
    assert story.id.marking_of(late.id).releasable_to == {"MY", "SG"}
    assert story.id.marking_of(late.id).originator == "ID"


def test_one_partner_s_word_tells_of_the_others_that_cannot_be_reached(story):
    story.save()
    late = an_indicator()
    story.release(late)
    story.restore()
    story.recover("MY")
    assert story.id.recipients_of([late.id]) == ("MY", "SG")


def test_the_holder_of_an_extract_is_found_by_what_it_was_cut_from(story):
    whole = an_indicator(
        description="names a source", granular_markings=[{"marking_ref": RED, "selectors": ["description"]}]
    )
    story.id.record_objects([whole], by="ayu", marking=for_("MY", tlp=TLP.AMBER))
    story.save()
    story.release(whole, to=("MY",), record=False)
    with story.nodes["MY"].ctx.db.read() as connection:
        (extract,) = objects.of_type(connection, "indicator")
    assert extract.object.id != whole.id
    story.restore()
    story.recover("MY")
    assert not holds(story.id, extract.object.id)
    assert story.id.retract([whole.id], by="ayu", reason="wrong") == {"MY": [extract.object.id]}
    deliver(story.nodes)
    assert not holds(story.nodes["MY"], extract.object.id)


def test_an_extract_whose_whole_was_lost_can_be_taken_back_by_its_own_id_or_by_the_whole_recorded_again(story):
    whole = an_indicator(
        description="names a source", granular_markings=[{"marking_ref": RED, "selectors": ["description"]}]
    )
    story.save()
    story.id.record_objects([whole], by="ayu", marking=for_("MY", tlp=TLP.AMBER))
    story.release(whole, to=("MY",), record=False)
    story.restore()
    story.recover("MY")
    with story.nodes["MY"].ctx.db.read() as connection:
        (extract,) = objects.of_type(connection, "indicator")
    assert story.id.recipients_of([extract.object.id]) == ("MY",)
    story.id.record_objects([whole], by="ayu", marking=for_("MY", tlp=TLP.AMBER))
    assert story.id.retract([whole.id], by="ayu", reason="wrong") == {"MY": [extract.object.id]}


def test_what_was_taken_back_before_the_restore_is_not_thought_to_be_with_them_and_people_decide_here(story):
    one = an_indicator()
    story.release(one)
    story.save()
    story.id.retract([one.id], by="ayu", reason="wrong person")
    deliver(story.nodes)
    story.restore()
    story.recover("MY", "SG")
    assert story.id.recipients_of([one.id]) == ()
    assert holds(story.id, one.id)
    assert ["wrong person" in why for why in waiting(story.id, "taken back before the restore")] == [True]


def test_a_newer_version_that_was_lost_is_held_again(story):
    first = an_indicator()
    story.release(first)
    story.save()
    second = StixObject.make({**first.content, "modified": "2026-11-21T08:00:00.000Z", "name": "better"})
    story.id.record_objects([second], by="ayu", marking=for_("MY", "SG"))
    draft = story.id.propose([first.id], ["MY", "SG"], by="ayu", kind=Kind.SUPERSEDE)
    story.id.approve(draft.id, by="budi")
    deliver(story.nodes)
    story.restore()
    story.recover("MY", "SG")
    assert story.id.show(first.id, by="ayu").raw == second.raw
    assert story.id.recipients_of([first.id]) == ("MY", "SG")


def test_a_partner_that_does_not_say_what_it_holds_is_named_until_it_does(story):
    story.save()
    late = an_indicator()
    story.release(late, to=("SG",))
    story.restore()
    channel = Channel("ID", "SG")
    raw = json.loads(story.nodes["SG"].export_channel(channel))
    (done,) = [story.id.recover_from(json.dumps({**raw, "said": []}).encode())]
    assert (done.entries, done.unknown) == (1, 1)
    assert waiting(story.id, "1 of our entries is not known")
    assert (channel, 1, 0) in exchanging.lacking(story.id.ctx)
    (again,) = story.recover("SG")
    assert (again.entries, again.unknown) == (0, 0)
    assert not waiting(story.id, "is not known")
    assert channel not in [one for one, *_ in exchanging.lacking(story.id.ctx)]
    assert story.id.recipients_of([late.id]) == ("SG",)


def test_a_partner_cannot_put_words_into_our_mouth(story):
    story.save()
    story.release(an_indicator(), to=("SG",))
    story.restore()
    channel, singapore = Channel("ID", "SG"), story.nodes["SG"]
    raw = json.loads(singapore.export_channel(channel))
    with singapore.ctx.db.read() as connection:
        from_sg = channels.entries(connection, channel, 0, 1)
    assert from_sg
    # a statement of its own, sealed to us as if it were ours
    from oureyes.exchange.envelope import sign_statement
    from oureyes.model.sharing import Item, Statement

    foreign = an_indicator()
    marking = for_("SG", "MY")
    forged = Statement("11111111-1111-4111-8111-111111111111", "ID", ("SG",), Kind.RELEASE, "2026-11-24T08:00:00.000Z",
                       (Item(foreign, marking),), (), "", {})  # fmt: skip
    envelope = sign_statement(forged, singapore.ctx.keys.sign)
    entry = make_entry(channel, 0, envelope, story.id.ctx.keys.seal.public)
    raw["said"] = [[base64.b64encode(entry.header).decode(), base64.b64encode(entry.sealed).decode()]]
    done = story.id.recover_from(json.dumps(raw).encode())
    assert done.unknown == 1
    assert not holds(story.id, foreign.id)
    with pytest.raises(NotHeld):
        story.id.marking_of(foreign.id)


def test_a_partner_cannot_pass_off_an_earlier_word_of_ours_for_a_lost_one(story):
    story.release(made := an_indicator(), to=("SG",))
    story.release(other := an_indicator(value="other.example"), to=("SG",))
    story.save()
    story.id.retract([made.id], by="ayu", reason="the source withdrew it")
    deliver(story.nodes)
    story.restore()
    channel = Channel("ID", "SG")
    raw = json.loads(story.nodes["SG"].export_channel(channel))
    envelope = _said(story.id, channel, raw["said"][0])
    raw["said"] = [_sealed(story.id, channel, seq, envelope) for seq in range(len(raw["said"]))]
    done = story.id.recover_from(json.dumps(raw).encode())
    assert (done.entries, done.unknown) == (1, 1)
    assert waiting(story.id, "who was given what by 1 of our entries")
    assert holds(story.id, other.id)


def _said(node: Node, channel: Channel, line: list[str]) -> bytes:
    entry = entry_of(*(base64.b64decode(part) for part in line))
    opened = open_entry(entry, {node.ctx.keys.seal.id: node.ctx.keys.seal}, {"ID": node.ctx.keys.sign.public}, "SG")
    assert isinstance(opened, Opened)
    return opened.envelope


def _sealed(node: Node, channel: Channel, seq: int, envelope: bytes) -> list[str]:
    made = make_entry(channel, seq, envelope, node.ctx.keys.seal.public)
    return [base64.b64encode(part).decode() for part in (made.header, made.sealed)]


def test_the_alert_on_a_log_that_lacks_what_was_receipted_is_done_once_it_is_whole(story):
    story.save()
    story.release(an_indicator(), to=("SG",))
    story.restore()
    receipt = exchanging.own_receipt(story.nodes["SG"].ctx, Channel("ID", "SG"))
    with pytest.raises(Exception, match="receipt for at most"):
        story.id.receipted(receipt.note, "SG", Channel("ID", "SG"))
    assert waiting(story.id, "lacks what a partner receipted")
    story.recover("SG")
    assert not waiting(story.id, "lacks what a partner receipted")


def test_words_sealed_to_their_origin_are_read_by_nobody_else(story):
    story.release(an_indicator())
    told = exchanging.said_by(story.nodes["SG"].ctx, Channel("ID", "SG"), 0, 64)
    assert len(told) == 1
    from oureyes.exchange.inbox import Poison, open_entry

    malaysia = story.nodes["MY"].ctx
    signers = {"ID": malaysia.roster.members["ID"].keys.sign}
    assert isinstance(open_entry(told[0], {malaysia.keys.seal.id: malaysia.keys.seal}, signers, "SG"), Poison)


def test_consents_we_gave_and_asked_for_are_known_again(story):
    mine = an_indicator()
    story.release(mine, to=("MY",))
    theirs = an_indicator()
    malaysia = story.nodes["MY"]
    malaysia.record_objects([theirs], by="aziz", marking=for_("ID"))
    malaysia.approve(malaysia.propose([theirs.id], ["ID"], by="aziz").id, by="siti")
    malaysia.ask_consent(mine.id, "SG", by="aziz", purpose="investigation", reason="same network")
    deliver(story.nodes)
    story.save()
    story.id.answer_consent(mine.id, "MY", "SG", by="ayu", grant=True)
    story.id.ask_consent(theirs.id, "SG", by="ayu", purpose="investigation", reason="same network")
    deliver(story.nodes)
    before = sorted(row[:5] for row in story.id.consents())
    story.restore()
    story.recover("MY", "SG")
    assert sorted(row[:5] for row in story.id.consents()) == before
