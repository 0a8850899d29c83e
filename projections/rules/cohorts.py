"""Learners of a plan as reports list them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lrs.errors import NotFound
from lrs.plan import Learner, Plan
from projections.rules.identity import Identities
from projections.rules.moments import micros
from projections.rules.trace import Trace

NOTHING = Trace()


class Member(NamedTuple):
    """A learner, who they are, and what they left."""

    learner: Learner
    person: str
    trace: Trace

    @property
    def header(self) -> dict[str, Any]:
        """Return what every report says of a learner first."""
        return {
            "person": self.person,
            "name": self.learner.name,
            "cohort": self.learner.cohort,
        }

    def enrolled_at(self, moment: int) -> bool:
        """Return whether the learner is enrolled and not withdrawn at a moment (microseconds)."""
        learner = self.learner
        begun = learner.enrolled is None or micros(learner.enrolled) <= moment
        return begun and not self.withdrawn_at(moment)

    def withdrawn_at(self, moment: int) -> bool:
        """Return whether the learner is withdrawn at a moment (microseconds)."""
        withdrawn = self.learner.withdrawn
        return withdrawn is not None and micros(withdrawn) <= moment


def members(
    plan: Plan, traces: Mapping[str, Trace], identities: Identities, cohort: str | None
) -> list[Member]:
    """Return a plan's learners, or one cohort's, by cohort (plan order), name, person.

    Raises `NotFound` for a cohort that the plan does not have. Learners whom a link made one person
    stay two rows only where the plan enrols them in two cohorts.
    """
    if cohort is not None and cohort not in plan.cohorts:
        raise NotFound(f"the program {plan.slug!r} has no cohort {cohort!r}", "cohort")
    order = {each: place for place, each in enumerate(plan.cohorts)}
    found: dict[tuple[str, str], Member] = {}
    for learner in plan.learners:
        if cohort is None or learner.cohort == cohort:
            person = identities.resolve(learner.actors[0])
            member = Member(learner, person, traces.get(person, NOTHING))
            found.setdefault((learner.cohort, person), member)
    return sorted(
        found.values(), key=lambda m: (order.get(m.learner.cohort, -1), m.learner.name, m.person)
    )
