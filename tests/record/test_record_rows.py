"""Rows as text, whatever wrote the file."""

from oureyes.errors import InvalidObject
from oureyes.record.rows import is_table, kept, rows_of


def test_line_ends_quotes_tabs_and_dos_ends_are_read() -> None:
    assert list(rows_of(b'a;b\r\n"x;1";2\n\n\x1a', "t.csv")) == [["a", "b"], ["x;1", "2"]]
    assert list(rows_of(b"a\tb\n1\t2\n", "t.tsv")) == [["a", "b"], ["1", "2"]]


def test_a_row_that_cannot_be_read_is_its_error_and_the_rest_goes_on() -> None:
    found = list(rows_of(b'a,b\n"' + b"x" * 200_000 + b'",1\nc,d\n', "t.csv"))
    assert isinstance(found[1], InvalidObject)
    assert found[0] == ["a", "b"]


def test_a_kept_row_has_the_id_of_its_content() -> None:
    assert kept("x-oureyes-row", {"name": "a"}).id == kept("x-oureyes-row", {"name": "a"}).id
    assert kept("x-oureyes-row", {"name": "a"}).id != kept("x-oureyes-row", {"name": "b"}).id


def test_a_table_is_known_by_its_name() -> None:
    assert is_table("A.CSV.gz")
    assert not is_table("a.json")
