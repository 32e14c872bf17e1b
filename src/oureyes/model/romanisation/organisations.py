"""An organisation's name without its legal form, in whatever script: `บริษัท ทองดี จำกัด` and `Thongdi Co., Ltd.`"""

from __future__ import annotations

import re
from functools import lru_cache

from oureyes.model.romanisation.customs import ARTICLES, LEGAL_FORMS, NATIVE_FORMS, OF_A_FORM
from oureyes.model.romanisation.latin import numbers, organisation_tokens, plain
from oureyes.model.romanisation.readings import LONGEST, MOST, NONE_BEGINS, combined, script_of
from oureyes.model.zawgyi import to_unicode

__all__ = ["core", "organisation_readings", "says_a_form"]

_SPACED = ("arabic", "tamil")  # scripts in which a form is a word of its own
_HEAD, _END = r"(?:^|(?<=[\s(（]))", r"(?=$|[\s)）.,])"
_LATIN = re.compile("[A-Za-z][A-Za-z.]*")
_NUMBER = re.compile("[0-9]+")
_AROUND = LEGAL_FORMS | ARTICLES | OF_A_FORM

Tokens = tuple[str, ...]


def _forms() -> re.Pattern[str]:
    forms = sorted(map(re.escape, NATIVE_FORMS), key=len, reverse=True)
    words = "|".join(form for form in forms if script_of(form) in _SPACED)
    parts = "|".join(form for form in forms if script_of(form) not in _SPACED)
    return re.compile(f"{_HEAD}(?:ال)?(?:{words}){_END}|{_HEAD}(?:{parts})(?![{NONE_BEGINS}])|(?:{parts}){_END}")


_FORM = _forms()


@lru_cache(maxsize=1 << 12)
def core(name: str) -> str:
    """The name in its own script without the legal form; a name that is nothing else stays whole."""
    if script_of(name) == "latin":
        return " ".join(organisation_tokens(name))
    text = _LATIN.sub(_latin, to_unicode(name[:LONGEST]).strip())
    while (shorter := _FORM.sub(" ", text).strip(" .,()（）")) != text and len(re.findall(r"\w", shorter)) > 1:
        text = shorter
    return text


@lru_cache(maxsize=1 << 12)
def organisation_readings(name: str) -> tuple[Tokens, ...]:
    """What the name without its legal form may be in Latin letters, likeliest first."""
    text = name if script_of(name) == "latin" else numbers(core(name))
    if script_of(text) == "latin":  # บริษัท ABC จำกัด
        tokens = organisation_tokens(text)
        return (tokens,) if tokens else ()
    counted = tuple(_NUMBER.findall(text))
    return tuple(dict.fromkeys((*tokens, *counted) for tokens in combined(_NUMBER.sub(" ", text))))[:MOST]


def says_a_form(name: str) -> bool:
    """Whether a name in another script than Latin says by its form that it is an organisation's."""
    return script_of(name) != "latin" and _FORM.search(to_unicode(name[:LONGEST]).strip()) is not None


def _latin(found: re.Match[str]) -> str:
    return "" if plain(found[0]).replace(".", "") in _AROUND else found[0]
