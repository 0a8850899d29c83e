"""Who is who in BigBlueButton, and when a meeting was: the same in all of its files."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from adapters.attendance import (
    Row,
    Stay,
    Warned,
    homonyms,
    is_phone,
    real_email,
    time_covered,
)
from lrs.errors import UnreadableAttendance

LATEST = 7_258_118_400_000
"""The year 2200 in milliseconds since 1970; what lies beyond is no time."""
_BORN = re.compile(r"[0-9a-f]{40}-(\d{13})")
_MADE_UP = re.compile(r"[wv]_[a-z0-9]+")


def moment(milliseconds: int, where: str) -> datetime:
    """Return the moment of milliseconds since 1970, in UTC. Raises `UnreadableAttendance`."""
    if not 0 < milliseconds < LATEST:
        raise UnreadableAttendance(f"{milliseconds} is no time in milliseconds", where)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def born(meeting_id: str) -> datetime | None:
    """Return when a meeting was created, as its internal id says; None for another kind of id.

    All files of a meeting have this id; their own times of its start differ by milliseconds.
    """
    found = _BORN.fullmatch(meeting_id)
    return moment(int(found[1]), "the meeting's id") if found and found[1] < str(LATEST) else None


def stable_id(external_id: str, name: str) -> str | None:
    """Return the id that the LMS gave a person; None for what BigBlueButton made up for a guest."""
    known = external_id.strip()
    # Who dials in must not be known by more than a number, and that only by its pseudonym.
    return None if not known or _MADE_UP.fullmatch(known) or is_phone(name) else known


def row(line: int, name: str, external_id: str, role: str, stay: Stay | None = None) -> Row:
    """Return a person's row. Raises `UnreadableAttendance` where there is no name."""
    shown = " ".join(name.split())
    if not shown:
        raise UnreadableAttendance("a participant has no name", f"line {line}")
    return Row(
        line=line,
        name=shown,
        email=real_email(external_id),
        stable_id=stable_id(external_id, shown),
        role=role.lower() or None,
        stay=stay,
    )


def stays(joins: Iterable[Stay], line: int) -> list[Stay]:
    """Return stays as they are. Raises `UnreadableAttendance` where one ends before it starts."""
    found = list(joins)
    if any(stay.left < stay.joined for stay in found):
        raise UnreadableAttendance("somebody leaves before joining", f"line {line}")
    return found


def doubtful_names(rows: Sequence[Row]) -> list[Warned]:
    """Warn of guests whom only their name tells apart: from people with an id, from each other."""
    warnings = list(dict.fromkeys(homonyms(rows)))
    guests: dict[str, list[Row]] = defaultdict(list)
    for each in rows:
        if not each.stable_id and not each.email and not is_phone(each.name):
            guests[each.name.casefold()].append(each)
    for same in guests.values():
        if _overlap([each.stay for each in same if each.stay]):
            message = f"guests called {same[0].name} were there at once; taken as one person"
            warnings.append(Warned("homonym", message, same[0].line))
    return warnings


def _overlap(found: Sequence[Stay]) -> bool:
    return time_covered(found) < sum((stay.left - stay.joined for stay in found), timedelta())
