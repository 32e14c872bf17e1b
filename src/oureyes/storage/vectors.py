"""Vectors of reports' texts: derived, made by one model, kept beside the object and gone with its content.

A vector tells what its text says. It carries no marking of its own: who may not see the object's holding does not get
the vector read, and nothing sends one. Numbers below zero are the sample reports that a language starts from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from oureyes.storage.dialect import insert_many, rows, under

__all__ = ["Kept", "held", "number_of", "of", "put", "samples", "waiting"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A standing holding whose object has a vector; `body` is empty for a text that no vector could be made of."""

    object: int
    id: str
    label: int
    language: str
    body: bytes


def put(connection: Connection, model: str, found: Sequence[tuple[int, str, bytes]]) -> None:
    """(object number, language, vector) of texts; what is there stays."""
    insert_many(
        connection,
        "vector",
        "object, model, language, body",
        [(number, model, language, body) for number, language, body in found],
        ignore=True,
    )


def of(connection: Connection, model: str, number: int) -> tuple[str, bytes] | None:
    """(language, vector) of one object, by this model and no other."""
    found = rows(connection, "SELECT language, body FROM vector WHERE object = ? AND model = ?", [number, model])
    return (str(found[0][0]), bytes(found[0][1])) if found else None


def samples(connection: Connection, model: str) -> list[tuple[str, bytes]]:
    """(language, vector) of the sample reports in their order."""
    sql = "SELECT language, body FROM vector WHERE model = ? AND object < 0 ORDER BY object DESC"
    return [(str(language), bytes(body)) for language, body in rows(connection, sql, [model])]


def number_of(connection: Connection, holding: int) -> int:
    """Which object a holding is of."""
    return int(rows(connection, "SELECT object FROM holding WHERE n = ?", [holding])[0][0])


def held(connection: Connection, model: str, limit: int, labels: Iterable[int]) -> list[Kept]:
    """Vectors of what stands under the labels of a reader, newest first: one line for each holding. What the reader may
    not see takes nobody's place."""
    found = rows(
        connection,
        "SELECT v.object, i.id, h.label, v.language, v.body FROM vector v JOIN holding h ON h.object = v.object"
        " JOIN ident i ON i.n = h.ident WHERE v.model = ? AND v.object > 0 AND h.state = 'held' AND h.last"
        f" AND {under('h.label', labels)} ORDER BY v.object DESC LIMIT ?",
        [model, limit],
    )
    return [Kept(int(n), str(text), int(label), str(language), bytes(body)) for n, text, label, language, body in found]


def waiting(connection: Connection, types: Sequence[str], after: int, limit: int) -> list[tuple[int, bytes]]:
    """The next objects of some types that have their content: (number, STIX 2.1 form)."""
    marks = ", ".join("?" * len(types))
    wanted = f"n > ? AND type IN ({marks}) AND body IS NOT NULL"
    sql = f"SELECT n, upgraded, body FROM object WHERE {wanted} ORDER BY n LIMIT ?"
    return [(int(n), bytes(new or old)) for n, new, old in rows(connection, sql, [after, *types, limit])]
