"""Private search sets in the store, on every engine."""

from dataclasses import replace

from oureyes.storage import searchsets


def test_a_search_set_comes_back_as_it_was_last_kept(store):
    one = searchsets.SearchSet(
        "search-set--1", "border", "ID", "border", "2026-11-24T00:00:00Z", "2026-12-01T00:00:00Z"
    )
    taken = replace(one, id="search-set--2", name="theirs", made="2026-11-25T00:00:00Z", bloom=b"b", key=b"k")

    def write(connection):
        for each in (one, taken, replace(one, revoked="2026-11-26T00:00:00Z")):
            searchsets.put_set(connection, each)

    store.write(write)
    with store.read() as connection:
        assert searchsets.sets(connection) == [taken, replace(one, revoked="2026-11-26T00:00:00Z")]
