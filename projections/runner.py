"""Follows the log: a page of events, one transaction, one tracking row. Each event counts once."""

import logging
import threading
import time
from collections.abc import Callable

from lrs.errors import Conflict
from lrs.log import EventLog
from projections.database import Database, Transaction
from projections.history import NAME as HISTORY
from projections.history import HistoryIndex, history_position
from projections.learning import NAME, Learning
from projections.vocabulary import in_force

PAGE = 4_000
POLL_SECONDS = 0.25
RETRY_SECONDS = 2.0
LEADER_SECONDS = 1.0
PROJECTIONS = (NAME, HISTORY)

logger = logging.getLogger("bichron")


class OtherRules(Conflict):
    """The views were made by another vocabulary than this process has; the two do not mix."""

    def __init__(self, made_by: str, ours: str) -> None:
        super().__init__(
            f"the views were made by the rules {made_by}, this command has {ours}; give it the"
            " server's LRS_VOCABULARY, or derive them anew with `lrs rebuild`"
        )
        self.made_by = made_by


class Runner:
    """Keeps the projections of one place for views. Two runners at once take turns, page by page."""

    def __init__(self, log: EventLog, views: Database) -> None:
        self._log = log
        self._views = views
        self._learning = Learning(log)
        self._history = HistoryIndex(log)

    def step(self) -> int:
        """Apply the next page, if there is one; return how many events it had.

        The history comes after what reports wait for. Raises `OtherRules`.
        """
        return self._learn() or self._remember()

    def _remember(self) -> int:
        with self._views.transaction(write=True) as views:
            return self._history.step(views, PAGE)

    def _learn(self) -> int:
        with self._views.transaction(write=True) as views:
            _check_rules(views)
            after = tracked_position(views)
            page = [self._log.entry(each) for each in self._log.read(after, PAGE)]
            if page:
                self._learning.apply(views, page, after)
                track(views, page[-1].position)
        return len(page)

    def catch_up(self, stop: threading.Event | None = None) -> None:
        """Apply pages until none is left, or `stop` is set. Raises `OtherRules`."""
        while not (stop and stop.is_set()) and self.step():
            pass

    def follow(self, stop: threading.Event) -> None:
        """Apply pages as they come, until `stop` is set; a store that is away is met again.

        Of several followers of one place only one works; another takes over when it ends. Views
        that other rules made are derived anew first.
        """
        while not stop.is_set():
            try:
                with self._views.leadership() as leading:
                    if leading:
                        self._lead(stop)
                stop.wait(LEADER_SECONDS)
            except Exception:  # a store that is away, or a fault of ours: say so, and try again
                logger.exception("the projections cannot go on past this; trying again")
                stop.wait(RETRY_SECONDS)

    def _lead(self, stop: threading.Event) -> None:
        with self._views.transaction(write=False) as views:
            made_by = rules_of(views)
        if made_by != in_force().version:
            logger.warning(
                "the views were made by the rules %s; they are derived anew by %s, and reports"
                " answer from the old ones until then",
                made_by,
                in_force().version,
            )
            rebuild_views(self._log, self._views, lambda *_: None, stop)
        seen = -1
        while not stop.is_set():
            end = self._log.head().position
            if end != seen:
                self.catch_up(stop)
                seen = end
            stop.wait(POLL_SECONDS)


def track(views: Transaction, position: int) -> None:
    """Record how far the views have come."""
    views.run("track", projection=NAME, position=position, revision=time.time_ns())


def tracked_position(views: Transaction) -> int:
    """Return how far the views have come (0: nothing yet)."""
    return tracked_revision(views)[0]


def tracked_revision(views: Transaction) -> tuple[int, int]:
    """Return how far the views have come and which revision of them this is."""
    rows = views.run("tracked", projection=NAME)
    return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)


def rules_of(views: Transaction) -> str:
    """Return the version of the vocabulary that the views were made by; of new ones, ours."""
    rows = views.run("rules")
    return str(rows[0][0]) if rows else in_force().version


def _check_rules(views: Transaction) -> None:
    """Let new views keep by which rules they are made; raise `OtherRules` for others."""
    version = in_force().version
    rows = views.run("rules")
    if not rows:
        views.run("add_rules", version=version)
    elif rows[0][0] != version:
        raise OtherRules(rows[0][0], version)


def tracked(views: Database) -> list[tuple[str, int]]:
    """Return each projection's name and position."""
    with views.transaction(write=False) as transaction:
        return [
            (NAME, tracked_position(transaction)),
            (HISTORY, history_position(transaction)),
        ]


def rebuild_views(
    log: EventLog,
    views: Database,
    advance: Callable[[int, int], None],
    stop: threading.Event | None = None,
) -> int:
    """Derive the views anew in a second place, then swap them in; return the position reached.

    `advance` is called with (position, end) as it goes on. Reports answer from the old views until
    the swap, which does not come once `stop` is set.
    """
    end = log.head().position
    with views.scratch() as scratch:
        runner = Runner(log, scratch)
        while runner.step():
            with scratch.transaction(write=False) as transaction:
                advance(tracked_position(transaction), end)
            if stop and stop.is_set():
                return 0
        views.swap_in()
    with views.transaction(write=False) as transaction:
        return tracked_position(transaction)
