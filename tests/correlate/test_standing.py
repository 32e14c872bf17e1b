"""Patterns that stand."""

import pytest
from a_case import an_indicator, an_object

from oureyes.correlate.standing import Standing, standing, types_of
from oureyes.errors import InvalidObject
from oureyes.model.observables import Observable, sco


def _pattern(text: str) -> dict[str, object]:
    return dict(an_object("indicator", pattern=text, pattern_type="stix").content)


@pytest.mark.parametrize(
    "text",
    ["[url:value LIKE '%/a/%']", "[url:value NOT = 'x']", "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"],
)
def test_what_asks_for_more_than_a_value_stands(text: str) -> None:
    assert standing(_pattern(text))


@pytest.mark.parametrize("text", ["[url:value = 'x']", "[url:value IN ('x', 'y')]", "not a pattern"])
def test_what_asks_for_values_is_found_by_keys(text: str) -> None:
    assert not standing(_pattern(text))


def test_an_object_and_a_value_it_names_are_put_to_the_pattern() -> None:
    patterns = Standing()
    patterns.add("indicator--1", "[url:value LIKE '%/donate/%']")
    assert patterns.met_by(sco(Observable("url", "https://a.example/donate/1")).content) == ["indicator--1"]
    assert patterns.met_by(an_indicator("url:value", "https://a.example/donate/1").content) == ["indicator--1"]
    assert patterns.met_by(sco(Observable("url", "https://a.example/about")).content) == []
    patterns.remove("indicator--1")
    assert not patterns.met_by(sco(Observable("url", "https://a.example/donate/1")).content)


def test_an_expression_that_could_take_for_ever_does_not_stand() -> None:
    with pytest.raises(InvalidObject):
        Standing().add("indicator--1", "[url:value MATCHES '(a+)+$']")


def test_the_types_a_pattern_speaks_of() -> None:
    assert types_of("[url:value LIKE 'a%'] AND [file:name LIKE 'b%']") == {"url", "file"}
