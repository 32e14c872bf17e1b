"""RFC 9497's verifiable oblivious pseudorandom function, suite ristretto255-SHA512, over libsodium's group.

The asker blinds its input, the holder evaluates the blinded element and proves that it used the key it committed to,
the asker takes the blind away. The holder learns nothing of the input, the asker nothing of the key. What is called
`pkS`, `skS`, `Bm` … in the RFC is called so in the comments; its test vectors and another implementation check each
step (tests/correlate/test_blind_voprf.py). Elements and scalars are 32 bytes; only canonical ones are let in.

libsodium multiplies in constant time; Python around it does not. See docs/explanation/private-matching.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha512
from importlib import import_module
from pathlib import Path
from typing import Any

from oureyes.errors import InvalidObject, VerificationError

__all__ = [
    "ELEMENT",
    "PROOF",
    "PrivateKey",
    "blind",
    "derive_key",
    "evaluate",
    "evaluate_known",
    "filler",
    "finalize",
    "random_scalar",
    "refuse_bad_elements",
]

ELEMENT, PROOF = 32, 64
_CONTEXT = b"OPRFV1-\x01-ristretto255-SHA512"  # §3.1: mode 0x01 is VOPRF
_TO_GROUP, _TO_SCALAR = b"HashToGroup-" + _CONTEXT, b"HashToScalar-" + _CONTEXT
_DERIVE, _SEED = b"DeriveKeyPair" + _CONTEXT, b"Seed-" + _CONTEXT
_ORDER = 2**252 + 27742317777372353535851937790883648493  # of the group (RFC 9496 §4)
_FIELD = 2**255 - 19
_IDENTITY = bytes(ELEMENT)
_MOST = 512  # elements of one batch
_ONE = (1).to_bytes(32, "little")


@cache
def _group() -> Any:
    """libsodium, loaded with the first question: most commands of a node ask none. The package unpacks it into a
    temporary file for every process and leaves it there; once it is mapped the file is of no more use."""
    import rbcl

    with suppress(OSError):
        Path(import_module("rbcl._sodium").lib_path).unlink()
    return rbcl


def random_scalar() -> bytes:
    """A secret number below the group's order, other than zero."""
    return bytes(_group().crypto_core_ristretto255_scalar_random())


def _multiply(scalar: bytes, element: bytes) -> bytes:
    return bytes(_group().crypto_scalarmult_ristretto255(scalar, element))


def _from_base(scalar: bytes) -> bytes:
    return bytes(_group().crypto_scalarmult_ristretto255_base(scalar))


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A holder's key for one kind of selector and one epoch; `public` is what it commits to."""

    scalar: bytes = field(repr=False)
    public: bytes


def derive_key(seed: bytes, info: bytes) -> PrivateKey:
    """DeriveKeyPair (§3.2.1): the key of `seed` for what `info` names."""
    if len(seed) != 32:
        raise InvalidObject("key seed", "32 bytes", f"{len(seed)}")
    whole = seed + _framed(info)
    for counter in range(256):
        scalar = _to_scalar(whole + bytes([counter]), _DERIVE)
        if any(scalar):
            return PrivateKey(scalar, _from_base(scalar))
    raise InvalidObject("key seed", "one that gives a key", "none in 256 tries")


# --- the asker -------------------------------------------------------------------------------------------------------


def blind(value: bytes, scalar: bytes) -> bytes:
    """Blind (§3.3.2): the element to send. A `scalar` is for one question to one holder and never used again."""
    return _multiply(scalar, _to_group(value))


def filler(scalar: bytes) -> bytes:
    """An element that asks nothing, to fill a batch. As `scalar` is drawn, it is as evenly drawn from the group as a
    blinded one, and nobody can tell them apart."""
    return _from_base(scalar)


def finalize(
    values: Sequence[bytes],
    scalars: Sequence[bytes],
    blinded: Sequence[bytes],
    evaluated: Sequence[bytes],
    proof: bytes,
    public: bytes,
) -> list[bytes]:
    """Finalize (§3.3.2): the outputs, 64 bytes each, once the proof shows that all come from the key of `public`. What
    is blinded beyond the values are fillers, of their scalars."""
    if not len(values) <= len(scalars) == len(blinded) == len(evaluated):
        raise VerificationError("answer", f"{len(blinded)} evaluations", f"{len(evaluated)}")
    refuse_bad_elements(evaluated)
    _refuse_unproven(public, blinded, evaluated, proof, scalars[len(values) :])
    found = zip(values, scalars, evaluated, strict=False)
    return [_output(value, _multiply(_inverse(scalar), element)) for value, scalar, element in found]


# --- the holder ------------------------------------------------------------------------------------------------------


def evaluate(
    key: PrivateKey, blinded: Sequence[bytes], random: Callable[[], bytes] = random_scalar
) -> tuple[list[bytes], bytes]:
    """BlindEvaluate (§3.3.2): the evaluated elements, and one proof for all of them."""
    refuse_bad_elements(blinded)
    evaluated = [_multiply(key.scalar, element) for element in blinded]
    return evaluated, _proof(key, blinded, evaluated, random())


def evaluate_known(key: PrivateKey, value: bytes) -> bytes:
    """Evaluate (§3.3.2): the output of a value of one's own."""
    return _output(value, _multiply(key.scalar, _to_group(value)))


def refuse_bad_elements(elements: Sequence[bytes]) -> None:
    """DeserializeElement (§4.1): canonical encodings of elements other than the identity, and not too many."""
    if not 0 < len(elements) <= _MOST:
        raise InvalidObject("elements", f"1 to {_MOST}", f"{len(elements)}")
    for place, element in enumerate(elements):
        if len(element) != ELEMENT or element == _IDENTITY or not _canonical(element):
            raise InvalidObject(f"element {place}", "a canonical ristretto255 element, not the identity", "another")


def _canonical(element: bytes) -> bool:
    """RFC 9496 §4.3.1. libsodium's own check looks past the highest bit (1.0.18), so one element had two encodings."""
    number = int.from_bytes(element, "little")
    return number < _FIELD and not number & 1 and bool(_group().crypto_core_ristretto255_is_valid_point(element))


# --- the proof that both used the same key (§2.2) ----------------------------------------------------------------


def _proof(key: PrivateKey, blinded: Sequence[bytes], evaluated: Sequence[bytes], random: bytes) -> bytes:
    """GenerateProof (§2.2.1) for A = the generator, B = pkS."""
    m = _weighed(blinded, _weights(key.public, blinded, evaluated))
    z = _multiply(key.scalar, m)  # ComputeCompositesFast
    t2, t3 = _from_base(random), _multiply(random, m)
    c = _challenge(key.public, m, z, t2, t3)
    group = _group()
    s = group.crypto_core_ristretto255_scalar_sub(random, group.crypto_core_ristretto255_scalar_mul(c, key.scalar))
    return c + bytes(s)


def _refuse_unproven(
    public: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes], proof: bytes, fillers: Sequence[bytes]
) -> None:
    """VerifyProof (§2.2.2). The last of what is blinded are `fillers` times the generator: what they weigh together is
    one multiplication, which gives the composite that the RFC adds up element by element."""
    refuse_bad_elements([public])
    if len(proof) != PROOF or any(int.from_bytes(part, "little") >= _ORDER for part in (proof[:32], proof[32:])):
        raise VerificationError("answer", "a proof of two canonical scalars", "another", _TOLD)
    c, s = proof[:32], proof[32:]
    weights, asked = _weights(public, blinded, evaluated), len(blinded) - len(fillers)
    m, z = _weighed(blinded[:asked], weights[:asked]), _weighed(evaluated, weights)
    if fillers:
        m = _sum(m, _from_base(_product(fillers, weights[asked:])))
    t2 = _sum(_times(s, _from_base(_ONE)), _times(c, public))
    t3 = _sum(_times(s, m), _times(c, z))
    if not hmac.compare_digest(_challenge(public, m, z, t2, t3), c):
        raise VerificationError("answer", "a proof that the committed key was used", "one that does not hold", _TOLD)


_TOLD = "do not rely on the answer; call the partner"


def _weights(public: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes]) -> list[bytes]:
    """What each element counts in the composites (ComputeComposites, §2.2.1)."""
    seed = sha512(_framed(public) + _framed(_SEED)).digest()
    found = []
    for place, (one, other) in enumerate(zip(blinded, evaluated, strict=True)):
        said = _framed(seed) + place.to_bytes(2, "big") + _framed(one) + _framed(other) + b"Composite"
        found.append(_to_scalar(said, _TO_SCALAR))
    return found


def _weighed(elements: Sequence[bytes], weights: Sequence[bytes]) -> bytes:
    total = _IDENTITY
    for element, weight in zip(elements, weights, strict=True):
        total = _sum(total, _times(weight, element))
    return total


def _product(scalars: Sequence[bytes], weights: Sequence[bytes]) -> bytes:
    """The sum of what each scalar makes with its weight."""
    group, total = _group(), bytes(ELEMENT)
    for scalar, weight in zip(scalars, weights, strict=True):
        more = group.crypto_core_ristretto255_scalar_mul(scalar, weight)
        total = bytes(group.crypto_core_ristretto255_scalar_add(total, more))
    return total


def _challenge(public: bytes, *elements: bytes) -> bytes:
    said = b"".join(_framed(element) for element in (public, *elements)) + b"Challenge"
    return _to_scalar(said, _TO_SCALAR)


# --- hashing and arithmetic --------------------------------------------------------------------------------------


def _to_group(value: bytes) -> bytes:
    """HashToGroup (§4.1). The identity has no preimage anybody knows."""
    element = bytes(_group().crypto_core_ristretto255_from_hash(_expand(value, _TO_GROUP)))
    if element == _IDENTITY:
        raise InvalidObject("selector", "one that gives an element", "the identity")
    return element


def _to_scalar(value: bytes, tag: bytes) -> bytes:
    return bytes(_group().crypto_core_ristretto255_scalar_reduce(_expand(value, tag)))


def _expand(value: bytes, tag: bytes) -> bytes:
    """expand_message_xmd of 64 bytes with SHA-512 (RFC 9380 §5.3.1): one block."""
    prime = tag + bytes([len(tag)])
    first = sha512(bytes(128) + value + b"\x00\x40\x00" + prime).digest()
    return sha512(first + b"\x01" + prime).digest()


def _output(value: bytes, element: bytes) -> bytes:
    return sha512(_framed(value) + _framed(element) + b"Finalize").digest()


def _framed(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def _inverse(scalar: bytes) -> bytes:
    return bytes(_group().crypto_core_ristretto255_scalar_invert(scalar))


def _times(scalar: bytes, element: bytes) -> bytes:
    """Of public values in a proof, where zero and the identity are possible; libsodium answers those with an error."""
    if not any(scalar) or element == _IDENTITY:
        return _IDENTITY
    return _multiply(scalar, element)


def _sum(first: bytes, second: bytes) -> bytes:
    return bytes(_group().crypto_core_ristretto255_add(first, second))
