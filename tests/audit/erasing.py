"""A store in which somebody can be erased, with its views and its tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from lrs.audit.erasure import Erasures, Wanted
from lrs.audit.verifier import Report
from lrs.main import open_erasures, open_evidence, open_ledger, open_signer, open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from projections.database import Database
from projections.history import History, Search
from projections.reports import Query, Reports
from projections.rules.report import canonical
from projections.runner import Runner, rebuild_views
from tests.audit.logs import check
from tests.projections import course
from tests.projections.unmatched import unmatched_actors

ADA = "mailto:ada@example.org"
WHY: dict[str, Any] = {"reason": "asked to", "legal_basis": "GDPR 17(1)(b)"}
QUERIES = (
    Query("readiness", "course", course.SESSION),
    Query("drop-off", "course"),
    Query("combined", "course"),
)


class House:
    """A store, followed page by page."""

    def __init__(self, store: Store, views: Database, settings: Settings) -> None:
        self.store = store
        self.views = views
        self.settings = settings
        self.history = History(store.log, views)
        self.erasures: Erasures = open_erasures(store.log)
        self.follow_anew()

    def follow_anew(self) -> None:
        """Forget what is kept in memory, as a process that starts again does."""
        self.runner = Runner(self.store.log, self.views)
        self.reports = Reports(self.store.log, self.views)

    def erase(self, person: str | None = ADA, **wanted: Any) -> dict[str, Any]:
        return self.erasures.erase(Wanted(**WHY | {"person": person} | wanted), by="dpo")

    def told(self) -> list[bytes]:
        """Return all that is shown of the present, without the clock."""
        self.runner.catch_up()
        shown = [_without_clock(self.reports.get(query)) for query in QUERIES]
        searches = [Search(limit=1_000), Search(person=ADA), Search(reason="a")]
        shown += [canonical(self.history.search(each)) for each in searches]
        shown.append(canonical({"unmatched": unmatched_actors(self.views)}))
        return shown

    def at(self, position: int) -> list[dict[str, Any]]:
        asked = f"position:{position}"
        return [self.reports.get(query._replace(as_of=asked)) for query in QUERIES]

    def rebuild(self) -> None:
        rebuild_views(self.store.log, self.views, lambda *_: None)

    def verify(self) -> tuple[Report, bytes]:
        """Return the verifier's report on the whole log, and its bundle."""
        log = self.store.log
        open_ledger(log).catch_up()
        open_signer(log, self.settings).sign()
        _, content = open_evidence(log).bundle()
        bundle = b"".join(content)
        return check(bundle), bundle


@contextmanager
def house_of(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        yield House(store, views, settings)


def _without_clock(report: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in report.items() if name != "as_of"})


def files_of(settings: Settings) -> list[Path]:
    """Return every file in which the store lies: the database's, or the whole server's."""
    path = settings.sqlite_path
    if path is not None:
        return [each for each in path.parent.rglob("*") if each.is_file()]
    with psycopg.connect(settings.database_url) as connection:
        (folder,) = connection.execute("show data_directory").fetchone() or ("",)
    return [each for each in Path(folder).rglob("*") if each.is_file()]


def holding(settings: Settings, *texts: str) -> list[str]:
    """Return the names of the store's files that hold any of the texts, in any encoding of ours."""
    found = []
    for path in files_of(settings):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # the server removed it meanwhile
        if any(text.encode() in content for text in texts):
            found.append(path.name)
    return found
