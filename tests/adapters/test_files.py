"""Attendance files as the tools export them: the right people and minutes, or a refusal that helps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import adapters
from adapters.attendance import Attendance, dry_run
from lrs.errors import AmbiguousAttendance, UnreadableAttendance

FILES = Path(__file__).parent / "files"
BERLIN = ZoneInfo("Europe/Berlin")


def read(name: str, tool: str = "auto", **options: object) -> Attendance:
    content = (FILES / name).read_bytes()
    return adapters.read(
        tool, adapters.File(content), adapters.Options(**{"timezone": BERLIN, **options})
    )


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def zoom(rows: str, header: str = "Name (Original Name),User Email,Join Time,Leave Time") -> bytes:
    return f"{header}\n{rows}\n".encode()


def test_zoom_unites_devices_and_leaves_out_the_waiting_room() -> None:
    found = read("zoom_2021_with_meeting.csv")
    assert found.tool == "zoom"
    assert found.meeting.id == "85218486288"
    assert found.meeting.starts == datetime(2026, 10, 19, 12, tzinfo=UTC)
    assert minutes(found) == {"Ada Kaya": 60, "Bo L.": 20, "Phone participant": 50}
    assert [warned.code for warned in found.warnings] == ["waiting_room"]


def test_zoom_tells_people_apart_by_mail_then_by_the_name_they_came_with() -> None:
    ada, bo, phone = read("zoom_2021_with_meeting.csv").participants
    assert (ada.key, ada.confidence) == ("mail:ada.kaya@example.org", "medium")
    assert (bo.key, bo.confidence, bo.rows) == ("name:bo lindqvist", "low", (8, 9))
    assert phone.key.startswith("phone:")
    assert "2345" not in str(phone)


def test_zoom_in_japanese_has_its_year_first() -> None:
    found = read("zoom_ja.csv")
    assert minutes(found) == {"佐藤花": 60, "田中": 10}
    assert found.participants[0].stays[0].joined == datetime(2026, 10, 19, 12, tzinfo=UTC)


def test_zoom_totals_have_no_stays() -> None:
    found = read("zoom_2024_unique_es.csv")
    assert minutes(found) == {"Ada Kaya": 58, "Bo Lindqvist": 12}
    assert all(person.stays == () for person in found.participants)


def test_the_same_name_with_and_without_mail_is_not_joined() -> None:
    rows = (
        "Ada,ada@example.org,10/19/2026 14:00:00,10/19/2026 14:10:00\n"
        "Ada,,10/19/2026 14:00:00,10/19/2026 14:05:00"
    )
    found = adapters.read("zoom", adapters.File(zoom(rows)), adapters.Options(timezone=BERLIN))
    assert len(found.participants) == 2
    assert [warned.code for warned in found.warnings] == ["homonym"]


def test_teams_takes_stays_from_its_third_section_and_ids_from_its_second() -> None:
    found = read("teams_en_utf16le.csv")
    assert found.tool == "teams"
    assert found.meeting.title == "Coaching lab"
    ada, bo = found.participants
    assert (ada.key, ada.confidence, ada.role) == ("id:ada.kaya@example.org", "high", "presenter")
    assert ada.present == timedelta(minutes=49, seconds=50)
    assert (bo.key, bo.name, bo.confidence) == ("name:bo lindqvist", "Bo Lindqvist", "low")


def test_teams_in_polish_with_semicolons_is_the_same() -> None:
    (ada,) = read("teams_pl_semicolon.csv").participants
    assert (ada.role, ada.present) == ("organizer", timedelta(minutes=50))
    assert ada.stays[0].joined == datetime(2026, 10, 19, 12, 0, 10, tzinfo=UTC)


def test_teams_in_a_language_nobody_knows_is_read_by_structure_and_utc_needs_no_zone() -> None:
    (ada,) = read("teams_unknown_language_utc.csv", timezone=None).participants
    assert ada.stays[0].joined == datetime(2026, 10, 19, 14, 0, 10, tzinfo=UTC)


def test_times_without_a_zone_are_refused_until_the_caller_says_whose_they_are() -> None:
    for name in ("zoom_2021_with_meeting.csv", "teams_en_utf16le.csv"):
        with pytest.raises(AmbiguousAttendance, match="--timezone"):
            read(name, timezone=None)


AMBIGUOUS = zoom("Ada,ada@example.org,03/04/2026 14:00:00,03/04/2026 15:00:00")


def test_an_ambiguous_date_is_refused_naming_the_option_that_settles_it() -> None:
    with pytest.raises(AmbiguousAttendance, match="--date-order") as refused:
        adapters.read("zoom", adapters.File(AMBIGUOUS), adapters.Options(timezone=BERLIN))
    assert refused.value.path == "line 2"


def test_the_callers_order_or_the_planned_day_settles_a_date() -> None:
    for options in (
        adapters.Options(timezone=BERLIN, date_order="dmy"),
        adapters.Options(timezone=BERLIN, expected=datetime(2026, 4, 3, 12, tzinfo=UTC)),
    ):
        (ada,) = adapters.read("zoom", adapters.File(AMBIGUOUS), options).participants
        assert ada.stays[0].joined == datetime(2026, 4, 3, 12, tzinfo=UTC)


def test_one_day_above_twelve_settles_the_order_of_the_whole_file() -> None:
    rows = (
        "Ada,a@example.org,03/04/2026 23:00:00,03/04/2026 23:50:00\n"
        "Bo,b@example.org,03/13/2026 10:00:00,03/13/2026 10:10:00"
    )
    found = adapters.read("zoom", adapters.File(zoom(rows)), adapters.Options(timezone=UTC))
    assert found.participants[0].stays[0].joined == datetime(2026, 3, 4, 23, tzinfo=UTC)


def test_the_hour_that_the_clocks_repeat_or_skip_is_warned_of() -> None:
    rows = "Ada,a@example.org,10/25/2026 02:30:00,10/25/2026 03:30:00"
    found = adapters.read("zoom", adapters.File(zoom(rows)), adapters.Options(timezone=BERLIN))
    assert [warned.code for warned in found.warnings] == ["time_repeated"]
    rows = "Ada,a@example.org,03/29/2026 02:30:00,03/29/2026 03:45:00"
    found = adapters.read("zoom", adapters.File(zoom(rows)), adapters.Options(timezone=BERLIN))
    assert [warned.code for warned in found.warnings] == ["time_skipped"]


def test_a_stay_over_midnight_is_one_stay() -> None:
    rows = "Ada,a@example.org,10/19/2026 11:50:00 PM,10/20/2026 12:10:00 AM"
    (ada,) = adapters.read(
        "zoom", adapters.File(zoom(rows)), adapters.Options(timezone=BERLIN)
    ).participants
    assert ada.present == timedelta(minutes=20)


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"\xff\xfe \x00\n\x00", "empty"),
    "binary": (bytes(range(256)) * 50, "no text"),
    "another table": (b"a,b,c\n1,2,3\n", "none that"),
    "a webinar": (b"Attendee Report\nReport Generated:,x\n", "webinar"),
    "a chat": (b"08:59:02 From  Ada  to  Everyone:\n\thello\n", "chat"),
    "only a header": (zoom(""), "no participant"),
    "no name": (zoom(",a@example.org,10/19/2026 14:00,10/19/2026 15:00"), "no name"),
    "a wrong time": (zoom("Ada,a@example.org,yesterday,10/19/2026 15:00"), "no time"),
    "no such day": (zoom("Ada,a@example.org,10/32/2026 14:00,10/32/2026 15:00"), "no order"),
    "leaving first": (zoom("Ada,,10/19/2026 15:00,10/19/2026 14:00"), "no order"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason):
        adapters.read("auto", adapters.File(content), adapters.Options(timezone=BERLIN))


def test_an_unknown_tool_is_refused_naming_the_known_ones() -> None:
    with pytest.raises(UnreadableAttendance, match="zoom, teams"):
        adapters.read("skype", adapters.File(b"x"), adapters.Options())


def test_a_file_beyond_the_limit_is_refused() -> None:
    with pytest.raises(UnreadableAttendance, match="are allowed"):
        adapters.read("zoom", adapters.File(b"x" * (50 * 1024 * 1024 + 1)), adapters.Options())


def test_the_dry_run_shows_what_the_contract_says() -> None:
    shown = dry_run(read("teams_pl_semicolon.csv"), statements=[1, 2, 3])
    assert shown == {
        "tool": "teams",
        "meeting": {
            "id": None,
            "title": "Laboratorium",
            "starts": "2026-10-19T12:00:00Z",
            "ends": "2026-10-19T13:00:00Z",
        },
        "people": [
            {
                "key": "id:ada.kaya@example.org",
                "name": "Ada Kaya",
                "email": "ada@example.org",
                "confidence": "high",
                "minutes": 50,
                "stays": [["2026-10-19T12:00:10Z", "2026-10-19T12:50:10Z"]],
                "role": "organizer",
            }
        ],
        "statements": 3,
        "warnings": [],
    }
