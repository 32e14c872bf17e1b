"""Zawgyi, the old encoding of Burmese that uses Unicode's code points for other letters: recognised and converted.

Most Burmese names on public lists are still Zawgyi; unconverted, they match and are found by nothing. The table is
the font's own assignment of code points, as Unicode Technical Note 11 and the Myanmar Computer Federation describe it.
Text that could be either is taken for Unicode, which is what every node writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from oureyes.model.text import strings

__all__ = ["NOTE", "holds_zawgyi", "is_zawgyi", "to_unicode"]

NOTE = "Burmese text in Zawgyi, the old encoding: kept as it came, shown and searched in Unicode"
_BURMESE = re.compile("[\u1000-\u109f]")
_BYTES = re.compile(rb"\xe1[\x80-\x82]|\\u10")
# What Unicode text never has: a vowel sign e or medial ra at the start of a word or after a vowel, signs that only
# Zawgyi assigns (1060–1097 are letters of Shan, Karen and Mon in Unicode), asat where Unicode stacks.
_ROWS = ("\u1000-\u1004", "\u1005-\u100a", "\u100b-\u100f", "\u1010-\u1014", "\u1015-\u1019")
_STACKED = (
    "|".join(f"[{row}]\u1039(?=[{row}])" for row in _ROWS[1:])
    + "|[\u1000-\u1003]\u1039(?=[\u1000-\u1003])|([\u101a-\u1021])\u1039(?=\\1)"
)
_ZAWGYI = (
    (re.compile("(?:^|[^\u1000-\u102a\u103b-\u103e\u1039\u103f\u104e\u1050-\u108f])\u1031"), 2),
    (re.compile("(?:^|[^\u1000-\u1021\u1039])\u103b(?=[\u1000-\u1021])"), 2),
    (re.compile("\u1031\u103b[\u1000-\u1021]"), 3),
    (re.compile("\u1039(?![\u1000-\u1021])"), 3),
    (re.compile("(?:[\u102b-\u1032\u103d\u1004])\u1039"), 3),
    (re.compile("(?<!\u103d\u1014)\u103a[\u102b-\u1032]"), 3),  # but ကျွန်ုပ်, "I", is Unicode
    (re.compile("[\u1060-\u1063\u1065\u1066\u1068-\u106d\u1070-\u107c\u1085\u1087-\u108c]"), 2),
    (re.compile("[\u107e-\u1084\u1064\u1094\u1095\u1033\u1034]"), 2),
    (re.compile(f"(?!{_STACKED})[\u1000-\u1021]\u1039(?=[\u1000-\u1021])"), 2),
)
_UNICODE = (
    (re.compile("[\u1000-\u1021]\u103a(?![\u102b-\u1032])"), 2),  # asat on a consonant
    (
        re.compile("(?<![\u1039\u103a])[\u1000-\u1021][\u103b-\u103e]*\u1031(?![\u1000-\u1021][\u102b\u102c]?\u1039)"),
        1,
    ),  # e after it
    (re.compile("\u102d\u102f[\u1000-\u1021]\u103a"), 2),
    (re.compile(_STACKED), 1),
    (re.compile("[\u102b\u102c]\u103a"), 3),
)

_STACK = {
    0x1060: "က", 0x1061: "ခ", 0x1062: "ဂ", 0x1063: "ဃ", 0x1065: "စ", 0x1066: "ဆ", 0x1067: "ဆ", 0x1068: "ဇ", 0x1069: "ဈ",
    0x106C: "ဋ", 0x106D: "ဌ", 0x1070: "ဏ", 0x1071: "တ", 0x1072: "တ", 0x1073: "ထ", 0x1074: "ထ", 0x1075: "ဒ",
    0x1076: "ဓ", 0x1077: "န", 0x1078: "ပ", 0x1079: "ဖ", 0x107A: "ဗ", 0x107B: "ဘ", 0x107C: "မ", 0x1085: "လ", 0x1093: "ဘ",
}  # fmt: skip
_ONE = {
    0x1039: "\u103a", 0x103A: "\u103b", 0x103B: "\u103c", 0x103C: "\u103d", 0x103D: "\u103e", 0x1033: "\u102f",
    0x1034: "\u1030", 0x105A: "\u102b\u103a", 0x106A: "\u1009", 0x106B: "\u100a", 0x106E: "\u100d\u1039\u100d",
    0x106F: "\u100e\u1039\u100d", 0x107D: "\u103b", 0x107E: "\u103c", 0x107F: "\u103c", 0x1080: "\u103c",
    0x1081: "\u103c", 0x1082: "\u103c", 0x1083: "\u103c", 0x1084: "\u103c", 0x1086: "\u103f", 0x1087: "\u103e",
    0x1088: "\u103e\u102f", 0x1089: "\u103e\u1030", 0x108A: "\u103d\u103e", 0x108B: "\u1064\u102d",
    0x108C: "\u1064\u102e", 0x108D: "\u1064\u1036", 0x108E: "\u102d\u1036", 0x108F: "\u1014", 0x1090: "\u101b",
    0x1091: "\u100f\u1039\u100d", 0x1092: "\u100b\u1039\u100c", 0x1094: "\u1037", 0x1095: "\u1037",
    0x1096: "\u1039\u1010\u103d", 0x1097: "\u100b\u1039\u100b",
}  # fmt: skip
_TABLE = {**_ONE, **{point: "\u1039" + letter for point, letter in _STACK.items()}}
_KINZI = "\u1004\u103a\u1039"
_BASE = "[\u1000-\u102a\u103f\u104e]"
_CLUSTER = re.compile(
    f"(\u1031?)(\u103c?)({_BASE})((?:\u1039[\u1000-\u1021])*)([\u1064\u102b-\u1030\u1032-\u103b\u103d\u103e]*)"
)
# Unicode's order of what follows a consonant (UTN 11 §3): medials y r w h, e, then vowels, anusvara, asat, tones.
_ORDER = {
    sign: place
    for place, sign in enumerate(
        "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u1032\u102f\u1030\u102b\u102c\u1036\u1037\u103a\u1038"
    )
}


def is_zawgyi(text: str) -> bool:
    """Whether Burmese text is rather Zawgyi than Unicode; False for text that holds no Burmese."""
    if text.isascii() or not _BURMESE.search(text):
        return False
    return _weight(_ZAWGYI, text) > _weight(_UNICODE, text)


def holds_zawgyi(content: Mapping[str, Any], raw: bytes) -> bool:
    """Whether any text of an object is in Zawgyi; its bytes tell at once that most hold no Burmese."""
    if (raw.isascii() and b"\\u10" not in raw) or not _BYTES.search(raw):
        return False
    return any(is_zawgyi(text) for text in strings(content))


def to_unicode(text: str) -> str:
    """The text in Unicode's encoding; what is not Zawgyi comes back as it is, so twice is once."""
    if not is_zawgyi(text):
        return text
    moved = text.replace("\u1025\u1039", "\u1009\u103a").translate(_TABLE)
    return _CLUSTER.sub(_ordered, moved)


def _ordered(found: re.Match[str]) -> str:
    """One cluster: what Zawgyi types before the consonant goes behind it, kinzi in front."""
    signs = found[5].replace("\u1064", "")
    kinzi = _KINZI if "\u1064" in found[5] else ""
    behind = sorted(dict.fromkeys(found[2] + found[1] + signs), key=lambda sign: _ORDER.get(sign, 99))
    return kinzi + found[3] + found[4] + "".join(behind)


def _weight(signs: tuple[tuple[re.Pattern[str], int], ...], text: str) -> int:
    return sum(weight * len(pattern.findall(text)) for pattern, weight in signs)
