"""Proofs to carry away: that a checkpoint's tree includes an event, and that a statement is it.

An `InclusionProof` is C2SP tlog-proof text. A `StatementProof` says the same as JSON, with what ties
the statement's bytes to the leaf: the commitments, and the salts that open them.
"""

import hmac
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from lrs.audit.encoding import InvalidEvidence, decode64, decode_number, encode64
from lrs.audit.leaf import event_leaf
from lrs.audit.merkle import HASH_BYTES, verify_inclusion
from lrs.audit.note import Checkpoint, NoteKey, open_checkpoint

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
"""As many as the tallest tree that a checkpoint can name is high."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Where a leaf stands, its audit path, the signed checkpoint, and what else it was given."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """Return the proof as C2SP tlog-proof text."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode64(self.extra)}")
        lines += [f"index {self.index}", *map(encode64, self.hashes)]
        return "\n".join([*lines, "", ""]).encode() + self.checkpoint

    def verify(self, leaf: bytes, key: NoteKey) -> Checkpoint:
        """Return the checkpoint of `key` whose tree has this leaf hash at the index.

        Raises `InvalidEvidence` if the key has not signed it, or the path does not lead there.
        `extra` is not covered by anything.
        """
        checkpoint = open_checkpoint(self.checkpoint, key)
        if not verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root):
            raise InvalidEvidence("the path does not lead from this leaf to the checkpoint's root")
        return checkpoint


def parse_proof(text: bytes) -> InclusionProof:
    """Return a proof of its tlog-proof text, unverified; `InvalidEvidence` if it is malformed."""
    head, gap, checkpoint = text.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise InvalidEvidence("this proof is not ASCII above its checkpoint") from None
    if not gap or lines.pop(0) != HEADER:
        raise InvalidEvidence(f"this proof does not begin with {HEADER}")
    extra = None
    if lines and (match := re.fullmatch("extra (.*)", lines[0])):
        extra = decode64(match[1])
        lines.pop(0)
    if not lines or not (match := re.fullmatch("index (.*)", lines[0])):
        raise InvalidEvidence("this proof has no index")
    if len(lines) > 1 + MAX_HASHES:
        raise InvalidEvidence("this proof is longer than any")
    hashes = tuple(decode64(line, HASH_BYTES) for line in lines[1:])
    return InclusionProof(decode_number(match[1]), hashes, checkpoint, extra)


class Opening(NamedTuple):
    """What opens an event's commitments: the salts, and the facts as the bytes that are covered."""

    meta: bytes
    meta_salt: bytes
    body_salt: bytes | None
    meta_commitment: bytes
    body_commitment: bytes


class StatementProof(NamedTuple):
    """That a log's checkpoint includes a statement."""

    statement: UUID
    log_id: UUID
    proof: InclusionProof
    tree_size: int
    opening: Opening

    @property
    def leaf(self) -> bytes:
        """The leaf hash of the statement's event."""
        opening = self.opening
        return event_leaf(
            self.log_id, self.proof.index, opening.meta_commitment, opening.body_commitment
        )

    def as_json(self) -> dict[str, Any]:
        """Return the proof as JSON; `body_salt` is null once the statement is erased."""
        opening = self.opening
        return {
            "statement": str(self.statement),
            "log": str(self.log_id),
            "leaf_index": self.proof.index,
            "tree_size": self.tree_size,
            "leaf_hash": encode64(self.leaf),
            "hashes": [encode64(each) for each in self.proof.hashes],
            "checkpoint": self.proof.checkpoint.decode(),
            "meta": opening.meta.decode(),
            "commitments": {
                "meta": encode64(opening.meta_commitment),
                "body": encode64(opening.body_commitment),
            },
            "salts": {
                "meta": encode64(opening.meta_salt),
                "body": None if opening.body_salt is None else encode64(opening.body_salt),
            },
        }

    def verify(self, body: bytes | None, key: NoteKey) -> Checkpoint:
        """Return the checkpoint of `key` that includes the statement whose bytes are `body`.

        `None` is the body of an erased statement: then its place is proven, not what it said.
        Raises `InvalidEvidence` if anything does not fit.
        """
        opening = self.opening
        _check_opens("meta", opening.meta_salt, opening.meta, opening.meta_commitment)
        if f',"{self.statement}",1,'.encode() not in opening.meta:
            raise InvalidEvidence("this is the proof of another event", "statement")
        if (body is None) != (opening.body_salt is None):
            raise InvalidEvidence("a body and its salt are there, or erased, together")
        if body is not None and opening.body_salt is not None:
            _check_opens("body", opening.body_salt, body, opening.body_commitment)
        checkpoint = self.proof.verify(self.leaf, key)
        if checkpoint.size != self.tree_size:
            raise InvalidEvidence("the checkpoint is of another tree size", "tree_size")
        return checkpoint


def read_statement_proof(document: Any) -> StatementProof:
    """Return a proof of its JSON, unverified; `InvalidEvidence` if it is malformed.

    Keys beyond those of `as_json` are refused: nothing would cover them.
    """
    try:
        proof = _read(document)
        same = proof.as_json() == document
    except (KeyError, TypeError, ValueError, AttributeError, UnicodeError):
        raise InvalidEvidence("this is not the JSON of a proof") from None
    if not same:
        raise InvalidEvidence("this proof contradicts itself, or says more than a proof does")
    return proof


def _read(document: Any) -> StatementProof:
    salts, commitments = document["salts"], document["commitments"]
    index, size = document["leaf_index"], document["tree_size"]
    if type(index) is not int or type(size) is not int or len(document["hashes"]) > MAX_HASHES:
        raise InvalidEvidence("an index and a size are integers, and no path is that long")
    hashes = tuple(decode64(each, HASH_BYTES) for each in document["hashes"])
    opening = Opening(
        meta=document["meta"].encode(),
        meta_salt=decode64(salts["meta"], HASH_BYTES),
        body_salt=None if salts["body"] is None else decode64(salts["body"], HASH_BYTES),
        meta_commitment=decode64(commitments["meta"], HASH_BYTES),
        body_commitment=decode64(commitments["body"], HASH_BYTES),
    )
    proof = InclusionProof(index, hashes, document["checkpoint"].encode())
    return StatementProof(UUID(document["statement"]), UUID(document["log"]), proof, size, opening)


def _check_opens(what: str, salt: bytes, content: bytes, commitment: bytes) -> None:
    # HMAC pads its key with zeroes, so a salt of another length could open the same commitment.
    fits = hmac.compare_digest(hmac.digest(salt, content, "sha256"), commitment)
    if len(salt) != HASH_BYTES or not fits:
        raise InvalidEvidence(f"the {what} is not what the commitment covers", f"salts.{what}")
