"""Python's cycle collector, told what a process that parses much JSON needs.

A statement is hundreds of objects and no cycle. With Python's thresholds the collector would walk
every cache of the process every few thousand statements, and each walk holds up all requests: it
took a fifth of the rate and trebled the 99th percentile.
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 100


def collect_rarely() -> None:
    """Leave what is loaded by now alone for good, and look at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
