"""Several files about one meeting, put together as if they were one.

A host who ends a meeting and begins it again leaves two reports; participants, chat and polls are
files of their own. Nobody is joined on a name alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import combinations

from adapters.acts import counted
from adapters.attendance import (
    Act,
    Attendance,
    Meeting,
    Participant,
    Row,
    Stay,
    Warned,
    homonyms,
    time_covered,
)
from adapters.occurrences import RESTARTED_WITHIN
from adapters.reader import File

_SURE = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True)
class Source:
    """A file and what it says."""

    file: File
    attendance: Attendance


@dataclass(frozen=True)
class Union:
    """What one or more files say about one meeting together."""

    attendance: Attendance
    sources: tuple[Source, ...]

    def rows(self, person: Participant) -> list[tuple[int, int]]:
        """Return where a person stands: (file, counted from 0; line, counted from 1), in order."""
        return sorted({place for name in _names(person) for place in self._places[name]})

    @cached_property
    def _places(self) -> defaultdict[str, list[tuple[int, int]]]:
        places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, source in enumerate(self.sources):
            for person in source.attendance.participants:
                for name in _names(person):
                    places[name] += [(number, line) for line in person.rows]
        return places


def unite(sources: Iterable[Source]) -> list[Union]:
    """Return one union for each meeting, in the order of their first files."""
    meetings: list[list[Source]] = []
    told: list[Attendance] = []
    for source in sources:
        same = (n for n, known in enumerate(told) if agree(known, source.attendance))
        if (number := next(same, None)) is not None:
            meetings[number].append(source)
            told[number] = _joined(told[number], source.attendance)
        else:
            meetings.append([source])
            told.append(source.attendance)
    return [
        Union(_finished(attendance, files), tuple(files))
        for attendance, files in zip(told, meetings, strict=True)
    ]


def agree(one: Attendance, other: Attendance) -> bool:
    """Return whether two attendances are about one meeting, as far as they tell.

    The tool and, where both tell them, the id (without ids, the title) and the time must agree; a
    meeting that begins again within half an hour goes on.
    """
    first, second = one.meeting, other.meeting
    named = (
        _compatible(first.title, second.title)
        if first.id is None and second.id is None
        else _compatible(first.id, second.id)
    )
    gap = _gap(first, second)
    return one.tool == other.tool and named and (gap is None or gap <= RESTARTED_WITHIN)


def _compatible(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _gap(one: Meeting, other: Meeting) -> timedelta | None:
    """Return the time between two meetings, negative where they overlap; None: not told."""
    if one.starts is None or other.starts is None:
        return None
    return max(one.starts, other.starts) - min(one.ends or one.starts, other.ends or other.starts)


def _in_turn(one: Meeting, other: Meeting) -> bool:
    gap = _gap(one, other)
    return gap is not None and gap >= timedelta()


def _names(person: Participant) -> set[str]:
    """Return what a person is known by: the key, and the address under whatever key."""
    return {person.key} | ({f"mail:{person.email}"} if person.email else set())


def _joined(one: Attendance, other: Attendance) -> Attendance:
    in_turn = _in_turn(one.meeting, other.meeting)
    people = list(one.participants)
    places = {name: place for place, each in enumerate(people) for name in _names(each)}
    for person in other.participants:
        # The key says more than the address.
        names = sorted(_names(person), key=lambda name: name != person.key)
        place = next((places[name] for name in names if name in places), len(people))
        if place == len(people):
            people.append(person)
        else:
            people[place] = _together(people[place], person, in_turn=in_turn)
        places |= dict.fromkeys(names, place)
    return replace(one, meeting=_meeting(one.meeting, other.meeting), participants=tuple(people))


def _meeting(one: Meeting, other: Meeting) -> Meeting:
    return Meeting(
        id=one.id or other.id,
        title=one.title or other.title,
        starts=min(_known(one.starts, other.starts), default=None),
        ends=max(_known(one.ends, other.ends), default=None),
    )


def _known(*moments: datetime | None) -> list[datetime]:
    return [each for each in moments if each is not None]


def _together(one: Participant, other: Participant, *, in_turn: bool) -> Participant:
    surest = max(one, other, key=lambda each: _SURE[each.confidence])
    stays = _stays([*one.stays, *other.stays])
    return replace(
        surest,
        email=one.email or other.email,
        role=one.role or other.role,
        stays=stays,
        total=_total(one, other, stays, in_turn=in_turn),
        rows=(*one.rows, *other.rows),
        acts=_acts(one.acts, other.acts, in_turn=in_turn),
        present_unknown=one.present_unknown or other.present_unknown,
    )


def _stays(stays: Sequence[Stay]) -> tuple[Stay, ...]:
    """Return stays once each; one that was open in one file and ends in another ends there."""
    ended = {stay.joined for stay in stays if not stay.closed_by_end}
    return tuple(sorted({s for s in stays if not (s.closed_by_end and s.joined in ended)}))


def _total(
    one: Participant, other: Participant, stays: Sequence[Stay], *, in_turn: bool
) -> timedelta | None:
    """Return the time present where a file gives only a total; of meetings in turn it adds up."""
    if one.total is None and other.total is None:
        return None
    if in_turn:
        return one.present + other.present
    return max(one.present, other.present, time_covered(stays))


def _acts(one: Sequence[Act], other: Sequence[Act], *, in_turn: bool) -> tuple[Act, ...]:
    """Return acts that either file tells; what both tell of the same meeting is one act."""
    if in_turn:
        return (*one, *other)
    numbers = _numbers(one) | _numbers(other)
    return tuple(act._replace(number=number) for act, number in numbers.items())


def _numbers(acts: Sequence[Act]) -> Counter[Act]:
    return Counter({act._replace(number=1): act.number for act in counted(acts)})


def _finished(attendance: Attendance, sources: Sequence[Source]) -> Attendance:
    """Return a union with what can only be said once all files are in it."""
    if len(sources) == 1:
        return attendance
    people = attendance.participants
    meetings = [source.attendance.meeting for source in sources]
    if not any(_in_turn(*pair) for pair in combinations(meetings, 2)):
        people = tuple(replace(each, acts=_left(each.acts)) for each in people)
    return replace(attendance, participants=people, warnings=_warnings(attendance, sources))


def _left(acts: Sequence[Act]) -> tuple[Act, ...]:
    """Return acts where a mere number of a kind is what others of that kind leave of it."""
    told = Counter[str]()
    for act in acts:
        told[act.kind] += 0 if _is_number(act) else act.number
    left = [
        each._replace(number=each.number - told[each.kind]) for each in acts if _is_number(each)
    ]
    return (*(each for each in acts if not _is_number(each)), *(e for e in left if e.number > 0))


def _is_number(act: Act) -> bool:
    return act.at is None and act.text is None and act.about is None


def _warnings(attendance: Attendance, sources: Sequence[Source]) -> tuple[Warned, ...]:
    """Return every file's warnings, naming the file, and homonyms that only the union shows."""
    known = {each.message for source in sources for each in source.attendance.warnings}
    people = [
        Row(0, each.name, email=each.email, stable_id=each.stable_id)
        for each in attendance.participants
    ]
    found = [each._replace(line=None) for each in homonyms(people) if each.message not in known]
    return (*_named(sources), *dict.fromkeys(found))


def _named(sources: Sequence[Source]) -> Iterator[Warned]:
    for number, source in enumerate(sources, start=1):
        name = source.file.name or f"file {number}"
        for each in source.attendance.warnings:
            yield each._replace(message=f"{name}: {each.message}")
