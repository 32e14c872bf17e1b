"""Both say nearly the same words: a post copied, shortened, or given another name and link.

Texts are cut into pieces that overlap: three words where the script puts spaces between them, four letters where it
does not (Thai, Lao, Khmer, Burmese; three for Chinese and Japanese). Spaces and invisible breaks inside such a script,
which a copy gains or loses, make no difference there, nor does Burmese in Zawgyi. The share of pieces that both have
decides: half of them at least. Names, links and numbers in a copied text are often changed, so links and numbers are
left out. It finds copies in one language, not translations, and nothing is said of texts with fewer than forty letters.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

from oureyes.model.findings import Key, Match
from oureyes.model.objects import StixObject
from oureyes.model.ports import Example
from oureyes.model.text import typed_as_one
from oureyes.model.zawgyi import to_unicode

__all__ = ["EXAMPLES", "NAME", "PARTIAL", "TYPES", "compare", "keys", "likeness", "shingles"]

NAME = "wording"
PARTIAL = True  # a band is a part of the sketch of a text

# MinHash (Broder, 1997): 21 bands of 3 find 99 % of pairs that share 6 of 10 pieces, 94 % of those that share half.
_BANDS, _ROWS = 21, 3
_LEAST, _LETTERS, _LONGEST = 0.5, 40, 200_000
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "note": ("content",),
    "report": ("description",),
    "media-content": ("content", "title"),
    "x-post": ("content", "text"),
    "x-oureyes-post": ("content", "text"),
}
TYPES = frozenset(_TEXTS)
_RUN = re.compile(r"\S+")  # links are looked for run by run: one pattern for all took a text without spaces squared
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f]")  # no spaces between words
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_BREAK = re.compile(f"(?<=[{_UNSPACED}])[\\s\u200b-\u200d\u2060\ufeff]+(?=[{_UNSPACED}])")

# A word with its vowel signs and joiners; marks are letters here (Thai vowels are of category Mn).
_LETTER = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
    "|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f]+"
    "|(?:[^\\W\\d_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
    "|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0b82-\u0bcd\u200c\u200d])+"
)


def keys(obj: StixObject) -> Iterable[Key]:
    fields = _TEXTS.get(obj.content["type"])
    if fields is None:
        return ()
    return tuple(Key(NAME, band, "wording") for band in _bands(_text(obj, fields)))


def compare(left: StixObject, right: StixObject) -> Match | None:
    """How much of the wording both share; only of texts whose sketches meet, so that what is accepted is found."""
    texts = [_text(one, _TEXTS.get(str(one.content["type"]), ())) for one in (left, right)]
    if not set(_bands(texts[0])) & set(_bands(texts[1])):
        return None
    alike = likeness(*texts)
    if alike < _LEAST:
        return None
    reason = f"{alike:.0%} of the wording is the same" if alike < 1 else "the wording is the same"
    key = "wording:" + "|".join(sorted(_name(text) for text in texts))
    return Match(left.id, right.id, NAME, round(0.5 + 0.4 * alike, 3), reason, key, "wording")


def likeness(left: str, right: str) -> float:
    """The share of pieces that both texts have (Jaccard)."""
    one, other = shingles(left), shingles(right)
    return len(one & other) / len(one | other) if one and other else 0.0


@lru_cache(maxsize=2048)
def shingles(text: str) -> frozenset[str]:
    """The pieces of a text; none for one that is too short to be told from others."""
    plain = _plain(text[:_LONGEST])
    runs = [run for found in _words(plain) for run in found]
    if sum(len(run) for run in runs) < _LETTERS:
        return frozenset()
    return frozenset(_pieces(_words(plain)))


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", to_unicode(_RUN.sub(_without_links, text))).casefold()
    plain = typed_as_one(plain)
    return _BREAK.sub("", plain)


def _without_links(run: re.Match[str]) -> str:
    """Addresses of pages and mailboxes differ from copy to copy."""
    word = run[0]
    if "://" in word or "." in word.partition("@")[2]:
        return " "
    return word.partition("www.")[0] if "www." in word else word


def _words(plain: str) -> Iterator[list[str]]:
    """Runs of words that belong together: between them the script changes its way of writing."""
    run: list[str] = []
    for found in _LETTER.findall(plain):
        dense = bool(_DENSE.match(found) or _HAN.match(found))
        if dense:
            if run:
                yield run
            run = []
            yield [found]
        else:
            run.append(found)
    if run:
        yield run


def _pieces(runs: Iterable[list[str]]) -> Iterator[str]:
    for run in runs:
        if len(run) == 1 and (_DENSE.match(run[0]) or _HAN.match(run[0])):
            size = 3 if _HAN.match(run[0]) else 4
            yield from (run[0][at : at + size] for at in range(max(1, len(run[0]) - size + 1)))
        else:
            yield from (" ".join(run[at : at + 3]) for at in range(max(1, len(run) - 2)))


@lru_cache(maxsize=2048)
def _bands(text: str) -> tuple[str, ...]:
    pieces = shingles(text)
    if not pieces:
        return ()
    least = [min(column) for column in zip(*map(_hashes, pieces), strict=True)]
    bands = (least[at : at + _ROWS] for at in range(0, _BANDS * _ROWS, _ROWS))
    return tuple(f"wording:{at:x}:{_digest(repr(band))}" for at, band in enumerate(bands))


def _hashes(piece: str) -> tuple[int, ...]:
    """63 hash functions at once: four salted digests of sixteen words."""
    raw = piece.encode()
    whole = b"".join(blake2b(raw, salt=bytes([salt])).digest() for salt in range(4))
    return struct.unpack("<64I", whole)[: _BANDS * _ROWS]


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _text(obj: StixObject, fields: Sequence[str]) -> str:
    found = (obj.content.get(name) for name in fields)
    return "\n".join(one for one in found if isinstance(one, str))


def _name(text: str) -> str:
    return _digest("\n".join(sorted(shingles(text))))


def _note(text: str) -> dict[str, object]:
    return {"type": "note", "id": "note--00000000-0000-4000-8000-000000000001", "content": text}


_CALL = (
    "Brothers, the families of our martyrs are in need. Send what you can to the relief fund before Friday, and share "
    "this message with everybody you trust: {} Contact the treasurer for the address of the wallet."
)
_THAI = "พี่น้องทั้งหลาย ครอบครัวของพวกเราต้องการความช่วยเหลือ โปรดส่งเงินบริจาคเข้ากองทุนก่อนวันศุกร์ {}"
EXAMPLES: Sequence[Example] = (
    Example(_note(_CALL.format("https://a.example/1")), _note(_CALL.format("t.me/other and see www.b.example")), True),
    Example(_note(_THAI.format("และแชร์ข้อความนี้")), _note(_THAI.format("แล้วบอกต่อ")), True),
    Example(_note(_CALL), _note("The weather in the north is expected to be dry. Farmers should water early."), False),
    Example(_note("short text"), _note("short text"), False),
)
