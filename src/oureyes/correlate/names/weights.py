"""The weights of `likeness`, in the order of its FEATURES; written by `python -m bench.names.training`."""

from __future__ import annotations

__all__ = ["WEIGHTS"]

WEIGHTS: tuple[float, ...] = (
    -6.0, 2.0, 1.0, 1.5, 3.0, -1.0, -1.5, 1.0, 0.5, 0.5, 0.5,
    0.5, -0.3, 0.2, -0.5, -1.0, 1.0,
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    3.0, 0.5, -0.5, 0.5, 0.5, 0.5, 0.5,
)
