"""Words for full text, cut here so that SQLite and PostgreSQL find the same things.

Neither engine can cut Thai, Lao, Khmer, Burmese or Chinese, and they differ on marks, underscores, dots and newer
letters. So both are given tokens already cut, joined by spaces, of the letters a–z and digits alone: FTS5
`unicode61 remove_diacritics 0` and `to_tsvector('simple', …)` leave those as they are, in every locale.

* Latin words lose case and marks: `Nguyễn` and `nguyen` are one token.
* Values are cut at their punctuation and asked for as a phrase, so `evil.example.com` is found whole, by `example`,
  and written `evil[.]example[.]com`.
* Scripts without spaces become overlapping pairs of character clusters (a base with its vowel signs and tone marks),
  and the last cluster alone, so that every cluster begins a token and any piece of a sentence is found.
* A token that begins with a digit is given an `n`: PostgreSQL would read the head of the hash `5e404bfe…` as the
  number 5e404 and cut there.
* A token of another script is written `u` and its UTF-16 in hexadecimal; a prefix of the text stays a prefix.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Any

from oureyes.model.text import typed_as_one
from oureyes.model.zawgyi import to_unicode

__all__ = ["MAX_TEXT", "UNSPACED", "Piece", "Token", "cut", "letters", "plain", "text_of", "tokens"]

MAX_TEXT = 16_000  # characters of one object: PostgreSQL keeps positions up to 16,383
_LONGEST = 128  # a SHA-512; longer runs are cut, in the index and in the question alike

_FOLDED = str.maketrans(
    {
        "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "ng", "æ": "ae", "œ": "oe",
        "þ": "th", "ƒ": "f", "ə": "e", "ک": "ك", "ی": "ي", "ى": "ي", "ـ": "",
    }
)  # fmt: skip
# Marks that a reader leaves out at will: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe00-\ufe2f]"
)
_UNSPACED_RANGES = (
    (0x0E01, 0x0E3A), (0x0E40, 0x0E4E), (0x0E81, 0x0ECF), (0x0EDC, 0x0EDF),  # Thai, Lao
    (0x1000, 0x103F), (0x1050, 0x108F), (0x109A, 0x109D), (0xA9E0, 0xA9EF), (0xA9FA, 0xA9FE), (0xAA60, 0xAA7F),
    (0x1780, 0x17D3), (0x17DC, 0x17DD),  # Khmer
    (0x1950, 0x19DF), (0x1A20, 0x1A7F), (0xA980, 0xA9C0),  # Tai Le, New Tai Lue, Tai Tham, Javanese
    (0x3005, 0x3007), (0x3040, 0x30FA), (0x30FC, 0x30FF), (0x3105, 0x312F), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
UNSPACED = "".join(f"{chr(low)}-{chr(high)}" for low, high in _UNSPACED_RANGES)  # inside of a character class
_MARKS = "".join(
    chr(point)
    for low, high in _UNSPACED_RANGES
    if high < 0x3400
    for point in range(low, high + 1)
    if unicodedata.category(chr(point)) in ("Mn", "Mc")
)
_ASCII = re.compile(f"[a-z0-9]{{1,{_LONGEST}}}")
_RUN = re.compile(f"([a-z0-9]{{1,{_LONGEST}}})|([{UNSPACED}]+)|([^\\x00-\\x7f{UNSPACED}]{{1,30}})")
# Khmer coeng (U+17D2) and Burmese virama (U+1039) stack the next consonant under this one: one cluster.
_CLUSTER = re.compile(f"[^{_MARKS}](?:[\u17d2\u1039][^{_MARKS}]|[{_MARKS}]){{0,8}}|[{_MARKS}]{{1,8}}")
# Signs of English prose that `_folded` would turn into a space one by one.
_TYPOGRAPHIC = "\u2018\u2019\u201c\u201d\u2013\u2014\u2022\u00b7\u00ab\u00bb"


class Piece(StrEnum):
    """What a token is: of an unspaced run, its `pair`s, then its `last` cluster; or a cluster `alone`."""

    WORD = "word"
    PAIR = "pair"
    LAST = "last"
    ALONE = "alone"


Token = tuple[str, Piece]


def tokens(text: str) -> list[str]:
    """The tokens of `text` in order, each of a–z and 0–9 alone."""
    if (quick := plain(text)) is not None:
        return [token if token[0] > "9" else "n" + token for token in _ASCII.findall(quick)]
    return [token for token, _ in _spelled(_folded(text))]


def cut(text: str) -> list[Token]:
    """As `tokens`, and what each is: a question leaves out a last cluster, which its pair already asks for."""
    if (quick := plain(text)) is not None:
        return [(_lettered(token), Piece.WORD) for token in _ASCII.findall(quick)]
    return list(_spelled(_folded(text)))


def plain(text: str) -> str | None:
    """Lower-case ASCII, where typographic signs are all that keeps a text from it: the common case, and a quick one."""
    if not text.isascii():
        for sign in _TYPOGRAPHIC:
            text = text.replace(sign, " ")
    return text.lower() if text.isascii() else None


def letters(text: str) -> str:
    """A whole word of any script as one token."""
    return _ascii(_folded(text))


class _Kinds(dict[int, str]):
    """Fills itself: digits of every script become ASCII, invisible characters go, what is no letter becomes a space."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        category = unicodedata.category(char)
        if category == "Nd":
            self[point] = str(unicodedata.digit(char))
        elif category == "Cf":
            self[point] = ""
        else:
            self[point] = char if category[0] in "LMN" or point < 128 else " "
        return self[point]


_KINDS = _Kinds()


def _folded(text: str) -> str:
    """Compatibility-decomposed, without case, optional marks, invisible characters and other punctuation."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = _DROPPED.sub("", plain).translate(_FOLDED).translate(_KINDS)
    plain = typed_as_one(plain)
    return unicodedata.normalize("NFC", plain)


def _spelled(folded: str) -> Iterator[Token]:
    for found in _RUN.finditer(folded):
        latin, unspaced, other = found.groups()
        if latin:
            yield _lettered(latin), Piece.WORD
        elif unspaced:
            yield from _pairs(_CLUSTER.findall(unspaced))
        else:
            yield _ascii(other), Piece.WORD


def _pairs(clusters: list[str]) -> Iterator[Token]:
    for first, second in pairwise(clusters):
        yield _ascii(first + second), Piece.PAIR
    yield _ascii(clusters[-1]), Piece.LAST if len(clusters) > 1 else Piece.ALONE


def _lettered(token: str) -> str:
    return token if token[0] > "9" else "n" + token


def _ascii(text: str) -> str:
    return "u" + text.encode("utf-16-be", "replace").hex()


# What of an object is worth finding it by. Nested objects (extensions, external references, claims) are walked too.
_NAMED = frozenset(
    [
        "name", "value", "title", "aliases", "x_mitre_aliases", "x_opencti_aliases", "description", "abstract",
        "content", "explanation", "opinion", "objective", "objectives", "goals", "text", "why", "labels", "pattern",
        "external_id", "url", "source_name", "subject", "body", "path", "key", "number", "serial_number", "issuer",
        "user_id", "account_login", "display_name", "account_type", "command_line", "cwd", "product_name", "version",
        "vendor", "roles", "sectors", "contact_information", "statement", "first_name", "last_name", "iban", "bic",
        "account_number", "holder_name", "issuing_country",
    ]
)  # fmt: skip
_WALKED = frozenset(["extensions", "external_references", "hashes", "claims", "measures", "objects", "values"])
_HASHES = "hashes"


def text_of(content: Mapping[str, Any]) -> str:
    """The searchable text of one object, at most `MAX_TEXT` characters; Burmese in Unicode, however it came."""
    out: list[str] = []
    _gather(content, out, 0)
    return "\n".join(map(to_unicode, dict.fromkeys(out)))[:MAX_TEXT]  # a name that is the value too is one text


def _gather(content: Mapping[str, Any], out: list[str], depth: int) -> None:
    for key, value in content.items():
        if key in _NAMED:
            if isinstance(value, str):
                out.append(value)
            elif isinstance(value, list):
                out.extend(item for item in value if isinstance(item, str))
        elif key == _HASHES and isinstance(value, dict):
            out.extend(item for item in value.values() if isinstance(item, str))
        elif depth < 6 and (depth or key in _WALKED):
            if isinstance(value, dict):
                _gather(value, out, depth + 1)
            elif isinstance(value, list):
                for inner in value:
                    if isinstance(inner, dict):
                        _gather(inner, out, depth + 1)
