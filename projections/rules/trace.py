"""A trace: what one person left on one programme, in the order in which it happened."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from projections.record import NO_ENGAGEMENT, Record
from projections.repeats import distinct
from projections.rules.route import Place, Relation


class Located(NamedTuple):
    """A record and the steps it lies on."""

    record: Record
    places: tuple[Place, ...]


class On(NamedTuple):
    """A record as it lies on one step."""

    record: Record
    relation: Relation


class Trace:
    """Built from located records in any order; equal sets of records give equal traces."""

    def __init__(self, located: Iterable[Located] = ()) -> None:
        by_position = {each.record.position: each for each in located}
        kept = distinct(each.record for each in by_position.values())
        self._lay([Located(record, by_position[record.position].places) for record in kept])

    def _lay(self, located: list[Located]) -> None:
        """Take records that are distinct and in order."""
        self.located = located
        self._engagement: list[Located] | None = None
        self._by_step: dict[str, list[On]] = {}
        for record, places in located:
            for place in places:
                self._by_step.setdefault(place.step, []).append(On(record, place.relation))

    def on(self, step: str) -> Sequence[On]:
        """Return the records on a step, in order of time."""
        return self._by_step.get(step, ())

    def upto(self, moment: int) -> "Trace":
        """Return the trace of what happened at or before a moment (microseconds)."""
        if not self.located or self.located[-1].record.timestamp <= moment:
            return self
        until = bisect_right(self.located, moment, key=lambda each: each.record.timestamp)
        trace = Trace()
        trace._lay(self.located[:until])
        return trace

    def engagement(self) -> Sequence[Located]:
        """Return the records by which the learner did something, in order of time."""
        if self._engagement is None:
            self._engagement = [e for e in self.located if e.record.kind not in NO_ENGAGEMENT]
        return self._engagement
