"""A trace: what one person left on one programme, in the order in which it happened."""

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from projections.record import NO_ENGAGEMENT, Record
from projections.repeats import REPEATED_WITHIN, dedupe_key
from projections.rules.route import Place, Relation

MOVES = frozenset({"join", "leave"})


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
        self.located = distinct(located)
        self._by_step: dict[str, list[On]] = {}
        for record, places in self.located:
            for place in places:
                self._by_step.setdefault(place.step, []).append(On(record, place.relation))

    def on(self, step: str) -> Sequence[On]:
        """Return the records on a step, in order of time."""
        return self._by_step.get(step, ())

    def upto(self, moment: int) -> "Trace":
        """Return the trace of what happened at or before a moment (microseconds)."""
        if not self.located or self.located[-1].record.timestamp <= moment:
            return self
        return Trace(each for each in self.located if each.record.timestamp <= moment)

    def engagement(self) -> list[Located]:
        """Return the records by which the learner did something, in order of time."""
        return [each for each in self.located if each.record.kind not in NO_ENGAGEMENT]


def distinct(located: Iterable[Located]) -> list[Located]:
    """Return the records in order of time, ties by position, without repeats.

    What a repeat is, `projections.repeats` says; but another duration of presence is another part
    of it, and joins and leaves are exempt: two devices may well join at once, so `presence` settles
    these.
    """
    kept: list[Located] = []
    latest: dict[Hashable, int] = {}
    for each in sorted(located, key=lambda one: (one.record.timestamp, one.record.position)):
        record = each.record
        if record.kind not in MOVES:
            key = dedupe_key(record), record.duration if record.kind == "attended" else None
            if key in latest and record.timestamp - latest[key] <= REPEATED_WITHIN:
                continue
            latest[key] = record.timestamp
        kept.append(each)
    return kept
