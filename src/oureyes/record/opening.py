"""Opens an input: gzip or not, never more than the limit, UTF-8, and where broken JSON breaks."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from oureyes.errors import InvalidObject

__all__ = ["HEAD", "broken", "checked_utf8", "head_of", "nested", "open_stream", "read_bytes", "top_level"]

HEAD = 64 * 1024
_CHUNK = 1 << 20
_RATIO = 200  # DEFLATE cannot do better than 1,032:1; JSON, CSV and STIX stay under 40:1
_SLACK = 64 << 20  # … and a small file may unpack to this much, whatever its ratio
_UTF16 = {
    b"\xff\xfe\x00\x00": "UTF-32LE",
    b"\x00\x00\xfe\xff": "UTF-32BE",
    b"\xff\xfe": "UTF-16LE",
    b"\xfe\xff": "UTF-16BE",
}
_BYTE = re.compile(r"\(byte (\d+)\)")


class _Unpacked(io.RawIOBase):
    """A gunzipped stream that refuses to become a decompression bomb."""

    def __init__(self, packed: BinaryIO, name: str, limit: int) -> None:
        self._packed, self._name, self._limit = packed, name, limit
        self._gzip = gzip.GzipFile(fileobj=packed)
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is 3.12's
        try:
            piece = self._gzip.read(min(len(buffer), _CHUNK))
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidObject(self._name, "a whole gzip file", str(error)[:80], "ask the source again") from None
        self._out += len(piece)
        if self._out > self._limit or self._out > max(_SLACK, _RATIO * self._packed.tell()):
            raise InvalidObject(
                self._name, f"at most {self._limit} bytes unpacked, and no bomb", f"{self._out} and more"
            )
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._packed.close()
        super().close()


@contextmanager
def open_stream(path: Path, limit: int = 1 << 30) -> Iterator[BinaryIO]:
    """The file's bytes; gzip, known by its first two bytes, is unpacked on the way."""
    with path.open("rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        if packed:
            yield io.BufferedReader(_Unpacked(plain, path.name, limit), HEAD)
        else:
            yield plain


def head_of(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first 64 KiB, and a stream that still begins with them."""
    head = stream.read(HEAD)
    if stream.seekable():
        stream.seek(-len(head), io.SEEK_CUR)
        return head, stream
    return head, cast(BinaryIO, io.BufferedReader(_Rejoined(head, stream), HEAD))


class _Rejoined(io.RawIOBase):
    """A stream put back together after its head was looked at."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is 3.12's
        piece = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def read_bytes(stream: BinaryIO, subject: str, limit: int) -> bytes:
    """The whole stream as checked UTF-8 without its byte order mark."""
    pieces, size = [], 0
    while piece := stream.read(_CHUNK):
        size += len(piece)
        if size > limit:
            raise InvalidObject(subject, f"at most {limit} bytes", "more", "split the file or raise the limit")
        pieces.append(piece)
    return checked_utf8(b"".join(pieces), subject)


def checked_utf8(data: bytes, subject: str) -> bytes:
    """`data` without a UTF-8 byte order mark; other encodings are named and refused, with the byte where it shows."""
    for mark, name in _UTF16.items():
        if data.startswith(mark):
            raise InvalidObject(subject, "UTF-8", name, "save it as UTF-8")
    if data[:2] in (b"{\0", b"[\0", b"\0{", b"\0["):  # UTF-16 without its mark: RFC 4627 §3
        raise InvalidObject(subject, "UTF-8", "UTF-16 without a byte order mark", "save it as UTF-8")
    _check_utf8(data, subject)
    return data.removeprefix(codecs.BOM_UTF8)


def _check_utf8(data: bytes, subject: str) -> None:
    if data.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):  # in pieces, so that no second copy of the file exists as text
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + _CHUNK], start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            at = start - held + error.start
            found = f"byte 0x{data[at]:02x} at offset {at}"
            raise InvalidObject(subject, "UTF-8", found, "it may be Latin-1: save it as UTF-8") from None


def broken(data: bytes, error: Exception, subject: str) -> InvalidObject:
    """What a JSON decoder complained about, as line and column."""
    if isinstance(error, RecursionError):
        return InvalidObject(subject, "JSON nested no deeper than people write", "nesting without end")
    found = _BYTE.search(str(error))
    at = min(int(found[1]), len(data)) if found else len(data)
    line = data.count(b"\n", 0, at) + 1
    column = len(data[data.rfind(b"\n", 0, at) + 1 : at].decode("utf-8", "replace")) + 1
    what = _BYTE.sub("", str(error)).removeprefix("JSON is malformed: ").strip()[:80]
    return InvalidObject(subject, "JSON", f"{what} at line {line}, column {column}", "ask the source to send it again")


@lru_cache(4)
def top_level(head: bytes) -> dict[str, str] | None:
    """The keys of a JSON object (of the first in a list, or on the first line) with their values where those are text;
    None where `head` does not begin as JSON. The head may end anywhere."""
    head = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if head[:1] not in (b"{", b"["):
        return None
    found: dict[str, str] = {}
    depth, wanted, key, value_next = 0, 1, "", False
    for match in _TOKENS.finditer(head):
        token = match[0]
        if token in b"{[":
            depth += 1
            wanted = 2 if token == b"{" and depth == 2 and head[:1] == b"[" and wanted == 1 else wanted
            value_next = False
        elif token in b"}]":
            depth -= 1
            if depth < wanted:
                break
        elif depth == wanted and token == b":":
            found.setdefault(key, "")
            value_next = True
        elif depth == wanted and token[:1] == b'"':
            text = token[1:-1].decode("utf-8", "replace")
            if value_next:
                found[key] = text
            else:
                key = text
            value_next = False
        elif token == b",":
            value_next = False
    return found


def nested(raw: bytes, limit: int) -> bool:
    """Whether brackets outside strings go deeper than `limit`."""
    if raw.count(b"{") + raw.count(b"[") <= limit:
        return False
    depth = 0
    for match in _BRACKETS.finditer(raw):
        bracket = match[0]
        if bracket in b"{[":
            depth += 1
            if depth > limit:
                return True
        elif bracket in b"}]":
            depth -= 1
    return False


_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]', re.DOTALL)
JSON_ERRORS = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
