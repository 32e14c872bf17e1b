"""An account sees the events it may have, each by its newest voice, and nothing that tells of the rest."""

import json

import pytest
from misp_callers import CERT, UUID, a_caller, an_event
from simulated import federation

from oureyes.errors import NotHeld
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.node.events import Events, organisation_of
from oureyes.node.pushing import Pushing
from oureyes.node.serving import Serving


@pytest.fixture
def node(tmp_path):
    made = federation(tmp_path, ("ID",))["ID"]
    yield made
    made.close()


@pytest.fixture
def known(node):
    serving = Serving(node.ctx)
    yield Events(node.ctx, serving)
    serving.notes.close()


@pytest.fixture
def pushing(node, known):
    return Pushing(node.ctx, known)


def heads(node, known, caller):
    with node.ctx.db.read() as connection:
        return known.heads(connection, caller)


def test_of_several_voices_the_newest_is_shown_that_one_may_have(node, known, pushing):
    ann, bea, eve = (a_caller(node, name, to=("eve",) if name != "bea" else ()) for name in ("ann", "bea", "eve"))
    pushing.add(ann, an_event(1, info="first"))
    pushing.add(bea, an_event(1, info="second", timestamp="1700000005"))
    assert heads(node, known, eve)[UUID.format(1)].content["info"] == "first"
    assert heads(node, known, bea)[UUID.format(1)].content["info"] == "second"


def test_an_event_the_node_recorded_is_seen_by_whom_its_people_named(node, known, tmp_path):
    ann, eve = a_caller(node, "ann"), a_caller(node, "eve")
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"Event": an_event(2)}))
    node.record([file], by="ayu")
    assert heads(node, known, ann) == {}
    named = Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset({"ann"}))
    node.mark(node.of_source("event.json"), named, by="ayu")
    assert set(heads(node, known, ann)) == {UUID.format(2)}
    assert heads(node, known, eve) == {}


def test_heads_are_the_very_same_while_no_event_changed(node, known, pushing):
    ann = a_caller(node, "ann")
    pushing.add(ann, an_event(3))
    before = heads(node, known, ann)
    known.told(ann, "misp:index", 1, b"")
    assert heads(node, known, ann) is before
    pushing.add(ann, an_event(4))
    assert heads(node, known, ann) is not before


def test_a_link_to_a_part_that_is_hidden_is_not_shown(node, known, pushing):
    ann, eve = a_caller(node, "ann", to=("eve",)), a_caller(node, "eve", ceiling=TLP.GREEN)
    link = {"uuid": UUID.format(7), "referenced_uuid": UUID.format(105), "relationship_type": "uses"}
    obj = {
        "uuid": UUID.format(6),
        "name": "file",
        "timestamp": "1700000000",
        "Attribute": [],
        "ObjectReference": [link],
    }
    event = an_event(5, Object=[obj])
    event["Attribute"][0]["Tag"] = [{"name": "tlp:amber"}]
    pushing.add(ann, event)
    with node.ctx.db.read() as connection:
        seen = known.event(connection, eve, UUID.format(5))
        own = known.event(connection, ann, UUID.format(5))
    assert UUID.format(105) not in json.dumps(seen.content)
    assert seen.content["Object"][0]["ObjectReference"] == []
    assert own.content["Object"][0]["ObjectReference"] == [link]


def test_a_part_is_found_by_uuid_and_by_number_and_a_number_of_nothing_is_not(node, known, pushing):
    ann = a_caller(node, "ann")
    pushing.add(ann, an_event(8))
    with node.ctx.db.read() as connection:
        event, uuid = known.of_part(connection, ann, UUID.format(108))
        assert known.of_part(connection, ann, str(event.numbers[uuid]))[1] == uuid
        assert known.head(connection, ann, str(event.head.number)).uuid == UUID.format(8)
        for key in ("1", "99999999999999999999", "x", UUID.format(99), ""):
            with pytest.raises(NotHeld):
                known.head(connection, ann, key)


def test_a_value_is_found_by_the_index_in_any_script(node, known, pushing):
    ann = a_caller(node, "ann")
    pushing.add(ann, an_event(9, value="ข่าวกรอง"))
    with node.ctx.db.read() as connection:
        assert known.holding(connection, "ข่าวกรอง") == {UUID.format(9)}
        assert known.holding(connection, "nothing.example") == set()
        assert known.holding(connection, "%") is None


def test_an_account_is_one_organisation_unless_its_agreement_says_another(node):
    ann = a_caller(node, "ann")
    assert organisation_of(node.ctx, ann.account) == organisation_of(node.ctx, ann.account)
    assert organisation_of(node.ctx, ann.account.but(organisation=CERT["uuid"]))["uuid"] == CERT["uuid"]


def test_what_was_given_is_in_the_audit_log_without_content(node, known):
    ann = a_caller(node, "ann")
    known.told(ann, "misp:search", 2, b"secret")
    known._serving.notes.flush(wait=True)
    (row,) = node.audit(by="auditor", verb="serve")
    assert (row.actor, row.detail["count"]) == ("ann", 2)
    assert "secret" not in str(row)
