"""What people did in a meeting, as reports since 2025 tell: each act, or how many of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from adapters.attendance import Act, ActKind, Row, Warned
from adapters.teams.cells import kind_of, plain_name, read_local
from adapters.teams.grid import Table
from adapters.teams.words import HANDS, REACTIONS
from adapters.text import Line, cell, heading
from adapters.times import Clock, Written

_REACTION = re.compile(rf"(?:{'|'.join(REACTIONS)}) ?-? ?\"*([^\"]+?)\"*")
_MOST = 10_000


class _Done(NamedTuple):
    """An act as told: by whom, when (None: not told), what, how often."""

    line: int
    name: str
    at: Written | None
    kind: ActKind
    text: str | None
    number: int


@dataclass(frozen=True)
class Engagement:
    """All acts of a report, in its order."""

    done: Sequence[_Done]

    @property
    def times(self) -> list[Written]:
        """The acts' times as written."""
        return [each.at for each in self.done if each.at]


def read_engagement(people: Table | None, rows: Sequence[Line]) -> Engagement:
    """Return the acts of section 4; without it, the numbers in section 2's columns.

    Cameras and microphones are no acts; nor is what has a name in a language not known here.
    Raises `UnreadableAttendance` where a time is none.
    """
    listed = rows[1:]
    return Engagement(list(_listed(listed)) if listed else list(_counted(people)))


def with_acts(
    rows: Sequence[Row], engagement: Engagement, clock: Clock, warnings: list[Warned]
) -> list[Row]:
    """Return the rows, with the acts at the first of each person's.

    Acts have names only: those of a name that several people have, or nobody, are left out with a
    warning.
    """
    first: dict[str, dict[str, int]] = {}
    for number, row in enumerate(rows):
        who = row.stable_id or row.email or ""
        first.setdefault(row.name.casefold(), {}).setdefault(who, number)
    acts: dict[int, list[Act]] = {}
    for each in engagement.done:
        owners = first.get(each.name.casefold(), {})
        if len(owners) == 1:
            at = clock.moment(each.at) if each.at else None
            act = Act(each.kind, at, each.text, number=each.number)
            acts.setdefault(next(iter(owners.values())), []).append(act)
        else:
            message = "whose act this is cannot be told from the name; left out"
            warnings.append(Warned("act_of_nobody", message, each.line))
    return [replace(row, acts=tuple(acts.get(n, ()))) for n, row in enumerate(rows)]


def _listed(rows: Sequence[Line]) -> Iterator[_Done]:
    for row in rows:
        at = next((each for each in row.cells[1:] if kind_of(each) == "time"), None)
        if (known := _act(cell(row.cells, 1))) and at:
            kind, text = known
            written = read_local(at, row.number)
            yield _Done(row.number, plain_name(row.cells[0]), written, kind, text, 1)


def _counted(people: Table | None) -> Iterator[_Done]:
    columns = [
        (number, known)
        for number, name in enumerate(people.header.cells if people else ())
        if ":" in name and (known := _act(name.partition(":")[2]))
    ]
    for row in people.rows if people and columns else ():
        for number, (kind, text) in columns:
            told = cell(row.cells, number)
            if told.isdecimal() and len(told) < 6 and 0 < int(told) <= _MOST:
                name = plain_name(people.cell(row, "name")) if people else ""
                yield _Done(row.number, name, None, kind, text, int(told))


def _act(words: str) -> tuple[ActKind, str | None] | None:
    plain = heading(words)
    if plain in HANDS:
        return "raised-hand", None
    found = _REACTION.fullmatch(plain)
    return ("reacted", found[1].strip()) if found else None
