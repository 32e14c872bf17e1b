"""A STIX object: the bytes exactly as received, and typed access to what the index needs.

The bytes are the object. Parsing and writing again through a library changed 1,871 of 3,000 real objects, so what
is stored, signed, served and digested is the slice that came; everything else is derived from it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.instants import nanoseconds

__all__ = ["EXTENSIONS", "OBSERVABLE_TYPES", "StixObject", "digest", "encode", "is_identifier"]

# SCO types have no versions; their ids follow from their content (STIX 2.1 §2.9).
OBSERVABLE_TYPES = frozenset(
    (
        *("artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file"),
        *("ipv4-addr", "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url"),
        *("user-account", "windows-registry-key", "x509-certificate"),
        *("phone-number", "bank-account", "cryptocurrency-wallet", "identity-document", "vehicle", "media-content"),
        *("payment-card",),
        *("x-oureyes-observable", "x-misp-attribute", "x-oureyes-table", "x-oureyes-row"),
    )
)

# Our own kinds are STIX objects under extension definitions of ours (STIX 2.1 §7.3).
EXTENSIONS: Mapping[str, str] = {
    "marking": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0001",
    "x-oureyes-plan": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0002",
    "x-oureyes-claim": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0003",
    "x-oureyes-lesson": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0004",
    "x-oureyes-request": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0005",
    "x-oureyes-notice": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0006",
    "x-oureyes-case": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0007",
    "observables": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0008",
    "provenance": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0009",
    "media": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0101",
    "x-oureyes-transfer": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0102",
    "judgement": "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0201",
}

_TYPE, _UUID = r"[a-z0-9][a-z0-9-]{1,248}[a-z0-9]", "-".join(f"[0-9a-fA-F]{{{n}}}" for n in (8, 4, 4, 4, 12))
_IDENTIFIER = re.compile(f"{_TYPE}--{_UUID}")
_AFTER_TYPE = re.compile(f"--{_UUID}")
_T = TypeVar("_T")
# Properties below which no reference stands (STIX 2.1 §2.5, §2.7, §2.6, §7.2.3); they are many, and walked for nothing.
_BARREN = frozenset(("external_references", "hashes", "kill_chain_phases", "granular_markings"))
_DECODE = msgspec.json.Decoder()


class _Once(Generic[_T]):
    """A property that is worked out on first use. `functools.cached_property` takes a lock for that (until Python
    3.12), which ingest cannot afford; what is kept hides this, so that later uses cost what any attribute costs."""

    def __init__(self, work: Callable[[Any], _T]) -> None:
        self._work, self._name = work, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> _T:
        made = instance.__dict__[self._name] = self._work(instance)
        return made


def is_identifier(text: object) -> bool:
    """Whether `text` is a STIX identifier, `type--UUID` (STIX 2.1 §2.9; upper-case hex occurs in OASIS's own data)."""
    return isinstance(text, str) and _IDENTIFIER.fullmatch(text) is not None


@lru_cache(1024)
def _is_type(kind: str) -> bool:
    return re.fullmatch(_TYPE, kind) is not None


def _belongs(identifier: str, kind: str) -> bool:
    """Whether it is an identifier of that type: the same question, asked of the part that differs each time."""
    at = len(kind)
    begins = at <= 250 and identifier[:at] == kind
    return begins and _AFTER_TYPE.fullmatch(identifier, at) is not None and _is_type(kind)


def digest(raw: bytes) -> bytes:
    """SHA-256 over the exact bytes: what statements cite and receipts cover."""
    return hashlib.sha256(raw).digest()


def encode(content: Mapping[str, Any]) -> bytes:
    """The bytes of an object that *we* produce, compact UTF-8 JSON in the order given."""
    return msgspec.json.encode(content)


@dataclass(frozen=True)
class StixObject:
    """One STIX object. `raw` is what counts; `content` is its decoded form and is never written to."""

    raw: bytes
    content: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, raw: bytes) -> StixObject:
        """From bytes; InvalidObject when they are no JSON object with a usable `id` and `type`."""
        try:
            content = _DECODE.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise InvalidObject("object", "JSON", str(error)[:120], "ask the source to send it again") from None
        if not isinstance(content, dict):
            raise InvalidObject("object", "a JSON object", type(content).__name__)
        return cls.of(raw, content)

    @classmethod
    def of(cls, raw: bytes, content: Mapping[str, Any]) -> StixObject:
        """From bytes already decoded."""
        identifier, kind = content.get("id"), content.get("type")
        if isinstance(identifier, str) and isinstance(kind, str) and _belongs(identifier, kind):
            return cls(raw, content)
        if not isinstance(kind, str) or not kind:
            raise InvalidObject(str(identifier or "object")[:120], "a `type`", "none")
        if not is_identifier(identifier):
            raise InvalidObject(str(identifier)[:120], f"an id of the form {kind[:60]}--UUID", "another form")
        raise InvalidObject(str(identifier), f"an id that begins with its type, {kind[:60]}--", "another prefix")

    @classmethod
    def make(cls, content: Mapping[str, Any], links: tuple[tuple[str, str], ...] | None = None) -> StixObject:
        """An object of our own making. `links` are what it refers to, where its maker has just written that and it
        need not be looked for; they count only when nothing else in it is named like a reference."""
        made = cls.of(encode(content), content)
        if links is not None:
            named = len(dict(links)) + ("object_marking_refs" in content)
            if made.raw.count(b"_ref") == named and b"\\u" not in made.raw:
                made.__dict__["_links"] = links
        return made

    @_Once
    def id(self) -> str:
        return str(self.content["id"])

    @_Once
    def type(self) -> str:
        return str(self.content["type"])

    @property
    def version(self) -> str:
        """`modified`, else `created`, else "": exactly as the object writes it (TAXII 2.1 §3.4.1)."""
        return str(self.content.get("modified") or self.content.get("created") or "")

    @_Once
    def instant(self) -> int:
        """The version as nanoseconds, 0 for objects without versions: what versions are compared by."""
        return nanoseconds(self.version) if self.version else 0

    @property
    def created_by(self) -> str | None:
        value = self.content.get("created_by_ref")
        return value if isinstance(value, str) else None

    @property
    def revoked(self) -> bool:
        return self.content.get("revoked") is True

    @property
    def marking_refs(self) -> tuple[str, ...]:
        refs = self.content.get("object_marking_refs")
        return tuple(ref for ref in refs if isinstance(ref, str)) if isinstance(refs, list) else ()

    @property
    def name(self) -> str:
        """What a person calls it, for lists; the id where it has no name."""
        for key in ("name", "value", "path", "key", "subject", "relationship_type", "definition_type", "number"):
            value = self.content.get(key)
            if isinstance(value, str) and value:
                return value
        return self.id

    @_Once
    def digest(self) -> bytes:
        """SHA-256 over `raw`."""
        return digest(self.raw)

    def references(self) -> tuple[tuple[str, str], ...]:
        """(property, id) of every `*_ref` and `*_refs`, however deep (STIX 2.1 §2.9); markings are not among them."""
        return self._links

    @_Once
    def _links(self) -> tuple[tuple[str, str], ...]:
        if self.raw and b"_ref" not in self.raw and b"\\u" not in self.raw:  # most observables, told without a walk
            return ()
        return tuple(_references(self.content, []))


def _references(content: Mapping[str, Any], out: list[tuple[str, str]]) -> list[tuple[str, str]]:
    # decoded JSON holds exact types only, and every object passes here: `type() is` costs half of isinstance
    for key, value in content.items():
        kind = type(value)
        if kind is str:
            if key[-4:] == "_ref" and key != "marking_ref" and _IDENTIFIER.fullmatch(value):
                out.append((key, value))
        elif kind is list:
            if key not in _BARREN:
                _listed(key, value, out)
        elif kind is dict and key not in _BARREN:
            _references(value, out)
    return out


def _listed(key: str, values: list[Any], out: list[tuple[str, str]]) -> None:
    named = key[-5:] == "_refs" and key != "object_marking_refs"
    for value in values:
        kind = type(value)
        if kind is str:
            if named and _IDENTIFIER.fullmatch(value):
                out.append((key, value))
        elif kind is dict:
            _references(value, out)
        elif kind is list:
            _listed(key, value, out)
