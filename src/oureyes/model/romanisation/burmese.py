"""Burmese script in Latin letters, a syllable a token: names are written so (`အောင်ဝင်းဇော်` aung win zaw).

After the customary spelling of personal names (which is nobody's standard) as passports write it; Zawgyi text is
turned into Unicode first (`model.zawgyi`).
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["burmese"]

_CONSONANTS = dict(
    zip(
        "ကခဂဃငစဆဇဈဉညဋဌဍဎဏတထဒဓနပဖဗဘမယရလဝသဟဠအဿ",
        "k kh g g ng s s z z ny ny t ht d d n t ht d d n p ph b b m y y l w th h l  th".split(" "),
        strict=True,
    )
)
_RHYMES = {
    "": "a", "ာ": "a", "ါ": "a", "ိ": "i", "ီ": "i", "ု": "u", "ူ": "u", "ေ": "ay", "ဲ": "e", "ော": "aw", "ေါ": "aw",
    "ော်": "aw", "ေါ်": "aw", "ို": "o", "ံ": "an", "ုံ": "on", "ိံ": "ein", "က်": "et", "င်": "in", "စ်": "it", "ည်": "i",
    "ဉ်": "in", "တ်": "at", "န်": "an", "ပ်": "at", "မ်": "an", "ယ်": "e", "ိတ်": "eik", "ိပ်": "eik", "ိန်": "ein", "ိမ်": "ein",
    "ုတ်": "ok", "ုပ်": "ok", "ုန်": "on", "ုမ်": "on", "ုဏ်": "on", "ောက်": "auk", "ောင်": "aung", "ေါင်": "aung", "ေါက်": "auk",
    "ိုက်": "aik", "ိုင်": "aing", "ဏ်": "an", "ိဏ်": "ein", "ာဏ်": "an", "ာန်": "an", "ိုလ်": "o", "ိုရ်": "o", "ာယ်": "e", "ေ့": "ay",
    "သ်": "at", "ဋ်": "at", "ဒ်": "at", "ဂ်": "et", "ရ်": "", "လ်": "al", "ှ်": "", "ိစ်": "ik", "ုဒ်": "ok", "ုဂ်": "ok",
    "ေသ်": "eit", "ေတ်": "eit",
}  # fmt: skip
_AFTER_W = {
    "က်": "wet", "င်": "win", "တ်": "ut", "န်": "un", "ပ်": "ut", "ဋ်": "ut", "မ်": "un", "ယ်": "we", "ံ": "un", "ာ": "wa",
    "ါ": "wa",
}  # fmt: skip
_INDEPENDENT = {"ဣ": "i", "ဤ": "i", "ဥ": "u", "ဦ": "u", "ဧ": "ay", "ဩ": "aw", "ဪ": "aw", "၏": "i", "ဥူ": "u"}
_KINZI = re.compile("င်္")
_STACKED = re.compile("(?<=[က-အ])္(?=[က-အ])")
_SYLLABLE = re.compile("([က-အဿ])([ျြွှ]*)([ေ]?[ိီုူဲာါံ]*)(်?)([့း]*)((?:[က-အ][့း]?်[့း]*)?)|([ဣ-ဪ၏])((?:[က-အ][့း]?်)?)")
_WEAK_Y = {"kh": "ch", "k": "ky", "g": "gy", "p": "py", "ph": "phy", "b": "by", "m": "my", "l": "ly", "": "y"}


@lru_cache(maxsize=1 << 13)
def burmese(word: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of a Burmese name: as names are spelled, and as the creaky tone and ch are sometimes heard."""
    text = _STACKED.sub("်", _KINZI.sub("င်", word.replace("ဥ်", "ဉ်").replace("့်", "့်")))
    syllables = [reading for part in _SYLLABLE.finditer(text) if (reading := _syllable(part))]
    if not syllables:
        return ()
    first = tuple(syllable for syllable, _ in syllables)
    second = tuple(other for _, other in syllables)
    return (first,) if first == second else (first, second)


def _syllable(part: re.Match[str]) -> tuple[str, str]:
    if part[7]:
        vowel = _INDEPENDENT.get(part[7], "u")
        closing = "n" if part[8][:1] in ("န", "မ", "ဏ", "ဉ", "င") and part[8] else "k" if part[8] else ""
        return ("on", "ohn") if vowel == "u" and closing == "n" else (vowel + closing, vowel + closing)
    sound, other = _onset(part[1], part[2])
    creaky = "့" in (part[5] + part[6])
    last = re.sub("[့း]", "", part[6])
    vowels = part[3] + (part[4] if not last else "") + last
    rhyme = _rhyme(vowels, "ွ" in part[2])
    varied = _varied(rhyme, creaky)
    return sound + (rhyme + "t" if creaky and rhyme.endswith("n") else rhyme), other + varied


def _rhyme(vowels: str, wide: bool) -> str:
    if wide and vowels in _AFTER_W:
        return _AFTER_W[vowels]
    found = _RHYMES.get(vowels)
    if found is None:
        found = _RHYMES.get(vowels[:-2], "a") if vowels.endswith("်") else _RHYMES.get(vowels[:1], "a")
    return "w" + found if wide else found


def _varied(rhyme: str, creaky: bool) -> str:
    if creaky and rhyme.endswith("n"):
        return rhyme
    return {
        "un": "on",
        "wun": "un",
        "on": "one",
        "ok": "oke",
        "i": "ee",
        "u": "oo",
        "e": "ei",
        "o": "oe",
        "ay": "e",
    }.get(rhyme, rhyme)


def _onset(letter: str, medials: str) -> tuple[str, str]:
    sound = _CONSONANTS.get(letter, "")
    if "ျ" in medials or "ြ" in medials:
        sound = _WEAK_Y.get(sound, sound + "y")
    if letter == "သ" and "ျ" in medials:
        sound = "sh"
    if "ှ" in medials:
        sound = "sh" if sound in ("y", "ly") else "h" + sound
    other = {"ch": "khy", "ky": "ki", "ph": "hp", "phy": "hpy", "s": "hs", "y": "r"}.get(sound, sound)
    return sound, other if letter in "ရ" or sound != "y" else sound
