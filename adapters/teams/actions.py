"""Lists of joins and leaves: the attendance list of 2020, and the reports of live events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from adapters.attendance import Attendance, Meeting, Row, Stay, Warned, gather, homonyms, real_email
from adapters.reader import File, Options
from adapters.teams.cells import LONGEST_NAME, kind_of, plain_name, read_local
from adapters.teams.grid import HEADER_WITHIN
from adapters.teams.told import closed, in_lobby
from adapters.teams.words import ACTION_HEADERS, JOINED, LEFT, ROLES
from adapters.text import Line, cell, heading
from adapters.times import Clock, Written, date_order
from lrs.errors import UnreadableAttendance


@dataclass(frozen=True)
class ActionList:
    """A list's rows and its columns by field; `certain` says that only Teams writes such lists."""

    rows: Sequence[Line]
    columns: Mapping[str, int]
    certain: bool

    def cell(self, line: Line, field: str) -> str:
        """Return a row's cell; empty where the list has no such column."""
        return cell(line.cells, self.columns.get(field))


class _Told(NamedTuple):
    """A row as written."""

    line: int
    name: str
    person: str
    session: str
    role: str
    action: str
    at: Written


class _Done(NamedTuple):
    """A join or a leave; of two at the same moment the join is the earlier."""

    at: datetime
    leaves: bool
    told: _Told


def find_actions(grid: Sequence[Line]) -> ActionList | None:
    """Return the list that a file is, None if it is none."""
    for number, line in enumerate(grid[:HEADER_WITHIN]):
        if {"name", "action"} <= (columns := _named(line)).keys() and _time_of(columns):
            return ActionList(grid[number + 1 :], columns, certain=True)
    if len(grid) > 1 and all(_looks_told(line) for line in grid[1:]):
        return ActionList(grid[1:], {"name": 0, "action": 1, "time": 2}, certain=False)
    return None


def read_actions(found: ActionList, file: File, options: Options) -> Attendance:
    """Return the attendance that joins and leaves make. Raises `UnreadableAttendance`.

    Rows come in any order. Whoever has not left stays until the last moment that the file tells of.
    """
    warnings: list[Warned] = []
    told = [each for line in found.rows if (each := _read_row(found, line, warnings))]
    if not told:
        raise UnreadableAttendance("the file names no participant")
    expected = options.expected and options.expected.date()
    order = date_order([each.at for each in told], [], options.date_order, expected)
    clock = Clock(order, UTC if "utc_time" in found.columns else options.timezone)
    moments = [clock.moment(each.at) for each in told]
    leaves = _leaves(told, moments)
    done = [_Done(at, leaves[each.action], each) for at, each in zip(moments, told, strict=True)]
    rows = list(_rows(done, max(moments), warnings))
    people = gather(rows, f"{min(moments)}")
    if not people:
        raise UnreadableAttendance("the file names nobody who joined")
    warnings += homonyms(rows) + clock.warnings
    return Attendance("teams", Meeting(), people, tuple(warnings), file.sha256)


def _named(line: Line) -> dict[str, int]:
    names = [heading(each) for each in line.cells]
    return {
        field: number
        for field, known in ACTION_HEADERS.items()
        for number, name in enumerate(names)
        if name in known
    }


def _time_of(columns: Mapping[str, int]) -> str | None:
    return next((each for each in ("utc_time", "time") if each in columns), None)


def _looks_told(line: Line) -> bool:
    # A name may be a telephone number.
    return [kind_of(each) for each in line.cells[1:3]] == ["text", "time"] and not any(
        line.cells[3:]
    )


def _read_row(found: ActionList, line: Line, warnings: list[Warned]) -> _Told | None:
    """Return a row; None, with a warning, for what happened in the lobby."""
    place = f"line {line.number}"
    person, action = found.cell(line, "person"), heading(found.cell(line, "action"))
    name = plain_name(found.cell(line, "name") or person)
    if in_lobby(action):
        warnings.append(Warned("lobby", "time in the lobby is not counted", line.number))
        return None
    if not name:
        raise UnreadableAttendance("a participant has no name", place)
    if len(name) > LONGEST_NAME:
        raise UnreadableAttendance("a participant's name is too long to be one", place)
    at = found.cell(line, _time_of(found.columns) or "")
    if not action or not at:
        raise UnreadableAttendance("the row ends too early; the file may be cut off", place)
    written = read_local(at, line.number)
    session, role = (found.cell(line, each) for each in ("session", "role"))
    return _Told(line.number, name, person, session, role.casefold(), action, written)


def _leaves(told: Sequence[_Told], moments: Sequence[datetime]) -> dict[str, bool]:
    """Return, for each word for an action, whether it means a leave.

    Of words in a language not known, those that ever come first for somebody mean a join: nobody
    leaves before joining. Raises `UnreadableAttendance` where the words stay unclear.
    """
    words = {each.action for each in told}
    if words <= JOINED | LEFT:
        return {word: word in LEFT for word in words}
    first: dict[tuple[str, str, str], tuple[datetime, str]] = {}
    for at, each in sorted(zip(moments, told, strict=True), key=lambda one: one[0]):
        first.setdefault(_who(each), (at, each.action))
    joins = (words & JOINED) | ({action for _, action in first.values()} - LEFT)
    rest = words - joins
    if len(rest) != 1 or len(joins) > 2:
        unclear = ", ".join(sorted(words - JOINED - LEFT)[:4])[:80]
        raise UnreadableAttendance(f"which of these is a join, which a leave? {unclear}")
    return {word: word in rest for word in words}


def _who(told: _Told) -> tuple[str, str, str]:
    return told.person.casefold(), "" if told.person else told.name.casefold(), told.session


def _rows(done: Sequence[_Done], end: datetime, warnings: list[Warned]) -> Iterator[Row]:
    by_session: dict[tuple[str, str, str], list[_Done]] = {}
    for each in done:
        by_session.setdefault(_who(each.told), []).append(each)
    for actions in by_session.values():
        for told, stay in _stays(sorted(actions, key=lambda one: one[:2]), end, warnings):
            yield Row(
                line=told.line,
                name=told.name,
                email=real_email(told.person),
                stable_id=told.person or None,
                role=ROLES.get(told.role, told.role or None),
                stay=stay,
            )


def _stays(
    actions: Sequence[_Done], end: datetime, warnings: list[Warned]
) -> Iterator[tuple[_Told, Stay]]:
    """Yield the stays that joins and leaves make, with the joins that began them.

    Where every join has its leave, devices are counted: somebody is there while one of them is. An
    odd list is read more simply: the first join counts, and the first leave ends it.
    """
    last = actions[-1]
    paired = list(actions) if last.leaves else [*actions, last._replace(at=end, leaves=True)]
    counted = _is_paired(paired)
    if not counted:
        message = "joins and leaves do not match; the first leave after a join ends the stay"
        warnings.append(Warned("unpaired", message, actions[0].told.line))
    devices, began = 0, actions[0]
    for each in paired:
        was = devices
        devices = max(0, devices - 1) if each.leaves else devices + 1
        if not counted:
            devices = int(not each.leaves)
        if not was and devices:
            began = each
        elif was and not devices:
            yield began.told, _ended(began, each, last, warnings)


def _ended(began: _Done, ended: _Done, last: _Done, warnings: list[Warned]) -> Stay:
    if ended.told is not last.told or last.leaves:
        return Stay(began.at, ended.at)
    stay, warned = closed(began.at, ended.at, last.told.line)
    warnings.append(warned)
    return stay


def _is_paired(actions: Sequence[_Done]) -> bool:
    devices = 0
    for each in actions:
        devices += -1 if each.leaves else 1
        if devices < 0:
            return False
    return devices == 0
