"""Reports held against the truth: every difference, in words."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.simulation.programme import MINUTE, TAUGHT_BY, Activity, Programme, Session, mode_of
from tests.simulation.standing import (
    Standing,
    completed,
    engagements,
    silent_days,
    standing,
    survival,
    weeks_of,
)
from tests.simulation.truth import Life, Readiness
from tests.simulation.verdict import Report, Verdict

Ask = Callable[..., Report]
"""Called with a report's name and, where they matter, `session` and `cohort`."""

CONTRIBUTIONS = {"posts": "say", "questions": "ask", "polls": "vote", "hands": "hand"}
LIVE_STATES = ("attended", "partial", "absent")


def judge(
    programme: Programme,
    lives: Sequence[Life],
    ask: Ask,
    *,
    cohort: str | None = None,
    sessions: Sequence[Session] | None = None,
) -> Verdict:
    """Compare a programme's reports, or one cohort's, with the truth about all its learners.

    With `sessions`, readiness is compared only for these.
    """
    verdict = Verdict()
    chosen = [life for life in lives if cohort in {None, life.person.cohort}]
    for session in programme.sessions if sessions is None else sessions:
        report = ask("readiness", session=session.id, cohort=cohort)
        judge_readiness(verdict, session, chosen, report)
    judge_combined(verdict, programme, chosen, ask("combined", cohort=cohort))
    judge_drop_off(verdict, programme, chosen, ask("drop-off", cohort=cohort))
    return verdict


def judge_readiness(
    verdict: Verdict, session: Session, lives: Sequence[Life], report: Report
) -> None:
    """Compare a readiness report."""
    where = f"readiness of week {session.week}"
    expected = {
        life.person.name: life.readiness(session) for life in lives if life.expected(session)
    }
    states = Counter(each.state for each in expected.values())
    verdict.same(f"{where}, learners", {each["name"] for each in report["learners"]}, set(expected))
    verdict.fields(
        where,
        report,
        {
            "expected": len(expected),
            **{state: states[state] for state in ("ready", "late", "partly", "not_started")},
            "readiness": Fraction(states["ready"], len(expected)) if expected else None,
        },
    )
    for item, activity in zip(report["items"], session.prepares, strict=True):
        _judge_item(verdict, where, item, activity, session, list(expected.values()))
    for row in report["learners"]:
        if row["name"] in expected:
            _judge_prepared(verdict, f"{where}, {row['name']}", row, session, expected[row["name"]])


def judge_combined(
    verdict: Verdict, programme: Programme, lives: Sequence[Life], report: Report
) -> None:
    """Compare a combined report."""
    rows = {row["name"]: row for row in report["learners"]}
    verdict.same("combined, learners", set(rows), {life.person.name for life in lives})
    for life in lives:
        row = rows[life.person.name]
        where = f"combined, {life.person.name}"
        verdict.fields(where, row["sync"], _sync(life))
        verdict.fields(where, row["async"], _async(life))
        expected, met = life.follow_up()
        verdict.fields(where, row["follow_up"], {"expected": expected, "done": met})
        verdict.same(f"{where}, pattern", row["pattern"], life.pattern)
    patterns = Counter(life.pattern for life in lives)
    for pattern, count in report["patterns"].items():
        verdict.same(f"combined, {pattern}", count, patterns[pattern])
    _judge_totals(verdict, lives, report["totals"])
    _judge_outcomes(verdict, programme, lives, report["outcomes"])
    _judge_weeks(verdict, programme, lives, report["weeks"])


def judge_drop_off(
    verdict: Verdict,
    programme: Programme,
    lives: Sequence[Life],
    report: Report,
    horizon: int | None = None,
) -> None:
    """Compare the drop-off report of a programme that ended at the horizon."""
    horizon = horizon or programme.ends
    lives = [life.upto(horizon) for life in lives]
    standings = [standing(life, horizon) for life in lives]
    rows = {row["name"]: row for row in report["learners"]}
    verdict.same("drop-off, learners", set(rows), {life.person.name for life in lives})
    for life, at in zip(lives, standings, strict=True):
        _judge_standing(verdict, programme, rows[life.person.name], at, horizon)
    states = Counter(at.state for at in standings)
    for state, count in report["states"].items():
        verdict.same(f"drop-off, {state}", count, states[state])
    before = len(lives)
    for place, (step, row) in enumerate(zip(programme.path, report["steps"], strict=True)):
        where = f"drop-off, step {place}"
        reached = sum(at.furthest >= place for at in standings)
        true = {
            "activity": step.id,
            "reached": reached,
            "completed": sum(completed(life, step) for life in lives),
            "loss": 1 - Fraction(reached, before) if before else None,
        }
        verdict.fields(where, row, true)
        before = reached
    weeks = survival(lives, standings, horizon)
    verdict.same("survival, weeks", len(report["survival"]), len(weeks))
    for row, week in zip(report["survival"], weeks, strict=False):
        verdict.fields(f"survival, week {week.week}", row, week._asdict())


def _judge_item(
    verdict: Verdict,
    where: str,
    item: Report,
    activity: Activity,
    session: Session,
    prepared: Sequence[Readiness],
) -> None:
    facts = [each.facts[activity] for each in prepared]
    done = [fact for fact in facts if fact is not None]
    in_time = sum(fact.at <= session.starts for fact in done)
    true = {
        "activity": activity.id,
        "done": in_time,
        "late": len(done) - in_time,
        "missing": len(facts) - len(done),
    }
    verdict.fields(f"{where}, item", item, true)


def _judge_prepared(
    verdict: Verdict, where: str, row: Report, session: Session, true: Readiness
) -> None:
    # Everything is stored long after the session: nothing was known by its start.
    known = "not_started" if session.prepares else "ready"
    verdict.fields(where, row, {"state": true.state, "share": true.share, "known_at_cutoff": known})
    missing = [activity.id for activity, fact in true.facts.items() if fact is None]
    verdict.same(f"{where}, missing", row["missing"], missing)
    done = {a: fact for a, fact in true.facts.items() if fact is not None}
    verdict.same(f"{where}, done", [d["activity"] for d in row["done"]], [a.id for a in done])
    for entry, (activity, fact) in zip(row["done"], done.items(), strict=False):
        verdict.same(f"{where}, at", moment(entry["at"]), fact.at)
        verdict.same(f"{where}, score", entry["score"], fact.score)
        verdict.same(f"{where}, on time", entry["on_time"], fact.at <= session.starts)
        met = None if activity.due is None else fact.at <= activity.due
        verdict.same(f"{where}, deadline", entry["due_met"], met)


def _sync(life: Life) -> dict[str, object]:
    states = Counter(attendance.state for _, attendance in life.live)
    return {
        "expected": len(life.live),
        **{state: states[state] for state in LIVE_STATES},
        "minutes": Fraction(sum(a.present for _, a in life.live), MINUTE),
        "recordings": life.recordings(),
        "participation": {name: life.contributions(kind) for name, kind in CONTRIBUTIONS.items()},
    }


def _async(life: Life) -> dict[str, object]:
    on_time = sum(life.on_time(activity) for activity in life.facts)
    return {
        "assigned": len(life.programme.activities),
        "completed": len(life.facts),
        "on_time": on_time,
        "late": len(life.facts) - on_time,
        "minutes": Fraction(life.time_on_content(), MINUTE),
        "score": life.score(),
    }


def _judge_totals(verdict: Verdict, lives: Sequence[Life], totals: Report) -> None:
    live, own = [_sync(life) for life in lives], [_async(life) for life in lives]
    for name in ("expected", *LIVE_STATES, "minutes", "recordings"):
        verdict.same(f"totals, {name}", totals["sync"][name], _sum(live, name))
    for name in ("assigned", "completed", "on_time", "late", "minutes"):
        verdict.same(f"totals, {name}", totals["async"][name], _sum(own, name))
    follow_ups = [life.follow_up() for life in lives]
    verdict.same("totals, follow-up", totals["follow_up"]["done"], sum(m for _, m in follow_ups))
    graded = [life.graded(a) for life in lives for a in life.facts if a.kind == "assignment"]
    verdict.same("totals, graded", totals["feedback"]["graded"], sum(graded))
    verdict.same("totals, open work", totals["feedback"]["open"], len(graded) - sum(graded))


def _judge_outcomes(
    verdict: Verdict, programme: Programme, lives: Sequence[Life], rows: Sequence[Report]
) -> None:
    live = [attendance.state for life in lives for _, attendance in life.live]
    attendance = Fraction(live.count("attended"), len(live)) if live else None
    teaching = {
        "know": (["async"], "fits"),
        "talk": (sorted({mode_of(s) for s in programme.sessions}), "fits"),
        "apply": (["async"], "lacks_interaction"),
    }
    for row in rows:
        where = f"combined, outcome {row['id']}"
        modes, fit = teaching[row["id"]]
        activities = [a for a in programme.activities if TAUGHT_BY.get(a.kind) == row["id"]]
        done = sum(activity in life.facts for life in lives for activity in activities)
        assigned = len(activities) * len(lives)
        true = {
            "modes": modes,
            "fit": fit,
            "completion": Fraction(done, assigned) if assigned else None,
            "attendance": attendance if row["id"] == "talk" else None,
        }
        verdict.fields(where, row, true)


def _judge_weeks(
    verdict: Verdict, programme: Programme, lives: Sequence[Life], rows: Sequence[Report]
) -> None:
    true: Counter[tuple[int, str]] = Counter()
    active: set[tuple[int, str]] = set()
    for life in lives:
        for deed in life.deeds:
            active |= {(weeks_of(programme, at), life.person.name) for at in engagements(deed)}
        for sessions, _ in life.live:
            for session in sessions:
                week, attendance = weeks_of(programme, session.starts), life.attendances[session]
                true[week, attendance.state] += 1
                true[week, "present"] += attendance.present
        for fact in life.facts.values():
            true[weeks_of(programme, fact.at), "completed"] += 1
    for row in rows:
        week, where = row["week"], f"combined, week {row['week']}"
        for name in (*LIVE_STATES, "completed"):
            verdict.same(f"{where}, {name}", row[name], true[week, name])
        verdict.same(
            f"{where}, minutes", row["sync_minutes"], Fraction(true[week, "present"], MINUTE)
        )
        verdict.same(f"{where}, active", row["active"], sum(w == week for w, _ in active))
    shown = {row["week"] for row in rows}
    verdict.same("combined, weeks", {week for week, _ in active} - shown, set())


def _judge_standing(
    verdict: Verdict, programme: Programme, row: Report, at: Standing, horizon: int
) -> None:
    furthest = programme.path[at.furthest].id if at.furthest >= 0 else None
    where = f"drop-off, {row['name']}"
    verdict.same(f"{where}, state", row["state"], at.state)
    verdict.same(f"{where}, last activity", moment(row["last_activity"]), at.last)
    verdict.same(f"{where}, silence", row["silent_days"], silent_days(at, horizon))
    verdict.same(f"{where}, furthest step", row["furthest_step"], furthest)
    verdict.same(f"{where}, evidence", bool(row["evidence"]), at.last is not None)


def moment(text: str | None) -> int | None:
    """Return a report's moment in milliseconds."""
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)


def _sum(parts: Sequence[dict[str, Any]], name: str) -> Fraction:
    return sum((Fraction(part[name]) for part in parts), Fraction(0))
