"""Events look as a MISP client expects them: ids are text, truth is a boolean, nothing it looks for is missing."""

import pytest

from oureyes.interfaces.misp import shapes
from oureyes.node.events import Event, Head
from oureyes.storage.events import Voice

UUID = "5bad1b96-53bc-4148-87eb-50d50a0162{:02x}"
VOICE = Voice(1, 7, f"report--{UUID.format(1)}", 1, "ID", 3, 1, 1)


def an_event(**content):
    head = Head(UUID.format(1), VOICE, {"info": "x", "timestamp": 1700000000, **content}, ())
    return Event(head, {**head.content, "Attribute": [], "Object": [], **content}, {}, {UUID.format(2): 9})


def an_attribute(**more):
    return {"uuid": UUID.format(2), "type": "domain", "value": "a.example", "to_ids": "1", "timestamp": 1, **more}


def test_ids_and_timestamps_are_text_and_truth_is_a_boolean():
    made = shapes.whole(an_event(published="1", distribution=3, Attribute=[an_attribute(distribution=5)]))["Event"]
    assert (made["id"], made["timestamp"], made["distribution"], made["published"]) == ("7", "1700000000", "3", True)
    (part,) = made["Attribute"]
    assert (part["id"], part["event_id"], part["timestamp"], part["to_ids"], part["deleted"]) == (
        "9",
        "7",
        "1",
        True,
        False,
    )
    assert made["locked"] is True


@pytest.mark.parametrize(("asked", "count"), [("0", 1), ("1", 1), ("01", 2)])
def test_deleted_parts_are_shown_to_who_asks(asked, count):
    both = [an_attribute(), an_attribute(uuid=UUID.format(3), deleted=True)]
    made = shapes.whole(an_event(Attribute=both), deleted=frozenset(asked))["Event"]
    assert (len(made["Attribute"]), made["attribute_count"]) == (count, str(count))


def test_local_tags_are_left_out_for_a_peer():
    tags = [{"name": "a", "local": 1}, {"name": "b"}]
    made = shapes.whole(an_event(Tag=tags, Attribute=[an_attribute(Tag=tags)]), local=False)["Event"]
    assert [[one["name"] for one in part["Tag"]] for part in (made, made["Attribute"][0])] == [["b"], ["b"]]


def test_an_organisation_and_a_tag_have_the_same_number_every_time():
    assert shapes.organisation({"name": "x", "uuid": UUID.format(5)})["id"] == shapes.number_of(UUID.format(5))
    assert shapes.tag({"name": "ข่าว"})["id"].isdecimal()


def test_nobodys_staff_is_named():
    made = shapes.whole(an_event(event_creator_email="a@b.example", Attribute=[an_attribute(user_id="3")]))["Event"]
    assert "event_creator_email" not in made
    assert "user_id" not in made["Attribute"][0]
