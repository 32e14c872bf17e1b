"""Private search sets (PSS, of the hashlookup project): a list as keyed digests in a Bloom filter, checked offline.

Front-line devices have no line to ask by. They carry the filter and, apart from it, its key: whoever has both can try
guesses without limit, so such a set is dated, signed, short-lived, and made of what may be asked about and nothing
else. The form is that of PSS: `private-search-set.json` describes it, `private-search-set.bloom` is a filter as DCSO's
`bloom` and `flor` write it (dcso-v1), `private-search-set.pss`, where there is one, lists the digests. A signature
beside them is ours, and other tools need not read it.
"""

from __future__ import annotations

import hmac
import math
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from oureyes.errors import InvalidObject

__all__ = [
    "BLOOM",
    "DESCRIPTION",
    "LISTED",
    "REVOKED_TYPE",
    "SIGNATURE",
    "SIGNED_TYPE",
    "Bloom",
    "Described",
    "Revoked",
    "Signed",
    "digest_of",
]

DESCRIPTION, BLOOM, LISTED = "private-search-set.json", "private-search-set.bloom", "private-search-set.pss"
SIGNATURE = "private-search-set.dsse"
REVOKED_TYPE = "application/vnd.oureyes.search-set-revocations+json"
SIGNED_TYPE = "application/vnd.oureyes.search-set+json"
_HEAD = struct.Struct("<QQdQQQ")  # version, capacity, chance, functions, bits, outputs held
_MODULUS, _FACTOR = 18446744073709551557, 18446744073709550147  # of dcso-v1
_FNV, _PRIME, _WORD = 14695981039346656037, 1099511628211, (1 << 64) - 1
_MOST_BITS, _MOST_FUNCTIONS = 1 << 33, 64


class _Bloomfilter(msgspec.Struct, rename="kebab"):
    capacity: int
    fp_probability: float
    format: str


class Described(msgspec.Struct, rename="kebab"):
    """`private-search-set.json`."""

    algorithm: str
    bloomfilter: _Bloomfilter
    description: str
    generated_timestamp: int
    keyid: str
    version: int
    canonicalization_format: str = ""
    misp_attribute_types: list[str] = []

    @classmethod
    def read(cls, raw: bytes) -> Described:
        """InvalidObject when it is none, or is of an algorithm or filter that this node does not know."""
        try:
            found = msgspec.json.decode(raw, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InvalidObject(DESCRIPTION, "the description of a private search set", "another form") from None
        if found.algorithm not in _ALGORITHMS or found.bloomfilter.format != "dcso-v1":
            known = f"{', '.join(_ALGORITHMS)} in dcso-v1"
            raise InvalidObject(DESCRIPTION, known, f"{found.algorithm[:20]} in {found.bloomfilter.format[:20]}")
        return found

    @classmethod
    def made(cls, description: str, keyid: str, at: int, capacity: int, chance: float) -> Described:
        """Of a set of ours."""
        form = _Bloomfilter(capacity, chance, "dcso-v1")
        return cls("HMAC-SHA-256", form, description, at, keyid, 1, "canon/1", ["text"])

    @property
    def raw(self) -> bytes:
        """As it is written."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)


class Revoked(msgspec.Struct, frozen=True):
    """The sets of one maker that hold no longer, as it signs them."""

    v: int
    origin: str
    at: str
    ids: tuple[str, ...]


class Signed(msgspec.Struct, frozen=True):
    """What the maker signs: whom it is for, how long it holds, and the digests of its files."""

    v: int
    id: str
    origin: str
    audience: str
    at: str
    expires: str
    files: Mapping[str, str]


def digest_of(algorithm: str, key: bytes, text: str) -> str:
    """The keyed digest of a value, as it stands in the set."""
    return _ALGORITHMS[algorithm](key, text.encode())


_ALGORITHMS: Mapping[str, Callable[[bytes, bytes], str]] = {
    "HMAC-SHA-256": lambda key, text: hmac.digest(key, text, "sha256").hex(),
    "HMAC-SHA-512": lambda key, text: hmac.digest(key, text, "sha512").hex(),
    "Blake2b": lambda key, text: blake2b(text, key=key).hexdigest(),
    "Blake2": lambda key, text: blake2b(text, key=key).hexdigest(),  # as the project's own tool calls it
}


@dataclass(frozen=True, slots=True)
class Bloom:
    """A filter in the form dcso-v1."""

    capacity: int
    chance: float
    functions: int
    bits: int
    held: int
    body: bytes

    @classmethod
    def of(cls, digests: Iterable[str], chance: float) -> Bloom:
        """A filter of digests; its capacity is one more, since `flor` takes a filter for full one before."""
        kept = sorted(set(digests))
        capacity = len(kept) + 1
        bits = math.ceil(capacity * abs(math.log(chance)) / math.log(2) ** 2)
        functions = math.ceil(math.log(2) * bits / capacity)
        body = bytearray(-(-bits // 64) * 8)
        for one in kept:
            for place in _places(one.encode(), functions, bits):
                body[place >> 3] |= 1 << (place & 7)
        return cls(capacity, chance, functions, bits, len(kept), bytes(body))

    @classmethod
    def read(cls, raw: bytes) -> Bloom:
        """InvalidObject when it is no such filter; whatever is attached behind it is not looked at."""
        if len(raw) < _HEAD.size:
            raise InvalidObject(BLOOM, "a filter of the form dcso-v1", "fewer bytes")
        version, capacity, chance, functions, bits, held = _HEAD.unpack_from(raw)
        size = -(-bits // 64) * 8
        good = version & 0xFF == 1 and 0 < functions <= _MOST_FUNCTIONS and 0 < bits <= _MOST_BITS and 0 < chance < 1
        if not good or len(raw) < _HEAD.size + size:
            raise InvalidObject(BLOOM, "a filter of the form dcso-v1", "another form")
        return cls(capacity, chance, functions, bits, held, raw[_HEAD.size : _HEAD.size + size])

    @property
    def raw(self) -> bytes:
        """As it is written."""
        return _HEAD.pack(1, self.capacity, self.chance, self.functions, self.bits, self.held) + self.body

    def __contains__(self, digest: str) -> bool:
        return all(
            self.body[place >> 3] & 1 << (place & 7) for place in _places(digest.encode(), self.functions, self.bits)
        )


def _places(value: bytes, functions: int, bits: int) -> list[int]:
    number = _FNV
    for byte in value:  # FNV-1 of 64 bits
        number = number * _PRIME & _WORD ^ byte
    number %= _MODULUS
    out = []
    for _ in range(functions):
        number = (number * _FACTOR & _WORD) % _MODULUS
        out.append(number % bits)
    return out
