"""The tables: every index is made, and the hot questions use them."""

from a_case import an_indicator
from sqlalchemy import inspect
from stores import add

from oureyes.storage.schema import MIN_READER, NUMBER, metadata


def test_looking_up_keys_reads_an_index_and_never_a_whole_table(store):
    if store.dialect != "sqlite":
        return  # PostgreSQL plans by the table's size; that it has the index is told by the schema
    add(store, *(an_indicator(value=f"host-{n}.example") for n in range(50)))
    with store.read() as connection:
        for sql in (
            "SELECT value FROM key WHERE value IN ('a', 'b') GROUP BY value HAVING min(source) < max(source)",
            "SELECT k.holding FROM key k JOIN holding h ON h.n = k.holding WHERE k.value = 'a' AND k.matcher = 'm'"
            " AND k.source = 1 AND k.implied = 0 AND h.state = 'held' AND h.last ORDER BY k.holding DESC LIMIT 1",
            "SELECT k.matcher, k.source, s.origin FROM key k JOIN source s ON s.n = k.source WHERE k.value = 'a'"
            " GROUP BY k.matcher, k.source, s.origin",
            "SELECT n FROM object WHERE ident IN (1, 2)",
            "SELECT h.n FROM holding h WHERE h.ident IN (1) AND h.origin = 'ID'",
            "SELECT added FROM holding ORDER BY n DESC LIMIT 1",
            "SELECT n FROM label WHERE digest = x'00'",
            "SELECT seq FROM audit WHERE subject = 'a'",
            "SELECT seq FROM entry WHERE channel = 1 AND seq >= 5 ORDER BY seq LIMIT 3",
        ):
            plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()]
            whole = [line for line in plan if line.startswith("SCAN") and "LIMIT 1" not in sql]
            assert not whole, (sql, plan)


def test_every_index_the_schema_names_is_there(store):
    with store.read() as connection:
        seen = inspect(connection)
        for table in metadata.tables.values():
            assert {str(one.name) for one in table.indexes} <= {one["name"] for one in seen.get_indexes(table.name)}


def test_software_never_needs_a_newer_reader_than_itself():
    assert MIN_READER <= NUMBER
