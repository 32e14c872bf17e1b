"""The weights of `likeness`, in the order of its FEATURES; written by `python -m bench.names.training`."""

from __future__ import annotations

__all__ = ["WEIGHTS"]

WEIGHTS: tuple[float, ...] = (
    -10.327,  # always
    -3.485,  # namesakes by chance
    0.0,  # doubt in the weakest part
    3.893,  # share of the shorter
    0.969,  # share of the longer
    -0.602,  # marks that differ
    0.0,  # left over beside common parts
    1.009,  # sounds as a whole
    1.847,  # same consonants as a whole
    3.783,  # letters as a whole
    1.095,  # same spelling
    -0.012,  # same parts in another order
    -2.354,  # son and father change places
    1.953,  # initials
    2.2,  # both single
    1.616,  # all parts answered, by sound
    0.0,  # all parts answered
    1.943,  # two scripts
    -0.145,  # Thai
    -0.585,  # Lao
    -1.101,  # Khmer
    -0.774,  # Burmese
    -0.232,  # Arabic script
    -0.914,  # Tamil
    -2.273,  # Chinese
    -2.207,  # one script, not Latin
    0.955,  # path through the characters
    -0.853,  # path in one dialect
    -2.509,  # unread by the path
    0.223,  # longest part
    -1.387,  # parts agreed
    -1.816,  # same sounds
    1.092,  # same letters
)
