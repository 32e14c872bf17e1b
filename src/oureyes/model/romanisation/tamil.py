"""Tamil script in Latin letters: one letter stands for several sounds, and where it stands says which.

After ISO 15919, voiced as names of Singapore, Malaysia and Sri Lanka are spelled (Murugan, Selvaraj, Ganesan).
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["tamil"]

_PLAIN = {
    "க": "k", "ங": "ng", "ச": "s", "ஞ": "gn", "ட": "t", "ண": "n", "த": "th", "ந": "n", "ப": "p", "ம": "m", "ய": "y",
    "ர": "r", "ல": "l", "வ": "v", "ழ": "l", "ள": "l", "ற": "r", "ன": "n", "ஜ": "j", "ஷ": "sh", "ஸ": "s", "ஹ": "h",
    "ஶ": "s",
}  # fmt: skip
_BETWEEN = {"க": "g", "ட": "d", "த": "th", "ப": "b", "ச": "s"}
_NASALS = "ஙஞணநமன"
_SIGNS = {
    "ா": "a", "ி": "i", "ீ": "i", "ு": "u", "ூ": "u", "ெ": "e", "ே": "e", "ை": "ai", "ொ": "o", "ோ": "o", "ௌ": "au",
}  # fmt: skip
_VOWELS = {
    "அ": "a", "ஆ": "a", "இ": "i", "ஈ": "i", "உ": "u", "ஊ": "u", "எ": "e", "ஏ": "e", "ஐ": "ai", "ஒ": "o", "ஓ": "o",
    "ஔ": "au",
}  # fmt: skip
_MUTE = "்"


@lru_cache(maxsize=1 << 13)
def tamil(word: str) -> tuple[str, ...]:
    """Readings of one Tamil word: ச as s, ச as ch with ழ as zh."""
    text = word.replace("க்ஷ", "ட்ச").replace("ஃப", "ஹ்ப")
    first, second = _read(text, {}), _read(text, {"ச": "ch", "ழ": "zh"})
    return tuple(dict.fromkeys(reading for reading in (first, second) if reading))


def _read(text: str, other: dict[str, str]) -> str:
    out = ""
    for place, letter in enumerate(text):
        if letter in _VOWELS:
            out += _VOWELS[letter]
        elif letter in _SIGNS:
            out += _SIGNS[letter]
        elif letter in _PLAIN:
            out += _sound(text, place, other)
            after = text[place + 1 : place + 2]
            out += "" if after and (after == _MUTE or after in _SIGNS) else "a"
    return out


def _sound(text: str, place: int, other: dict[str, str]) -> str:
    """Voiced between vowels and after a nasal, hard at the head and when doubled."""
    letter = text[place]
    before = text[place - 1] if place else ""
    if letter == "ச" and place and before == _MUTE and text[place - 2] == "ச":
        return "ch"
    if letter in other:
        return other[letter]
    soft = bool(place) and (before != _MUTE or text[place - 2] in _NASALS)
    doubled = text[place + 1 : place + 3] == _MUTE + letter
    return _BETWEEN[letter] if letter in _BETWEEN and soft and not doubled else _PLAIN[letter]
