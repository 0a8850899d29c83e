"""What counts once: the same thing said again within two seconds."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.record import Record
from projections.repeats import REPEATED_WITHIN, dedupe_key, distinct

FIRST = Record(
    position=1,
    statement="a",
    stored=0,
    timestamp=0,
    actor="mailto:ada@example.org",
    name=None,
    kind="posted",
    rule="posted",
    mode="async",
    mode_rule="self-paced-type",
    object="https://lms.example.org/1",
    score=0.5,
)


def again(position: int = 2, **changes: Any) -> Record:
    changes = {"statement": f"{position:07}", **changes}
    return msgspec.structs.replace(FIRST, position=position, **changes)


def test_within_two_seconds_the_same_is_a_repeat_and_the_first_one_counts() -> None:
    assert distinct([again(timestamp=REPEATED_WITHIN), FIRST]) == [FIRST]
    assert len(distinct([FIRST, again(timestamp=REPEATED_WITHIN + 1)])) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "mailto:bo@example.org"},
        {"kind": "posted-edited"},
        {"object": "https://lms.example.org/2"},
        {"registration": "r"},
        {"session": "s"},
        {"score": 0.6},
        {"score": None},
    ],
)
def test_what_differs_in_what_matters_is_no_repeat(change: dict[str, Any]) -> None:
    assert len(distinct([FIRST, again(**change)])) == 2


def test_a_score_written_with_fewer_digits_is_the_same_score() -> None:
    assert dedupe_key(again(score=1 / 3)) == dedupe_key(again(score=0.3333))


def test_a_long_chain_of_near_ones_is_not_swallowed_by_its_first() -> None:
    chain = [again(n, timestamp=n * 1_500_000) for n in range(5)]
    assert [record.position for record in distinct(chain)] == [0, 2, 4]


@pytest.mark.parametrize("kind", ["join", "leave"])
def test_two_devices_may_come_at_once(kind: str) -> None:
    both = [again(n, kind=kind) for n in range(2)]
    assert distinct(both) == both


def test_another_duration_of_presence_is_no_repeat() -> None:
    both = [again(n, kind="attended", duration=n) for n in range(2)]
    assert distinct(both) == both


records = st.builds(
    again,
    st.integers(0, 10**6),
    timestamp=st.integers(0, 8).map(lambda n: n * 700_000),
    actor=st.sampled_from(["a", "b"]),
    kind=st.sampled_from(["posted", "join", "quiz-scored"]),
    score=st.sampled_from([None, 0.5]),
)
listed = st.lists(records, max_size=12, unique_by=lambda record: record.position)


@given(st.data(), listed)
def test_the_order_of_arrival_never_shows(data: st.DataObject, found: list[Record]) -> None:
    """Neither in the order of the input nor in positions, also where times are equal."""
    arriving = data.draw(st.permutations(found))
    numbered = [msgspec.structs.replace(one, position=n) for n, one in enumerate(arriving)]
    kept = [record.statement for record in distinct(numbered)]
    assert kept == [record.statement for record in distinct(found)]


@given(listed)
def test_what_is_kept_is_in_order_and_kept_again(found: list[Record]) -> None:
    kept = distinct(found)
    assert kept == sorted(kept, key=lambda one: (one.timestamp, one.statement))
    assert distinct(kept) == kept


@given(listed)
def test_whatever_is_left_out_has_a_near_one_that_was_kept(found: list[Record]) -> None:
    kept = distinct(found)
    for record in found:
        assert record in kept or any(
            dedupe_key(other) == dedupe_key(record)
            and 0 <= record.timestamp - other.timestamp <= REPEATED_WITHIN
            for other in kept
        )
