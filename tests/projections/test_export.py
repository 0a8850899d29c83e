"""Ways out of a report: CSV and Parquet hold what the JSON holds, one learner a row."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.export import FORMULA, as_csv, as_parquet, flat_learners
from projections.parquet import METADATA, parquet

ADA: dict[str, Any] = {
    "person": "p-1",
    "name": "Ada",
    "state": "ready",
    "share": 1.0,
    "sync": {"attended": 1, "minutes": 55.5, "participation": {"posts": 2}},
    "done": [
        {"activity": "https://lms.example.org/1", "at": "2026-10-05T10:00:00Z", "score": None},
        {"activity": "https://lms.example.org/2", "at": "2026-10-06T10:00:00.25Z", "score": 0.9},
    ],
    "missing": [],
    "sessions": [{"title": "Coaching lab", "hours": [14, 15]}],
    "last_activity": "2026-10-06T10:00:00Z",
    "late": False,
    "usual_days": None,
}
BO: dict[str, Any] = {
    "person": "p-2",
    "name": "=cmd|' /C calc'!A0",
    "state": "partly",
    "share": 0.5,
    "sync": {"attended": 0, "minutes": 0, "participation": {"posts": 0, "hands": 1}},
    "done": [],
    "missing": ["https://lms.example.org/1", "https://lms.example.org/2"],
    "sessions": [],
    "last_activity": None,
    "late": True,
    "usual_days": None,
}


def report(*learners: dict[str, Any]) -> dict[str, Any]:
    return {
        "report": "readiness",
        "program": "course",
        "as_of": "2026-10-10T00:00:00Z",
        "position": 9,
        "rules": "1-abc",
        "expected": len(learners),
        "learners": list(learners),
    }


def read_csv(found: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(found).decode(), newline="")))


def read_parquet(found: dict[str, Any]) -> pa.Table:
    return pq.read_table(io.BytesIO(b"".join(as_parquet(found))))


def test_columns_are_dotted_and_stand_together_in_the_reports_order() -> None:
    columns, rows = flat_learners(report(BO, ADA))
    assert columns == [
        *("person", "name", "state", "share", "sync.attended", "sync.minutes"),
        *("sync.participation.posts", "sync.participation.hands"),
        *("done", "done.at", "done.score", "missing", "sessions", "sessions.hours"),
        *("last_activity", "late", "usual_days"),
    ]
    assert rows[1][columns.index("done.score")] == [None, 0.9]
    assert rows[1][columns.index("sync.participation.hands")] is None


def test_a_csv_leaves_nothing_out() -> None:
    ada, bo = read_csv(report(ADA, BO))
    assert ada["done"] == "https://lms.example.org/1 https://lms.example.org/2"
    assert ada["done.at"] == "2026-10-05T10:00:00Z 2026-10-06T10:00:00.25Z"
    assert ada["done.score"] == "null 0.9"
    assert json.loads(ada["sessions"]) == ["Coaching lab"]  # it has blanks of its own
    assert (ada["missing"], ada["usual_days"], ada["sync.minutes"]) == ("", "", "55.5")
    assert bo["missing"] == "https://lms.example.org/1 https://lms.example.org/2"
    assert (bo["done"], bo["done.at"]) == ("", "")


@pytest.mark.parametrize("start", FORMULA)
def test_no_text_is_run_by_a_spreadsheet(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    found = report(ADA | {"name": evil, "missing": [evil], "done": [{"activity": evil}]})
    (row,) = read_csv(found)
    assert row["name"] == f"'{evil}"
    assert not any(cell.startswith(FORMULA) for cell in row.values() if cell)
    assert read_parquet(found)["name"].to_pylist() == [evil]  # there is no formula in Parquet


def test_negative_numbers_stay_numbers() -> None:
    (row,) = read_csv(report(ADA | {"share": -0.5}))
    assert row["share"] == "-0.5"


def test_parquet_is_typed() -> None:
    table = read_parquet(report(ADA, BO))
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds["share"] == kinds["sync.minutes"] == "double"
    assert kinds["sync.attended"] == "int64"
    assert kinds["late"] == "bool"
    assert kinds["last_activity"] == "timestamp[us, tz=UTC]"
    assert kinds["usual_days"] == "null"
    assert kinds["name"] == "string"
    assert table.schema.field("done.at").type.value_type == pa.timestamp("us", tz="UTC")
    ada, bo = table.to_pylist()
    assert ada["done.at"][1] == datetime(2026, 10, 6, 10, 0, 0, 250_000, UTC)
    assert (ada["done.score"], ada["missing"]) == ([None, 0.9], [])
    assert (bo["done"], bo["done.at"], bo["last_activity"]) == ([], None, None)
    assert bo["sync.minutes"] == 0.0


def test_parquet_tells_what_the_report_says_of_all() -> None:
    head = json.loads(read_parquet(report(ADA)).schema.metadata[METADATA])
    assert head == {name: value for name, value in report(ADA).items() if name != "learners"}


def test_parquet_comes_in_row_groups() -> None:
    many = [ADA | {"person": str(number), "share": number / 2} for number in range(25)]
    chunks = list(parquet(report(*many), rows_of_group=10))
    file = pq.ParquetFile(io.BytesIO(b"".join(chunks)))
    assert file.num_row_groups == 3
    assert len(chunks) == 4
    assert file.read()["share"].to_pylist() == [number / 2 for number in range(25)]


def test_a_report_without_learners_is_an_empty_table() -> None:
    assert read_parquet(report()).num_rows == 0
    assert read_csv(report()) == []


_PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(0, 1) | st.text(max_size=6)
_VALUE = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(["x", "y", "z"]), _VALUE), max_size=4))
def test_whatever_a_report_holds_every_learner_is_one_row(learners: list[dict[str, Any]]) -> None:
    found = report(*learners)
    columns, rows = flat_learners(found)
    assert len(columns) == len(set(columns))
    assert len(list(csv.reader(io.StringIO(as_csv(found).decode(), newline="")))) >= len(learners)
    if columns:
        assert read_parquet(found).num_rows == len(rows) == len(learners)
