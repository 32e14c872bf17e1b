"""Which deleted parts a call asks for, in all the ways MISP clients say it."""

import pytest

from oureyes.interfaces.misp.paths import Call
from oureyes.interfaces.misp.reading import ROUTES, deleted_of


@pytest.mark.parametrize(
    ("body", "named", "found"),
    [
        (None, {}, "0"),
        (None, {"deleted": ("0", "1")}, "01"),
        (None, {"deleted": ("1",)}, "01"),
        ({"deleted": True}, {}, "01"),
        ({"deleted": False}, {}, "0"),
        ({"deleted": [0, 1]}, {}, "01"),
        ({"deleted": [1]}, {}, "1"),
        ({"deleted": "only"}, {}, "1"),
    ],
)
def test_deleted_parts_are_asked_for(body, named, found):
    assert deleted_of(Call("POST", "", "events", "view", (), named, {}, body)) == frozenset(found)


def test_to_read_needs_no_right_to_push_and_to_answer_a_push_does():
    pushing = {name for name, route in ROUTES.items() if not route.reads}
    assert pushing == {("events", "filtereventidsforpush"), ("sightings", "filtersightinguuidsforpush")}
