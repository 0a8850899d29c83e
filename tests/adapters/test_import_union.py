"""Several files about one meeting count as one; nobody and nothing is counted twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters import File
from adapters.attendance import Act, Attendance, Meeting, Participant, Stay, Warned
from adapters.union import Source, Union, unite

NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
MEETING = Meeting(id="852", title="Lab", starts=NOON, ends=NOON + timedelta(hours=1))


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def person(key: str, **told: Any) -> Participant:
    kind, _, value = key.partition(":")
    given_: dict[str, Any] = {
        "name": value.partition("@")[0].title(),
        "email": value if kind == "mail" else None,
        "stable_id": value if kind == "id" else None,
        "role": None,
        "confidence": {"id": "high", "mail": "medium"}.get(kind, "low"),
        "stays": (),
    }
    return Participant(key, **{**given_, **told})


def source(*people: Participant, meeting: Meeting = MEETING, **told: Any) -> Source:
    attendance = Attendance(**{"tool": "zoom", "meeting": meeting, "participants": people, **told})
    return Source(File(repr(attendance).encode(), told.get("name")), attendance)


def only(*sources: Source) -> Union:
    (union,) = unite(sources)
    return union


def test_files_of_one_meeting_are_one_and_others_stay_by_themselves() -> None:
    ada = person("mail:ada@example.org")
    chat = source(ada, meeting=Meeting())
    again = Meeting(id="852", starts=at(80), ends=at(100))
    next_week = replace(MEETING, starts=at(7 * 1440), ends=at(7 * 1440 + 60))
    assert len(unite([source(ada), chat, source(ada, meeting=again)])) == 1
    assert len(unite([source(ada), source(ada, meeting=next_week)])) == 2
    assert len(unite([source(ada), source(ada, meeting=replace(MEETING, id="1"))])) == 2
    untitled = replace(MEETING, id=None)
    assert len(unite([source(ada, meeting=untitled), source(ada, meeting=untitled)])) == 1
    other = replace(untitled, title="Other")
    assert len(unite([source(ada, meeting=untitled), source(ada, meeting=other)])) == 2
    assert len(unite([source(ada), source(ada, tool="teams")])) == 2


def test_a_meeting_lasts_from_the_first_start_to_the_last_end() -> None:
    again = Meeting(starts=at(80), ends=at(100))
    assert only(source(meeting=again), source()).attendance.meeting == Meeting(
        "852", "Lab", NOON, at(100)
    )


def test_people_are_joined_by_key_or_address_and_never_by_name() -> None:
    ada = person("mail:ada@example.org", name="Ada", rows=(2,))
    known = person("id:7", name="Ada", email="ada@example.org", role="host", rows=(9,))
    nameless = person("name:ada", name="Ada", rows=(3, 5))
    union = only(source(ada), source(known), source(nameless))
    assert [each.key for each in union.attendance.participants] == ["id:7", "name:ada"]
    joined, alone = union.attendance.participants
    assert (joined.role, joined.confidence, joined.email) == ("host", "high", "ada@example.org")
    assert union.rows(joined) == [(0, 2), (1, 9)]
    assert union.rows(alone) == [(2, 3), (2, 5)]
    (warned,) = union.attendance.warnings
    assert (warned.code, warned.line) == ("homonym", None)


def test_a_files_warnings_say_which_file() -> None:
    ada = person("mail:ada@example.org")
    warned = Warned("no_leave", "no leave is told", 4)
    one = source(ada, warnings=(warned,))
    assert only(one).attendance.warnings == (warned,)
    named = Source(File(b"", "part2.csv"), one.attendance)
    assert only(one, named).attendance.warnings == (
        Warned("no_leave", "file 1: no leave is told", 4),
        Warned("no_leave", "part2.csv: no leave is told", 4),
    )


def test_a_stay_that_one_file_leaves_open_ends_where_another_says() -> None:
    early = person("mail:a@example.org", stays=(Stay(at(0), at(30), closed_by_end=True),))
    late = person("mail:a@example.org", stays=(Stay(at(0), at(20)), Stay(at(40), at(50))))
    (ada,) = only(source(early), source(late)).attendance.participants
    assert ada.stays == late.stays


def test_totals_of_one_meeting_are_the_longest_and_of_meetings_in_turn_the_sum() -> None:
    one = person("mail:a@example.org", total=timedelta(minutes=20))
    other = person("mail:a@example.org", total=timedelta(minutes=30))
    stays = person("mail:a@example.org", stays=(Stay(at(0), at(25)),))
    again = Meeting(starts=at(60), ends=at(90))

    def present(*sources: Source) -> float:
        return only(*sources).attendance.participants[0].present / timedelta(minutes=1)

    assert present(source(one), source(other)) == 30
    assert present(source(one), source(other, meeting=again)) == 50
    assert present(source(stays), source(one)) == 25
    assert present(source(stays), source(other, meeting=again)) == 55


def test_an_act_that_two_files_tell_is_one_and_a_number_holds_what_is_told() -> None:
    hello, hi = Act("posted", at(1), "Hello"), Act("posted", at(2), "Hi")
    hand = Act("raised-hand", number=3)
    one = person("name:bo", acts=(Act("posted", number=5), hand))
    other = person("name:bo", acts=(hello, hi, hi))
    (bo,) = only(source(one), source(other), source(other)).attendance.participants
    assert set(bo.acts) == {
        Act("posted", number=2),
        hand,
        hello,
        hi._replace(number=2),
    }
    again = Meeting(starts=at(60), ends=at(90))
    (bo,) = only(source(one), source(one, meeting=again)).attendance.participants
    assert bo.acts == (*one.acts, *one.acts)


_STAYS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 9)).map(lambda s: Stay(at(s[0]), at(s[0] + s[1]))),
    max_size=6,
)
_ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from(["posted", "asked"]),
        st.integers(0, 5).map(at),
        st.sampled_from(["a", "b", None]),
        number=st.just(1),
    ),
    max_size=5,
)
_KEYS = st.sampled_from(["mail:a@example.org", "mail:b@example.org", "name:c"])
_FILES = st.lists(
    st.dictionaries(_KEYS, st.tuples(_STAYS, _ACTS), min_size=1, max_size=3).map(
        lambda told: source(
            *(
                person(key, stays=tuple(sorted(set(stays))), acts=tuple(acts))
                for key, (stays, acts) in told.items()
            )
        )
    ),
    min_size=1,
    max_size=4,
)


@given(files=_FILES, data=st.data())
def test_order_and_repetition_of_files_change_nothing(
    files: list[Source], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*files, *files]))
    one, other = only(*files), only(*shuffled)

    def told(union: Union) -> dict[str, Any]:
        return {
            each.key: (each.stays, each.present, _numbers(each.acts))
            for each in union.attendance.participants
        }

    assert told(one) == told(other)
    minutes = {
        key: {
            stay.joined + timedelta(minutes=minute)
            for each in files
            for who in each.attendance.participants
            if who.key == key
            for stay in who.stays
            for minute in range((stay.left - stay.joined) // timedelta(minutes=1))
        }
        for key in told(one)
    }
    assert {key: present for key, (_, present, _) in told(one).items()} == {
        key: timedelta(minutes=len(covered)) for key, covered in minutes.items()
    }


def _numbers(acts: tuple[Act, ...]) -> dict[Act, int]:
    numbers: dict[Act, int] = {}
    for act in acts:
        one = act._replace(number=1)
        numbers[one] = numbers.get(one, 0) + act.number
    return numbers
