"""What an auditor gets: signed heads, tiles, proofs and bundles, as they lie in the store."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from lrs.audit.bundle import Record, bundle_lines
from lrs.audit.encoding import InvalidEvidence, encode64
from lrs.audit.merkle import HASH_BYTES, consistency_proof, inclusion_proof, root
from lrs.audit.note import Ed25519Key
from lrs.audit.proof import InclusionProof, Opening, StatementProof
from lrs.audit.tiles import WIDTH, parse_path, tiled_hashes
from lrs.audit.tree import SignedHead, StoredEvent, TreeStore, TreeTransaction, paged
from lrs.errors import Conflict, InvalidQuery, NotFound
from lrs.events import StatementRecorded
from lrs.sealing import Sealed, meta, unseal

CHUNK_BYTES = 64 * 1024


class NotCoveredYet(NotFound):
    """The statement is recorded, but no signed head covers it yet."""

    code = "not_covered_yet"


class BrokenEvidence(Conflict):
    """What is stored does not lead to the signed head: the store was tampered with."""

    code = "broken_evidence"


class Evidence:
    """Reads a log's tree and heads. Every answer but a tile stands at the last signed head."""

    def __init__(self, log_id: UUID, store: TreeStore) -> None:
        self._log_id = log_id
        self._store = store

    def head(self) -> SignedHead:
        """Return the last signed head. Raises `NotFound`."""
        with self._store.transaction(write=False) as tree:
            return _head(tree)

    def tile(self, path: str) -> bytes:
        """Return a tile's hashes by its path. Raises `InvalidEvidence` or `NotFound`."""
        tile = parse_path(path)
        with self._store.transaction(write=False) as tree:
            hashes = tree.tile(tile.level, tile.index)
        if len(hashes) < tile.width * HASH_BYTES:
            raise NotFound("the tree has no such tile yet", "path")
        return hashes[: tile.width * HASH_BYTES]

    def prove(self, statement: UUID) -> StatementProof:
        """Return the proof that the last signed head includes a statement.

        Raises `NotFound`, `NotCoveredYet`, or `BrokenEvidence`.
        """
        with self._store.transaction(write=False) as tree:
            event = tree.first_event(statement)
            if event is None or event.topic != StatementRecorded.TOPIC:
                raise NotFound(f"no statement has the id {statement}", "statementId")
            head, index = _head(tree), event.position - 1
            if index >= head.size:
                raise NotCoveredYet(
                    "no signed head covers this statement yet; ask again in a few seconds",
                    "statementId",
                )
            try:
                hashes = inclusion_proof(index, head.size, tiled_hashes(tree.tile))
                sealed = unseal(event.state or b"")
                inclusion = InclusionProof(index, tuple(hashes), head.note)
                proof = StatementProof(
                    statement, self._log_id, inclusion, head.size, _opening(event, sealed)
                )
                proof.verify(sealed.body, Ed25519Key.parse(head.key))
            except (InvalidEvidence, msgspec.MsgspecError, ValueError) as error:
                raise BrokenEvidence(f"this statement cannot be proven: {error}") from None
        return proof

    def consistency(self, first: int, second: int) -> dict[str, Any]:
        """Return the proof that the tree of `second` events extends that of `first`, as JSON.

        Raises `InvalidQuery` unless `0 < first <= second <= the last signed head's size`.
        """
        with self._store.transaction(write=False) as tree:
            size = _head(tree).size
            for name, number in (("from", first), ("to", second)):
                if not 0 < number <= size:
                    raise InvalidQuery(f"is from 1 to {size}, as the last head has it", name)
            if first > second:
                raise InvalidQuery("is after `to`", "from")
            hashes = tiled_hashes(tree.tile)
            try:
                path = consistency_proof(first, second, hashes)
                roots = root(first, hashes), root(second, hashes)
            except InvalidEvidence as error:
                raise BrokenEvidence(f"this cannot be proven: {error}") from None
        return {
            "log": str(self._log_id),
            "from": first,
            "to": second,
            "from_root": encode64(roots[0]),
            "to_root": encode64(roots[1]),
            "hashes": [encode64(each) for each in path],
        }

    def bundle(self) -> tuple[int, Iterator[bytes]]:
        """Return how many events the log's bundle has, and its content in pieces.

        It ends at the last signed head, and has all heads of that one's key. Memory holds a page.
        Raises `NotFound` where nothing was signed yet.
        """
        head = self.head()
        heads = paged(lambda after: self._heads(head, after), lambda each: each.size)
        notes = (each.note for each in heads)
        lines = bundle_lines(self._log_id, head.key, self._records(head.size), notes)
        return head.size, _chunks(lines)

    def _heads(self, last: SignedHead, after: int) -> list[SignedHead]:
        with self._store.transaction(write=False) as tree:
            return tree.heads(last.key, after, last.size)

    def _records(self, upto: int) -> Iterator[Record]:
        after = 0
        while after < upto:
            with self._store.transaction(write=False) as tree:
                events = tree.events(after, upto)
                tiles = lru_cache(maxsize=2)(tree.tile)
                records = [_record(event, _leaf(tiles, event)) for event in events]
            yield from records
            if not events:
                return
            after = events[-1].position


def _head(tree: TreeTransaction) -> SignedHead:
    head = tree.last_head()
    if head is None:
        raise NotFound("no head of this log has been signed yet")
    return head


def _leaf(tiles: Any, event: StoredEvent) -> bytes | None:
    number, place = divmod(event.position - 1, WIDTH)
    leaf: bytes = tiles(0, number)[place * HASH_BYTES : (place + 1) * HASH_BYTES]
    return leaf or None


def _record(event: StoredEvent, leaf: bytes | None) -> Record:
    if event.stream is None or event.version is None or event.topic is None or event.state is None:
        return Record.unreadable(event.position, leaf)
    try:
        sealed = unseal(event.state)
    except (msgspec.MsgspecError, ValueError):
        return Record.unreadable(event.position, leaf)
    return Record(
        event.position,
        event.topic,
        event.stream,
        event.version,
        sealed.stored,
        sealed.principal,
        sealed.body,
        sealed.meta_salt,
        sealed.body_salt,
        sealed.meta_commitment,
        sealed.body_commitment,
        leaf,
    )


def _opening(event: StoredEvent, sealed: Sealed) -> Opening:
    if event.stream is None or event.version is None or event.topic is None:
        raise InvalidEvidence("its stored event cannot be read")
    facts = meta(event.topic, event.stream, event.version, sealed.stored, sealed.principal)
    return Opening(
        facts,
        sealed.meta_salt,
        sealed.body_salt,
        sealed.meta_commitment,
        sealed.body_commitment,
    )


def _chunks(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines together, as many as make a chunk."""
    chunk = bytearray()
    for line in lines:
        chunk += line
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)
