"""The log's tree: known vectors, every small size, and properties."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.merkle import (
    EMPTY,
    Frontier,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# Leaves and roots of the reference tree that Certificate Transparency implementations test against (RFC 6962).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MANY = [str(number).encode() for number in range(34)]
HASHES = [leaf_hash(leaf) for leaf in MANY]


def by_definition(leaves):
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_tree(size):
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize("size", range(34))
def test_every_way_to_a_root_agrees_with_the_definition(size):
    expected = by_definition(MANY[:size])
    assert root(MANY[:size]) == root_of(HASHES[:size]) == expected
    one_by_one = Frontier()
    for leaf in MANY[:size]:
        one_by_one = one_by_one.append(leaf)
    assert one_by_one.root() == expected


def test_every_inclusion_proof_verifies_and_no_other_place_does():
    for size in range(1, 34):
        tree_root = root_of(HASHES[:size])
        for index in range(size):
            proof = inclusion(HASHES, index, size)
            assert verify_inclusion(HASHES[index], index, size, proof, tree_root)
            for elsewhere in range(size):
                if elsewhere != index:
                    assert not verify_inclusion(HASHES[index], elsewhere, size, proof, tree_root)
            assert not verify_inclusion(HASHES[index], index, size, (*proof, EMPTY), tree_root)
            assert not proof or not verify_inclusion(HASHES[index], index, size, proof[:-1], tree_root)


def test_every_consistency_proof_verifies_and_altered_ones_do_not():
    for n in range(34):
        for m in range(n + 1):
            old, new, proof = root_of(HASHES[:m]), root_of(HASHES[:n]), consistency(HASHES, m, n)
            assert verify_consistency(m, n, old, new, proof)
            assert not verify_consistency(m, n, old, new, (*proof, EMPTY))
            assert not verify_consistency(m, n, leaf_hash(b"other"), new, proof)
            if m:
                assert not verify_consistency(m, n, old, leaf_hash(b"other"), proof)
            for place in range(len(proof)):
                changed = (*proof[:place], EMPTY, *proof[place + 1 :])
                assert not verify_consistency(m, n, old, new, changed)
                assert not verify_consistency(m, n, old, new, (*proof[:place], *proof[place + 1 :]))


def test_a_rewritten_leaf_is_never_consistent():
    for n in range(2, 20):
        forged = [*HASHES[:n]]
        forged[0] = leaf_hash(b"rewritten")
        for m in range(1, n):
            assert not verify_consistency(m, n, root_of(HASHES[:m]), root_of(forged), consistency(forged, m, n))


def test_proofs_outside_the_tree_are_refused():
    for index, size in ((0, 0), (5, 5), (-1, 5), (0, 99)):
        with pytest.raises(ValueError):
            inclusion(HASHES, index, size)
        assert index == 0 or not verify_inclusion(HASHES[0], index, size, (), HASHES[0])
    for m, n in ((3, 2), (-1, 2), (0, 99)):
        with pytest.raises(ValueError):
            consistency(HASHES, m, n)
    assert not verify_consistency(3, 2, EMPTY, EMPTY, ())
    assert not verify_consistency(-1, -1, EMPTY, EMPTY, ())


def test_a_leaf_never_passes_for_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(("size", "nodes"), [(1, ()), (0, (EMPTY,)), (3, (EMPTY,)), (1, (b"short",)), (-1, ())])
def test_a_frontier_that_cannot_be_is_refused(size, nodes):
    with pytest.raises(ValueError):
        Frontier(size, nodes)


@given(st.lists(st.binary(max_size=8), max_size=80), st.integers(0, 80))
def test_a_stored_frontier_goes_on_as_if_never_stored(leaves, cut):
    before = Frontier().extend(leaves[:cut])
    after = Frontier(before.size, before.nodes).extend(leaves[cut:])
    assert after.root() == root(leaves)
    assert after.size == len(leaves)


@given(st.data())
def test_proofs_hold_at_larger_sizes(data):
    n = data.draw(st.integers(1, 600))
    m, index = data.draw(st.integers(0, n)), data.draw(st.integers(0, n - 1))
    hashes = [leaf_hash(number.to_bytes(4, "big")) for number in range(n)]
    whole = root_of(hashes)
    assert verify_inclusion(hashes[index], index, n, inclusion(hashes, index, n), whole)
    assert verify_consistency(m, n, root_of(hashes[:m]), whole, consistency(hashes, m, n))
