"""What meeting tools tell while a meeting goes on: kept as it comes, in any order, once.

A meeting's instance is a stream of deliveries. Which instances are still to be settled stands in a
stream of its own, written in the same append, so neither a crash nor another process loses one.
"""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import NamedTuple, Protocol

import msgspec
from eventsourcing.persistence import IntegrityError

from lrs.aggregate import Aggregate, current
from lrs.errors import Unavailable
from lrs.events import Event, WebhookMeetingOpened, WebhookMeetingSettled, WebhookReceived
from lrs.log import EventLog, stream_id

ATTEMPTS = 50
"""Each attempt that fails is another process's that succeeds."""


class Key(NamedTuple):
    """An instance of a meeting: no other has both."""

    tool: str
    instance: str


class Delivery(Protocol):
    """What a call tells of one meeting; see `adapters.webhooks.Delivery`."""

    @property
    def instance(self) -> str:
        """The tool's name of the meeting's instance."""

    @property
    def key(self) -> str:
        """The same for the same told again."""

    @property
    def ends(self) -> bool:
        """Whether it tells that the meeting has ended."""

    @property
    def written(self) -> bytes:
        """What is told, as JSON."""


class Address(NamedTuple):
    """The session that a call was addressed to."""

    program: str
    session: str


class Told(Aggregate, frozen=True, kw_only=True):
    """All that was told of one instance of a meeting."""

    deliveries: frozenset[str] = frozenset()
    facts: tuple[bytes, ...] = ()
    address: Address | None = None
    """The last that was given."""
    ended: datetime | None = None
    """When its end was first told, by this server's clock."""
    heard: datetime | None = None
    """When anything was last told."""
    settled: bool = True
    """Nothing was told since it was settled."""

    def after(self, event: Event) -> "Told":
        """Return what was told after one more event."""
        if isinstance(event, WebhookMeetingSettled):
            return self._with(event, settled=True)
        if not isinstance(event, WebhookReceived):
            return self._with(event)
        given = event.program is not None and event.session is not None
        return self._with(
            event,
            deliveries=self.deliveries | {event.delivery},
            facts=(*self.facts, bytes(event.facts)),
            address=Address(event.program or "", event.session or "") if given else self.address,
            ended=self.ended or (event.timestamp if event.ends else None),
            heard=event.timestamp,
            settled=False,
        )


class OpenMeetings(Aggregate, frozen=True, kw_only=True):
    """The instances of which something was told since they were settled."""

    keys: frozenset[Key] = frozenset()

    def after(self, event: Event) -> "OpenMeetings":
        """Return them after one more event."""
        keys = self.keys
        if isinstance(event, WebhookMeetingOpened):
            keys |= {Key(event.tool, event.instance)}
        elif isinstance(event, WebhookMeetingSettled):
            keys -= {Key(event.tool, event.instance)}
        return self._with(event, keys=keys)


class Webhooks:
    """Keeps deliveries. Safe from any thread and any number of processes."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._lock = Lock()

    def open(self) -> frozenset[Key]:
        """Return the instances that are to be settled."""
        return self._open().keys

    def told(self, key: Key) -> Told:
        """Return what was told of an instance."""
        return current(self._log, Told(id=stream_id(f"webhooks {key.tool} {key.instance}")))

    def keep(
        self, tool: str, deliveries: Sequence[Delivery], address: Address | None, *, by: str
    ) -> int:
        """Keep what is new of a call's deliveries, durably; return how many were new.

        Raises `Unavailable` when others keep writing about the same meeting at the same moment.
        """
        # One at a time, so that a burst of calls races with other processes only.
        with self._lock:
            return sum(self._keep(tool, each, address, by) for each in deliveries)

    def settle(self, key: Key, told: Told, address: Address, outcome: str, *, by: str) -> bool:
        """Record that all that was told is dealt with; False where more was told meanwhile."""
        while (current := self.told(key)).deliveries == told.deliveries:
            if current.settled:
                return True
            settled = [
                WebhookMeetingSettled(
                    originator_id=each.id,
                    originator_version=each.version + 1,
                    principal=by,
                    tool=key.tool,
                    instance=key.instance,
                    program=address.program,
                    session=address.session,
                    outcome=outcome,
                )
                for each in (current, self._open())
            ]
            try:
                self._log.append(settled)
            except IntegrityError:
                continue
            return True
        return False

    def _keep(self, tool: str, delivery: Delivery, address: Address | None, by: str) -> bool:
        key = Key(tool, delivery.instance)
        for _ in range(ATTEMPTS):
            told = self.told(key)
            if delivery.key in told.deliveries:
                return False
            try:
                self._log.append(self._events(key, told, delivery, address, by))
            except IntegrityError:
                continue
            return True
        raise Unavailable("others keep writing about this meeting at the same moment; try again")

    def _events(
        self, key: Key, told: Told, delivery: Delivery, address: Address | None, by: str
    ) -> list[Event]:
        received = WebhookReceived(
            originator_id=told.id,
            originator_version=told.version + 1,
            principal=by,
            tool=key.tool,
            instance=key.instance,
            delivery=delivery.key,
            ends=delivery.ends,
            program=address.program if address else None,
            session=address.session if address else None,
            facts=msgspec.Raw(delivery.written),
        )
        opened = self._open() if told.settled else None
        if opened is None or key in opened.keys:
            return [received]
        return [
            received,
            WebhookMeetingOpened(
                originator_id=opened.id,
                originator_version=opened.version + 1,
                principal=by,
                tool=key.tool,
                instance=key.instance,
            ),
        ]

    def _open(self) -> OpenMeetings:
        return current(self._log, OpenMeetings(id=stream_id("webhooks")))
