"""A store on either engine: fed through its front door, followed, asked."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import orjson

from lrs.credentials import Principal
from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from lrs.xapi.versions import negotiate
from projections.database import Database
from projections.reports import Name, Query, Reports
from projections.runner import Runner
from tests.projections.unmatched import unmatched_actors
from tests.simulation.course import Course, batches

BATCH = 100
IN_FLIGHT = 8
VERSION = negotiate("2.0.0")
PRINCIPAL = Principal("simulator", "Simulator", frozenset({"all"}))


class House:
    """A store with its views."""

    def __init__(self, store: Store, views: Database) -> None:
        self.store = store
        self.views = views
        self.runner = Runner(store.log, views)
        self._reports = Reports(store.log, views)

    def plan(self, course: Course, last_day: date | None = None) -> None:
        """Record a course's plan, or one by which it ends on another day."""
        self.store.programs.plan(course.document(last_day), by="simulator")

    def link(self, course: Course) -> None:
        """Record the links without which some learners would be two people."""
        for actors in course.links():
            self.store.people.link(actors, reason="said so", by="simulator")

    def receive(self, statements: Iterable[dict[str, Any]]) -> int:
        """Take statements in, in batches as tools send them; return how many arrived."""
        arrived = 0
        waiting = []
        for batch in batches(statements, BATCH):
            drafts = self.store.statements.draft(orjson.dumps(batch), PRINCIPAL, VERSION)
            waiting.append(self.store.statements.record(drafts))
            arrived += len(batch)
            if len(waiting) == IN_FLIGHT:
                waiting.pop(0).result(timeout=60)
        for pending in waiting:
            pending.result(timeout=60)
        return arrived

    def ask(
        self,
        program: str,
        name: Name,
        session: str | None = None,
        cohort: str | None = None,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """Return a report as it stands."""
        return self._reports.get(Query(name, program, session, cohort, as_of))

    def unmatched(self, program: str) -> set[str]:
        """Return the actors on a program's steps who are none of its learners."""
        rows = unmatched_actors(self.views)
        return {row["actor"] for row in rows if row["program"] == program}


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    """Open a store and its views."""
    with open_store(settings) as store, open_views(settings) as views:
        yield House(store, views)
