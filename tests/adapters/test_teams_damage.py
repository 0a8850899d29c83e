"""Teams: the same minutes whatever the order, and nothing but refusals whatever the damage."""

import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.attendance import Attendance, Stay, time_covered
from adapters.reader import File, Options
from adapters.teams import TeamsReader
from lrs.errors import UnreadableAttendance

FILES = Path(__file__).parent / "golden" / "teams"
GOLDEN = sorted(path for path in FILES.iterdir() if not path.name.endswith(".expected.json"))
REPORTS = [path for path in GOLDEN if path.name.startswith(("report", "sections"))]
READER = TeamsReader()
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)


def read(text: str) -> Attendance:
    return READER.read(File(text.encode()), Options(timezone=UTC))


def tabs(text: str) -> str:
    return text.replace("|", "\t")


# --- properties

STAYS = st.lists(
    st.tuples(st.sampled_from(["Ada", "Bo"]), st.integers(0, 200), st.integers(0, 60)),
    min_size=1,
    max_size=6,
).map(lambda told: [(name, start, start + length) for name, start, length in told])


def spelt(minute: int) -> str:
    return f"{NOON + timedelta(minutes=minute):%d/%m/%Y, %H:%M:%S}"


def as_list(stays: Sequence[tuple[str, int, int]]) -> list[str]:
    return [
        f"{name}|{action}|{spelt(minute)}"
        for name, joined, left in stays
        for action, minute in (("Joined", joined), ("Left", left))
    ]


def as_event(stays: Sequence[tuple[str, int, int]]) -> list[str]:
    return [
        f"{number}|{name}@example.org|{name}|x|{spelt(minute)}|{action}|Attendee"
        for number, (name, joined, left) in enumerate(stays)
        for action, minute in (("Joined", joined), ("Left", left))
    ]


def as_rows(stays: Sequence[tuple[str, int, int]]) -> list[str]:
    return [
        f"{name}|{spelt(joined)}|{spelt(left)}|{left - joined}m|{name}@example.org|Attendee"
        for name, joined, left in stays
    ]


SHAPES: dict[str, tuple[str, Callable[[Sequence[tuple[str, int, int]]], list[str]]]] = {
    "list": ("Full Name|User Action|Timestamp", as_list),
    "event": (
        "Session Id|Participant Id|Full Name|User Agent|UTC Event Timestamp|Action|Role",
        as_event,
    ),
    "report": ("Full Name|Join Time|Leave Time|Duration|Email|Role", as_rows),
    "sections": (
        (
            "1. Summary\nMeeting title|Lab\n2. Participants\nName|First Join|Last Leave\n"
            "3. In-Meeting Activities\nName|Join Time|Leave Time|Duration|Email|Role"
        ),
        as_rows,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
@given(STAYS, st.data())
def test_any_split_order_and_repetition_of_stays_gives_the_same_minutes(
    shape: str, stays: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    split = []
    for name, joined, left in stays:
        middle = data.draw(st.integers(joined, left))
        split += [(name, joined, middle), (name, middle, left)]
    repeated = split + data.draw(st.lists(st.sampled_from(split), max_size=3))
    header, write = SHAPES[shape]
    lines = data.draw(st.permutations(write(repeated)))
    found = read(tabs("\n".join([header, *lines]) + "\n"))
    expected = {
        name: time_covered(
            Stay(NOON + timedelta(minutes=joined), NOON + timedelta(minutes=left))
            for who, joined, left in stays
            if who == name
        )
        for name, _, _ in stays
    }
    assert {p.name: p.present for p in found.participants} == expected


# --- damage


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
@given(st.integers(0, 10_000))
def test_a_report_cut_off_anywhere_is_refused_or_gives_nobody_more_than_the_whole(
    path: Path, place: int
) -> None:
    content = path.read_bytes()
    text = content.decode("utf-16" if content.startswith(b"\xff\xfe") else "utf-8-sig").rstrip()
    whole = {p.key: p.present for p in read(text).participants}
    try:
        found = read(text[: place % len(text)])
    except UnreadableAttendance:
        return
    for person in found.participants:
        assert person.present <= whole.get(person.key, timedelta.max)


def survives(content: bytes) -> None:
    file = File(content)
    with suppress(UnreadableAttendance):
        READER.recognises(file)
    for options in (Options(), Options(timezone=UTC, date_order="dmy", expected=NOON)):
        with suppress(UnreadableAttendance):
            READER.read(file, options)


@given(st.sampled_from(GOLDEN), st.randoms(use_true_random=False))
def test_a_damaged_file_is_read_or_refused(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8)):
        at, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
        piece = content[at : min(end, at + 60)]
        other = chance.randrange(len(content) + 1)
        match chance.randrange(4):
            case 0:
                del content[at : at + len(piece)]
            case 1:
                content[other:other] = piece
            case 2:
                content[at : at + 1] = chance.randbytes(1)
            case _:
                content[other:other] = chance.choice([b'"', b"\t", b"\n", b"9", b":", b"\0", b"{"])
    survives(bytes(content))


PIECES = st.sampled_from(
    ["1. A\n", "2. B\n", "3. C\n", "4. D\n", "Name", "Full Name", "User Action", "Timestamp",
     "Join Time", "Leave Time", "Duration", "Email", "Participant ID (UPN)", "First Join (UTC)",
     "Registration Time", "Registration Status", "Engagement: Raise Hands", "Joined", "Left",
     "10/19/26, 2:00:00 PM", "31/12/9999 23:59", "1/1/0001 0:00", "0/0/00 0:00", "29.02.2026 1:00",
     "999999h", "1h 2m", "9" * 5000, "a@example.org", "Ada", "+49 30 5550123", "lobby", '"', "\r\n",
     "\n", "\t", "\t", ";", ",", '{"attendanceRecords": [', "]}", "\u200f", "午後"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=8), max_size=60).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    survives(text.encode("utf-8", "surrogatepass"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["2026-10-19T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["value", "attendanceRecords", "attendanceIntervals", "identity", "displayName", "role",
             "emailAddress", "totalAttendanceInSeconds", "joinDateTime", "leaveDateTime", "id",
             "durationInSeconds", "meetingStartDateTime", "meetingEndDateTime"]
        ),
        inner, max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_any_records_are_read_or_refused(told: Any) -> None:
    survives(json.dumps({"value": told, "attendanceRecords": told}).encode())
    survives(json.dumps([told, '"attendanceRecords"']).encode())


def test_a_line_without_an_end_is_refused() -> None:
    for text in ("9" * 200_000, "a\t" * 60_000):
        assert not READER.recognises(File(text.encode()))
        with pytest.raises(UnreadableAttendance):
            read(text)
