"""Weeks: what happened when, live and self-paced side by side."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lrs.plan import Plan
from projections.rules.moments import WEEK, micros, minutes, shown
from projections.rules.sides import Async, Sync
from projections.rules.totals import Learnt

Row = dict[str, Any]
RowAt = Callable[[int], Row]
"""Returns the row of the week in which a moment lies."""


def week_rows(plan: Plan, learnt: Sequence[Learnt]) -> list[Row]:
    """Return a row for each week from the first to the last in which anything lies.

    Weeks are whole ones from the program's start (without one: from its first session, deadline or
    record), numbered from 0; what came before the start lies in negative ones.
    """
    begun = _begun(plan, learnt)
    if begun is None:
        return []
    rows: dict[int, Row] = {}

    def row(moment: int) -> Row:
        week = (moment - begun) // WEEK
        if week not in rows:
            rows[week] = _empty(week, begun)
        return rows[week]

    for each in learnt:
        moments = (located.record.timestamp for located in each.member.trace.engagement())
        for week in {(moment - begun) // WEEK for moment in moments}:
            row(begun + week * WEEK)["active"].add(each.member.person)
        _add_attendance(each.sync, row)
        _add_work(each.own, row)
    return [_finished(rows[week]) for week in sorted(rows)]


def _add_attendance(sync: Sync, row: RowAt) -> None:
    for session in (each for alternatives in sync.expected for each in alternatives):
        presence = sync.by_session[session.id]
        if presence.state is not None:
            week = row(micros(session.starts))
            week[presence.state] += 1
            week["milliseconds"] += presence.milliseconds or 0
        if spoken := sync.spoken.get(session.id):
            row(micros(session.starts))["contributions"] += spoken.total()
    for session, made_up in zip(sync.counted, sync.made_up, strict=True):
        if made_up:
            row(micros(session.starts))["recordings"] += 1


def _add_work(own: Async, row: RowAt) -> None:
    for activity in own.assigned:
        record = own.records[activity.id]
        if record is not None:
            week = row(record.timestamp)
            week["completed"] += 1
            week["late"] += activity.id in own.delays


def _empty(week: int, begun: int) -> Row:
    return {
        "week": week,
        "starts": shown(begun + week * WEEK),
        "active": set(),
        "attended": 0,
        "partial": 0,
        "absent": 0,
        "milliseconds": 0,
        "completed": 0,
        "late": 0,
        "recordings": 0,
        "contributions": 0,
    }


def _finished(row: Row) -> Row:
    return {
        **{name: row[name] for name in ("week", "starts")},
        "active": len(row["active"]),
        **{name: row[name] for name in ("attended", "partial", "absent")},
        "sync_minutes": minutes(row["milliseconds"]),
        **{name: row[name] for name in ("completed", "late", "recordings", "contributions")},
    }


def _begun(plan: Plan, learnt: Sequence[Learnt]) -> int | None:
    if plan.starts is not None:
        return micros(plan.starts)
    return min(_moments(plan, learnt), default=None)


def _moments(plan: Plan, learnt: Sequence[Learnt]) -> Iterator[int]:
    yield from (micros(session.starts) for session in plan.sessions)
    yield from (micros(activity.due) for activity in plan.activities if activity.due)
    for each in learnt:
        yield from (located.record.timestamp for located in each.member.trace.located[:1])
