"""Google Meet's report, its APIs' answers and an extension's list: people, minutes, refusals."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import adapters
from adapters.attendance import Attendance, Participant
from adapters.meet import MeetReader, call_rows, conference_rows
from adapters.statements import Occurrence, statements
from adapters.text import lines
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version
from tests.adapters.properties import covered, hurt, some_stays, told_again

GOLDEN = Path(__file__).parent / "golden"
FILES = GOLDEN / "meet"
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
LAB = Occurrence(
    "https://meet.example.org/lab",
    "Coaching lab",
    "course",
    NOON,
    NOON + timedelta(hours=1),
    "live-online",
)
# The golden files' names are portable; these are the ones that the tool gives.
NAMES = {
    "native_en.csv": "Coaching lab - Attendance report (2026-10-19 14:00).csv",
    "native_es_midnight.csv": "2026-10-19 23-30 Late lab.csv",
    "native_pt_title.csv": "Laboratório (2026-10-19).csv",
}
HEADER = "First name,Last name,Email,Duration,Time joined,Time exited"


def read(name: str, tool: str = "auto", **options: Any) -> Attendance:
    file = adapters.File((FILES / name).read_bytes(), NAMES.get(name, name))
    return adapters.read(tool, file, adapters.Options(**{"timezone": BERLIN, **options}))


def read_rows(*rows: str, name: str | None = NAMES["native_en.csv"], **options: Any) -> Attendance:
    content = "\n".join([HEADER, *rows]).encode()
    options = {"timezone": BERLIN, **options}
    return adapters.read("auto", adapters.File(content, name), adapters.Options(**options))


def read_json(payload: Any, **options: Any) -> Attendance:
    file = adapters.File(json.dumps(payload).encode())
    return adapters.read("auto", file, adapters.Options(**options))


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def codes(attendance: Attendance) -> list[tuple[str, int | None]]:
    return [(warned.code, warned.line) for warned in attendance.warnings]


# The report that Google sends.


def test_the_report_takes_its_day_and_title_from_its_name() -> None:
    found = read("native_en.csv")
    assert (found.tool, found.meeting.title) == ("meet", "Coaching lab")
    ada = found.participants[0]
    assert (ada.key, ada.confidence) == ("mail:ada@example.org", "medium")
    assert ada.stays[0][:2] == (NOON + timedelta(minutes=2), NOON + timedelta(minutes=58))


def test_whoever_was_away_in_between_has_the_duration_and_no_stays() -> None:
    found = read("native_en.csv")
    assert minutes(found) == {
        "Ada Kaya": 56,
        "Bo Lindqvist": 30,
        "Cem": 65,
        "Phone participant": 20,
    }
    assert found.participants[1].stays == ()
    assert codes(found) == [("rejoined", 3)]


def test_the_same_row_again_adds_nothing_and_homonyms_are_not_joined() -> None:
    row = "Bo,,,30 min,14:05,15:00"
    found = read_rows(row, row, "Bo,,bo@example.org,5 min,14:00,14:05")
    assert [person.present for person in found.participants] == [
        timedelta(minutes=30),
        timedelta(minutes=5),
    ]
    assert codes(found) == [("rejoined", 2), ("homonym", 2)]


def test_a_telephone_number_is_never_kept() -> None:
    phone = read("native_en.csv").participants[3]
    assert phone.key.startswith("phone:")
    assert "555" not in str(phone)


def test_who_joins_or_leaves_past_midnight_does_so_on_the_next_day() -> None:
    found = read("native_es_midnight.csv")
    ada, bo = found.participants
    assert found.meeting.title == "Late lab"
    assert ada.email == "ada@example.org"
    assert ada.stays[0][:2] == (
        datetime(2026, 10, 19, 21, 28, tzinfo=UTC),
        datetime(2026, 10, 19, 22, 30, tzinfo=UTC),
    )
    assert bo.stays[0].joined == datetime(2026, 10, 19, 22, 10, tzinfo=UTC)
    assert codes(found) == []


def test_a_title_above_the_table_and_times_that_a_policy_strips_are_no_trouble() -> None:
    found = read("native_pt_title.csv")
    assert minutes(found) == {"Ada Kaya": 45, "Bo Lindqvist": 40}
    assert [len(person.stays) for person in found.participants] == [1, 0]


def test_durations_and_times_that_differ_by_rounding_only_leave_the_times() -> None:
    found = read("native_one_name.csv", expected=NOON)
    assert minutes(found) == {"Ada Kaya": 36, "Bo Lindqvist": 5}
    assert found.participants[0].stays[0].joined == datetime(2026, 10, 19, 8, tzinfo=UTC)


def test_without_a_day_in_its_name_the_planned_one_is_taken_or_asked_for() -> None:
    row = "Ada,Kaya,,35 min,14:04,14:39"
    for name in (None, "report.csv", "Lab (2026-13-45 14:00).csv"):
        (ada,) = read_rows(row, name=name, expected=NOON).participants
        assert ada.stays[0].joined == NOON + timedelta(minutes=4)
        with pytest.raises(AmbiguousAttendance, match="--session"):
            read_rows(row, name=name)


def test_times_without_a_zone_are_refused_until_the_caller_says_whose_they_are() -> None:
    for name in ("native_en.csv", "extension.csv"):
        with pytest.raises(AmbiguousAttendance, match="--timezone"):
            read(name, timezone=None)
    with pytest.raises(AmbiguousAttendance, match="--timezone"):
        read_rows("Ada,,,5 min,14:00,14:05", name=None, timezone=None, expected=NOON)


def test_the_hour_that_the_clocks_repeat_is_warned_of() -> None:
    name = "Lab (2026-10-25 02:00).csv"
    found = read_rows("Ada,,,5 min,02:30,02:35", name=name)
    assert codes(found) == [("time_repeated", 2), ("time_repeated", 2)]


def test_a_report_in_a_language_nobody_knows_is_read_by_its_places_when_asked_for() -> None:
    content = (
        "Förnamn;Efternamn;E-post;Varaktighet;Anslöt;Lämnade\n"
        "Ada;Kaya;ada@example.org;35 min;14:04;14:39\nBo;;;5 min;14:10;14:15\n"
    )
    file = adapters.File(content.encode(), NAMES["native_en.csv"])
    found = adapters.read("meet", file, adapters.Options(timezone=BERLIN))
    assert minutes(found) == {"Ada Kaya": 35, "Bo": 5}
    assert found.participants[0].email == "ada@example.org"
    assert not MeetReader().recognises(file)


REFUSED = {
    "a wrong time": ("Ada,,,5 min,noon,14:00", "no time of day"),
    "no such time": ("Ada,,,5 min,14:00,14:61", "no time of day"),
    "no half day": ("Ada,,,5 min,14:00 PM,14:05 PM", "half day"),
    "no duration": ("Ada,,,for ever,14:00,14:05", "no duration"),
    "no name": (",,,5 min,14:00,14:05", "no name"),
    "only a header": ("", "no participant"),
}


@pytest.mark.parametrize(("row", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_row_that_cannot_be_read_is_refused_with_its_line(row: str, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason) as refused:
        read_rows(row)
    assert refused.value.path == ("line 2" if row else "")


def test_a_table_without_end_is_refused_before_it_is_read() -> None:
    file = adapters.File(HEADER.encode() + b"\n" * 200_001)
    with pytest.raises(UnreadableAttendance, match="more than 200000 rows"):
        adapters.read("meet", file, adapters.Options(timezone=BERLIN))


# What a browser extension writes.


def test_an_extensions_list_is_read_with_a_warning_and_without_who_was_never_seen() -> None:
    found = read("extension.csv")
    assert minutes(found) == {"Kaya, Ada": 55.5, "Bo Lindqvist": 30}
    assert found.participants[0].stays[0].joined == NOON + timedelta(minutes=2, seconds=10)
    assert codes(found) == [("extension", None), ("no_show", 4)]


def test_another_extensions_list_is_refused_saying_which_file_is_wanted() -> None:
    content = b"Google Meet Attendance\nWho,When\nAda,10:00\n"
    with pytest.raises(UnreadableAttendance, match="that Google sends"):
        adapters.read("auto", adapters.File(content), adapters.Options())


# The Admin reports.


def test_calls_begin_so_many_seconds_before_they_end_and_devices_unite() -> None:
    found = read("admin_call_ended.json", expected=NOON, timezone=None)
    assert found.meeting.id == "conf-A"
    assert minutes(found) == {
        "Ada Kaya": pytest.approx(60 - 0.5 / 60),
        "Bo (guest)": 25,
        "Phone participant": 15,
    }
    assert [person.confidence for person in found.participants] == ["medium", "low", "low"]
    assert "555" not in str(found)


def test_a_meeting_that_was_started_again_is_one_and_last_weeks_is_another() -> None:
    found = read("admin_call_ended.json", expected=NOON - timedelta(weeks=1))
    assert (found.meeting.id, minutes(found)) == ("conf-old", {"Ada Kaya": 60})
    for expected in (None, NOON - timedelta(days=3)):
        with pytest.raises(AmbiguousAttendance, match="2026-10-12, 2026-10-19"):
            read("admin_call_ended.json", expected=expected)


def test_the_page_of_an_answer_says_that_others_are_missing() -> None:
    payload = json.loads((FILES / "admin_call_ended.json").read_bytes())
    found = read_json(payload | {"nextPageToken": "A"}, expected=NOON)
    assert codes(found) == [("pages_missing", None)]


def test_a_telephone_with_a_name_goes_by_its_pseudonym_like_any_other() -> None:
    payload = json.loads((FILES / "admin_call_ended.json").read_bytes())
    for each in payload["items"][4]["events"][0]["parameters"]:
        each["value"] = "Bo's phone" if each["name"] == "display_name" else each.get("value")
    phone = read_json(payload, expected=NOON).participants[2]
    assert phone == read("admin_call_ended.json", expected=NOON).participants[2]


def test_other_events_are_passed_over_and_calls_without_a_time_refused() -> None:
    items = json.loads((FILES / "admin_call_ended.json").read_bytes())["items"]
    items[0]["events"][0]["name"] = "invitation_sent"
    assert [call.conference for call in call_rows(items)] == ["conf-A"] * 4 + ["conf-old"]
    del items[1]["id"]["time"]
    with pytest.raises(UnreadableAttendance, match="no end") as refused:
        call_rows(items)
    assert refused.value.path == "items[1].events[0]"


# The REST API.


def test_sessions_of_two_devices_overlap_and_a_conferences_end_closes_what_is_open() -> None:
    found = read("rest_v2.json", timezone=None)
    assert found.meeting.id == "conferenceRecords/lab-1"
    assert minutes(found) == {"Ada Kaya": 50, "Bo": 15, "Phone participant": 30}
    ada, bo, phone = found.participants
    assert (ada.key, ada.confidence, ada.email) == ("id:1001", "high", None)
    assert (bo.key, bo.confidence) == ("name:bo", "low")
    assert [stay.closed_by_end for stay in phone.stays] == [True]
    assert phone.key.startswith("phone:")
    assert codes(found) == [("no_leave", 3)]


def test_sessions_may_come_in_lists_by_participant() -> None:
    payload = json.loads((FILES / "rest_v2.json").read_bytes())
    payload["participantSessions"] = {"P1": payload["participantSessions"]}
    assert minutes(read_json(payload)) == minutes(read("rest_v2.json"))


def test_without_the_conferences_end_the_last_leave_closes_what_is_open() -> None:
    payload = json.loads((FILES / "rest_v2.json").read_bytes())
    rows, _ = conference_rows(payload["participants"], payload["participantSessions"])
    phone = rows[-1].stay
    assert phone is not None
    assert phone.left == NOON + timedelta(minutes=50, seconds=10)


def test_participants_of_two_conferences_or_of_no_known_kind_are_refused() -> None:
    payload = json.loads((FILES / "rest_v2.json").read_bytes())
    payload["participants"][1]["name"] = "conferenceRecords/other/participants/P2"
    with pytest.raises(UnreadableAttendance, match="several conferences"):
        read_json(payload)
    del payload["participants"][1]["anonymousUser"]
    with pytest.raises(UnreadableAttendance, match="no kind of user"):
        read_json(payload)


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir()))
def test_the_statements_of_every_file_are_valid_in_both_versions(name: str) -> None:
    for each in statements(read(name, expected=NOON), LAB):
        found = orjson.loads(each.to_json())
        validate(found, Version.V1_0_3)
        validate(found, Version.V2_0)


def test_a_report_that_somebody_saved_as_a_workbook_is_the_same() -> None:
    workbook = Workbook()
    text = adapters.File((FILES / "native_en.csv").read_bytes()).text
    for line in lines(text, ","):
        workbook.active.append(line.cells)
    content = BytesIO()
    workbook.save(content)
    file = adapters.File(content.getvalue(), NAMES["native_en.csv"])
    found = adapters.read("auto", file, adapters.Options(timezone=BERLIN))
    assert found.participants == read("native_en.csv").participants


# Other tools' files, statements, and what no file may do.


def test_no_other_tools_file_is_taken_for_meets() -> None:
    others = [path for path in GOLDEN.rglob("*.*") if path.parent != FILES]
    assert [path.name for path in others if recognised(path)] == []
    for path in FILES.iterdir():
        assert read(path.name, expected=NOON).tool == "meet"


def test_a_table_with_its_duration_after_the_times_is_not_meets() -> None:
    report = "Nome,Horário de entrada,Horário de saída,Duração,Email,Função\n"
    assert not MeetReader().recognises(adapters.File(report.encode()))


def recognised(path: Path) -> bool:
    try:
        return MeetReader().recognises(adapters.File(path.read_bytes(), path.name))
    except UnreadableAttendance:
        return False


def told_by_report(stays: list[tuple[int, int]]) -> Participant:
    rows = [f"Ada,,a@example.org,{b - a} min,{clock(a)},{clock(b)}" for a, b in stays]
    (ada,) = read_rows(*rows).participants
    return ada


def clock(minute: int) -> str:
    return f"{14 + minute // 60}:{minute % 60:02}"


def told_by_calls(stays: list[tuple[int, int]]) -> Participant:
    items = [
        {
            "id": {"time": (NOON + timedelta(minutes=b)).isoformat()},
            "events": [
                {
                    "name": "call_ended",
                    "parameters": [
                        {"name": "identifier", "value": "a@example.org"},
                        {"name": "identifier_type", "value": "email_address"},
                        {"name": "conference_id", "value": "c"},
                        {"name": "duration_seconds", "intValue": str((b - a) * 60)},
                    ],
                }
            ],
        }
        for a, b in stays
    ]
    (ada,) = read_json({"items": items}).participants
    return ada


def told_by_sessions(stays: list[tuple[int, int]]) -> Participant:
    person = "conferenceRecords/c/participants/p"
    sessions = [
        {
            "name": f"{person}/participantSessions/{number}",
            "startTime": (NOON + timedelta(minutes=a)).isoformat(),
            "endTime": (NOON + timedelta(minutes=b)).isoformat(),
        }
        for number, (a, b) in enumerate(stays)
    ]
    user = {"name": person, "signedinUser": {"user": "users/1", "displayName": "Ada"}}
    payload = {"participants": [user], "participantSessions": sessions}
    (ada,) = read_json(payload).participants
    return ada


STAYS = some_stays(120, 60, most=5)


@pytest.mark.parametrize("told", [told_by_report, told_by_calls, told_by_sessions])
@given(stays=STAYS, data=st.data())
def test_any_order_split_or_repetition_of_stays_gives_the_same_minutes(
    told: Callable[[list[tuple[int, int]]], Participant],
    stays: list[tuple[int, int]],
    data: st.DataObject,
) -> None:
    repeated = told_again(stays, data)
    assert told(stays).present == told(repeated).present == timedelta(minutes=covered(stays))


SAMPLES = [(path.read_bytes(), NAMES.get(path.name)) for path in sorted(FILES.iterdir())]
ODD = [b"-1", b"null", b'"', b"9" * 30, b"\\ud800", b",", b"0", b"true", b"[", b"24:00", b"\n"]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, str | None]:
    sample, name = draw(st.sampled_from(SAMPLES))
    return hurt(draw, sample, ODD), draw(
        st.sampled_from([name, None, "Lab (9999-12-31 23:59).csv"])
    )


@given(damaged() | st.tuples(st.binary(max_size=200), st.none()), st.sampled_from([NOON, None]))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    file: tuple[bytes, str | None], expected: datetime | None
) -> None:
    options = adapters.Options(timezone=BERLIN, expected=expected)
    try:
        found = adapters.read("meet", adapters.File(*file), options)
    except UnreadableAttendance:
        return
    assert found.participants
    assert statements(found, LAB)
