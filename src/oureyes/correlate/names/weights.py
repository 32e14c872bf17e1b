"""The weights of `likeness`, in the order of its FEATURES; written by `python -m bench.names.training`."""

from __future__ import annotations

__all__ = ["WEIGHTS"]

WEIGHTS: tuple[float, ...] = (
    -11.954,  # always
    -3.395,  # namesakes by chance
    0.0,  # weakest part
    4.376,  # share of the shorter
    0.343,  # share of the longer
    0.0,  # left over, shorter
    0.0,  # left over, longer
    2.63,  # sounds as a whole
    2.165,  # same consonants as a whole
    2.545,  # letters as a whole
    0.615,  # same spelling
    3.167,  # same parts in another order
    -1.83,  # parts change places
    2.007,  # initials
    8.273,  # both single
    0.0,  # one single
    0.0,  # weight agreed
    3.836,  # two scripts
    -1.755,  # Thai
    -2.221,  # Lao
    -2.719,  # Khmer
    -2.614,  # Burmese
    -2.235,  # Arabic script
    -2.152,  # Tamil
    -6.557,  # Chinese
    -8.261,  # one script, not Latin
    4.001,  # path through the characters
    0.171,  # path in one dialect
    0.0,  # unread by the path
    -0.249,  # longest part
    0.585,  # parts agreed
    -1.072,  # same sounds
    1.063,  # same letters
)
