"""An event that is said again: later parts count, whole; absence deletes nothing."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from oureyes.record.misp_merge import latest, merge

UUID = "5bad1b96-53bc-4148-87eb-50d50a0162{:02x}"
NOW = 1_700_000_000


def part(number=1, at=100, **more):
    return {"uuid": UUID.format(number), "type": "domain", "value": "a.example", "timestamp": str(at), **more}


def an_event(*parts, at=100, **more):
    return {"uuid": UUID.format(0), "info": "x", "timestamp": str(at), "Attribute": list(parts), "Object": [], **more}


def merged(old, new, every=False):
    made = count(200)
    return merge(old, new, NOW, lambda: UUID.format(next(made)), every=every)


def test_a_later_part_takes_the_place_of_the_whole_part():
    made = merged(an_event(part(comment="c", Tag=[{"name": "t"}])), an_event(part(at=101, value="b.example"), at=101))
    assert made.content["Attribute"] == [part(at=101, value="b.example")]


def test_a_part_that_is_no_later_stands():
    made = merged(an_event(part()), an_event(part(value="b.example"), at=101))
    assert (made.content["Attribute"], made.kept) == ([], {UUID.format(1)})


def test_what_is_not_named_is_not_deleted():
    made = merged(an_event(part(1), part(2)), an_event(part(1, at=101), at=101))
    assert [one["uuid"] for one in made.content["Attribute"]] == [UUID.format(1)]
    assert made.kept == {UUID.format(2)}


def test_a_part_without_a_timestamp_is_changed_now_where_it_says_anything_else():
    new = {"uuid": UUID.format(1), "comment": "now"}
    (one,) = merged(an_event(part()), {"Attribute": [new]}).content["Attribute"]
    assert (one["comment"], one["value"], one["timestamp"]) == ("now", "a.example", str(NOW))
    assert merged(an_event(part()), {"Attribute": [{"uuid": UUID.format(1), "to_ids": "0"}]}).content["Attribute"] == []


def test_a_part_without_a_uuid_is_given_one():
    (one,) = merged({}, {"Attribute": [{"type": "text", "value": "x"}]}).content["Attribute"]
    assert one["uuid"] == UUID.format(200)


def test_tags_that_a_whole_event_does_not_name_are_gone_and_a_part_of_one_takes_none_away():
    old = an_event(Tag=[{"name": "t"}])
    assert "Tag" not in merged(old, an_event(at=101)).content
    assert merged(old, {"info": "y"}).content["Tag"] == [{"name": "t"}]
    assert merged(old, {"Tag": []}).content["Tag"] == []


def test_an_object_is_said_again_with_all_its_parts():
    old = an_event(
        Object=[{"uuid": UUID.format(5), "timestamp": "100", "name": "file", "Attribute": [part(1), part(2)]}]
    )
    new = {"Object": [{"uuid": UUID.format(5), "Attribute": [part(1, at=101, value="b.example")]}]}
    (obj,) = merged(old, new).content["Object"]
    assert sorted(one["value"] for one in obj["Attribute"]) == ["a.example", "b.example"]
    assert obj["name"] == "file"


def test_what_others_said_is_not_said_again():
    old = an_event(part(Sighting=[{"uuid": UUID.format(9)}]), EventReport=[{"uuid": UUID.format(8)}])
    made = merged(old, {"info": "y"}, every=True)
    assert "Sighting" not in made.content["Attribute"][0]
    assert "EventReport" not in made.content


def test_the_latest_timestamp_is_found_wherever_it_is():
    inner = {"uuid": UUID.format(5), "timestamp": "100", "Attribute": [part(at=999)]}
    assert latest(an_event(Object=[inner])) == 999
    assert latest({"timestamp": "never"}) == 0


@given(st.integers(1, 2**31), st.integers(0, 2**31))
def test_a_version_is_always_later_than_the_one_before(before, said):
    made = merged(an_event(at=before), {"timestamp": str(said)} if said else {})
    assert int(made.content["timestamp"]) > before


_PARTS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), max_size=6)


@given(_PARTS, _PARTS)
def test_every_part_is_said_again_or_kept(old, new):
    held, came = ([part(n, at) for n, at in dict(some).items()] for some in (old, new))
    made = merged(an_event(*held), an_event(*came, at=101))
    said = {one["uuid"] for one in made.content["Attribute"]}
    assert said | made.kept == {one["uuid"] for one in (*held, *came)}
    assert not said & made.kept
