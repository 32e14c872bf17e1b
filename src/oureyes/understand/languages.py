"""Which language a report is in, well enough to take away what its language adds to every text.

Half of the region's languages have a script of their own. The Latin ones are told by their commonest words, and
Vietnamese by its letters. No library is used: those that know Lao, Khmer and Burmese bring models of tens of megabytes,
and here a wrong guess between two near languages costs little.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["NAMES", "language_of"]

NAMES: Mapping[str, str] = {
    "en": "English", "id": "Indonesian", "ms": "Malay", "th": "Thai", "lo": "Lao", "km": "Khmer", "my": "Burmese",
    "vi": "Vietnamese", "tl": "Filipino", "zh": "Chinese", "ta": "Tamil", "pt": "Portuguese", "tet": "Tetum",
    "ar": "Arabic script",
}  # fmt: skip
_SCRIPTS = (
    ("th", "[\u0e00-\u0e7f]"), ("lo", "[\u0e80-\u0eff]"), ("km", "[\u1780-\u17ff]"), ("my", "[\u1000-\u109f]"),
    ("zh", "[\u3400-\u9fff]"), ("ta", "[\u0b80-\u0bff]"), ("ar", "[\u0600-\u06ff\u0750-\u077f]"),
)  # fmt: skip
_SCRIPT = tuple((language, re.compile(letters)) for language, letters in _SCRIPTS)
_LATIN = re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
_VIETNAMESE = re.compile("[đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]")
_WORD = re.compile("[^\\W\\d_]+")
_COMMON: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in was were is that for with by on from a an had who their been which",
        # Indonesian and Malay share most words: beside those, the ones that only one of them uses every day
        "id": "yang dan di dengan untuk dari ke pada oleh karena bahwa tersebut para uang polisi orang adalah tidak"
        " mereka telah akan lewat kelompok seorang petugas mobil sepeda kantor perusahaan daring perempuan bisa",
        "ms": "yang dan di dengan untuk dari ke pada oleh kerana bahawa tersebut wang polis orang ialah tidak mereka"
        " telah akan melalui kumpulan seorang haram kepada dadah suspek boleh pegawai kereta lori bot motosikal wanita"
        " lelaki syarikat pejabat talian waktu ditahan merampas",
        "vi": "là và của các được cho một không người trong những đã bị với tại để",
        "tl": "ang ng mga sa na at ay isang para nang mula kay ni si ito nila kanilang ilang upang may",
        "pt": "de que o a os as e do da em um uma para com não por foi foram num numa seu sua ao dos das",
        "tet": "iha no husi sira ba ne'e ema atu ho ida katak nia hodi labele maka",
    }.items()
}


def language_of(text: str) -> str:
    """The language's code; "" for a text that has no letters of the region, or none of the words known here."""
    counts = {language: len(letters.findall(text)) for language, letters in _SCRIPT}
    counts["latin"] = len(_LATIN.findall(text)) // 2  # a word of a few signs elsewhere has twice as many letters here
    most = max(counts, key=lambda language: counts[language])
    if not counts[most]:
        return ""
    return most if most != "latin" else _latin(text.casefold())


def _latin(text: str) -> str:
    words = _WORD.findall(text)
    known = {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    known["vi"] += len(_VIETNAMESE.findall(text))
    best = max(known, key=lambda language: known[language])
    return best if known[best] else ""
