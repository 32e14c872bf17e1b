"""Reports and their parts by voice."""

import pytest
from misp_callers import UUID, a_caller, an_event
from simulated import federation

from oureyes.model.markings import TLP, Marking
from oureyes.node.events import DOOR, Events
from oureyes.node.pushing import Pushing
from oureyes.storage import events, views


@pytest.fixture
def node(tmp_path):
    made = federation(tmp_path, ("ID",))["ID"]
    pushing = Pushing(made.ctx, Events(made.ctx))
    for name in ("ann", "bea"):
        pushing.add(
            a_caller(made, name), an_event(1, Sighting=[{"uuid": UUID.format(30), "date_sighting": "1700000000"}])
        )
    yield made
    made.close()


def test_each_voice_is_told_apart(node):
    with node.ctx.db.read() as connection:
        sources = {events.source_of(connection, "ID", views.postings(name, DOOR)) for name in ("ann", "bea")}
        assert {voice.account for voice in events.reports(connection)} == sources
        part = f"x-misp-attribute--{UUID.format(101)}"
        assert {one.account for one in events.parts(connection, [part])} == sources
        assert events.source_of(connection, "ID", "nobody") == 0


def test_what_is_said_about_a_thing_is_found_by_its_kind(node):
    with node.ctx.db.read() as connection:
        report = f"report--{UUID.format(1)}"
        assert events.about(connection, [report], ("sighting",)) == [f"sighting--{UUID.format(30)}"]
        assert events.about(connection, [report], ("note",)) == []


def test_a_number_leads_back_to_its_id(node):
    with node.ctx.db.read() as connection:
        (voice, _) = events.reports(connection)
        assert events.id_of(connection, voice.ident) == voice.id == f"report--{UUID.format(1)}"
        assert events.id_of(connection, 10**9) is None
        assert events.bodies(connection, [voice.object])[voice.object].startswith(b'{"type":"report"')


def test_a_holding_moves_to_the_end_when_its_marking_changes_and_stays_when_it_does_not(node):
    def write(connection):
        voice = events.reports(connection)[0]
        marking = Marking(TLP.RED)
        return [events.relabel(connection, [voice.holding], marking, node.ctx.now_us()) for _ in range(2)]

    assert node.ctx.db.write(write) == [1, 0]


def test_who_still_refers_to_a_thing_is_told_for_one_source(node):
    with node.ctx.db.read() as connection:
        source = events.source_of(connection, "ID", views.postings("ann", DOOR))
        part, report = f"x-misp-attribute--{UUID.format(101)}", f"report--{UUID.format(1)}"
        assert events.live_referrers(connection, [part], source) == {part: [report]}
        assert set(events.holdings_of(connection, [part, report], source)) == {part, report}
        assert events.live_referrers(connection, [part], 10**6) == {}
