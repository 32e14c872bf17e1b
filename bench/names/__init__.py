"""(n) Names: who is found among a hundred thousand, at which rate of false alarms, by community; beside rapidfuzz.

Asked with names alone: a real alarm also weighs birth, country and documents. The peer, rapidfuzz, is given our own
candidates and strings without marks, in their script: it cannot read another script, so its zero there says only that.
nomenklatura's logic-v2 needs PyICU, which has no wheel: it is not run, and figures of it from another benchmark are
not put beside ours. What these figures cannot show is in SOURCES.md.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figures import Figure, percentile
from bench.names.asking import Asked, ask, recall_at, sample, threshold
from bench.names.material import Material, Truth, material
from oureyes.correlate.names.index import NameIndex
from oureyes.correlate.names.likeness import likeness, screened

__all__ = ["figures"]

_EACH = 25  # pairs and strangers of a community: a minute in all; the note's figures used 40
_SGMY = "Chinese, SG/MY"


def figures(data: Path) -> Iterator[Figure]:
    """Candidates, recall at one alarm in twenty strangers, cost; then each community, recall beside false alarms."""
    found = material(data)
    truths, strangers = sample(found.test, _EACH), _strangers(found)
    ours = ask(found, truths, strangers, lambda one, other, index: screened(one, other, index.namesakes).logit)
    peer = ask(found, truths, strangers, _rapidfuzz)
    level, theirs = threshold(ours, 0.05), threshold(peer, 0.05)
    cross = [group for group, crossed in ours.cross.items() if crossed]
    latin = [group for group, crossed in ours.cross.items() if not crossed]
    candidates = sum(sum(some) / len(some) for some in ours.found.values()) / len(ours.found)
    yield Figure("names: candidates@100 of 100k", 100 * candidates, "%", aim="≥ 92")
    for name, groups, aim in (
        ("macro", [*cross, *latin], "≥ 75"),
        ("cross-script", cross, "≥ 65"),
        ("Latin", latin, "≥ 85"),
        ("SG/MY Chinese", [_SGMY], "≥ 30"),
    ):
        mine, other = recall_at(ours, level, groups), recall_at(peer, theirs, groups)
        yield Figure(f"names: recall @5 %, {name}", 100 * mine, "%", "rapidfuzz token_sort", 100 * other, aim)
    for lacking in found.missing:
        yield Figure(f"names: {lacking}", 0, "pairs", aim="bench/requirements-names.txt, make setup")
    yield from _cost(found, truths, ours)
    yield from _fairness(ours, level)


def _strangers(found: Material) -> list[tuple[str, str]]:
    by: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for group, name in found.strangers:
        by[group].append((group, name))
    return [one for some in by.values() for one in some[:_EACH]]


def _rapidfuzz(one: str, other: str, index: NameIndex) -> float:
    """The strings as they are, marks off: what a spreadsheet's fuzzy match does, on our candidates."""
    from rapidfuzz.fuzz import token_sort_ratio

    from oureyes.model.romanisation.latin import plain

    return float(token_sort_ratio(plain(one), plain(other)))


def _cost(found: Material, truths: Sequence[Truth], asked: Asked) -> Iterator[Figure]:
    yield Figure("names: index, one name among 100k", sum(asked.index_ms) / len(asked.index_ms), "ms", aim="≤ 1.5")
    yield Figure("names: index, p95", percentile(asked.index_ms, 0.95), "ms")
    yield Figure("names: index and 100 comparisons, p95", percentile(asked.whole_ms, 0.95), "ms")
    started = time.process_time()
    for truth in truths:
        likeness.__wrapped__(truth.left, truth.right)
    yield Figure("names: one comparison", (time.process_time() - started) / len(truths) * 1e3, "ms", aim="≤ 1")


def _fairness(asked: Asked, level: float) -> Iterator[Figure]:
    """Recall, and beside it the share of strangers of the same community who raise an alarm."""
    for group in asked.true:
        strangers = asked.false.get(group, [])
        alarms = 100 * sum(score > level for score in strangers) / max(len(strangers), 1)
        yield Figure(f"names: {group}", 100 * recall_at(asked, level, [group]), "%", "strangers alarmed", alarms)
