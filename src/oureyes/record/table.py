"""CSV and TSV: one row is one thing. A mapping says what the columns are; without one the header's names do.

Rows that hold no observable (incidents, places, figures) are kept whole as `x-oureyes-row`, so that nothing is lost and
all of it is found by search; the header is kept as `x-oureyes-table`. Every line counts as a row, the header too.

Roles a mapping may give a column: value, type, comment, date, name, alias, dob, nationality, tag, tlp, and any kind of
observable (phone-number, iban, …), by which each cell of that column is one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, BinaryIO

from oureyes.errors import InvalidObject
from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.markings import TLP_IDS, Marking
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables import KINDS, Observable, defang, normalise
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import lists, signals
from oureyes.record.demands import of_tags
from oureyes.record.observed import dated, guess, marking_refs, moment, provenance, recorded, reported, source_of
from oureyes.record.opening import read_bytes
from oureyes.record.rows import is_table, kept, rows_of

__all__ = ["NAME", "export_csv", "neutral", "read", "sniff"]

NAME = "table"

ROLES = frozenset(["value", "type", "comment", "date", "name", "alias", "dob", "nationality", "tag", "tlp"])
_NAMES: Mapping[str, str] = {
    "value": "value", "indicator": "value", "ioc": "value", "observable": "value", "indicator_value": "value",
    "type": "type", "entity_type": "type", "indicator_type": "type", "ioc_type": "type", "kind": "type",
    "notes": "comment", "note": "comment", "description": "comment", "comment": "comment", "comments": "comment",
    "date": "date", "first_seen": "date", "tag": "tag", "tags": "tag", "label": "tag", "labels": "tag", "tlp": "tlp",
    "ip": "ip", "ipaddress": "ip", "ip_address": "ip", "domain": "domain", "hostname": "domain", "url": "url",
    "email": "email", "e-mail": "email", "phone": "phone", "phone_number": "phone", "md5": "md5", "sha1": "sha1",
    "sha256": "sha256", "iban": "iban", "wallet": "wallet", "bank_account": "bank-account", "passport": "passport",
}  # fmt: skip
_TRIGGERS = frozenset(_NAMES.values()) - {"type", "comment", "date", "tag", "tlp"}
_LOOSE = frozenset(_TRIGGERS - {"value"})
_MANY = re.compile(r"[\s,;|]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide forms count in East Asia


def sniff(head: bytes, name: str) -> bool:
    """By its name: a table looks like any text. Lists that have a layout of their own are theirs."""
    return is_table(name) and b"\0" not in head and not (lists.sniff(head, name) or signals.sniff(head, name))


@dataclass(frozen=True, slots=True)
class _Table:
    source: str
    at: str
    country: str | None
    columns: tuple[str, ...]
    roles: tuple[str, ...]
    identity: StixObject


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """A header or none, then every row in order."""
    subject = options.source or NAME
    rows = rows_of(read_bytes(stream, subject, options.max_bytes), subject)
    first = next((row for row in rows if isinstance(row, list)), None)
    if first is None:
        return
    table, headed = _opened(first, options)
    if headed:
        yield from _header(table)
    else:
        yield from _row(first, table, 1)
    for place, row in enumerate(rows, 2):
        if isinstance(row, InvalidObject):
            yield Rejected(row.subject, row, b"", (("rows", 1),))
        else:
            yield from _row(row, table, place)


def _opened(first: Sequence[str], options: Options) -> tuple[_Table, bool]:
    """What the columns are, and whether the first row names them."""
    asked = {name.strip().lower(): role for name, role in options.mapping.items()}
    names = tuple(cell.strip() for cell in first)
    roles = tuple(_role(name, asked) for name in names)
    headed = any(roles) or _is_header(names)
    if not headed:
        names = tuple(f"column {place}" for place in range(1, len(first) + 1))
        roles = tuple(_role(name, asked) for name in names)
        if len(first) == 1:
            roles = ("value",)
    source = options.source or NAME
    by = source_of(source, recorded(options))
    table = _Table(source, dated(options), options.country, names, _meant(roles), by)
    return table, headed


def _role(name: str, asked: Mapping[str, str]) -> str:
    if asked:
        role = asked.get(name.lower(), "")
        if role and role not in ROLES and role not in KINDS and role not in _LOOSE:
            raise InvalidObject(f"mapping of column {name[:40]}", "a role or a kind of observable", role[:40])
        return role
    return _NAMES.get(name.lower().replace(" ", "_"), "")


def _meant(roles: tuple[str, ...]) -> tuple[str, ...]:
    """A type or a comment without a value says nothing about observables: the rows are kept as rows."""
    return roles if any(role in _TRIGGERS or role in KINDS or role == "name" for role in roles) else ()


def _is_header(names: Sequence[str]) -> bool:
    """Names are distinct, short and no figures."""
    return len(set(names)) == len(names) and all(
        name and len(name) < 64 and not name[0].isdigit() and guess(name) is None for name in names
    )


def _header(table: _Table) -> Iterator[Record]:
    yield Record(table.identity)
    yield Record(kept("x-oureyes-table", {"columns": list(table.columns)}), counts=(("rows", 1),))


def _row(row: Sequence[str], table: _Table, place: int) -> Iterator[Record | Rejected]:
    counts = (("rows", 1),)
    short = () if len(row) == len(table.columns) else (f"{len(row)} cells where the header names {len(table.columns)}",)
    if not table.roles:
        yield _as_row(row, table, short)
        return
    cells = _by_role(row, table)
    if cells.get("value") == [""] and not any(cells.get(role) for role in cells if role in _LOOSE or role in KINDS):
        error = InvalidObject(f"{table.source} row {place}", "a value", "none", "fill it in or leave the row out")
        yield Rejected(error.subject, error, ",".join(row).encode()[: 1 << 20], counts)
        return
    yield from _meaning(row, cells, table, short)


def _by_role(row: Sequence[str], table: _Table) -> dict[str, list[str]]:
    cells: dict[str, list[str]] = {}
    for role, cell in zip(table.roles, row, strict=False):
        if role:
            cells.setdefault(role, []).append(cell.strip())
    return cells


def _meaning(
    row: Sequence[str], cells: Mapping[str, list[str]], table: _Table, short: tuple[str, ...]
) -> Iterator[Record]:
    observables = tuple(dict.fromkeys(_observables(cells, table.country)))
    marking, hold = of_tags(f"tlp:{cell}" for cell in cells.get("tlp", ()) if cell)
    said = cells.get("date", [""])[0]
    at = moment(said) or table.at
    if said and not moment(said):
        short = (*short, "its date is none this node reads (2026-03-01): not used as one")
    if cells.get("name", [""])[0]:
        yield from _person(row, cells, observables, table, at, marking, hold)
    elif observables:
        meant = _said(row, cells, table, marking)
        yield from reported(observables, meant, at, "rows", odd=short, marking=marking, hold=hold)
    else:
        message = "no cell is a valid observable: kept as a row, not indexed as one"
        yield _as_row(row, table, (*short, message), marking, hold)


def _observables(cells: Mapping[str, list[str]], country: str | None) -> Iterator[Observable]:
    kinds = cells.get("type", [""])
    for value in cells.get("value", ()):
        yield from _typed(kinds[0], value, country)
    for role, values in cells.items():
        if role in KINDS or role in _LOOSE:
            found = (normalise(role, value, country) for value in values if value)
            yield from (one for one in found if one is not None)


def _typed(kind: str, value: str, country: str | None) -> Iterator[Observable]:
    """One value, or several hashes of one file in a cell."""
    found = normalise(kind.strip(), value, country) if kind else None
    pieces = [piece for piece in _MANY.split(value) if piece]
    hashes = [normalise("hash", piece) for piece in pieces]
    if found is not None:
        yield found
    elif pieces and all(hashes):
        yield from (one for one in hashes if one is not None)
    elif kind.strip().lower() in ("", "file", "ioc", "indicator", "unknown", "other", "network", "c2"):
        guessed = guess(value, country) or (normalise("file-name", value) if kind.lower() == "file" else None)
        if guessed is not None:
            yield guessed


def _said(row: Sequence[str], cells: Mapping[str, list[str]], table: _Table, marking: Marking | None) -> dict[str, Any]:
    comment = "; ".join(text for text in cells.get("comment", ()) if text)
    tags = [tag for cell in cells.get("tag", ()) for tag in re.split(r"[,;|]", cell) if tag.strip()]
    return {
        "created_by_ref": table.identity.id,
        **({"description": comment} if comment else {}),
        **({"labels": [tag.strip() for tag in tags]} if tags else {}),
        **marking_refs(marking),
        "extensions": provenance("row", dict(zip(table.columns, row, strict=False))),
    }


def _as_row(
    row: Sequence[str], table: _Table, messages: tuple[str, ...], marking: Marking | None = None, hold: str = ""
) -> Record:
    columns = dict(zip(table.columns, row, strict=False))
    extra = list(row[len(table.columns) :])
    named = next((columns[name] for name in columns if name.lower() in ("name", "longname", "title", "value")), "")
    content = {"source_name": table.identity, **({"name": named} if named else {}), "columns": columns}
    obj = kept("x-oureyes-row", content | ({"further_cells": extra} if extra else {}))
    findings = tuple(Finding(obj.id, "warning", message) for message in messages)
    return Record(obj, findings, marking, counts=(("rows", 1),), hold=hold)


def _person(
    row: Sequence[str],
    cells: Mapping[str, list[str]],
    observables: Sequence[Observable],
    table: _Table,
    at: str,
    marking: Marking | None,
    hold: str,
) -> Iterator[Record]:
    """A row with a name is an identity; what else it holds is observed about that person."""
    from oureyes.model.observables import sco

    aliases = [alias.strip() for cell in cells.get("alias", ()) for alias in cell.split("|") if alias.strip()]
    listed = {"aliases": aliases, "dob": cells.get("dob", []), "nationality": cells.get("nationality", [])}
    refs = [sco(one).id for one in observables]
    obj = StixObject.make(
        {
            "type": "identity",
            "spec_version": "2.1",
            "id": derived_id("identity", table.source, *row),
            "created": at,
            "modified": at,
            "created_by_ref": table.identity.id,
            "name": cells["name"][0],
            "identity_class": "individual",
            **({"description": "; ".join(cells["comment"])} if any(cells.get("comment", ())) else {}),
            **marking_refs(marking),
            "extensions": provenance("list", {key: value for key, value in listed.items() if any(value)})
            | ({EXTENSIONS["observables"]: _observed(observables, refs)} if refs else {}),
        }
    )
    for one in observables:
        yield Record(sco(one), marking=marking, hold=hold)
    yield Record(obj, marking=marking, counts=(("rows", 1),), hold=hold)


def _observed(observables: Sequence[Observable], refs: list[str]) -> dict[str, Any]:
    shown = [{"kind": one.kind, "value": one.value} for one in observables]
    return {"extension_type": "property-extension", "observables": shown, "observable_refs": refs}


_EXPORTED = (
    *("id", "type", "name", "description", "created", "modified", "labels"),
    *("tlp", "pap", "handling", "until", "pattern"),
)


def export_csv(objects: Iterable[StixObject], defanged: bool = True, markings: Iterable[Marking] = ()) -> bytes:
    """A table for people: addresses defanged, and no cell that a spreadsheet would run as a formula. `markings` are
    what each object goes under; without them the table says what the objects say themselves."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180 §2
    writer.writerow(_EXPORTED)
    for obj, marking in zip_longest(objects, markings):
        content = {**obj.content, "name": obj.name, **_marks(obj, marking)}
        cells = [_cell(content.get(name)) for name in _EXPORTED]
        writer.writerow([neutral(defang(cell) if defanged else cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # spreadsheets guess the encoding without the mark


def _marks(obj: StixObject, marking: Marking | None) -> dict[str, str]:
    said = [TLP_IDS[ref] for ref in obj.marking_refs if ref in TLP_IDS]
    own = obj.content.get("valid_until")
    ends = [str(end) for end in (own, marking.expires if marking else None) if is_instant(end)]
    until = min(ends, key=nanoseconds) if ends else ""
    if marking is None:
        return {"tlp": max(said).label if said else "", "pap": "", "handling": "", "until": until}
    tlp = max([marking.tlp, *said])
    return {"tlp": tlp.label, "pap": f"PAP:{marking.pap.name}", "handling": str(marking.handling), "until": until}


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return "" if value is None else str(value)


def neutral(cell: str) -> str:
    """A cell that starts as a formula does gets an apostrophe (OWASP, CSV injection)."""
    return "'" + cell if cell.lstrip().startswith(_FORMULA) or cell.startswith(_FORMULA) else cell
