"""Pages, on every engine: each object once, in the order of its place, and places that only grow."""

from __future__ import annotations

from a_case import an_indicator, an_object
from stores import add, incoming, retract

from oureyes.model.markings import TLP, Marking
from oureyes.storage import objects, views
from oureyes.storage.views import Asked, Visible

NAMED = Marking(TLP.GREEN, releasable_to=frozenset({"ann"}))
EVERY = frozenset({"all"})


def seen(store, **more) -> Visible:
    with store.read() as connection:
        labels = tuple(objects.markings(connection))
    return Visible(labels, labels, **more)


def ids(store, visible: Visible, **asked) -> list[str]:
    with store.read() as connection:
        return [row.id for row in views.page(connection, visible, Asked(**asked))]


def version(day: int):
    at = f"2026-11-{day}T08:00:00.000Z"
    return an_object(
        "malware", id="malware--6f0c1a52-3c1b-4d0e-9a51-6f6f6f000099", name="m", is_family=False, modified=at
    )


def test_pages_come_in_order_and_each_object_once(store):
    made = [an_indicator(value=f"p{n}.example") for n in range(5)]
    add(store, *made)
    add(store, *made[:2], source="another")
    visible = seen(store)
    first = ids(store, visible, limit=3)
    with store.read() as connection:
        last = views.page(connection, visible, Asked(limit=3))[-1].placed
    every = first + ids(store, visible, after=last)
    assert sorted(every) == sorted(one.id for one in made)
    assert ids(store, visible, versions=EVERY) == every


def test_versions_are_told_apart(store):
    add(store, version(20))
    add(store, version(22))
    add(store, version(21))
    visible = seen(store)

    def versions(**asked):
        with store.read() as connection:
            return [row.version[8:10] for row in views.page(connection, visible, Asked(**asked))]

    assert versions() == ["22"]
    assert versions(versions=frozenset({"first"})) == ["20"]
    assert sorted(versions(versions=EVERY)) == ["20", "21", "22"]
    assert versions(versions=frozenset(), instants=(version(21).instant,)) == ["21"]
    assert versions(old=True) == []


def test_what_is_not_allowed_or_no_longer_held_is_not_there(store):
    one, gone = an_indicator(value="a.example"), an_indicator(value="b.example")
    add(store, one, gone)
    retract(store, gone.id)
    assert ids(store, seen(store)) == [one.id]
    assert ids(store, Visible((), ())) == []
    assert ids(store, Visible((), None)) == []


def test_a_new_marking_places_it_anew_behind_everything(store):
    first, second = an_indicator(value="a.example"), an_indicator(value="b.example")
    add(store, first, second)
    visible = seen(store)
    with store.read() as connection:
        last = views.page(connection, visible, Asked())[-1].placed
    store.write(lambda connection: objects.set_label(connection, first.id, "ID", NAMED))
    assert ids(store, seen(store), after=last) == [first.id]
    store.write(lambda connection: objects.set_label(connection, first.id, "ID", NAMED))
    with store.read() as connection:
        again = views.newest_place(connection)
    assert ids(store, seen(store), after=again) == []  # the same marking once more moves nothing


def test_an_account_s_voice_replaces_nothing_and_is_taken_back_alone(store):
    add(store, version(20))

    def post(day):
        def write(connection):
            source = objects.source(connection, "ID", views.postings("ann", "c"), objects.ACCOUNT)
            return source, objects.add(connection, [incoming(version(day))], source=source, origin="ID", at_us=1)

        return store.write(write)

    source, _ = post(21)
    post(22)
    with store.read() as connection:
        assert [
            one.object.version[8:10] for one in objects.latest(connection, [version(1 + 19).id])[version(20).id]
        ] == ["20", "22"]
        assert views.sources(connection, "ID", "c") == {"ann": source}
    mine = Visible((), None, own=(source,))
    assert len(ids(store, mine)) == 1
    with store.read() as connection:
        newest = views.page(connection, mine, Asked())[0]
    store.write(lambda connection: objects.withdraw(connection, [newest.holding], 1))
    with store.read() as connection:
        assert [row.version[8:10] for row in views.page(connection, mine, Asked())] == ["21"]
        assert len(objects.latest(connection, [version(20).id])[version(20).id]) == 2


def test_what_was_hidden_behind_another_s_newer_version_is_found_when_that_is_taken_back(store):
    add(store, version(20))
    add(store, version(21), origin="SG")
    with store.read() as connection:
        last = views.page(connection, seen(store), Asked())[-1]
    assert last.version[8:10] == "21"
    store.write(lambda connection: objects.set_state(connection, version(20).id, "SG", "retracted"))
    with store.read() as connection:
        (again,) = views.page(connection, seen(store), Asked(after=last.placed))
    assert again.version[8:10] == "20"


def test_what_one_reader_sees_of_an_import_does_not_tell_how_much_there_is(store):
    """The same three for ann among nothing, and among fifty of others: where they lie, and what is told of when they
    came, is drawn alike."""

    def told(many):
        mine = [an_indicator(value=f"m{many}-{n}.example") for n in range(3)]
        domains = [an_object("domain-name", value=f"d{many}-{n}.example") for n in range(2)]
        others = [an_indicator(value=f"o{many}-{n}.example") for n in range(many)]
        batch = [incoming(one, NAMED) for one in (mine[0], domains[0])] + [incoming(one) for one in others]
        batch += [incoming(one, NAMED) for one in (*mine[1:], domains[1])]
        after = store.write(lambda c: (views.newest_place(c), _add(c, batch))[0])
        with store.read() as connection:
            label = next(n for n, one in objects.markings(connection).items() if one == NAMED)
            found = views.page(connection, Visible((label,), (label,)), Asked(after=after))
        assert len(found) == 5
        return found

    def _add(connection, batch):
        number = objects.source(connection, "ID", "file")
        return objects.add(connection, batch, source=number, origin="ID", at_us=1_000)

    few, many = told(0), told(50)
    for found in (few, many):
        assert len({row.added for row in found}) == 1
        assert max(row.placed for row in found) - min(row.placed for row in found) < 1_024
    spreads = {told(0)[-1].placed - told(0)[0].placed for _ in range(8)}
    assert len(spreads) > 1  # by chance, and not by what lies between
    orders = {tuple(row.id.partition("--")[0] for row in told(2)) for _ in range(12)}
    assert len(orders) > 1  # nor do they come in the order of the file, which would tell of the others' places in it


def test_places_drawn_together_are_all_different_and_after_all_there_is(store):
    add(store, an_indicator(value="before.example"))
    with store.read() as connection:
        last = views.newest_place(connection)
        for count in (0, 1, 2, 63, 64, 65, 5_000):
            drawn = objects.places(connection, count, 1_000)
            assert len(drawn) == len(set(drawn)) == count
            assert all(one > last for one in drawn)
