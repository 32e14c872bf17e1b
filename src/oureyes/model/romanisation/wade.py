"""Wade-Giles, as Taiwan and everybody before 1979 wrote Mandarin; without apostrophes, which registries drop."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["wade"]

_INITIALS = (
    ("zh", "ch"), ("ch", "ch"), ("sh", "sh"), ("b", "p"), ("d", "t"), ("g", "k"), ("j", "ch"), ("q", "ch"),
    ("x", "hs"), ("z", "ts"), ("c", "ts"), ("r", "j"),
)  # fmt: skip
_WHOLE = {
    "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tzu", "si": "ssu", "er": "erh",
    "yi": "i", "you": "yu", "ye": "yeh", "yan": "yen", "yue": "yueh", "yong": "yung", "e": "o", "ge": "ko", "ke": "ko",
    "he": "ho", "guo": "kuo", "kuo": "kuo", "huo": "huo", "shuo": "shuo", "gui": "kuei", "kui": "kuei",
}  # fmt: skip
_FINALS = (("iong", "iung"), ("ong", "ung"), ("ian", "ien"), ("ie", "ieh"), ("ue", "ueh"), ("uo", "o"))


@lru_cache(maxsize=1 << 10)
def wade(pinyin: str) -> str:
    """One syllable: guo kuo, xue hsueh, zhong chung, ren jen."""
    if pinyin in _WHOLE:
        return _WHOLE[pinyin]
    old, new = next((pair for pair in _INITIALS if pinyin.startswith(pair[0])), ("", ""))
    final = pinyin[len(old) :]
    for end, spelled in _FINALS:
        if final.endswith(end):
            return new + final.removesuffix(end) + spelled
    return new + final
