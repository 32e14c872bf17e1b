"""One statement, signed once, in the channel of each of its audience; and courtesy that waits for nobody."""

from __future__ import annotations

import pytest
from a_case import an_indicator
from simulated import deliver, federation, for_

from oureyes.model.sharing import Channel, Kind
from oureyes.node.sending import current_channel, report_activity, send, shared_tags, statement_of
from oureyes.storage import channels


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY", "SG"])
    yield nodes
    for node in nodes.values():
        node.close()


def test_each_of_the_audience_gets_it_in_its_own_channel_and_nobody_else(states):
    node = states["ID"]
    made = statement_of(node.ctx, Kind.NOTICE, ["SG", "MY"], reason="exercise tomorrow")
    assert made.audience == ("MY", "SG")
    node.ctx.db.write(lambda c: send(node.ctx, c, made))
    assert {one.member: one.sent for one in node.partners()} == {"MY": 1, "SG": 1}
    deliver(states)
    assert [row.reason for row, *_ in states["MY"].inbox()] == ["exercise tomorrow"]


def test_nothing_is_written_into_a_log_that_is_held(states):
    node, channel = states["ID"], Channel("ID", "MY")
    node.ctx.db.write(lambda c: channels.open_channel(c, channel))
    node.ctx.db.write(lambda c: channels.set_state(c, channel, "held: look"))
    made = statement_of(node.ctx, Kind.NOTICE, ["MY", "SG"])
    node.ctx.db.write(lambda c: send(node.ctx, c, made))
    assert {one.member: one.sent for one in node.partners()} == {"MY": 0, "SG": 1}
    with node.ctx.db.read() as connection:
        assert channels.count_postponed(connection) == {"MY": 1}
    node.ctx.db.write(lambda c: report_activity(node.ctx, c, "opened", {"MY": ["malware--x"], "SG": ["malware--y"]}))
    assert {one.member: one.sent for one in node.partners()} == {"MY": 0, "SG": 2}


def test_activity_goes_to_members_with_something_to_hear_and_not_to_ourselves(states):
    node = states["ID"]
    found = {"ID": ["malware--x"], "XX": ["malware--x"], "MY": [], "SG": ["malware--x", "malware--x"]}
    node.ctx.db.write(lambda c: report_activity(node.ctx, c, "matched", found))
    assert {one.member: one.sent for one in node.partners()} == {"MY": 0, "SG": 1}
    deliver(states)
    with states["SG"].ctx.db.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM activity").scalar() == 1


def test_the_newest_epoch_is_the_channel_we_write(states):
    node = states["ID"]
    node.ctx.db.write(lambda c: [channels.open_channel(c, Channel("ID", "MY", epoch)) for epoch in (1, 2)])
    with node.ctx.db.read() as connection:
        assert current_channel(node.ctx, connection, "MY") == Channel("ID", "MY", 2)
        assert current_channel(node.ctx, connection, "SG") == Channel("ID", "SG")


def test_a_desks_own_words_do_not_travel(states):
    assert shared_tags(["my-desk:urgent", "secret"]) == ()


def test_a_release_in_bundles_reaches_its_recipient_whole(states):
    node = states["ID"]
    found = [an_indicator(value=f"host-{n}.example") for n in range(620)]
    node.record_objects(found, by="ayu", marking=for_("MY"))
    outcome = node.approve(node.propose([obj.id for obj in found], ["MY"], by="ayu").id, by="budi")
    assert len(outcome["MY"]["statements"]) == 2
    deliver(states)
    assert states["MY"].figures()["objects"] == 620
