"""Follows the log: a page of events, one transaction, one tracking row. Each event counts once."""

import logging
import threading
import time
from collections.abc import Callable

from lrs.log import EventLog
from projections.database import Database, Transaction
from projections.history import NAME as HISTORY
from projections.history import HistoryIndex, history_position
from projections.learning import NAME, Learning

PAGE = 4_000
POLL_SECONDS = 0.25
RETRY_SECONDS = 2.0
LEADER_SECONDS = 1.0
PROJECTIONS = (NAME, HISTORY)

logger = logging.getLogger("bichron")


class Runner:
    """Keeps the projections of one place for views. Two runners at once take turns, page by page."""

    def __init__(self, log: EventLog, views: Database) -> None:
        self._log = log
        self._views = views
        self._learning = Learning(log)
        self._history = HistoryIndex(log)

    def step(self) -> int:
        """Apply the next page, if there is one; return how many events it had.

        The history comes after what reports wait for.
        """
        return self._learn() or self._remember()

    def _remember(self) -> int:
        with self._views.transaction(write=True) as views:
            return self._history.step(views, PAGE)

    def _learn(self) -> int:
        with self._views.transaction(write=True) as views:
            after = tracked_position(views)
            page = [self._log.entry(each) for each in self._log.read(after, PAGE)]
            if page:
                self._learning.apply(views, page, after)
                track(views, page[-1].position)
        return len(page)

    def catch_up(self, stop: threading.Event | None = None) -> None:
        """Apply pages until none is left, or `stop` is set."""
        while not (stop and stop.is_set()) and self.step():
            pass

    def follow(self, stop: threading.Event) -> None:
        """Apply pages as they come, until `stop` is set; a store that is away is met again.

        Of several followers of one place only one works; another takes over when it ends.
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


def tracked(views: Database) -> list[tuple[str, int]]:
    """Return each projection's name and position."""
    with views.transaction(write=False) as transaction:
        return [
            (NAME, tracked_position(transaction)),
            (HISTORY, history_position(transaction)),
        ]


def rebuild_views(log: EventLog, views: Database, advance: Callable[[int, int], None]) -> int:
    """Derive the views anew in a second place, then swap them in; return the position reached.

    `advance` is called with (position, end) as it goes on. Reports answer from the old views until
    the swap.
    """
    end = log.head().position
    with views.scratch() as scratch:
        runner = Runner(log, scratch)
        while runner.step():
            with scratch.transaction(write=False) as transaction:
                advance(tracked_position(transaction), end)
        views.swap_in()
    with views.transaction(write=False) as transaction:
        return tracked_position(transaction)
