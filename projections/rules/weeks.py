"""Weeks: what happened when, live and self-paced side by side."""

from collections.abc import Iterator, Sequence
from typing import Any

from lrs.plan import Plan
from projections.rules.cohorts import Member
from projections.rules.moments import WEEK, micros, minutes, shown
from projections.rules.sides import Async, Sync


def week_rows(
    plan: Plan, members: Sequence[Member], syncs: Sequence[Sync], asyncs: Sequence[Async]
) -> list[dict[str, Any]]:
    """Return a row for each week from the first to the last in which anything lies.

    Weeks are whole ones from the program's start (without one: from its first session, deadline or
    record), numbered from 0; what came before the start lies in negative ones.
    """
    begun = _begun(plan, members)
    if begun is None:
        return []
    rows: dict[int, dict[str, Any]] = {}

    def row(moment: int) -> dict[str, Any]:
        week = (moment - begun) // WEEK
        if week not in rows:
            rows[week] = _empty(week, begun)
        return rows[week]

    for member in members:
        for located in member.trace.engagement():
            row(located.record.timestamp)["active"].add(member.person)
    for sync in syncs:
        _add_attendance(plan, sync, row)
    for own in asyncs:
        for record in own.done.values():
            if record is not None:
                row(record.timestamp)["completed"] += 1
    return [_finished(rows[week]) for week in sorted(rows)]


def _add_attendance(plan: Plan, sync: Sync, row: Any) -> None:
    expected = {session.id for alternatives in sync.expected for session in alternatives}
    for session in plan.sessions:
        presence = sync.by_session[session.id]
        if session.id in expected and presence.state is not None:
            week = row(micros(session.starts))
            week[presence.state] += 1
            week["milliseconds"] += presence.milliseconds or 0


def _empty(week: int, begun: int) -> dict[str, Any]:
    return {
        "week": week,
        "starts": shown(begun + week * WEEK),
        "active": set(),
        "attended": 0,
        "partial": 0,
        "absent": 0,
        "milliseconds": 0,
        "completed": 0,
    }


def _finished(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("week", "starts")},
        "active": len(row["active"]),
        **{name: row[name] for name in ("attended", "partial", "absent")},
        "sync_minutes": minutes(row["milliseconds"]),
        "completed": row["completed"],
    }


def _begun(plan: Plan, members: Sequence[Member]) -> int | None:
    if plan.starts is not None:
        return micros(plan.starts)
    return min(_moments(plan, members), default=None)


def _moments(plan: Plan, members: Sequence[Member]) -> Iterator[int]:
    yield from (micros(session.starts) for session in plan.sessions)
    yield from (micros(activity.due) for activity in plan.activities if activity.due)
    for member in members:
        yield from (each.record.timestamp for each in member.trace.located[:1])
