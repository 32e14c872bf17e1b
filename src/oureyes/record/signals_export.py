"""A bank as hash-sharing communities read it: what `signals` reads; what the form has no word for is named.

Every hash stands beside the marking it goes under. Whatever is written is read again on the spot: an object or a label
that would not come back as it is here is named.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from oureyes.model.mediahashes import frames_of, no_frames, pdq, quality_of, seen, tlsh
from oureyes.model.objects import StixObject
from oureyes.model.observables import normalise
from oureyes.model.ports import Options, Record
from oureyes.record import frames
from oureyes.record.exports.sheet import Left, Written
from oureyes.record.signals import NAME, read

__all__ = ["export_csv", "export_json"]

_Members = Iterable[tuple[StixObject, Sequence[str]]]
_ORDINARY = (("MD5", "md5"), ("SHA-1", "sha1"), ("SHA-256", "sha256"))
_WRITTEN = dict(_ORDINARY) | {"PDQ": "pdq", "VPDQ": "vpdq", "TLSH": "tlsh"}
_OF_FILMS = frozenset(["md5", "sha256", "vpdq"])  # the API names these for films apart
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,20}")  # what else stands there may be anything
_COLUMNS = ("collab", "signal_type", "signal_str", "category", "tags", "quality", "object", "marking")


@dataclass(frozen=True, slots=True)
class _Signal:
    """One hash: of a film or not, with the quality of a picture's ("" where nobody says it)."""

    kind: str
    value: str
    film: bool = False
    quality: str = ""


def export_csv(members: _Members, bank: str, marked: Mapping[str, str] | None = None) -> Written:
    """`threatexchange dataset --csv`'s columns, and `quality`, `object` and `marking` behind them; `marked` has the
    marking of each object in words."""
    head = _table([_COLUMNS])
    out, left, ids = [head], list[Left](), set[str]()
    for obj, tags in members:
        category = "NEGATIVE_CLASS" if "disagree" in tags else "POSITIVE_CLASS"
        said = " ".join(tag for tag in tags if tag != "disagree")
        rows = list[Sequence[str]]()
        for one in _signals(obj, left):
            kind = f"video_{one.kind}" if one.film and one.kind in ("md5", "sha256") else one.kind
            rows.append((bank, kind, one.value, category, said, one.quality, obj.id, (marked or {}).get(obj.id, "")))
        if rows:
            out.append(_table(rows))
            ids.add(obj.id)
            left += _changed(obj, tags, head + out[-1])
    return Written(b"".join(out), frozenset(ids), tuple(left))


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def export_json(members: _Members, bank: str, marked: Mapping[str, str] | None = None) -> Written:
    """The API's form."""
    data, left, ids = list[dict[str, Any]](), list[Left](), set[str]()
    for obj, tags in members:
        said = (marked or {}).get(obj.id, "")
        items = [_item(one, obj.id, tags, bank) | ({"marking": said} if said else {}) for one in _signals(obj, left)]
        if items:
            data += items
            ids.add(obj.id)
            left += _changed(obj, tags, msgspec.json.encode({"data": items}))
    raw = msgspec.json.format(msgspec.json.encode({"data": data}), indent=1) + b"\n"
    return Written(raw, frozenset(ids), tuple(left))


def _item(one: _Signal, identifier: str, tags: Sequence[str], bank: str) -> dict[str, Any]:
    kind = f"VIDEO_{one.kind.upper()}" if one.film and one.kind in _OF_FILMS else one.kind.upper()
    said: dict[str, Any] = {
        "type": f"HASH_{kind}",
        "indicator": one.value,
        "status": "NON_MALICIOUS" if "disagree" in tags else "MALICIOUS",
        "tags": [tag for tag in tags if tag != "disagree"],
        "description": bank,
        "object": identifier,
    }
    return said | ({"quality": int(one.quality)} if one.quality else {})


def _changed(obj: StixObject, tags: Sequence[str], raw: bytes) -> Iterator[Left]:
    """What comes back otherwise than it is here, when `raw`, in which it stands alone, is read again."""
    back = list(read(io.BytesIO(raw), Options(source=NAME)))
    found = [one for one in back if isinstance(one, Record)]
    if len(found) != len(back) or [one.object.id for one in found] != [obj.id]:
        yield Left(obj.id, "comes back as another object")
    if {tag for one in found for tag in one.tags} != set(tags):
        yield Left(obj.id, "comes back with other labels")


def _signals(obj: StixObject, left: list[Left]) -> list[_Signal]:
    """The hashes that others can use; what is none of them goes to `left` by its name."""
    found = [*_of_media(obj), *_ordinary(obj)]
    missed = [*_missed(obj, {one.kind for one in found})]
    left += [Left(obj.id, reason) for reason in missed or ([] if found else ["no hash"])]
    return found


def _of_media(obj: StixObject) -> Iterator[_Signal]:
    film = frames_of(obj.content)
    if film:
        yield _Signal("vpdq", frames.as_text(film), True)
    quality = quality_of(obj.content)
    said = "" if quality is None else str(quality)
    for one in seen(obj.content):
        if one.part != "scene":
            yield _Signal("pdq", one.hash, quality="" if one.part else said)
    if digest := tlsh(obj.content):
        yield _Signal("tlsh", f"T1{digest}")


def _ordinary(obj: StixObject) -> Iterator[_Signal]:
    hashes = obj.content.get("hashes")
    for name, kind in _ORDINARY:
        value = hashes.get(name) if isinstance(hashes, dict) else None
        known = normalise(kind, value) if isinstance(value, str) else None
        if known is not None:
            yield _Signal(kind, known.value, bool(frames_of(obj.content)))


def _missed(obj: StixObject, written: set[str]) -> Iterator[str]:
    hashes = obj.content.get("hashes")
    for name, value in hashes.items() if isinstance(hashes, dict) else ():
        if name not in _WRITTEN:
            yield f"the form has no name for {name if _NAME.fullmatch(name) else 'a hash'}"
        elif _WRITTEN[name] not in written:
            yield f"{name} of too low a quality" if name == "PDQ" and pdq(value) is not None else f"no valid {name}"
    if no_frames(obj.content):
        yield "frames of a film that are none"
