"""The weights of `likeness`, in the order of its FEATURES; written by `python -m bench.names.training`."""

from __future__ import annotations

__all__ = ["WEIGHTS"]

WEIGHTS: tuple[float, ...] = (
    -11.309,  # always
    -3.595,  # namesakes by chance
    0.0,  # weakest part
    4.311,  # share of the shorter
    0.689,  # share of the longer
    0.0,  # left over, shorter
    0.0,  # left over, longer
    2.704,  # sounds as a whole
    2.029,  # same consonants as a whole
    2.335,  # letters as a whole
    0.873,  # same spelling
    3.513,  # same parts in another order
    -1.726,  # parts change places
    2.424,  # initials
    7.424,  # both single
    0.0,  # one single
    0.0,  # weight agreed
    3.245,  # two scripts
    -1.087,  # Thai
    -1.536,  # Lao
    -2.069,  # Khmer
    -1.881,  # Burmese
    -1.558,  # Arabic script
    -1.769,  # Tamil
    -6.376,  # Chinese
    -8.037,  # one script, not Latin
    4.784,  # path through the characters
    0.303,  # path in one dialect
    0.0,  # unread by the path
    -0.388,  # longest part
    -1.169,  # parts agreed
    -1.011,  # same sounds
    0.986,  # same letters
)
