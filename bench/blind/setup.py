"""A node's own way from records to a published filter: a million keys, measured on fewer and multiplied.

`OUREYES_BENCH_KEYS=1000000` does the whole million (recording it takes three minutes more, and a gigabyte).
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import psutil

from bench.figures import Figure, cpu_seconds
from bench.nodes import federation
from oureyes.correlate import blind
from oureyes.model.markings import PAP, TLP, Marking, Onward
from oureyes.model.observables import Observable, sco
from oureyes.node import Node, answering, publishing

__all__ = ["answers_to", "figures"]

_MANY, _AT_ONCE = 1_000_000, 5_000


def figures() -> Iterator[Figure]:
    """CPU seconds and MiB, as they would be for a million."""
    count = int(os.environ.get("OUREYES_BENCH_KEYS", "20000"))
    said = f"1 M keys through a node, from {count:,}"
    with tempfile.TemporaryDirectory() as folder:
        states = federation(Path(folder), ("ID", "PH", "SG"))
        holder = states["ID"]
        _record(holder, count)
        answering.allow(holder.ctx, "PH", ["phone"], ["investigation"], 1024, by="a")
        answering.agree(holder.ctx, "PH", by="b")
        with _Memory() as memory:
            first = _published(holder)
        yield Figure(f"{said}: published", first * _MANY / count, "s", aim="≤ 120 on one core")
        yield Figure(f"{said}: memory that takes", memory.grown * _MANY / count / (1 << 20), "MiB")
        yield Figure(f"{said}: published again, nothing new", _published(holder) * _MANY / count, "s")
        (gone,) = [one.object for one in holder.holders("+6281200000001", by="bench")]
        holder.retract([gone], by="bench", reason="misread")
        evaluated, spent = _renewed(holder)
        yield Figure(f"{said}: one record taken out", spent * _MANY / count, "s")
        yield Figure(f"{said}: evaluations that takes", evaluated, "", aim="0")
        for node in states.values():
            node.close()


def answers_to(*members: str) -> Marking:
    """A marking under which nothing leaves, and members may learn hit or no hit."""
    return Marking(
        TLP.RED, PAP.RED, onward=Onward.NONE, purpose="investigation", hit_no_hit=True, answers_to=frozenset(members)
    )


def _record(holder: Node, count: int) -> None:
    marking = answers_to("PH")
    for at in range(0, count, _AT_ONCE):
        some = range(at, min(count, at + _AT_ONCE))
        made = [sco(Observable("phone-number", f"+62812{place:08}")) for place in some]
        holder.record_objects([one for one in made if one], by="bench", marking=marking)


def _published(holder: Node) -> float:
    return cpu_seconds(lambda: publishing.publish(holder.ctx))


def _renewed(holder: Node) -> tuple[int, float]:
    """How many outputs were computed, and the time it took."""
    count, work = 0, blind.evaluate_known

    def counting(key: blind.PrivateKey, value: bytes) -> bytes:
        nonlocal count
        count += 1
        return work(key, value)

    blind.evaluate_known = counting
    try:
        spent = cpu_seconds(lambda: publishing.renew(holder.ctx))
    finally:
        blind.evaluate_known = work
    return count, spent


class _Memory:
    """By how much this process's resident memory grows at its highest while something is done."""

    def __enter__(self) -> _Memory:
        self._done, self._process = threading.Event(), psutil.Process()
        self._before = self._highest = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    @property
    def grown(self) -> int:
        """Bytes."""
        return int(self._highest - self._before)

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._highest = max(self._highest, self._process.memory_info().rss)
