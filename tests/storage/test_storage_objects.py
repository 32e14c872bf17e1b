"""What every engine does with objects: versions, several origins, retraction, and what may never be lost."""

from __future__ import annotations

import itertools

import pytest
from a_case import an_indicator, an_object
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import GREEN, add, current, incoming, outcomes, retract

from oureyes.model.markings import TLP, Marking
from oureyes.storage import changes, index, objects

ID = "malware--6f0c1a52-3c1b-4d0e-9a51-6f6f6f000099"
DOMAIN = {"value": "fund-relief.example", "id": "domain-name--4f4a8a17-9d4c-5b6e-8a55-1df0a8a0a001"}


def version(day: int, name: str = "m"):
    return an_object("malware", id=ID, name=name, is_family=False, modified=f"2026-11-{day:02}T08:00:00.000Z")


def a_domain(**more):
    obj = an_object("domain-name", **DOMAIN, **more)
    content = {name: value for name, value in obj.content.items() if name not in ("created", "modified")}
    return type(obj).make(content)


def test_the_bytes_that_come_out_are_the_bytes_that_went_in(store):
    obj = version(20)
    spaced = type(obj).parse(
        obj.raw.replace(b":", b": ").replace(b'"2026-11-20T08: 00: 00.000Z"', b'"2026-11-20T08:00:00.000Z"')
    )
    add(store, spaced)
    assert current(store, ID)[0].object.raw == spaced.raw


def test_the_same_object_from_the_same_source_adds_nothing(store):
    assert outcomes(add(store, version(20))) == ["new"]
    assert outcomes(add(store, version(20), version(20))) == ["unchanged", "unchanged"]
    assert len(current(store, ID)) == 1


def test_versions_follow_time_not_order_of_arrival(store):
    assert outcomes(add(store, version(20))) == ["new"]
    assert outcomes(add(store, version(22))) == ["version"]
    assert outcomes(add(store, version(21))) == ["older"]
    assert [held.object.version for held in current(store, ID)] == ["2026-11-22T08:00:00.000Z"]


def test_versions_within_one_batch_are_told_apart(store):
    assert outcomes(add(store, version(21), version(20), version(22), version(22))) == [
        "new", "older", "version", "unchanged",
    ]  # fmt: skip
    assert [held.object.version for held in current(store, ID)] == ["2026-11-22T08:00:00.000Z"]


def test_an_instant_is_one_version_however_it_is_written(store):
    obj = version(20)
    add(store, obj)
    longer = type(obj).parse(obj.raw.replace(b"2026-11-20T08:00:00.000Z", b"2026-11-20T08:00:00Z"))
    assert add(store, longer)[0].outcome in ("other", "version")
    assert len(current(store, ID)) == 1


def test_two_contents_of_one_version_end_alike_whatever_came_first(where, store):
    first, second = version(20, "one"), version(20, "two")
    smaller = min(first, second, key=lambda obj: obj.digest)
    added = add(store, first) + add(store, second)
    assert added[1].conflict
    assert [held.object for held in current(store, ID)] == [smaller]


def test_any_order_of_arrival_gives_the_same_current_object(store):
    days = [(20, "a"), (21, "one"), (21, "two"), (21, "three")]
    for place, order in enumerate(itertools.permutations(days)):
        identifier = f"malware--6f0c1a52-3c1b-4d0e-9a51-6f6f6f0001{place:02}"
        every = {one: type(version(20)).make({**version(*one).content, "id": identifier}) for one in days}
        for one in order:
            add(store, every[one])
        winner = min((every[one] for one in days[1:]), key=lambda obj: obj.digest)
        assert [held.object for held in current(store, identifier)] == [winner]


def test_two_states_may_hold_one_observable_under_markings_of_their_own(store):
    strict = Marking(tlp=TLP.RED, originator="SG")
    add(store, a_domain())
    assert outcomes(add(store, a_domain(), origin="SG", marking=strict)) == ["new"]
    held = current(store, DOMAIN["id"])
    assert [one.origin for one in held] == ["ID", "SG"]
    assert held[0].label != held[1].label
    retract(store, DOMAIN["id"], origin="SG", erase=True)
    assert [one.origin for one in current(store, DOMAIN["id"])] == ["ID"]


def test_one_origin_cannot_retract_what_another_holds(store):
    add(store, version(20))
    assert retract(store, ID, origin="MY", erase=True) == []
    assert len(current(store, ID)) == 1


def test_retraction_leaves_a_tombstone_and_erasing_takes_the_content(store):
    obj = version(20, "canary-9c1e")
    add(store, obj)
    retract(store, ID, erase=True)
    assert current(store, ID) == []
    with store.read() as connection:
        [(origin, source, state, at, digest)] = objects.states_of(connection, ID)
        assert objects.by_id(connection, ID) == []
        assert index.search(connection, "canary", limit=5) == []
    assert (origin, source, state, at, digest) == ("ID", "file", "retracted", obj.version, obj.digest.hex())


def test_what_was_erased_comes_back_whole_when_it_is_said_again(store):
    obj = an_indicator()
    add(store, obj)
    retract(store, obj.id, erase=True)
    assert outcomes(add(store, obj, statement="s2")) == ["revived"]
    assert current(store, obj.id)[0].object.raw == obj.raw
    with store.read() as connection:
        assert index.search(connection, "fund", limit=5)
        assert index.postings(connection, next(iter(incoming(obj).keys)).value)


def test_what_one_origin_erased_another_may_bring(store):
    add(store, version(20))
    retract(store, ID, erase=True)
    assert outcomes(add(store, version(20), origin="SG")) == ["new"]
    assert [held.origin for held in current(store, ID)] == ["SG"]


def test_an_old_version_that_is_revived_does_not_pass_the_current_one(store):
    add(store, version(20))
    retract(store, ID)
    add(store, version(22))
    assert outcomes(add(store, version(20), statement="s2")) == ["revived"]
    assert [held.object.version for held in current(store, ID)] == ["2026-11-22T08:00:00.000Z"]


def test_reading_a_file_again_does_not_undo_a_retraction(store):
    add(store, version(20))
    retract(store, ID)
    assert outcomes(add(store, version(20))) == ["unchanged"]
    assert current(store, ID) == []


def test_reading_a_file_again_does_not_undo_what_an_officer_marked(store):
    obj = version(20)
    add(store, obj)
    store.write(lambda c: objects.set_label(c, ID, "ID", GREEN.but(tlp=TLP.RED)))
    add(store, obj)
    with store.read() as connection:
        assert objects.markings(connection)[current(store, ID)[0].label].tlp is TLP.RED


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "2262-04-12T00:00:00Z"])
def test_no_date_is_too_far_away_to_be_kept(store, at):
    obj = an_object("malware", id=ID, name="far", is_family=False, modified=at)
    assert outcomes(add(store, obj)) == ["new"]
    assert current(store, ID)[0].object.version == at


def test_names_with_nul_and_every_other_character_are_kept(store):
    obj = an_object("malware", id=ID, name="a\0b\ud7ff\U0010ffff'\"%?;--", is_family=False)
    add(store, obj, source="re\0port %s ?.json", tags=("t\0",), hold="no\0")
    with store.read() as connection:
        [held] = objects.by_id(connection, ID)
    assert held.object.raw == obj.raw


def test_places_are_unique_and_rise_from_batch_to_batch_even_when_the_clock_goes_back(store):
    last, seen = 0, set()
    for at in (1_000, 1_000, 5, 2_000_000):
        batch = [an_object("malware", name="m", is_family=False) for _ in range(3)]
        add(store, *batch, at_us=at)
        assert {current(store, obj.id)[0].added for obj in batch} == {at}
        with store.read() as connection:
            fresh = {one.placed for one in changes.held(connection, last, 100)}
        assert len(fresh) == 3
        assert min(fresh) >= max(at, last + 1)
        seen |= fresh
        last = max(fresh)
    assert len(seen) == 12


def test_what_is_held_back_is_not_current_until_a_person_lifts_it(store):
    add(store, version(20), hold="an unknown TLP")
    assert current(store, ID) == []
    with store.read() as connection:
        assert [held.hold for held in objects.held_back(connection)] == ["an unknown TLP"]
    assert store.write(lambda c: objects.lift_hold(c, ID, "SG")) == 0
    assert store.write(lambda c: objects.lift_hold(c, ID, "ID")) == 1
    assert len(current(store, ID)) == 1


def test_idents_are_made_once_and_only_when_asked(store):
    made = store.write(lambda c: objects.idents(c, [ID, ID, DOMAIN["id"]]))
    assert len(set(made.values())) == 2
    with store.read() as connection:
        assert objects.idents(connection, [ID, "malware--none"], make=False) == {ID: made[ID]}


def test_equal_markings_are_one_label(store):
    numbers = store.write(lambda c: objects.labels(c, [GREEN, GREEN.but(), Marking()]))
    assert len(set(numbers.values())) == 2
    with store.read() as connection:
        assert set(objects.markings(connection).values()) == {GREEN, Marking()}


def test_edges_are_found_from_both_ends(store):
    one, other = an_object("malware", name="a", is_family=False), an_object("campaign", name="c")
    link = an_object("relationship", relationship_type="uses", source_ref=other.id, target_ref=one.id)
    added = add(store, one, other, link)
    with store.read() as connection:
        for end in (one.id, other.id):
            assert objects.neighbours(connection, [end]) == [(other.id, "uses", one.id, added[2].object)]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(20, 23), st.sampled_from(["x", "y"])), max_size=12))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_each_origin_has_one_current_version_and_it_is_its_newest(store, arrivals):
    identifier = f"malware--{an_object('malware').id.partition('--')[2]}"
    newest: dict[str, tuple[str, bytes]] = {}
    for origin, day, name in arrivals:
        made = dict(version(day, name).content, id=identifier)
        obj = type(version(20)).make(made)
        add(store, obj, origin=origin)
        known = newest.get(origin)
        if known is None or obj.version > known[0] or (obj.version == known[0] and obj.digest < known[1]):
            newest[origin] = (obj.version, obj.digest)
    held = current(store, identifier)
    assert {one.origin: (one.object.version, one.object.digest) for one in held} == newest


def test_what_a_reader_may_not_see_takes_no_place_in_a_list(store):
    """Newest first: the newest are under another label, as many as are read."""
    seen, *hidden = (an_object("opinion", opinion="agree", object_refs=[]) for _ in range(4))
    add(store, seen)
    add(store, *hidden, marking=Marking(TLP.RED))
    label = current(store, seen.id)[0].label
    with store.read() as connection:
        assert seen.id not in [one.object.id for one in objects.of_types(connection, ["opinion"], limit=3)]
        found = objects.of_types(connection, ["opinion"], limit=3, labels=[label])
        assert [one.object.id for one in found] == [seen.id]
        assert objects.of_types(connection, ["opinion"], limit=3, labels=[]) == []
        found = objects.of_type(connection, "opinion", limit=1, labels=[label])
        assert [one.object.id for one in found] == [seen.id]
        others = {one.label for one in objects.of_types(connection, ["opinion"], limit=9)} - {label}
        assert objects.of_type(connection, "opinion", limit=1, labels=others)[0].object.id in {one.id for one in hidden}
