"""Bodies are read wrapped or bare, and what was done is said as MISP says it."""

import json

import pytest

from oureyes.errors import InvalidObject
from oureyes.interfaces.misp.desk import answer, inner, saved, wrapped
from oureyes.interfaces.misp.paths import Call


@pytest.mark.parametrize("body", [{"Event": {"info": "x"}}, {"info": "x"}])
def test_a_thing_comes_wrapped_or_bare(body):
    assert inner(Call("POST", "", "", "", (), {}, {}, body), "Event") == {"info": "x"}


@pytest.mark.parametrize("body", [None, [], "x", {"Event": []}, 7])
def test_what_is_no_thing_is_refused(body):
    with pytest.raises(InvalidObject):
        inner(Call("POST", "", "", "", (), {}, {}, body), "Event")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ([{"value": 1}, {"Sighting": {"value": 2}}], 2),
        ({"Sighting": {"value": 1}}, 1),
        ({"value": 1}, 1),
        (None, 0),
        ([7], 0),
    ],
)
def test_things_come_in_a_list_or_alone(body, count):
    assert [one["value"] for one in wrapped(body, "Sighting")] == list(range(1, count + 1))


def test_an_answer_is_json_and_says_what_was_saved():
    assert json.loads(saved("done").body)["saved"] is True
    assert answer([], 404, {"X": "y"}).headers == {"X": "y"}
