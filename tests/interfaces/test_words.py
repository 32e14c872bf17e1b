"""What the words of a marking mean, at the command line and in a request alike."""

import pytest

from oureyes.errors import InvalidObject
from oureyes.interfaces.words import instant, meaning, members
from oureyes.model.markings import TLP, Handling


def test_members_are_read_with_commas_or_spaces_each_once():
    assert members("MY, SG,MY") == ("MY", "SG")
    assert members("") == ()


def test_a_day_is_an_instant_and_anything_else_an_error():
    assert instant("2026-12-31") == "2026-12-31T00:00:00Z"
    with pytest.raises(ValueError, match="a day such as"):
        instant("tomorrow")


def test_every_rule_is_read_as_its_kind():
    assert meaning("tlp", "green") == ("tlp", TLP.GREEN)
    assert meaning("to", "MY,SG") == ("releasable_to", frozenset({"MY", "SG"}))
    assert meaning("handling", "h1") == ("handling", Handling.H1)
    assert meaning("grade", "4x4:b2")[1].text
    with pytest.raises((ValueError, InvalidObject)):
        meaning("onward", "perhaps")
