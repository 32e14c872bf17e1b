"""Every call that changes anything asks for the right to push."""

from oureyes.interfaces.misp.writing import ROUTES

_ASKED = {("analystdata", "index"), ("analystdata", "indexminimal"), ("analystdata", "view")}


def test_nothing_is_written_without_the_right_to():
    assert {name for name, route in ROUTES.items() if route.reads} == _ASKED
