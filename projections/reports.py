"""Reports as they stand (from the views) and as they stood (by replay), through the same rules."""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from lrs.errors import InvalidQuery, NotFound
from lrs.log import ERASURES, EventLog, stream_id
from lrs.plan import Plan
from lrs.xapi.values import parse_timestamp
from projections.database import Database
from projections.knowledge import STREAMS, Knowledge, KnowledgeKept
from projections.live import replay_traces
from projections.rules.cohorts import members
from projections.rules.combined import combined
from projections.rules.dropoff import drop_off
from projections.rules.moments import micros, shown
from projections.rules.presence import Held, held
from projections.rules.readiness import readiness
from projections.rules.trace import Trace
from projections.runner import rules_of, tracked_position
from projections.traces import Traces
from projections.vocabulary import in_force

Name = Literal["readiness", "drop-off", "combined"]
DECISION_SECONDS = 2.0
"""So long a question waits for the projection to learn of the latest plan and link."""
_POLL_SECONDS = 0.02
_POSITION = re.compile(r"position:([0-9]{1,18})")


class Query(NamedTuple):
    """What somebody asks for; `as_of` is a moment in RFC 3339 or `position:N`."""

    name: Name
    program: str
    session: str | None = None
    cohort: str | None = None
    as_of: str | None = None


class Standpoint(NamedTuple):
    """From where a report looks: what is known at a position, and the moment it judges by.

    `rules`: the version of the vocabulary that made the records; None: the one in force.
    """

    position: int
    moment: datetime
    known: Knowledge
    rules: str | None = None


class Reports:
    """Answers queries. Safe from any thread."""

    def __init__(self, log: EventLog, views: Database) -> None:
        self._log = log
        self._views = views
        self._traces = Traces()
        self._knowledge = KnowledgeKept(log)

    @property
    def log(self) -> EventLog:
        """The log that the reports are about."""
        return self._log

    def get(self, query: Query) -> dict[str, Any]:
        """Return a report. Raises `NotFound` or `InvalidQuery`."""
        if query.name == "readiness" and query.session is None:
            raise InvalidQuery("readiness is for a session; name one", "session")
        if query.as_of is None:
            return self._standing(query)
        position, moment = place(self._log, query.as_of)
        # What is planned and linked is known as of the position: a later moment changes neither.
        known = self._knowledge.at(self._log.stored_at(position))
        plan = _plan(known, query.program)
        traces = replay_traces(self._log, known, query.program, position)
        return report(query, Standpoint(position, moment, known), plan, traces)

    def _standing(self, query: Query) -> dict[str, Any]:
        await_decisions(self._log, self._views)
        with self._views.transaction(write=False) as views:
            position = tracked_position(views)
            rules = rules_of(views)
            traces = self._traces.of(views, query.program)
        known = self._knowledge.at(self._log.stored_at(position))
        standpoint = Standpoint(position, datetime.now(UTC), known, rules)
        return report(query, standpoint, _plan(known, query.program), traces)


def place(log: EventLog, as_of: str) -> tuple[int, datetime]:
    """Return the position and the moment that `as_of` means. Raises `InvalidQuery`."""
    if found := _POSITION.fullmatch(as_of):
        position, end = int(found[1]), log.head().position
        if position > end:
            raise InvalidQuery(f"the log ends at position {end}", "as_of")
        return position, log.stored_at(position)
    try:
        # A plus sign that was not encoded arrives as a blank.
        moment = parse_timestamp(as_of.replace(" ", "+"))
    except ValueError as error:
        message = f"as_of takes a moment (RFC 3339) or position:N; this is {error}"
        raise InvalidQuery(message, "as_of") from None
    return log.position_at(moment), moment


def await_decisions(log: EventLog, views: Database) -> None:
    """Return once the views know every plan, link and erasure so far, or after `DECISION_SECONDS`.

    So whoever links two actors and asks sees the link, though the views follow the log, and who
    was erased is in no report from then on. Where the projection is further behind, an answer tells
    the position it stands at.
    """
    lasts = (log.last(stream_id(stream)) for stream in (*STREAMS, ERASURES))
    latest = max((each.timestamp for each in lasts if each and each.timestamp), default=None)
    deadline = time.monotonic() + DECISION_SECONDS
    while latest is not None and time.monotonic() < deadline:
        with views.transaction(write=False) as transaction:
            position = tracked_position(transaction)
        if log.stored_at(position) >= latest:
            return
        time.sleep(_POLL_SECONDS)


def report(
    query: Query, standpoint: Standpoint, plan: Plan, traces: Mapping[str, Trace]
) -> dict[str, Any]:
    """Return a report over a program's traces: the envelope of the contract around the rule's own."""
    listed = members(plan, traces, standpoint.known.identities, query.cohort)
    moment = micros(standpoint.moment)
    if query.name == "readiness":
        found = readiness(plan, query.session or "", listed)
    elif query.name == "drop-off":
        found = drop_off(plan, listed, _held(plan, traces), moment)
    else:
        found = combined(plan, listed, _held(plan, traces), moment)
    return {
        "report": query.name,
        "program": plan.slug,
        "cohort": query.cohort,
        "as_of": shown(moment),
        "position": standpoint.position,
        "rules": standpoint.rules or in_force().version,
        **found,
    }


def _plan(known: Knowledge, program: str) -> Plan:
    try:
        return known.plans[program]
    except KeyError:
        raise NotFound(f"there is no program {program!r}", "program") from None


def _held(plan: Plan, traces: Mapping[str, Trace]) -> dict[str, Held]:
    """Return when each session took place; whoever was there, their tool's word counts for all."""
    return {
        session.id: held(
            session,
            (
                on.record
                for trace in traces.values()
                for on in trace.on(session.id)
                if on.relation != "recording"
            ),
        )
        for session in plan.sessions
    }
