"""How many acts one statement sums up."""

from datetime import UTC, datetime
from typing import Any

import pytest

from projections.vocabulary import classify

COUNT = "https://w3id.org/bichron/extensions/count"


def counted(**parts: Any) -> int:
    """Return the count of a reaction's record."""
    statement = {
        "id": "0b1f5c1e-5a55-4b0e-9f0e-0a52d0c4b001",
        "actor": {"mbox": "mailto:ada@example.org"},
        "verb": {"id": "https://w3id.org/xapi/virtual-classroom/verbs/reacted"},
        "object": {"id": "https://meet.example.org/lab/1"},
        "timestamp": "2026-10-09T14:05:00Z",
        **parts,
    }
    record = classify(statement, 1, datetime(2026, 10, 9, 15, tzinfo=UTC))
    assert record is not None
    return record.count


def test_a_statement_is_one_act_unless_it_says_how_many() -> None:
    assert counted() == 1
    assert counted(result={"extensions": {COUNT: 3}}) == 3
    assert counted(context={"extensions": {COUNT: 4}}) == 4
    assert counted(result={"extensions": {COUNT: 3}}, context={"extensions": {COUNT: 4}}) == 3


@pytest.mark.parametrize("nonsense", [0, -2, 2.5, True, "3", None, [3], 10_001, 10**40])
def test_what_is_no_number_of_acts_counts_as_one(nonsense: Any) -> None:
    assert counted(result={"extensions": {COUNT: nonsense}}) == 1
