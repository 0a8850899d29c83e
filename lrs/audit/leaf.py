"""The leaf of an event: what the Merkle tree commits to.

    leaf  = SHA-256(0x00 ‖ entry)
    entry = "lrs-leaf/v1" ‖ log id ‖ leaf index ‖ meta commitment ‖ body commitment

11 bytes of ASCII, the 16 bytes of the log's UUID, the index from 0 in 8 bytes (unsigned, big-endian),
and two commitments of 32 bytes (see `lrs.sealing`): every part has a fixed width, so no two events
share an entry. Nothing in it tells of a person, and erasing a body leaves it as it is.
"""

from uuid import UUID

from lrs.audit.merkle import HASH_BYTES, hash_leaf

PREFIX = b"lrs-leaf/v1"


def leaf_entry(log_id: UUID, index: int, meta_commitment: bytes, body_commitment: bytes) -> bytes:
    """Return the 99 bytes that an event's leaf hash covers.

    Raises `ValueError` if a commitment is not 32 bytes or the index is not in `0 <= index < 2⁶⁴`.
    """
    if not len(meta_commitment) == len(body_commitment) == HASH_BYTES or not 0 <= index < 1 << 64:
        raise ValueError("a leaf is made of an index and two commitments of 32 bytes")
    return PREFIX + log_id.bytes + index.to_bytes(8, "big") + meta_commitment + body_commitment


def event_leaf(log_id: UUID, index: int, meta_commitment: bytes, body_commitment: bytes) -> bytes:
    """Return an event's leaf hash; `index` is its position in the log less one."""
    return hash_leaf(leaf_entry(log_id, index, meta_commitment, body_commitment))
