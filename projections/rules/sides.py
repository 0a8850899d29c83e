"""The two sides of a programme, learner by learner: what they did live and what self-paced."""

from collections import Counter
from collections.abc import Mapping, Sequence

from lrs.plan import Plan, Session
from projections.rules.cohorts import Member
from projections.rules.done import best_score, done
from projections.rules.moments import micros
from projections.rules.participation import contributions
from projections.rules.presence import Held, Presence, best, presence, watched
from projections.rules.time_on_content import time_on_content


class Sync:
    """A member's attendance over the session groups (of `path.groups`) they were enrolled for."""

    def __init__(
        self,
        groups: Sequence[Sequence[Session]],
        member: Member,
        held: Mapping[str, Held],
        moment: int,
    ) -> None:
        trace = member.trace
        self.expected = [
            alternatives
            for alternatives in groups
            if any(member.enrolled_at(micros(each.starts)) for each in alternatives)
        ]
        self.by_session: dict[str, Presence] = {}
        self.spoken: dict[str, Counter[str]] = {}
        """What the member contributed, by session; only where anything is recorded."""
        for session in (each for alternatives in groups for each in alternatives):
            on = trace.on(session.id)
            self.by_session[session.id] = presence(session, on, held[session.id], moment)
            if on:
                self.spoken[session.id] = contributions(session, trace)
        self.by_group = [
            best(self.by_session[session.id] for session in alternatives)
            for alternatives in self.expected
        ]
        self.counted = [
            self._counted(*each) for each in zip(self.expected, self.by_group, strict=True)
        ]
        """Of each group the session by which it is judged: the first that is as good as the best."""
        self.made_up = [
            presence.state != "attended"
            and any(watched(session, trace) is not None for session in alternatives)
            for alternatives, presence in zip(self.expected, self.by_group, strict=True)
        ]

        self.recordings = sum(self.made_up)
        """How many groups the member made up for by a recording."""
        self.states = Counter(each.state for each in self.by_group)
        """How many groups ended in each state."""
        self.milliseconds = sum(each.milliseconds or 0 for each in self.by_group)
        """The time present; of alternatives only in the one that counts."""

    def _counted(self, alternatives: Sequence[Session], presence: Presence) -> Session:
        alike = (each for each in alternatives if self.by_session[each.id] == presence)
        return next(alike, alternatives[0])


class Async:
    """What a member did of the plan's self-paced activities."""

    def __init__(self, plan: Plan, member: Member) -> None:
        trace = member.trace
        self.records = {activity.id: done(activity, trace) for activity in plan.activities}
        """By what each activity of the plan is done, live ones too."""
        self.assigned = [activity for activity in plan.activities if activity.mode == "async"]
        found = (
            (activity.id, best_score(trace, activity))
            for activity in plan.activities
            if activity.kind == "quiz"
        )
        self.scores = {quiz: score for quiz, score in found if score is not None}
        """The best score of each quiz that has one."""
        self.milliseconds = sum(time_on_content(each, trace) for each in self.assigned)
        self.delays = {
            activity.id: record.timestamp - micros(activity.due)
            for activity in plan.activities
            if (record := self.records[activity.id]) is not None and activity.due is not None
            if record.timestamp > micros(activity.due)
        }
        """How long after its deadline late work was done, in microseconds, live work too."""
        done_of = [activity.id for activity in self.assigned if self.records[activity.id]]
        self.completed = len(done_of)
        """How many assigned activities are done."""
        self.late = [self.delays[activity] for activity in done_of if activity in self.delays]
        """The delays of assigned activities; what has no deadline is never late."""
