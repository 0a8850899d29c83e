"""Teams, tested by golden files of every shape, re-saves, languages, properties and damage."""

import codecs
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.attendance import Act, Attendance, dry_run
from adapters.reader import File, Options
from adapters.statements import Occurrence, statements
from adapters.teams import TeamsReader
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version

FILES = Path(__file__).parent / "golden" / "teams"
GOLDEN = sorted(path for path in FILES.iterdir() if not path.name.endswith(".expected.json"))
TABLES = [path for path in GOLDEN if path.suffix == ".csv"]
REPORTS = [path for path in TABLES if path.name.startswith(("report", "sections"))]
BERLIN = ZoneInfo("Europe/Berlin")
READER = TeamsReader()
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
LAB = Occurrence(
    "https://meet.example.org/lab", "Lab", "course", NOON, NOON + timedelta(hours=1), "live-online"
)


def read(content: str | bytes, **options: Any) -> Attendance:
    file = File(content.encode() if isinstance(content, str) else content)
    return READER.read(file, Options(**{"timezone": BERLIN, **options}))


def golden(name: str, **options: Any) -> Attendance:
    return read((FILES / name).read_bytes(), **options)


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: round(p.present / timedelta(minutes=1), 2) for p in attendance.participants}


def codes(attendance: Attendance) -> list[tuple[str, int | None]]:
    return [(warned.code, warned.line) for warned in attendance.warnings]


def tabs(text: str) -> str:
    return text.replace("|", "\t")


# --- golden files


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_every_golden_file_is_recognised_and_reads_as_it_always_did(path: Path) -> None:
    file = File(path.read_bytes(), path.name)
    assert READER.recognises(file)
    shown = dry_run(READER.read(file, Options(timezone=BERLIN)), [])
    assert shown == json.loads(path.with_suffix(".expected.json").read_text())


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_every_golden_file_makes_valid_statements(path: Path) -> None:
    for each in statements(read(path.read_bytes()), LAB):
        for version in (Version.V1_0_3, Version.V2_0):
            validate(json.loads(each.to_json()), version)


def test_a_list_pairs_joins_and_leaves_in_any_order_and_two_devices_count_once() -> None:
    found = golden("list_2020_en.csv")
    assert minutes(found) == {
        "Ada Kaya": 50,
        "Bo Lindqvist": 40.5,
        "Cem Øst": 30.5,
        "Phone participant": 30,
    }
    assert [stay.closed_by_end for stay in found.participants[1].stays] == [False, True]
    assert codes(found) == [("open_stay", 8)]
    assert "5550123" not in str(found)


def test_a_list_whose_lines_do_not_match_ends_a_stay_with_the_first_leave_and_warns() -> None:
    found = read(
        tabs(
            "Full Name|User Action|Timestamp\n"
            "Ada|Left|10/19/2026, 1:00:00 PM\n"
            "Ada|Joined|10/19/2026, 2:00:00 PM\n"
            "Ada|Joined|10/19/2026, 2:05:00 PM\n"
            "Ada|Left|10/19/2026, 2:10:00 PM\n"
            "Ada|Joined|10/19/2026, 2:30:00 PM\n"
            "Ada|Left|10/19/2026, 2:40:00 PM\n"
        )
    )
    assert minutes(found) == {"Ada": 20}
    assert codes(found) == [("unpaired", 2)]


def test_the_lobby_never_counts() -> None:
    found = read(
        tabs(
            "Full Name|User Action|Timestamp\n"
            "Ada|In lobby|10/19/2026, 1:00:00 PM\n"
            "Ada|Joined|10/19/2026, 2:00:00 PM\n"
            "Ada|Left|10/19/2026, 2:10:00 PM\n"
        )
    )
    assert (minutes(found), codes(found)) == ({"Ada": 10}, [("lobby", 2)])
    waited = rows("Ada|10/19/26, 2:00:00 PM|10/19/26, 2:30:00 PM|30m|ada@example.org|In lobby")
    stayed = "\nBo|10/19/26, 2:00:00 PM|10/19/26, 2:30:00 PM|30m|bo@example.org|Attendee"
    assert minutes(read(waited + tabs(stayed))) == {"Bo": 30}


def test_sections_take_stays_from_the_third_ids_from_the_second_and_acts_from_the_fourth() -> None:
    ada, bo, cem, phone, dana = golden("sections_2025_en.csv").participants
    assert (ada.key, ada.email) == ("id:u-4711@example.org", "ada.kaya@example.org")
    assert ada.present == timedelta(minutes=49, seconds=50)
    assert [(act.kind, act.text) for act in ada.acts] == [
        ("reacted", "applause"),
        ("raised-hand", None),
    ]
    assert ada.acts[0].at == datetime(2026, 10, 19, 12, 12, tzinfo=UTC)
    assert bo.present == timedelta(minutes=30)
    assert (cem.name, cem.confidence) == ("[Example] Cem Øst", "low")
    assert phone.key.startswith("phone:")
    assert (dana.present, dana.stays) == (timedelta(minutes=20), ())


def test_without_the_fourth_section_the_numbers_in_the_second_are_the_acts() -> None:
    text = (FILES / "sections_2025_en.csv").read_bytes().decode("utf-16")
    ada = read(text.partition("4. Meeting")[0]).participants[0]
    assert ada.acts == (Act("reacted", text="applause"), Act("raised-hand"))


def test_a_webinar_in_utc_needs_no_zone_and_has_no_no_shows() -> None:
    found = golden("sections_webinar_utc.csv", timezone=None)
    assert minutes(found) == {"Ada Kaya": 50, "Bo Lindqvist": 60}
    assert found.participants[0].key == "mail:ada@example.org"
    assert codes(found) == [("no_show", 11)]


def test_a_live_event_unites_the_sessions_of_a_person() -> None:
    found = golden("live_event.csv", timezone=None)
    assert minutes(found) == {"Ada Kaya": 40, "Bo Lindqvist": 30}
    assert found.participants[1].role == "producer"
    assert found.participants[0].stays[0].joined == datetime(2026, 10, 19, 14, tzinfo=UTC)


def test_a_report_without_times_tells_only_who_was_there() -> None:
    found = golden("sections_names_only.csv")
    assert all(person.present_unknown for person in found.participants)
    assert codes(found) == [("no_times", None)]


def test_one_missing_time_follows_from_the_duration_and_an_open_stay_ends_with_the_meeting() -> (
    None
):
    found = read(
        rows(
            "Ada||10/19/26, 2:30:00 PM|20m|ada@example.org|Attendee\n"
            "Bo|10/19/26, 2:00:00 PM||15m|bo@example.org|Attendee\n"
            "Cem|10/19/26, 2:20:00 PM|||cem@example.org|Attendee\n"
            "Dana||10/19/26, 2:20:00 PM||dana@example.org|Attendee"
        )
    )
    assert minutes(found) == {"Ada": 20, "Bo": 15, "Cem": 40, "Dana": 0}
    assert [stay.closed_by_end for person in found.participants for stay in person.stays] == [
        False,
        False,
        True,
    ]
    assert found.participants[3].present_unknown


def test_records_of_graph_leave_out_who_has_neither_times_nor_a_total() -> None:
    found = golden("graph_report.json", timezone=None)
    assert minutes(found) == {"Ada Kaya": 25, "Bo Lindqvist": 10, "Phone participant": 1}
    assert found.meeting.ends == datetime(2026, 10, 19, 15, 0, 0, 123456, tzinfo=UTC)
    assert "5550123" not in str(found)


def test_several_reports_of_graph_are_united_where_a_meeting_was_restarted() -> None:
    def report(key: str, hour: int, minute: int) -> dict[str, Any]:
        start = datetime(2026, 10, 19, hour, minute, tzinfo=UTC)
        end = start + timedelta(minutes=20)
        stay = {"joinDateTime": start.isoformat(), "leaveDateTime": end.isoformat()}
        record = {"identity": {"displayName": "Ada"}, "attendanceIntervals": [stay]}
        times = {"meetingStartDateTime": start.isoformat(), "meetingEndDateTime": end.isoformat()}
        return {"id": key, **times, "attendanceRecords": [record]}

    listed = {"value": [report("b", 12, 30), report("a", 12, 0), report("c", 17, 0)]}
    with pytest.raises(AmbiguousAttendance, match="2 meetings"):
        read(json.dumps(listed))
    found = read(json.dumps(listed), expected=NOON)
    assert (found.meeting.id, minutes(found)) == ("a", {"Ada": 40})


# --- refusals


def rows(stays: str) -> str:
    return tabs(
        "1. Summary\nMeeting title|Lab\nStart time|10/19/26, 2:00:00 PM\n"
        "End time|10/19/26, 3:00:00 PM\n\n2. Participants\n\n3. In-Meeting Activities\n"
        f"Name|Join Time|Leave Time|Duration|Email|Role\n{stays}"
    ).replace("2. Participants\n", tabs("2. Participants\nName|First Join|Last Leave|Email\n"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_without_a_zone_every_table_with_local_times_is_refused(path: Path) -> None:
    if "utc" in path.name or path.name == "live_event.csv":
        assert golden(path.name, timezone=None).participants
    else:
        with pytest.raises(AmbiguousAttendance, match="--timezone"):
            golden(path.name, timezone=None)


def test_an_ambiguous_day_is_refused_until_the_order_or_the_plan_settles_it() -> None:
    for text in (
        tabs("Full Name|User Action|Timestamp\nAda|Joined|3/4/2026, 14:00:00\n"),
        rows("Ada|3/4/26, 2:00:00 PM|3/4/26, 3:00:00 PM|1h||").replace("10/19/26", "3/4/26"),
    ):
        with pytest.raises(AmbiguousAttendance, match="--date-order"):
            read(text)
        (ada,) = read(text, date_order="dmy").participants
        assert ada.stays[0].joined == datetime(2026, 4, 3, 12, tzinfo=UTC)
        (ada,) = read(text, expected=datetime(2026, 3, 4, 13, tzinfo=UTC)).participants
        assert ada.stays[0].joined == datetime(2026, 3, 4, 13, tzinfo=UTC)


DAY = "10/19/2026"
STAY = "10/19/26, 2:00:00 PM|10/19/26, 2:30:00 PM|30m"
REFUSED = {
    "no name": (rows(f"|{STAY}||"), "no name"),
    "a name too long": (rows(f"{'x' * 400}|{STAY}||"), "too long"),
    "a wrong time": (rows("Ada|yesterday|10/19/26, 2:30:00 PM|30m||"), "no time"),
    "leaving first": (rows("Ada|10/19/26, 2:30:00 PM|10/19/26, 2:00:00 PM|||"), "no order"),
    "cut off in a row": (rows(f"Bo|{STAY}||Attendee\nAda|10/19/26, 2:00:00 PM"), "ends within"),
    "cut off in a time": (
        tabs("Full Name|User Action|Timestamp\nA|Joined|10/19/26, 2:00 PM\nA|Left|10/19/26, 2:30"),
        "ends within",
    ),
    "cut off in the seconds": (
        tabs(f"Full Name|User Action|Timestamp\nA|Joined|{DAY} 14:00:00\nA|Left|{DAY} 14:30"),
        "ends within",
    ),
    "an open quotation mark": (rows(f'"Ada|{STAY}||\nBo|{STAY}||\nCem|{STAY}||\n'), "quotation"),
    "sections twice": (rows(f"Ada|{STAY}||") * 2, "twice"),
    "only a header": (tabs("Full Name|User Action|Timestamp\n"), "no participant"),
    "nobody": (rows(""), "no participant"),
    "registrations": (
        tabs("First Name|Last Name|Email|Registration Time|Registration Status\nA|B|c|d|e\n"),
        "registrations",
    ),
    "another table": ("a,b,c\n1,2,3\n", "no Teams file"),
    "no JSON": ('{"attendanceRecords": [', "no JSON"),
    "records of another kind": ('{"attendanceRecords": 7}', "does not say when"),
    "a nameless record": ('{"value": [{"totalAttendanceInSeconds": 60}]}', "no name"),
    "an endless record": ('[{"emailAddress": "a", "totalAttendanceInSeconds": 1e9}]', "a year"),
    "a meeting's roster": ('{"eventType": "Microsoft.Communication.CallEnded"}', "no Teams file"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason):
        read(text)


def test_what_is_refused_is_recognised_all_the_same_lest_another_reader_takes_it() -> None:
    for name, (text, _) in REFUSED.items():
        theirs = name in {"another table", "a meeting's roster"}
        assert READER.recognises(File(text.encode())) is not theirs


def test_what_looks_odd_is_read_with_a_warning_that_names_the_line() -> None:
    warned = codes(
        read(
            tabs(
                "1. Summary\nMeeting title|Lab\nAttended participants|9\n"
                "Start time|10/19/26, 2:00:00 PM\nEnd time|10/19/26, 3:00:00 PM\n\n"
                "2. Participants\n"
                "Name|First Join|Last Leave|In-Meeting Duration|Email|Participant ID (UPN)|Role\n"
                f"Ada|{STAY}|ada@example.org|ada@example.org|\nAda|{STAY}|||\nBo|{STAY}|||\n"
                f"Bo|{STAY}|||\nCem|10/19/26, 2:00:00 PM|10/19/26, 3:00:00 PM|50m|||\n\n"
                "3. In-Meeting Activities\nName|Join Time|Leave Time|Duration|Email|Role\n"
                f"Ada|{STAY}|ada@example.org|\nAda|{STAY}||\nBo|{STAY}||\n"
                f"Cem|10/19/26, 2:00:00 PM|10/19/26, 2:20:00 PM|5m||\n"
            )
        )
    )
    assert set(warned) == {
        ("homonym", 18),  # Ada without an address beside Ada with one
        ("homonym", 12),  # two of the name Bo
        ("duration_differs", 20),  # Cem's stay against its own duration
        ("duration_differs", 13),  # Cem's stays against his total
        ("people_missing", None),
    }


def two_of_a_name(people: str, stays: str) -> Attendance:
    return read(
        tabs(
            "1. Summary\nMeeting title|Lab\n2. Participants\n"
            "Name|First Join|Last Leave|In-Meeting Duration|Email|Participant ID (UPN)|Role\n"
            f"{people}\n3. In-Meeting Activities\n"
            f"Name|Join Time|Leave Time|Duration|Email|Role\n{stays}\n"
            "4. Meeting Engagement\nName|Engagement Type|Time\n"
            "Ada|Raised hand|10/19/26, 2:05:00 PM\n"
        )
    )


def test_two_people_of_a_name_are_kept_apart_and_neither_is_given_the_others_acts() -> None:
    found = two_of_a_name(
        f"Ada|{STAY}|ada@example.org|ada@example.org|\nAda|{STAY}|a2@example.org|a2@example.org|",
        f"Ada|{STAY}|ada@example.org|\nAda|{STAY}|a2@example.org|",
    )
    assert [person.key for person in found.participants] == [
        "id:ada@example.org",
        "id:a2@example.org",
    ]
    assert not any(person.acts for person in found.participants)
    assert codes(found) == [("act_of_nobody", 13)]


def test_people_whose_stays_have_no_address_are_not_counted_twice() -> None:
    found = two_of_a_name(
        f"Ada|{STAY}||ada@example.org|\nAda|{STAY}||a2@example.org|", f"Ada|{STAY}||"
    )
    assert minutes(found) == {"Ada": 30}
    assert codes(found) == []


def test_files_of_other_tools_and_lists_of_names_are_not_recognised() -> None:
    for text in (
        (
            "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n"
            "Ada,,10/19/2026 14:00:00,10/19/2026 15:00:00,60\n"
        ),
        (
            "Event Name\tEvent Start Time\tEvent End Time\tName\tAttendee Email\tJoin Time\n"
            "Lab\t2026-10-19 14:00:00\t2026-10-19 15:00:00\tAda\ta@example.org\t2026-10-19 14:00:00\n"
        ),
        "First name,Last name,Email,Duration,Time joined,Time exited\nAda,K,,35 min,10:04,10:39\n",
        "1. Ada Kaya\nhere\nyes\n2. Bo Lindqvist\nhere\nyes\n",
        '{"conferenceRecords": []}',
    ):
        assert not READER.recognises(File(codecs.BOM_UTF16_LE + text.encode("utf-16-le")))
