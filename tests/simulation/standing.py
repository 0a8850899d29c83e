"""The ground truth of drop-off: who is where at the horizon, and how the group thins out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from tests.simulation.deeds import Deed
from tests.simulation.programme import DAY, WEEK, Activity, Programme, Session
from tests.simulation.truth import AT_RISK, DROPPED, NO_ENGAGEMENT, Life, first_moment, groups


class Standing(NamedTuple):
    """A learner at the horizon."""

    state: str
    last: int | None
    furthest: int
    """The index of the furthest step; -1 for none."""
    completed_at: int | None


class WeekRow(NamedTuple):
    """A week of survival."""

    week: int
    at_risk: int
    dropped: int
    censored: int
    survival: Fraction
    low: float
    high: float


def standing(seen: Life, horizon: int) -> Standing:
    """Return where a learner stands; `seen` is what happened up to the horizon."""
    moments = [at for deed in seen.deeds for at in engagements(deed) if at <= horizon]
    last = max(moments, default=None)
    completed_at = _completed_at(seen, horizon)
    numbers = {step.number: place for place, step in enumerate(seen.programme.path)}
    touched = (numbers[d.step.number] for d in seen.deeds if d.step and _is_engagement(d))
    state = _state(seen, last, completed_at, horizon)
    return Standing(state, last, max(touched, default=-1), completed_at)


def completed(seen: Life, step: Activity | Session) -> bool:
    """Tell whether a learner has completed a step."""
    if isinstance(step, Activity):
        return step in seen.facts
    return seen.watched(step) is not None or seen.attendances[step].state == "attended"


def engagements(deed: Deed) -> Iterator[int]:
    """Yield the moments at which a deed shows the learner at work."""
    if _is_engagement(deed):
        yield deed.at
        if deed.until is not None:
            yield deed.until


def survival(lives: Sequence[Life], standings: Sequence[Standing], horizon: int) -> list[WeekRow]:
    """Return the product-limit estimate for each week up to the last one observed.

    The interval is Greenwood's at 95 %; the estimate itself is exact.
    """
    ended = [_end(*each, horizon) for each in zip(lives, standings, strict=True)]
    dropped = Counter(week for week, event in ended if event)
    censored = Counter(week for week, event in ended if not event)
    rows: list[WeekRow] = []
    alive, spread, left = Fraction(1), Fraction(0), len(ended)
    for week in range(max((week for week, _ in ended), default=-1) + 1):
        alive *= 1 - Fraction(dropped[week], left)
        if alive:
            spread += Fraction(dropped[week], left * (left - dropped[week]))
        margin = NormalDist().inv_cdf(0.975) * float(alive) * sqrt(spread)
        low, high = max(0.0, float(alive) - margin), min(1.0, float(alive) + margin)
        rows.append(WeekRow(week, left, dropped[week], censored[week], alive, low, high))
        left -= dropped[week] + censored[week]
    return rows


def _is_engagement(deed: Deed) -> bool:
    return deed.kind not in NO_ENGAGEMENT


def _state(life: Life, last: int | None, completed_at: int | None, horizon: int) -> str:
    if life.withdrawn(horizon):
        return "withdrawn"
    if completed_at is not None:
        return "completed"
    if last is None:
        return "not_started"
    if horizon - last >= DROPPED:
        return "dropped"
    return "at_risk" if horizon - last >= AT_RISK else "active"


def _completed_at(life: Life, horizon: int) -> int | None:
    moments: list[int | None] = []
    for activity in life.programme.activities:
        if activity.required:
            fact = life.done(activity)
            moments.append(fact and fact.at)
    for sessions in groups(life.programme):
        took_part = [s.ends for s in sessions if _came(life, s) and s.ends <= horizon]
        took_part += [at for s in sessions if (at := life.watched(s)) is not None]
        moments.append(min(took_part, default=None))
    known = [at for at in moments if at is not None]
    return max(known) if len(known) == len(moments) else None


def _came(life: Life, session: Session) -> bool:
    return life.attendances[session].state == "attended"


def _end(life: Life, at: Standing, horizon: int) -> tuple[int, bool]:
    """Return in which week observation ended, and whether by dropping out."""
    begun = life.enrolled
    if at.state == "dropped" and at.last is not None:
        return _weeks(begun, at.last), True
    if at.state == "not_started" and horizon - begun >= DROPPED:
        return 0, True
    if at.state == "completed" and at.completed_at is not None:
        return _weeks(begun, at.completed_at), False
    if at.state == "withdrawn" and life.person.withdrawn is not None:
        return _weeks(begun, first_moment(life.person.withdrawn)), False
    return _weeks(begun, horizon), False


def _weeks(begun: int, ended: int) -> int:
    return max(0, (ended - begun) // WEEK)


def silent_days(at: Standing, horizon: int) -> int | None:
    """Return the whole days since the last sign."""
    return None if at.last is None else (horizon - at.last) // DAY


def weeks_of(programme: Programme, moment: int) -> int:
    """Return in which week of the programme a moment lies, from 0."""
    return (moment - programme.begins) // WEEK
