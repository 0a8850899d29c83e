"""Whatever a Zoom file holds, it is read or refused; however stays are cut, the minutes stay."""

import json
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import adapters
from adapters.attendance import Attendance, Stay, time_covered
from adapters.zoom import ZoomReader
from adapters.zoom.api import participants_from_report
from adapters.zoom.questions import acts_from_report
from lrs.errors import UnreadableAttendance

FILES = sorted((Path(__file__).parent / "golden" / "zoom").iterdir())
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
OPTIONS = (
    adapters.Options(),
    adapters.Options(timezone=UTC, date_order="dmy"),
    adapters.Options(timezone=UTC, expected=NOON),
)
PEOPLE = ("Ada", "Bo")
PARTICIPANTS = "Name (Original Name),User Email,Join Time,Leave Time"

pieces = st.sampled_from(
    [
        b"",
        b"\n",
        b",",
        b";",
        b"\t",
        b'"',
        b"#",
        b"(",
        b"\xff",
        b"99",
        b"/",
        b":",
        b"null",
        b"[",
        b"0,",
    ]
) | st.binary(max_size=4)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
)
json_values = st.recursive(
    scalars | st.sampled_from(["in_meeting", "2026-10-19T12:00:00Z", "9999-12-31T23:59:59-12:00"]),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=4), each, max_size=3)
    ),
    max_leaves=5,
)


def read(content: bytes, options: adapters.Options) -> Attendance | None:
    """Return what a file says, None where it is refused; anything else is a fault."""
    try:
        return ZoomReader().read(adapters.File(content, "file"), options)
    except UnreadableAttendance:
        return None


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a real file with up to four places overwritten, cut out or doubled."""
    content = draw(st.sampled_from(FILES)).read_bytes()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        kept = content[start:end] * draw(st.sampled_from([0, 0, 2]))
        content = content[:start] + kept + draw(pieces) + content[end:]
    return content


@given(damaged(), st.sampled_from(OPTIONS))
@settings(max_examples=400, deadline=None)
def test_a_damaged_file_is_read_or_refused(content: bytes, options: adapters.Options) -> None:
    read(content, options)


@given(st.text() | st.binary(), st.sampled_from(FILES), st.sampled_from(OPTIONS))
def test_anything_behind_a_real_beginning_is_read_or_refused(
    more: str | bytes, file: Path, options: adapters.Options
) -> None:
    added = more if isinstance(more, bytes) else more.encode("utf-8", "replace")
    read(file.read_bytes() + added, options)
    read(added, options)


fields = st.sampled_from(
    ["id", "name", "user_email", "join_time", "leave_time", "duration", "status", "bo_mtg_id"]
) | st.sampled_from(
    ["registrant_id", "role", "email", "question_details", "question", "answer", "date_time"]
)
records = st.dictionaries(fields, json_values, max_size=6)
pages = st.dictionaries(
    st.sampled_from(["participants", "questions", "total_records", "uuid", "topic", "start_time"]),
    st.lists(records | json_values, max_size=4) | json_values,
    max_size=4,
)


@given(st.lists(pages, max_size=3), st.none() | pages)
def test_a_payload_of_any_form_is_read_or_refused(
    answers: list[dict[str, Any]], meeting: dict[str, Any] | None
) -> None:
    for reader in (participants_from_report, acts_from_report):
        with suppress(UnreadableAttendance):
            reader(answers, meeting)
    read(json.dumps([*answers, meeting or {}]).encode(), OPTIONS[0])


stays = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.integers(0, 7200), st.integers(0, 7200)).map(
        lambda each: (each[0], min(each[1:]), max(each[1:]))
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def cut(draw: st.DrawFn) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
    """Return stays, and the same time in other pieces: cut, repeated, in another order."""
    whole = draw(stays)
    parts = []
    for name, joined, left in whole:
        middle = draw(st.integers(joined, left))
        parts += draw(
            st.sampled_from(
                [
                    [(name, joined, left)],
                    [(name, joined, middle), (name, middle, left)],
                    [(name, joined, left), (name, joined, middle)],
                ]
            )
        )
    return whole, draw(st.permutations(parts))


def clock(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def table(told: list[tuple[str, int, int]]) -> bytes:
    rows = [
        f"{name},{name}@example.org,{clock(joined):%m/%d/%Y %I:%M:%S %p},{clock(left):%m/%d/%Y %I:%M:%S %p}"
        for name, joined, left in told
    ]
    return "\n".join([PARTICIPANTS, *rows]).encode()


def page(told: list[tuple[str, int, int]], room: bool) -> dict[str, Any]:
    return {
        "participants": [
            {
                "name": name,
                "user_email": f"{name}@example.org",
                "join_time": clock(joined).isoformat(),
                "leave_time": clock(left).isoformat(),
                "bo_mtg_id": "room" if room and number % 2 else None,
            }
            for number, (name, joined, left) in enumerate(told)
        ]
    }


def present(found: Attendance | None) -> dict[str, timedelta]:
    assert found is not None
    return {each.name: each.present for each in found.participants}


@given(st.sampled_from("( :,@\t"), st.sampled_from("( :,@\t"))
@settings(max_examples=5, deadline=timedelta(seconds=5))
def test_no_line_is_long_to_read(one: str, other: str) -> None:
    long = (one + "a" + other) * 30_000
    for begins in (
        f"{PARTICIPANTS}\n",
        "14:00:00 From  Ada  to  ",
        "Topic,ID,a\n",
        "Poll Report\n",
    ):
        read(begins.encode() + long.encode(), OPTIONS[2])
        read(long.encode() + b"\n" + PARTICIPANTS.encode() + b"\nAda,a,b,c\n", OPTIONS[2])


@given(cut())
def test_minutes_are_the_union_of_stays_however_they_are_cut_ordered_and_repeated(
    told: tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]],
) -> None:
    whole, parts = told
    covered: dict[str, list[Stay]] = defaultdict(list)
    for name, joined, left in whole:
        covered[name].append(Stay(clock(joined), clock(left)))
    truth = {name: time_covered(each) for name, each in covered.items()}
    for each in (whole, parts):
        assert present(read(table(each), OPTIONS[2])) == truth
        assert present(participants_from_report([page(each, room=False)], None)) == truth


@given(stays)
def test_rooms_add_no_more_than_the_moves_and_take_nothing(
    told: list[tuple[str, int, int]],
) -> None:
    without = present(participants_from_report([page(told, room=False)], None))
    rooms = participants_from_report([page(told, room=True)], None)
    for name, time in present(rooms).items():
        assert without[name] <= time <= without[name] + timedelta(seconds=30 * len(told))
    for each in rooms.participants:
        assert each.stays == tuple(sorted(each.stays))
