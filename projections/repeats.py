"""Records that say the same thing twice.

Moodle, BigBlueButton and H5P send no statement ids, so what they send again is stored again; Open
edX says one submission in up to three statements. Both count once.
"""

from collections.abc import Hashable, Iterable

from msgspec.structs import replace

from projections.record import Record, RecordKind, by_time

REPEATED_WITHIN = 2_000_000
"""Microseconds within which the same thing said again is a repeat (inclusive)."""

_MOVES: frozenset[RecordKind] = frozenset({"join", "leave"})
_SCORE_DIGITS = 4
"""One tool reports the same score as a quotient and as a fraction of so many digits."""


def dedupe_key(record: Record) -> Hashable:
    """Return what a repeat has in common with what it repeats, the time apart.

    The meeting's or content's instance is told by registration and session; producers whose
    registration means nothing come without one.
    """
    score = None if record.score is None else round(record.score, _SCORE_DIGITS)
    instance = (record.registration, record.session)
    # Another duration of presence is another part of it.
    present = record.duration if record.kind == "attended" else None
    return record.actor, record.kind, record.object, instance, score, present, record.count


def distinct(records: Iterable[Record]) -> list[Record]:
    """Return records in order of (timestamp, statement id) without repeats.

    A record repeats the last one that was kept of the same key if it lies within `REPEATED_WITHIN`
    of it. So the answer is the same for every order of the input, and a long chain of records that
    are near to each other is not swallowed by its first. What is kept counts as stored when the
    first of its repeats was: from then on it was known. Joins and leaves are never repeats here: two
    devices may well come at once, which is for `rules.presence` to settle.
    """
    kept: list[Record] = []
    latest: dict[Hashable, int] = {}
    for record in sorted(records, key=by_time):
        if record.kind not in _MOVES:
            key = dedupe_key(record)
            place = latest.get(key)
            if place is not None and record.timestamp - kept[place].timestamp <= REPEATED_WITHIN:
                if record.stored < kept[place].stored:
                    kept[place] = replace(kept[place], stored=record.stored)
                continue
            latest[key] = len(kept)
        kept.append(record)
    return kept
