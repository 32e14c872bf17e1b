"""Ids that follow from what they name, so that two states that record one thing record one object (STIX 2.1 §2.9)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha1
from typing import Any

import msgspec

__all__ = ["derived_id", "observable_id"]

# STIX 2.1 §2.9: the namespace of deterministic ids, and per type which properties make them.
_NAMESPACE = bytes.fromhex("00abedb4aa42466c9c01fed23315a9b7")
_OURS = bytes.fromhex("5b1b2a546a0e5a2e9d2c0e7f0a1c0000")
_VALUE = ("value",)
_CONTRIBUTING: Mapping[str, tuple[str, ...]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": _VALUE,
    "email-addr": _VALUE,
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "parent_directory_ref", "extensions"),
    "ipv4-addr": _VALUE,
    "ipv6-addr": _VALUE,
    "mac-addr": _VALUE,
    "mutex": ("name",),
    "network-traffic": (
        "start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions",
    ),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": _VALUE,
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
    "phone-number": _VALUE,
    "bank-account": ("iban", "country", "bank", "account_number"),
    "cryptocurrency-wallet": _VALUE,
    "identity-document": ("document_type", "issuer", "number"),
    "vehicle": ("country", "plate"),
    "x-oureyes-observable": ("kind", "value"),
}  # fmt: skip
# STIX 2.1 §2.9: of several hashes one counts, the first present in this order.
_HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-512")
_PLAIN = msgspec.json.Encoder(order="sorted")  # RFC 8785 for what occurs here: strings, integers, ASCII keys


def observable_id(kind: str, content: Mapping[str, Any]) -> str:
    """The deterministic id of an observable; of all its properties where the standard names none that is present."""
    contributing = _CONTRIBUTING.get(kind, ())
    if contributing is _VALUE and "value" in content:  # most of them
        return f"{kind}--{_uuid5(_NAMESPACE, _PLAIN.encode({'value': content['value']}))}"
    chosen = {name: content[name] for name in contributing if name in content}
    if not chosen:
        chosen = {name: value for name, value in content.items() if name not in ("id", "type", "spec_version")}
        chosen["type"] = kind
    hashes = chosen.get("hashes")
    if isinstance(hashes, Mapping) and hashes:
        first = next((name for name in _HASHES if name in hashes), min(hashes))
        chosen["hashes"] = {first: hashes[first]}
    return f"{kind}--{_uuid5(_NAMESPACE, _PLAIN.encode(chosen))}"


def derived_id(kind: str, *parts: str) -> str:
    """An id of our own that follows from `parts`, such as the uuid of what an object was made from."""
    return f"{kind}--{_uuid5(_OURS, _PLAIN.encode((kind, *parts)))}"


def _uuid5(namespace: bytes, name: bytes) -> str:
    """RFC 9562 §5.5; written out because `uuid.uuid5` takes three times as long."""
    made = bytearray(sha1(namespace + name, usedforsecurity=False).digest()[:16])
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    text = made.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
