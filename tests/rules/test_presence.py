"""Who was there and for how long: stays first, then measured durations, then the register."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.plan import Attendance, Session
from projections.record import Record
from projections.rules.moments import micros
from projections.rules.presence import Presence, best, held, presence, time_present
from tests.rules.course import (
    LAB,
    RECORDING,
    ROOM,
    at,
    day,
    key,
    learner,
    plan,
    record,
    session,
    traces_of,
)

MINUTE = 60_000_000
HALF = session(LAB, attendance=Attendance(minutes=5, share=0.5))


def part(planned: Session, *records: Record, when: str = "10-31") -> Presence:
    """Return Ada's part in a session; who else is on record only helps to tell when it was held."""
    document = plan(planned)
    (trace,) = traces_of(document, [r for r in records if r.actor == key("ada")]).values()
    return presence(planned, trace.on(planned.id), held(planned, records), at(when))


def minutes(planned: Session, *records: Record, **options: Any) -> float | None:
    spent = part(planned, *records, **options).milliseconds
    return None if spent is None else spent / 60_000


def join(when: str, **changes: Any) -> Record:
    return record("join", LAB, f"10-09 {when}", **changes)


def leave(when: str, **changes: Any) -> Record:
    return record("leave", LAB, f"10-09 {when}", **changes)


def attended(length: int | None, **changes: Any) -> Record:
    duration = None if length is None else length * 60_000
    return record("attended", LAB, "10-09 14:00", duration=duration, **changes)


def test_a_stay_lasts_from_join_to_leave() -> None:
    assert minutes(session(), join("14:10"), leave("14:50")) == 40


def test_overlapping_devices_count_once() -> None:
    moves = join("14:00"), join("14:10"), leave("14:20"), leave("14:50")
    assert minutes(session(), *moves) == 50


def test_a_break_does_not_count() -> None:
    moves = join("14:00"), leave("14:10"), join("14:30"), leave("14:40")
    assert minutes(session(), *moves) == 20


def test_a_stay_is_clipped_to_the_planned_time() -> None:
    assert minutes(session(), join("13:30"), leave("15:30")) == 60


def test_what_the_tool_reports_widens_the_planned_time() -> None:
    host = record(
        "attended", LAB, "10-09 14:00", "host", held=(at("10-09 13:50"), at("10-09 15:10"))
    )
    assert minutes(session(), join("13:30"), leave("15:30"), host) == 80


def test_an_opening_and_a_closing_widen_it_too_and_never_narrow_it() -> None:
    opened = record("session-open", LAB, "10-09 13:50", "host")
    closed = record("session-close", LAB, "10-09 14:50", "host")
    assert minutes(session(), join("13:30"), leave("15:30"), opened, closed) == 70


def test_a_join_without_a_leave_ends_with_the_meeting() -> None:
    closed = record("session-close", LAB, "10-09 14:40", "host")
    assert minutes(session(), join("14:10")) == 50
    assert minutes(session(), join("14:10"), closed) == 30


def test_a_leave_without_a_join_says_nothing() -> None:
    assert part(session(), leave("14:10")) == Presence("absent", 0)


def test_a_join_and_leave_at_one_moment_take_no_time_in_whatever_order_they_came() -> None:
    moves = [join("14:10"), leave("14:10")]
    backwards = [leave("14:10"), join("14:10")]
    assert minutes(session(), *moves) == minutes(session(), *backwards) == 0


def test_a_session_over_midnight() -> None:
    night = session(LAB, "10-09 23:30", ends=day("10-10 00:30"))
    moves = (record("join", LAB, "10-09 23:40"), record("leave", LAB, "10-10 00:20"))
    assert minutes(night, *moves) == 40


@pytest.mark.parametrize(
    ("rule", "length", "state"),
    [
        (Attendance(minutes=30), 30, "attended"),
        (Attendance(minutes=30), 29, "partial"),
        (Attendance(share=0.5), 30, "attended"),
        (Attendance(share=0.5), 29, "partial"),
        (Attendance(minutes=40, share=0.5), 30, "partial"),
        (Attendance(minutes=5, share=0.7), 42, "attended"),
        (Attendance(), 1, "attended"),
    ],
)
def test_both_thresholds_are_inclusive_and_both_must_be_met(
    rule: Attendance, length: int, state: str
) -> None:
    stays = join("14:00"), leave(f"14:{length:02}")
    assert part(session(attendance=rule), *stays).state == state
    assert part(session(attendance=rule), attended(length)).state == state


def test_the_share_is_of_the_time_the_session_was_held() -> None:
    longer = record("session-close", LAB, "10-09 16:00", "host")
    assert part(HALF, join("14:00"), leave("14:59")).state == "attended"
    assert part(HALF, join("14:00"), leave("14:59"), longer).state == "partial"


def test_the_largest_measured_duration_counts_clipped() -> None:
    assert minutes(session(), attended(20), attended(45), attended(30)) == 45
    assert minutes(session(), attended(90)) == 60


def test_stays_win_over_a_longer_duration() -> None:
    both = join("14:00"), leave("14:10"), attended(60)
    assert part(HALF, *both) == Presence("partial", 600_000)


def test_stays_outside_the_held_time_win_over_a_duration_too() -> None:
    early = join("12:00"), leave("12:30"), attended(60)
    assert part(HALF, *early) == Presence("absent", 0)


def test_a_register_without_a_duration_is_attendance_without_minutes() -> None:
    assert part(HALF, attended(None)) == Presence("attended", None)


def test_a_register_may_say_that_somebody_was_there_for_a_part() -> None:
    assert part(HALF, attended(None, completion=False)) == Presence("partial", None)


def test_an_explicit_absence_is_one_before_the_session_ends() -> None:
    absent = record("not-attended", LAB, "10-09 14:00")
    assert part(HALF, absent, when="10-09 14:00").state == "absent"


def test_nobody_is_absent_until_the_session_has_ended() -> None:
    watched = record("viewed", RECORDING, "10-08")
    planned = session(recording=RECORDING)
    assert part(planned, watched, when="10-09 14:59:59").state is None
    assert part(planned, watched, when="10-09 15:00").state == "absent"


def test_watching_the_recording_is_no_attendance() -> None:
    planned = session(recording=RECORDING)
    watched = record("attended", RECORDING, "10-10", duration=3_600_000)
    assert part(planned, watched).state == "absent"


def test_a_grouping_is_no_attendance() -> None:
    chat = record("attended", ROOM, "10-09 14:00", groupings=(LAB,))
    assert part(session(), chat).state == "absent"


def test_the_best_of_alternatives_counts() -> None:
    absent, to_come = Presence("absent", 0), Presence(None, 0)
    partial, there = Presence("partial", 1), Presence("attended", 9)
    assert best([absent, there, partial]) == there
    assert best([partial, absent, to_come]) == partial
    assert best([absent, to_come]).state is None
    assert best([absent, absent]) == absent


Stays = list[tuple[int, int]]
stays_strategy = st.lists(
    st.tuples(st.integers(-30, 90), st.integers(1, 60)).map(lambda s: (s[0], s[0] + s[1])),
    min_size=1,
    max_size=6,
)


def brute_force(stays: Stays, opens: int, closes: int) -> int:
    """Return the minutes of a room covered by any stay, minute by minute."""
    return sum(any(a <= m < b for a, b in stays) for m in range(opens, closes))


def moves(stays: Stays) -> list[Record]:
    start = micros(day("10-09 14:00"))
    return [
        record(kind, LAB, start + minute * MINUTE)
        for stay in stays
        for kind, minute in zip(("join", "leave"), stay, strict=True)
    ]


@given(stays_strategy)
def test_time_present_is_the_union_of_stays(stays: Stays) -> None:
    span = [(a * MINUTE, b * MINUTE) for a, b in stays]
    assert time_present(span) == brute_force(stays, -30, 200) * MINUTE
    assert minutes(session(), *moves(stays)) == brute_force(stays, 0, 60)


@given(stays_strategy, st.data())
def test_any_split_and_order_of_stays_gives_the_same_minutes(stays: Stays, data: Any) -> None:
    split: Stays = []
    for joined, left in stays:
        middle = data.draw(st.integers(joined, left))
        split += [(joined, middle), (middle, left)]
    shuffled = data.draw(st.permutations(split))
    assert minutes(session(), *moves(shuffled)) == minutes(session(), *moves(stays))


@given(stays_strategy, st.integers(1, 3))
def test_repeated_stays_give_the_same_minutes(stays: Stays, times: int) -> None:
    repeated = [stay for stay in stays for _ in range(times + 1)]
    assert minutes(session(), *moves(repeated)) == minutes(session(), *moves(stays))


def test_two_devices_may_come_and_go_at_the_same_moment() -> None:
    moves = join("14:00"), join("14:00"), leave("14:10"), leave("14:50")
    assert minutes(session(), *moves) == 50
    moves = join("14:00"), join("14:10"), leave("14:20"), leave("14:20")
    assert minutes(session(), *moves) == 20


@pytest.mark.parametrize("again", ["14:10", "14:10:01", "14:10:02"])
def test_a_join_or_leave_sent_twice_counts_once(again: str) -> None:
    assert minutes(session(), join("14:10"), join(again), leave("14:40")) == 30
    assert minutes(session(), join("14:00"), leave("14:10"), leave(again), join("14:50")) == 20


def test_each_actor_of_a_person_has_stays_of_their_own() -> None:
    phone = "https://bbb.example.org::Ada"
    document = plan(session(), learners=(learner("ada", actors=(key("ada"), phone)),))
    moves = [
        join("14:00"),
        leave("14:10"),
        leave("14:20", actor=phone),  # its join was lost
        join("14:50"),
    ]
    (trace,) = traces_of(document, moves).values()
    found = presence(session(), trace.on(LAB), held(session(), moves), at("10-31"))
    assert found.milliseconds == 20 * 60_000
