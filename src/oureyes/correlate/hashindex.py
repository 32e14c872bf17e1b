"""Every PDQ hash within 31 bits among a million, in memory: for a bank that is asked more often than it changes.

The same rows as the matcher's keys (`model.mediahashes`), sorted once: 16 tables of 16-bit rows. Sixteen rows cannot
all differ in two bits, so every near hash is in one of 17 · 16 runs of equal rows; those are compared. Recall is 1 by
construction. Asked in all eight positions it does the same for each. Needs numpy, of the extra `oureyes[media]`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from oureyes.model.mediahashes import NEAR, eight

__all__ = ["HashIndex"]

_ROWS, _BITS = 16, 16
_FLIPS = np.array([0, *(1 << bit for bit in range(_BITS))], dtype=np.uint16)


class HashIndex:
    """Hashes in the order given; immutable."""

    def __init__(self, hashes: Sequence[int]) -> None:
        raw = b"".join(value.to_bytes(32, "big") for value in hashes)
        self._hashes: NDArray[np.uint64] = np.frombuffer(raw, dtype=">u8").astype(np.uint64).reshape(-1, 4)
        rows = np.frombuffer(raw, dtype=">u2").astype(np.uint16).reshape(-1, _ROWS)
        self._order = np.empty((_ROWS, len(rows)), dtype=np.uint32)
        self._starts = np.zeros((_ROWS, (1 << _BITS) + 1), dtype=np.uint32)
        for place in range(_ROWS):
            column = rows[:, place]
            self._order[place] = np.argsort(column, kind="stable")
            self._starts[place, 1:] = np.cumsum(np.bincount(column, minlength=1 << _BITS))

    def __len__(self) -> int:
        return len(self._hashes)

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return self._hashes.nbytes + self._order.nbytes + self._starts.nbytes

    def near(self, value: int, within: int = NEAR) -> list[tuple[int, int]]:
        """(place, bits that differ) of every hash within `within` ≤ 31 bits, nearest first, as the picture lies."""
        raw = value.to_bytes(32, "big")
        rows = np.frombuffer(raw, dtype=">u2").astype(np.uint16)
        wanted = rows[:, None] ^ _FLIPS[None, :]
        places = np.arange(_ROWS)[:, None]
        firsts, lasts = self._starts[places, wanted], self._starts[places, wanted.astype(np.uint32) + 1]
        runs = [
            self._order[place, firsts[place, flip] : lasts[place, flip]]
            for place in range(_ROWS)
            for flip in range(_BITS + 1)
        ]
        found = np.concatenate(runs)
        bits = np.bitwise_count(self._hashes[found] ^ np.frombuffer(raw, dtype=">u8").astype(np.uint64)).sum(axis=1)
        near = bits <= min(within, NEAR)
        pairs = dict(zip(found[near].tolist(), bits[near].tolist(), strict=True))
        return sorted(pairs.items(), key=lambda pair: (pair[1], pair[0]))

    def anyhow(self, value: int, within: int = NEAR) -> list[tuple[int, int]]:
        """The same in all eight flips and turns."""
        best: dict[int, int] = {}
        for turned in eight(value):
            for place, bits in self.near(turned, within):
                best[place] = min(bits, best.get(place, bits))
        return sorted(best.items(), key=lambda pair: (pair[1], pair[0]))
