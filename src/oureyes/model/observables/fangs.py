"""Defanged text back to what it was, for input; and live text made safe to show, for every export to people."""

from __future__ import annotations

import re

__all__ = ["defang", "refang"]

_SCHEME = re.compile(r"\bh(?:xx|XX|Xx|\*\*)p(s?)(?=\W)", re.IGNORECASE)
_FTP = re.compile(r"\bfxp(?=:|\[)", re.IGNORECASE)
_BRACKETED = re.compile(r"(?:[\[({]\s{0,2}){1,8}(\.|dot|://|:|@|at|/)(?:\s{0,2}[\])}]){1,8}", re.IGNORECASE)
_ESCAPED = re.compile(r"\\+\.")
_SHORT, _PASSES = 8192, 8
_WORDS = {"dot": ".", "at": "@"}

_LINK = re.compile(r"\b(h)tt(ps?)(?=://)", re.IGNORECASE)
_DOTTED = re.compile(r"(?<![\w.\[-])(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[\w-]+\.)+[^\W\d_][\w-]*)(?![\w\]])")
_AT = re.compile(r"(?<=[\w.+-])@(?=\w)")


def refang(text: str) -> str:
    """`hxxps://evil[.]test` → `https://evil.test`; until nothing changes, so that doing it twice is doing it once."""
    for _ in range(_PASSES if len(text) > _SHORT else len(text)):  # a long text made to nest must not cost its square
        mended = _refang_once(text)
        if mended == text:
            break
        text = mended
    return text


def defang(text: str) -> str:
    """Links, hosts and addresses in `text` so that no program follows them: `hxxp://evil[.]test`, `a[@]b[.]test`."""
    text = _DOTTED.sub(lambda found: found[0].replace(".", "[.]"), _AT.sub("[@]", text))
    return _LINK.sub(lambda found: f"{found[1]}xx{found[2]}", text)


def _refang_once(text: str) -> str:
    text = _ESCAPED.sub(".", _SCHEME.sub(r"http\1", _FTP.sub("ftp", text)))
    return _BRACKETED.sub(lambda found: _WORDS.get(found[1].lower(), found[1]), text)
