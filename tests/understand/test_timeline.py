"""When things happened, and who says so."""

import pytest

from oureyes.model.objects import StixObject
from oureyes.understand.timeline import Event, Told, span, timeline


def told(origin: str = "ID", kind: str = "indicator", **content: object) -> Told:
    return Told(
        StixObject.make({"type": kind, "id": f"{kind}--00000000-0000-4000-8000-000000000001", **content}), origin
    )


def test_what_happened_is_kept_apart_from_when_it_was_written_down() -> None:
    events = timeline([told(created="2026-03-02T00:00:00Z", first_seen="2026-01-01T00:00:00Z")])
    assert [(event.kind, event.sort) for event in events] == [("seen", "world"), ("written down", "record")]


def test_a_first_and_a_last_are_one_range() -> None:
    (event,) = timeline([told(valid_from="2026-01-01T00:00:00Z", valid_until="2026-02-01T00:00:00Z")])
    assert (event.at, event.until, event.open) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", False)


def test_a_range_whose_end_is_not_said_is_open() -> None:
    (event,) = timeline([told(valid_from="2026-01-01T00:00:00Z")])
    assert event.open


def test_a_sighting_says_what_of_and_how_often() -> None:
    (event,) = timeline([told(kind="sighting", first_seen="2026-01-01T00:00:00Z", count=4, sighting_of_ref="x--1")])
    assert (event.kind, event.count, event.about) == ("sighted", 4, "x--1")


def test_a_vague_date_is_a_range_and_not_certain() -> None:
    (event,) = timeline([told(published="2026-02")])
    assert (event.at, event.until, event.certain) == ("2026-02-01T00:00:00Z", "2026-02-28T23:59:59Z", False)


def test_an_unchanged_object_was_only_written_down() -> None:
    (event,) = timeline([told(created="2026-01-01T00:00:00Z", modified="2026-01-01T00:00:00Z")])
    assert event.kind == "written down"


def test_two_states_that_say_it_are_two_lines_and_one_that_repeats_is_one() -> None:
    same = {"published": "2026-01-01T00:00:00Z"}
    events = timeline([told("MY", **same), told("ID", **same), told("ID", **same)])
    assert [event.said_by for event in events] == ["ID", "MY"]


def test_order_is_by_instant_not_by_text() -> None:
    events = timeline([told("ID", published="2026-01-01T00:00:00.5Z"), told("MY", published="2026-01-01T00:00:00Z")])
    assert [event.said_by for event in events] == ["MY", "ID"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", ("2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z")),
        ("2024-02", ("2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z")),
        ("2024-02-10", ("2024-02-10T00:00:00Z", "2024-02-10T23:59:59Z")),
        ("2024-02-10T01:02:03Z", ("2024-02-10T01:02:03Z", "2024-02-10T01:02:03Z")),
        ("2023-02-29", None),
        ("2024-13", None),
        ("2024-00", None),
        ("2024-01-00", None),
        ("0000", None),
        ("last week", None),
    ],
)
def test_a_date_means_a_span(text: str, expected: tuple[str, str] | None) -> None:
    assert span(text) == expected


def test_what_is_no_date_makes_no_event() -> None:
    assert timeline([told(published="soon", created=7)]) == ()


def test_an_event_is_a_plain_value() -> None:
    (event,) = timeline([told(published="2026-01-01T00:00:00Z")])
    assert event == Event("2026-01-01T00:00:00Z", "", "published", "record", told().object.id, "ID")
