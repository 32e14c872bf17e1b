"""Rows of a CSV or TSV file as text, and a row that is kept as it is: what tables and lists share."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from threading import Lock
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.identifiers import observable_id
from oureyes.model.objects import EXTENSIONS, StixObject

__all__ = ["LONGEST", "is_table", "kept", "rows_of"]

LONGEST = 131_072  # characters of a cell: a quote that is never closed swallows no more of a table
_LIMIT = Lock()  # Python has one limit for all its CSV readers


def is_table(name: str) -> bool:
    """Whether the file's name says CSV or TSV."""
    return name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))


def rows_of(
    data: bytes, subject: str, longest: int = LONGEST, *, strict: bool = False
) -> Iterator[list[str] | InvalidObject]:
    """The rows as text, blank lines left out; a row that cannot be read, or has a cell of more than `longest`
    characters, is its error. `strict` takes no quote that is not closed, nor text behind one that is."""
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    reader = csv.reader(text, delimiter=_delimiter(data), strict=strict)
    while True:
        began = reader.line_num + 1
        try:
            row = _next(reader, longest)
        except StopIteration:
            return
        except csv.Error as error:
            where = f"{subject} line {began}"
            yield InvalidObject(where, "a CSV row", str(error)[:80], "check its quotes")
            continue
        if any(cell.strip("\x1a \t") for cell in row):  # DOS ended its files with 0x1A
            yield row


def _next(reader: Iterator[list[str]], longest: int) -> list[str]:
    with _LIMIT:
        before = csv.field_size_limit(longest)
        try:
            return next(reader)
        finally:
            csv.field_size_limit(before)


def _delimiter(data: bytes) -> str:
    """The one that the first line holds most of, outside quotes."""
    line = re.sub(rb'"[^"]*"', b"", data[:65536].lstrip().split(b"\n", 1)[0])
    best = max(b",\t;|", key=lambda mark: line.count(bytes([mark])))
    return chr(best) if line.count(bytes([best])) else ","


def kept(kind: str, content: dict[str, Any]) -> StixObject:
    """A custom observable that holds `content` and nothing else; its id follows from it."""
    body = {"type": kind, "spec_version": "2.1", "id": observable_id(kind, content), **content}
    return StixObject.make(body | {"extensions": {EXTENSIONS["observables"]: {"extension_type": "new-sco"}}})
