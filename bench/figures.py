"""One line of the bench: our value, a peer's in the same run, and the ratio, which is what travels between machines."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Figure", "cpu_seconds", "percentile", "write"]


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is value over peer_value; `aim` is what the issue asks, in words."""

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    aim: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.peer_value, 4) if self.peer_value else None


def cpu_seconds(work: Callable[[], object], repeat: int = 1) -> float:
    """Least CPU seconds of this process over some runs: what other load on the machine disturbs least."""
    best = float("inf")
    for _ in range(repeat):
        gc.collect()
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` (0–1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def write(found: list[Figure], file: Path) -> None:
    """`{name: {value, unit, peer, peer_value, ratio, aim}}`, for whoever follows the figures."""
    file.parent.mkdir(parents=True, exist_ok=True)
    body = {
        one.name: {
            "value": round(one.value, 4),
            "unit": one.unit,
            "peer": one.peer,
            "peer_value": round(one.peer_value, 4) if one.peer_value is not None else None,
            "ratio": one.ratio,
            "aim": one.aim,
        }
        for one in found
    }
    file.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
