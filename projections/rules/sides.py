"""The two sides of a programme, learner by learner: what they did live and what self-paced."""

from collections.abc import Mapping

from lrs.plan import Activity, Plan
from projections.record import Record
from projections.rules.cohorts import Member
from projections.rules.done import best_score, done
from projections.rules.moments import micros
from projections.rules.path import groups
from projections.rules.presence import Held, Presence, best, presence, watched
from projections.rules.trace import Trace


class Sync:
    """A member's attendance over the session groups they were enrolled for."""

    def __init__(self, plan: Plan, member: Member, held: Mapping[str, Held], moment: int) -> None:
        self.expected = [
            alternatives
            for alternatives in groups(plan)
            if any(member.enrolled_at(micros(each.starts)) for each in alternatives)
        ]
        self.by_session = {
            session.id: presence(session, member.trace.on(session.id), held[session.id], moment)
            for session in plan.sessions
        }
        self.by_group = [
            best(self.by_session[session.id] for session in alternatives)
            for alternatives in self.expected
        ]
        self.recordings = sum(
            presence.state != "attended"
            and any(watched(session, member.trace) is not None for session in alternatives)
            for alternatives, presence in zip(self.expected, self.by_group, strict=True)
        )

    def count(self, state: str) -> int:
        """Return how many groups ended in this state."""
        return sum(each.state == state for each in self.by_group)

    def milliseconds(self) -> int:
        """Return the time present; of alternatives only the one that counts."""
        return sum(_time(each) for each in self.by_group)


class Async:
    """What a member did of the plan's self-paced activities."""

    def __init__(self, plan: Plan, member: Member) -> None:
        self.assigned = [activity for activity in plan.activities if activity.mode == "async"]
        self.done = {activity.id: done(activity, member.trace) for activity in self.assigned}
        scores = [
            best_score(member.trace, activity)
            for activity in plan.activities
            if activity.kind == "quiz"
        ]
        self.scores = [score for score in scores if score is not None]
        self.milliseconds = sum(time_on_content(a, member.trace) for a in self.assigned)

    def completed(self) -> int:
        """Return how many activities are done."""
        return sum(record is not None for record in self.done.values())

    def on_time(self) -> int:
        """Return how many were done by their deadline; without one, any time will do."""
        return sum(_met(activity, self.done[activity.id]) for activity in self.assigned)


def time_on_content(activity: Activity, trace: Trace) -> int:
    """Return the milliseconds that records measure on an activity.

    Within one launch or attempt several statements repeat one duration: the longest counts.
    """
    longest: dict[tuple[str | None, str | None, str], int] = {}
    for record, relation in trace.on(activity.id):
        if record.duration is not None and relation in {"object", "parent"}:
            key = (record.registration, record.session, record.object)
            longest[key] = max(longest.get(key, 0), record.duration)
    return sum(longest.values())


def _met(activity: Activity, record: Record | None) -> bool:
    if record is None:
        return False
    return activity.due is None or record.timestamp <= micros(activity.due)


def _time(presence: Presence) -> int:
    return presence.milliseconds or 0
