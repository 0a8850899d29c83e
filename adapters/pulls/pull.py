"""What all pulls share: a vendor's finished meetings, in order of their ends, one by one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import orjson

from adapters.attendance import Attendance, Meeting, Warned
from adapters.payload import Object
from adapters.pulls.client import Client, Service
from adapters.reader import File, Options, Reader
from lrs.errors import Forbidden, InvalidInput, NotFound, UnreadableAttendance

UNREADABLE = "unreadable"
"""The warning's code of a meeting whose attendance could not be had."""
NOT_WANTED = "not_wanted"
"""The warning's code of a meeting about which nobody was asked."""
MARGIN = timedelta(days=1)
"""Listings go by a meeting's start: who began so long before still counts."""
PRIVATE = frozenset(
    {"ip_address", "mac_addr", "harddisk_id", "pc_name", "location", "domain", "client", "device"}
    | {"phone_number", "phoneNumber", "callInNumber", "hardwareInfo"}
)
"""Members of vendors' answers that are not kept."""


class Instance(NamedTuple):
    """A meeting that was held, as a listing tells of it; nobody was asked yet who was there."""

    id: str
    """One of the vendor's instances, and no other."""
    names: tuple[str, ...]
    """What a session's id, or its `match`, may call the meeting: numbers, codes, links."""
    title: str | None
    starts: datetime
    ends: datetime
    """Aware, in UTC, as `starts`."""
    told: Object
    """The listing's own words."""


@dataclass(frozen=True, kw_only=True)
class Pulled(Attendance):
    """A meeting's attendance; of nobody, with a warning, where it could not be had."""

    instance: Instance
    file: File | None = None
    """The vendor's answers, in the shape of a file that `lrs import` reads."""

    def warned(self, code: str) -> str | None:
        """Return the message of a warning of the whole meeting; None where there is none."""
        found = (each.message for each in self.warnings if each.code == code)
        return next(found, None)


Wanted = Callable[[Instance], bool]


def every(_: Instance) -> bool:
    """Want every meeting."""
    return True


class Pull(Protocol):
    """Pulls one vendor's attendance."""

    @property
    def name(self) -> str:
        """The tool's name, as readers have it."""

    def meetings(self, since: datetime, wanted: Wanted = every) -> Iterator[Pulled]:
        """Yield each meeting that ended from `since` (aware) to now, in order of the ends.

        It is a stream: who stops, goes on later from the last end that was seen. Meetings that are
        not wanted come without anybody, and nothing is asked about them. One meeting that cannot be
        read stops no other; a refused credential, or a vendor who is away, stops the stream with an
        error (see `Client`).
        """


class Source(Protocol):
    """What is each vendor's own."""

    @property
    def name(self) -> str:
        """The tool's name, as readers have it."""

    @property
    def reader(self) -> Reader:
        """Who reads the vendor's answers once they are a file."""

    @property
    def kept(self) -> timedelta | None:
        """How long the vendor keeps what it lists, where asking for more is answered with less."""

    def instances(self, client: Client, since: datetime, until: datetime) -> Iterator[Instance]:
        """Yield the instances that ended in `[since, until]`, in any order, others also."""

    def answers(self, client: Client, instance: Instance) -> Any:
        """Return what the vendor says of who was there, in the reader's shape."""


@dataclass(frozen=True)
class SourcePull:
    """The pull of a source. See `Pull`."""

    source: Source
    service: Service

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.source.name

    def meetings(self, since: datetime, wanted: Wanted = every) -> Iterator[Pulled]:
        """See `Pull`. Raises `InvalidInput` where the vendor no longer knows what was since then."""
        until, kept = self.service.now(), self.source.kept
        if kept is not None and since < until - kept:
            raise InvalidInput(
                f"{self.service.vendor} tells only of the last {kept.days} days; name a later "
                "moment, and import what is older from files",
                "--since",
            )
        with Client(self.service) as client:
            listed = {each.id: each for each in self.source.instances(client, since, until)}
            due = (each for each in listed.values() if since <= each.ends <= until)
            for instance in sorted(due, key=lambda each: (each.ends, each.id)):
                if wanted(instance):
                    yield self._pulled(client, instance)
                else:
                    yield self._nobody(instance, NOT_WANTED, "nobody was asked about it")

    def _pulled(self, client: Client, instance: Instance) -> Pulled:
        try:
            answers = without_private(self.source.answers(client, instance))
            file = File(orjson.dumps(answers), f"{self.name} {instance.starts:%Y-%m-%d %H.%M}.json")
            found = self.source.reader.read(file, Options(expected=instance.starts))
        except (Forbidden, NotFound, UnreadableAttendance) as error:
            place = f"{error.path}: " if error.path else ""
            return self._nobody(instance, UNREADABLE, f"{place}{error.message}")
        return Pulled(
            tool=self.name,
            meeting=_meeting(found.meeting, instance),
            participants=found.participants,
            warnings=found.warnings,
            file_sha256=file.sha256,
            instance=instance,
            file=file,
        )

    def _nobody(self, instance: Instance, code: str, why: str) -> Pulled:
        warnings = (Warned(code, why),)
        meeting = _meeting(Meeting(), instance)
        return Pulled(self.name, meeting, (), warnings, instance=instance)


def without_private(answers: Any) -> Any:
    """Return answers without what tells where people are and how they are called by telephone.

    The answers are kept with the import, and no report needs these.
    """
    if isinstance(answers, list):
        return [without_private(each) for each in answers]
    if isinstance(answers, dict):
        kept = ((key, value) for key, value in answers.items() if key not in PRIVATE)
        return {key: without_private(value) for key, value in kept}
    return answers


def _meeting(told: Meeting, instance: Instance) -> Meeting:
    """Return a meeting as its file tells of it, completed by the listing."""
    return replace(
        told,
        id=told.id or instance.id,
        title=told.title or instance.title,
        starts=told.starts or instance.starts,
        ends=told.ends or instance.ends,
    )
