"""A report at two moments, what differs, and the events of the log behind it."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import orjson

from lrs.audit.history import people_in
from lrs.errors import InvalidQuery
from lrs.events import (
    Event,
    PeopleLinked,
    PersonUnlinked,
    ProgramPlanned,
    ProgramWithdrawn,
    StatementRecorded,
)
from lrs.log import EventLog
from projections.database import Database
from projections.difference import Cause, Difference, differences
from projections.history import History
from projections.knowledge import Knowledge, known_at
from projections.reports import Query, Reports, place
from projections.rules.route import SESSION_FACTS
from projections.vocabulary import classify
from projections.voids import voided_by


def compare(log: EventLog, views: Database, query: Query, since: str, until: str) -> dict[str, Any]:
    """Return the differences of a report between two moments, and the events behind them, told.

    Both moments are as `as_of`. Raises `NotFound` and `InvalidQuery`.
    """
    (first, _), (last, _) = place(log, since), place(log, until)
    if first > last:
        raise InvalidQuery("this moment is after the other one", "from")
    reports = Reports(log, views)
    old = reports.get(query._replace(as_of=since))
    new = reports.get(query._replace(as_of=until))
    then, now = (known_at(log, log.stored_at(position)) for position in (first, last))
    causes = list(causes_between(log, (then, now), query.program, first, last))
    found = differences(old, new, causes, renamed(old, new, then, now))
    cited = sorted({position for each in found for position in each.causes})
    return {
        "report": query.name,
        "program": query.program,
        "session": query.session,
        "cohort": query.cohort,
        "from": {"as_of": old["as_of"], "position": old["position"]},
        "to": {"as_of": new["as_of"], "position": new["position"]},
        "differences": [_shown(each, old, new) for each in found],
        "events": History(log, views).tell(cited),
    }


def renamed(
    old: Mapping[str, Any], new: Mapping[str, Any], then: Knowledge, now: Knowledge
) -> dict[str, str]:
    """Return the earlier ids of persons whom a link gave another id."""
    before = {each["person"] for each in old["learners"]}
    after = {each["person"] for each in new["learners"]}
    owners = {
        actor: person
        for person in sorted(before - after)
        for actor in then.identities.actors_of(person)
    }
    found = {}
    for person in sorted(after - before):
        earlier = sorted({owners[a] for a in now.identities.actors_of(person) if a in owners})
        if earlier:
            found[person] = earlier[0]
    return found


def causes_between(
    log: EventLog, known: tuple[Knowledge, Knowledge], program: str, first: int, last: int
) -> Iterator[Cause]:
    """Yield the events at positions `first < p <= last` that may have changed a program's reports."""
    after = first
    while notifications := log.read(after, 1000, last):
        for each in notifications:
            cause = _cause(log, known, program, each.id, log.entry(each).event)
            if cause is not None:
                yield cause
        after = notifications[-1].id


def _cause(
    log: EventLog, known: tuple[Knowledge, Knowledge], program: str, position: int, event: Event
) -> Cause | None:
    if isinstance(event, StatementRecorded):
        return _statement(log, known, program, position, event)
    if isinstance(event, PeopleLinked | PersonUnlinked):
        return Cause(position, _people(known, event))
    if isinstance(event, ProgramPlanned) and event.slug == program:
        beyond = any(not change.path.startswith("cohorts[") for change in event.changes)
        return Cause(position, _people(known, event), whole=beyond or not event.changes)
    if isinstance(event, ProgramWithdrawn) and event.slug == program:
        return Cause(position, whole=True)
    return None


def _statement(
    log: EventLog,
    known: tuple[Knowledge, Knowledge],
    program: str,
    position: int,
    event: StatementRecorded,
) -> Cause | None:
    """Return what a statement may have changed; a voiding one, what its target had done."""
    statement, stored = orjson.loads(event.statement), event.timestamp
    if target := voided_by(statement):
        found = log.index.find(UUID(target))
        if found is None:
            return None
        statement, stored = orjson.loads(found.statement), found.stored
    record = classify(statement, position, stored) if stored else None
    if record is None:
        return None
    people, steps = set(), set()
    for each in known:
        for routed in each.routes.route(record):
            if routed.program == program and routed.matched:
                people.add(routed.person)
                steps |= {at.step for at in routed.places}
    if not steps:
        return None
    # How long a session was held, which one may tell, decides on everybody's presence.
    whole = SESSION_FACTS in people or record.held is not None
    return Cause(position, frozenset(people - {SESSION_FACTS}), frozenset(steps), whole)


def _people(known: tuple[Knowledge, Knowledge], event: Event) -> frozenset[str]:
    return frozenset(each.identities.resolve(actor) for each in known for actor in people_in(event))


def _shown(each: Difference, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    rows = [*old["learners"], *new["learners"]]
    name = next((row["name"] for row in rows if row["person"] == each.person), None)
    return {
        "path": each.path,
        "old": each.old,
        "new": each.new,
        "person": each.person,
        "name": name,
        "causes": list(each.causes),
    }
