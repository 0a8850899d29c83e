"""As-of replay: a programme's traces computed from the log up to a position, by the same rules."""

from typing import Any

import orjson

from lrs.events import StatementRecorded
from lrs.log import EventLog
from projections.knowledge import Knowledge
from projections.rules.trace import Located, Trace
from projections.vocabulary import classify
from projections.voids import voided_by


def replay_traces(log: EventLog, known: Knowledge, program: str, upto: int) -> dict[str, Trace]:
    """Return a program's traces by person, from everything at positions up to `upto`.

    Only this program's records are kept in memory.
    """
    located: dict[str, dict[str, Located]] = {}
    voided: set[str] = set()
    for entry in log.entries(upto=upto):
        event = entry.event
        if not isinstance(event, StatementRecorded) or event.timestamp is None:
            continue
        statement: dict[str, Any] = orjson.loads(event.statement)
        if target := voided_by(statement):
            voided.add(target)
        elif record := classify(statement, entry.position, event.timestamp):
            for routed in known.routes.route(record):
                if routed.program == program and routed.matched:
                    trace = located.setdefault(routed.person, {})
                    trace[record.statement] = Located(record, routed.places)
    return {
        person: Trace(each for statement, each in trace.items() if statement not in voided)
        for person, trace in located.items()
    }
