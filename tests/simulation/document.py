"""A simulated programme as the document that a planner writes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tests.simulation.people import Person
from tests.simulation.programme import (
    FIRST_DAY,
    TAUGHT_BY,
    ZONE,
    Activity,
    Programme,
    Session,
    mode_of,
)

OUTCOMES = {"know": "information", "talk": "interaction", "apply": "interaction"}


def document(
    programme: Programme, people: Sequence[Person], last_day: date | None = None
) -> dict[str, Any]:
    """Return the program document, or one by which the programme ends on another day."""
    return {
        "slug": programme.slug,
        "title": f"Course {programme.number}",
        "timezone": ZONE.key,
        "starts": FIRST_DAY.isoformat(),
        "ends": (last_day or programme.last_day).isoformat(),
        "rules": {"at_risk_after_days": 7, "dropped_after_days": 14},
        "outcomes": [{"id": id_, "needs": needs} for id_, needs in OUTCOMES.items()],
        "cohorts": [
            {"id": cohort, "learners": [p.entry() for p in people if p.cohort == cohort]}
            for cohort in programme.cohorts
        ],
        "activities": [_activity_fields(each) for each in programme.activities],
        "sessions": [_session_fields(each) for each in programme.sessions],
    }


def _activity_fields(activity: Activity) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": activity.id,
        "title": f"{activity.kind.title()} of week {activity.week}",
        "mode": "async",
        "kind": activity.kind,
        "required": activity.required,
        "weight": activity.weight,
    }
    if activity.kind in TAUGHT_BY:
        fields["outcome"] = TAUGHT_BY[activity.kind]
    if activity.written is not None:
        fields["due"] = activity.written
    if activity.pass_mark is not None:
        fields["pass"] = float(activity.pass_mark)
    return fields


def _session_fields(session: Session) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": session.id,
        "title": f"Session of week {session.week}",
        "mode": mode_of(session),
        "starts": _written(session.starts),
        "ends": _written(session.ends),
        "outcome": "talk",
        "prepares": [each.id for each in session.prepares],
        "reinforces": [each.id for each in session.reinforces],
        "reinforce_within_days": session.within_days,
        "recording": session.recording,
    }
    if session.group is not None:
        fields["group"] = session.group
    if session.rooms:
        named = [f"urn:uuid:{session.instance}"] if session.named else []
        fields["match"] = [*session.rooms, *named]
    if session.minutes:
        fields["attendance"] = {"minutes": session.minutes, "share": session.share}
    return fields


def _written(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, ZONE).strftime("%Y-%m-%dT%H:%M:%S")
