"""Plain SQL on both engines: placeholders, chunks, numbers in a row."""

from oureyes.storage.dialect import chunks, insert_many, next_numbers, rows, run, select_in


def test_chunks_keep_order_and_lose_nothing():
    found = list(chunks(range(1_203)))
    assert [len(some) for some in found] == [500, 500, 203]
    assert [one for some in found for one in some] == list(range(1_203))
    assert list(chunks([])) == []


def test_placeholders_percent_signs_and_nul_reach_both_engines(store):
    def write(connection):
        insert_many(connection, "setting", "name, value", [("50% of ?", "a\0b"), ("other", "x")])
        return run(connection, "UPDATE setting SET value = ? WHERE name LIKE 'o%' AND value = ?", ["y", "x"])

    assert store.write(write) == 1
    with store.read() as connection:
        [(value,)] = rows(connection, "SELECT value FROM setting WHERE name = ?", ["50% of ?"])
        assert value.replace("\ufffd", "\0") == "a\0b"


def test_many_values_are_asked_for_in_pieces(store):
    names = [f"n{n}" for n in range(1_100)]
    store.write(lambda c: insert_many(c, "setting", "name, value", [(name, "x") for name in names]))
    with store.read() as connection:
        found = select_in(connection, "SELECT name FROM setting WHERE name IN (:in) AND value = ?", names, "x")
    assert {name for (name,) in found} == set(names)


def test_what_is_there_is_kept_when_asked_to_ignore(store):
    for value in ("first", "second"):
        store.write(lambda c, v=value: insert_many(c, "setting", "name, value", [("n", v)], ignore=True))
    with store.read() as connection:
        assert rows(connection, "SELECT value FROM setting WHERE name = 'n'")[0][0] == "first"


def test_numbers_go_on_from_the_largest(store):
    store.write(lambda c: insert_many(c, "ident", "id, n", [("a", 7)]))
    with store.read() as connection:
        assert next_numbers(connection, "ident") == 8
        assert next_numbers(connection, "match") == 1
