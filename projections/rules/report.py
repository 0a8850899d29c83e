"""A report as bytes: the same input always gives the same bytes."""

from typing import Any

import orjson


def canonical(report: dict[str, Any]) -> bytes:
    """Return a report as JSON: keys in the order of the contract, a line end at the end."""
    return orjson.dumps(report, option=orjson.OPT_APPEND_NEWLINE)
