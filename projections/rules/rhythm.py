"""Rhythm: how a learner's present silence compares with the silences they are used to."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from projections.rules.moments import HOUR, days, median, share
from projections.rules.trace import Located

PAUSE = 12 * HOUR
"""Between two records a longer silence ends one visit and begins the next: a night, not a break."""
FEWEST = 3
"""Of fewer silences between visits there is no rhythm to speak of."""


def rhythm(engaged: Sequence[Located], silent_days: int | None) -> dict[str, Any]:
    """Return a learner's visits and what is usual between them.

    `usual_days` is the median silence between visits, `ratio` how many times as long the present
    silence of so many whole days is; both None below `FEWEST` silences. Records in order of time.
    """
    moments = [each.record.timestamp for each in engaged]
    gaps = [after - before for before, after in pairwise(moments)]
    silences = [gap for gap in gaps if gap > PAUSE]
    usual = median([days(gap) for gap in silences]) if len(silences) >= FEWEST else None
    return {
        "visits": len(silences) + 1 if moments else 0,
        "usual_days": usual,
        "ratio": None if usual is None or silent_days is None else share(silent_days, usual),
    }
