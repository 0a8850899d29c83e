"""The Merkle tree of RFC 6962: hashing, growth, proofs and their verification.

A tree of `size` leaves is read through `Hashes`: given a level and an index, the hash of the full
subtree over the leaves `index · 2^level <= i < (index + 1) · 2^level`. Level 0 holds the leaf hashes.
Generating a proof reads O(log size) such hashes; where they are stored is the caller's affair.

Sizes and indices are those of leaves, from 0. An event's leaf index is its position less one.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without leaves (RFC 6962, 2.1)."""

Hashes = Callable[[int, int], bytes]
"""`hashes(level, index)`: the hash of a full subtree."""


@dataclass(frozen=True, slots=True)
class Node:
    """The hash of a full subtree at its place."""

    level: int
    index: int
    hash: bytes


def hash_leaf(entry: bytes) -> bytes:
    """Return the hash of a leaf with this content."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, hashes: Hashes) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return _range_root(0, size, hashes) if size else EMPTY_ROOT


class Frontier:
    """The right edge of a growing tree: all that is needed to append and to know the root.

    It holds one full subtree for every bit set in its size, the largest first.
    """

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    @classmethod
    def at(cls, size: int, hashes: Hashes) -> Self:
        """Return the edge of the tree of the first `size` leaves of a stored tree."""
        frontier = cls()
        frontier.size = size
        frontier._subtrees = _full_subtrees(0, size, hashes)
        return frontier

    def append(self, leaf: bytes) -> list[Node]:
        """Append a leaf hash; return the full subtrees it completes, from the leaf itself upwards."""
        completed = [Node(0, self.size, leaf)]
        self.size += 1
        for level in range(1, (self.size & -self.size).bit_length()):
            leaf = hash_children(self._subtrees.pop(), leaf)
            completed.append(Node(level, (self.size >> level) - 1, leaf))
        self._subtrees.append(leaf)
        return completed

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return _fold(self._subtrees) if self._subtrees else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return the audit path of a leaf in the tree of `size` leaves (RFC 6962, 2.1.1).

    The leaf's sibling comes first, the root's child last. Raises `ValueError` unless `0 <= index < size`.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    start, end, path = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, hashes))
            end = middle
        else:
            path.append(_range_root(start, middle, hashes))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, hashes: Hashes) -> list[bytes]:
    """Return the proof that the tree of `second` leaves extends that of `first` (RFC 6962, 2.1.2).

    Raises `ValueError` unless `0 < first <= second`: every tree extends the empty one, and nothing
    about that can be proven.
    """
    if not 0 < first <= second:
        raise ValueError(f"there is no proof from {first} to {second} leaves")
    start, end, path = 0, second, list[bytes]()
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_range_root(middle, end, hashes))
            end = middle
        else:
            path.append(_range_root(start, middle, hashes))
            start = middle
    if start:  # otherwise it is the first tree itself, which the verifier knows
        path.append(_range_root(start, end, hashes))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Return whether the proof shows this leaf hash at `index` of the tree with this size and root.

    No tree without leaves includes anything. (RFC 9162, 2.1.3.2.)
    """
    if not 0 <= index < size or not _are_hashes([leaf, expected_root, *proof]):
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = hash_children(sibling, computed)
            node, last = _up_to_a_right_child(node, last)
        else:
            computed = hash_children(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == expected_root


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Return whether the proof shows that the second tree begins with the whole of the first.

    False for `first == 0`: whether to trust in a head's beginning is policy, not proof. (RFC 9162, 2.1.4.2.)
    """
    if not 0 < first <= second or not _are_hashes([first_root, second_root, *proof]):
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = hash_children(sibling, before), hash_children(sibling, after)
            node, last = _up_to_a_right_child(node, last)
        else:
            after = hash_children(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root


def _up_to_a_right_child(node: int, last: int) -> tuple[int, int]:
    # On the right edge of an incomplete tree a node without a sibling is its own parent.
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _split(leaves: int) -> int:
    """Return the largest power of two below a number of leaves (at least two)."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _range_root(start: int, end: int, hashes: Hashes) -> bytes:
    return _fold(_full_subtrees(start, end, hashes))


def _full_subtrees(start: int, end: int, hashes: Hashes) -> list[bytes]:
    """Return the full subtrees that make up a range, the largest first.

    `start` is a multiple of the largest of them, as it is wherever RFC 6962 splits a tree.
    """
    subtrees = []
    while start < end:
        level = (end - start).bit_length() - 1
        subtrees.append(hashes(level, start >> level))
        start += 1 << level
    return subtrees


def _fold(subtrees: Sequence[bytes]) -> bytes:
    result = subtrees[-1]
    for subtree in reversed(subtrees[:-1]):
        result = hash_children(subtree, result)
    return result
