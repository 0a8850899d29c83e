"""The Merkle tree as a projection of the log: each event a leaf, a page of them a transaction.

It is the one projection that is never rebuilt: heads of it have been signed and given away.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from lrs.audit.leaf import event_leaf
from lrs.audit.merkle import HASH_BYTES, Frontier
from lrs.audit.tiles import HEIGHT, WIDTH, tiled_hashes
from lrs.audit.tree import StoredEvent, StoredTile, TreeStore, TreeTransaction
from lrs.errors import Conflict
from lrs.sealing import unseal


class BrokenLog(Conflict):
    """An event that the tree has yet to take is not there, or cannot be read."""

    code = "broken_log"

    def __init__(self, position: int) -> None:
        super().__init__(f"event {position} of the log is not there, or cannot be read")
        self.position = position


class Ledger:
    """Appends the log's events to its Merkle tree. Several at once take turns, page by page."""

    def __init__(self, log_id: UUID, store: TreeStore) -> None:
        self._log_id = log_id
        self._store = store
        self._frontier = Frontier()

    def size(self) -> int:
        """Return how many events the tree has."""
        with self._store.transaction(write=False) as tree:
            return tree.size()

    def step(self) -> int:
        """Append the next page of events, if there is one; return by how many the tree grew.

        Raises `BrokenLog` where the next event should be and is not.
        """
        with self._store.transaction(write=False) as tree:
            size = tree.size()
            events = tree.events(size)
            growth = self._grow(tree, size, events)
        if not events:
            return 0
        # All hashing is done by now: on SQLite the write lock keeps appends waiting.
        with self._store.transaction(write=True) as tree:
            found = tree.size()
            if found == size:
                tree.put_tiles(growth)
                return len(events)
        self._frontier = Frontier()  # another process was faster; this one goes on from there
        return found - size

    def catch_up(self) -> int:
        """Append all that the log has; return the tree's size."""
        while self.step():
            pass
        return self.size()

    def _grow(
        self, tree: TreeTransaction, size: int, events: Sequence[StoredEvent]
    ) -> list[StoredTile]:
        if events and self._frontier.size != size:
            self._frontier = Frontier.at(size, tiled_hashes(tree.tile))
        growth: dict[tuple[int, int], bytearray] = {}
        for event in events:
            for node in self._frontier.append(self._leaf(event)):
                level, within = divmod(node.level, HEIGHT)
                if within:
                    continue
                number, place = divmod(node.index, WIDTH)
                if (level, number) not in growth:
                    begun = tree.tile(level, number)[: place * HASH_BYTES] if place else b""
                    growth[level, number] = bytearray(begun)
                growth[level, number] += node.hash
        return [StoredTile(*place, bytes(hashes)) for place, hashes in growth.items()]

    def _leaf(self, event: StoredEvent) -> bytes:
        """Return the hash of the event that comes next."""
        index = self._frontier.size
        if event.position != index + 1 or event.state is None:
            raise BrokenLog(index + 1)
        try:
            sealed = unseal(event.state)
            return event_leaf(self._log_id, index, sealed.meta_commitment, sealed.body_commitment)
        except (msgspec.MsgspecError, ValueError):
            raise BrokenLog(index + 1) from None
