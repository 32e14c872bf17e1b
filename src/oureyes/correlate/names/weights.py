"""The weights of `likeness`, in the order of its FEATURES; written by `python -m bench.names.training`."""

from __future__ import annotations

__all__ = ["WEIGHTS"]

WEIGHTS: tuple[float, ...] = (
    -10.519,  # always
    -3.434,  # namesakes by chance
    0.0,  # doubt in the weakest part
    3.933,  # share of the shorter
    1.308,  # share of the longer
    -0.582,  # marks that differ
    0.0,  # left over beside common parts
    0.632,  # sounds as a whole
    1.814,  # same consonants as a whole
    3.549,  # letters as a whole
    0.957,  # same spelling
    -0.123,  # same parts in another order
    -2.328,  # son and father change places
    1.978,  # initials
    2.206,  # both single
    1.75,  # all parts answered, by sound
    0.0,  # all parts answered
    1.885,  # two scripts
    -0.102,  # Thai
    -0.547,  # Lao
    -1.082,  # Khmer
    -0.736,  # Burmese
    -0.187,  # Arabic script
    -0.862,  # Tamil
    -2.208,  # Chinese
    -2.196,  # one script, not Latin
    1.086,  # path through the characters
    -0.786,  # path in one dialect
    -3.582,  # unread by the path
    0.235,  # longest part
    -1.397,  # parts agreed
    -1.842,  # same sounds
    1.354,  # same letters
)
