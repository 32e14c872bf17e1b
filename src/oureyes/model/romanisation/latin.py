"""Latin names: marks off, titles off, patronymic words off, old spelling made new, joined names cut apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from oureyes.model.romanisation.customs import (
    AFTER,
    ARTICLES,
    DEGREES,
    FORM_PHRASES,
    FORMS,
    LEADING,
    LEGAL_FORMS,
    NAMES_TOO,
    OF_A_FORM,
    PARTICLES,
    PATRONYMICS,
    RANKS,
    SAY_A_NAME,
    TITLES,
)

__all__ = ["modern", "name_tokens", "numbers", "organisation_tokens", "plain", "spellings"]

_LETTERS = str.maketrans(
    {
        "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "ng", "æ": "ae", "œ": "oe",
        "þ": "th", "ß": "ss", "ə": "e", "ʻ": "", "ʼ": "", "’": "", "‘": "", "'": "", "`": "", "´": "", "ª": "a",
        "º": "o",
    }
)  # fmt: skip
_SLASHED = re.compile(r"\b[adsw]\s*/\s*[lpo]\b")  # a/l, a/p, s/o, d/o, w/o: son, daughter, wife of
_INITIALS = re.compile(r"\b([^\W\d])\.(?=[^\W\d]\b)")
# Yang, Yam and Hon are family names elsewhere; Mulia is a name of its own.
_STYLES = re.compile(
    r"\b(?:tan|toh) sri\b|\byang (?:di ?pertuan|(?:amat )?(?:berhormat|mulia|arif|berbahagia|bahagia))\b|\bhon\."
    r"|\byam(?=\.? (?:tengku|tunku|tuanku|raja)\b)|\btoh puan(?= [a-z]+ [a-z])"
    r"|\b(?:irjen|komjen|brigjen|kombes|jenderal) pol(?= [a-z])"
)
# Seri and Sri are names but after a Dato or Datuk, and what may follow them is one but before two words more.
_DATO = re.compile(
    r"\b(?:dato|datuk|datok|datin)\.? (?:seri(?= [a-z])|sri(?= [a-z]+ [a-z]))"
    r"(?: (?:panglima|diraja|utama|paduka|setia|wira)(?= [a-z]+ [a-z]))?"
)
_POLICE = re.compile(
    rf"(?:^|(?<=,))\s*((?:(?:{'|'.join(sorted(TITLES))})\b\.?\s*)*)"
    rf"(?:(?:kol|pol)\.|(?:kol|pol)(?=\s(?:{'|'.join(RANKS)})\b))\s*(?:(?:{'|'.join(RANKS)})\b[.\s-]*)*(?=[a-z])"
)
_MARIA = re.compile(r"\bma\.(?=\s+[a-z])")
_FORMED = re.compile("|".join(rf"(?<!\w){re.escape(phrase)}(?!\w)" for phrase in FORM_PHRASES))
_OF_THE = re.compile(r"\bde\s+l(?:a|as|os)\b")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_WORD = re.compile("[a-z]+")
_WORD_OR_NUMBER = re.compile("[a-z]+|[0-9]+")
_DIGIT = re.compile(r"\d")
_COMMA = re.compile(r"^([^,]{1,60}),([^,]{1,80})$")
# The Arabic article, also as it is spoken before d, n, r, s, t, z: ar-Rahman. An and En are names: An Ninh, En-lai.
_ARTICLE = re.compile(r"\b(?:al|el|ul|[ae](d|r|s|t|z|sh|dh|th)(?=.\1)|[ae]n(?=-n))[-\s](?=[a-z]{3})")
# As it is spoken it may also be a syllable: An-Ninh, Ed-die.
_ARTICLE_ONLY = re.compile(r"\b(?:al|el|ul)[-\s](?=[a-z]{3})")
_NO_NAMES = TITLES | PATRONYMICS | PARTICLES | LEADING
_ABDUL = re.compile(r"^abd(?:ul|el|al|ur|ud|us|ush|ul|oel|u)?(?=[a-z]{4})")
_SYLLABLE = "[b-df-hj-np-tv-z]{0,3}[aeiou]{1,3}[b-df-hj-np-tv-z]{0,2}"
_SYLLABLES = re.compile(rf"\b{_SYLLABLE}(?:-{_SYLLABLE})+\b")
_OLD = re.compile("oe|dj|tj|sj|nj|ch(?=[aeiou])")
_TO_NEW = (
    (re.compile("tj"), "c"), (re.compile("dj"), "\1"), (re.compile("sj"), "sy"), (re.compile("nj"), "ny"),
    (re.compile("ch"), "kh"), (re.compile("j"), "y"), (re.compile("\1"), "j"), (re.compile("oe"), "u"),
)  # fmt: skip


def plain(text: str) -> str:
    """Lower case without marks: `Nguyễn` and `nguyen` are one."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)).translate(_LETTERS)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def spellings(name: str) -> tuple[tuple[str, ...], ...]:
    """The token sequences a Latin name may stand for: as written, syllables with a hyphen as one (`En-lai`), with what
    may be an article or a syllable (`An-Ninh`), and in the new spelling of an old one."""
    tokens = name_tokens(name)
    every = [tokens]
    if "-" in name:
        bare = _ARTICLE_ONLY.sub(" ", plain(name))
        every.append(_tokens(_SYLLABLES.sub(lambda found: found[0].replace("-", ""), bare))[1])
    every += [_tokens(name)[1], tuple(modern(token) for token in tokens)]
    return tuple(dict.fromkeys(every))


def name_tokens(name: str) -> tuple[str, ...]:
    """The tokens that are names, family name first where a comma says so; a name is never left without any."""
    return _tokens(name)[0]


@lru_cache(maxsize=1 << 14)
def _tokens(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Without what is an article, and without what is nothing else."""
    text = _OF_THE.sub("dela", _maria(_SLASHED.sub(" ", plain(_CAMEL.sub(" ", name)))))
    bare = _unstyled(text)
    return _read(text, bare, _ARTICLE), _read(text, bare, _ARTICLE_ONLY)


def _read(text: str, bare: str, article: re.Pattern[str]) -> tuple[str, ...]:
    found = _named(bare, article)
    if DEGREES.issuperset(found):  # the styles were the name: Yang Mulia, Tan Sri
        found = _named(text, article)
    return found or tuple(_WORD.findall(text))


def _named(text: str, article: re.Pattern[str]) -> tuple[str, ...]:
    turned = _COMMA.match(text)
    text = f"{turned[1]} {turned[2]}" if turned else text
    words = _WORD.findall(article.sub(" ", text))
    return _kept(words, len(_WORD.findall(article.sub(" ", turned[1]))) if turned else 0)


def _maria(text: str) -> str:
    """`Ma.` before another word, or last of the given names after a comma; after a whole name it is a degree."""
    text = _MARIA.sub("maria", text).rstrip()
    before, comma, last = text.rpartition(",")
    words = last.split()
    if not comma or words[-1:] != ["ma."]:
        return text
    if "," not in before and (len(words) > 1 or len(before.split()) == 1):
        return f"{text[:-3]}maria"
    return before if len(words) == 1 else text


def _unstyled(text: str) -> str:
    if "kol" in text or "pol" in text:  # few names are worth a look at every title
        text = _POLICE.sub(r" \1", text)
    return _STYLES.sub(" ", _DATO.sub(" ", text) if "dat" in text else text)


def _kept(words: list[str], given: int) -> tuple[str, ...]:
    """Without what is no name; a B. that the given names begin with is an initial (`Harahap, B. J.`)."""
    out: list[str] = []
    for place, word in enumerate(words):
        if (given and place == given and word == "b") or not _dropped(word, place, words):
            out += _parted(FORMS.get(word, word))
    return tuple(out)


def _dropped(word: str, place: int, words: list[str]) -> bool:
    last = len(words) - 1
    if word in TITLES or (word in ARTICLES and last) or (word in DEGREES and place > 1):
        return True
    if word in NAMES_TOO:
        return _stands_before(words[:place], words[place + 1 :]) or (word in AFTER and _stands_after(words, place))
    if place == 0:
        return (word in LEADING and last > 0) or (word == "u" and last > 1)  # U: Burmese, before two syllables or more
    return place < last and (word in PATRONYMICS or word in PARTICLES)


def _stands_before(before: list[str], after: list[str]) -> bool:
    """Whether a word is no name there: at the head, before two names or more, none of which says it is one."""
    if not TITLES.issuperset(before) or PATRONYMICS.issuperset(after[:1]) or SAY_A_NAME.intersection(after):
        return False
    return sum(word not in _NO_NAMES for word in after) > 1


def _stands_after(words: list[str], place: int) -> bool:
    return place == len(words) - 1 and sum(word not in _NO_NAMES for word in words[:place]) > 1


def _parted(word: str) -> list[str]:
    """`abdulrahman` is two names written as one."""
    found = _ABDUL.match(word) if word.startswith("abd") and word not in ("abdullah", "abdulla") else None
    return ["abdul", word[found.end() :]] if found else [word]


def modern(token: str) -> str:
    """Indonesian spelling of before 1972 in the new one: tj c, dj j, j y, sj sy, nj ny, ch kh, oe u."""
    if not _OLD.search(token):
        return token
    for old, new in _TO_NEW:
        token = old.sub(new, token)
    return token


@lru_cache(maxsize=1 << 12)
def organisation_tokens(name: str) -> tuple[str, ...]:
    """The words and numbers of an organisation's name without its legal form."""
    text = _INITIALS.sub(r"\1", numbers(plain(name)))
    words = _WORD_OR_NUMBER.findall(_FORMED.sub(" ", text))
    out: list[str] = []
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if word not in LEGAL_FORMS and not (word in OF_A_FORM and after in LEGAL_FORMS):
            out.append(word)
    named = tuple(word for at, word in enumerate(out, 1) if word not in ARTICLES or at == len(out))
    return named or tuple(words) or tuple(_WORD_OR_NUMBER.findall(text))


def numbers(text: str) -> str:
    """The text with the digits of every script (๑, ၁, ١) as 0 to 9."""
    return _DIGIT.sub(lambda found: str(int(found[0])), text)
