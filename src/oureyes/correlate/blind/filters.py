"""A holder's set as a filter: the outputs of the function, truncated and packed so that each costs 5.25 bytes.

The outputs are pseudorandom, so an Elias–Fano code of them is near what is possible and can be looked up as it lies,
without unpacking. `n` outputs fall into `n` buckets by their first eight bytes; of each, five more bytes are kept. An
output that was never put in is found with a chance of 2⁻⁴⁰ (9.1·10⁻¹³): one other output is in its bucket, on average.

    "OEF1" | n (4 bytes) | 2n bits: for each bucket a 1 for every output in it, then a 0 | n × 5 bytes, in order

How many outputs are real stays with the holder: the set is filled up to the next of some sizes (`padded_size`, at most
1/32 more) with outputs that are as random as the others, and always the same ones while a key lasts, so that two
filters laid side by side do not tell them apart either.
"""

from __future__ import annotations

import hmac
from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate

from oureyes.errors import InvalidObject

__all__ = ["FALSE_POSITIVES", "KEPT", "Filter", "fillers", "padded_size"]

KEPT = 13  # bytes of an output: 8 choose the bucket, 5 are kept
FALSE_POSITIVES = 2.0**-40
_MAGIC, _HEAD, _LOW = b"OEF1", 8, 5
_LEAST, _MOST = 256, 1 << 26
_BLOCK, _STEP = 4096, 64  # bytes of the bit string that are counted together, when it is opened and when asked


def padded_size(count: int) -> int:
    """The size a set of `count` is filled up to: its leading five bits are kept, the rest is rounded up."""
    step = 1 << max(0, count.bit_length() - 6)
    return max(_LEAST, -(-count // step) * step)


def fillers(secret: bytes, taken: int, size: int) -> Iterator[bytes]:
    """Outputs that stand for nothing: number `taken` to `size` of those the secret gives."""
    for place in range(taken, size):
        yield hmac.digest(secret, b"filler %d" % place, "sha512")[:KEPT]


class Filter:
    """A filter as it travels. `output in filter` takes an output of the function, or its first `KEPT` bytes."""

    def __init__(self, raw: bytes) -> None:
        count = int.from_bytes(raw[4:_HEAD], "big")
        bits = _HEAD + -(-2 * count // 8)
        if raw[:4] != _MAGIC or not 0 < count <= _MOST or len(raw) != bits + _LOW * count:
            raise InvalidObject("filter", "the form OEF1 and its length", "another", "fetch it again")
        self.raw, self.size = raw, count
        self._bits, self._low = memoryview(raw)[_HEAD:bits], bits
        blocks = (self._bits[at : at + _BLOCK] for at in range(0, len(self._bits), _BLOCK))
        ones = [int.from_bytes(block, "big").bit_count() for block in blocks]
        self._ones = [0, *accumulate(ones)]
        if self._ones[-1] != count:
            raise InvalidObject("filter", f"{count} outputs", "another count", "fetch it again")

    @classmethod
    def of(cls, outputs: Iterable[bytes]) -> Filter:
        """A filter of outputs, each once."""
        kept = {output[:KEPT] for output in outputs}
        count = len(kept)
        if not 0 < count <= _MOST:
            raise InvalidObject("filter", f"1 to {_MOST} outputs", f"{count}")
        placed = sorted((int.from_bytes(one[:8], "big") * count >> 64, one[8:]) for one in kept)
        bits = bytearray(-(-2 * count // 8))
        for place, (bucket, _) in enumerate(placed):
            at = bucket + place  # so many zeros and ones stand before it
            bits[at >> 3] |= 0x80 >> (at & 7)
        return cls(_MAGIC + count.to_bytes(4, "big") + bytes(bits) + b"".join(low for _, low in placed))

    def __contains__(self, output: bytes) -> bool:
        bucket = int.from_bytes(output[:8], "big") * self.size >> 64
        first = self._after_zeros(bucket)
        start = first - bucket  # ones before the bucket's own
        wanted, raw, found = output[8:KEPT], self.raw, False
        while first < 2 * self.size and self._bits[first >> 3] & (0x80 >> (first & 7)):
            at = self._low + _LOW * start
            found |= raw[at : at + _LOW] == wanted  # the whole bucket: a hit is found no sooner than a miss
            first, start = first + 1, start + 1
        return found

    def among(self, outputs: Iterable[bytes]) -> set[bytes]:
        """Of many outputs, those that are in it: the buckets are counted once for all."""
        text = format(int.from_bytes(self._bits, "big"), f"0{len(self._bits) * 8}b")[: 2 * self.size]
        starts = array("I", accumulate(map(len, text.split("0")), initial=0))
        size, low, raw, found = self.size, self._low, self.raw, set()
        for output in outputs:
            bucket, wanted = int.from_bytes(output[:8], "big") * size >> 64, output[8:KEPT]
            for place in range(starts[bucket], starts[bucket + 1]):
                if raw[low + _LOW * place : low + _LOW * place + _LOW] == wanted:
                    found.add(output)
        return found

    def _after_zeros(self, zeros: int) -> int:
        """Where the bit after the first `zeros` zeros stands."""
        if not zeros:
            return 0
        low, high = 0, len(self._ones) - 1
        while high - low > 1:  # the last block with fewer zeros before it
            middle = (low + high) // 2
            if middle * _BLOCK * 8 - self._ones[middle] < zeros:
                low = middle
            else:
                high = middle
        return self._scan(low * _BLOCK, zeros - (low * _BLOCK * 8 - self._ones[low]))

    def _scan(self, at: int, left: int) -> int:
        for width in (_STEP, 1):
            while at < len(self._bits):
                piece = self._bits[at : at + width]
                found = len(piece) * 8 - int.from_bytes(piece, "big").bit_count()
                if found >= left:
                    break
                at, left = at + width, left - found
        if at >= len(self._bits):
            raise InvalidObject("filter", f"{self.size} buckets", "fewer", "fetch it again")
        return at * 8 + _place_of_zero(self._bits[at], left) + 1


def _place_of_zero(byte: int, wanted: int) -> int:
    for place in range(8):
        wanted -= not byte & (0x80 >> place)
        if not wanted:
            return place
    raise AssertionError("a byte has as many zeros as were counted")
