"""Every field of every report has its definition in docs/reports.md."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rules.course import (
    LAB,
    LAB_AGAIN,
    PAGE,
    Course,
    activity,
    outcome,
    plan,
    record,
    session,
)

DOCUMENTED = Path(__file__).parents[2] / "docs" / "reports.md"


def course() -> Course:
    """Return a course whose reports have no empty list."""
    planned = plan(
        activity(PAGE, outcome="o"),
        session(LAB_AGAIN, "10-16 14:00", prepares=(PAGE,)),
        session(LAB, prepares=(PAGE,), outcome="o"),
        outcomes=(outcome("o", "interaction"),),
    )
    return Course(planned, record("completed", PAGE, "10-05"))


def names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner)


@pytest.mark.parametrize("report", ["readiness", "drop_off", "combined"])
def test_every_field_is_documented(report: str) -> None:
    text = DOCUMENTED.read_text(encoding="utf-8")
    documented = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", text))))
    assert set(names(getattr(course(), report)())) - documented == set()
