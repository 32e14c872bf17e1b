"""What an account pushes is its own word: checked, bounded, and in nobody's way."""

import pytest
from misp_callers import CERT, UUID, a_caller, an_event
from simulated import federation

from oureyes.errors import InvalidObject, NotHeld, Refused
from oureyes.model.markings import TLP
from oureyes.node.events import Events
from oureyes.node.pushing import Exists, NotNewer, Pushing, group_id
from oureyes.storage import objects


@pytest.fixture
def node(tmp_path):
    made = federation(tmp_path, ("ID",))["ID"]
    yield made
    made.close()


@pytest.fixture
def known(node):
    return Events(node.ctx)


@pytest.fixture
def pushing(node, known):
    return Pushing(node.ctx, known)


def shown(node, known, caller, number):
    with node.ctx.db.read() as connection:
        return known.event(connection, caller, UUID.format(number)).content


def test_an_event_is_added_once_and_edited_when_it_is_later(node, known, pushing):
    ann = a_caller(node, "ann")
    pushing.add(ann, an_event(1))
    with pytest.raises(Exists):
        pushing.add(ann, an_event(1))
    with pytest.raises(NotNewer):
        pushing.edit(ann, UUID.format(1), an_event(1, info="y"))
    pushing.edit(ann, UUID.format(1), an_event(1, info="y", timestamp="1700000001"))
    assert shown(node, known, ann, 1)["info"] == "y"


def test_narrowing_an_event_narrows_every_part_of_it(node, known, pushing):
    ann, eve = a_caller(node, "ann", to=("eve",)), a_caller(node, "eve")
    pushing.add(ann, an_event(2))
    assert shown(node, known, eve, 2)["Attribute"]
    pushing.edit(ann, UUID.format(2), {"Tag": [{"name": "tlp:red"}]})
    with pytest.raises(NotHeld):
        shown(node, known, eve, 2)
    with node.ctx.db.read() as connection:
        (held,) = objects.latest(connection, [f"x-misp-attribute--{UUID.format(102)}"]).popitem()[1]
        assert node.ctx.labels(connection)[held.label].tlp is TLP.RED


def test_a_group_is_who_this_node_says_it_is(node, known, pushing):
    ann = a_caller(node, "ann", to=("sea-1",), groups=frozenset({"sea-1"}))
    bea, eve = a_caller(node, "bea", groups=frozenset({"sea-1"})), a_caller(node, "eve")
    group = {"uuid": group_id(node.ctx, "sea-1"), "name": "x", "SharingGroupOrg": [{"Organisation": CERT}]}
    pushing.add(ann, an_event(3, distribution="4", SharingGroup=group))
    assert shown(node, known, bea, 3)
    with pytest.raises(NotHeld):
        shown(node, known, eve, 3)


def test_a_payload_shares_no_further_than_the_agreement(node, known, pushing):
    ann, bea = a_caller(node, "ann", groups=frozenset({"sea-1"})), a_caller(node, "bea", groups=frozenset({"sea-1"}))
    group = {"uuid": group_id(node.ctx, "sea-1"), "SharingGroupOrg": [{"Organisation": CERT}]}
    pushing.add(ann, an_event(4, distribution="4", SharingGroup=group))  # its agreement lets nobody have its word
    with pytest.raises(NotHeld):
        shown(node, known, bea, 4)


def test_a_deleted_event_leaves_tombstones_and_nobody_elses_word_goes(node, known, pushing):
    ann, bea = a_caller(node, "ann"), a_caller(node, "bea")
    for caller in (ann, bea):
        pushing.add(caller, an_event(5))
    pushing.delete(ann, UUID.format(5))
    with pytest.raises(NotHeld):
        shown(node, known, ann, 5)
    assert shown(node, known, bea, 5)
    with node.ctx.db.read() as connection:
        states = [row[2] for row in objects.states_of(connection, f"report--{UUID.format(5)}")]
    assert sorted(states) == ["held", "withdrawn"]


def test_what_was_deleted_may_be_pushed_again(node, known, pushing):
    ann = a_caller(node, "ann")
    pushing.add(ann, an_event(6))
    pushing.delete(ann, UUID.format(6))
    pushing.add(ann, an_event(6))
    assert len(shown(node, known, ann, 6)["Attribute"]) == 1


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"info": ""}, InvalidObject),
        ({"uuid": "x"}, InvalidObject),
        ({"Attribute": {}}, InvalidObject),
        ({"Orgc": {"name": "x", "uuid": UUID.format(200)}}, Refused),
        ({"timestamp": "99999999999"}, Refused),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_of_it_is_kept(node, pushing, more, fault):
    ann = a_caller(node, "ann")
    with pytest.raises(fault):
        pushing.add(ann, an_event(7, **more))
    with node.ctx.db.read() as connection:
        assert objects.count(connection) == {}


def test_to_publish_keeps_the_timestamp_and_is_a_version_of_its_own(node, known, pushing):
    ann = a_caller(node, "ann")
    pushing.add(ann, an_event(8))
    for wanted in (True, False, True):
        pushing.publish(ann, UUID.format(8), wanted)
        made = shown(node, known, ann, 8)
        assert (bool(made.get("published")), made["timestamp"]) == (wanted, "1700000000")


def test_what_one_said_of_an_event_one_takes_back_and_nobody_else_does(node, known, pushing):
    ann, bea = a_caller(node, "ann", to=("bea",)), a_caller(node, "bea", to=("ann",))
    pushing.add(ann, an_event(9))
    with node.ctx.db.read() as connection:
        event = known.event(connection, bea, UUID.format(9))
    seen = {"uuid": UUID.format(30), "date_sighting": "1700000000", "type": "0"}
    about = event.carriers[UUID.format(109)]
    assert pushing.attach(bea, "sighting", event, about, [seen]) == 2  # the sighting, and who it is from
    assert shown(node, known, ann, 9)["Attribute"][0]["Sighting"][0]["uuid"] == UUID.format(30)
    with pytest.raises(NotHeld):
        pushing.detach(ann, UUID.format(30), ["sighting"])
    pushing.detach(bea, UUID.format(30), ["sighting"])
    assert "Sighting" not in shown(node, known, ann, 9)["Attribute"][0]
