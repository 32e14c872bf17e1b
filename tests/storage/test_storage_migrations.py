"""A database comes to this software's schema, and one that is too new is refused."""

from contextlib import closing

import pytest
from sqlalchemy import inspect

from oureyes.errors import StorageError
from oureyes.storage import desk, open_database
from oureyes.storage.schema import MIN_READER, NUMBER, metadata

KEY = b"k" * 32


def put(name, value):
    return lambda connection: desk.put_setting(connection, name, value)


def got(store, name):
    with store.read() as connection:
        return desk.get_setting(connection, name)


def test_a_new_database_has_every_table_and_says_which_schema_it_is(store):
    with store.read() as connection:
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())
    assert (got(store, "schema"), got(store, "min_reader")) == (str(NUMBER), str(MIN_READER))


def test_opening_again_changes_nothing(where, store):
    store.write(put("mine", "kept"))
    store.close()
    with closing(open_database(where, KEY)) as again:
        assert got(again, "mine") == "kept"


def test_an_older_schema_is_not_migrated_by_who_may_not(where, store):
    store.write(put("schema", str(NUMBER - 1)))
    store.close()
    with pytest.raises(StorageError, match=f"schema {NUMBER}"):
        open_database(where, KEY, migrate=False)


def test_a_schema_that_only_newer_software_may_open_is_refused(where, store):
    store.write(put("min_reader", str(NUMBER + 1)))
    store.close()
    with pytest.raises(StorageError, match=f"schema {NUMBER} may open"):
        open_database(where, KEY)


def test_a_newer_schema_that_allows_it_is_opened_and_left_as_it_is(where, store):
    store.write(put("schema", str(NUMBER + 1)))
    store.close()
    with closing(open_database(where, KEY)) as again:
        assert got(again, "schema") == str(NUMBER + 1)
