"""Khmer script in Latin letters: consonants of two series, each with its own reading of every vowel sign.

After the common spelling of names (UNGEGN 1972 and the General Department of Identification, simplified): the fold
takes care of the rest. A bare consonant closes the syllable before it, or opens one with the unwritten vowel.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["khmer"]

# letter: (sound, series); the second series is what its unwritten vowel says, `o`.
_FIRST = dict(zip("កខចឆដឋណតថបផសហឡអ", "k kh ch chh d th n t th b ph s h l ".split(" "), strict=True))
_SECOND = dict(zip("គឃងជឈញឌឍទធនពភមយរលវ", "k kh ng ch chh nh d th t th n p ph m y r l v".split(" "), strict=True))
_CONSONANTS = {**{k: (v, 0) for k, v in _FIRST.items()}, **{k: (v, 1) for k, v in _SECOND.items()}}
_VOWELS = {
    "ា": ("a", "ea"), "ិ": ("e", "i"), "ី": ("ei", "i"), "ឹ": ("oe", "eu"), "ឺ": ("eu", "eu"), "ុ": ("o", "u"),
    "ូ": ("ou", "u"), "ួ": ("uo", "uo"), "ើ": ("aeu", "eu"), "ឿ": ("oea", "oea"), "ៀ": ("ie", "ie"), "េ": ("e", "e"),
    "ែ": ("ae", "e"), "ៃ": ("ai", "ey"), "ោ": ("ao", "o"), "ៅ": ("au", "ov"), "ំ": ("om", "um"), "ះ": ("ah", "eah"),
    "ុំ": ("om", "um"), "ាំ": ("am", "oam"), "": ("a", "o"),
}  # fmt: skip
_INDEPENDENT = {
    "ឥ": "e", "ឦ": "ei", "ឧ": "u", "ឩ": "ou", "ឪ": "ov", "ឫ": "rue", "ឬ": "rue", "ឭ": "lue", "ឮ": "lue", "ឯ": "ae",
    "ឰ": "ai",
    "ឱ": "ao", "ឲ": "ao", "ឳ": "au",
}  # fmt: skip
_DROPPED = re.compile("[់័៌៎៏៑៓\u200b-\u200d]")
_SILENT = re.compile("[ក-អ][ិុ]?៍")
_SHORT_END = re.compile("([តដទ])(?:្[តថឋធ])?[ិុ]$")  # Pali endings: `សម្បត្តិ` sambat
_SYLLABLE = re.compile("([ក-អ])((?:្[ក-អ])*)([៉៊]?)((?:ុំ|ាំ|[ា-ៅំះ])?)([៉៊]?)")


@lru_cache(maxsize=1 << 13)
def khmer(word: str) -> tuple[str, ...]:
    """Readings of one Khmer word: the official vowels, and those of the other series."""
    text = _SILENT.sub("", word)
    text = _SHORT_END.sub(r"\1", _DROPPED.sub("", text))
    return tuple(dict.fromkeys(reading for shift in (0, 1) if (reading := _read(text, shift))))


def _read(text: str, shift: int) -> str:
    found = list(_SYLLABLE.finditer(text))
    out, at, closed = "", 0, True
    for place, part in enumerate(found):
        between = "".join(_INDEPENDENT.get(char, "") for char in text[at : part.start()])
        out, closed, at = out + between, closed and not between, part.end()
        letter, below, sign = part[1], part[2], part[4]
        if not sign and not closed and _closes(found, place):
            out, closed = out + _last(_CONSONANTS.get(letter, ("", 0))[0]), True
            if not below or place + 1 == len(found):
                continue
            letter, below = below[1], below[2:]  # what stands below opens the next syllable
        out += _open(letter, below, sign, part[3] + part[5], shift)
        closed = sign[-1:] in ("ំ", "ះ")
    return out + "".join(_INDEPENDENT.get(char, "") for char in text[at:])


def _open(letter: str, below: str, sign: str, shifters: str, shift: int) -> str:
    sound, series = _CONSONANTS.get(letter, ("", 0))
    for under in below[1::2]:
        more, other = _CONSONANTS.get(under, ("", 0))
        sound, series = sound + more, other if letter in "សហអ" else series
    series = 0 if "៉" in shifters else 1 if "៊" in shifters else series
    return sound + _VOWELS[sign][series ^ shift]


def _closes(found: list[re.Match[str]], place: int) -> bool:
    """A bare consonant closes the syllable before it, unless the next one needs it to open with."""
    following = found[place + 1] if place + 1 < len(found) else None
    return following is None or bool(following[4]) or place + 2 < len(found)


def _last(sound: str) -> str:
    return {"d": "t", "b": "p", "chh": "ch", "s": "s"}.get(sound, sound)
