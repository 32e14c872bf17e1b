"""What an object says about whom it names: names and aliases, and what tells two bearers of a name apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oureyes.model.objects import EXTENSIONS

__all__ = ["Name", "Subject", "TYPES", "subject_of"]

TYPES = frozenset(("identity", "threat-actor", "person", "x-oureyes-person"))
_MOST = 12  # names of one object; a list entry with more repeats itself
_LONGEST = 150

_ALIASES = ("aliases", "x_aliases", "x_opencti_aliases", "x_mitre_aliases", "nicknames", "x_nicknames")
_BIRTH = (
    "dob",
    "date_of_birth",
    "birth_date",
    "birthdate",
    "x_dob",
    "x_date_of_birth",
    "x_birth_date",
    "birth_year",
    "yob",
)
_SEX = ("gender", "sex", "x_gender", "x_sex")
_COUNTRY = ("nationality", "nationalities", "country", "citizenship", "x_nationality", "x_country", "countries")
_PLACE = ("pob", "place_of_birth", "x_place_of_birth", "birth_place")
_DOCUMENT = ("passport", "passports", "document_number", "document_numbers", "documents", "national_id", "id_number",
             "x_passport", "x_national_id", "x_document_number")  # fmt: skip
_SPLIT = re.compile(r"\s*;\s*|\s+@\s+|\s+(?:a\.?k\.?a\.?|alias|f\.?k\.?a\.?)\s+", re.IGNORECASE)
_NOBODY = re.compile(r"(?:unknown|unnamed|n/?a|none|anonymous|test|redacted|-+|\?+)", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_SPAN = re.compile(r"\b(1[89]\d\d|20\d\d)\s*(?:–|-|to|/)\s*(1[89]\d\d|20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a subject; an alias is evidence of its own, and weaker than a name."""

    text: str
    alias: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """`kind` is person, organisation or "" where the object does not say."""

    kind: str
    names: tuple[Name, ...]
    years: frozenset[int] = frozenset()
    sex: str = ""
    countries: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    same_as: str = ""


def subject_of(content: Mapping[str, Any]) -> Subject | None:
    """None for what names nobody, and for an author of whom nothing but the name is said."""
    if content.get("type") not in TYPES:
        return None
    kind, said = _kind(content), _said(content)
    if kind == "organisation" and not said and _is_author(content):
        return None
    fields = {**content, **said}
    names = tuple(_names(content, said))
    if not names:
        return None
    return Subject(
        kind,
        names[:_MOST],
        frozenset(year for text in _texts(fields, _BIRTH) for year in _years(text)),
        next((text.strip().lower()[:1] for text in _texts(fields, _SEX) if text.strip().lower()[:1] in ("m", "f")), ""),
        frozenset(text.strip().casefold() for text in _texts(fields, _COUNTRY)),
        frozenset(text.strip().casefold() for text in _texts(fields, _PLACE)),
        frozenset(number for text in _texts(fields, _DOCUMENT) if len(number := re.sub(r"\W", "", text).upper()) >= 5),
        str(said.get("alias_of_ref", "")),
    )


def _kind(content: Mapping[str, Any]) -> str:
    if content.get("type") in ("person", "x-oureyes-person"):
        return "person"
    if content.get("type") != "identity":
        return ""
    known = {"individual": "person", "group": "organisation", "organization": "organisation", "class": "organisation",
             "system": "organisation"}  # fmt: skip
    return known.get(str(content.get("identity_class", "")), "organisation" if "identity_class" not in content else "")


def _said(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a source said in its own terms, as importers keep it (`record.observed.provenance`)."""
    extensions = content.get("extensions")
    kept = extensions.get(EXTENSIONS["provenance"]) if isinstance(extensions, dict) else None
    inner = [value for value in kept.values() if isinstance(value, dict)] if isinstance(kept, dict) else []
    return {key: value for one in inner for key, value in one.items()}


_SUBSTANCE = ("roles", "sectors", "labels", "aliases", "x_aliases", "description")


def _is_author(content: Mapping[str, Any]) -> bool:
    """Every file brings the identity of who wrote it: two such are no crime understood."""
    return not any(content.get(field) for field in _SUBSTANCE)


def _names(content: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Name]:
    seen: set[str] = set()
    native = said.get("native")
    sources: list[tuple[object, bool]] = [(content.get("name"), bool(said.get("alias_of_ref"))), (native, False)]
    sources += [
        (f"{first} {last}", False)
        for first, last in [(content.get("first_name"), content.get("last_name"))]
        if first and last
    ]
    sources += [(content.get(field), True) for field in _ALIASES] + [(said.get("aliases"), True)]
    for value, alias in sources:
        for text in _strings(value):
            for place, part in enumerate(_SPLIT.split(text)):
                if part not in seen and _usable(part):
                    seen.add(part)
                    yield Name(part, alias or place > 0)


def _usable(text: str) -> bool:
    if not text or len(text) > _LONGEST or _NOBODY.fullmatch(text):
        return False
    return len(_LETTER.findall(text)) >= (3 if text.isascii() else 2)


def _texts(fields: Mapping[str, Any], wanted: Iterable[str]) -> Iterator[str]:
    for field in wanted:
        yield from _strings(fields.get(field))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _years(text: str) -> Iterator[int]:
    """Every year a birth date may mean; a span is all of its years."""
    span = _SPAN.search(text)
    if span and 0 <= int(span[2]) - int(span[1]) <= 15:
        yield from range(int(span[1]), int(span[2]) + 1)
    else:
        yield from (int(year) for year in _YEAR.findall(text))
