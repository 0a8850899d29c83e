"""A trace does not show in which order its records came, nor that some came twice."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lrs.plan import Plan
from projections.record import Record
from projections.rules.report import canonical
from projections.rules.route import Place
from projections.rules.trace import Located, Trace
from tests.rules.course import (
    ESSAY,
    FORUM,
    LAB,
    PAGE,
    QUIZ,
    RECORDING,
    ROOM,
    Course,
    activity,
    at,
    day,
    learner,
    plan,
    record,
    session,
)

SECOND = 1_000_000


def kept(*records: Record) -> list[str]:
    return [each.record.statement for each in Trace(Located(r, ()) for r in records).located]


def test_records_are_read_in_order_of_time() -> None:
    first, second, third = (record("viewed", f"{PAGE}{n}", f"10-0{n}") for n in (1, 2, 3))
    assert kept(third, first, second) == [each.statement for each in (first, second, third)]


def test_at_one_moment_records_are_read_in_order_of_their_ids_whichever_came_first() -> None:
    records = [record("viewed", f"{PAGE}{name}", "10-05", statement=name) for name in "cab"]
    assert kept(*records) == ["a", "b", "c"]


def test_of_two_that_say_the_same_at_one_moment_the_lesser_id_stays() -> None:
    one, other = (record("posted", FORUM, "10-05", statement=name) for name in "ba")
    assert kept(one, other) == kept(other, one) == ["a"]


def test_what_came_again_was_known_when_the_first_of_them_came() -> None:
    late = record("posted", FORUM, "10-05 12:00", statement="a", stored=at("10-20"))
    soon = record("posted", FORUM, "10-05 12:00:01", statement="b", stored=at("10-06"))
    (only,) = Trace(Located(each, ()) for each in (late, soon)).located
    assert (only.record.statement, only.record.stored) == ("a", at("10-06"))


def test_another_number_of_acts_is_no_repetition() -> None:
    hands = [record("raised-hand", LAB, "10-09 14:01", count=count) for count in (2, 3)]
    assert len(kept(*hands)) == 2


def test_what_is_sent_again_within_two_seconds_counts_once() -> None:
    said = record("posted", FORUM, "10-05 12:00")
    again = record("posted", FORUM, "10-05 12:00:02")
    later = record("posted", FORUM, "10-05 12:00:02.000001")
    assert kept(said, again) == [said.statement]
    assert kept(said, later) == [said.statement, later.statement]


def test_another_object_or_score_is_no_repetition() -> None:
    records = [
        record("posted", FORUM, "10-05 12:00"),
        record("posted", f"{FORUM}#2", "10-05 12:00"),
        record("quiz-scored", QUIZ, "10-05 12:00", score=0.4),
        record("quiz-scored", QUIZ, "10-05 12:00", score=0.5),
    ]
    assert len(kept(*records)) == 4


def course() -> Plan:
    """Return a program with a step of each kind."""
    learners = (learner("ada"), learner("bo"))
    return plan(
        activity(PAGE, due=day("10-07")),
        activity(QUIZ, "quiz", pass_mark=0.5),
        activity(FORUM, "post"),
        activity(ESSAY, "assignment"),
        session(
            LAB, prepares=(PAGE, QUIZ), reinforces=(FORUM,), recording=RECORDING, match=(ROOM,)
        ),
        learners=learners,
    )


KINDS: tuple[tuple[Any, str], ...] = (
    ("completed", PAGE),
    ("completion-retracted", PAGE),
    ("quiz-scored", QUIZ),
    ("posted", FORUM),
    ("posted-deleted", FORUM),
    ("submitted", ESSAY),
    ("graded", ESSAY),
    ("viewed", RECORDING),
    ("attended", LAB),
    ("not-attended", LAB),
    ("asked", ROOM),
    ("posted", LAB),
)
some_records = st.lists(
    st.builds(
        lambda what, hours, who, score, length: record(
            what[0],
            what[1],
            at("10-08") + hours * 3_600 * SECOND,
            who,
            score=score,
            duration=length,
        ),
        st.sampled_from(KINDS),
        st.integers(0, 500),
        st.sampled_from(["ada", "bo"]),
        st.sampled_from([0.4, 0.5, 0.9]),
        st.sampled_from([None, 600_000, 3_000_000]),
    ),
    max_size=12,
)


def reports(records: list[Record]) -> list[bytes]:
    found = Course(course(), *records)
    return [canonical(report) for report in (found.readiness(), found.drop_off(), found.combined())]


@given(some_records, st.randoms())
def test_the_order_of_arrival_never_changes_a_report(records: list[Record], random: Any) -> None:
    shuffled = random.sample(records, len(records))
    assert reports(shuffled) == reports(records)


crowded_records = st.lists(
    st.builds(
        lambda what, minutes, who, score, length: record(
            what[0],
            what[1],
            at("10-09 13:59") + minutes * 60 * SECOND,
            who,
            score=score,
            duration=length,
            stored=at("10-09 13:59") + (len(what[1]) + minutes) % 3 * 60 * SECOND,
        ),
        st.sampled_from([*KINDS, ("join", LAB), ("leave", LAB)]),
        st.integers(0, 2),
        st.sampled_from(["ada", "bo"]),
        st.sampled_from([0.4, 0.5]),
        st.sampled_from([None, 600_000]),
    ),
    min_size=2,
    max_size=14,
)


@given(crowded_records, st.randoms())
def test_at_equal_times_the_order_of_arrival_never_changes_a_report(
    records: list[Record], random: Any
) -> None:
    """Positions tell the order of arrival; when each became known stays what it was."""
    shuffled = random.sample(records, len(records))
    arrived = [replace(one, position=place) for place, one in enumerate(shuffled, 1)]
    assert reports(arrived) == reports(records)


@given(some_records, st.data())
def test_what_comes_twice_never_changes_a_figure(records: list[Record], data: Any) -> None:
    """Of two that say the same, the lesser id is named as evidence: nothing else may differ."""
    count = data.draw(st.integers(0, len(records)))
    prefix = data.draw(st.sampled_from(["again", "statement", "twice"]))
    again = [
        replace(one, statement=f"{prefix}-{number:08}", position=10**9 + number)
        for number, one in enumerate(records[:count])
    ]
    found, before = reports([*records, *again]), reports(records)
    assert list(map(_unnamed, found)) == list(map(_unnamed, before))
    if prefix == "twice":
        assert found == before


def _unnamed(report: bytes) -> bytes:
    return re.sub(rb'"(again|statement|twice)-[0-9]{8}"', b'""', report)


@given(some_records, st.integers(0, 500))
def test_a_trace_up_to_a_moment_is_that_of_what_had_happened(
    records: list[Record], hours: int
) -> None:
    moment = at("10-08") + hours * 3_600 * SECOND
    located = [Located(one, (Place(one.object, "object"),)) for one in records]
    cut = Trace(located).upto(moment)
    until = Trace(each for each in located if each.record.timestamp <= moment)
    assert cut.located == until.located
    assert all(cut.on(iri) == until.on(iri) for _, iri in KINDS)
    assert list(cut.engagement()) == list(until.engagement())
