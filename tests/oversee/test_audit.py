"""The audit log: what a row may hold, and that an altered, missing or moved row is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject, VerificationError
from oureyes.model.merkle import Frontier, leaf_hash
from oureyes.model.sharing import Checkpoint
from oureyes.oversee.audit import VERBS, Flaw, Row, Sealed, describe, seal, verify

AT = "2026-07-01T09:30:00Z"


def log(size: int) -> tuple[list[Sealed], list[Checkpoint]]:
    """A log of so many rows, with a head at every fourth and at the end."""
    rows, heads, edge = [], [], Frontier()
    for seq in range(size):
        kept, edge = seal(Row(seq, AT, "ID:sari", "read", f"indicator--{seq}", "case 7"), edge)
        rows.append(kept)
        if edge.size % 4 == 0 or edge.size == size:
            heads.append(Checkpoint("oureyes/audit/ID", edge.size, edge.root()))
    return rows, heads


def rewritten(kept: Sealed) -> Sealed:
    """A row altered together with its leaf hash."""
    leaf = replace(kept.row, actor="ID:other").leaf()
    return Sealed(leaf, leaf_hash(leaf))


def test_an_untouched_log_verifies_to_its_newest_head() -> None:
    rows, heads = log(10)
    found = verify(rows, heads)
    assert (found.size, found.covered, found.root, found.flaw) == (10, 10, heads[-1].root, None)


def test_rows_after_the_newest_head_are_not_covered_yet() -> None:
    rows, heads = log(10)
    assert verify(rows, heads[:2]).covered == 8


def test_the_order_of_the_heads_makes_no_difference() -> None:
    rows, heads = log(10)
    assert verify(rows, heads[::-1] + heads[:1]) == verify(rows, heads)


@given(st.integers(1, 20), st.data())
def test_an_altered_row_is_named_exactly(size: int, data: st.DataObject) -> None:
    rows, heads = log(size)
    at = data.draw(st.integers(0, size - 1))
    rows[at] = replace(rows[at], leaf=rewritten(rows[at]).leaf)
    assert verify(rows, heads).flaw == Flaw(at, at, "altered")
    assert verify(rows).flaw == Flaw(at, at, "altered")


@given(st.integers(2, 20), st.data())
def test_a_missing_row_is_named_exactly(size: int, data: st.DataObject) -> None:
    rows, heads = log(size)
    at = data.draw(st.integers(0, size - 2))
    del rows[at]
    assert verify(rows, heads).flaw == Flaw(at, at, "missing or moved")


@given(st.integers(2, 20), st.data())
def test_two_rows_that_changed_places_are_found_at_the_first(size: int, data: st.DataObject) -> None:
    rows, heads = log(size)
    first = data.draw(st.integers(0, size - 2))
    second = data.draw(st.integers(first + 1, size - 1))
    rows[first], rows[second] = rows[second], rows[first]
    flaw = verify(rows, heads).flaw
    assert flaw is not None
    assert flaw.first == first


@given(st.integers(1, 20), st.data())
def test_a_tail_cut_off_is_found(size: int, data: st.DataObject) -> None:
    rows, heads = log(size)
    kept = data.draw(st.integers(0, size - 1))
    assert verify(rows[:kept], heads).flaw == Flaw(kept, size - 1, "cut off")


@given(st.integers(1, 20), st.data())
def test_a_row_altered_with_its_leaf_lies_between_two_heads(size: int, data: st.DataObject) -> None:
    rows, heads = log(size)
    at = data.draw(st.integers(0, size - 1))
    rows[at] = rewritten(rows[at])
    flaw = verify(rows, heads).flaw
    assert flaw is not None
    assert (flaw.what, flaw.first <= at <= flaw.last, flaw.last - flaw.first < 4) == ("rewritten", True, True)


def test_bytes_that_are_no_row_are_altered() -> None:
    rows, heads = log(3)
    rows[1] = Sealed(b"{}", leaf_hash(b"{}"))
    assert verify(rows, heads).flaw == Flaw(1, 1, "altered")


def test_a_repeated_row_is_found() -> None:
    rows, heads = log(3)
    assert verify([rows[0], rows[0], *rows[1:]], heads).flaw == Flaw(1, 1, "repeated or moved")


def test_a_flaw_names_its_place() -> None:
    rows, heads = log(6)
    flaw = verify(rows[:2], heads).flaw
    assert flaw is not None
    assert flaw.words == "cut off: somewhere in rows 2 to 5"


def test_rows_are_appended_in_order() -> None:
    with pytest.raises(VerificationError):
        seal(Row(1, AT, "ID:sari", "read"), Frontier())


DETAIL = {"to": ("MY", "SG"), "count": 3, "late": True, "reason": "RED is above AMBER", "digest": "ab" * 32}


def test_a_row_survives_its_bytes() -> None:
    row = Row(0, AT, "ID:sari", "release", "indicator--1", "case 7", DETAIL)
    assert Row.of(row.leaf()) == row
    assert Row.of(row.leaf()).leaf() == row.leaf()


@pytest.mark.parametrize(
    "but",
    [
        {"verb": "frobnicate"},
        {"at": "yesterday"},
        {"actor": ""},
        {"seq": -1},
        {"subject": "a person's name"},
        {"purpose": "x" * 201},
        {"detail": {"name": "Sari"}},
        {"detail": {"value": 7}},
        {"detail": {"to": "two words"}},
        {"detail": {"to": "someone@example.com"}},
        {"detail": {"seen": "192.0.2.1"}},
        {"detail": {"seen": "evil.example.com"}},
        {"detail": {"seen": "https://example.com/"}},
        {"detail": {"seen": ("ID", "a b")}},
        {"detail": {"reason": "x" * 501}},
        {"detail": {"nested": {"a": 1}}},
        {"detail": {"share": 0.5}},
    ],
)
def test_content_and_nonsense_are_refused(but: dict[str, object]) -> None:
    with pytest.raises(InvalidObject):
        replace(Row(0, AT, "ID:sari", "read", "indicator--1"), **but)  # type: ignore[arg-type]  # any field


def test_a_row_reads_as_a_sentence() -> None:
    row = Row(
        0, AT, "ID:sari", "refuse", "indicator--1", "case 7", {"to": ("MY", "SG"), "reason": "RED is above AMBER"}
    )
    assert describe(row) == (
        "2026-07-01 09:30:00 ID:sari was refused indicator--1 for MY, SG, for case 7: RED is above AMBER"
    )


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_reads_without_braces_whatever_is_missing(verb: str) -> None:
    assert "{" not in describe(Row(0, AT, "ID:sari", verb))
