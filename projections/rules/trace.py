"""A trace: what one person left on one programme, in the order in which it happened."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from projections.record import NO_ENGAGEMENT, Record
from projections.rules.route import Place, Relation

REPEAT = 2_000_000
"""Microseconds within which a producer without ids is taken to have sent one thing twice."""


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

    def engagement(self) -> list[Located]:
        """Return the records by which the learner did something, in order of time."""
        return [each for each in self.located if each.record.kind not in NO_ENGAGEMENT]


def distinct(located: Iterable[Located]) -> list[Located]:
    """Return the records in order of time, ties by position, without repetitions.

    Moodle, BigBlueButton and H5P send no statement ids, so what they send twice is recorded twice.
    A repetition has the same actor, kind, object, attempt or session and score, and lies within
    two seconds of the one that counts. Stays are exempt but for exact copies: two devices may well
    join within a second.
    """
    kept: list[Located] = []
    last: dict[tuple[object, ...], int] = {}
    for each in sorted(located, key=lambda one: (one.record.timestamp, one.record.position)):
        record = each.record
        key = (
            record.actor,
            record.kind,
            record.object,
            record.registration,
            record.session,
            record.score,
        )
        within = 0 if record.kind in {"join", "leave"} else REPEAT
        if key in last and record.timestamp - last[key] <= within:
            continue
        last[key] = record.timestamp
        kept.append(each)
    return kept
