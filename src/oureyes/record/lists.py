"""Official lists of persons, organisations and wallets, in the layouts they are published in.

    OFAC      SDN.CSV and ALT.CSV (no header, `-0- ` for empty), and the list of digital currency addresses
    UN        the consolidated list of the Security Council, XML

Each entry is an identity with its names as given; a list entry is a fact about the list, never about a person met
elsewhere. `difference` compares two editions, so that only what changed is a new version and what left the list ends.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree  # behind _refuse_entities: no DTD, no entities
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from oureyes.errors import InvalidObject
from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import is_instant
from oureyes.model.objects import StixObject
from oureyes.model.observables import normalise
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record.observed import dated, moment, provenance, recorded, reported, source_of
from oureyes.record.opening import read_bytes
from oureyes.record.rows import kept, rows_of

__all__ = ["NAME", "Difference", "difference", "expired", "read", "sniff", "split_name"]

NAME = "lists"

_NONE = "-0-"
_ROW = re.compile(rb'\s*\d+,(?:"[^"\r\n]*"|[^,\r\n]*),')
_ASSETS = re.compile(rb"(?:\xef\xbb\xbf)?asset,address\s", re.IGNORECASE)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_CLASSES = {"individual": "individual", "": "organization", "vessel": "unknown", "aircraft": "unknown"}
_SDN = ("entry", "name", "kind", "program", "title", "call_sign", "vessel_type", "tonnage", "grt", "flag", "owner")
_COINS = {"xbt": "btc", "usdt": "", "usdc": "", "arb": "eth", "bsc": "eth"}  # tokens: the address says the chain


def sniff(head: bytes, name: str) -> bool:
    """OFAC's empty mark in a numbered row, its header of assets, or the UN's root element."""
    if _XML.match(head):
        return b"<CONSOLIDATED_LIST" in head
    return bool(_ASSETS.match(head)) or (b"-0-" in head and bool(_ROW.match(head)))


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """Every entry of whichever list it is."""
    subject = options.source or NAME
    data = read_bytes(stream, subject, options.max_bytes)
    if _XML.match(data):
        yield from _consolidated(data, subject, options)
    else:
        yield from _ofac(data, subject, options)


def _ofac(data: bytes, subject: str, options: Options) -> Iterator[Record | Rejected]:
    by = source_of(options.source or "OFAC", recorded(options), "OFAC")
    listed = _List("OFAC", dated(options), options.date, by)
    yield Record(listed.by)
    assets = _ASSETS.match(data) is not None
    for place, row in enumerate(rows_of(data, subject), 1):
        if isinstance(row, InvalidObject):
            yield Rejected(row.subject, row, b"", (("rows", 1),))
        elif assets:
            yield from _asset(row, listed, place)
        else:
            yield from _numbered(row, listed, subject, place)


@dataclass(frozen=True, slots=True)
class _List:
    source: str
    at: str
    date: str  # as published; "" where nobody says so
    by: StixObject


def _numbered(row: list[str], listed: _List, subject: str, place: int) -> Iterator[Record | Rejected]:
    cells = ["" if cell.strip() == _NONE else cell.strip() for cell in row]
    if len(cells) == 5 and cells[0].isdigit():
        yield from _alias(cells, listed)
    elif len(cells) >= 12 and cells[0].isdigit() and cells[1]:
        yield Record(_listed_identity(cells, listed), counts=(("rows", 1),))
    else:
        error = InvalidObject(f"{subject} row {place}", "OFAC's 12 or 5 columns", f"{len(row)}", "check the file")
        yield Rejected(error.subject, error, ",".join(row).encode()[: 1 << 20], (("rows", 1),))


def _listed_identity(cells: Sequence[str], listed: _List) -> StixObject:
    fields: dict[str, Any] = {name: cell for name, cell in zip(_SDN, cells, strict=False) if cell}
    remarks = " ".join(cells[11:]).strip()
    fields |= _remarks(remarks) | ({"remarks": remarks} if remarks else {})
    fields["program"] = re.findall(r"[\w-]+", cells[3])
    kind = _CLASSES.get(cells[2], "unknown")
    return _identity(derived_id("identity", "ofac", cells[0]), cells[1], kind, listed, listed.at, fields)


def _identity(identifier: str, name: str, kind: str, listed: _List, at: str, fields: Mapping[str, Any]) -> StixObject:
    described = {"source": listed.source, **fields}
    if kind == "individual":
        described |= split_name(name)
    if listed.date:
        described["list_date"] = moment(listed.date)
    return StixObject.make(
        {
            "type": "identity",
            "spec_version": "2.1",
            "id": identifier,
            "created": at,
            "modified": at,
            "created_by_ref": listed.by.id,
            "name": name,
            "identity_class": kind,
            "extensions": provenance("list", described),
        }
    )


def split_name(name: str) -> dict[str, str]:
    """`FAMILY, Given` in its parts; a name without a comma is left as it is."""
    family, comma, given = name.partition(",")
    return {"family": family.strip(), "given": given.strip()} if comma and given.strip() else {}


def _remarks(text: str) -> dict[str, Any]:
    """What OFAC writes into its last column, by its own abbreviations."""
    found = {
        "dob": re.findall(r"\bDOB ([^;.]+)", text),
        "pob": re.findall(r"\bPOB ([^;.]+)", text),
        "nationality": re.findall(r"\b(?:nationality|citizen) ([^;.]+)", text),
        "gender": re.findall(r"\bGender (\w+)", text)[:1],
        "aliases": re.findall(r"[af]\.k\.a\. '([^']+)'", text),
    }
    return {key: values for key, values in found.items() if values}


def _alias(cells: Sequence[str], listed: _List) -> Iterator[Record]:
    """An alias stands in a file of its own: an identity that points at the entry it is another name of."""
    entry = derived_id("identity", "ofac", cells[0])
    fields = {"entry": cells[0], "alias": cells[1], "alias_type": cells[2], "alias_of_ref": entry}
    fields |= {"remarks": cells[4]} if cells[4] else {}
    kind = "individual" if "," in cells[3] else "unknown"
    identifier = derived_id("identity", "ofac", cells[0], "alt", cells[1])
    obj = _identity(identifier, cells[3] or "unnamed", kind, listed, listed.at, fields)
    yield Record(obj, counts=(("rows", 1),))
    yield Record(_link(obj.id, entry, listed))


def _link(source: str, target: str, listed: _List) -> StixObject:
    return StixObject.make(
        {
            "type": "relationship",
            "spec_version": "2.1",
            "id": derived_id("relationship", source, "alias-of", target),
            "created": listed.at,
            "modified": listed.at,
            "created_by_ref": listed.by.id,
            "relationship_type": "alias-of",
            "source_ref": source,
            "target_ref": target,
        }
    )


def _asset(row: list[str], listed: _List, place: int) -> Iterator[Record | Rejected]:
    asset, address = (row[0].strip(), row[1].strip()) if len(row) > 1 else (row[0], "")
    if (asset.lower(), address.lower()) == ("asset", "address"):
        content = {"source_name": listed.source, "columns": ["asset", "address"]}
        yield Record(_table(content), counts=(("rows", 1),))
        return
    coin = _COINS.get(asset.lower(), asset.lower())
    found = normalise("wallet", f"{coin}:{address}" if coin else address) or normalise("wallet", address)
    said = {"created_by_ref": listed.by.id, "labels": ["sanctioned"]}
    said_fully = {**said, "extensions": provenance("list", {"source": listed.source, "asset": asset})}
    if found is not None:
        yield from reported((found,), said_fully, listed.at, "rows")
        return
    obj = _table({"source_name": listed.source, "columns": {"asset": asset, "address": address}}, "x-oureyes-row")
    message = "no address of a chain whose checksum this node knows: kept as a row"
    yield Record(obj, (Finding(obj.id, "warning", message),), counts=(("rows", 1),))


def _table(content: dict[str, Any], kind: str = "x-oureyes-table") -> StixObject:
    return kept(kind, content)


def _consolidated(data: bytes, subject: str, options: Options) -> Iterator[Record | Rejected]:
    _refuse_entities(data, subject)
    name = "UN Security Council"
    try:
        events = ElementTree.iterparse(io.BytesIO(data), events=("start", "end"))  # noqa: S314  # see _refuse_entities
        by = source_of(options.source or name, recorded(options), name)
        listed = _List(name, dated(options), options.date, by)
        yield Record(listed.by)
        for event, element in events:
            if event == "start" and element.tag == "CONSOLIDATED_LIST" and not options.date:
                if made := moment(element.get("dateGenerated", "")):
                    listed = _List(name, made, made, by)
            elif event == "end" and element.tag in ("INDIVIDUAL", "ENTITY"):
                yield from _entry(element, listed)
                element.clear()
    except ElementTree.ParseError as error:
        line, column = error.position
        found = f"{error.msg.partition(':')[0]} at line {line}, column {column + 1}"
        raise InvalidObject(subject, "XML", found, "ask the source to send it again") from None


def _refuse_entities(data: bytes, subject: str) -> None:
    """XML bombs and outside references need a declaration: without one, expat expands nothing (CWE-776, CWE-611)."""
    found = _DECLARATION.search(data)
    if found:
        line = data.count(b"\n", 0, found.start()) + 1
        raise InvalidObject(subject, "XML without DTD and entities", f"one at line {line}", "remove the declaration")


def _entry(element: ElementTree.Element, listed: _List) -> Iterator[Record | Rejected]:
    counts = (("entries", 1),)
    number = _text(element, "REFERENCE_NUMBER") or _text(element, "DATAID")
    parts = [_text(element, f"{place}_NAME") for place in ("FIRST", "SECOND", "THIRD", "FOURTH")]
    name = " ".join(part for part in parts if part)
    if not number or not name:
        error = InvalidObject(f"entry {number or '?'}", "a reference number and a name", "none", "check the file")
        yield Rejected(error.subject, error, ElementTree.tostring(element)[: 1 << 20], counts)
        return
    kind = "individual" if element.tag == "INDIVIDUAL" else "organization"
    at = _day(_text(element, "LISTED_ON")) or listed.at
    obj = _identity(derived_id("identity", "un", number), name, kind, listed, at, _facts(element, number, parts))
    yield Record(obj, counts=counts)


def _facts(element: ElementTree.Element, number: str, parts: list[str]) -> dict[str, Any]:
    prefix = element.tag
    native = _text(element, "NAME_ORIGINAL_SCRIPT")
    aliases = [_text(alias, "ALIAS_NAME") for alias in element.iter(f"{prefix}_ALIAS")]
    good = [alias for alias in ([native] if native else []) + aliases if alias]
    facts: dict[str, Any] = {
        "entry": number,
        "names": [part for part in parts if part],
        "native": native,
        "aliases": list(dict.fromkeys(good)),
        "dob": [text for dob in element.iter(f"{prefix}_DATE_OF_BIRTH") if (text := _birth(dob))],
        "pob": [text for pob in element.iter(f"{prefix}_PLACE_OF_BIRTH") if (text := _joined(pob))],
        "nationality": [value.text.strip() for value in element.findall("NATIONALITY/VALUE") if value.text],
        "address": [text for place in element.iter(f"{prefix}_ADDRESS") if (text := _joined(place))],
        "list_type": _text(element, "UN_LIST_TYPE"),
        "listed_on": _text(element, "LISTED_ON"),
        "remarks": _text(element, "COMMENTS1"),
    }
    return {key: value for key, value in facts.items() if value}


def _text(element: ElementTree.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _joined(element: ElementTree.Element) -> str:
    return ", ".join(text for inner in element if (text := (inner.text or "").strip()))


def _birth(element: ElementTree.Element) -> str:
    """A date, a year or a span of years, as exact as it is known."""
    date, year = _text(element, "DATE"), _text(element, "YEAR")
    years = "–".join(text for tag in ("FROM_YEAR", "TO_YEAR") if (text := _text(element, tag)))
    return date or year or years


def _day(text: str) -> str:
    made = f"{text[:10]}T00:00:00.000Z"
    return made if is_instant(made) else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one edition of a list to the next."""

    added: tuple[StixObject, ...]
    changed: tuple[StixObject, ...]
    removed: tuple[StixObject, ...]


def difference(old: Iterable[StixObject], new: Iterable[StixObject]) -> Difference:
    """By id; an entry counts as changed when anything but its dates did."""
    before, after = {obj.id: obj for obj in old}, {obj.id: obj for obj in new}
    return Difference(
        tuple(obj for key, obj in after.items() if key not in before),
        tuple(obj for key, obj in after.items() if key in before and _meant(obj) != _meant(before[key])),
        tuple(obj for key, obj in before.items() if key not in after),
    )


_NOT_MEANT = ("created", "modified", "valid_from", "extensions")


def _meant(obj: StixObject) -> dict[str, Any]:
    from oureyes.model.objects import EXTENSIONS

    content = {key: value for key, value in obj.content.items() if key not in _NOT_MEANT}
    extension = obj.content.get("extensions", {}).get(EXTENSIONS["provenance"], {})
    listed = extension.get("list", {}) if isinstance(extension, dict) else {}
    return content | {key: value for key, value in listed.items() if key != "list_date"}


def expired(removed: Iterable[StixObject], at: str) -> tuple[StixObject, ...]:
    """What left a list, revoked as of `at`: a new version, so that every holder's copy follows."""
    return tuple(
        StixObject.make({**obj.content, "modified": at, "revoked": True})
        for obj in removed
        if "modified" in obj.content
    )
