"""A film as its frames, in the forms vPDQ has had: all of them are read, and the newest is written.

    a JSON list of `hash,quality,seconds` (threatexchange's `vpdq` since 2023; this one is written)
    a JSON list of {"hash": …, "quality": …, "timestamp": …}, or the same under frame numbers (before)
    lines `frame,quality,hash,seconds`, or one line of them with `;` between (the vPDQ tools)

Seconds are written as they are held: a float of Python's, so that nothing is rounded on the way there and back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from oureyes.model.mediahashes import LATEST, MOST_FRAMES, Film, Frame, pdq
from oureyes.record.opening import JSON_ERRORS

__all__ = ["as_text", "film", "frame", "name_of"]

_HASHES, _SECONDS = ("hash", "pdq_hash", "hex", "pdq"), ("timestamp", "second")


def film(text: str) -> Film | None:
    """The film of a vPDQ value; None when one of its frames is none, or there are none or too many."""
    listed = _listed(text.strip())
    frames = [_frame(one) for one in listed[: MOST_FRAMES + 1]]
    good = [one for one in frames if one is not None]
    return Film(tuple(good)) if 0 < len(good) == len(listed) <= MOST_FRAMES else None


def _listed(text: str) -> Sequence[Any]:
    if text[:1] not in ("[", "{"):
        return [one for one in text.replace("\n", ";").split(";") if one.strip()]
    try:
        found = msgspec.json.decode(text)
    except JSON_ERRORS:
        return ()
    if isinstance(found, dict):
        return [found[number] for number in sorted(found, key=int)] if all(map(_is_number, found)) else ()
    return found if isinstance(found, list) else ()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8


def _frame(one: object) -> Frame | None:
    if isinstance(one, Mapping):
        said = [next((one[name] for name in names if name in one), None) for names in (_HASHES, _SECONDS)]
        return _checked(said[0], one.get("quality"), said[1])
    return frame(one) if isinstance(one, str) else None


def frame(line: str) -> Frame | None:
    """The frame of a line `frame,quality,hash,seconds` or `hash,quality,seconds`; None when it is neither."""
    parts = [one.strip() for one in line.split(",")]
    if len(parts) == 4 and _is_number(parts[0]):
        return _checked(parts[2], parts[1], parts[3])
    return _checked(*parts) if len(parts) == 3 else None


def _checked(hash_: object, quality: object, second: object) -> Frame | None:
    try:
        good, at = int(str(quality)), float(str(second))
    except ValueError:
        return None
    if not isinstance(hash_, str) or pdq(hash_) is None or not 0 <= good <= 100 or not 0 <= at < LATEST:
        return None
    return Frame(hash_.strip().lower(), good, at)


def as_text(frames: Sequence[Frame]) -> str:
    """The frames as threatexchange's `vpdq` reads them."""
    return msgspec.json.encode([f"{one.hash},{one.quality},{one.second!r}" for one in frames]).decode()


def name_of(frames: Sequence[Frame]) -> str:
    """A film known by its frames alone is named after them."""
    return hashlib.sha256("".join(one.hash for one in frames).encode()).hexdigest()
