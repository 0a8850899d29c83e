"""The projection behind every report: records of learning, and whose trace they belong to.

Statements become records; records are routed to learners by what is planned and who is who at that
point of the log. A void takes its record away; a changed plan or link routes again what it touches.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import msgspec
import orjson

from lrs.append import Entry
from lrs.events import (
    PayloadErased,
    PeopleLinked,
    PersonUnlinked,
    ProgramPlanned,
    ProgramWithdrawn,
    StatementRecorded,
)
from lrs.log import EventLog
from projections.database import Transaction
from projections.knowledge import Knowledge, known_at
from projections.planned import show_plans
from projections.record import NO_ENGAGEMENT, Record
from projections.rules.identity import canonical_actor
from projections.rules.route import Place, Routed
from projections.rules.trace import Located
from projections.vocabulary import classify
from projections.voids import voided_by

NAME = "learning"
SCAN = 5_000

_encode = msgspec.msgpack.Encoder().encode
_decode_record = msgspec.msgpack.Decoder(Record).decode
_decode_places = msgspec.msgpack.Decoder(tuple[Place, ...]).decode

Change = ProgramPlanned | ProgramWithdrawn | PeopleLinked | PersonUnlinked


class Learning:
    """Applies pages of the log, in order, to one place for views."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._position = -1
        self._known: Knowledge | None = None

    def apply(self, views: Transaction, page: Sequence[Entry], after: int) -> None:
        """Apply the events that follow position `after`, up to which the views stand."""
        if self._known is None or self._position != after:
            moment = self._log.stored_at(after)
            self._known = known_at(self._log, moment)
        # Until the page is through, nothing is known: a failure must not leave half of it behind.
        known, self._known = self._known, None
        waiting: list[Entry] = []
        for entry in page:
            if isinstance(entry.event, StatementRecorded):
                waiting.append(entry)
            elif isinstance(entry.event, Change):
                _add_statements(views, known, waiting)
                waiting = []
                known = _change(views, self._log, known, entry.event)
            elif isinstance(entry.event, PayloadErased):
                _add_statements(views, known, waiting)
                waiting = []
                known = _forget(views, self._log, known, entry.event)
        _add_statements(views, known, waiting)
        self._known, self._position = known, page[-1].position


def read_located(views: Transaction, program: str, after: int = 0) -> Iterator[tuple[str, Located]]:
    """Yield (person, located record) of a program's records at positions above `after`."""
    for person, places, body in views.run("traces_of_program", program=program, after=after):
        yield person, Located(_decode_record(body), _decode_places(places))


def _add_statements(views: Transaction, known: Knowledge, entries: Sequence[Entry]) -> None:
    records: list[Record] = []
    voids: list[str] = []
    for entry in entries:
        event = cast("StatementRecorded", entry.event)
        statement: dict[str, Any] = orjson.loads(event.statement)
        if target := voided_by(statement):
            voids.append(target)
        elif event.timestamp and (record := classify(statement, entry.position, event.timestamp)):
            records.append(record)
    if voids:
        _void(views, known, voids)
    ids = [record.statement for record in records]
    gone = {statement for (statement,) in views.run("find_voids", statements=ids)} if ids else set()
    kept = [record for record in records if record.statement not in gone]
    views.load("record", [_row(record) for record in kept])
    _add_traces(views, known, kept)


def _void(views: Transaction, known: Knowledge, voids: Sequence[str]) -> None:
    views.run_all("add_void", [{"statement": statement} for statement in voids])
    found = views.run("find_records", statements=voids)
    if not found:
        return
    views.run("revise", projection=NAME)
    gone = [_decode_record(body) for (body,) in found]
    views.run("remove_records", statements=voids)
    views.run_all("drop_trace", [_place(record, each) for record, each in _routed(known, gone)])
    _count_again(views, known, {record.actor for record in gone})


def _change(views: Transaction, log: EventLog, known: Knowledge, event: Change) -> Knowledge:
    """Route again what a changed plan or link touches."""
    later = known.after(log, event)
    views.run("revise", projection=NAME)
    show_plans(views, known, later)
    if moved := known.identities.moved(later.identities):
        _follow_people(views, known, later, moved)
    if isinstance(event, ProgramPlanned | ProgramWithdrawn):
        views.run("drop_traces_of_program", program=event.slug)
        views.run("drop_unmatched_of_program", program=event.slug)
        for records in _scan(views):
            _add_traces(views, later, records, program=event.slug)
    return later


def _forget(views: Transaction, log: EventLog, known: Knowledge, event: PayloadErased) -> Knowledge:
    """Drop what was made of erased events, and make anew what is left of those redacted.

    What was planned and linked changed from the beginning: `known` may tell of the erased person or,
    where it was read since, of nobody. So rows go by their positions, and plans are shown anew.
    """
    views.run("revise", projection=NAME)
    pages = list(_pages(sorted({*event.targets, *event.redacted})))
    actors: set[str] = set()
    for positions in pages:
        gone = views.run("records_at", positions=positions)
        actors |= {_decode_record(body).actor for (body,) in gone}
        views.run("drop_traces_at", positions=positions)
        views.run("remove_records_at", positions=positions)
    later = known_at(log, event.timestamp) if event.timestamp else known
    show_plans(views, known._replace(plans={}), later)
    if moved := known.identities.moved(later.identities):
        _follow_people(views, known, later, moved)
    for positions in pages:
        left = [each for each in log.entries_at(positions) if _is_statement(each)]
        _add_statements(views, later, left)
    _count_again(views, later, actors)
    return later


def _pages(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(positions), SCAN):
        yield positions[start : start + SCAN]


def _is_statement(entry: Entry) -> bool:
    return isinstance(entry.event, StatementRecorded)


def _follow_people(
    views: Transaction, known: Knowledge, later: Knowledge, moved: Iterable[str]
) -> None:
    people = {k.identities.resolve(actor) for actor in moved for k in (known, later)}
    actors = set(moved)
    for person in people:
        actors |= known.identities.actors_of(person) | later.identities.actors_of(person)
    records = _records_of(views, actors)
    programs = sorted(known.plans.keys() | later.plans.keys())
    views.run("drop_traces_of_people", programs=programs, people=sorted(people))
    views.run("drop_unmatched_actors", actors=_spelled(actors, records))
    _add_traces(views, later, records)


def _count_again(views: Transaction, known: Knowledge, actors: Iterable[str]) -> None:
    """Count anew the records of actors who are nobody's learner."""
    records = _records_of(views, actors)
    views.run("drop_unmatched_actors", actors=_spelled(actors, records))
    views.run_all("count_unmatched", _unmatched(_routed(known, records)))


def _spelled(actors: Iterable[str], records: Iterable[Record]) -> list[str]:
    """Return the actors under every key of theirs that statements used."""
    return sorted({*actors, *(record.actor for record in records)})


def _add_traces(
    views: Transaction, known: Knowledge, records: Sequence[Record], program: str | None = None
) -> None:
    """Add records to the traces they belong to, or only to one program's."""
    routed = _routed(known, records, program)
    rows = [
        (
            each.program,
            each.person,
            record.position,
            _encode(each.places),
            each.places[0].step,
            each.places[0].relation,
        )
        for record, each in routed
        if each.matched
    ]
    views.load("trace", rows)
    views.run_all("count_unmatched", _unmatched(routed))


def _routed(
    known: Knowledge, records: Iterable[Record], program: str | None = None
) -> list[tuple[Record, Routed]]:
    return [
        (record, routed)
        for record in records
        for routed in known.routes.route(record)
        if program is None or routed.program == program
    ]


def _unmatched(routed: Iterable[tuple[Record, Routed]]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for record, each in routed:
        if each.matched or record.kind in NO_ENGAGEMENT:
            continue
        row = rows.setdefault(
            (each.program, record.actor),
            {
                "program": each.program,
                "actor": record.actor,
                "name": record.name,
                "records": 0,
                "first": record.timestamp,
                "last": record.timestamp,
            },
        )
        row["records"] += 1
        row["first"] = min(row["first"], record.timestamp)
        row["last"] = max(row["last"], record.timestamp)
        row["name"] = record.name or row["name"]
    return list(rows.values())


def _scan(views: Transaction) -> Iterator[list[Record]]:
    after = 0
    while rows := views.run("records_after", after=after, limit=SCAN):
        yield [_decode_record(body) for _, body in rows]
        after = rows[-1][0]


def _records_of(views: Transaction, actors: Iterable[str]) -> list[Record]:
    rows = views.run("records_of", actors=sorted(set(map(canonical_actor, actors))))
    return [_decode_record(body) for _, body in rows]


def _place(record: Record, routed: Routed) -> dict[str, Any]:
    return {"program": routed.program, "person": routed.person, "position": record.position}


def _row(record: Record) -> tuple[Any, ...]:
    return (
        record.position,
        record.statement,
        canonical_actor(record.actor),
        _encode(record),
        record.stored,
        record.timestamp,
        record.kind,
        record.rule,
        record.mode,
        record.object,
        record.score,
        record.duration,
    )
