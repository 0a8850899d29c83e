"""Files that hold several meetings: which one is meant."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lrs.errors import AmbiguousAttendance

RESTARTED_WITHIN = timedelta(minutes=30)
"""A host who ends a meeting and starts it again within this time goes on with the same one."""
NEAR = timedelta(hours=2)
"""How far from its plan a meeting may begin, as for the sessions of a program."""


class Held(NamedTuple):
    """A meeting that a file tells of; times are aware."""

    key: str
    """The instance's name within the file."""
    series: str
    """What its recurrences and restarts share: a code, a title."""
    starts: datetime
    ends: datetime


def pick(held: Sequence[Held], expected: datetime | None) -> list[Held]:
    """Return the meeting that is meant, with its restarts, in order of time.

    A file's only meeting is meant; of several, the one that begins nearest to the planned start,
    within `NEAR`. Raises `AmbiguousAttendance` where that tells nothing.
    """
    told: list[list[Held]] = []
    ended: datetime | None = None
    for each in sorted(held, key=lambda one: (one.series, one.starts, one.ends, one.key)):
        goes_on = ended is not None and each.starts - ended <= RESTARTED_WITHIN
        if goes_on and told[-1][0].series == each.series:
            told[-1].append(each)
            ended = max(ended or each.ends, each.ends)
        else:
            told.append([each])
            ended = each.ends
    if len(told) == 1:
        return told[0]
    if expected is not None and told:
        nearest = min(told, key=lambda run: abs(run[0].starts - expected))
        if abs(nearest[0].starts - expected) <= NEAR:
            return nearest
    days = ", ".join(sorted({run[0].starts.date().isoformat() for run in told})[:5])
    raise AmbiguousAttendance(
        f"the file holds {len(told)} meetings ({days}), none of which begins within two hours of "
        "the session; say which is meant with --session, or export it alone"
    )
