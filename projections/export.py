"""Ways out of a report besides JSON."""

import csv
from io import StringIO
from typing import Any

from projections.rules.report import learner_rows


def as_csv(report: dict[str, Any]) -> bytes:
    """Return a report's learners as CSV (RFC 4180, UTF-8), one row each under dotted columns."""
    columns, rows = learner_rows(report)
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
