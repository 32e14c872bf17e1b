"""Numbers for what is named again and again: ids, markings, sources."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from oureyes.model.markings import Marking
from oureyes.model.objects import digest
from oureyes.storage.dialect import insert_many, next_numbers, rows, select_in
from oureyes.storage.texts import to_text

__all__ = ["ACCOUNT", "idents", "label", "labels", "markings", "source", "voice"]

ACCOUNT = "account"  # the kind of a source that is an outside account's postings


def idents(connection: Connection, ids: Iterable[str], *, make: bool = True) -> dict[str, int]:
    """Interned numbers of ids; unknown ones are given one when `make`."""
    wanted = list(dict.fromkeys(ids))
    known = {
        str(text): int(n) for text, n in select_in(connection, "SELECT id, n FROM ident WHERE id IN (:in)", wanted)
    }
    fresh = [text for text in wanted if text not in known] if make else []
    if fresh:
        start = next_numbers(connection, "ident")
        made = {text: start + place for place, text in enumerate(fresh)}
        insert_many(connection, "ident", "id, n", list(made.items()))
        known |= made
    return known


def label(connection: Connection, marking: Marking) -> int:
    """The interned number of a marking."""
    return labels(connection, [marking])[marking]


def labels(connection: Connection, markings: Iterable[Marking]) -> dict[Marking, int]:
    """Interned numbers of markings."""
    found: dict[Marking, int] = {}
    for marking in dict.fromkeys(markings):
        text = to_text(marking.to_json())
        key = digest(text.encode())
        known = rows(connection, "SELECT n FROM label WHERE digest = ?", [key])
        if known:
            found[marking] = int(known[0][0])
        else:
            found[marking] = next_numbers(connection, "label")
            insert_many(connection, "label", "n, digest, tlp, marking", [(found[marking], key, int(marking.tlp), text)])
    return found


def markings(connection: Connection) -> dict[int, Marking]:
    """Every label: thousands at most, which is why policy is decided here and not per row."""
    found = rows(connection, "SELECT n, marking FROM label")
    return {int(n): Marking.from_json(msgspec.json.decode(text)) for n, text in found}


def source(connection: Connection, origin: str, name: str, kind: str = "", date: str = "") -> int:
    """The number of a source: a file, feed or partner, as `origin` knows it."""
    known = rows(connection, "SELECT n FROM source WHERE origin = ? AND name = ?", [origin, name])
    if known:
        return int(known[0][0])
    n = next_numbers(connection, "source")
    insert_many(connection, "source", "n, origin, name, kind, date", [(n, origin, name, kind, date)])
    return n


def voice(connection: Connection, source: int) -> int:
    """Whose versions belong together: an origin speaks with one voice, each outside account with its own."""
    found = rows(connection, "SELECT kind FROM source WHERE n = ?", [source])
    return source if found and found[0][0] == ACCOUNT else 0
