"""A Merkle tree over a log (RFC 6962 §2.1, RFC 9162 §2.1): one hash that commits to every line, in order.

`Frontier` holds only the right edge: the roots of the perfect subtrees a log of `size` leaves is made of, largest
first, one for each bit set in `size`. That is all appending and the root need (32 hashes at four billion lines), so
the store keeps it beside the log. It is a value: a transaction that is rolled back leaves nothing to undo. Proofs
need the leaf hashes themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

__all__ = [
    "EMPTY",
    "Frontier",
    "consistency",
    "inclusion",
    "leaf_hash",
    "node_hash",
    "root",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY = sha256(b"").digest()  # RFC 6962 §2.1: the hash of an empty list


def leaf_hash(leaf: bytes) -> bytes:
    """0x00 keeps a leaf from ever passing for a node (RFC 6962 §2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree of `size` leaves. `Frontier(size, nodes)` restores what was stored."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count() or any(len(node) != 32 for node in self.nodes):
            raise ValueError(f"a frontier of {self.size} leaves has {self.size.bit_count()} nodes of 32 bytes")

    def append(self, leaf: bytes) -> Frontier:
        """The frontier after one more leaf."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after more leaves, in order."""
        return self.extend_hashed(sha256(b"\x00" + leaf).digest() for leaf in leaves)

    def extend_hashed(self, leaf_hashes: Iterable[bytes]) -> Frontier:
        """The same, of leaves already hashed."""
        size, nodes = self.size, list(self.nodes)
        for new in leaf_hashes:
            bits = size
            while bits & 1:
                new, bits = sha256(b"\x01" + nodes.pop() + new).digest(), bits >> 1
            nodes.append(new)
            size += 1
        return Frontier(size, tuple(nodes))

    def root(self) -> bytes:
        """What a checkpoint signs."""
        if not self.nodes:
            return EMPTY
        right = self.nodes[-1]
        for left in self.nodes[-2::-1]:
            right = node_hash(left, right)
        return right


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves."""
    return Frontier().extend(leaves).root()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaves already hashed."""
    return _subtree(leaf_hashes, 0, len(leaf_hashes))


def inclusion(leaf_hashes: Sequence[bytes], index: int, size: int) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the tree of the first `size` leaves (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size <= len(leaf_hashes):
        raise ValueError(f"no leaf {index} in a tree of {size} from {len(leaf_hashes)} leaves")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(leaf_hashes, middle, end))
            end = middle
        else:
            path.append(_subtree(leaf_hashes, start, middle))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether the proof puts `leaf` (a leaf hash) at `index` of the tree with that root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == tree_root


def consistency(leaf_hashes: Sequence[bytes], m: int, n: int) -> tuple[bytes, ...]:
    """The proof that the tree of `n` leaves begins with the tree of `m` (RFC 9162 §2.1.4.1). Empty from 0 or to n."""
    if not 0 <= m <= n <= len(leaf_hashes):
        raise ValueError(f"no tree of {m} within {n} from {len(leaf_hashes)} leaves")
    if m in (0, n):
        return ()
    path, start, end, whole = [], 0, n, True
    while m != end:
        middle = start + _split(end - start)
        if m <= middle:
            path.append(_subtree(leaf_hashes, middle, end))
            end = middle
        else:
            path.append(_subtree(leaf_hashes, start, middle))
            start, whole = middle, False
    if not whole:  # the old tree is not one node of the new: the verifier cannot know this piece of it
        path.append(_subtree(leaf_hashes, start, end))
    return tuple(reversed(path))


def verify_consistency(m: int, n: int, old: bytes, new: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that root `new` of `n` leaves extends root `old` of `m` (RFC 9162 §2.1.4.2)."""
    if m == 0 or m == n:
        return not proof and m >= 0 and old == (new if m == n else EMPTY)
    if not 0 < m < n or not proof:
        return False
    path = (old, *proof) if m & (m - 1) == 0 else tuple(proof)
    at, last = m - 1, n - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old and second == new


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (RFC 6962 §2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(leaf_hashes: Sequence[bytes], start: int, end: int) -> bytes:
    """The root over a slice: level by level, an odd last node moving up unhashed, which is RFC 6962's tree."""
    level = list(leaf_hashes[start:end])
    if not level:
        return EMPTY
    while len(level) > 1:
        odd = [level.pop()] if len(level) & 1 else []
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)] + odd
    return level[0]
