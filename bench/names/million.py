"""One name among a million: `python -m bench names-million`. It takes two minutes."""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.figures import Figure, percentile
from bench.names.material import material
from oureyes.correlate.names.index import NameIndex, sound_features
from oureyes.model.romanisation import readings

__all__ = ["figures"]

_MIB = 1 << 20
_ASKED = 300


def figures(data: Path) -> Iterator[Figure]:
    """Time to build, memory, milliseconds a question, and how often the other spelling is a candidate."""
    found = material(data, int(os.environ.get("OUREYES_BENCH_NAMES", "1000000")))
    truths = random.Random(3).sample(found.test, min(_ASKED, len(found.test)))
    names = [*found.crowd, *(truth.right if at % 2 else truth.left for at, truth in enumerate(truths))]
    order = list(range(len(names)))
    random.Random(7).shuffle(order)
    for name in names:  # the tables, and what was read and heard last, are the matcher's: there is no index yet
        for tokens in readings(name):
            sound_features(tokens)
    gc.collect()
    before = psutil.Process().memory_info().rss
    index, started = NameIndex(), time.process_time()
    index.add((place, names[place]) for place in order)
    built = time.process_time() - started
    gc.collect()
    held = (psutil.Process().memory_info().rss - before) / _MIB
    many = f"{len(names):,} names"
    yield Figure(f"names: index of {many}, built", built, "cpu-s")
    yield Figure(f"names: index of {many}, memory beside the tables", held, "MiB", aim="≤ 60")
    yield from _asked(index, [(t.left if at % 2 else t.right, len(found.crowd) + at) for at, t in enumerate(truths)])


def _asked(index: NameIndex, questions: list[tuple[str, int]]) -> Iterator[Figure]:
    spent, hits = [], 0
    for query, place in questions:
        started = time.process_time()
        candidates = index.search(query, 300)
        spent.append((time.process_time() - started) * 1e3)
        hits += place in candidates
    yield Figure("names: one name among them, mean", sum(spent) / len(spent), "ms", aim="≤ 15")
    yield Figure("names: one name among them, p95", percentile(spent, 0.95), "ms", aim="≤ 50")
    yield Figure("names: candidates@300 among them", 100 * hits / len(questions), "%", aim="≥ 88")
