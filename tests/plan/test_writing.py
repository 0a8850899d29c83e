"""A document written for people is read back as it was."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.document_text import parse_document
from lrs.document_writing import WIDTH, write_document
from lrs.plan import validate_document
from tests.plan.documents import FULL

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1) | st.sampled_from(
    [
        "yes",
        "No",
        "null",
        "~",
        "2026-10-09",
        "1e3",
        "0x1f",
        "- a",
        "a: b",
        "#x",
        "a #b",
        "'",
        "é, ü",
    ]
)
scalars = texts | st.booleans() | st.integers(-9, 9) | st.floats(0, 1, allow_subnormal=False)
keys = st.sampled_from(["id", "title", "also", "items", "attendance"])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(scalars)
        | st.lists(st.dictionaries(keys, inner), max_size=3)
        | st.dictionaries(keys, inner)
    ),
    max_leaves=12,
)


def read(text: str) -> Any:
    return parse_document(text.encode(), yaml=True)


def test_the_full_document_is_read_back() -> None:
    text = write_document(FULL, {})
    assert read(text) == FULL
    assert validate_document(read(text)) == validate_document(FULL)


@given(st.dictionaries(keys, values, min_size=1))
def test_whatever_is_written_is_read_back(document: dict[str, Any]) -> None:
    assert read(write_document(document, {})) == document


@given(st.data())
def test_comments_change_nothing(data: st.DataObject) -> None:
    places = [
        "",
        "slug",
        "rules",
        "rules.dropped_after_days",
        "cohorts[0]",
        "cohorts[0].id",
        "cohorts[0].learners[1]",
        "cohorts[0].learners[1].also[0]",
        "activities[1].kind",
        "sessions[0].prepares",
        "sessions[0].attendance.share",
    ]
    comments = data.draw(st.dictionaries(st.sampled_from(places), st.just("why: this\nand - that")))
    text = write_document(FULL, comments)
    assert read(text) == FULL
    assert text.count("# why: this") == len(comments) == text.count("# and - that")


def test_a_comment_stands_right_above_what_it_is_about() -> None:
    text = write_document(FULL, {"sessions[0].starts": "guessed", "": "A course"})
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "# A course"
    assert lines[lines.index("# guessed") + 1] == "starts: 2026-10-09T14:00:00"


def test_what_is_short_stands_on_one_line() -> None:
    text = write_document({"rules": {"at_risk_after_days": 5}, "also": ["a", "b"]}, {})
    assert text.splitlines() == ["rules: {at_risk_after_days: 5}", "", "also: [a, b]"]


@pytest.mark.parametrize("length", [WIDTH // 2, 2 * WIDTH])
def test_long_things_are_written_over_several_lines(length: int) -> None:
    document = {"cohorts": [{"id": "x" * length, "title": "y" * length}]}
    text = write_document(document, {})
    assert read(text) == document
    assert len(text.strip().splitlines()) == 3
