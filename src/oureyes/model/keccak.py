"""Keccak-256, the hash of Ethereum's and Monero's addresses. `hashlib` has only SHA-3, which pads otherwise."""

from __future__ import annotations

__all__ = ["keccak_256"]

_MASK = (1 << 64) - 1
_ROTATIONS = (0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14)


def _round_constants() -> tuple[int, ...]:
    """FIPS 202 §3.2.5, Algorithm 5."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (register & 1) << ((1 << j) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


_ROUNDS = _round_constants()


def keccak_256(data: bytes) -> bytes:
    """Keccak-256 as Ethereum and Monero use it: SHA-3's permutation with the older padding, 0x01."""
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % 136)
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), 136):
        for lane in range(17):
            state[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        state = _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permute(a: list[int]) -> list[int]:
    for constant in _ROUNDS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[(x + 4) % 5] ^ _rotate(c[(x + 1) % 5], 1) for x in range(5)]
        b = [0] * 25
        for at in range(25):
            x, y = at % 5, at // 5
            b[y + 5 * ((2 * x + 3 * y) % 5)] = _rotate(a[at] ^ d[x], _ROTATIONS[at])
        a = [b[at] ^ (~b[at - at % 5 + (at + 1) % 5] & b[at - at % 5 + (at + 2) % 5] & _MASK) for at in range(25)]
        a[0] ^= constant
    return a


def _rotate(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & _MASK
