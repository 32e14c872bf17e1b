"""A state records intelligence: bytes in, STIX out and back.

`IMPORTERS` is the registry: a module that fits `Importer` is one. Exactly one claims each input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.ports import Importer, Options, Record, Rejected
from oureyes.record import lists, misp, money, signals, stix, table, text, trails
from oureyes.record.bundle import export_bundle
from oureyes.record.demands import of_definition
from oureyes.record.misp_export import event_of, to_misp
from oureyes.record.opening import HEAD, JSON_ERRORS, broken, checked_utf8, head_of, open_stream, read_bytes, top_level
from oureyes.record.successors import revocations, technique_successors
from oureyes.record.table import export_csv

__all__ = [
    "HEAD",
    "IMPORTERS",
    "export_bundle",
    "event_of",
    "export_csv",
    "inputs",
    "is_feed",
    "of_definition",
    "open_stream",
    "read",
    "revocations",
    "sniff",
    "technique_successors",
    "to_misp",
    "undated",
]

IMPORTERS: tuple[Importer, ...] = (stix, misp, lists, signals, money, table, trails, text)

_ACCEPTED = "STIX 2.0 or 2.1, MISP events, CSV or TSV, an OFAC or UN list, a list of values, or a text report"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def sniff(head: bytes, name: str) -> Importer:
    """The one importer that claims an input by its first 64 KiB and its name; InvalidObject when none does."""
    claimed = [importer for importer in IMPORTERS if importer.sniff(head, name)]
    if len(claimed) == 1:
        return claimed[0]
    if claimed:
        both = " and ".join(importer.NAME for importer in claimed)
        raise InvalidObject(name, "one format", both, "name the file after its format")
    raise _unclaimed(head, name)


def read(stream: BinaryIO, name: str, options: Options) -> Iterator[Record | Rejected]:
    """Everything in a stream, by whichever importer claims it. What was converted and bears the moment of recording
    had no date in its source; STIX comes with dates of its own."""
    head, stream = head_of(stream)
    try:
        importer = sniff(head, name)
    except InvalidObject as error:
        raise _broken_json(head, stream, name, options) or error from None
    if importer is stix:
        yield from stix.read(stream, options)
        return
    yield from undated(importer.read(stream, options), options.now)


def undated(items: Iterable[Record | Rejected], now: str) -> Iterator[Record | Rejected]:
    """Records, each told whether its source gave it a date: what was made `now`, to the moment, bears none."""
    for item in items:
        if isinstance(item, Record) and item.object.version == now:
            yield replace(item, undated=True)
        else:
            yield item


def inputs(path: Path) -> Iterator[Path]:
    """The files of a folder in order, or the file itself. A MISP feed's manifest is no event."""
    if path.is_file():
        yield path
        return
    for inner in sorted(path.iterdir()):
        if inner.name.startswith(".") or (inner.name in ("manifest.json", "hashes.csv") and is_feed(path)):
            continue
        if not inner.is_symlink():  # what lies outside the folder was not offered
            yield from inputs(inner)


def is_feed(folder: Path) -> bool:
    """Whether a folder is a MISP feed: a manifest of event uuids."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return False
    with manifest.open("rb") as stream:
        keys = top_level(stream.read(HEAD)) or {}
    return bool(keys) and all(_UUID.fullmatch(key) for key in keys)


def _unclaimed(head: bytes, name: str) -> InvalidObject:
    """Why nobody takes it, as exactly as the first bytes allow."""
    if head.startswith(_IMAGES) or name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")):
        return InvalidObject(name, _ACCEPTED, "an image or its name", "`oureyes media add`: pictures are hashed")
    keys = top_level(head) or {}
    if keys and all(_UUID.fullmatch(key) for key in keys):
        return InvalidObject(name, _ACCEPTED, "the manifest of a MISP feed", "import the folder")
    if keys.get("schema", "").startswith("attack_flow"):
        return InvalidObject(name, _ACCEPTED, "an Attack Flow Builder file", "publish it as STIX there and import that")
    if "namespace" in keys or {"values", "type", "uuid"} <= set(keys):
        return InvalidObject(name, _ACCEPTED, "a MISP taxonomy or galaxy", "load it as a vocabulary")
    if {"list", "name", "version"} <= set(keys):
        return InvalidObject(name, _ACCEPTED, "a MISP warninglist", "load it as a warninglist")
    try:
        checked_utf8(head[:2], name)
    except InvalidObject as error:
        return error
    return InvalidObject(name, _ACCEPTED, "none of these", "convert it, or import it as a table with a mapping")


def _broken_json(head: bytes, stream: BinaryIO, name: str, options: Options) -> InvalidObject | None:
    """JSON of no known format may be one that is broken: then where it breaks is the better answer."""
    if top_level(head) is None:
        return None
    try:
        data = read_bytes(stream, name, options.max_bytes)
    except InvalidObject as error:
        return error
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except JSON_ERRORS as error:
        whole_lines = all(_whole(line) for line in data.splitlines()[:2] if line.strip())
        return None if whole_lines else broken(data, error, name)
    return None


def _whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except JSON_ERRORS:
        return False
    return True
