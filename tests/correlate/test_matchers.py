"""What every matcher must keep, whatever it compares."""

from __future__ import annotations

import pytest

from oureyes.correlate import MATCHERS
from oureyes.model.objects import StixObject

CASES = [
    pytest.param(matcher, example, id=f"{matcher.NAME} {at}")
    for matcher in MATCHERS
    for at, example in enumerate(matcher.EXAMPLES)
]


def _pair(example):
    return StixObject.make(example.left), StixObject.make(example.right)


@pytest.mark.parametrize(("matcher", "example"), CASES)
def test_an_example_is_judged_as_it_says(matcher, example):
    left, right = _pair(example)
    assert (matcher.compare(left, right) is not None) == example.matches


def _keys(matcher, obj):
    return {key.value for key in matcher.keys(obj)}


def _looked_up(matcher, obj):
    """What a node asks its store for when the object arrives."""
    return _keys(matcher, obj) | {key.value for key in getattr(matcher, "probes", matcher.keys)(obj)}


@pytest.mark.parametrize(("matcher", "example"), CASES)
def test_what_compare_accepts_shares_a_key(matcher, example):
    left, right = _pair(example)
    if matcher.compare(left, right) is not None:
        assert _keys(matcher, left) & _looked_up(matcher, right)
        assert _keys(matcher, right) & _looked_up(matcher, left)


@pytest.mark.parametrize(("matcher", "example"), CASES)
def test_compare_says_the_same_from_either_side(matcher, example):
    left, right = _pair(example)
    one, other = matcher.compare(left, right), matcher.compare(right, left)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.score, one.reason, one.key, one.kind) == (other.score, other.reason, other.key, other.kind)
        assert (one.left, one.right) == (other.right, other.left)
        assert 0 < one.score <= 1


@pytest.mark.parametrize("matcher", MATCHERS, ids=lambda matcher: matcher.NAME)
def test_a_matcher_explains_itself_and_shows_both_outcomes(matcher):
    assert (matcher.__doc__ or "").strip()
    assert {example.matches for example in matcher.EXAMPLES} == {True, False}
    assert all(key.matcher == matcher.NAME for example in matcher.EXAMPLES for key in matcher.keys(_pair(example)[0]))


def test_names_are_told_apart():
    assert len({matcher.NAME for matcher in MATCHERS}) == len(MATCHERS)
