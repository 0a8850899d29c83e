"""The event log: the only place where events are appended, and the one everybody reads.

`eventsourcing` stores, orders and guards the events. What is ours stands in `lrs.append`: positions,
moments, and the statement index in the same transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID, uuid5

from eventsourcing.application import Application, LRUCache
from eventsourcing.persistence import (
    InfrastructureFactory,
    Mapper,
    Notification,
    StoredEvent,
)
from eventsourcing.utils import Environment, EnvType

from lrs.append import Append, Entry, Gone, Head, Stampable
from lrs.events import AttachmentStored, Event, StatementRecorded
from lrs.index import StatementIndex
from lrs.replacements import Replacements
from lrs.sealing import SealingMapper, from_micros, unseal

ERASURES = "erasures"
_STREAMS = UUID("0b9f7e0c-8f0a-5a53-9d3e-6c5b5d2f4a10")


def stream_id(name: str) -> UUID:
    """Return the stream of a thing that is one of its kind, such as `programs`."""
    return uuid5(_STREAMS, name)


class LogRecorder(Protocol):
    """What the log needs beyond the library's `ApplicationRecorder`; see `lrs.postgres`, `lrs.sqlite`."""

    index: StatementIndex

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append; the keyword `append` holds the `Append` whose drafts are finished under the lock.

        The keyword `gone`, where it is given, holds what the same transaction destroys.
        """

    def select_events(self, originator_id: UUID, **options: Any) -> Sequence[StoredEvent]:
        """Return events of a stream, see the library."""

    def select_statements(self, ids: Sequence[UUID]) -> dict[UUID, StoredEvent]:
        """Return the first event of each of these streams that exists."""

    def select_positions(self, positions: Sequence[int]) -> list[tuple[int, StoredEvent]]:
        """Return (position, event) of these positions, in order."""

    def head(self) -> Head:
        """Return the last committed position and its time."""

    def log_id(self) -> UUID:
        """Return the random identity that this log was born with."""


class EventLog(Application[UUID]):
    """Every event of a store, in one order.

    Reading is safe from any thread. Appending is durable when it returns, all or nothing, and
    raises `eventsourcing.persistence.IntegrityError` when an event's place in its stream is taken.
    """

    name = "lrs"
    env: ClassVar[dict[str, str]] = {
        "AGGREGATE_CACHE_MAXSIZE": "64",
        "DEEPCOPY_FROM_AGGREGATE_CACHE": "no",  # our aggregates are immutable
    }

    def __init__(
        self,
        factory: Callable[[Environment], InfrastructureFactory[Any]],
        env: EnvType | None = None,
    ) -> None:
        self._construct = factory
        super().__init__(env)
        self._known = self._recorder.head()
        self.replacements = Replacements(self._recorder)
        self._recorder.index.replacements = self.replacements
        self._erasures = self.erasures()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Return the engine's factory."""
        return self._construct(env)

    def construct_mapper(self) -> Mapper[UUID]:
        """Return the mapper that seals."""
        mapper = SealingMapper(transcoder=self.construct_transcoder())
        mapper.replacement = self._replacement
        return mapper

    def _replacement(self, stream: UUID, version: int) -> bytes | None:
        return self.replacements.of(stream, version)

    @property
    def _recorder(self) -> LogRecorder:
        return cast("LogRecorder", self.recorder)

    @property
    def index(self) -> StatementIndex:
        """The statement index, which is as current as the log."""
        return self._recorder.index

    def append(self, drafts: Sequence[Stampable]) -> list[Entry]:
        """Append all of the drafts in order, or none, and return them as stored."""
        append = Append(drafts, self.mapper)
        placeholders = cast("Sequence[StoredEvent]", drafts)
        self._recorder.insert_events(placeholders, append=append)
        if append.entries:
            self._known = max(self._known, append.head)
        return append.entries

    def erase(self, drafts: Sequence[Stampable], gone: Gone) -> list[Entry]:
        """Append the drafts, which tell of it, and destroy what is gone: all of it, or nothing.

        Raises `eventsourcing.persistence.IntegrityError` as `append` does.
        """
        append = Append(drafts, self.mapper)
        self._recorder.insert_events(
            cast("Sequence[StoredEvent]", drafts), append=append, gone=gone
        )
        self._known = max(self._known, append.head)
        self.forget_erased()
        return append.entries

    def erasures(self) -> int:
        """Return how many erasures the log tells of. Whatever is kept in memory is good for one."""
        last = self._recorder.select_events(stream_id(ERASURES), desc=True, limit=1)
        return last[0].originator_version if last else 0

    def forget_erased(self) -> None:
        """Drop what is kept of streams if anything was erased since, by whichever process."""
        erasures = self.erasures()
        if erasures != self._erasures:
            self.repository.cache = LRUCache(maxsize=int(self.env["AGGREGATE_CACHE_MAXSIZE"]))
        self._erasures = erasures

    def head(self) -> Head:
        """Return the log's end as of now."""
        self._known = max(self._known, self._recorder.head())
        return self._known

    def known_head(self) -> Head:
        """Return an end that the log has had, without asking the database."""
        return self._known

    def log_id(self) -> UUID:
        """Return the log's own random id."""
        return self._recorder.log_id()

    def read(
        self, after: int = 0, limit: int = 1000, upto: int | None = None
    ) -> Sequence[Notification]:
        """Return up to `limit` stored events at positions `after < p <= upto`, in order."""
        return self.recorder.select_notifications(after, limit, upto, inclusive_of_start=False)

    def entry(self, notification: Notification) -> Entry:
        """Return a stored event as what it was."""
        return Entry(notification.id, cast("Event", self.mapper.to_domain_event(notification)))

    def entries(self, after: int = 0, upto: int | None = None, page: int = 1000) -> Iterator[Entry]:
        """Yield the events at positions `after < p <= upto`, in order, a page in memory at a time."""
        while notifications := self.read(after, page, upto):
            yield from map(self.entry, notifications)
            after = notifications[-1].id

    def about(self, activities: Sequence[str], upto: int, page: int = 1000) -> Iterator[Entry]:
        """Yield the statements about any of the activities as they were recorded at a position.

        In order, a page in memory at a time. What was voided by then is left out; what was voided
        later may come with any activity.
        """
        positions = self.index.positions_about(activities, upto)
        for start in range(0, len(positions), page):
            yield from self.entries_at(positions[start : start + page])

    def at(self, positions: Sequence[int]) -> list[tuple[int, StoredEvent]]:
        """Return (position, stored event) of these positions, in order."""
        return self._recorder.select_positions(positions) if positions else []

    def entries_at(self, positions: Sequence[int]) -> list[Entry]:
        """Return the events at these positions, in order."""
        return [
            Entry(at, cast("Event", self.mapper.to_domain_event(event)))
            for at, event in self.at(positions)
        ]

    def last(self, stream: UUID) -> Event | None:
        """Return the last event of a stream; None for an empty one."""
        return cast("Event | None", next(self.events.get(stream, desc=True, limit=1), None))

    def version_at(self, stream: UUID, moment: datetime) -> int:
        """Return a stream's version (0: none yet) from all that was stored at or before a moment."""
        last = self.recorder.select_events(stream, desc=True, limit=1)
        if not last:
            return 0
        # Mostly the present is asked for, and then the last one answers.
        low, high, middle = 0, last[0].originator_version, last[0].originator_version
        while low < high:
            (event,) = self.recorder.select_events(stream, gt=middle - 1, lte=middle)
            if from_micros(unseal(event.state).stored) <= moment:
                low = middle
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return low

    def stream(self, name: str) -> Iterator[Event]:
        """Yield the events of the one thing of its kind, such as `programs`, in order."""
        return cast("Iterator[Event]", self.events.get(stream_id(name)))

    def attachments(self, streams: Sequence[UUID]) -> dict[UUID, bytes | None]:
        """Return the contents of the attachments that are stored in these streams; None: erased."""
        found = self._recorder.select_statements(streams) if streams else {}
        return {
            stream: unseal(event.state).body
            for stream, event in found.items()
            if event.topic == AttachmentStored.TOPIC
        }

    def statements(self, ids: Sequence[UUID]) -> dict[UUID, bytes | None]:
        """Return the recorded statements among `ids`; None where another event holds the id."""
        return {
            stream: unseal(event.state).body if event.topic == StatementRecorded.TOPIC else None
            for stream, event in self._recorder.select_statements(ids).items()
        }

    def position_at(self, moment: datetime) -> int:
        """Return the last position stored at or before a moment (0: none).

        Stored times strictly increase with positions, which are dense, so halving finds it.
        """
        low, high = 0, self.head().position
        while low < high:
            middle = (low + high + 1) // 2
            if self.stored_at(middle) <= moment:
                low = middle
            else:
                high = middle - 1
        return low

    def stored_at(self, position: int) -> datetime:
        """Return when the event at a position was stored; of position 0, long ago."""
        if position == 0:
            return from_micros(0)
        (notification,) = self.read(position - 1, 1)
        return from_micros(unseal(notification.state).stored)
