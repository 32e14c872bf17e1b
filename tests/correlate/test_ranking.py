"""Rarity moves a match up or down, and out of sight never."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.correlate.ranking import Candidate, choose, rank

_SCORES = st.floats(0.01, 1)
_COUNTS = st.integers(1, 10**7)


@settings(deadline=None)
@given(_SCORES, _COUNTS, _COUNTS)
def test_a_rank_is_above_nothing_and_at_most_the_score(score, holders, total):
    assert 0 < rank(score, holders, total) <= score


@settings(deadline=None)
@given(_SCORES, _COUNTS, _COUNTS, _COUNTS)
def test_what_more_hold_ranks_no_higher(score, holders, more, total):
    assert rank(score, holders + more, total) <= rank(score, holders, total)


@settings(deadline=None)
@given(_SCORES, _SCORES, _COUNTS, _COUNTS)
def test_a_better_score_ranks_no_lower(one, other, holders, total):
    low, high = sorted((one, other))
    assert rank(low, holders, total) <= rank(high, holders, total)


@settings(deadline=None)
@given(_SCORES, _COUNTS, _COUNTS)
def test_what_is_rare_among_more_ranks_no_lower(score, holders, more):
    assert rank(score, holders, holders) <= rank(score, holders, holders + more)


def test_a_value_held_once_keeps_its_score_and_nobody_held_is_no_error():
    assert rank(0.9, 1, 1000) == 0.9
    assert rank(0.9, 0, 0) == 0.9


_CANDIDATES = st.lists(st.builds(Candidate, st.text("ab", max_size=2), st.sampled_from(["ID", "MY", "SG"]), _SCORES))


@settings(deadline=None)
@given(_CANDIDATES, st.integers(-1, 10))
def test_every_origin_has_its_best_in_the_first_turns(candidates, limit):
    chosen = choose(candidates, limit)
    assert len(chosen) == min(max(limit, 0), len(set(candidates)))
    origins = {one.origin for one in candidates}
    if limit >= len(origins):
        assert {one.origin for one in chosen} == origins
    for origin in {one.origin for one in chosen}:
        assert max(one.rank for one in candidates if one.origin == origin) in {one.rank for one in chosen}


@settings(deadline=None)
@given(st.permutations([Candidate(f"x{at}", ("ID", "MY")[at % 2], 0.5) for at in range(6)]))
def test_the_order_of_arrival_does_not_choose(candidates):
    assert choose(candidates, 3) == choose(sorted(candidates, key=lambda one: one.object), 3)
