"""Yearly figures that tell nothing about a person."""

from collections.abc import Mapping

from oureyes.oversee.audit import Row, Value
from oureyes.oversee.figures import figures


def rows(*acts: tuple[str, Mapping[str, Value]], year: int = 2026) -> list[Row]:
    return [
        Row(seq, f"{year}-07-01T00:00:00Z", "ID:sari", verb, "indicator--1", "case 7", detail)
        for seq, (verb, detail) in enumerate(acts)
    ]


def test_acts_are_counted_and_imports_by_their_objects() -> None:
    found = figures(rows(("record", {}), ("import", {"count": 40}), ("answer", {"late": True}), ("answer", {})), 2026)
    assert (found.counts["recorded"], found.counts["requests answered"], found.counts["answered late"]) == (41, 2, 1)
    assert found.counts["erased"] == 0


def test_another_year_is_not_counted() -> None:
    assert set(figures(rows(("record", {}), year=2025), 2026).counts.values()) == {0}


def test_refusals_by_ground_and_verdicts_are_counted() -> None:
    found = figures(rows(("refuse", {"ground": "rights"}), ("refuse", {}), ("judge", {"verdict": "same"})), 2026)
    assert (found.counts["refused"], found.grounds, found.verdicts) == (2, {"rights": 1}, {"same": 1})


def test_small_counts_of_a_state_are_given_together() -> None:
    acts = [("release", {"to": ("MY", "SG")})] * 6 + [("release", {"to": "VN"})] * 2 + [("release", {"to": "TH"})] * 4
    assert figures(rows(*acts), 2026).partners == {"release": {"MY": 6, "SG": 6, "others": 6}}


def test_one_small_count_cannot_be_subtracted_from_the_total() -> None:
    acts = [("release", {"to": "MY"})] * 9 + [("release", {"to": "SG"})] * 6 + [("release", {"to": "VN"})]
    assert figures(rows(*acts), 2026).partners == {"release": {"MY": 9, "others": 7}}


def test_no_person_and_no_id_is_in_what_is_published() -> None:
    text = "\n".join(figures(rows(("release", {"to": "MY"}), ("refuse", {"ground": "rights"})), 2026).lines())
    assert "sari" not in text
    assert "indicator--1" not in text
    assert "refused because rights: 1" in text
