"""Zoom's files of every kind and age: the right people, minutes, times and acts, or a refusal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import adapters
from adapters.attendance import Act, Attendance, Participant, Stay, dry_run
from adapters.statements import Occurrence, statements
from lrs.errors import AmbiguousAttendance, UnreadableAttendance

FILES = Path(__file__).parent / "golden" / "zoom"
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 19, 12, tzinfo=UTC)
OCCURRENCE = Occurrence(
    "https://zoom.us/j/85218486288",
    "Lab",
    "course",
    START,
    START + timedelta(hours=1),
    "live-online",
)
PARTICIPANTS = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)"


def read(name: str, **options: object) -> Attendance:
    file = adapters.File((FILES / name).read_bytes(), name)
    told = {"timezone": BERLIN, "expected": START, **options}
    return adapters.read("auto", file, adapters.Options(**told))  # type: ignore[arg-type] # by name


def read_text(text: str, name: str | None = None, **options: object) -> Attendance:
    told = {"timezone": BERLIN, "expected": START, **options}
    file = adapters.File(text.encode(), name)
    return adapters.read("zoom", file, adapters.Options(**told))  # type: ignore[arg-type] # by name


def participants(*rows: str) -> str:
    return "\n".join([PARTICIPANTS, *rows])


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: round(p.present / timedelta(minutes=1), 2) for p in attendance.participants}


def named(attendance: Attendance, name: str) -> Participant:
    (found,) = (each for each in attendance.participants if each.name == name)
    return found


def codes(attendance: Attendance) -> list[str]:
    return [warned.code for warned in attendance.warnings]


def at(hour: int, minute: int, second: int = 0) -> datetime:
    """Return a moment of the day by Berlin's clock."""
    return datetime(2026, 10, 19, hour, minute, second, tzinfo=BERLIN).astimezone(UTC)


TIMED = {
    "participants_en_2024.csv": {
        "Cleo Coach": 62,
        "Ada Kaya": 60,
        "B. Lind": 20.02,
        "Dee": 15,
        "Eve": 45,
        "Phone participant": 20,
        "Mobile": 5,
    },
    "participants_it.csv": {"Ada Kaya": 50, "Bo Lind": 10},
    "participants_fr_semicolon_resaved.csv": {"Ada Kaya": 50, "Bo Lind": 10},
    "participants_hu_unknown_language.csv": {"Cleo Coach": 60, "Ada Kaya": 30.5},
    "export_en_2021_one_meeting.csv": {"Cleo Coach": 60, "Ada Kaya": 40},
    "export_en_2024_many_meetings.csv": {"Ada Kaya": 55},
    "export_zh.csv": {"李明": 45, "王芳": 30},
    "dashboard_en.csv": {"Ada Kaya": 60},
    "webinar_2020.csv": {
        "Cleo Coach": 62,
        "Pat Guest": 40,
        "Ada Kaya": 30,
        "Phone participant": 15,
    },
    "webinar_2026.csv": {"Cleo Coach": 60, "Ada K.": 50.5, "Dee Late": 40},
    "api_report_participants.json": {
        "Ada Kaya": 50,
        "Bo": 25,
        "Phone participant": 30,
        "Dee": 5,
    },
    "api_metrics_participants.json": {"Bo Lind": 10, "Cleo Coach": 60},
}
TOTALS = {
    "unique_en_2021.csv": {
        "Cleo Coach": 60,
        "Ada Kaya": 58,
        "Ada (Sales)": 41,
        "Bo (Sales)": 12,
        "Call-In User_1": 0,
    },
    "unique_ko.csv": {"김하늘": 55, "이도윤": 20},
    "unique_hu_unknown_language.csv": {"Ada Kaya": 58, "Bo Lind": 12},
    "webinar_totals_only.csv": {"Ada Kaya": 33, "Bo Lind": 0},
    "api_past_participants.json": {"Ada Kaya": 0, "Bo Lind": 10},
}
ACTS_ONLY = (
    "polls_2020_pairs.csv",
    "polls_2021_tables.csv",
    "polls_ko_semicolon.csv",
    "chat_2020.txt",
    "chat_2022.txt",
    "chat_ja_2026.txt",
    "chat_dated.txt",
    "GMT20261019-120010_Recording.txt",
    "api_report_polls.json",
    "api_report_qa.json",
)
REFUSED = ("participants_hu_somebody_waited.csv",)


def test_every_file_here_is_in_a_list_of_these_tests() -> None:
    assert {each.name for each in FILES.iterdir()} == {*TIMED, *TOTALS, *ACTS_ONLY, *REFUSED}


@pytest.mark.parametrize("name", TIMED)
def test_files_with_times_tell_the_union_of_everybodys_stays(name: str) -> None:
    found = read(name)
    assert found.tool == "zoom"
    assert minutes(found) == TIMED[name]
    assert all(each.stays for each in found.participants)
    assert min(stay.joined for each in found.participants for stay in each.stays) in {
        at(13, 58),
        at(14, 0),
    }


@pytest.mark.parametrize("name", TOTALS)
def test_files_without_times_tell_totals_and_no_stays(name: str) -> None:
    found = read(name)
    assert minutes(found) == TOTALS[name]
    assert all(each.stays == () for each in found.participants)


@pytest.mark.parametrize("name", ACTS_ONLY)
def test_polls_and_chats_tell_acts_and_claim_no_presence(name: str) -> None:
    for each in read(name).participants:
        assert each.acts
        assert (each.stays, each.total, each.present_unknown) == ((), None, False)


MEETINGS = {
    "participants_en_2024.csv": ("85218486288", "Coaching lab, part 2", at(14, 0), at(15, 0)),
    "participants_it.csv": ("85218486288", "Laboratorio", at(14, 0), at(15, 0)),
    "participants_hu_unknown_language.csv": ("85218486288", "Műhely", at(14, 0), at(15, 0)),
    "unique_en_2021.csv": ("85218486288", 'Lab: "what, how; why"', at(14, 0), at(15, 0)),
    "export_en_2021_one_meeting.csv": ("85218486288", "Coaching lab", at(14, 0), at(15, 0)),
    "export_en_2024_many_meetings.csv": ("85218486288", "Coaching lab", at(14, 0), at(15, 0)),
    "export_zh.csv": ("85218486288", "辅导", at(14, 0), at(15, 0)),
    "webinar_2020.csv": ("852184862", "Kick-off", at(14, 0), at(15, 0)),
    "webinar_2026.csv": ("85218486288", "Kick-off", at(14, 0), at(15, 0)),
    "polls_2021_tables.csv": ("85218486288", "Kick-off", at(14, 0), at(15, 0)),
    "polls_2020_pairs.csv": (None, None, None, None),
    "api_report_participants.json": ("85218486288", "Coaching lab", at(14, 0), at(15, 0)),
    "api_metrics_participants.json": ("85218486288", None, None, None),
    "api_report_polls.json": ("85218486288", None, at(14, 0), None),
}


@pytest.mark.parametrize("name", MEETINGS)
def test_what_a_file_says_of_its_meeting_is_told(name: str) -> None:
    meeting = read(name).meeting
    assert (meeting.id, meeting.title, meeting.starts, meeting.ends) == MEETINGS[name]


def test_time_in_the_waiting_room_never_counts_in_any_language() -> None:
    for name in (
        "participants_en_2024.csv",
        "participants_it.csv",
        "participants_fr_semicolon_resaved.csv",
        "export_zh.csv",
        "api_report_participants.json",
    ):
        assert "waiting_room" in codes(read(name))
    (bo,) = read_text(
        "Name (original name),Email,Join time,Leave time,Duration (minutes),In waiting room\n"
        "Bo,,10/19/2026 01:00:00 PM,10/19/2026 02:00:00 PM,60,Yes\n"
        "Bo,,10/19/2026 02:00:00 PM,10/19/2026 02:01:00 PM,1,No\n"
    ).participants
    assert bo.present == timedelta(minutes=1)


def test_whoever_only_waited_was_not_there() -> None:
    header = f"{PARTICIPANTS},In Waiting Room\n"
    row = "Bo,,10/19/2026 02:00:00 PM,10/19/2026 02:01:00 PM,1,"
    with pytest.raises(UnreadableAttendance, match="no participant"):
        read_text(f"{header}{row}Yes\n")


def test_words_that_may_mean_waiting_are_not_guessed() -> None:
    with pytest.raises(UnreadableAttendance, match="waiting room") as refused:
        read("participants_hu_somebody_waited.csv")
    assert refused.value.path == "line 2"


def test_no_telephone_number_is_kept_wherever_it_stands() -> None:
    for name in [*TIMED, *TOTALS, *ACTS_ONLY]:
        told = repr(read(name).participants) + repr(read(name).warnings)
        for number in ("1234567", "7654321", "23456789", "11111111"):
            assert number not in told, name
    signed_in = read_text(
        participants("15551234567,ada@example.org,10/19/2026 14:00:00,10/19/2026 14:10:00,10")
    )
    assert minutes(signed_in) == {"Phone participant": 10}


def test_who_was_renamed_is_one_person_by_the_name_they_came_with() -> None:
    bo = named(read("participants_en_2024.csv"), "B. Lind")
    assert (bo.key, bo.confidence, len(bo.stays)) == ("name:bo lind", "low", 2)


def test_pronouns_and_roles_in_brackets_are_nobodys_names() -> None:
    found = read("participants_en_2024.csv")
    assert named(found, "Dee").key == "name:dee"
    assert named(found, "Eve").key == "name:eve"
    assert named(found, "Cleo Coach").role == "host"


def test_two_at_once_under_one_name_in_brackets_are_two_people() -> None:
    ada = "Ada (Sales),,10/19/2026 14:00:00,10/19/2026 14:30:00,30"
    at_once = read_text(participants(ada, "Bo (Sales),,10/19/2026 14:10:00,10/19/2026 14:20:00,10"))
    assert minutes(at_once) == {"Ada (Sales)": 30, "Bo (Sales)": 10}
    later = read_text(participants(ada, "Bo (Sales),,10/19/2026 14:30:00,10/19/2026 14:40:00,10"))
    assert minutes(later) == {"Ada": 40}


def test_one_name_twice_at_once_is_counted_once_and_warned_of() -> None:
    found = read_text(
        participants(
            "Ada,,10/19/2026 14:00:00,10/19/2026 14:30:00,30",
            "Ada,,10/19/2026 14:10:00,10/19/2026 14:40:00,30",
        )
    )
    assert minutes(found) == {"Ada": 40}
    assert codes(found) == ["same_name"]


def test_the_host_is_known_by_the_address_above_the_table() -> None:
    for name in ("unique_en_2021.csv", "export_en_2021_one_meeting.csv", "webinar_2020.csv"):
        assert named(read(name), "Cleo Coach").role == "host"
        assert named(read(name), "Ada Kaya").role in {None, "attendee"}


def test_the_planned_start_picks_one_of_many_meetings_with_its_restart() -> None:
    found = read("export_en_2024_many_meetings.csv")
    assert minutes(found) == {"Ada Kaya": 55}
    assert codes(found) == ["other_meetings", "waiting_room"]
    week_before = read("export_en_2024_many_meetings.csv", expected=START - timedelta(days=7))
    assert week_before.meeting.starts == START - timedelta(days=7)
    assert minutes(week_before) == {"Ada Kaya": 60}
    for expected in (None, START + timedelta(days=30)):
        with pytest.raises(AmbiguousAttendance, match="meetings"):
            read("export_en_2024_many_meetings.csv", expected=expected)


def test_who_has_not_left_stays_to_the_end_of_the_meeting_and_is_warned_of() -> None:
    dee = named(read("webinar_2026.csv"), "Dee Late")
    assert dee.stays == (Stay(at(14, 20), at(15, 0), closed_by_end=True),)
    assert codes(read("webinar_2026.csv")) == ["no_leave"]
    found = read_text(
        participants(
            "Ada,,10/19/2026 14:00:00,,",
            "Bo,,10/19/2026 14:10:00,10/19/2026 14:40:00,30",
        )
    )
    assert minutes(found) == {"Ada": 40, "Bo": 30}


def test_rows_without_times_tell_minutes_or_only_that_somebody_was_there() -> None:
    found = read_text(participants("Ada,a@example.org,--,--,12", "Bo,,,,"))
    assert minutes(found) == {"Ada": 12, "Bo": 0}
    assert [each.present_unknown for each in found.participants] == [False, True]


def test_a_list_of_names_tells_only_that_they_were_there() -> None:
    found = read_text("Name (Original Name),User Email,Guest\nAda,a@example.org,No\nBo,,Yes\n")
    assert [each.present_unknown for each in found.participants] == [True, True]


def test_times_win_over_minutes_that_differ_and_are_warned_of() -> None:
    found = read_text(participants("Ada,,10/25/2026 01:30:00,10/25/2026 03:30:00,180"))
    assert minutes(found) == {"Ada": 180}
    assert codes(found) == []
    found = read_text(participants("Ada,,10/19/2026 14:00:00,10/19/2026 14:30:00,90"))
    assert minutes(found) == {"Ada": 30}
    assert codes(found) == ["duration_differs"]


def test_a_spreadsheets_lost_seconds_are_warned_of_once() -> None:
    assert codes(read("participants_fr_semicolon_resaved.csv")) == ["waiting_room", "no_seconds"]


def test_columns_whose_names_are_not_known_are_found_by_their_places() -> None:
    found = read_text(
        "Name (ursprünglicher Name),Anschrift,Beitrittszeit,Gegangen um,Dauer (Minuten),Gast,Im Warteraum\n"
        "Ada,ada@example.org,19.10.2026 13:50:00,19.10.2026 14:00:00,10,Nein,Ja\n"
        "Ada,ada@example.org,19.10.2026 14:00:00,19.10.2026 14:30:00,30,Nein,Nein\n"
    )
    assert minutes(found) == {"Ada": 30}
    assert found.participants[0].key == "mail:ada@example.org"


def test_the_recordings_consent_is_not_taken_for_waiting() -> None:
    header = "Név (eredeti név),E-mail-cím,Belépés,Kilépés,Időtartam (perc),Vendég,Felvétel\n"
    rows = (
        "Ada,,2026/10/19 14:00:00,2026/10/19 14:30:00,30,Igen,Y\n"
        "Bo,,2026/10/19 14:00:00,2026/10/19 14:10:00,10,Igen,NA\n"
    )
    assert minutes(read_text(header + rows)) == {"Ada": 30, "Bo": 10}


def test_the_meetings_number_may_come_from_the_files_name() -> None:
    text = participants("Ada,,10/19/2026 14:00:00,10/19/2026 14:30:00,30")
    assert read_text(text, "participants_85218486288.csv").meeting.id == "85218486288"
    assert read_text(text, "participants.csv").meeting.id is None


def test_a_number_that_a_spreadsheet_rounded_is_no_meeting() -> None:
    text = (
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
        "8.52185E+10,Lab,10/19/2026 14:00,10/19/2026 15:00,coach@example.org,60,1\n"
        + participants("Ada,,10/19/2026 14:00:00,10/19/2026 14:30:00,30")
    )
    assert read_text(text).meeting.id is None
    assert read_text(text).meeting.title == "Lab"


def test_whoever_only_registered_for_a_webinar_is_never_returned() -> None:
    no_shows = {
        "webinar_2020.csv": ("Quinn", "Bo Lind"),
        "webinar_2026.csv": ("Bo Lind", "--"),
        "webinar_totals_only.csv": ("Dee Away",),
    }
    for name, absent in no_shows.items():
        people = repr(read(name).participants)
        assert all(each not in people for each in absent)
    nobody = (
        "Attendee Report\nAttendee Details\n"
        "Attended,User Name,Email,Join Time,Leave Time,Time in Session (minutes)\n"
        "No,Bo,bo@example.org,--,--,--\n"
    )
    with pytest.raises(UnreadableAttendance, match="nobody who attended"):
        read_text(nobody)


def test_a_webinars_sections_are_roles() -> None:
    found = read("webinar_2020.csv")
    roles = {each.name: each.role for each in found.participants}
    assert roles == {
        "Cleo Coach": "host",
        "Pat Guest": "panelist",
        "Ada Kaya": "attendee",
        "Phone participant": "attendee",
    }


def test_whether_somebody_attended_is_not_guessed() -> None:
    text = (FILES / "webinar_totals_only.csv").read_text().replace("Yes;Bo", "Perhaps;Bo")
    with pytest.raises(UnreadableAttendance, match="whether somebody attended") as refused:
        read_text(text)
    assert refused.value.path == "line 5"


def test_answers_carry_their_question_in_both_forms_of_the_report() -> None:
    ada = named(read("polls_2020_pairs.csv"), "Ada Kaya")
    first = at(14, 10, 5)
    assert ada.acts == (
        Act("answered-poll", first, "Very", "How clear was it?"),
        Act("answered-poll", first, "Mail;Chat", "Which do you use? (several)"),
        Act("answered-poll", at(14, 40), "Yes", "Again?"),
    )
    bo = named(read("polls_2021_tables.csv"), "Bo Lind")
    assert [(act.about, act.text) for act in bo.acts] == [
        ("Ready, or not?", "No"),
        ("Why?", "No time;No room;No idea"),
        ("What next?", "Read"),
    ]
    (haneul,) = read("polls_ko_semicolon.csv").participants
    assert haneul.acts == (Act("answered-poll", first, "예", "준비됐나요?"),)


def test_anonymous_answers_and_silence_are_nobodys_acts() -> None:
    found = read("polls_2020_pairs.csv")
    assert [each.name for each in found.participants] == ["Ada Kaya", "Bo Lind"]
    assert codes(found) == ["anonymous"]


def test_messages_to_everyone_are_posts_and_reactions_are_reactions() -> None:
    found = read("chat_2022.txt")
    acts = {each.name: each.acts for each in found.participants}
    assert acts == {
        "Ada Kaya": (
            Act(
                "posted",
                at(14, 5, 10),
                "Here is the link: https://example.org/a\n10:30:00 From the left",
            ),
        ),
        "Bo Lind": (Act("posted", at(14, 6), "Thank you"),),
        "Dee": (Act("reacted", at(14, 6, 5), "👍"),),
        "Phone participant": (Act("posted", at(14, 7), "On the phone"),),
    }


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("chat_2022.txt", "I am bored"),
        ("chat_2022.txt", "Is this on?"),
        ("chat_2020.txt", "Psst"),
        ("chat_ja_2026.txt", "内緒"),
        ("chat_dated.txt", "To you alone"),
    ],
)
def test_what_was_not_for_everyone_is_left_out(name: str, secret: str) -> None:
    found = read(name)
    assert secret not in repr(found)
    assert codes(found) == ["private"]


@pytest.mark.parametrize(
    "private",
    [
        "From Ada to Bo : psst",
        "Von Ada an Bo: psst",
        "De Ada à Bo: psst",
        "Någon skrev till Bo: psst",
    ],
)
def test_what_may_be_private_is_left_out_in_every_language(private: str) -> None:
    text = f"14:00:01 From Ada to Everyone : hello\n14:00:02 {private}\npsst\n"
    (ada,) = read_text(text).participants
    assert [act.text for act in ada.acts] == ["hello"]


def test_a_chat_goes_over_midnight_from_the_planned_day() -> None:
    late = datetime(2026, 10, 19, 23, 30, tzinfo=BERLIN)
    found = read("chat_2020.txt", expected=late)
    assert [act.at for each in found.participants for act in each.acts] == [
        datetime(2026, 10, 19, 23, 59, 50, tzinfo=BERLIN),
        datetime(2026, 10, 20, 0, 0, 10, tzinfo=BERLIN),
        datetime(2026, 10, 20, 0, 0, 15, tzinfo=BERLIN),
    ]
    after = read("chat_2020.txt", expected=late + timedelta(hours=1))
    assert after.participants == found.participants


def test_a_chat_without_a_day_is_refused_until_plan_or_name_tells_it() -> None:
    content = (FILES / "chat_2022.txt").read_bytes()
    options = adapters.Options(timezone=BERLIN)
    with pytest.raises(AmbiguousAttendance, match="no day"):
        adapters.read("auto", adapters.File(content, "meeting_saved_chat.txt"), options)
    named_file = adapters.File(content, "2026-10-19 14.00 Lab chat.txt")
    assert adapters.read("auto", named_file, options).participants[0].acts[0].at == at(14, 5, 10)
    with pytest.raises(AmbiguousAttendance, match="--timezone"):
        read("chat_2022.txt", timezone=None)


def test_a_recordings_chat_counts_from_its_start_or_tells_no_moment() -> None:
    ada, bo = read("GMT20261019-120010_Recording.txt", timezone=None).participants
    assert (ada.name, ada.acts[0].at) == ("Ada Kaya", at(14, 0, 24))
    assert (bo.name, bo.acts[0].text) == ("Bo: Lind", "A question: why?\nbecause")
    text = (FILES / "GMT20261019-120010_Recording.txt").read_text()
    assert read_text(text, "GMT20269999-120010.txt").participants[0].acts[0].at is None


NOT_READ = {
    "Registration Report\nReport Generated:,x\n": "who meant to come",
    "Q&A Report,\nReport Generated:,x\n": "question and answer report",
    '{"event":"meeting.ended","payload":{"object":{}}}': r"webhook's event \(meeting.ended\)",
    '{"uuid":"a==","topic":"Lab","start_time":"2026-10-19T12:00:00Z"}': "not who was there",
    '{"page_size":30,"participants":[]}': "names nobody",
    "14:00:00 From  Ada  to  Bo(Direct Message):\n\thi\n": "no message to everyone",
    "Poll Report\n#,User Name,User Email,Submitted Date/Time,Q?\n": "names nobody who answered",
}


@pytest.mark.parametrize(("text", "reason"), NOT_READ.items())
def test_what_tells_no_attendance_is_recognised_and_refused_with_the_reason(
    text: str, reason: str
) -> None:
    with pytest.raises(UnreadableAttendance, match=reason):
        adapters.read("auto", adapters.File(text.encode()), adapters.Options(expected=START))


@pytest.mark.parametrize("name", [*TIMED, *TOTALS])
def test_every_attendance_becomes_statements_and_a_dry_run(name: str) -> None:
    found = read(name)
    built = statements(found, OCCURRENCE)
    assert len({str(each.id) for each in built}) == len(built)
    assert len(dry_run(found, built)["people"]) == len(found.participants)
