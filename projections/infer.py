"""A program document proposed from what a log shows, for somebody to correct and to apply.

Nothing here decides anything: each guess is said in a comment beside it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from statistics import median_low
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson

from lrs.errors import NotFound
from lrs.events import StatementRecorded
from lrs.log import EventLog
from projections.gatherings import HOUR
from projections.proposal import Date, Fields, Writing, clean, kind_of
from projections.rules.moments import micros
from projections.same_names import Someone, people, shown_name
from projections.sightings import Seen, Sightings, Thing
from projections.vocabulary import classify

FEWEST = 2
"""So many people make a meeting or a mere view worth a step."""


class Asked(NamedTuple):
    """What a proposal is to be called, on whose clock it is written, and of which course it is."""

    slug: str
    zone: ZoneInfo
    courses: tuple[str, ...] = ()
    """The courses' IRIs; none: the one with the most statements."""


class Proposal(NamedTuple):
    """A document, and comments by path for `lrs.document_writing`."""

    document: Fields
    comments: dict[str, str]


def sighted(log: EventLog, since: datetime | None = None) -> Sightings:
    """Return what a log shows, a page of it in memory at a time; with `since`, from then on.

    What happened at or after a moment was stored after it, so reading begins there.
    """
    found = Sightings()
    earliest = None if since is None else micros(since)
    after = 0 if since is None else log.position_at(since)
    for position, event in log.entries(after):
        if not isinstance(event, StatementRecorded) or event.timestamp is None:
            continue
        statement: Fields = orjson.loads(event.statement)
        record = classify(statement, position, event.timestamp)
        if record is not None and (earliest is None or record.timestamp >= earliest):
            found.add(statement, record)
    return found


def propose(found: Sightings, asked: Asked) -> Proposal:
    """Return a proposal. Raises `NotFound` if the log shows no learner of such a course."""
    courses = _chosen(found, asked.courses)
    learners = people(_learners(found, courses))
    if not learners:
        raise NotFound("the log shows nobody who learns; there is nothing to infer from")
    dates = list(_dates(found, courses, learners))
    things = _activities(found, courses)
    writing = Writing(asked.zone)
    titles = filter(None, (clean(found.titles.get(iri, "")) for iri in courses))
    document = {
        "slug": asked.slug,
        "title": next(titles, "Proposed from the log"),
        "timezone": asked.zone.key,
        "starts": writing.day(_beginning(learners, dates)),
        "cohorts": [{"id": "all", "learners": writing.learners(learners)}],
        "activities": writing.activities(things),
        "sessions": writing.sessions(dates, things),
    }
    comments = writing.comments | {"": _about(found, courses, learners)}
    comments["starts"] = "guessed: the day of the first sign of anybody; add `ends`"
    return Proposal({key: value for key, value in document.items() if value != []}, comments)


def _chosen(found: Sightings, courses: tuple[str, ...]) -> tuple[str, ...]:
    for course in courses:
        if course not in found.courses:
            raise NotFound(f"the log shows no course {course!r}", "--course")
    return courses or tuple(iri for iri, _ in found.courses.most_common(1))


def _learners(found: Sightings, courses: tuple[str, ...]) -> Iterator[Seen]:
    for actor in found.actors.values():
        elsewhere = actor.courses and actor.courses.isdisjoint(courses)
        named = actor.key.isprintable() and not actor.key.rstrip().endswith("::")
        if named and not elsewhere and actor.key not in found.staff:
            yield actor


def _dates(found: Sightings, courses: tuple[str, ...], learners: list[Someone]) -> Iterator[Date]:
    """Yield the sessions in order of time; what one of many did alone was a try of the room."""
    who = {actor.key: n for n, someone in enumerate(learners) for actor in someone.actors}
    dates = []
    for room in found.rooms.values():
        if not _elsewhere(room.courses, courses):
            least = min(FEWEST, len(learners))
            gatherings = [each for each in room.gatherings() if len(each.came) >= least]
            recurring = len(gatherings) > 1
            dates += [
                Date(room, each, recurring, frozenset(who[key] for key in each.came if key in who))
                for each in gatherings
            ]
    yield from _told_once(sorted(dates, key=lambda each: (each.gathering.starts, each.room.iri)))


def _told_once(dates: list[Date]) -> Iterator[Date]:
    """Yield dates in order of time; of one meeting that two tools tell of, one with both rooms."""
    before: Date | None = None
    for date in dates:
        if before is not None and _same(before, date):
            before = before.told_by(date)
            continue
        if before is not None:
            yield before
        before = date
    if before is not None:
        yield before


def _same(one: Date, other: Date) -> bool:
    """Tell whether two tools speak of one meeting: at one time, and most of the fewer people."""
    near = abs(one.gathering.starts - other.gathering.starts) <= HOUR // 4
    fewer = min(len(one.people), len(other.people))
    return near and 2 * len(one.people & other.people) > fewer


def _activities(found: Sightings, courses: tuple[str, ...]) -> list[Thing]:
    things = [
        thing
        for thing in found.things.values()
        if thing.iri not in found.rooms
        and not _elsewhere(thing.courses, courses)
        and (kind_of(thing) is not None or len(thing.people) >= FEWEST)
    ]
    return sorted(things, key=lambda thing: (median_low(thing.moments), thing.iri))


def _elsewhere(seen: Counter[str], courses: tuple[str, ...]) -> bool:
    """Tell whether something belongs to other courses; what no course claims may be this one's."""
    return bool(seen) and seen.keys().isdisjoint(courses)


def _beginning(learners: list[Someone], dates: list[Date]) -> int:
    signs = [date.gathering.starts for date in dates]
    for actor in (actor for someone in learners for actor in someone.actors):
        signs += [
            at for at in (actor.first, actor.registered, actor.unregistered) if at is not None
        ]
    return min(signs, default=0)


def _about(found: Sightings, courses: tuple[str, ...], learners: list[Someone]) -> str:
    lines = [
        f"Proposed from {found.statements} statements; {len(learners)} learners.",
        "Correct it, then: lrs program apply FILE",
        "Outcomes, deadlines and pass marks cannot be seen in a log; add what you need.",
    ]
    lines += [f"Course {iri}: {found.courses[iri]} statements" for iri in courses]
    others = [
        each for each in found.courses.most_common(len(courses) + 5) if each[0] not in courses
    ]
    lines += [f"Left out: {n} statements of another course, --course {iri}" for iri, n in others]
    staff = sorted({shown_name(Seen(key, name)) or key for key, name in found.staff.items()})
    if taught := [name for name in staff if name != "<unknown>"][:20]:
        lines.append(f"Left out, as they teach: {', '.join(taught)}")
    lines += [f"Too many to look at: {n} sightings of {what}" for what, n in found.left_out.items()]
    return "\n".join(map(clean, lines))
