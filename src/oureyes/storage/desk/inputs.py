"""What was read, once, and what of it could not be: put aside for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from oureyes.errors import OurEyesError
from oureyes.model.objects import digest
from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, next_numbers, rows, run
from oureyes.storage.texts import from_text, to_text

__all__ = ["Original", "Quarantined", "original", "put_original", "quarantine", "quarantined", "settle_quarantined"]


@dataclass(frozen=True, slots=True)
class Original:
    """An input as it was read once: its digest makes reading it again add nothing."""

    digest: bytes
    source: int
    name: str
    format: str
    size: int
    at: str
    done: int
    state: str
    report: Mapping[str, Any]


def original(connection: Connection, dig: bytes) -> Original | None:
    """The run that read these bytes, if any."""
    found = rows(
        connection,
        "SELECT digest, source, name, format, size, at, done, state, report FROM original WHERE digest = ?",
        [dig],
    )
    if not found:
        return None
    d, source, name, kind, size, at, done, state, report = found[0]
    return Original(
        bytes(d), int(source), str(name), str(kind), int(size), str(at), int(done), str(state), from_text(report)
    )


def put_original(connection: Connection, item: Original) -> None:
    """Keep how far the reading of an input has come."""
    run(connection, "DELETE FROM original WHERE digest = ?", [item.digest])
    insert_many(
        connection,
        "original",
        "digest, source, name, format, size, at, done, state, report",
        [
            (
                item.digest,
                item.source,
                item.name,
                item.format,
                item.size,
                item.at,
                item.done,
                item.state,
                to_text(item.report),
            )
        ],
    )


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that could not be read, with what was expected and what to do."""

    n: int
    source: str
    subject: str
    expected: str
    found: str
    remedy: str
    raw: bytes
    at: str
    state: str


_REMEDY = "correct it at its source and import it again; after an update of this software: `oureyes quarantine retry`"


def quarantine(connection: Connection, source: str, error: OurEyesError, raw: bytes, at: str) -> bool:
    """Put something aside; the same bytes from the same source only once."""
    n = next_numbers(connection, "quarantine")
    said = (error.subject, error.expected, error.found, error.remedy or _REMEDY)
    fresh = run(
        connection,
        "INSERT INTO quarantine (n, source, subject, expected, found, remedy, raw, digest, at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING",
        [n, source, *said, raw, digest(raw), at],
    )
    if fresh > 0:
        noted(connection, "quarantine", str(n))
    return fresh > 0


def quarantined(connection: Connection, *, n: int | None = None, state: str = "waiting") -> list[Quarantined]:
    """What is waiting for a person, or one by its number."""
    where, values = ("n = ?", [n]) if n is not None else ("state = ?", [state])
    found = rows(
        connection,
        f"SELECT n, source, subject, expected, found, remedy, raw, at, state FROM quarantine WHERE {where} ORDER BY n",
        values,
    )
    return [
        Quarantined(int(r[0]), str(r[1]), str(r[2]), str(r[3]), str(r[4]), str(r[5]), bytes(r[6]), str(r[7]), str(r[8]))
        for r in found
    ]


def settle_quarantined(connection: Connection, n: int, state: str) -> None:
    """It was taken after all, or dropped."""
    run(connection, "UPDATE quarantine SET state = ? WHERE n = ?", [state, n])
    noted(connection, "quarantine", str(n))
