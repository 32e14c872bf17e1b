"""Reports and their parts, as the MISP door reads them: whole events by what each voice says of them.

An event is a report and what it refers to. A *voice* is who says so: this node and its members with one, each outside
account with its own, so that what an account pushes never mixes with what another says of the same event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from oureyes.model.markings import Marking
from oureyes.storage.dialect import chunks, rows, run, select_in
from oureyes.storage.filters import note_changed
from oureyes.storage.objects import ACCOUNT, label, place_anew

__all__ = [
    "Part",
    "Voice",
    "about",
    "bodies",
    "id_of",
    "live_referrers",
    "parts",
    "relabel",
    "reports",
    "said",
    "source_of",
    "standing",
    "touched",
]


@dataclass(frozen=True, slots=True)
class Voice:
    """A report as one voice says it. `account` is the number of the outside account's source, 0 for anybody else."""

    holding: int
    ident: int
    id: str
    label: int
    origin: str
    account: int
    object: int
    added: int
    held: bool = True  # and not held back


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is held; `whole` when no part of it is marked apart."""

    holding: int
    ident: int
    id: str
    label: int
    origin: str
    account: int
    whole: bool
    body: bytes


_IS_ACCOUNT = f"CASE WHEN s.kind = '{ACCOUNT}' THEN s.n ELSE 0 END"


def reports(connection: Connection, own: Sequence[int] = ()) -> list[Voice]:
    """Every report as each voice says it now; of the sources `own` also what is held back."""
    return said(connection, "report", own)


def said(connection: Connection, kind: str, own: Sequence[int] = ()) -> list[Voice]:
    """Every object of a type as each voice says it now; of the sources `own` also what is held back."""
    return [voice for voice in standing(connection, kind) if voice.held or voice.account in own]


def standing(connection: Connection, kind: str, idents: Iterable[int] | None = None) -> list[Voice]:
    """Every object of a type as each voice says it now, also what is held back: of all ids, or of some."""
    if idents is not None:
        return [voice for some in chunks(idents) for voice in _standing(connection, kind, f"i.n IN ({_numbers(some)})")]
    return _standing(connection, kind, "")


def _standing(connection: Connection, kind: str, only: str) -> list[Voice]:
    where, values = "o.type = ?", [kind]
    if connection.dialect.name == "sqlite":  # an id begins with its type: the index on ids finds them without a walk
        where, values = "i.id >= ? AND i.id < ?", [f"{kind}--", f"{kind}-."]
    found = rows(
        connection,
        f"SELECT h.n, h.ident, i.id, h.label, h.origin, {_IS_ACCOUNT}, h.object, h.added, h.state FROM ident i"
        " JOIN holding h ON h.ident = i.n JOIN object o ON o.n = h.object JOIN source s ON s.n = h.source"
        f" WHERE {only or where} AND h.last AND h.state IN ('held', 'held-back') AND o.body IS NOT NULL",
        [] if only else values,
    )
    return [
        Voice(n, ident, str(text), lab, str(o), acc, obj, added, state == "held")
        for n, ident, text, lab, o, acc, obj, added, state in found
    ]


def touched(connection: Connection, after: int) -> list[tuple[int, str]]:
    """(number, id) of everything that was placed after a position: added, changed, marked otherwise or taken back."""
    found = rows(
        connection,
        "SELECT DISTINCT i.n, i.id FROM holding h JOIN ident i ON i.n = h.ident WHERE h.placed > ?",
        [after],
    )
    return [(int(n), str(text)) for n, text in found]


def bodies(connection: Connection, objects: Iterable[int]) -> dict[int, bytes]:
    """The STIX 2.1 bytes of objects by number."""
    found = select_in(
        connection, "SELECT n, coalesce(upgraded, body) FROM object WHERE n IN (:in) AND body IS NOT NULL", objects
    )
    return {int(n): bytes(body) for n, body in found}


def parts(connection: Connection, ids: Iterable[str], own: Sequence[int] = ()) -> list[Part]:
    """The current holdings of ids, from every voice, in the order they came."""
    mine = f" OR (h.state = 'held-back' AND h.source IN ({_numbers(own)}))" if own else ""
    found = select_in(
        connection,
        f"SELECT h.n, h.ident, i.id, h.label, h.origin, {_IS_ACCOUNT}, o.whole, coalesce(o.upgraded, o.body)"
        " FROM ident i JOIN holding h ON h.ident = i.n JOIN object o ON o.n = h.object JOIN source s ON s.n = h.source"
        f" WHERE i.id IN (:in) AND h.last AND (h.state = 'held'{mine}) AND o.body IS NOT NULL",
        ids,
    )
    made = [
        Part(n, ident, str(text), lab, str(origin), account, bool(whole), bytes(body))
        for n, ident, text, lab, origin, account, whole, body in found
    ]
    return sorted(made, key=lambda part: part.holding)


def about(connection: Connection, ids: Iterable[str], kinds: Sequence[str]) -> list[str]:
    """The ids of notes, sightings and the like that refer to any of these."""
    found = select_in(
        connection,
        "SELECT DISTINCT b.id FROM ident i JOIN edge e ON e.target = i.n JOIN ident b ON b.n = e.source"
        " WHERE i.id IN (:in)",
        ids,
    )
    return sorted({str(text) for (text,) in found if str(text).partition("--")[0] in kinds})


def id_of(connection: Connection, ident: int) -> str | None:
    """The id behind a number."""
    found = rows(connection, "SELECT id FROM ident WHERE n = ?", [ident])
    return str(found[0][0]) if found else None


def source_of(connection: Connection, origin: str, name: str) -> int:
    """The number of a source, 0 where there is none yet."""
    found = rows(connection, "SELECT n FROM source WHERE origin = ? AND name = ?", [origin, name])
    return int(found[0][0]) if found else 0


def relabel(connection: Connection, holdings: Iterable[int], marking: Marking, at_us: int) -> int:
    """Put holdings under another marking; how many were under one that differs."""
    number = label(connection, marking)
    changed = [
        int(n)
        for n, known in select_in(connection, "SELECT n, label FROM holding WHERE n IN (:in)", holdings)
        if int(known) != number
    ]
    note_changed(connection, changed)
    for n in changed:
        run(connection, "UPDATE holding SET label = ? WHERE n = ?", [number, n])
    place_anew(connection, changed, at_us)
    return len(changed)


def live_referrers(connection: Connection, ids: Iterable[str], source: int) -> dict[str, list[str]]:
    """For each id, the ids of what `source` says now that refers to it."""
    out: dict[str, list[str]] = {}
    for target, referrer in select_in(
        connection,
        "SELECT DISTINCT i.id, b.id FROM ident i JOIN edge e ON e.target = i.n JOIN ident b ON b.n = e.source"
        " JOIN holding h ON h.object = e.object WHERE i.id IN (:in) AND h.last AND h.source = ?"
        " AND h.state IN ('held', 'held-back')",
        ids,
        source,
    ):
        out.setdefault(str(target), []).append(str(referrer))
    return out


def _numbers(found: Iterable[int]) -> str:
    return ",".join(str(int(n)) for n in found)  # integers of ours, never text: safe to write out


def holdings_of(connection: Connection, ids: Iterable[str], source: int) -> dict[str, list[int]]:
    """The holdings of ids that `source` has and still stands by."""
    out: dict[str, list[int]] = {}
    for text, n in select_in(
        connection,
        "SELECT i.id, h.n FROM ident i JOIN holding h ON h.ident = i.n WHERE i.id IN (:in) AND h.source = ?"
        " AND h.state IN ('held', 'held-back', 'superseded')",
        dict.fromkeys(ids),
        source,
    ):
        out.setdefault(str(text), []).append(int(n))
    return out
