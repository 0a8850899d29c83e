"""How a proposed program document is written: fields from guesses, and beside each what was guessed."""

from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lrs.xapi.actor import agent_from_key
from projections.gatherings import HOUR, Gathering, Room
from projections.record import RecordMode
from projections.rules.moments import DAY
from projections.same_names import Someone
from projections.sightings import STRONG, Seen, Thing

AHEAD = 14 * DAY
"""Pre-work is done at most so long before its session, follow-up so long after it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIVE: tuple[RecordMode, RecordMode] = ("live-online", "in-person")
Fields = dict[str, Any]


class Date(NamedTuple):
    """A session to propose."""

    room: Room
    gathering: Gathering
    recurring: bool
    people: frozenset[int]
    """Which of the learners came, by their place in the list."""
    also: tuple[str, ...] = ()
    """Other rooms whose statements tell of the same date."""

    def told_by(self, other: "Date") -> "Date":
        """Return the date with another tool's room."""
        return self._replace(people=self.people | other.people, also=(*self.also, other.room.iri))


class Writing:
    """Turns guesses into the document's fields, and says beside each what was guessed."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.comments: dict[str, str] = {}

    def day(self, moment: int) -> str:
        """Return the local day of a moment."""
        return self._local(moment).date().isoformat()

    def learners(self, found: list[Someone]) -> list[Fields]:
        """Return the learners of the one cohort."""
        return [self._learner(each, n) for n, each in enumerate(found)]

    def _learner(self, someone: Someone, number: int) -> Fields:
        fields: Fields = {"name": someone.name, **_identifiers(someone.actors)}
        notes = ["guessed: one person, by the name alone"] if someone.by_name else []
        deeds = [actor.first for actor in someone.actors if actor.first is not None]
        joined = [actor.registered for actor in someone.actors if actor.registered is not None]
        left = [actor.unregistered for actor in someone.actors if actor.unregistered is not None]
        last = max((a.last for a in someone.actors if a.last is not None), default=None)
        if joined:
            fields["enrolled"] = self.day(min(joined + deeds))
        if left and max(left) > max([last or 0, *joined]):
            fields["withdrawn"] = self.day(max(left))
            notes.append("guessed: withdrawn, by the last un-enrolment")
        if not deeds:
            notes.append("enrolled or expected, but nothing was done yet")
        elif not any(actor.alone for actor in someone.actors):
            notes.append("seen in meetings only: a learner, or a guest?")
        if notes:
            self.comments[f"cohorts[0].learners[{number}]"] = "\n".join(notes)
        return fields

    def activities(self, things: list[Thing]) -> list[Fields]:
        """Return the activities."""
        return [self._activity(each, n) for n, each in enumerate(things)]

    def _activity(self, thing: Thing, number: int) -> Fields:
        kind = kind_of(thing)
        fields: Fields = {
            "id": thing.iri,
            **({"title": clean(thing.title)} if thing.title and clean(thing.title) else {}),
            "mode": "async",
            "kind": kind or "content",
        }
        seen = ", ".join(f"{count} {record}" for record, count in sorted(thing.kinds.items()))
        note = f"seen: {seen}"
        if kind is None:
            fields["required"] = False
            note += "; it counts as done only once something sends `completed`"
        elif len(thing.people) == 1:
            note += "; by one person only"
        self.comments[f"activities[{number}]"] = note
        return fields

    def sessions(self, dates: list[Date], things: list[Thing]) -> list[Fields]:
        """Return the sessions of dates in order of time."""
        found = []
        for number, date in enumerate(dates):
            fields = self._session(date, number)
            earlier = dates[number - 1].gathering.starts if number else 0
            self._relate(fields, f"sessions[{number}]", date.gathering, earlier, things)
            found.append(fields)
        _set_apart(found)
        return found

    def _session(self, date: Date, number: int) -> Fields:
        starts, ends = date.gathering.starts, date.gathering.ends
        local = self._local(starts)
        title = clean(date.room.title or "") or "Session"
        modes = {mode: date.room.modes[mode] for mode in _LIVE if date.room.modes[mode]}
        fields: Fields = {
            "id": _dated(date.room.iri, local) if date.recurring else date.room.iri,
            "title": f"{title}, {local.date()}" if date.recurring else title,
            "mode": max(modes, key=modes.__getitem__, default=_LIVE[0]),
            "starts": self._written(starts),
            "ends": self._written(ends or starts + HOUR),
        }
        if match := [date.room.iri] * date.recurring + list(date.also):
            fields["match"] = match
        path = f"sessions[{number}]"
        self.comments[path] = f"seen: {len(date.people)} people"
        if not modes:
            self.comments[f"{path}.mode"] = "guessed: nothing tells"
        self.comments[f"{path}.starts"] = "guessed: from when people came and left" + (
            "" if ends else "; nothing tells the end"
        )
        return fields

    def _relate(
        self, fields: Fields, path: str, date: Gathering, earlier: int, things: list[Thing]
    ) -> None:
        """Guess what prepares and reinforces a session from when people did it."""
        begin = max(earlier, date.starts - AHEAD)
        end = date.ends or date.starts + HOUR
        timed = [(each, median_low(each.moments), kind_of(each)) for each in things]
        before = [
            t.iri
            for t, at, kind in timed
            if kind not in {None, "post"} and begin <= at < date.starts
        ]
        after = [t.iri for t, at, kind in timed if kind == "post" and end < at <= end + AHEAD]
        for key, iris in (("prepares", before), ("reinforces", after)):
            if iris:
                fields[key] = iris
                self.comments[f"{path}.{key}"] = "guessed: half of it was done then"

    def _local(self, moment: int) -> datetime:
        return (_EPOCH + timedelta(microseconds=moment)).astimezone(self._zone)

    def _written(self, moment: int) -> str:
        local = self._local(moment)
        # Of the hour that clocks show twice, a time without an offset would be the first.
        return local.isoformat() if local.fold else local.replace(tzinfo=None).isoformat()


def kind_of(thing: Thing) -> str | None:
    """Return the kind of activity that something is; None if it was only looked at."""
    return next((kind for seen, kind in STRONG.items() if thing.kinds[seen]), None)


def _identifiers(actors: tuple[Seen, ...]) -> Fields:
    """Return the keys of a learner that name these actors."""
    fields: Fields = {}
    for actor in actors:
        agent = agent_from_key(actor.key)
        main = "mbox" if "mbox" in agent else "account" if "account" in agent else ""
        if main and main not in fields:
            fields[main] = agent[main]
        else:
            fields.setdefault("also", []).append(actor.key)
    return fields


def _dated(iri: str, day: datetime) -> str:
    """Return an id for a room's one date."""
    return f"{iri}{'/' if '#' in iri else '#'}{day.date()}"


def _set_apart(sessions: list[Fields]) -> None:
    """Give sessions that would have one id ids of their own: a room may be used twice a day."""
    taken: set[str] = set()
    for fields in sessions:
        if fields["id"] in taken:
            fields["id"] += fields["starts"][len("2026-10-09") :]
        while fields["id"] in taken:
            fields["id"] += "-again"
        taken.add(fields["id"])


def clean(text: str) -> str:
    """Return text on one line, without what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
