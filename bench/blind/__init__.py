"""Private questions: the function and its filters, set-up through a node, one question to ten partners over real
sockets, what a listener can tell of a hit by the clock, and how many names are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.blind import function, lines, setup, sounds
from bench.figures import Figure

__all__ = ["figures"]


def figures(data: Path) -> Iterator[Figure]:
    """In this order: what is computed, then what nodes make of it."""
    yield from function.figures()
    yield from setup.figures()
    yield from lines.figures()
    yield from sounds.figures(data)
