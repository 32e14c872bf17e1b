"""Every row of the checklist for TAXII 2.1 servers has a test that bears its id.

The rows are clauses of the standard (TAXII 2.1 OS) that can be looked at from outside; the clause stands with the test.
What cannot be looked at from outside stands below, by the name of the test that looks at it from inside.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
# Group, what the standard says of it (FID: what is posted comes back as it was), and the rows.
_ROWS = (
    ("DISC", "MUST", "01 02 03 04 05 06"),
    ("NEG", "MUST", "01 02 03 05"),
    ("NEG", "SHOULD", "04"),
    ("ROOT", "MUST", "01 02 03"),
    ("COLL", "MUST", "01 02 03 04 05 06 07 08"),
    ("ERR", "MUST", "01 02"),
    ("AUTH", "MUST", "01 02"),
    ("AUTH", "SHOULD", "03"),
    ("TLS", "MUST", "01"),
    ("ADD", "MUST", "01 02 03 04 05 06 07 08 09 10 11 12 13 15"),
    ("STAT", "MUST", "01 02"),
    ("ADD", "FID", "14"),
    ("OBJ", "MUST", "01 02 03 04 05 06"),
    ("PAGE", "MUST", "01 02 03 04 06 07"),
    ("PAGE", "SHOULD", "05 08 09 10"),
    ("FILT", "MUST", "01 02 03 04 05 06 07 17 08 09 11 13 14 15"),
    ("FILT", "SHOULD", "10 12 16"),
    ("ONE", "MUST", "01 02 03 04"),
    ("VERS", "MUST", "01 02 03"),
    ("VERS", "SHOULD", "04"),
    ("MAN", "MUST", "01 02 03 04 05 06"),
    ("PERM", "MUST", "01 02 03"),
    ("DEL", "MUST", "01 02 03"),
    ("DEL", "SHOULD", "04"),
)
_INSIDE = (
    "a_status_is_kept_for_a_day_and_not_for_ever",  # §4.3
    "no_cipher_that_RFC_7540_lists_is_taken",  # §8.2.2; early data (0-RTT) Python's TLS cannot be told to take
    "a_body_of_the_size_the_root_names_is_taken",  # §4.2.1
)


def named() -> list[str]:
    """The names of all tests of the TAXII door."""
    files = [*(_TESTS / "taxii").glob("test_*.py"), _TESTS / "test_doors.py"]
    return [name for file in files for name in re.findall(r"^def test_(\w+)", file.read_text("utf-8"), re.MULTILINE)]


def rows() -> list[str]:
    return [f"{group}-{number}" for group, _, numbers in _ROWS for number in numbers.split()]


@pytest.mark.parametrize("row", rows())
def test_a_row_of_the_checklist_has_its_test(row: str) -> None:
    assert [name for name in named() if name.startswith(row.replace("-", "_") + "_")]


def test_no_test_bears_an_id_that_is_no_row() -> None:
    borne = {found[0].replace("_", "-") for name in named() if (found := re.match(r"[A-Z]+_\d+(?=_)", name))}
    assert borne == set(rows())
    assert len(rows()) == len(set(rows())) == 99


@pytest.mark.parametrize("name", _INSIDE)
def test_what_cannot_be_seen_from_outside_has_its_test_too(name: str) -> None:
    assert name in named()
