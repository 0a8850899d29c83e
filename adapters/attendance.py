"""Attendance as every reader returns it: who was there, when, and how sure that is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple

Confidence = Literal["high", "medium", "low"]

_PHONE = re.compile(r"\+?[\s(]*[\d*][\d*\s().\-/]{5,}[\d*]")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_NOT_MAIL = (".localhost", ".local", ".invalid")


class Stay(NamedTuple):
    """A half-open interval of presence [joined, left), aware, in UTC."""

    joined: datetime
    left: datetime
    closed_by_end: bool = False
    """The source names no leave; the stay ends with the meeting."""


class Warned(NamedTuple):
    """Something that a person should look at; `line` counts from 1, None: the whole file."""

    code: str
    message: str
    line: int | None = None


@dataclass(frozen=True)
class Meeting:
    """The meeting as the file tells it; aware, in UTC."""

    id: str | None = None
    title: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None


ActKind = Literal["posted", "asked", "answered-poll", "raised-hand", "reacted"]


class Act(NamedTuple):
    """Something a person did in the meeting; `at` is aware, in UTC, None where not told."""

    kind: ActKind
    at: datetime | None = None
    text: str | None = None
    """What was said, or the answer given."""
    about: str | None = None
    """The poll's question."""
    number: int = 1
    """How many, where the source gives only a number."""


@dataclass(frozen=True)
class Participant:
    """One person of one meeting, all their stays together."""

    key: str
    """Stable over exports: `id:…`, `mail:…`, `name:…` or `phone:…`."""
    name: str
    email: str | None
    stable_id: str | None
    role: str | None
    confidence: Confidence
    stays: tuple[Stay, ...]
    total: timedelta | None = None
    """Time present where the source gives only a total."""
    rows: tuple[int, ...] = ()
    acts: tuple[Act, ...] = ()
    present_unknown: bool = False
    """The source tells that the person was there, not for how long (a list of names)."""

    @property
    def present(self) -> timedelta:
        """Time covered by at least one stay, or the source's total."""
        return self.total if self.total is not None else time_covered(self.stays)


@dataclass(frozen=True)
class Attendance:
    """What one file says about one meeting."""

    tool: str
    meeting: Meeting
    participants: tuple[Participant, ...]
    warnings: tuple[Warned, ...] = ()
    file_sha256: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a file, read but not yet put together with others."""

    line: int
    name: str
    email: str | None = None
    stable_id: str | None = None
    role: str | None = None
    stay: Stay | None = None
    total: timedelta | None = None
    original_name: str | None = None
    acts: tuple[Act, ...] = ()
    present_unknown: bool = False


@dataclass
class _Gathered:
    first: Row
    rows: list[Row] = field(default_factory=list)


def time_covered(stays: Iterable[Stay]) -> timedelta:
    """Return the time covered by at least one stay; two devices count once."""
    total, reach = timedelta(), datetime.min.replace(tzinfo=UTC)
    for joined, left, *_ in sorted(stays):
        begins = max(joined, reach)
        if left > begins:
            total += left - begins
            reach = left
    return total


def merged(stays: Iterable[Stay]) -> list[Stay]:
    """Return the same presence as stays that neither overlap nor touch, in order."""
    found: list[Stay] = []
    for stay in sorted(stays):
        last = found[-1] if found else None
        if last is None or stay.joined > last.left:
            found.append(stay)
        elif (stay.left, not stay.closed_by_end) > (last.left, not last.closed_by_end):
            found[-1] = Stay(last.joined, stay.left, stay.closed_by_end)
    return found


def gather(rows: Iterable[Row], scope: str) -> tuple[Participant, ...]:
    """Put the rows of each person together, in order of first appearance.

    People are told apart by stable id, then e-mail, then name; a name alone never joins someone who
    has an e-mail. `scope` (the meeting) makes a phone number's pseudonym its own.
    """
    found: dict[str, _Gathered] = {}
    for row in rows:
        key = _key(row, scope)
        found.setdefault(key, _Gathered(row)).rows.append(row)
    return tuple(_participant(key, each) for key, each in found.items())


def homonyms(rows: Sequence[Row]) -> list[Warned]:
    """Warn where a name alone stands beside the same name with an address or an id."""
    known = {row.name.casefold() for row in rows if row.email or row.stable_id}
    return [
        Warned("homonym", f"{row.name}: also there with an address; not joined", row.line)
        for row in rows
        if not row.email and not row.stable_id and row.name.casefold() in known
        if not is_phone(row.name)
    ]


def real_email(text: str | None) -> str | None:
    """Return an e-mail address in lower case, or None for what only looks like one."""
    address = (text or "").strip().lower()
    if not _MAIL.fullmatch(address) or address.endswith(_NOT_MAIL):
        return None
    return address


def is_phone(name: str) -> bool:
    """Return whether a display name is a telephone number."""
    return _PHONE.fullmatch(name.strip()) is not None


def dry_run(attendance: Attendance, statements: Sequence[object]) -> dict[str, Any]:
    """Return what an import would record, as the contract shows it."""
    meeting = attendance.meeting
    return {
        "tool": attendance.tool,
        "meeting": {
            "id": meeting.id,
            "title": meeting.title,
            "starts": shown(meeting.starts),
            "ends": shown(meeting.ends),
        },
        "people": [
            {
                "key": person.key,
                "name": person.name,
                "email": person.email,
                "confidence": person.confidence,
                "minutes": round(person.present.total_seconds() / 60, 4),
                "stays": [[shown(stay.joined), shown(stay.left)] for stay in person.stays],
                "role": person.role,
            }
            for person in attendance.participants
        ],
        "statements": len(statements),
        "warnings": [warned._asdict() for warned in attendance.warnings],
    }


def shown(moment: datetime | None) -> str | None:
    """Return a moment in RFC 3339, UTC."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _key(row: Row, scope: str) -> str:
    if row.stable_id:
        return f"id:{row.stable_id.lower()}"
    if row.email:
        return f"mail:{row.email}"
    if is_phone(row.name):
        digest = sha256(f"{scope}\n{re.sub(r'[^0-9*]', '', row.name)}".encode()).hexdigest()
        return f"phone:{digest[:16]}"
    return f"name:{' '.join((row.original_name or row.name).casefold().split())}"


def _participant(key: str, gathered: _Gathered) -> Participant:
    rows, first = gathered.rows, gathered.first
    kind = key.partition(":")[0]
    # Where one row has times and another only a total, neither may be lost.
    totals = [row.total for row in rows if row.total is not None and row.stay is None]
    stays = tuple(sorted(row.stay for row in rows if row.stay is not None))
    confidence: dict[str, Confidence] = {"id": "high", "mail": "medium"}
    return Participant(
        key=key,
        name=next((row.name for row in rows if not is_phone(row.name)), "Phone participant"),
        email=next((row.email for row in rows if row.email), None),
        stable_id=first.stable_id,
        role=next((row.role for row in rows if row.role), None),
        confidence=confidence.get(kind, "low"),
        stays=stays,
        total=sum(totals, time_covered(stays)) if totals else None,
        rows=tuple(row.line for row in rows),
        acts=tuple(act for row in rows for act in row.acts),
        present_unknown=all(row.present_unknown for row in rows),
    )
