"""Where the Merkle tree and its signed heads are stored: beside the log, in its own database.

An engine gives transactions that run the queries of its `audit.sql` by name; what they mean is here.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from lrs.audit.merkle import HASH_BYTES
from lrs.audit.tiles import WIDTH

PAGE_EVENTS = 4_000
PAGE_BYTES = 16 * 1024 * 1024
PAGE_HEADS = 1_000
LARGEST_POSITION = (1 << 63) - 1

T = TypeVar("T")


class StoredEvent(NamedTuple):
    """An event as it lies in the store; None stands for what is not what it should be."""

    position: int
    stream: UUID | None
    version: int | None
    topic: str | None
    state: bytes | None


class StoredTile(NamedTuple):
    """A tile's place and its hashes, one after another."""

    level: int
    number: int
    hashes: bytes


class SignedHead(NamedTuple):
    """A signed head: the tree's size, the public key as text, and the note."""

    size: int
    key: str
    note: bytes


class TreeTransaction(ABC):
    """One transaction over the tree and the events that it commits to."""

    @abstractmethod
    def run(self, name: str, **parameters: Any) -> list[Mapping[str, Any]]:
        """Run a query of the engine's `audit.sql` and return its rows."""

    @abstractmethod
    def read_event(self, row: Mapping[str, Any]) -> StoredEvent:
        """Return a row of `events` or `first_event` as what it is."""

    def size(self) -> int:
        """Return how many leaves the tree has: those of its lowest tiles."""
        for row in self.run("last_tile"):
            return int(row["number"]) * WIDTH + int(row["bytes"]) // HASH_BYTES
        return 0

    def tile(self, level: int, number: int) -> bytes:
        """Return a tile's hashes; none where there is no tile."""
        return b"".join(
            bytes(row["hashes"]) for row in self.run("tile", level=level, number=number)
        )

    def put_tiles(self, tiles: Sequence[StoredTile]) -> None:
        """Write tiles that are new, or have grown."""
        for tile in tiles:
            self.run("put_tile", **tile._asdict())

    def last_head(self) -> SignedHead | None:
        """Return the signed head of the largest size."""
        return next(map(_head, self.run("last_checkpoint")), None)

    def heads(self, key: str, after: int, upto: int) -> list[SignedHead]:
        """Return up to `PAGE_HEADS` heads of a key with sizes `after < s <= upto`, in order."""
        rows = self.run("checkpoints", key=key, after=after, upto=upto, limit=PAGE_HEADS)
        return [_head(row) for row in rows]

    def add_head(self, head: SignedHead) -> None:
        """Keep a signed head; a size has one only."""
        self.run("add_checkpoint", **head._asdict())

    def events(self, after: int, upto: int = LARGEST_POSITION) -> list[StoredEvent]:
        """Return a page of the events at positions `after < p <= upto`, in order.

        It has `PAGE_EVENTS` at most, and one at least if there is one; large ones make it shorter.
        """
        last, size = 0, 0
        for row in self.run("event_bytes", after=after, upto=upto, limit=PAGE_EVENTS):
            size += int(row["bytes"])
            if last and size > PAGE_BYTES:
                break
            last = int(row["position"])
        return [self.read_event(row) for row in self.run("events", after=after, upto=last)]

    def first_event(self, stream: UUID) -> StoredEvent | None:
        """Return the first event of a stream; of a statement's id, the statement."""
        return next(
            map(self.read_event, self.run("first_event", stream=self.stream_key(stream))), None
        )

    @abstractmethod
    def stream_key(self, stream: UUID) -> UUID | str:
        """Return a stream's id as the engine stores it."""


class TreeStore(Protocol):
    """An engine's tables for the tree."""

    def transaction(self, *, write: bool) -> AbstractContextManager[TreeTransaction]:
        """Begin; commit durably on leaving, or roll back. Writers exclude each other everywhere."""

    def leadership(self) -> AbstractContextManager[bool]:
        """Yield whether this process may extend and sign the tree: one at a time may."""


def paged(read: Callable[[int], Sequence[T]], at: Callable[[T], int]) -> Iterator[T]:
    """Yield all that `read(after)` returns page by page; `at` tells where an item stands."""
    after = 0
    while page := read(after):
        yield from page
        after = at(page[-1])


def _head(row: Mapping[str, Any]) -> SignedHead:
    return SignedHead(int(row["size"]), str(row["key"]), bytes(row["note"]))
