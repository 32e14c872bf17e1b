"""From a name in any of the region's scripts to the Latin token sequences it may be written as."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice, product

from oureyes.model.romanisation.arabic import arabic
from oureyes.model.romanisation.burmese import burmese
from oureyes.model.romanisation.customs import NATIVE_TITLES
from oureyes.model.romanisation.han import han
from oureyes.model.romanisation.khmer import khmer
from oureyes.model.romanisation.latin import plain, spellings
from oureyes.model.romanisation.tai import lao, thai
from oureyes.model.romanisation.tamil import tamil
from oureyes.model.zawgyi import to_unicode

__all__ = ["LONGEST", "MOST", "NONE_BEGINS", "VERSION", "combined", "readings", "romanise", "script_of"]

VERSION = "names/v3"
MOST = 8
LONGEST = 200  # characters of a name; what is longer is no name

Tokens = tuple[str, ...]

_SCRIPTS = (
    ("thai", "\u0e00-\u0e7f"), ("lao", "\u0e80-\u0eff"), ("khmer", "\u1780-\u17ff"),
    ("burmese", "\u1000-\u109f\uaa60-\uaa7f"), ("tamil", "\u0b80-\u0bff"),
    ("arabic", "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"), ("han",
    "\u3400-\u9fff\uf900-\ufaff"),
)  # fmt: skip
_RUN = re.compile(
    "|".join(f"(?P<{name}>[{letters}\u200b-\u200d]*[{letters}][{letters}\u200b-\u200d]*)" for name, letters in _SCRIPTS)
)
_ANY = re.compile("[" + "".join(letters for _, letters in _SCRIPTS) + "]")
_FIRST = re.compile("|".join(f"(?P<{name}>[{letters}])" for name, letters in _SCRIPTS))
# What cannot begin a name: the letters before it were its beginning, and no title (คุณากร, شيخة).
NONE_BEGINS = (
    "\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebd\u0ec6-\u0ece\u17b4-\u17d3\u102b-\u103e"  # signs of vowels and tones
)
_INSIDE = re.compile(f"[\u0600-\u06ff\u0bbe-\u0bcd{NONE_BEGINS}]")
_TITLES = tuple(sorted(NATIVE_TITLES, key=len, reverse=True))


def script_of(name: str) -> str:
    """The script of the first letters that are not Latin; `latin` where there are none."""
    found = None if name.isascii() else _FIRST.search(name)
    return found.lastgroup or "latin" if found else "latin"


@lru_cache(maxsize=1 << 14)
def readings(name: str) -> tuple[Tokens, ...]:
    """One to eight token sequences, likeliest first; none only for a name without letters."""
    name = name[:LONGEST]
    if name.isascii() or not _ANY.search(name):
        return tuple(tokens for tokens in spellings(name) if tokens)
    spelled = combined(_untitled(to_unicode(name).strip()))
    return tuple(dict.fromkeys(_without_sons(tokens) for tokens in spelled))[:MOST]


def combined(text: str) -> Iterator[Tokens]:
    """What a text in another script may be written as, word by word, likeliest first."""
    han_text = script_of(text) == "han"
    words = [_han(text)] if han_text else [_word(found) for found in re.finditer(r"\S+", text)]
    every = (tuple(token for part in each for token in part) for each in _varied([word for word in words if word]))
    return (tokens for tokens in islice(every, 64) if tokens)


def romanise(name: str) -> tuple[str, ...]:
    """The name in Latin letters: one to eight spellings, likeliest first."""
    return tuple(" ".join(tokens) for tokens in readings(name))


def _varied(words: list[tuple[Tokens, ...]]) -> Iterator[tuple[Tokens, ...]]:
    """Every word's first reading, every word's second, … and then mixed."""
    for place in range(max((len(word) for word in words), default=0)):
        yield tuple(word[min(place, len(word) - 1)] for word in words)
    yield from product(*words)


def _without_sons(tokens: Tokens) -> Tokens:
    return tuple(token for place, token in enumerate(tokens) if token not in ("bin", "binti") or place == 0) or tokens


def _untitled(text: str) -> str:
    for title in _TITLES:
        rest = text[len(title) :]
        if text.startswith(title) and len(rest) > 2 and not _INSIDE.match(rest):
            return rest.lstrip(" .")
    return text


def _word(found: re.Match[str]) -> tuple[Tokens, ...]:
    run = _RUN.search(found[0])
    if run is None:
        return tuple(tokens for tokens in spellings(found[0]) if tokens)
    return _read(run[0], run.lastgroup or "")


def _han(text: str) -> tuple[Tokens, ...]:
    """Characters, and a Latin name beside them (`陈美玲 Josephine`)."""
    latin = " ".join(re.findall(r"[A-Za-z]+", plain(text)))
    beside = spellings(latin)[0] if latin else ()
    return tuple((*tokens, *beside) for tokens in han("".join(re.findall("[\u3400-\u9fff\uf900-\ufaff]", text))))


_READERS: dict[str, Callable[[str], tuple[Tokens, ...]]] = {
    "thai": lambda word: tuple((reading,) for reading in thai(word)),
    "lao": lambda word: tuple((reading,) for reading in lao(word)),
    "khmer": lambda word: tuple((reading,) for reading in khmer(word)),
    "tamil": lambda word: tuple((reading,) for reading in tamil(word)),
    "burmese": burmese,
    "arabic": arabic,
    "han": han,
}


def _read(word: str, script: str) -> tuple[Tokens, ...]:
    return _READERS[script](word)
