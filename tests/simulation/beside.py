"""Figures beside the contract's, held against the truth."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from statistics import median

from tests.simulation.programme import HOUR, MINUTE, Activity, Programme, Session
from tests.simulation.standing import completed, standing
from tests.simulation.truth import Life
from tests.simulation.verdict import Report, Verdict

PREPARED = ("ready", "late", "partly", "not_started")
LIVE = ("attended", "partial", "absent")
SPOKEN = ("say", "ask", "vote", "hand")


def judge_foresight(
    verdict: Verdict,
    programme: Programme,
    session: Session,
    lives: Sequence[Life],
    report: Report,
) -> None:
    """Compare leads, states ahead and the history of a readiness report."""
    expected = [life for life in lives if life.expected(session)]
    for row in report["ahead"]:
        by = session.starts - row["hours"] * HOUR
        states = Counter(_state_by(life, session, by) for life in expected)
        where = f"week {session.week}, {row['hours']} hours ahead"
        verdict.fields(where, row["true"], {state: states[state] for state in PREPARED})
    for item, activity in zip(report["items"], session.prepares, strict=True):
        facts = [life.readiness(session).facts[activity] for life in expected]
        leads = [Fraction(session.starts - fact.at, HOUR) for fact in facts if fact]
        verdict.same(
            f"week {session.week}, lead", item["lead_hours"], median(leads) if leads else None
        )
    earlier = [s for s in programme.sessions if s.starts < session.starts and s.prepares]
    verdict.same("history", {row["id"] for row in report["history"]}, {s.id for s in earlier})
    for past in earlier:
        (row,) = [each for each in report["history"] if each["id"] == past.id]
        states = Counter(life.readiness(past).state for life in lives if life.expected(past))
        verdict.fields("history", row, {state: states[state] for state in PREPARED})


def judge_meetings(
    verdict: Verdict, programme: Programme, lives: Sequence[Life], report: Report
) -> None:
    """Compare sessions, cohorts, lateness and hours of a combined report."""
    for session in programme.sessions:
        (row,) = [each for each in report["sessions"] if each["id"] == session.id]
        _judge_session(verdict, session, [life for life in lives if life.expected(session)], row)
    for row in report["cohorts"]:
        own = [life for life in lives if life.person.cohort == row["id"]]
        came = Counter(at.state for life in own for _, at in life.live)
        verdict.same(f"cohort {row['id']}", row["learners"], len(own))
        verdict.fields(f"cohort {row['id']}", row["sync"], {state: came[state] for state in LIVE})
        verdict.same(
            f"cohort {row['id']}", row["async"]["completed"], sum(len(life.facts) for life in own)
        )
    late = [delay for life in lives for delay in _delays(life)]
    verdict.same(
        "lateness",
        report["totals"]["async"]["late_hours"],
        Fraction(median(late)) / HOUR if late else None,
    )
    counted = sum(row["expected"] for row in report["hours"])
    verdict.same("hours", counted, sum(len(life.live) for life in lives))


def judge_modes(
    verdict: Verdict, programme: Programme, lives: Sequence[Life], report: Report
) -> None:
    """Compare what live and self-paced steps lost by the programme's end."""
    seen = [life.upto(programme.ends) for life in lives]
    furthest = [standing(life, programme.ends).furthest for life in seen]
    for row, kind in zip(report["modes"], (Session, Activity), strict=True):
        places = [
            n
            for n, step in enumerate(programme.path)
            if isinstance(step, kind) and _has_come(step, programme.ends)
        ]
        came = [sum(at >= place - 1 for at in furthest) for place in places]
        lost = [sum(at == place - 1 for at in furthest) for place in places]
        done = sum(completed(life, programme.path[place]) for life in seen for place in places)
        true = {"steps": len(places), "came": sum(came), "lost": sum(lost), "completed": done}
        verdict.fields(f"mode {row['mode']}", row, true)


def _judge_session(
    verdict: Verdict, session: Session, expected: Sequence[Life], row: Report
) -> None:
    attendances = [life.attendances[session] for life in expected]
    states = Counter(each.state for each in attendances)
    there = [
        sum(deed.kind in SPOKEN for deed in life.on(session))
        for life, at in zip(expected, attendances, strict=True)
        if at.state != "absent"
    ]
    differences = sum(abs(one - other) for one in there for other in there)
    spoken = sum(there)
    true = {
        "expected": len(expected),
        **{state: states[state] for state in LIVE},
        "minutes": Fraction(sum(at.present for at in attendances), MINUTE),
        "gini": Fraction(differences, 2 * len(there) * spoken) if spoken else None,
    }
    verdict.fields(f"session of week {session.week}", row, true)


def _has_come(step: Activity | Session, horizon: int) -> bool:
    at = step.starts if isinstance(step, Session) else step.due
    return at is None or at <= horizon


def _state_by(life: Life, session: Session, by: int) -> str:
    done = [life.done(activity, by) is not None for activity in session.prepares]
    if all(done):
        return "ready"
    return "partly" if any(done) else "not_started"


def _delays(life: Life) -> list[int]:
    return [
        fact.at - activity.due
        for activity, fact in life.facts.items()
        if activity.due is not None and fact.at > activity.due
    ]
