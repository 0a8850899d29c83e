"""Low-volume things as aggregates: immutable structs folded from their events.

The library's repository reads, caches and fast-forwards them; its event store keeps two writers
from both taking the same version. There is one stream for each kind of thing that there is one
register of (credentials, people, programs).
"""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Generic, Self, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.persistence import IntegrityError

from lrs.append import Entry
from lrs.errors import Conflict
from lrs.events import Event
from lrs.log import EventLog, stream_id

ATTEMPTS = 5


class Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """The state after `version` events of the stream `id`."""

    id: UUID
    version: int = 0

    def after(self, event: Event) -> Self:
        """Return the state after one more event."""
        raise NotImplementedError

    def _with(self, event: Event, **changes: object) -> Self:
        return msgspec.structs.replace(self, version=event.originator_version, **changes)


A = TypeVar("A", bound=Aggregate)


def current(log: EventLog, empty: A) -> A:
    """Return what the events of a stream have made of its empty state by now."""

    def fold(state: A | None, events: Iterable[Event]) -> A:
        return reduce(lambda before, event: before.after(event), events, state or empty)

    log.forget_erased()
    state: A = log.repository.get(empty.id, projector_func=fold)
    if log.repository.cache is not None:
        # The library keeps the state that it read first; each later one would begin from there.
        log.repository.cache.put(empty.id, state)
    return state


class Register(Generic[A]):
    """The one aggregate of its kind, read from the log and changed by events."""

    def __init__(self, log: EventLog, name: str, kind: type[A]) -> None:
        self._log = log
        self._kind = kind
        self._stream = stream_id(name)

    def get(self) -> A:
        """Return the state as of now."""
        return current(self._log, self._kind(id=self._stream))

    def change(self, decide: Callable[[A], Event | None]) -> Entry | None:
        """Append what `decide` makes of the current state; None changes nothing.

        Whatever `decide` raises is raised. Decides again when another writer was first; raises
        `Conflict` when that happens time after time.
        """
        for _ in range(ATTEMPTS):
            event = decide(self.get())
            if event is None:
                return None
            try:
                (entry,) = self._log.append([event])
            except IntegrityError:
                continue
            return entry
        raise Conflict("others keep changing this at the same moment; try again")
