"""The traces of programmes that were asked for lately, kept in memory and brought up to date.

Between two reports only a few records arrive; reading and decoding the rest again would cost more
than the report itself.
"""

from collections import OrderedDict
from threading import Lock

from projections.database import Transaction
from projections.learning import read_located
from projections.rules.trace import Located, Trace
from projections.runner import tracked_revision

KEPT_RECORDS = 150_000
"""So many records, about 1 KB each, are kept at most beside the last program asked for."""


class _Kept:
    def __init__(self, revision: int) -> None:
        self.revision = revision
        self.position = 0
        self.records = 0
        self.located: dict[str, list[Located]] = {}
        self.traces: dict[str, Trace] = {}

    def catch_up(self, views: Transaction, program: str, position: int) -> None:
        changed = set()
        for person, each in read_located(views, program, self.position):
            self.located.setdefault(person, []).append(each)
            changed.add(person)
            self.records += 1
        self.traces |= {person: Trace(self.located[person]) for person in changed}
        self.position = position


class Traces:
    """Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def of(self, views: Transaction, program: str) -> dict[str, Trace]:
        """Return a program's traces by person, as the transaction sees them."""
        position, revision = tracked_revision(views)
        with self._lock:
            kept = self._kept.pop(program, None)
            if kept is None or kept.revision != revision or kept.position > position:
                kept = _Kept(revision)
            kept.catch_up(views, program, position)
            self._kept[program] = kept
            self._make_room()
            return dict(kept.traces)

    def _make_room(self) -> None:
        while len(self._kept) > 1 and sum(e.records for e in self._kept.values()) > KEPT_RECORDS:
            self._kept.popitem(last=False)
