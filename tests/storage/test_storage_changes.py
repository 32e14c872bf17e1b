"""The last change of each thing in the order of commits, and holdings as they stand by their place; on every engine."""

from __future__ import annotations

from a_case import an_indicator
from stores import add

from oureyes.storage import changes, objects


def test_a_thing_has_one_row_and_its_last_change_comes_after_everything_before(store):
    for kind, *ids in (("alert", "a", "b"), ("release", "r"), ("alert", "a"), ("alert", "a")):
        store.write(lambda connection, kind=kind, ids=ids: changes.noted(connection, kind, *ids))
    with store.read() as connection:
        found = changes.since(connection, 0, 10)
        assert [(one.kind, one.id) for one in found] == [("alert", "b"), ("release", "r"), ("alert", "a")]
        assert [one.n for one in found] == sorted({one.n for one in found})
        assert changes.newest(connection) == found[-1].n
        assert changes.since(connection, found[0].n, 1) == [found[1]]


def test_the_number_grows_also_when_the_newest_is_the_one_that_changes(store):
    numbers = []
    for _ in range(3):
        store.write(lambda connection: changes.noted(connection, "alert", "a"))
        with store.read() as connection:
            numbers.append(changes.newest(connection))
    assert numbers == sorted(set(numbers))


def test_a_thousand_things_at_once_are_noted_in_their_order(store):
    names = [f"alert--{n}" for n in range(1_200)]
    store.write(lambda connection: changes.noted(connection, "alert", *names, *names))
    with store.read() as connection:
        assert [one.id for one in changes.since(connection, 0, 2_000)] == names


def test_holdings_are_found_by_place_and_what_is_taken_back_moves_to_the_end(store):
    first, second = an_indicator(value="a.example"), an_indicator(value="b.example")
    add(store, first)
    add(store, second)
    with store.read() as connection:
        before = changes.held(connection, 0, 10)
        assert [(one.id, one.stands) for one in before] == [(first.id, True), (second.id, True)]
    store.write(lambda connection: objects.set_state(connection, first.id, "ID", "retracted"))
    with store.read() as connection:
        assert [(one.id, one.state) for one in changes.held(connection, before[-1].placed, 10)] == [
            (first.id, "retracted")
        ]
        assert [one.id for one in changes.held(connection, 0, 10, live=True)] == [second.id]
        assert [one.state for one in changes.place(connection, first.id)] == ["retracted"]


def test_holdings_are_narrowed_by_type_and_origin(store):
    mine, theirs = an_indicator(value="a.example"), an_indicator(value="b.example")
    add(store, mine)
    add(store, theirs, origin="MY")
    with store.read() as connection:
        assert [one.id for one in changes.held(connection, 0, 10, origin="MY")] == [theirs.id]
        assert changes.held(connection, 0, 10, kinds=("malware",)) == []
        assert len(changes.held(connection, 0, 1, kinds=("malware", "indicator"))) == 1
