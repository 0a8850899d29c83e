"""A report as bytes and as tables."""

from typing import Any

import orjson
import pytest

from projections.rules.report import canonical
from projections.rules.tables import tables
from tests.rules.course import PAGE, Course, activity, key, learner, plan, record, session

ENVELOPE = {
    "program": "course",
    "cohort": None,
    "as_of": "2026-11-01T00:00:00Z",
    "position": 7,
    "rules": "test",
}


def reports() -> list[dict[str, Any]]:
    ada = learner("Ada", actors=(key("ada"),))
    planned = plan(activity(PAGE), session(prepares=(PAGE,)), learners=(ada,))
    course = Course(planned, record("completed", PAGE, "10-05"))
    return [
        {"report": "readiness", **ENVELOPE, **course.readiness()},
        {"report": "drop-off", **ENVELOPE, **course.drop_off()},
        {"report": "combined", **ENVELOPE, **course.combined()},
    ]


@pytest.mark.parametrize("place", range(3))
def test_a_report_is_json_with_its_keys_in_order(place: int) -> None:
    report = reports()[place]
    read = orjson.loads(canonical(report))
    assert read == report
    assert list(read) == list(report)


@pytest.mark.parametrize("place", range(3))
def test_tables_have_a_cell_for_each_column(place: int) -> None:
    found = tables(reports()[place])
    assert found[-1].rows
    assert all(len(row) == len(table.columns) for table in found for row in table.rows)
