"""A statement on its way: signed by its origin (DSSE), then sealed to one recipient (HPKE).

DSSE signs the exact payload bytes, so nothing is ever canonicalised to be verified, and nothing is parsed before it
is. The objects lie in the payload verbatim: what a recipient stores is the very slice the origin released, and its
SHA-256 stands beside it.

The envelope here is one line of JSON (`payloadType`, `signatures`), a newline, and the payload as it is. DSSE's own
JSON puts the payload in base64: measured on 100 objects of 830 B that made the compressed wire 40 % larger and cost
a third more time. `to_dsse` and `from_dsse` convert, losslessly, for other tools; the signature is the same.

Before sealing the envelope is compressed, then padded to a bucket (Padmé, at most 12 % more), so that a relay sees
only a rounded size. One statement holds what one recipient may read anyway, so compressing mixes no secrets.
Every limit is checked before the work it limits.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from oureyes.errors import InvalidObject, VerificationError
from oureyes.exchange.keys import SealKey, SignKey, encrypt, key_id, verify
from oureyes.model.instants import is_instant
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Item, Kind, Statement

__all__ = [
    "MAX_BUNDLE",
    "MAX_DEPTH",
    "MAX_ENVELOPE",
    "MAX_ITEMS",
    "MAX_STATEMENT",
    "PAYLOAD_TYPE",
    "from_dsse",
    "marking_bytes",
    "open_",
    "open_statement",
    "pack",
    "padded",
    "pae",
    "refuse_deep",
    "seal",
    "sign_statement",
    "to_dsse",
    "unpack",
]

PAYLOAD_TYPE = "application/vnd.oureyes.statement+json"
MAX_ITEMS = 500
MAX_BUNDLE = 1 << 20  # objects and markings of one statement
MAX_STATEMENT = MAX_BUNDLE + (256 << 10)
MAX_ENVELOPE = MAX_STATEMENT + (16 << 10)
MAX_DEPTH = 64
_T = TypeVar("_T")
_MAX_HEAD = 32 << 10
_MAX_MARKING = 8 << 10
_MAX_AUDIENCE = 64
_MAX_REFS = 2000
_MAX_TAGS = 100
_MAX_REASON = 4000


class _Signature(msgspec.Struct, frozen=True):
    keyid: str
    sig: str


class _Head(msgspec.Struct, frozen=True):
    payloadType: str
    signatures: list[_Signature]


class _Dsse(msgspec.Struct, frozen=True):
    payload: str
    payloadType: str
    signatures: list[_Signature]


class _Item(msgspec.Struct, frozen=True, omit_defaults=True):
    object: msgspec.Raw
    odig: str
    marking: msgspec.Raw
    tags: list[str] = []


class _Payload(msgspec.Struct, frozen=True):
    v: int
    id: str
    origin: str
    aud: list[str]
    kind: str
    t: str
    items: list[_Item] = []
    refs: list[str] = []
    reason: str = ""
    detail: msgspec.Raw = msgspec.Raw(b"{}")


_ENCODE = msgspec.json.Encoder().encode
_HEAD = msgspec.json.Decoder(_Head)
_DSSE = msgspec.json.Decoder(_Dsse)
_PAYLOAD = msgspec.json.Decoder(_Payload)


def sign_statement(statement: Statement, key: SignKey) -> bytes:
    """The envelope: the statement's bytes under its origin's signature."""
    _check(statement)
    payload = _ENCODE(_written(statement))
    if len(payload) > MAX_STATEMENT:
        raise InvalidObject(statement.id, f"at most {MAX_STATEMENT} bytes", f"{len(payload)}", "bundle fewer objects")
    return pack(PAYLOAD_TYPE, payload, (key,))


def open_statement(envelope: bytes, keys: Mapping[str, bytes], me: str) -> Statement:
    """The statement, once its origin's signature holds (`keys`: member → Ed25519 public key) and it is for `me`."""
    payload, signers = unpack(envelope, PAYLOAD_TYPE, keys)
    read = _decode(_PAYLOAD, payload, "statement")
    if read.origin not in signers:
        found = "that of " + ", ".join(signers) if signers else "no member's"
        raise VerificationError(_short(read.id), f"the signature of {_short(read.origin)}", found, _RESEND)
    if me not in read.aud:
        named = ", ".join(read.aud)[:80]
        raise VerificationError(
            _short(read.id), f"an audience with {me}", named, "it was re-addressed; call its origin"
        )
    return _read(read)


def pae(payload_type: str, payload: bytes) -> bytes:
    """What DSSE signs (DSSE v1 protocol, Pre-Authentication Encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def pack(payload_type: str, payload: bytes, signers: tuple[SignKey, ...]) -> bytes:
    """An envelope over `payload`, signed by each."""
    message = pae(payload_type, payload)
    signatures = [_Signature(key.id, _base64(key.sign(message))) for key in signers]
    return _ENCODE(_Head(payload_type, signatures)) + b"\n" + payload


def unpack(envelope: bytes, payload_type: str, keys: Mapping[str, bytes]) -> tuple[bytes, tuple[str, ...]]:
    """The payload, and which of `keys` signed it. A signature by a known key that does not hold is refused outright."""
    head, payload = _split(envelope)
    if head.payloadType != payload_type:
        raise InvalidObject("envelope", payload_type, _short(head.payloadType))
    message = pae(payload_type, payload)
    known = {key_id(public): (member, public) for member, public in keys.items()}
    signers = []
    for signature in head.signatures:
        member, public = known.get(signature.keyid, ("", b""))
        if member and not verify(public, _bytes(signature.sig), message):
            raise VerificationError("envelope", f"the signature of {member}", "one that does not hold", _RESEND)
        if member:
            signers.append(member)
    return payload, tuple(dict.fromkeys(signers))


def to_dsse(envelope: bytes) -> bytes:
    """The same as DSSE's JSON envelope, for other tools."""
    head, payload = _split(envelope)
    return _ENCODE(_Dsse(_base64(payload), head.payloadType, head.signatures))


def from_dsse(text: bytes) -> bytes:
    """From DSSE's JSON envelope."""
    if len(text) > MAX_ENVELOPE * 2:
        raise InvalidObject("envelope", f"at most {MAX_ENVELOPE * 2} bytes", f"{len(text)}")
    read = _decode(_DSSE, text, "envelope")
    return _ENCODE(_Head(read.payloadType, read.signatures)) + b"\n" + _bytes(read.payload)


def seal(envelope: bytes, recipient_key: bytes, info: bytes) -> bytes:
    """Compressed, padded and encrypted to an X-Wing public key; `info` (the entry's place) is bound to it."""
    if len(envelope) > MAX_ENVELOPE:
        raise InvalidObject("envelope", f"at most {MAX_ENVELOPE} bytes", f"{len(envelope)}", "bundle fewer objects")
    packed = zlib.compress(envelope, 1)
    plain = b"\x01" + len(packed).to_bytes(4, "big") + packed
    return encrypt(plain.ljust(padded(len(plain)), b"\x00"), recipient_key, info)


def open_(sealed: bytes, key: SealKey, info: bytes) -> bytes:
    """The envelope again. VerificationError when not for this key and place; InvalidObject when it unpacks to junk."""
    plain = key.decrypt(sealed, info)
    end = 5 + int.from_bytes(plain[1:5], "big")
    if plain[:1] != b"\x01" or not 5 < end <= len(plain) or plain.count(0, end) != len(plain) - end:
        raise InvalidObject("sealed entry", "version 1, a length and zero padding", "something else")
    return _inflate(plain[5:end])


def padded(length: int) -> int:
    """The bucket a length is rounded up to: Padmé (Nikitin and others, 2019, §4), from 512 bytes on."""
    if length <= 512:
        return 512
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def refuse_deep(raw: bytes, subject: str) -> None:
    """InvalidObject when brackets nest beyond MAX_DEPTH, told without decoding. Few brackets cannot nest deep, so
    only the rare object with many is looked at closely."""
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _STRING.sub(b"", raw).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"{[" else -1
        if depth > MAX_DEPTH:
            raise InvalidObject(subject, f"nesting of at most {MAX_DEPTH} levels", "more")


@lru_cache(1024)
def marking_bytes(marking: Marking) -> bytes:
    """A marking as it travels."""
    return _marking_within(msgspec.json.encode(marking.to_json()))


_RESEND = "ask the partner to send it again, or to renew its roster entry"
_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
# Possessive, and also matching a string that never ends: linear whatever the input.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


def _check(statement: Statement) -> None:
    """What both sides hold a statement to."""
    subject, audience = _short(statement.id), statement.audience
    if not statement.id or len(statement.id) > 64 or not statement.id.isprintable():
        raise InvalidObject(subject, "a statement id of 1 to 64 characters", "another")
    if not 1 <= len(audience) <= _MAX_AUDIENCE or len(set(audience)) != len(audience):
        raise InvalidObject(subject, f"an audience of 1 to {_MAX_AUDIENCE} different members", f"{len(audience)}")
    if len(statement.items) > MAX_ITEMS or len(statement.refs) > _MAX_REFS:
        found = f"{len(statement.items)} and {len(statement.refs)}"
        raise InvalidObject(subject, f"at most {MAX_ITEMS} objects and {_MAX_REFS} references", found)
    if not is_instant(statement.time):
        raise InvalidObject(subject, "a UTC instant", statement.time[:40])
    if len(statement.reason) > _MAX_REASON:
        raise InvalidObject(subject, f"a reason of at most {_MAX_REASON} characters", f"{len(statement.reason)}")


def _written(statement: Statement) -> _Payload:
    detail = _ENCODE(statement.detail)
    refuse_deep(detail, f"{_short(statement.id)} detail")
    return _Payload(
        v=1,
        id=statement.id,
        origin=statement.origin,
        aud=list(statement.audience),
        kind=statement.kind.value,
        t=statement.time,
        items=[_written_item(item) for item in statement.items],
        refs=list(statement.refs),
        reason=statement.reason,
        detail=msgspec.Raw(detail),
    )


def _written_item(item: Item) -> _Item:
    raw = item.object.raw
    # White space around the object would be outside the slice a reader sees, and so outside its digest.
    if raw[:1] != b"{" or raw[-1:] != b"}":
        raise InvalidObject(item.object.id, "bytes that begin with { and end with }", "others")
    refuse_deep(raw, item.object.id)
    marking = msgspec.Raw(marking_bytes(item.marking))
    return _Item(msgspec.Raw(raw), item.object.digest.hex(), marking, list(item.tags))


def _read(read: _Payload) -> Statement:
    if read.v != 1:
        raise InvalidObject(_short(read.id), "statement version 1", str(read.v), "update this node")
    if len(read.items) > MAX_ITEMS:
        raise InvalidObject(_short(read.id), f"at most {MAX_ITEMS} objects", f"{len(read.items)}")
    statement = Statement(
        id=read.id,
        origin=read.origin,
        audience=tuple(read.aud),
        kind=_kind(read),
        time=read.t,
        items=tuple(_read_item(item, place, read.id) for place, item in enumerate(read.items)),
        refs=tuple(read.refs),
        reason=read.reason,
        detail=_detail(bytes(read.detail), read.id),
    )
    _check(statement)
    return statement


def _kind(read: _Payload) -> Kind:
    try:
        return Kind(read.kind)
    except ValueError:
        raise InvalidObject(_short(read.id), "a kind this node knows", _short(read.kind), "update this node") from None


def _read_item(item: _Item, place: int, statement: str) -> Item:
    subject, raw = f"{_short(statement)} item {place}", bytes(item.object)
    refuse_deep(raw, subject)
    found = StixObject.parse(raw)
    if found.digest.hex() != item.odig:
        raise VerificationError(found.id[:120], "the digest its origin signed", "another", _RESEND)
    if len(item.tags) > _MAX_TAGS or any(len(tag) > 250 for tag in item.tags):
        raise InvalidObject(found.id[:120], f"at most {_MAX_TAGS} tags of 250 characters", f"{len(item.tags)}")
    return Item(found, _marking(bytes(item.marking)), tuple(item.tags))


@lru_cache(1024)  # 8 MiB at worst
def _marking(raw: bytes) -> Marking:
    return Marking.from_json(_mapping(_marking_within(raw), "marking"))


def _marking_within(raw: bytes) -> bytes:
    if len(raw) > _MAX_MARKING:
        raise InvalidObject("marking", f"at most {_MAX_MARKING} bytes", f"{len(raw)}", "shorten its conditions")
    return raw


def _detail(raw: bytes, statement: str) -> Mapping[str, object]:
    return _mapping(raw, f"{_short(statement)} detail")


def _mapping(raw: bytes, subject: str) -> dict[str, Any]:
    refuse_deep(raw, subject)
    content = _decode(_ANY, raw, subject)
    if not isinstance(content, dict):
        raise InvalidObject(subject, "a JSON object", type(content).__name__)
    return content


_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def _split(envelope: bytes) -> tuple[_Head, bytes]:
    if len(envelope) > MAX_ENVELOPE:
        raise InvalidObject("envelope", f"at most {MAX_ENVELOPE} bytes", f"{len(envelope)}")
    end = envelope.find(b"\n", 0, _MAX_HEAD)
    if end < 0:
        raise InvalidObject("envelope", f"a first line of at most {_MAX_HEAD} bytes", "none")
    head = _decode(_HEAD, envelope[:end], "envelope")
    # One signature a key, so that verifying costs no more than the keys one knows.
    if len({signature.keyid for signature in head.signatures}) != len(head.signatures) or len(head.signatures) > 128:
        raise InvalidObject("envelope", "at most 128 signatures, one a key", f"{len(head.signatures)}")
    return head, envelope[end + 1 :]


def _decode(decoder: msgspec.json.Decoder[_T], raw: bytes, subject: str) -> _T:
    """msgspec's own recursion guard makes nesting in skipped parts an error, never a crash."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidObject(subject, "JSON of the agreed form", str(error)[:120], _RESEND) from None


def _inflate(packed: bytes) -> bytes:
    """At most MAX_ENVELOPE bytes: a bomb stops there."""
    unzip = zlib.decompressobj()
    try:
        envelope = unzip.decompress(packed, MAX_ENVELOPE + 1)
    except zlib.error as error:
        raise InvalidObject("sealed entry", "zlib data (RFC 1950)", str(error)[:80]) from None
    if len(envelope) > MAX_ENVELOPE or not unzip.eof or unzip.unused_data:
        raise InvalidObject("sealed entry", f"one whole envelope of at most {MAX_ENVELOPE} bytes", "more or less")
    return envelope


def _base64(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode()


def _bytes(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise InvalidObject("envelope", "base64 (RFC 4648 §4)", "something else") from None


def _short(text: str) -> str:
    return text[:80]
