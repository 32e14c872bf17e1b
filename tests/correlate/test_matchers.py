"""What every matcher must keep, whatever it compares."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from edited import both_edited
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paths import ROOT

from oureyes.correlate import MATCHERS, keys_of
from oureyes.model.findings import Key, Match
from oureyes.model.objects import StixObject
from oureyes.model.ports import Example

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


def _blended(matcher, draw):
    """Two objects made of what the matcher's examples say: each property as one or another of them has it, or not at
    all; so that what is accepted for one property meets what is keyed by another."""
    said = [side for example in matcher.EXAMPLES for side in (example.left, example.right)]

    def one(number):
        base = draw(st.sampled_from(said))
        kind = base["type"]
        body = {"type": kind, "id": f"{kind}--00000000-0000-4000-8000-{number:012d}"}
        alike = [side for side in said if side["type"] == kind]
        for name in sorted({name for side in alike for name in side} - {"type", "id"}):
            values = [side[name] for side in alike if name in side]
            if base.get(name) is not None and draw(st.integers(0, 3)):
                body[name] = base[name]
            elif draw(st.booleans()):
                body[name] = draw(st.sampled_from(values))
        return StixObject.make(body)

    return one(1), one(2)


@pytest.mark.parametrize("matcher", MATCHERS, ids=lambda matcher: matcher.NAME)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_whatever_is_blended_of_examples_shares_a_key_where_it_is_accepted_and_reads_alike_from_either_side(
    matcher, data
):
    left, right = _blended(matcher, data.draw)
    met = matcher.compare(left, right)
    if met is not None:
        assert _keys(matcher, left) & _looked_up(matcher, right)
        assert _keys(matcher, right) & _looked_up(matcher, left)
    _alike(met, matcher.compare(right, left))


@pytest.mark.parametrize("matcher", MATCHERS, ids=lambda matcher: matcher.NAME)
def test_whatever_is_written_a_little_differently_and_still_accepted_shares_a_key(matcher):
    """Both sides of what an example says is a match, about something else and each with a letter, a property or a list
    changed. What was accepted is counted: a property that meets no accepted pair cannot fail."""
    accepted = [_accepted_near(matcher, example) for example in matcher.EXAMPLES if example.matches]
    assert min(accepted) > 0
    assert sum(accepted) > 5 * len(accepted)


def _accepted_near(matcher, example):
    """How many different pairs were accepted among those made of the example; each of them holds."""
    accepted = set()

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(both_edited(example.left, example.right))
    def holds(both):
        one, other = map(StixObject.make, both)
        met = matcher.compare(one, other)
        _alike(met, matcher.compare(other, one))
        if met is not None:
            assert _keys(matcher, one) & _looked_up(matcher, other)
            assert _keys(matcher, other) & _looked_up(matcher, one)
            accepted.add((one.raw, other.raw))

    holds()
    return len(accepted)


MAN = {"type": "identity", "id": "identity--00000000-0000-4000-8000-000000000001", "name": "Somchai Thongdi"}


class Careless:
    """Accepts what begins with the same letter, and finds it by its whole spelling."""

    @staticmethod
    def keys(obj):
        return (Key("careless", str(obj.content.get("name"))),)

    @staticmethod
    def compare(left, right):
        one, other = (str(side.content.get("name"))[:1] for side in (left, right))
        return Match(left.id, right.id, "careless", 1.0, "the same letter", one, "name") if one == other else None


def test_a_matcher_that_accepts_what_its_keys_do_not_find_is_noticed():
    with pytest.raises((AssertionError, ExceptionGroup)):
        _accepted_near(Careless, Example(MAN, MAN, True))


@pytest.mark.parametrize(("matcher", "example"), CASES)
def test_compare_says_the_same_from_either_side(matcher, example):
    left, right = _pair(example)
    _alike(matcher.compare(left, right), matcher.compare(right, left))


def _alike(one, other):
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


@pytest.mark.parametrize(("matcher", "example"), CASES)
def test_a_node_asks_the_matcher_for_every_type_that_it_has_keys_for(matcher, example):
    for obj in _pair(example):
        assert set(matcher.keys(obj)) <= set(keys_of(obj))


PLATES = """\"\"\"Both name one vehicle by its plate.\"\"\"

from oureyes.model.findings import Key, Match
from oureyes.model.ports import Example

NAME = "plates"


def keys(obj):
    plate = obj.content.get("x_plate")
    return (Key(NAME, f"plate:{plate}"),) if plate else ()


def compare(left, right):
    plate = left.content.get("x_plate")
    if plate is None or plate != right.content.get("x_plate"):
        return None
    return Match(left.id, right.id, NAME, 0.9, f"both name the plate {plate}", f"plate:{plate}", "plate")


EXAMPLES = ()
"""
STORY = """
import sys
from pathlib import Path
from a_case import an_object
from simulated import deliver, federation, for_

states = federation(Path(sys.argv[1]), ["ID", "MY"], two_person_from="RED")
for state, node in states.items():
    seen = an_object("incident", name=state, x_plate="B 1234 XYZ")
    to = [one for one in states if one != state]
    node.record_objects([seen], by="ayu", marking=for_(*to))
    node.approve(node.propose([seen.id], to, by="ayu").id, by="budi")
deliver(states)
for node in states.values():
    (found,) = node.matches()
    print(found.match.matcher, found.match.reason, len([one for one, *_ in node.inbox() if one.event == "match"]))
    node.close()
"""


def test_adding_a_matcher_touches_one_file_and_one_line(tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    registry = tmp_path / "src/oureyes/correlate/__init__.py"
    (tmp_path / "src/oureyes/correlate/plates.py").write_text(PLATES)
    text = registry.read_text()
    line = re.compile(r"^MATCHERS: tuple\[Matcher, \.\.\.\] = \(\n", re.MULTILINE)
    assert len(line.findall(text)) == 1
    # a name in the tuple, and (as `from … import` has one line for all of them) in its import
    registry.write_text(line.sub(lambda found: f"from oureyes.correlate import plates\n{found[0]}    plates,\n", text))
    path = f"{tmp_path / 'src'}:{ROOT / 'tests'}"
    command = [sys.executable, "-c", STORY, str(tmp_path / "homes")]
    told = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert told.stdout.splitlines() == ["plates both name the plate B 1234 XYZ 1"] * 2, told.stderr


def test_names_are_told_apart():
    assert len({matcher.NAME for matcher in MATCHERS}) == len(MATCHERS)
