"""What is planned, as rows for SQL: programs, their learners and their steps."""

from datetime import datetime
from typing import Any, NamedTuple

from lrs.plan import Activity, Plan, Session
from projections.database import Transaction
from projections.knowledge import Knowledge
from projections.rules.identity import Identities
from projections.rules.moments import micros

Row = tuple[Any, ...]


class _Rows(NamedTuple):
    programs: list[Row]
    learners: list[Row]
    steps: list[Row]


def show_plans(views: Transaction, known: Knowledge, later: Knowledge) -> None:
    """Write anew the rows of each program that looks otherwise now than it did."""
    for program in known.plans.keys() | later.plans.keys():
        before, after = _rows(known, program), _rows(later, program)
        if before == after:
            continue
        for query in ("drop_planned_program", "drop_planned_learners", "drop_planned_steps"):
            views.run(query, program=program)
        views.load("planned_program", after.programs)
        views.load("planned_learner", after.learners)
        views.load("planned_step", after.steps)


def _rows(known: Knowledge, program: str) -> _Rows:
    plan = known.plans.get(program)
    if plan is None:
        return _Rows([], [], [])
    times = (_micros(plan.starts), _micros(plan.ends))
    shown = (plan.slug, plan.title, plan.timezone, *times)
    return _Rows([shown], _learners(plan, known.identities), _steps(plan))


def _learners(plan: Plan, identities: Identities) -> list[Row]:
    """Return each person once: of two entries that are one human, the first."""
    rows: dict[str, Row] = {}
    for each in plan.learners:
        person = identities.resolve(each.actors[0])
        times = (_micros(each.enrolled), _micros(each.withdrawn))
        rows.setdefault(person, (plan.slug, person, each.name, each.cohort, *times))
    return list(rows.values())


def _steps(plan: Plan) -> list[Row]:
    shown = [*map(_activity, plan.activities), *map(_session, plan.sessions)]
    return [(plan.slug, step, number, *rest) for number, (step, *rest) in enumerate(shown, 1)]


def _activity(each: Activity) -> Row:
    about = (each.title, each.kind, each.mode, each.outcome, each.required, float(each.weight))
    minutes = None if each.minutes is None else float(each.minutes)
    return (each.id, *about, None, None, _micros(each.due), minutes)


def _session(each: Session) -> Row:
    about = (each.title, "session", each.mode, each.outcome, True, 1.0)
    minutes = (each.ends - each.starts).total_seconds() / 60
    return (each.id, *about, micros(each.starts), micros(each.ends), None, minutes)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)
