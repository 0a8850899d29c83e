"""RFC 6962: every tree up to 256 leaves against an independent library and the RFC's own recursion."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    hash_children,
    hash_leaf,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)

LIMIT = 256
LEAVES = [hash_leaf(bytes([n])) for n in range(LIMIT)]


def mth(leaves: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash, as RFC 6962, 2.1 writes it down."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    k = split(len(leaves))
    return hash_children(mth(leaves[:k]), mth(leaves[k:]))


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2; PROOF(m, D[n]) where `whole`."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def stored(leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """Every full subtree, as a growing frontier completes them."""
    frontier = Frontier()
    return {(n.level, n.index): n.hash for leaf in leaves for n in frontier.append(leaf)}


STORED = stored(LEAVES)
ROOTS = [mth(LEAVES[:n]) for n in range(LIMIT + 1)]


def hashes(level: int, index: int) -> bytes:
    return STORED[level, index]


def test_the_example_of_the_certificate_transparency_authors() -> None:
    """The reference vectors of the certificate-transparency project: eight leaves, their roots."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    entries.append("606162636465666768696a6b6c6d6e6f")
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT == hashlib.sha256().digest()
    for entry, expected in zip(entries, roots, strict=True):
        frontier.append(hash_leaf(bytes.fromhex(entry)))
        assert frontier.root().hex() == expected


def test_every_root_is_that_of_pymerkle() -> None:
    pymerkle = pytest.importorskip("pymerkle")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for n in range(LIMIT):
        tree.append_entry(bytes([n]))
        assert root(n + 1, hashes) == tree.get_root()


def test_every_inclusion_proof_is_that_of_pymerkle() -> None:
    pymerkle = pytest.importorskip("pymerkle")
    tree = pymerkle.InmemoryTree.init_from_entries([bytes([n]) for n in range(LIMIT)])
    for size in range(1, LIMIT + 1):
        for index in range(size):
            leaf, *theirs = tree.prove_inclusion(index + 1, size).path
            assert (leaf, theirs) == (LEAVES[index], inclusion_proof(index, size, hashes))


def test_every_consistency_proof_holds_for_pymerkle_and_theirs_agree_with_our_roots() -> None:
    pymerkle = pytest.importorskip("pymerkle")
    tree = pymerkle.InmemoryTree.init_from_entries([bytes([n]) for n in range(LIMIT)])
    for second in range(1, LIMIT + 1, 5):
        for first in range(1, second + 1):
            theirs = tree.prove_consistency(first, second)
            assert theirs.compute_root() == root(second, hashes)
            pymerkle.verify_consistency(root(first, hashes), root(second, hashes), theirs)


def test_every_root_and_frontier_is_that_of_the_rfc() -> None:
    for size in range(LIMIT + 1):
        assert root(size, hashes) == ROOTS[size] == Frontier.at(size, hashes).root()


def test_every_inclusion_proof_up_to_64_is_that_of_the_rfc_and_every_one_holds() -> None:
    for size in range(1, LIMIT + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, hashes)
            assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            if size <= 64:
                assert proof == path(index, LEAVES[:size])


def test_every_consistency_proof_up_to_64_is_that_of_the_rfc_and_every_one_holds() -> None:
    for second in range(1, LIMIT + 1):
        for first in range(1, second + 1):
            proof = consistency_proof(first, second, hashes)
            assert verify_consistency(first, second, proof, ROOTS[first], ROOTS[second])
            if second <= 64:
                assert proof == subproof(first, LEAVES[:second])


def test_no_proof_holds_for_another_leaf_index_or_size() -> None:
    for size in range(1, 34):
        for index in range(size):
            proof = inclusion_proof(index, size, hashes)
            for other in range(34):
                holds = verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])
                assert holds == (other == index)
                if other != size:
                    assert not verify_inclusion(LEAVES[index], index, other, proof, ROOTS[other])


def test_no_consistency_proof_holds_for_other_sizes_and_roots() -> None:
    for second in range(1, 20):
        for first in range(1, second + 1):
            proof = consistency_proof(first, second, hashes)
            for other in set(range(20)) - {first, second}:
                assert not verify_consistency(other, second, proof, ROOTS[other], ROOTS[second])
                assert not verify_consistency(first, other, proof, ROOTS[first], ROOTS[other])
                assert not verify_consistency(first, second, proof, ROOTS[other], ROOTS[second])
                assert not verify_consistency(first, second, proof, ROOTS[first], ROOTS[other])


def test_a_tree_without_leaves_includes_nothing_and_proves_nothing() -> None:
    leaf = LEAVES[0]
    for index, size in ((0, 0), (-1, 0), (-1, 1), (1, 1), (0, -1)):
        assert not verify_inclusion(leaf, index, size, [], leaf)
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_proof(index, size, hashes)
    for first, second in ((0, 0), (0, 1), (2, 1), (-1, 1)):
        assert not verify_consistency(first, second, [], EMPTY_ROOT, EMPTY_ROOT)
        assert not verify_consistency(first, second, [leaf], EMPTY_ROOT, leaf)
        with pytest.raises(ValueError, match="no proof"):
            consistency_proof(first, second, hashes)


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    assert verify_consistency(7, 7, [], ROOTS[7], ROOTS[7])
    assert not verify_consistency(7, 7, [], ROOTS[7], ROOTS[8])
    assert not verify_consistency(7, 7, [ROOTS[7]], ROOTS[7], ROOTS[7])


def test_an_empty_proof_never_shows_growth() -> None:
    for second in range(2, 20):
        for first in range(1, second):
            assert not verify_consistency(first, second, [], ROOTS[first], ROOTS[second])
            assert not verify_consistency(first, second, [], ROOTS[first], ROOTS[first])


def test_proofs_that_are_too_long_too_short_or_of_odd_hashes_do_not_hold() -> None:
    proof = inclusion_proof(5, 11, hashes)
    growth = consistency_proof(5, 11, hashes)
    for change in (
        lambda p: [*p, p[-1]],
        lambda p: p[:-1],
        lambda p: p[1:],
        lambda p: [p[0][:31], *p[1:]],
    ):
        assert not verify_inclusion(LEAVES[5], 5, 11, change(proof), ROOTS[11])
        assert not verify_consistency(5, 11, change(growth), ROOTS[5], ROOTS[11])
    assert not verify_inclusion(LEAVES[5] + b"\0", 5, 11, proof, ROOTS[11])


@given(st.integers(1, LIMIT), st.data())
def test_no_altered_proof_holds(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    first = data.draw(st.integers(1, size))
    for proof, holds in (
        (
            inclusion_proof(index, size, hashes),
            lambda p: verify_inclusion(LEAVES[index], index, size, p, ROOTS[size]),
        ),
        (
            consistency_proof(first, size, hashes),
            lambda p: verify_consistency(first, size, p, ROOTS[first], ROOTS[size]),
        ),
    ):
        assert holds(proof)
        if proof:
            flat = bytearray(b"".join(proof))
            flat[data.draw(st.integers(0, len(flat) - 1))] ^= data.draw(st.integers(1, 255))
            assert not holds([bytes(flat[i : i + 32]) for i in range(0, len(flat), 32)])


def test_a_frontier_resumed_anywhere_grows_into_the_same_tree() -> None:
    for size in (0, 1, 2, 3, 7, 8, 100, 255):
        frontier = Frontier.at(size, hashes)
        for leaf in LEAVES[size:]:
            frontier.append(leaf)
        assert frontier.root() == ROOTS[LIMIT]
