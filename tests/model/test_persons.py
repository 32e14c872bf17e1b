"""One name in several spellings is one person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.persons import people, person


@pytest.mark.parametrize(
    "spelling",
    [
        "Budi",
        "BUDI",
        " budi\t",
        "Ｂｕｄｉ",
        "bu\u200bdi",
        "bu\u00addi",
        "budi\u2060",
        "budi\u3000",
        "bu\ufe0fdi",
        "budi\u3164",
        "bu\u034fdi",
        "bud\U000e0101i",
        "budi\uffa0",
        "\u2800budi",
        "bu\u180edi",
        "budi\u2065",
        "bu\ufff3di",
        "bud\u0131"[:3] + "i",
    ],
)
def test_spellings_of_a_name_are_one_person(spelling: str) -> None:
    assert person(spelling) == "budi"


@pytest.mark.parametrize(("one", "other"), [("Nguyễn  Văn", "nguye\u0302\u0303n va\u0306n"), ("Straße", "STRASSE")])
def test_other_ways_to_write_it_are_too(one: str, other: str) -> None:
    assert person(one) == person(other)


def test_different_people_are_told_apart_and_a_blank_is_nobody() -> None:
    assert people(["Ayu", "ayu ", "Budi", "", " \u200b"]) == {"ayu", "budi"}


@given(st.text())
def test_a_name_as_it_is_compared_compares_as_itself(name: str) -> None:
    assert person(person(name)) == person(name)
