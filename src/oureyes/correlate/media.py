"""Both are the same picture, film or document, although no byte is equal: shrunk, recompressed, mirrored, framed.

A picture is compared by its PDQ hash in all eight flips and turns, with its plain border and without: up to 31 of 256
bits may differ (pictures that have nothing to do with each other differ in 90 and more). Cutting a tenth off a picture
makes another picture of it: that is not found. A film is compared by its scenes, and found by an excerpt of it; a
still meets the film it is from. A document (a manual, a leaflet as a file) is compared by TLSH, distance 30 at the
most. A picture with too little in it to be told from others is compared with nothing. Only hashes are exchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from oureyes.model.findings import Key, Match
from oureyes.model.mediahashes import (
    DOCUMENT_NEAR,
    NEAR,
    Seen,
    canonical,
    document_distance,
    flipped_once,
    media_object,
    nearest,
    rows,
    seen,
    tlsh,
    transposed,
)
from oureyes.model.objects import StixObject
from oureyes.model.ports import Example

__all__ = ["EXAMPLES", "NAME", "PARTIAL", "TYPES", "compare", "keys", "probes"]

NAME = "media"
PARTIAL = True  # a key is a sixteenth of a hash: many hashes share it, and every one of them is compared

TYPES = frozenset(["file", "artifact", "media-content"])
_EXCERPT = 0.8  # of the scenes of the shorter film must be in the other
_LEAST_SCENES = 3
_PIECES = 16  # of a TLSH body, four buckets of two bits twice over


def keys(obj: StixObject) -> Iterable[Key]:
    if obj.content["type"] not in TYPES:
        return ()
    return _unique(_stored(obj))


def probes(obj: StixObject) -> Iterable[Key]:
    """What is looked up besides the keys: all that one differing bit, a flip or a turn makes of them."""
    if obj.content["type"] not in TYPES:
        return ()
    return _unique(_asked(obj))


def compare(left: StixObject, right: StixObject) -> Match | None:
    """The nearest two hashes of theirs, film against film by its scenes."""
    met = _pictures(seen(left.content), seen(right.content)) or _documents(tlsh(left.content), tlsh(right.content))
    if met is None:
        return None
    score, reason, key, kind = met
    return Match(left.id, right.id, NAME, score, reason, key, kind)


_Met = tuple[float, str, str, str]


def _unique(values: Iterable[tuple[str, str]]) -> tuple[Key, ...]:
    return tuple(Key(NAME, value, kind) for value, kind in dict.fromkeys(values))


def _stored(obj: StixObject) -> Iterator[tuple[str, str]]:
    for one in seen(obj.content):
        for place, row in enumerate(rows(int(one.hash, 16))):
            yield f"pdq:{place:x}{canonical(row):04x}", "pdq"
    digest = tlsh(obj.content)
    for place, piece in enumerate(_pieces(digest)):
        yield f"tlsh:{place:x}{piece:04x}", "tlsh"


def _asked(obj: StixObject) -> Iterator[tuple[str, str]]:
    """31 bits over 16 rows leave one with at most one; a picture on its side has its columns for rows."""
    for one in seen(obj.content):
        value = int(one.hash, 16)
        for upright in (value, transposed(value)):
            for place, row in enumerate(rows(upright)):
                yield from ((f"pdq:{place:x}{near:04x}", "pdq") for near in flipped_once(row))
    for place, piece in enumerate(_pieces(tlsh(obj.content))):
        yield from ((f"tlsh:{place:x}{near:04x}", "tlsh") for near in _bucket_changed(piece))


def _pieces(digest: str) -> tuple[int, ...]:
    body = digest[6:]
    return tuple(int(body[at : at + 4], 16) for at in range(0, len(body), 4))


@lru_cache(maxsize=16384)
def _bucket_changed(piece: int) -> tuple[int, ...]:
    """The piece, and all that differ from it in one bucket: distance 30 over 16 pieces leaves one such."""
    changes = (change << shift for shift in range(0, 16, 2) for change in (1, 2, 3))
    return (piece, *(piece ^ change for change in changes))


def _pictures(left: Sequence[Seen], right: Sequence[Seen]) -> _Met | None:
    if not left or not right:
        return None
    films = [bool(side[-1].part == "scene") for side in (left, right)]
    if all(films):
        return _films([one for one in left if one.part == "scene"], [one for one in right if one.part == "scene"])
    bits, turn, parts, key = min(_pairs(left, right))
    if bits > NEAR:
        return None
    how = ", ".join(word for word in (turn, "its border cut off" if "inner" in parts else "") if word)
    said = f": PDQ hashes differ in {bits} of 256 bits" + (f" ({how})" if how else "")
    if any(films):
        second = next(one.second for side in (left, right) for one in side if one.part == "scene" and one.hash in key)
        return _score(bits) - 0.1, f"the picture is in the film, at second {second:g}{said}", key, "pdq"
    return _score(bits), f"the same picture{said}", key, "pdq"


def _pairs(left: Sequence[Seen], right: Sequence[Seen]) -> Iterator[tuple[int, str, tuple[str, ...], str]]:
    for one in left:
        for other in right:
            bits, turn = nearest(one.hash, other.hash)
            yield bits, turn, tuple(sorted((one.part, other.part))), _key("pdq", one.hash, other.hash)


def _score(bits: int) -> float:
    """Equal hashes are as good as the same picture; at 31 bits a person must look."""
    return round(0.98 - 0.008 * bits, 3)


def _films(left: Sequence[Seen], right: Sequence[Seen]) -> _Met | None:
    """One of them, or an excerpt of it, is in the other."""
    shorter = min(len(left), len(right))
    found = min(_found(left, right), _found(right, left))
    if found < min(_LEAST_SCENES, shorter) or found < _EXCERPT * shorter:
        return None
    bits, _, _, key = min(_pairs(left, right))
    score = round((0.9 if shorter >= _LEAST_SCENES else 0.7) - 0.004 * bits, 3)
    return score, f"{found} of {shorter} scenes of the shorter film are in the other", key, "vpdq"


def _found(scenes: Sequence[Seen], other: Sequence[Seen]) -> int:
    return sum(any(nearest(one.hash, its.hash)[0] <= NEAR for its in other) for one in scenes)


def _documents(left: str, right: str) -> _Met | None:
    """Equal digests are the matter of `observables`."""
    if not left or not right or left == right:
        return None
    apart = document_distance(left, right)
    if apart > DOCUMENT_NEAR:
        return None
    reason = f"nearly the same document: TLSH distance {apart} (0 is the same, 30 the most that counts)"
    return round(0.9 - 0.01 * apart, 3), reason, _key("tlsh", left, right), "tlsh"


def _key(kind: str, left: str, right: str) -> str:
    """One match for each pair of hashes that two sources hold."""
    return f"{kind}:{'|'.join(sorted((left.lower(), right.lower())))}"


def _picture(hash_: str, **said: object) -> Mapping[str, object]:
    from oureyes.model.mediahashes import Picture

    return media_object({}, picture=Picture(hash_, 100, **said)).content  # type: ignore[arg-type]  # only `inner`


_POSTER = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
_SHRUNK = "fdeece711003be6c9fc1021192ce19c18631fbdee46efec0311bc2defde60030"
_MIRRORED = "acabbb254556eb39ca955744473b4c9493442e8bb12bab95444e9f8ba9b35545"
_OTHER = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
_MANUAL = "B5514323A1F40B0B0F8C3D1A6C9E8D2F4A7B1C3E5D6F8091A2B3C4D5E6F708192A3B4C"
EXAMPLES: Sequence[Example] = (
    Example(_picture(_POSTER), _picture(_SHRUNK), True),
    Example(_picture(_POSTER), _picture(_MIRRORED), True),
    Example(_picture(_POSTER), _picture(_OTHER, inner=_POSTER), True),
    Example(_picture(_POSTER), _picture(_OTHER), False),
    Example(media_object({"TLSH": f"T1{_MANUAL}"}).content, media_object({"TLSH": f"T1{_MANUAL[:-1]}D"}).content, True),
    Example(
        media_object({"TLSH": f"T1{_MANUAL}"}).content,
        media_object({"TLSH": f"T1{_MANUAL[:30]}{_MANUAL[69:29:-1]}"}).content,
        False,
    ),
)
