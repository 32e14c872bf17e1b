"""A name written in one script, found by who writes it in another: both are read in Latin letters, and sounds meet.

Every word of a text in Thai, Lao, Khmer, Burmese, Chinese, Tamil or Arabic script is read as `model.romanisation` reads
names, and the sound of each reading (`fold`) is a token of the index beside the word itself, at most `_A_WORD` for each
word and `_MOST` for each object. Whoever asks in Latin letters asks for those; whoever asks in another script asks for
them, for the Latin spellings in any text, and for the sounds of Latin names.

Scripts without spaces need ICU to tell where words end inside a sentence. Without it the names in name fields are
read, and words that stand alone; what it would have found besides is missed, and nothing else changes.

A sound is coarse: what it finds comes after what is spelt as asked, and says what it was found by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from oureyes.model.romanisation import fold, readings, script_of
from oureyes.model.zawgyi import to_unicode
from oureyes.understand.tokens import UNSPACED, text_of, tokens

__all__ = ["LATIN", "NATIVE", "Heard", "Sounds", "heard", "matched", "sounds"]

# Ordinary tokens begin with a letter (`tokens`), so these can be nothing that is typed.
NATIVE, LATIN = "0", "2"
_A_WORD, _MOST, _QUESTIONS, _PLACES = 8, 1_200, 12, 8
_SHORTEST, _LONGEST = 2, 20  # letters of a sound
_ALONE = 6  # characters with their signs, of what may be a word standing alone
_SPACED = "\u0b80-\u0bff\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"  # Tamil, Arabic
_WRITTEN = re.compile(f"[{_SPACED}]+|[{UNSPACED}\u200b-\u200d]+")
_UNSPACED = re.compile(f"[{UNSPACED}\u200b-\u200d]")
_SIGNS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3]")
_VALUE = re.compile(r"[\d_@/\\:]|\.\w")
_NAMED_TYPES = frozenset(("identity", "threat-actor", "person", "x-oureyes-person"))
_NAMES = ("name", "aliases", "x_aliases", "x_mitre_aliases", "x_opencti_aliases", "holder_name")

# All of it must be met, each by one of its spellings: a sound with its mark in front, or a token as it is.
Heard = tuple[tuple[str, ...], ...]
_At = dict[str, list[tuple[int, str]]]


class Sounds:
    """What an object is heard as: for each token of the index, what stands for it in the text, and where in order."""

    def __init__(self) -> None:
        self.at: _At = {}
        self._place = 0

    def add(self, mark: str, read: Iterable[Sequence[str]], surface: str) -> None:
        """The next word with its readings: each part, and two and all of them as one, for Mei Ling is Meiling."""
        self._place += 1
        before = len(self.at)
        for reading in read:
            pairs = (reading[at] + reading[at + 1] for at in range(len(reading) - 1))
            whole = ["".join(reading)] if len(reading) > 2 else []
            for word in (*whole, *reading, *pairs):
                if len(self.at) - before < _A_WORD:
                    self.put(mark, word, surface)

    def put(self, mark: str, word: str, surface: str) -> None:
        """The word just added, or what begins with it, under one more reading."""
        sound = fold(word).lower()
        if _SHORTEST <= len(sound) <= _LONGEST:
            held = self.at.setdefault(mark + sound, [])
            if len(held) < _PLACES and (self._place, surface) not in held:
                held.append((self._place, surface))


def sounds(content: Mapping[str, Any], text: str, cut: Sequence[Sequence[str]] | None) -> Sounds:
    """What an object is heard as. `cut` are the words of its text, where something cuts them."""
    out = Sounds()
    named = content.get("type") in _NAMED_TYPES
    for name in _names(content) if named or not text.isascii() else ():
        if script_of(name) != "latin":
            out.add(NATIVE, readings(name), name)
        elif named:
            out.add(LATIN, readings(name), name)
    if not text.isascii():
        for run in _runs(text, cut):
            if len(out.at) >= _MOST:
                break
            _of_run(out, run)
    return out


def _names(content: Mapping[str, Any]) -> Iterator[str]:
    for field in _NAMES:
        value = content.get(field)
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, str) and one:
                yield to_unicode(one)


def _runs(text: str, cut: Sequence[Sequence[str]] | None) -> Iterator[Sequence[str]]:
    """Words that follow each other without a space; one for a script that has spaces."""
    if cut is not None:
        yield from cut
    for found in _WRITTEN.finditer(text):
        spaced = not _UNSPACED.match(found[0])
        if spaced or (cut is None and len(_SIGNS.sub("", found[0])) <= _ALONE):
            yield (found[0],)


def _of_run(out: Sounds, run: Sequence[str]) -> None:
    """Each word, and two and three together: dictionaries cut ทองดี into gold and good."""
    read = [readings(word) for word in run]
    joined = [["".join(reading) for reading in each[:2]] or [""] for each in read]
    for at, word in enumerate(run):
        out.add(NATIVE, read[at], word)
        for length, ways in ((2, 2), (3, 1)):
            parts = joined[at : at + length]
            if len(parts) == length and all(part[0] for part in parts):
                for way in range(ways):
                    together = "".join(part[min(way, len(part) - 1)] for part in parts)
                    out.put(NATIVE, together, "".join(run[at : at + length]))


def heard(text: str) -> tuple[Heard, ...]:
    """What words that are asked for may be heard as; none for a value, or for what is too short to be told apart."""
    if _VALUE.search(text):
        return ()
    native = script_of(text) != "latin"
    out: dict[Heard, None] = {}
    for reading in readings(text):
        for words in ({reading: None, (reading[0], "".join(reading[1:])): None}) if native else {reading: None}:
            each = tuple(_spellings(word, native) for word in words if word)
            if each and all(each):
                out[each] = None
    return tuple(out)[:_QUESTIONS]


def _spellings(word: str, native: bool) -> tuple[str, ...]:
    sound = fold(word).lower()
    if not word.isascii() or not word.isalpha():
        return ()
    if len(sound) < _SHORTEST:
        return (word,) if native else ()
    return (NATIVE + sound, LATIN + sound, word) if native else (NATIVE + sound,)


def matched(content: Mapping[str, Any], asked: Iterable[Sequence[Heard]], cut: Sequence[Sequence[str]] | None) -> str:
    """What in an object answers to what was asked by ear, as it is written there: of several, what stands together."""
    text = text_of(content)
    known = {**_latin(text), **sounds(content, text, cut).at}
    answers = [met for alternatives in asked for met in _first_met(known, alternatives)]
    if not answers:
        return ""
    anchor = min(answers, key=len)[0][0]
    chosen = sorted(min(each, key=lambda one: abs(one[0] - anchor)) for each in answers)
    return ", ".join(dict.fromkeys(surface for _, surface in chosen))


def _first_met(known: _At, alternatives: Sequence[Heard]) -> list[list[tuple[int, str]]]:
    """Of each part of the first alternative that is met in all its parts: everything that meets it."""
    for each in alternatives:
        met = [[one for spelling in spellings for one in known.get(spelling, ())] for spellings in each]
        if all(met):
            return met
    return []


def _latin(text: str) -> _At:
    out: _At = {}
    for place, word in enumerate(re.findall(r"[^\W\d_]+", text)):
        for token in tokens(word) if script_of(word) == "latin" else ():
            out.setdefault(token, []).append((place, word))
    return out
