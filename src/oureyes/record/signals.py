"""Lists of hashes as hash-sharing communities exchange them (ThreatExchange, Hasher-Matcher-Actioner, vPDQ).

    CSV     signal_type,signal_str,category,tags (`threatexchange dataset --csv`), or hash,type,tags
    lines   `pdq f8f8…` (a community's file), or vPDQ's frames `0,100,f8f8…,1.000` of one film
    JSON    {"data": [{"type": "HASH_PDQ", "indicator": …, "tags": …, "status": …}]}, or that list alone

PDQ, vPDQ, TLSH, MD5, SHA-1 and SHA-256 are taken; what nothing here can match by (PhotoDNA, TMK) and what is malformed
is put aside and said. Our own exports add `quality` (of a picture's PDQ) and `object`: rows one after another that name
one object are hashes of one medium, so it is read as the same object as it was; the second PDQ hash is of what lies
inside its border. Only the id of a file is such a name: others use the word for other things, and what they use it for
joins nothing. Names, sizes and MIME types do not go this way, and the marking they write beside a hash is for whoever
handles the file: what is read gets the marking that the import is told.
A category of NEGATIVE_CLASS or a status of NON_MALICIOUS says that the hash is *not* what it was taken for: it arrives
as a tag, so that a bank shows the disagreement instead of losing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.mediahashes import MOST_FRAMES, Film, Picture, media_object, pdq
from oureyes.model.objects import StixObject
from oureyes.model.observables import normalise, sco
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import frames
from oureyes.record.opening import JSON_ERRORS, broken, read_bytes, top_level
from oureyes.record.rows import LONGEST, rows_of

__all__ = ["NAME", "read", "sniff"]

NAME = "signals"

_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[\w-]+,)*(?:signal_type,signal_str|signal_str,signal_type|hash,type|type,hash)\b", re.I
)
_LINE = re.compile(rb"(?:pdq|vpdq|tlsh|tlsh_pdf|video_md5|photodna|tmk) +\S", re.IGNORECASE)
_FRAME = re.compile(rb"\d{1,7},\d{1,3},[0-9a-fA-F]{64},\d+(?:\.\d+)?\s*$", re.MULTILINE)
_TYPES: Mapping[str, str] = {
    "pdq": "pdq", "hash_pdq": "pdq", "hash_pdq_ocr": "pdq", "tlsh": "tlsh", "tlsh_pdf": "tlsh", "hash_tlsh": "tlsh",
    "hash_text_tlsh": "tlsh", "md5": "md5", "video_md5": "md5", "hash_md5": "md5", "hash_video_md5": "md5",
    "video_hash_md5": "md5", "sha1": "sha1", "hash_sha1": "sha1", "sha256": "sha256", "hash_sha256": "sha256",
    "video_sha256": "sha256", "hash_video_sha256": "sha256", "vpdq": "vpdq", "hash_vpdq": "vpdq",
    "video_vpdq": "vpdq", "hash_video_vpdq": "vpdq",
}  # fmt: skip
_ORDINARY: Mapping[str, str] = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "tlsh": "TLSH"}
_TAKEN = "PDQ, vPDQ, TLSH, MD5, SHA-1 or SHA-256"
_REMEDY = "correct it, or leave it out"
_AGAINST = frozenset(["negative_class", "non_malicious", "investigation_seed", "disagree"])
_OBJECT = re.compile(r"file--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WHOLE = re.compile(r"([0-9]{1,3})(?:\.0{1,3})?")
_COUNT = (("hashes", 1),)
_LONGEST = 1 << 24  # characters of a vPDQ value: the frames of a day's film
_RAW = 1 << 20


@dataclass(frozen=True, slots=True)
class _Row:
    """A hash as it is listed. `where` names it, `object` the medium it is of, where the list says so."""

    where: str
    kind: str
    value: str
    tags: tuple[str, ...] = ()
    quality: str = ""
    object: str = ""


def sniff(head: bytes, name: str) -> bool:
    """A header that names a hash and its type, a line that begins with a type of hash, or the API's JSON."""
    if head.lstrip()[:1] in (b"{", b"["):
        keys = top_level(head) or {}
        return {"type", "indicator"} <= set(keys) or (set(keys) <= {"data", "paging"} and b'"indicator"' in head)
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    return bool(_HEADER.match(first) or _LINE.match(first) or _FRAME.match(first))


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """Every hash; frames are one film together, rows that name one object are one medium."""
    subject = options.source or NAME
    data = read_bytes(stream, subject, options.max_bytes)
    start = data.lstrip()
    if start[:1] in (b"{", b"["):
        rows: Iterator[_Row | Rejected] = _of_json(data, subject)
    elif _FRAME.match(start.split(b"\n", 1)[0]):
        yield from _of_frames(data, subject)
        return
    elif _HEADER.match(start):
        rows = _of_csv(data, subject)
    else:
        rows = _of_lines(data, subject)
    yield from _gathered(rows)


def _gathered(rows: Iterable[_Row | Rejected]) -> Iterator[Record | Rejected]:
    run: list[_Row] = []
    for row in rows:
        if isinstance(row, Rejected):
            yield row
            continue
        if run and row.object != run[0].object:
            yield from _taken(run)
            run = []
        if row.object:
            run.append(row)
        else:
            yield from _taken([row])
    if run:
        yield from _taken(run)


def _taken(run: Sequence[_Row]) -> Iterator[Record | Rejected]:
    """One medium, and those of its rows that cannot be taken."""
    good: dict[str, str | Film] = {}
    quality, tags = "", dict[str, None]()
    for row in run:
        kind = _TYPES.get(row.kind.strip().lower(), "")
        slot = "inner" if kind == "pdq" and "pdq" in good else kind
        value = _valid(kind, row)
        if value is None:
            yield _rejected(row, _TAKEN, f"no valid {row.kind[:20] or 'hash'}", _REMEDY)
        elif slot in good:
            yield _rejected(row, "one hash of a kind for an object", "another", "leave `object` empty for it")
        else:
            good[slot] = value
            quality = row.quality if slot == "pdq" else quality
            tags |= dict.fromkeys(row.tags)
    if good:
        yield Record(_medium(good, quality), tags=tuple(tags), counts=_counts(good))


def _rejected(row: _Row, expected: str, found: str, remedy: str) -> Rejected:
    raw = f"{row.kind} {row.value}".encode()[:_RAW]
    return Rejected(row.where, InvalidObject(row.where, expected, found, remedy), raw, _COUNT)


def _valid(kind: str, row: _Row) -> str | Film | None:
    value = row.value.strip()
    if kind == "vpdq":
        return frames.film(value)
    if kind == "pdq":
        return value.lower() if pdq(value) is not None and _is_quality(row.quality) else None
    found = normalise(kind, value) if kind else None
    return found.value if found is not None else None


def _is_quality(text: str) -> bool:
    found = _WHOLE.fullmatch(text)
    return not text or (found is not None and int(found[1]) <= 100)


def _named(found: object) -> str:
    """The id of the file that a row is of; "" where it names none, whatever else stands there."""
    text = found.strip() if isinstance(found, str) else ""
    return text if _OBJECT.fullmatch(text) else ""


def _medium(good: Mapping[str, str | Film], quality: str) -> StixObject:
    film, plain = good.get("vpdq"), {kind: value for kind, value in good.items() if isinstance(value, str)}
    if len(good) == 1 and film is None and "pdq" not in plain:
        ((kind, value),) = plain.items()
        found = normalise(kind, value)
        assert found is not None  # it was taken as it is normal
        return sco(found)
    hashes = {name: plain[kind] for kind, name in _ORDINARY.items() if kind in plain}
    picture = None
    if "pdq" in plain and (quality or "inner" in plain):
        picture = Picture(plain["pdq"], int(float(quality)) if quality else None, plain.get("inner", ""))
    elif "pdq" in plain:
        hashes["PDQ"] = plain["pdq"]
    if not isinstance(film, Film):
        return media_object(hashes, picture=picture)
    if not hashes and picture is None:
        hashes["VPDQ"] = frames.name_of(film.frames)
    return media_object(hashes, picture=picture, film=film)


def _counts(good: Mapping[str, str | Film]) -> tuple[tuple[str, int], ...]:
    known = sum(len(one.frames) for one in good.values() if isinstance(one, Film))
    return (("hashes", len(good)), *((("frames", known),) if known else ()))


def _of_csv(data: bytes, subject: str) -> Iterator[_Row | Rejected]:
    rows = rows_of(data, subject, _LONGEST, strict=True)
    header = _header(next(rows), subject)
    for place, row in enumerate(rows, 1):
        if isinstance(row, InvalidObject):
            yield Rejected(row.subject, row, b"", _COUNT)
            continue
        cells, where = dict(zip(header, row, strict=False)), f"{subject} row {place}"
        kind, value = _typed(cells, "signal_type", "type"), _typed(cells, "signal_str", "hash")
        error = _misshapen(where, header, row, kind, value)
        if error is not None:
            yield Rejected(where, error, ",".join(row).encode()[:_RAW], _COUNT)
            continue
        tags = [*re.split(r"[\s,;|]+", cells.get("tags", "")), cells.get("category", "").lower()]
        yield _Row(where, kind, value, _said(tags), cells.get("quality", "").strip(), _named(cells.get("object")))


def _header(row: list[str] | InvalidObject, subject: str) -> list[str]:
    if isinstance(row, InvalidObject):
        raise row
    if any(map(_runs_on, row)):
        raise InvalidObject(subject, "a header of one line", "a cell of several", "check its quotes")
    return [cell.strip().lower() for cell in row]


def _misshapen(where: str, header: Sequence[str], row: Sequence[str], kind: str, value: str) -> InvalidObject | None:
    """The error of a row that a quote or comma has put out of shape: only a film is long, or of several lines."""
    if len(row) > len(header) or not (kind.strip() and value.strip()):
        expected = f"a type, a hash, and no more than the {len(header)} cells that the header names"
        return InvalidObject(where, expected, f"{len(row)} cells", "check its commas and quotes")
    long = value if _TYPES.get(kind.strip().lower()) == "vpdq" else None
    if any(_runs_on(cell) for cell in row if cell is not long):
        expected = f"cells of one line and no more than {LONGEST:,} characters"
        return InvalidObject(where, expected, "one that runs on", "check its quotes: one may not be closed")
    return None


def _runs_on(cell: str) -> bool:
    return len(cell) > LONGEST or "\n" in cell.strip() or "\r" in cell.strip()


def _typed(cells: Mapping[str, str], *names: str) -> str:
    return next((cells[name] for name in names if name in cells), "")


def _of_lines(data: bytes, subject: str) -> Iterator[_Row]:
    for place, line in enumerate(data.decode().splitlines(), 1):
        kind, _, value = line.strip().partition(" ")
        if kind and not kind.startswith("#"):
            yield _Row(f"{subject} line {place}", kind, value)


def _of_json(data: bytes, subject: str) -> Iterator[_Row | Rejected]:
    try:
        whole = msgspec.json.decode(data)
    except JSON_ERRORS as error:
        raise broken(data, error, subject) from None
    listed = whole.get("data", [whole]) if isinstance(whole, dict) else whole
    if not isinstance(listed, list):
        raise InvalidObject(subject, "a list of hashes, or one under `data`", type(listed).__name__, "check the file")
    for place, one in enumerate(listed, 1):
        cells, where = one if isinstance(one, dict) else {}, f"{subject} item {place}"
        tags = [*_listed(cells.get("tags")), _text(cells.get("status")).lower()]
        kind, value = _text(cells.get("type")), _text(cells.get("indicator"))
        yield _Row(where, kind, value, _said(tags), _text(cells.get("quality")), _named(cells.get("object")))


def _text(found: object) -> str:
    """Text, and "" for null, which says as much as nothing there; frames may stand there as the list they are."""
    if isinstance(found, list | dict):
        return msgspec.json.encode(found).decode()
    return "" if found is None else str(found)


def _listed(tags: object) -> list[str]:
    """A list of words, or the Graph API's {"data": [{"text": word}]}."""
    found = tags.get("data") if isinstance(tags, dict) else tags
    if isinstance(found, str):
        return re.split(r"[\s,;|]+", found)
    listed = found if isinstance(found, list) else ()
    return [_text(one.get("text") if isinstance(one, dict) else one) for one in listed]


def _said(tags: Iterable[str]) -> tuple[str, ...]:
    """Words as they are; a category counts only where it speaks against."""
    plain = [tag.strip()[:128] for tag in tags if tag.strip()]
    plain = ["disagree" if tag in _AGAINST else tag for tag in plain]
    return tuple(dict.fromkeys(tag for tag in plain if tag not in ("positive_class", "malicious", "unknown")))


def _of_frames(data: bytes, subject: str) -> Iterator[Record | Rejected]:
    """One film, where there is a frame in it; a line that is none is put aside."""
    good = []
    for place, line in enumerate(data.decode().splitlines(), 1):
        found = frames.frame(line)
        if found is not None:
            good.append(found)
        elif line.strip():
            where = f"{subject} line {place}"
            error = InvalidObject(where, "frame,quality,hash,seconds", "another line", _REMEDY)
            yield Rejected(where, error, line.encode()[:_RAW], (("frames", 1),))
    if len(good) > MOST_FRAMES:
        error = InvalidObject(subject, f"at most {MOST_FRAMES:,} frames", f"{len(good):,}", "part it")
        yield Rejected(subject, error, b"", (("frames", len(good)),))
    elif good:
        film = Film(tuple(good))
        yield Record(media_object({"VPDQ": frames.name_of(good)}, film=film), counts=(*_COUNT, ("frames", len(good))))
