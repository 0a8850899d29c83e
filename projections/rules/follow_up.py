"""Follow-up: whether what reinforces a session is done for the first time after it, in its days."""

from lrs.plan import Session
from projections.record import Record
from projections.rules.moments import DAY, micros
from projections.rules.sides import Async, Sync


def follow_up(sync: Sync, own: Async) -> tuple[int, int]:
    """Return (expected, done): reinforcing activities done within their days after a session.

    Each counts once a group: after the sessions attended, or after any if none was.
    """
    pairs: dict[tuple[int, str], bool] = {}
    for group, alternatives in enumerate(sync.expected):
        attended = [s for s in alternatives if sync.by_session[s.id].state == "attended"]
        for session in attended or alternatives:
            for activity_id in session.reinforces:
                met = _after(session, own.records[activity_id])
                pairs[group, activity_id] = pairs.get((group, activity_id), False) or met
    return len(pairs), sum(pairs.values())


def _after(session: Session, record: Record | None) -> bool:
    if record is None:
        return False
    ends = micros(session.ends)
    return ends < record.timestamp <= ends + session.reinforce_within_days * DAY
