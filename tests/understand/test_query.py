"""What a search means, in words and in each engine's language."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.model.markings import TLP
from oureyes.understand.query import Query, Term, query
from oureyes.understand.tokens import tokens

DOCUMENTS = ["the fund is a rumour", "fund poster campaign", "campaign poster funds", "evil.example.com", "กรุงเทพ"]


def fts5(*documents: str) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE held USING fts5(words, tokenize='unicode61 remove_diacritics 0')")
    database.executemany("INSERT INTO held VALUES (?)", [(" ".join(tokens(text)),) for text in documents])
    return database


def hits(database: sqlite3.Connection, question: Query) -> list[int]:
    rows = database.execute("SELECT rowid FROM held WHERE words MATCH ? ORDER BY rowid", (question.fts5(),))
    return [row[0] - 1 for row in rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("fund", [0, 1]),
        ("fund*", [0, 1, 2]),
        ("fund -rumour", [1]),
        ('"poster campaign"', [1]),
        ("poster campaign", [1, 2]),
        ('campaign -"poster campaign" -rumour', [2]),
        ("evil.exam*", [3]),
        ("กรุง", [4]),
        ("AND OR NOT NEAR(fund)", []),
    ],
)
def test_sqlite_answers_what_was_asked(asked: str, expected: list[int]) -> None:
    assert hits(fts5(*DOCUMENTS), query(asked)) == expected


@given(st.text(max_size=60))
def test_nothing_typed_is_ever_syntax(text: str) -> None:
    try:
        asked = query(text)
    except InvalidObject:
        return
    if asked.terms:
        assert isinstance(hits(fts5("a"), asked), list)
        assert re.fullmatch(r'[a-z0-9"* ()]+', re.sub(r"\b(AND|OR|NOT)\b", "", asked.fts5()))
        assert re.fullmatch(r"[a-z0-9()<>!:*& -]+", asked.tsquery())


def test_a_question_in_postgresql_form() -> None:
    assert query('fund "poster campaign" kirim* -rumour').tsquery() == (
        "(fund) & (poster <-> campaign) & (kirim:*) & !(rumour)"
    )


def test_filters_are_columns_not_text() -> None:
    asked = query("Type:indicator type:malware from:id tlp:amber+strict since:2026-01-01 until:2026-02-01 fund")
    assert asked == Query(
        (Term(("fund",)),),
        frozenset(["indicator", "malware"]),
        frozenset(["ID"]),
        frozenset([TLP.AMBER_STRICT]),
        "2026-01-01T00:00:00Z",
        "2026-02-01T23:59:59.999999999Z",
    )


def test_filters_alone_are_a_question() -> None:
    assert query("type:indicator").fts5() == ""


def test_a_scheme_is_no_filter() -> None:
    assert query("https://example.com/").terms == (Term(("https", "example", "com")),)


@pytest.mark.parametrize(
    "nonsense",
    ["", "  ", "!!!", '"open', "-only", "type:", "type:a/b", "since:yesterday", "since:2026-13-01", "tlp:pink",
     "-type:indicator", "from:'; DROP TABLE", "x" * 1001, "a " * 41, "since:2026-01-01T25:00:00Z", '""', "*"],
)  # fmt: skip
def test_nonsense_is_refused_with_a_remedy(nonsense: str) -> None:
    with pytest.raises(InvalidObject) as refused:
        query(nonsense)
    assert refused.value.subject
