"""Live sessions one by one, and attendance by the hour at which learners' own clocks stood."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from lrs.plan import Plan, Session
from projections.rules.moments import micros, minutes, share, shown
from projections.rules.participation import added, gini
from projections.rules.presence import watched
from projections.rules.totals import Learnt

STATES = ("attended", "partial", "absent")


def session_rows(plan: Plan, learnt: Sequence[Learnt]) -> list[dict[str, Any]]:
    """Return a row for each session in plan order; alternatives each by themselves.

    `gini` is over those who were there, whether they said anything or not.
    """
    return [_session(session, learnt) for session in plan.sessions]


def hour_rows(learnt: Sequence[Learnt]) -> list[dict[str, Any]]:
    """Return attendance by the local hour (0 to 23) at which a session began for a learner.

    Counts each group once, by the session that it is judged by, as soon as there is a state.
    """
    hours: dict[tuple[str, str], int] = {}
    found: Counter[tuple[int, str]] = Counter()
    for each in learnt:
        zone = each.member.learner.timezone
        for session, presence in zip(each.sync.counted, each.sync.by_group, strict=True):
            if presence.state is None:
                continue
            if (zone, session.id) not in hours:
                hours[zone, session.id] = session.starts.astimezone(ZoneInfo(zone)).hour
            found[hours[zone, session.id], presence.state] += 1
    return [_hour(hour, found) for hour in sorted({hour for hour, _ in found})]


def _hour(hour: int, found: Mapping[tuple[int, str], int]) -> dict[str, Any]:
    states = {state: found.get((hour, state), 0) for state in STATES}
    expected = sum(states.values())
    attendance = share(states["attended"], expected)
    return {"hour": hour, "expected": expected, **states, "attendance": attendance}


def _session(session: Session, learnt: Sequence[Learnt]) -> dict[str, Any]:
    starts = micros(session.starts)
    expected = [each for each in learnt if each.member.enrolled_at(starts)]
    presences = [each.sync.by_session[session.id] for each in expected]
    states = Counter[str | None](presence.state for presence in presences)
    spoken = [each.sync.spoken.get(session.id, Counter()) for each in expected]
    said_there = [
        said.total()
        for said, presence in zip(spoken, presences, strict=True)
        if presence.state in {"attended", "partial"}
    ]
    made_up = sum(
        presence.state != "attended" and watched(session, each.member.trace) is not None
        for each, presence in zip(expected, presences, strict=True)
    )
    return {
        "id": session.id,
        "title": session.title,
        "mode": session.mode,
        "starts": shown(starts),
        "expected": len(expected),
        **{state: states[state] for state in STATES},
        "minutes": minutes(sum(presence.milliseconds or 0 for presence in presences)),
        "recordings": made_up,
        "participation": added(spoken),
        "gini": gini(said_there),
    }
