"""A correction reaches every holder, and is over when each has confirmed it."""

import pytest

from oureyes.oversee.correction import Delivery, Told, holders

AT, CONFIRMED, DUE = "2026-07-01T00:00:00Z", "2026-07-01T00:00:40Z", "2026-07-02T00:00:00.000000Z"


def delivery(sender: str, holder: str, version: str = "v1", confirmed: str = "", object_id: str = "x") -> Delivery:
    return Delivery(object_id, version, sender, holder, "2026-06-01T00:00:00Z", confirmed)


def test_everyone_who_holds_it_is_told_by_the_one_they_had_it_from() -> None:
    told = holders("x", "ID", [delivery("SG", "VN"), delivery("ID", "SG"), delivery("ID", "MY")], AT)
    assert [(each.holder, each.teller, each.due) for each in told] == [
        ("MY", "ID", DUE),
        ("SG", "ID", DUE),
        ("VN", "SG", DUE),
    ]


def test_other_objects_and_other_states_own_deliveries_are_left_alone() -> None:
    told = holders("x", "ID", [delivery("ID", "MY"), delivery("PH", "MY"), delivery("ID", "SG", object_id="y")], AT)
    assert told == [Told("MY", "ID", ("v1",), DUE)]


def test_every_version_held_is_named_and_all_must_be_confirmed() -> None:
    both = [delivery("ID", "MY", "v2", CONFIRMED), delivery("ID", "MY", "v1")]
    assert holders("x", "ID", both, AT) == [Told("MY", "ID", ("v1", "v2"), DUE)]
    done = [delivery("ID", "MY", "v2", CONFIRMED), delivery("ID", "MY", "v1", AT)]
    assert holders("x", "ID", done, AT)[0].confirmed == CONFIRMED


def test_a_circle_ends() -> None:
    told = holders(
        "x", "ID", [delivery("ID", "MY"), delivery("MY", "SG"), delivery("SG", "MY"), delivery("SG", "ID")], AT
    )
    assert [(each.holder, each.teller) for each in told] == [("MY", "ID"), ("SG", "MY")]


@pytest.mark.parametrize(
    ("confirmed", "at", "state"),
    [
        ("", DUE, "waiting"),
        ("", "2026-07-02T00:00:01Z", "overdue"),
        (CONFIRMED, CONFIRMED, "confirmed"),
        (CONFIRMED, AT, "waiting"),
    ],
)
def test_it_is_not_over_until_confirmed(confirmed: str, at: str, state: str) -> None:
    assert Told("MY", "ID", (), DUE, confirmed).state(at) == state
