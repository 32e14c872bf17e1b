"""Filters of private questions in the store, on every engine."""

from dataclasses import replace

from a_case import an_indicator
from stores import GREEN, add, retract

from oureyes.model.markings import TLP
from oureyes.storage import filters, hits, objects

AT = "2026-11-24T00:00:00Z"


def test_outputs_go_with_their_epoch_or_their_value(store):
    def write(connection):
        for epoch in ("2026-10", "2026-11"):
            filters.put_tags(connection, epoch, {"phone-number:+1": b"t" * 13, "phone-number:+2": b"v" * 13})
        filters.put_tags(connection, "2026-11", {"phone-number:+1": b"u" * 13})  # the first stands
        filters.drop_tags(connection, "2026-11")

    store.write(write)
    with store.read() as connection:
        assert (filters.tags(connection, "2026-10"), len(filters.tags(connection, "2026-11"))) == ({}, 2)
        assert filters.tags_of(connection, "2026-11", ["phone-number:+2", "x"]) == {"phone-number:+2": b"v" * 13}
        assert filters.value_of(connection, "2026-11", b"t" * 13) == "phone-number:+1"
        assert filters.value_of(connection, "2026-11", b"u" * 13) == ""
    store.write(lambda connection: filters.drop_values(connection, ["phone-number:+1"]))
    with store.read() as connection:
        assert set(filters.tags(connection, "2026-11")) == {"phone-number:+2"}


def test_a_list_stands_as_it_was_last_kept(store):
    def write(connection):
        filters.put_list(connection, "ID", "PH", filters.Listed(1, b"a", 1))
        filters.put_list(connection, "ID", "PH", filters.Listed(2, b"b", 2, seen=7, until_us=9))
        filters.put_list(connection, "ID", "SG", filters.Listed(1, b"c", 3, seen=7))
        filters.outdate(connection, "ID", "SG")

    store.write(write)
    with store.read() as connection:
        assert filters.listed(connection, "ID", "PH") == filters.Listed(2, b"b", 2, seen=7, until_us=9)
        assert filters.listed(connection, "ID", "SG") == filters.Listed(1, b"c", 3, seen=-1)
        assert filters.listed(connection, "PH", "ID") is None


def test_filters_go_one_by_one_and_none_goes_when_none_is_named(store):
    part = filters.Stored("phone", 0, "2026-11", 256, 1, "aa")

    def write(connection):
        filters.put_part(connection, "ID", "PH", part, b"one", AT)
        filters.put_part(connection, "ID", "PH", replace(part, seq=1, digest="bb"), b"two", AT)
        filters.drop_parts(connection, "ID", "PH", [])

    store.write(write)
    with store.read() as connection:
        assert [one.digest for one in filters.parts(connection, "ID", "PH")] == ["aa", "bb"]
        assert filters.body(connection, "ID", "PH", "bb") == b"two"
        assert filters.body(connection, "ID", "SG", "bb") is None
    store.write(lambda connection: filters.drop_parts(connection, "ID", "PH", ["aa"]))
    with store.read() as connection:
        assert [one.digest for one in filters.parts(connection, "ID", "PH")] == ["bb"]


def published(store, origin="ID"):
    """One list for a partner there is an agreement with."""
    agreed = hits.Agreement("PH", ("phone",), ("investigation",), 64, "ayu", "budi", "open", AT)

    def write(connection):
        hits.put_agreement(connection, agreed)
        filters.put_list(connection, origin, "PH", filters.Listed(1, b"a", 1))

    store.write(write)


def changed(store, seen=0):
    with store.read() as connection:
        return filters.changed_since(connection, seen, filters.labels_changed(connection, seen))


def test_what_narrows_a_holding_is_noted_in_its_own_transaction(store):
    """A state, a label, a newer version: of those of whom filters were published."""
    early, late, versioned = (an_indicator(value=f"{name}.example") for name in ("early", "late", "versioned"))
    (first,), (second,), (third,) = (add(store, one) for one in (early, late, versioned))
    add(store, an_indicator(value="theirs.example"), origin="SG")
    retract(store, early.id)
    assert changed(store) == []  # nothing was published yet
    published(store)
    add(store, an_indicator(value="fresh.example"))
    assert changed(store) == []  # what comes takes nothing away
    store.write(lambda connection: objects.set_label(connection, late.id, "ID", GREEN))
    assert changed(store) == []  # the same again
    store.write(lambda connection: objects.set_label(connection, late.id, "ID", GREEN.but(tlp=TLP.RED)))
    assert changed(store) == [second.holding]
    newer = versioned.content | {"name": "another", "modified": "2026-11-24T09:00:00.000Z"}
    add(store, type(versioned).make(newer))
    assert changed(store) == [second.holding, third.holding]
    assert changed(store, 1) == [third.holding]
    assert first.holding not in changed(store)


def test_what_others_take_back_is_not_noted(store):
    published(store)
    made = an_indicator()
    add(store, made, origin="SG")
    retract(store, made.id, origin="SG")
    assert changed(store) == []


def test_numbers_of_changes_do_not_come_back(store):
    """A partner whose filters were looked through up to one would not hear of the next of that number."""
    published(store)
    for value in ("one.example", "two.example", "three.example"):
        made = an_indicator(value=value)
        add(store, made)
        retract(store, made.id)
        store.write(lambda connection: filters.drop_changes(connection, 1_000))
    with store.read() as connection:
        assert filters.newest_change(connection) == 3
        assert len(changed(store)) == 1


def test_what_is_behind_a_holding_is_read_while_it_is_there(store):
    made = an_indicator()
    (one,) = add(store, made)
    with store.read() as connection:
        (found,) = filters.values_of(connection, [one.holding], "observables").values()
        assert found == ["domain-name:fund-relief.example"]
        assert filters.bodies_of(connection, [one.holding]) == {one.holding: ("indicator", made.raw)}
    retract(store, made.id, erase=True)
    with store.read() as connection:
        assert filters.bodies_of(connection, [one.holding]) == {one.holding: ("indicator", b"")}
