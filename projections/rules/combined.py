"""Combined: live and self-paced learning in one view, per learner, week and outcome. Pure rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from lrs.plan import Plan, Session
from projections.record import Record
from projections.rules.cohorts import Member
from projections.rules.done import done
from projections.rules.feedback import latency
from projections.rules.moments import DAY, micros, minutes, share
from projections.rules.outcomes import outcome_rows
from projections.rules.presence import Held
from projections.rules.sides import Async, Sync
from projections.rules.trace import Trace
from projections.rules.weeks import week_rows

PATTERNS = ("both", "sync_only", "async_only", "neither")
PARTICIPATION = {
    "posted": "posts",
    "asked": "questions",
    "answered-poll": "polls",
    "raised-hand": "hands",
}


def combined(
    plan: Plan, members: Sequence[Member], held: Mapping[str, Held], moment: int
) -> dict[str, Any]:
    """Return the combined report over members at `moment` (microseconds).

    Expected and assigned count the whole plan; what is still to come is neither attended nor
    absent, neither done nor late.
    """
    syncs = [Sync(plan, member, held, moment) for member in members]
    asyncs = [Async(plan, member) for member in members]
    rows = [_learner(plan, *each) for each in zip(members, syncs, asyncs, strict=True)]
    patterns = [row["pattern"] for row in rows]
    return {
        "totals": _totals(rows, syncs, asyncs, members, moment),
        "weeks": week_rows(plan, members, syncs, asyncs),
        "outcomes": outcome_rows(plan, syncs, members),
        "patterns": {pattern: patterns.count(pattern) for pattern in PATTERNS},
        "learners": rows,
    }


def follow_up(plan: Plan, member: Member, sync: Sync) -> tuple[int, int]:
    """Return (expected, done): reinforcing activities done within their days after a session.

    Each counts once a group: after the sessions attended, or after any if none was.
    """
    by_id = {activity.id: activity for activity in plan.activities}
    pairs: dict[tuple[int, str], bool] = {}
    for group, alternatives in enumerate(sync.expected):
        attended = [s for s in alternatives if sync.by_session[s.id].state == "attended"]
        for session in attended or alternatives:
            for activity_id in session.reinforces:
                record = done(by_id[activity_id], member.trace)
                met = record is not None and _after(session, record)
                pairs[group, activity_id] = pairs.get((group, activity_id), False) or met
    return len(pairs), sum(pairs.values())


def _after(session: Session, record: Record) -> bool:
    ends = micros(session.ends)
    return ends < record.timestamp <= ends + session.reinforce_within_days * DAY


def participation(plan: Plan, trace: Trace) -> dict[str, int]:
    """Return what a learner contributed to live sessions."""
    counts = dict.fromkeys(PARTICIPATION.values(), 0)
    for session in plan.sessions:
        for record, relation in trace.on(session.id):
            if record.kind in PARTICIPATION and relation != "recording":
                counts[PARTICIPATION[record.kind]] += 1
    return counts


def _learner(plan: Plan, member: Member, sync: Sync, own: Async) -> dict[str, Any]:
    expected, met = follow_up(plan, member, sync)
    completed, on_time = own.completed(), own.on_time()
    return {
        **member.header,
        "sync": {
            "expected": len(sync.expected),
            "attended": sync.count("attended"),
            "partial": sync.count("partial"),
            "absent": sync.count("absent"),
            "minutes": minutes(sync.milliseconds()),
            "recordings": sync.recordings,
            "participation": participation(plan, member.trace),
        },
        "async": {
            "assigned": len(own.assigned),
            "completed": completed,
            "on_time": on_time,
            "late": completed - on_time,
            "minutes": minutes(own.milliseconds),
            "score": share(sum(own.scores), len(own.scores)),
        },
        "follow_up": {"expected": expected, "done": met},
        "pattern": _pattern(attended=sync.count("attended") > 0, did=completed > 0),
    }


def _totals(
    rows: Sequence[dict[str, Any]],
    syncs: Sequence[Sync],
    asyncs: Sequence[Async],
    members: Sequence[Member],
    moment: int,
) -> dict[str, Any]:
    scores = [score for own in asyncs for score in own.scores]
    return {
        "learners": len(rows),
        "sync": {
            **_sums(rows, "sync", ("expected", "attended", "partial", "absent")),
            "minutes": minutes(sum(sync.milliseconds() for sync in syncs)),
            **_sums(rows, "sync", ("recordings",)),
            "participation": {
                name: sum(row["sync"]["participation"][name] for row in rows)
                for name in PARTICIPATION.values()
            },
        },
        "async": {
            **_sums(rows, "async", ("assigned", "completed", "on_time", "late")),
            "minutes": minutes(sum(own.milliseconds for own in asyncs)),
            "score": share(sum(scores), len(scores)),
        },
        "follow_up": _sums(rows, "follow_up", ("expected", "done")),
        "feedback": latency([member.trace for member in members], moment),
    }


def _sums(rows: Sequence[dict[str, Any]], part: str, names: Sequence[str]) -> dict[str, int]:
    return {name: sum(row[part][name] for row in rows) for name in names}


def _pattern(*, attended: bool, did: bool) -> str:
    if attended:
        return "both" if did else "sync_only"
    return "async_only" if did else "neither"
