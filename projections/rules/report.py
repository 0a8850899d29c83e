"""A report as bytes and as rows: the same input always gives the same bytes."""

from collections.abc import Iterator
from typing import Any

import orjson

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def canonical(report: dict[str, Any]) -> bytes:
    """Return a report as JSON: keys in the order of the contract, a line end at the end."""
    return orjson.dumps(report, option=orjson.OPT_APPEND_NEWLINE)


def learner_rows(report: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Return a report's learners as columns and rows; nested values have dotted columns.

    Lists become their items' ids, separated by blanks. Text that a spreadsheet would run as a
    formula gets a leading apostrophe.
    """
    flat = [dict(_flat("", learner)) for learner in report["learners"]]
    columns = list(dict.fromkeys(name for each in flat for name in each))
    return columns, [[_harmless(each.get(column)) for column in columns] for each in flat]


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, inner)
    elif isinstance(value, list):
        named = (each["activity"] if isinstance(each, dict) else str(each) for each in value)
        yield prefix, " ".join(named)
    else:
        yield prefix, value


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
