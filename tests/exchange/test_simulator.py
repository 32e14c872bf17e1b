"""Whole federations on bad networks: the invariants hold, and would notice if they did not."""

import pytest
from simulator import Broken, Simulation, Violation

FAULTS = [fault for fault in Broken if fault is not Broken.NOTHING]


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost_doubled_or_leaked(seed):
    Simulation(seed).play()


def test_the_runs_meet_what_they_are_for():
    counts = {}
    for seed in range(8):
        for name, count in Simulation(seed).play().counts.items():
            counts[name] = counts.get(name, 0) + count
    for name in ("crashes", "lost", "duplicates", "replays refused", "junk", "re-addressed", "restored", "recovered"):
        assert counts.get(name, 0) > 0, name


def test_the_same_seed_is_the_same_run():
    first, second = Simulation(5).play(), Simulation(5).play()
    assert (first.now, first.counts) == (second.now, second.counts)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(fault):
    assert any(violated(seed, fault) for seed in range(12))


def violated(seed, fault):
    try:
        Simulation(seed, fault).play()
    except Violation:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_nothing_is_lost_doubled_or_leaked_in_a_thousand_more_runs(block):
    for seed in range(1000 + block * 50, 1050 + block * 50):
        Simulation(seed, statements=40).play()
