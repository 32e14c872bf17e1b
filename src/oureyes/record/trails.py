"""Plain lists of values, one a line: Maltrail's trail lists, where a comment above the values names the report they
come from, and any other text file that holds nothing but values. JSON lists of values by site are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.objects import StixObject
from oureyes.model.observables import normalise, sco
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record.observed import dated, guess, provenance, recorded, reported, source_of
from oureyes.record.opening import JSON_ERRORS, broken, read_bytes, top_level
from oureyes.record.rows import kept

__all__ = ["NAME", "read", "sniff"]

NAME = "trails"

_REFERENCE = re.compile(r"#+\s*Reference:\s*(\S+)")
_ALIASES = re.compile(r"#+\s*Aliases:\s*(.+)")
_VALUES_FIRST = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"[^"\\]*"\s*:\s*\[\s*["\]]')
_ALLOWED = frozenset(["allow", "allowed", "whitelist"])


def sniff(head: bytes, name: str) -> bool:
    """Maltrail's comments, a text file of nothing but values, or a JSON object of lists of text."""
    if _VALUES_FIRST.match(head):
        keys = top_level(head) or {}
        return not any(keys.values()) and not {"type", "id", "Event", "response", "Attribute"} & set(keys)
    if not name.lower().removesuffix(".gz").endswith((".txt", ".list", ".lst")) or b"\0" in head:
        return False
    return b"# Reference:" in head or _only_values(head)


def _only_values(head: bytes) -> bool:
    """Every line but comments is one value, and most of them are observables."""
    lines = [line.strip() for line in head.decode("utf-8", "replace").splitlines()[:200]]
    values = [line for line in lines if line and not line.startswith("#")]
    if not values or any(" " in value for value in values):
        return False
    return sum(guess(value) is not None for value in values) * 2 > len(values)


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """Every value with the report it came from."""
    subject = options.source or NAME
    data = read_bytes(stream, subject, options.max_bytes)
    by = source_of(subject, recorded(options))
    yield Record(by)
    if data.lstrip()[:1] == b"{":
        yield from _by_site(data, subject, by.id, dated(options))
    else:
        yield from _lines(data.decode(), by.id, dated(options))


def _lines(text: str, by: str, at: str) -> Iterator[Record]:
    """A run of `# Reference:` lines belongs to the values below it, up to the next run."""
    references: list[str] = []
    labels: list[str] = []
    fresh = True
    for line in text.splitlines():
        line = line.strip()
        if found := _REFERENCE.match(line):
            references = [*([] if fresh else references), found[1]]
            fresh = False
        elif found := _ALIASES.match(line):
            labels = [alias.strip() for alias in found[1].split(",") if alias.strip()]
        elif line and not line.startswith("#"):
            fresh = True
            yield from _entry(line.partition(" #")[0].strip(), references, labels, by, at)


def _entry(value: str, references: list[str], labels: list[str], by: str, at: str) -> Iterator[Record]:
    said: dict[str, Any] = {
        "created_by_ref": by,
        **({"labels": labels} if labels else {}),
        **({"external_references": [_reference(url) for url in references]} if references else {}),
        "extensions": provenance("trail", {"value": value}),
    }
    observable = None if value.startswith("/") else _of(value)
    if observable is not None:
        yield from reported((observable,), said, at, "entries", told=(value, *references))
    elif value.startswith("/"):
        yield Record(_path(value, said, by, at), counts=(("entries", 1),))
    else:
        obj = kept("x-oureyes-row", {"source_name": by, "name": value, "columns": {"value": value}})
        yield Record(obj, (Finding(obj.id, "warning", "no observable: kept as given"),), counts=(("entries", 1),))


def _of(value: str) -> Any:
    """A host, `host:port` (the port is kept in what the source said), or a URL."""
    host, colon, port = value.rpartition(":")
    if colon and port.isdigit() and "/" not in value and host.count(":") != 1:
        return normalise("ip", host) or normalise("domain", host) or guess(value)
    return guess(value)


def _reference(url: str) -> dict[str, str]:
    found = re.match(r"(?:https?://)?([^/\s]+)", url)
    return {"source_name": found[1] if found else "report", "url": url}


def _path(value: str, said: Mapping[str, Any], by: str, at: str) -> StixObject:
    """A bare path is seen on many hosts: a pattern over URLs, and no observable."""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return StixObject.make(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": derived_id("indicator", by, "path", value, *_urls(said)),
            "created": at,
            "modified": at,
            "name": value[:256],
            "pattern": f"[url:value LIKE '%{quoted}%']",
            "pattern_type": "stix",
            "valid_from": at,
            **said,
        }
    )


def _urls(said: Mapping[str, Any]) -> list[str]:
    return [str(reference["url"]) for reference in said.get("external_references", ())]


def _by_site(data: bytes, subject: str, by: str, at: str) -> Iterator[Record | Rejected]:
    try:
        content = msgspec.json.decode(data, type=dict[str, list[str]])
    except msgspec.ValidationError:
        raise InvalidObject(subject, "lists of text under names", "something else", "see what can be read") from None
    except JSON_ERRORS as error:
        raise broken(data, error, subject) from None
    for site, values in content.items():
        for value in values:
            yield from _listed(site, value, by, at)


def _listed(site: str, value: str, by: str, at: str) -> Iterator[Record]:
    """A value under the name of its site. What is on an allow list is known, and nobody's indicator."""
    observable = guess(value) or normalise("wallet", value)
    if site.lower() in _ALLOWED:
        if observable is not None:
            yield Record(sco(observable), tags=("allow",), counts=(("allowed", 1),))
        return
    said = {"created_by_ref": by, "labels": [site[:256]], "extensions": provenance("trail", {"value": value})}
    if observable is not None:
        host = guess(site)
        yield from reported(
            (observable,), said | ({"description": f"Named by {site}"[:1024]} if host else {}), at, "entries"
        )
        return
    obj = kept("x-oureyes-row", {"source_name": by, "name": value[:1024], "columns": {"site": site, "value": value}})
    yield Record(obj, (Finding(obj.id, "warning", "no observable: kept as given"),), counts=(("entries", 1),))
