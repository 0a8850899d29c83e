"""From facts in any order to stays: who was there, from when to when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from adapters.attendance import Row, Stay, Warned
from adapters.webhooks.facts import Fact, Someone
from adapters.zoom.identities import identified

MOVE = timedelta(seconds=30)
"""How long a move between the meeting and a breakout room takes at most."""

Span = tuple[datetime, datetime | None]
"""From a join to a leave, where one is told."""


@dataclass
class _Connection:
    """One device of one person, in the meeting or in one of its rooms."""

    told: list[Someone] = field(default_factory=list)
    moves: set[tuple[datetime, bool]] = field(default_factory=set)
    """When it joined (True) and left."""
    waits: set[datetime] = field(default_factory=set)
    """When it was sent back to the waiting room."""

    @property
    def room(self) -> bool:
        return self.told[0].room

    @property
    def joins(self) -> bool:
        return any(joins for _, joins in self.moves)

    def spans(self) -> list[Span]:
        return spans(self.moves | {(at, False) for at in self.waits})


def rows_of(facts: Iterable[Fact], ends: datetime) -> tuple[list[Row], list[Warned]]:
    """Return a row for each stay, and what there is to warn of.

    A stay without a leave ends with the meeting. Of somebody who only left, nothing but that moment
    is known. Lines count connections, from 1. Whom no call names is left out.
    """
    connections = [each for each in _connections(facts) if any(who.name for who in each.told)]
    people = identified(
        [_row(each, line) for line, each in enumerate(connections, 1)],
        [_tokens(each) for each in connections],
    )
    rows: list[Row] = []
    warnings: list[Warned] = []
    for person in _by_person(people):
        found = [(connections[row.line - 1], row) for row in person]
        told = _told(found)
        warnings += _doubts(told)
        rows += [_stayed(row, span, ends) for row, span in _without_rooms(told)]
    return sorted(rows, key=lambda row: (row.line, row.stay or ())), warnings


def spans(moves: Iterable[tuple[datetime, bool]]) -> list[Span]:
    """Return a connection's spans from its joins (True) and leaves, in any order, repeated or not.

    Within one moment a leave ends what was before, then a join begins anew; where nothing was
    before, somebody came and went. A leave of nobody, and a join of somebody there, tell nothing.
    """
    found: list[Span] = []
    since: datetime | None = None
    for at, group in groupby(sorted(set(moves)), key=lambda move: move[0]):
        kinds = {joins for _, joins in group}
        if since is None and kinds == {True, False}:
            found.append((at, at))
        elif since is None:
            since = at if True in kinds else None
        elif False in kinds:
            found.append((since, at))
            since = at if True in kinds else None
    return [*found, (since, None)] if since is not None else found


def _connections(facts: Iterable[Fact]) -> list[_Connection]:
    found: dict[str, _Connection] = defaultdict(_Connection)
    for fact in facts:
        if fact.who is None:
            continue
        connection = found[fact.who.connection]
        connection.told.append(fact.who)
        if fact.kind == "waiting":
            connection.waits.add(fact.at)
        else:
            connection.moves.add((fact.at, fact.kind == "joined"))
    return list(found.values())


def _row(connection: _Connection, line: int) -> Row:
    told = connection.told
    return Row(
        line=line,
        name=next(who.name for who in told if who.name),
        email=next((who.email for who in told if who.email), None),
        role=next((who.role for who in told if who.role), None),
    )


def _tokens(connection: _Connection) -> frozenset[str]:
    mails = {f"mail:{who.email}" for who in connection.told if who.email}
    return frozenset(each for who in connection.told for each in who.ids) | mails


def _by_person(rows: Sequence[Row]) -> Iterator[list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.stable_id or row.email or row.name.casefold()].append(row)
    yield from found.values()


def _told(found: Sequence[tuple[_Connection, Row]]) -> list[tuple[_Connection, Row, Span]]:
    """Return a person's spans; a leave under another connection than the join ends it none the less."""
    spans_told = [(each, row, span) for each, row in found for span in each.spans()]
    for at, each, row in _leaves(found):
        open_ones = [
            place
            for place, (of, _, (joined, until)) in enumerate(spans_told)
            if until is None and joined <= at and of.room == each.room and not _leaves_told(of)
        ]
        if open_ones:
            place = max(open_ones, key=lambda one: spans_told[one][2][0])
            of, its_row, (joined, _) = spans_told[place]
            spans_told[place] = (of, its_row, (joined, at))
        else:
            spans_told.append((each, row, (at, at)))
    return spans_told


def _leaves(found: Sequence[tuple[_Connection, Row]]) -> list[tuple[datetime, _Connection, Row]]:
    """Return the leaves, in order, of connections that never joined."""
    told = [(at, each, row) for each, row in found if not each.joins for at, _ in each.moves]
    return sorted(told, key=lambda one: (one[0], one[2].line))


def _leaves_told(connection: _Connection) -> bool:
    return bool(connection.waits) or any(not joins for _, joins in connection.moves)


def _doubts(told: Iterable[tuple[_Connection, Row, Span]]) -> Iterator[Warned]:
    for connection, row, (_, until) in told:
        if until is None:
            yield Warned("no_leave", "no leave is told; the stay ends with the meeting", row.line)
        elif not connection.joins:
            yield Warned("no_join", "a leave is told, but no join", row.line)


def _without_rooms(
    told: Iterable[tuple[_Connection, Row, Span]],
) -> Iterator[tuple[Row, Span]]:
    """Yield a person's stays; a move to a breakout room or back is no leave."""
    last: tuple[Row, Span, bool] | None = None
    for connection, row, span in sorted(told, key=lambda one: (one[2][0], one[1].line)):
        if last is not None and (connection.room or last[2]) and _goes_on(last[1], span):
            last = _around(last, span, connection.room)
            continue
        if last is not None:
            yield last[:2]
        last = (row, span, connection.room)
    if last is not None:
        yield last[:2]


def _around(earlier: tuple[Row, Span, bool], later: Span, room: bool) -> tuple[Row, Span, bool]:
    """Return the stay that two make, and whether it ends in a room.

    Who is back in the meeting has left the room, though nobody told.
    """
    row, (joined, until), was_room = earlier
    if until is None and was_room:
        return row, (joined, later[1]), room
    if until is None or (later[1] is not None and later[1] < until):
        return earlier
    return row, (joined, later[1]), room


def _goes_on(earlier: Span, later: Span) -> bool:
    return earlier[1] is None or later[0] - earlier[1] <= MOVE


def _stayed(row: Row, span: Span, ends: datetime) -> Row:
    joined, left = span
    stay = Stay(joined, left or max(joined, ends), closed_by_end=left is None)
    return Row(
        line=row.line,
        name=row.name,
        email=row.email,
        stable_id=row.stable_id,
        role=row.role,
        stay=stay,
    )
