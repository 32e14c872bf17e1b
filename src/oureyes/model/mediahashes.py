"""Hashes that stay alike when a picture, film or document is changed a little: PDQ, vPDQ and TLSH, as plain numbers.

PDQ (Meta, 2019) says of 16 × 16 low frequencies of a picture which lie above the median. A mirrored picture has the
same frequencies with the sign of every other column turned round, a picture on its side has rows and columns
exchanged. So the eight flips and turns of a picture follow from its hash alone, within a few bits (2 to 14 of 256
where it was measured), and a hash from a list whose picture nobody has finds the mirrored re-upload too. They form a
group and keep distances: left against right is right against left.

To find every hash within 31 bits exactly: of 16 rows one differs in at most one bit (31 < 2 · 16). A row is stored in
the least of the four forms a flip gives it, so the same row of a mirrored picture is the same row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oureyes.model.identifiers import observable_id
from oureyes.model.objects import EXTENSIONS, StixObject

__all__ = [
    "DOCUMENT_NEAR",
    "LATEST",
    "LEAST_QUALITY",
    "MOST_FRAMES",
    "NEAR",
    "TURNS",
    "Film",
    "Frame",
    "Picture",
    "Seen",
    "canonical",
    "document_distance",
    "eight",
    "flipped_once",
    "frames_of",
    "media_object",
    "nearest",
    "no_frames",
    "pdq",
    "pdq_text",
    "quality_of",
    "rows",
    "scenes",
    "seen",
    "tlsh",
    "transposed",
]

NEAR = 31  # bits of 256: Meta's own threshold, and what the exact search below is built for
LEAST_QUALITY = 50  # PDQ's: below it a picture has too little in it to be told from others
DOCUMENT_NEAR = 30  # of TLSH's distance: 1 false alarm in 50,000 pairs (Oliver and others, 2013)
MOST_FRAMES = 100_000  # of one film: a day of them
LATEST = 1e9  # seconds into a film: no film is of thirty years, and JSON has numbers that no float can hold
_SCENES = 32  # of one film at the most
_SIDE = 16
_FULL = (1 << 256) - 1
_ODD_COLUMNS = int("5555" * _SIDE, 16)
_ODD_ROWS = int("0000ffff" * (_SIDE // 2), 16)
# How the second picture lies to the first, in the order of `eight`; an element and its inverse share a word.
TURNS = (
    "", "mirrored", "mirrored", "upside down",
    "mirrored and turned", "turned by a quarter", "turned by a quarter", "mirrored and turned",
)  # fmt: skip
_HEX = re.compile(r"[0-9a-f]{64}")
_TLSH = re.compile(r"(?:T1)?([0-9A-F]{70})")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its hash, and the hash of what lies inside its plain border, if it has one. Of a hash from a list
    nobody may say the quality."""

    hash: str
    quality: int | None
    inner: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a film: vPDQ is the PDQ of one frame a second."""

    hash: str
    quality: int
    second: float


@dataclass(frozen=True, slots=True)
class Film:
    """Frames in the order of time."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A hash that matching works with: which part of the medium it is of, and where in a film."""

    hash: str
    part: str = ""  # "" | "inner" | "scene"
    second: float = 0.0


def pdq(text: object) -> int | None:
    """A PDQ hash from its 64 hexadecimal digits."""
    if not isinstance(text, str):
        return None
    plain = text.strip().lower()
    return int(plain, 16) if _HEX.fullmatch(plain) else None


def pdq_text(value: int) -> str:
    """… and back."""
    return f"{value:064x}"


def eight(value: int) -> tuple[int, ...]:
    """The hash of the picture as it is, mirrored, upside down, turned …: see TURNS."""
    out: list[int] = []
    for one in (value, transposed(value)):
        out += [one, one ^ _ODD_COLUMNS, one ^ _ODD_ROWS, one ^ _ODD_COLUMNS ^ _ODD_ROWS]
    return tuple(out)


@lru_cache(maxsize=16384)
def transposed(value: int) -> int:
    """Rows and columns exchanged: the picture mirrored along its diagonal."""
    text = f"{value:0256b}"
    return int("".join(text[column::_SIDE] for column in range(_SIDE)), 2)


def rows(value: int) -> tuple[int, ...]:
    """The sixteen rows, sixteen bits each."""
    return tuple((value >> shift) & 0xFFFF for shift in range(240, -1, -_SIDE))


def canonical(row: int) -> int:
    """The least of the four forms that flips give a row."""
    return min(row, row ^ 0xFFFF, row ^ 0x5555, row ^ 0xAAAA)


@lru_cache(maxsize=16384)
def flipped_once(row: int) -> tuple[int, ...]:
    """The canonical forms of all rows that differ from `row` in at most one bit."""
    return tuple(dict.fromkeys([canonical(row), *(canonical(row ^ 1 << bit) for bit in range(_SIDE))]))


@lru_cache(maxsize=16384)
def _turned(text: str) -> tuple[int, ...]:
    return eight(int(text, 16))


def nearest(left: str, right: str) -> tuple[int, str]:
    """(bits that differ, how they lie to each other) in the likeliest of the eight positions; either way round."""
    value = int(right, 16)
    return min(((turned ^ value).bit_count(), TURNS[at]) for at, turned in enumerate(_turned(left)))


def seen(content: Mapping[str, Any]) -> tuple[Seen, ...]:
    """The hashes of an object that are good enough to be matched by; none for what is no medium."""
    hashes, ours = content.get("hashes"), _ours(content)
    known = hashes.get("PDQ") if isinstance(hashes, dict) else None
    found: list[Seen] = []
    if _good(known, ours.get("quality")):
        found.append(Seen(str(known).strip().lower()))
        if _good(ours.get("inner"), None):
            found.append(Seen(str(ours["inner"]).strip().lower(), "inner"))
    return (*found, *(Seen(one.hash, "scene", one.second) for one in scenes(frames_of(content))))


def _ours(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What our extension says of a medium."""
    extensions = content.get("extensions")
    ours = extensions.get(EXTENSIONS["media"]) if isinstance(extensions, dict) else None
    return ours if isinstance(ours, dict) else {}


def _good(text: object, quality: object) -> bool:
    """A hash from a list has no quality: whoever shared it looked at that."""
    return pdq(text) is not None and (not isinstance(quality, int | float) or quality >= LEAST_QUALITY)


def frames_of(content: Mapping[str, Any]) -> tuple[Frame, ...]:
    """The frames of a film, good and poor, as far as they are frames; none for what is no film."""
    listed = _ours(content).get("frames")
    return tuple(
        Frame(one["pdq"].strip().lower(), int(one.get("quality", 100)), float(one.get("second", 0)))
        for one in (listed[:MOST_FRAMES] if isinstance(listed, list) else ())
        if isinstance(one, dict)
        and pdq(one.get("pdq")) is not None
        and _is_number(one.get("quality", 100))
        and 0 <= one.get("quality", 100) <= 100
        and _is_number(one.get("second", 0))
        and 0 <= one.get("second", 0) < LATEST
    )


def _is_number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def no_frames(content: Mapping[str, Any]) -> int:
    """How many entries in a film's list of frames `frames_of` does not take."""
    listed = _ours(content).get("frames")
    return (len(listed) if isinstance(listed, list) else 0) - len(frames_of(content))


def quality_of(content: Mapping[str, Any]) -> int | None:
    """The quality of a picture's PDQ, 0 to 100; None where nobody says it."""
    quality = _ours(content).get("quality")
    return quality if type(quality) is int and 0 <= quality <= 100 else None


def scenes(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Frames that are good and unlike those before them, at most 32, spread over the film: what it is found by."""
    good = [one for one in frames if one.quality >= LEAST_QUALITY]
    kept: list[Frame] = []
    for one in good[:: max(1, len(good) // 512)]:
        value = int(one.hash, 16)
        if all((value ^ int(other.hash, 16)).bit_count() > NEAR for other in kept):
            kept.append(one)
    return tuple(kept[:: -(-len(kept) // _SCENES)]) if kept else ()


def media_object(
    hashes: Mapping[str, str],
    *,
    name: str = "",
    size: int = 0,
    mime: str = "",
    picture: Picture | None = None,
    film: Film | None = None,
) -> StixObject:
    """A medium as what is exchanged of it: hashes, and never a pixel, second or word of it (STIX 2.1 §6.7, file)."""
    known = dict(hashes) | ({"PDQ": picture.hash} if picture else {})
    content: dict[str, Any] = {"type": "file", "spec_version": "2.1", "hashes": known}
    content |= {"name": name} if name else {}
    content |= {"size": size} if size else {}
    content |= {"mime_type": mime} if mime else {}
    said = _said(picture, film)
    if said:
        content["extensions"] = {EXTENSIONS["media"]: {"extension_type": "property-extension", **said}}
    return StixObject.make({"type": "file", "id": observable_id("file", content), **content})


def _said(picture: Picture | None, film: Film | None) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if picture is not None:
        said |= {"quality": picture.quality} if picture.quality is not None else {}
        said |= {"inner": picture.inner} if picture.inner else {}
    if film is not None:
        said["frames"] = [{"second": one.second, "pdq": one.hash, "quality": one.quality} for one in film.frames]
    return said


def tlsh(content: Mapping[str, Any]) -> str:
    """The 70 digits of a file's TLSH; "" where it has none."""
    hashes = content.get("hashes")
    text = hashes.get("TLSH") if isinstance(hashes, dict) else None
    found = _TLSH.fullmatch(text.strip().upper()) if isinstance(text, str) else None
    return found[1] if found else ""


def document_distance(left: str, right: str) -> int:
    """TLSH's distance of two digests of 70 digits: header (checksum, length, two quartile ratios) and 128 buckets."""
    header = int(left[:2] != right[:2])  # a checksum that differs counts one
    header += _ring(int(left[3] + left[2], 16), int(right[3] + right[2], 16), 256, 12)
    header += sum(_ring(int(a, 16), int(b, 16), 16, 12, 1) for a, b in zip(left[4:6], right[4:6], strict=True))
    return header + sum(_BUCKETS[int(a, 16)][int(b, 16)] for a, b in zip(left[6:], right[6:], strict=True))


def _ring(one: int, other: int, size: int, cost: int, less: int = 0) -> int:
    """The way round a ring; more than one step costs twelve each (`less`: of which one is not counted)."""
    way = abs(one - other)
    way = min(way, size - way)
    return way if way <= 1 else (way - less) * cost


def _pair(one: int, other: int) -> int:
    apart = abs(one - other)
    return 6 if apart == 3 else apart


def _digits() -> Iterator[tuple[int, ...]]:
    for one in range(16):
        yield tuple(_pair(one >> 2, other >> 2) + _pair(one & 3, other & 3) for other in range(16))


_BUCKETS = tuple(_digits())
