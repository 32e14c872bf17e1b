"""Chinese characters in Latin letters, by dialect: Mandarin, Hokkien, Teochew, Cantonese, Hakka.

One man is Chen Weiming in Beijing's spelling, Tan Wee Meng in Singapore's and Chan Wai Ming in Hong Kong's. So a name
is a lattice: each character with its readings in each dialect; a Latin name fits when a path through it sounds so.
Readings come from pypinyin, ToJyutping and taibun; how this region writes them down is ours.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from oureyes.model.romanisation.sounds import skeleton
from oureyes.model.romanisation.surnames import GIVEN_HAKKA, SURNAMES
from oureyes.model.romanisation.wade import wade

__all__ = ["DIALECTS", "Character", "han", "lattice", "simplified"]

DIALECTS = ("mandarin", "hokkien", "teochew", "cantonese", "hakka")
_COMPOUND = frozenset("欧阳 司徒 司马 诸葛 上官 慕容 皇甫 东方 令狐 公孙 夏侯 尉迟 长孙 端木".split())
_MOST = 6  # readings of a character in a dialect; of Mandarin Wade-Giles comes on top
_TONE = re.compile(r"\d")
_JYUTPING = re.compile("(ng(?=[aeiou])|gw|kw|[bpmfdtnlgkhwzcsj]?)(.*)")


@dataclass(frozen=True, slots=True)
class Character:
    """A character and how it is spelled, dialect by dialect, in the order of DIALECTS."""

    character: str
    readings: tuple[tuple[str, ...], ...]


# Each is loaded with the first Chinese name: half a second and about 100 MB in all, which a node without Chinese names
# never pays. None of them may be missing, and none may change an answer unseen: keys are made of the readings.
@lru_cache(maxsize=1)
def _mandarin_library() -> Callable[[str], list[list[str]]]:
    # characters are asked for one by one: its phrases (40 MB) would never be looked at
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, pinyin

    return lambda char: pinyin(char, heteronym=True, style=Style.NORMAL)


@lru_cache(maxsize=1)
def _cantonese_library() -> Callable[[str], list[tuple[str, str | None]]]:
    import ToJyutping

    return cast(Callable[[str], list[tuple[str, str | None]]], ToJyutping.get_jyutping_list)


@lru_cache(maxsize=1)
def _hokkien_library() -> tuple[Mapping[str, list[str]], Mapping[str, str], Mapping[str, str]]:
    """Readings by character; simplified by traditional; traditional by simplified."""
    from taibun.taibun import prons_dict, simp_dict, trad_dict

    return prons_dict, simp_dict, {key: value for key, value in trad_dict.items() if len(key) == 1}


def simplified(text: str) -> str:
    """Traditional characters in their simplified form."""
    table = _hokkien_library()[1]
    return "".join(table.get(char, char) for char in text)


@lru_cache(maxsize=1 << 12)
def lattice(name: str) -> tuple[Character, ...]:
    """Every character of the name with its readings; the first is read as a family name."""
    text = "".join(char for char in simplified(name) if "\u3400" <= char <= "\u9fff")
    family = 2 if text[:2] in _COMPOUND and len(text) > 2 else 1
    return tuple(_character(char, place < family and len(text) > 1) for place, char in enumerate(text))


@lru_cache(maxsize=1 << 12)
def han(name: str) -> tuple[tuple[str, ...], ...]:
    """The whole name in each dialect: family name, then given names; Mandarin writes the given names as one."""
    characters = lattice(name)
    if not characters:
        return ()
    family = 2 if "".join(one.character for one in characters[:2]) in _COMPOUND else 1
    out: list[tuple[str, ...]] = []
    for place, dialect in enumerate(DIALECTS):
        chosen = [[_chosen(one.readings[place], choice) for one in characters] for choice in (0, 1)]
        if dialect == "mandarin":
            chosen += _older(*chosen)
        for spelled in chosen:
            if not all(spelled):
                continue
            given = spelled[family:]
            parts = ["".join(given)] if dialect == "mandarin" and given else given
            out.append(("".join(spelled[:family]), *parts))
    return tuple(dict.fromkeys(out))[:8]


def _older(first: list[str], second: list[str]) -> list[list[str]]:
    """Wade-Giles, where its consonants are those of neither."""
    old = list(map(wade, first))
    heard = [list(map(skeleton, some)) for some in (first, second, old)]
    return [] if heard[2] in heard[:2] else [old]


def _chosen(readings: tuple[str, ...], choice: int) -> str:
    return readings[min(choice, len(readings) - 1)] if readings else ""


@lru_cache(maxsize=1 << 12)
def _character(char: str, family: bool) -> Character:
    prons, _, back = _hokkien_library()
    traditional = back.get(char, char)
    spoken = [reading.replace("v", "u") for reading in _mandarin_library()(char)[0][:3] if reading.isascii()]
    mandarin = [*(form for reading in spoken for form in _pinyin(reading))][:_MOST] + list(map(wade, spoken))
    hokkien = [form for reading in _hokkien_of(traditional, char, prons)[:4] for form in _tailo(reading)]
    heard = [_cantonese_library()(text)[0][1] for text in (traditional, char)]
    cantonese = [form for reading in heard if reading for form in _jyutping(reading)]
    hakka = [GIVEN_HAKKA[char]] if char in GIVEN_HAKKA else []
    teochew: list[str] = list(hokkien)
    if family and char in SURNAMES:
        rows = SURNAMES[char]
        hokkien, teochew = [*rows[0], *hokkien[:1]], [*rows[1], *hokkien[:1]]
        cantonese, hakka = [*rows[2], *cantonese[:1]], list(rows[3])
    readings = (mandarin, hokkien, teochew, cantonese, hakka or mandarin)
    cut = (len(mandarin), *[_MOST] * 4)
    return Character(char, tuple(tuple(dict.fromkeys(some))[:most] for some, most in zip(readings, cut, strict=True)))


def _hokkien_of(traditional: str, char: str, prons: Mapping[str, list[str]]) -> list[str]:
    found = prons.get(traditional) or prons.get(char) or []
    return [form for reading in found for form in reading.split("/")]


def _pinyin(reading: str) -> tuple[str, ...]:
    """Pinyin, and as Taiwan's passports mix it with Wade-Giles."""
    plain = older = reading
    for new, old in (("zh", "ch"), ("x", "hs"), ("q", "ch"), ("z", "ts"), ("r", "j")):
        if plain.startswith(new):
            older = old + plain[len(new) :]
            break
    else:
        older = "ts" + plain[1:] if plain.startswith("c") and not plain.startswith("ch") else plain
    return (plain,) if older == plain else (plain, older)


def _jyutping(reading: str) -> tuple[str, ...]:
    """As the registries of Hong Kong, and of Malaysia, write it: a short a is often a u."""
    plain = _TONE.sub("", reading.split()[0])
    found = _JYUTPING.match(plain)
    initial, final = (found[1], found[2]) if found and found[2] else ("", plain)
    spelled = final
    for old, new in (("eoi", "ui"), ("oe", "eu"), ("eo", "u"), ("yu", "ue"), ("aa", "a")):
        spelled = spelled.replace(old, new)
    spelled = "o" if spelled == "ou" else spelled
    head = {"z": "ch", "c": "ch", "j": "y", "gw": "kw"}.get(initial, initial)
    out = [head + spelled]
    if (len(final) == 2 and final[0] == "a" and final[1] in "nmpt") or final in ("ang", "ak"):
        out.append(head + "u" + spelled[1:])
    if head == "kw" and spelled.startswith("o"):
        out.append("k" + spelled)
    return tuple(out)


def _tailo(reading: str) -> tuple[str, ...]:
    """As registries of Singapore, Penang and Medan write Hokkien: nasals off, b before a nasal an m, u a w."""
    plain = "".join(char for char in unicodedata.normalize("NFD", reading) if char.isascii() and char.isalpha()).lower()
    for old, new in (("tsh", "ch"), ("ts", "ch"), ("nnh", ""), ("nn", ""), ("ing", "eng"), ("ik", "ek")):
        plain = plain.replace(old, new)
    plain = plain.removesuffix("h") if len(plain) > 2 else plain
    out = [plain]
    if plain.startswith("ui"):
        out = ["wee", "ui"]
    elif plain.startswith(("ua", "ue")):
        out = ["w" + plain[1:], plain]
    elif len(plain) > 1 and plain[0] == "i" and plain[1] in "aou":
        out = ["y" + plain[1:], plain]
    elif plain[0] == "b" and plain[-1] in "ng":
        out = ["m" + plain[1:], plain]
    elif plain[0] == "g":
        out = [plain, "n" + plain]
    elif plain == "u":
        out = ["woo", "u"]
    return tuple(out)
