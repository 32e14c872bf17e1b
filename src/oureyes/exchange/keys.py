"""A member's keys: Ed25519 to sign, X-Wing (ML-KEM-768 with X25519) to be sealed to. Both are kept as 32-byte seeds.

One Ed25519 key signs five kinds of thing, and none can pass for another because each begins differently: a statement
or roster with `DSSEv1 `, a checkpoint with `oureyes/`, a receipt with `cosignature/v1`, a request with `"@method"`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256, shake_128, shake_256
from itertools import pairwise

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from oureyes.errors import ConfigError, VerificationError

__all__ = [
    "ALG",
    "SEALING_COST",
    "SEAL_PUBLIC_SIZE",
    "SealKey",
    "SignKey",
    "encrypt",
    "interop_seed",
    "key_id",
    "load_seal_key",
    "load_sign_key",
    "new_seal_key",
    "new_sign_key",
    "refuse_weak_public",
    "verify",
]

ALG = "XWING-A256GCM"  # HPKE base mode (RFC 9180) with KEM X-Wing 0x647a, HKDF-SHA256 0x0001, AES-256-GCM 0x0002
SEAL_PUBLIC_SIZE = 1216  # ML-KEM-768 1184, then X25519 32 (draft-connolly-cfrg-xwing-kem §5.2)
SEALING_COST = 1136  # what sealing adds: the encapsulated key 1120, the tag 16
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class SignKey:
    """An Ed25519 private key. `seed` is what is saved; a log or a traceback never shows it."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_seed("signing key", self.seed)

    @cached_property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @cached_property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True)
class SealKey:
    """An X-Wing private key, from its 32-byte seed (draft-connolly-cfrg-xwing-kem §5.2)."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_seed("sealing key", self.seed)

    @cached_property
    def public(self) -> bytes:
        lattice, curve = self._halves
        return lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()

    @cached_property
    def id(self) -> str:
        return key_id(self.public)

    def decrypt(self, sealed: bytes, info: bytes) -> bytes:
        """VerificationError when it was not sealed to this key with this `info`, or was altered."""
        try:
            return _SUITE.decrypt(sealed, self._private, info=info)
        except (InvalidTag, ValueError):
            raise VerificationError("sealed entry", f"one sealed to key {self.id}", "another or altered") from None

    @cached_property
    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        wide = shake_256(self.seed).digest(96)
        return MLKEM768PrivateKey.from_seed_bytes(wide[:64]), X25519PrivateKey.from_private_bytes(wide[64:])

    @cached_property
    def _private(self) -> MLKEM768X25519PrivateKey:
        return MLKEM768X25519PrivateKey(*self._halves)


def new_sign_key() -> SignKey:
    return SignKey(os.urandom(32))


def new_seal_key() -> SealKey:
    return SealKey(os.urandom(32))


def load_sign_key(raw: bytes) -> SignKey:
    """A node's own key from what was saved (`key.seed`). ConfigError when anybody can know it."""
    return SignKey(_refuse_published("signing key", raw))


def load_seal_key(raw: bytes) -> SealKey:
    """A node's own key from what was saved (`key.seed`). ConfigError when anybody can know it."""
    return SealKey(_refuse_published("sealing key", raw))


def interop_seed(name: str) -> bytes:
    """The seed of a throw-away key of `interop/`: published, so `load_…` refuses it."""
    return sha256(b"oureyes interop throw-away key " + name.encode()).digest()


@lru_cache(1024)
def key_id(public: bytes) -> str:
    """How a public key is named: 16 hex digits of its SHA-256. A hint where to look, never proof."""
    return sha256(public).hexdigest()[:16]


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the Ed25519 signature (RFC 8032) is that of `public` over `message`."""
    try:
        _ed25519(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def encrypt(message: bytes, public: bytes, info: bytes) -> bytes:
    """HPKE to an X-Wing public key. `info` is bound, not sent."""
    return _SUITE.encrypt(message, _xwing(public), info=info)


def refuse_weak_public(subject: str, sign: bytes, seal: bytes) -> None:
    """VerificationError when a roster names a key that is malformed, of small order, or from a published example."""
    if len(sign) != 32 or len(seal) != SEAL_PUBLIC_SIZE:
        raise VerificationError(subject, f"keys of 32 and {SEAL_PUBLIC_SIZE} bytes", f"{len(sign)} and {len(seal)}")
    if bytes([*sign[:31], sign[31] & 0x7F]) in _SMALL_ORDER or sign in _example_publics():
        raise VerificationError(subject, "a key only its owner knows", f"the weak signing key {key_id(sign)}", _REMEDY)
    try:
        _xwing(seal)
    except ValueError:
        raise VerificationError(subject, "an X-Wing public key", "bytes that are none", _REMEDY) from None


_REMEDY = "make a new key with `oureyes init`"
_INTEROP_NAMES = ("ID", "MY", "SG", "TH", "VN")
# RFC 8032 §7.1, the five secret keys printed there; then those of the X-Wing draft's Appendix C.
_EXAMPLE_SEEDS = frozenset(
    bytes.fromhex(text)
    for text in (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    )
) | {shake_128(b"").digest(224)[at : at + 32] for at in (0, 96, 192)}
# Points of order 1, 2, 4 and 8, sign bit cleared, canonical and not: a signature under them proves nothing.
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


def _check_seed(subject: str, seed: bytes) -> None:
    if len(seed) != 32:
        raise ConfigError(subject, "32 bytes", f"{len(seed)}", "restore the key file from its backup")


def _refuse_published(subject: str, raw: bytes) -> bytes:
    _check_seed(subject, raw)
    steps = {(after - before) % 256 for before, after in pairwise(raw)}
    if len(steps) == 1 or raw in _EXAMPLE_SEEDS or raw in {interop_seed(name) for name in _INTEROP_NAMES}:
        raise ConfigError(subject, "one that only this node knows", "a test key that is published", _REMEDY)
    return raw


@lru_cache(1)
def _example_publics() -> frozenset[bytes]:
    seeds = (*_EXAMPLE_SEEDS, *(bytes([value]) * 32 for value in range(256)), bytes(range(32)))
    return frozenset(SignKey(seed).public for seed in seeds)


@lru_cache(256)
def _ed25519(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


@lru_cache(256)
def _xwing(public: bytes) -> MLKEM768X25519PublicKey:
    lattice = MLKEM768PublicKey.from_public_bytes(public[:-32])
    return MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(public[-32:]))
