"""As-of replay: a programme's traces computed from the log up to a position, by the same rules."""

from typing import Any

import orjson

from lrs.events import StatementRecorded
from lrs.log import EventLog
from projections.knowledge import Knowledge
from projections.rules.route import iris_of
from projections.rules.trace import Located, Trace
from projections.vocabulary import classify
from projections.voids import voided_by


def replay_traces(log: EventLog, known: Knowledge, program: str, upto: int) -> dict[str, Trace]:
    """Return a program's traces by person, from everything at positions up to `upto`.

    Only the statements about the program's steps are read, and only its records kept in memory.
    """
    located: dict[str, list[Located]] = {}
    for entry in log.about(iris_of(known.plans[program]), upto):
        event = entry.event
        if not isinstance(event, StatementRecorded) or event.timestamp is None:
            continue
        statement: dict[str, Any] = orjson.loads(event.statement)
        if voided_by(statement):
            continue
        if record := classify(statement, entry.position, event.timestamp):
            for routed in known.routes.route(record):
                if routed.program == program and routed.matched:
                    located.setdefault(routed.person, []).append(Located(record, routed.places))
    return {person: Trace(each) for person, each in located.items()}
