"""Text that is not what it looks like: bidirectional controls and invisible characters, found and made visible.

Zero-width space and (non-)joiner are ordinary spelling in Thai, Lao, Khmer, Burmese, Jawi and the Indic scripts, and
in emoji; beside such a letter they are left alone. Anywhere else they hide something.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["hidden", "reveal", "strings", "suspicious", "typed_as_one"]

# Unicode TR 36 §2.10 and CVE-2021-42574: controls that reorder or hide; tags; fillers; soft hyphen; BOM inside text.
# Backspace, form feed and delete are left out: terminals are protected from them where text is shown, and what JSON
# writes for them would have to be looked for in every object.
_HIDDEN = re.compile(
    "[\u0000-\u0007\u000b\u000e-\u001f\u0080-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_ESCAPED = re.compile(rb"\\u(?:00[01789a]|034|061|11[56]|180|20[026]|316|f[ef]|db)", re.IGNORECASE)
_JOINERS = "\u200b\u200c\u200d"
_JOINED = re.compile(  # scripts written with joiners or zero-width spaces, and the emoji planes
    "[\u0600-\u06ff\u0750-\u077f\u08a0-\u109f\u1780-\u17ff\u1950-\u1aaf\u1b00-\u1bff\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]"
)
# One sign typed in two ways (tone before or after nikhahit, AE as two E), in Thai and in Lao.
_TYPED = re.compile("([\u0e48-\u0e4b])\u0e4d|([\u0ec8-\u0ecb])\u0ecd|\u0e40\u0e40|\u0ec0\u0ec0")
_AS_ONE = {"\u0e40\u0e40": "\u0e41", "\u0ec0\u0ec0": "\u0ec1"}


def typed_as_one(text: str) -> str:
    """Thai and Lao signs that look the same and are typed in two ways, in one of them."""
    return _TYPED.sub(lambda found: _AS_ONE.get(found[0]) or found[0][::-1], text)


def hidden(text: str) -> tuple[str, ...]:
    """The names of the characters that hide or reorder something, in order, each once."""
    if text.isascii() and text.isprintable():
        return ()
    found = (match[0] for match in _HIDDEN.finditer(text) if not _ordinary(text, match.start()))
    return tuple(dict.fromkeys(_name(character) for character in found))


def suspicious(raw: bytes) -> bool:
    """Whether JSON text may hold such a character, written out or escaped; False is certain, True is not."""
    if b"\\u" in raw and _ESCAPED.search(raw):
        return True
    return not raw.isascii() and _HIDDEN.search(raw.decode("utf-8", "replace")) is not None


def reveal(text: str) -> str:
    """The text with every hiding character written out, as in `invoice⟦U+202E⟧gnp.exe`."""
    return _HIDDEN.sub(
        lambda match: match[0] if _ordinary(text, match.start()) else f"⟦U+{ord(match[0]):04X}⟧",
        text,
    )


def strings(value: object) -> Iterator[str]:
    """Every string in decoded JSON, keys too, without recursion."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            yield inner
        elif isinstance(inner, dict):
            yield from (key for key in inner if isinstance(key, str))
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)


def _ordinary(text: str, at: int) -> bool:
    if text[at] not in _JOINERS:
        return False
    return _JOINED.search(text[max(at - 1, 0) : at + 2]) is not None


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, 'control')}"
