"""Lists of hashes as hash-sharing communities exchange them (ThreatExchange, Hasher-Matcher-Actioner, vPDQ).

    CSV     signal_type,signal_str,category,tags (`threatexchange dataset --csv`), or hash,type,tags
    lines   `pdq f8f8…` (a community's file), or vPDQ's frames `0,100,f8f8…,1.000` of one film
    JSON    {"data": [{"type": "HASH_PDQ", "indicator": …, "tags": …, "status": …}]}, or that list alone

PDQ, vPDQ, TLSH and ordinary hashes are taken; what nothing here can match by (PhotoDNA, TMK) is put aside and said.
A category of NEGATIVE_CLASS or a status of NON_MALICIOUS says that the hash is *not* what it was taken for: it arrives
as a tag, so that a bank shows the disagreement instead of losing it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.mediahashes import Film, Frame, media_object, pdq, seen, tlsh
from oureyes.model.objects import StixObject
from oureyes.model.observables import normalise, sco
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record.opening import JSON_ERRORS, broken, read_bytes, top_level
from oureyes.record.rows import rows_of

__all__ = ["NAME", "export_csv", "export_json", "read", "sniff"]

NAME = "signals"

_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[\w-]+,)*(?:signal_type,signal_str|signal_str,signal_type|hash,type|type,hash)\b", re.I
)
_LINE = re.compile(rb"(?:pdq|vpdq|tlsh|tlsh_pdf|video_md5|photodna|tmk) +\S", re.IGNORECASE)
_FRAME = re.compile(rb"\d{1,7},\d{1,3},[0-9a-fA-F]{64},\d+(?:\.\d+)?\s*$", re.MULTILINE)
_TYPES: Mapping[str, str] = {
    "pdq": "pdq", "hash_pdq": "pdq", "hash_pdq_ocr": "pdq", "tlsh": "tlsh", "tlsh_pdf": "tlsh", "hash_tlsh": "tlsh",
    "hash_text_tlsh": "tlsh", "md5": "md5", "video_md5": "md5", "hash_md5": "md5", "hash_video_md5": "md5",
    "sha1": "sha1", "hash_sha1": "sha1", "sha256": "sha256", "hash_sha256": "sha256",
}  # fmt: skip
_AGAINST = frozenset(["negative_class", "non_malicious", "investigation_seed", "disagree"])
_COUNT = (("hashes", 1),)


def sniff(head: bytes, name: str) -> bool:
    """A header that names a hash and its type, a line that begins with a type of hash, or the API's JSON."""
    if head.lstrip()[:1] in (b"{", b"["):
        keys = top_level(head) or {}
        return {"type", "indicator"} <= set(keys) or (set(keys) <= {"data", "paging"} and b'"indicator"' in head)
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    return bool(_HEADER.match(first) or _LINE.match(first) or _FRAME.match(first))


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """Every hash; frames are one film together."""
    subject = options.source or NAME
    data = read_bytes(stream, subject, options.max_bytes)
    start = data.lstrip()
    if start[:1] in (b"{", b"["):
        rows: Iterator[tuple[str, str, tuple[str, ...]]] = _of_json(data, subject)
    elif _FRAME.match(start.split(b"\n", 1)[0]):
        yield _film(data)
        return
    elif _HEADER.match(start):
        rows = _of_csv(data, subject)
    else:
        rows = _of_lines(data)
    for place, (kind, value, tags) in enumerate(rows, 1):
        yield _taken(kind, value, tags, f"{subject} {place}")


def _taken(kind: str, value: str, tags: tuple[str, ...], where: str) -> Record | Rejected:
    obj = _object(_TYPES.get(kind.strip().lower(), ""), value.strip())
    if obj is None:
        error = InvalidObject(where, "PDQ, TLSH, MD5, SHA-1 or SHA-256", f"no valid {kind[:20]}")
        return Rejected(where, error, f"{kind} {value}".encode()[: 1 << 20], _COUNT)
    return Record(obj, tags=tags, counts=_COUNT)


def _object(kind: str, value: str) -> StixObject | None:
    if kind == "pdq":
        return media_object({"PDQ": value.lower()}) if pdq(value) is not None else None
    found = normalise(kind, value) if kind else None
    return sco(found) if found is not None else None


def _of_csv(data: bytes, subject: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    rows = rows_of(data, subject)
    header = [cell.strip().lower() for cell in next(iter(rows), [])]  # type: ignore[union-attr]  # sniffed: a header
    for row in rows:
        if isinstance(row, InvalidObject):
            continue
        cells = dict(zip(header, row, strict=False))
        tags = [*re.split(r"[\s,;|]+", cells.get("tags", "")), cells.get("category", "").lower()]
        yield _typed(cells, "signal_type", "type"), _typed(cells, "signal_str", "hash"), _said(tags)


def _typed(cells: Mapping[str, str], *names: str) -> str:
    return next((cells[name] for name in names if name in cells), "")


def _of_lines(data: bytes) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for line in data.decode().splitlines():
        kind, _, value = line.strip().partition(" ")
        if kind and not kind.startswith("#"):
            yield kind, value, ()


def _of_json(data: bytes, subject: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    try:
        whole = msgspec.json.decode(data)
    except JSON_ERRORS as error:
        raise broken(data, error, subject) from None
    listed = whole.get("data", [whole]) if isinstance(whole, dict) else whole
    for one in listed if isinstance(listed, list) else ():
        cells = one if isinstance(one, dict) else {}
        tags = [*_listed(cells.get("tags")), str(cells.get("status", "")).lower()]
        yield str(cells.get("type", "")), str(cells.get("indicator", "")), _said(tags)


def _listed(tags: object) -> list[str]:
    """A list of words, or the Graph API's {"data": [{"text": word}]}."""
    found = tags.get("data") if isinstance(tags, dict) else tags
    if isinstance(found, str):
        return re.split(r"[\s,;|]+", found)
    listed = found if isinstance(found, list) else ()
    return [str(one.get("text", "")) if isinstance(one, dict) else str(one) for one in listed]


def _said(tags: Iterable[str]) -> tuple[str, ...]:
    """Words as they are; a category counts only where it speaks against."""
    plain = [tag.strip()[:128] for tag in tags if tag.strip()]
    plain = ["disagree" if tag in _AGAINST else tag for tag in plain]
    return tuple(dict.fromkeys(tag for tag in plain if tag not in ("positive_class", "malicious", "unknown")))


def _film(data: bytes) -> Record:
    frames = []
    for line in data.decode().splitlines():
        parts = line.strip().split(",")
        if len(parts) == 4 and pdq(parts[2]) is not None:
            frames.append(Frame(parts[2].lower(), int(parts[1]), float(parts[3])))
    film = media_object({"VPDQ": _digest(frames)}, film=Film(tuple(frames)))
    return Record(film, counts=(*_COUNT, ("frames", len(frames))))


def _digest(frames: Sequence[Frame]) -> str:
    """A film known by its frames alone is named after them."""
    return hashlib.sha256("".join(one.hash for one in frames).encode()).hexdigest()


def export_csv(objects: Iterable[tuple[StixObject, Sequence[str]]], bank: str) -> bytes:
    """`threatexchange dataset --csv`'s columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("collab", "signal_type", "signal_str", "category", "tags"))
    for kind, value, tags in _signals(objects):
        category = "NEGATIVE_CLASS" if "disagree" in tags else "POSITIVE_CLASS"
        writer.writerow((bank, kind, value, category, " ".join(tag for tag in tags if tag != "disagree")))
    return out.getvalue().encode()


def export_json(objects: Iterable[tuple[StixObject, Sequence[str]]], bank: str) -> bytes:
    """The API's form."""
    data: list[dict[str, Any]] = [
        {
            "type": f"HASH_{kind.upper()}",
            "indicator": value,
            "status": "NON_MALICIOUS" if "disagree" in tags else "MALICIOUS",
            "tags": [tag for tag in tags if tag != "disagree"],
            "description": bank,
        }
        for kind, value, tags in _signals(objects)
    ]
    return msgspec.json.format(msgspec.json.encode({"data": data}), indent=1) + b"\n"


def _signals(objects: Iterable[tuple[StixObject, Sequence[str]]]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """The hashes that others can use; a picture's inner hash goes as one more of the same."""
    for obj, tags in objects:
        for one in seen(obj.content):
            yield "pdq", one.hash, tags
        if digest := tlsh(obj.content):
            yield "tlsh", f"T1{digest}", tags
