"""What is read in place of erased bodies: the last `PayloadReplaced` that has a body, if any."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID, uuid5

import msgspec
from eventsourcing.persistence import StoredEvent

from lrs.sealing import unseal

_STREAMS = UUID("3d7f0c52-6a0e-5b4e-8a55-0d1f6a7c9e21")


class _Body(msgspec.Struct, frozen=True):
    body: msgspec.Raw


_decode = msgspec.json.Decoder(_Body).decode


class Reader(Protocol):
    """The part of a recorder that is read here."""

    def select_events(self, originator_id: UUID, **options: Any) -> Sequence[StoredEvent]:
        """Return events of a stream."""

    def select_positions(self, positions: Sequence[int]) -> list[tuple[int, StoredEvent]]:
        """Return (position, event) of these positions, in order."""


def replacement_stream(stream: UUID, version: int) -> UUID:
    """Return the stream of what stands in for an event."""
    return uuid5(_STREAMS, f"{stream} {version}")


class Replacements:
    """Reads them from the log, which is where they can be proven."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def version(self, stream: UUID, version: int) -> int:
        """Return how many replacements an event has had."""
        last = self._last(stream, version)
        return last.originator_version if last else 0

    def of(self, stream: UUID, version: int) -> bytes | None:
        """Return the body that stands in for an event's; None where nothing does."""
        last = self._last(stream, version)
        body = unseal(last.state).body if last else None
        return None if body is None else bytes(_decode(body).body)

    def at(self, positions: Sequence[int]) -> dict[int, bytes]:
        """Return the bodies that stand in for those of the events at these positions."""
        found = {}
        for position, event in self._reader.select_positions(positions):
            body = self.of(_uuid(event.originator_id), event.originator_version)
            if body is not None:
                found[position] = body
        return found

    def _last(self, stream: UUID, version: int) -> StoredEvent | None:
        stream = replacement_stream(stream, version)
        return next(iter(self._reader.select_events(stream, desc=True, limit=1)), None)


def _uuid(stream: UUID | str) -> UUID:
    return stream if isinstance(stream, UUID) else UUID(stream)
