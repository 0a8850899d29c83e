"""BigBlueButton's dashboards and recordings: the right people, minutes and acts, or a refusal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapters
from adapters.attendance import Act, Attendance, Participant, dry_run
from adapters.statements import Occurrence, statements
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from tests.adapters.properties import covered, hurt, some_stays, told_again

FILES = Path(__file__).parent / "golden" / "bigbluebutton"
BERLIN = ZoneInfo("Europe/Berlin")
MEETING = "3f2a7c51d0b94e8a6c1f7d3e5b9082a4c6d8e0f1-1790949600000"
START = datetime(2026, 10, 2, 14, tzinfo=UTC)
OCCURRENCE = Occurrence(
    "https://bbb.example.org/room/7",
    "Coaching lab",
    "https://lrs.example.org/programs/new-manager",
    START,
    START + timedelta(hours=1),
    "live-online",
)
CSV = "LearningDashboard_Coaching lab_2026-10-02.csv"


def read(name: str, tool: str = "auto", **options: object) -> Attendance:
    file = adapters.File((FILES / name).read_bytes(), name)
    return adapters.read(tool, file, adapters.Options(**options))  # type: ignore[arg-type] # by name


def read_text(text: str | bytes) -> Attendance:
    content = text.encode() if isinstance(text, str) else text
    options = adapters.Options(timezone=UTC, date_order="dmy")
    return adapters.read("bigbluebutton", adapters.File(content), options)


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def at(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds - 1790949600000)


def test_the_old_dashboard_unites_tabs_and_closes_who_was_still_there_with_the_meeting() -> None:
    found = read("learning_dashboard_2.4.json")
    assert found.tool == "bigbluebutton"
    assert minutes(found) == {"Ada Kaya": 59, "Bo Lindqvist": 10}
    ada = found.participants[0]
    assert [stay.closed_by_end for stay in ada.stays] == [False, True]
    assert [warned.code for warned in found.warnings] == ["no_leave"]


def test_the_lms_id_is_what_identifies_and_what_bigbluebutton_made_up_is_not() -> None:
    ada, bo = read("learning_dashboard_2.4.json").participants
    assert (ada.key, ada.confidence, ada.role) == ("id:42", "high", "moderator")
    assert (bo.key, bo.confidence, bo.role) == ("name:bo lindqvist", "low", "viewer")


def test_the_old_dashboards_emojis_are_hands_and_reactions() -> None:
    (ada, bo) = read("learning_dashboard_2.4.json").participants
    assert ada.acts == (
        Act("posted", number=2),
        Act("answered-poll", text="Yes", about="Shall we begin?"),
        Act("raised-hand", at(1790950000000)),
        Act("reacted", at(1790950060000), "applause"),
    )
    assert bo.acts == ()


def test_the_new_dashboard_has_sessions_and_lists_of_answers() -> None:
    found = read("learning_dashboard_3.0.json")
    ada = found.participants[0]
    assert (ada.email, ada.present) == ("ada@example.org", timedelta(minutes=20))
    assert ada.acts == (
        Act("posted", number=3),
        Act("answered-poll", text="Feedback[,]Coaching", about="What next?"),
        Act("answered-poll", text="free text"),
        Act("raised-hand", at(1790950010000)),
        Act("raised-hand", at(1790950020000)),
        Act("reacted", at(1790950000000), "👍"),
    )


def test_who_dialled_in_is_known_by_a_pseudonym_and_who_never_came_not_at_all() -> None:
    found = read("learning_dashboard_3.0.json")
    assert [person.name for person in found.participants] == ["Ada Kaya", "Phone participant"]
    assert found.participants[1].key.startswith("phone:")
    assert "1234567" not in json.dumps(dry_run(found, []))


def test_a_dialled_number_is_not_kept_as_an_id_either() -> None:
    text = (
        (FILES / "learning_dashboard_3.0.json").read_text().replace("v_dialin0001", "+49301234567")
    )
    found = read_text(text)
    assert found.participants[1].key.startswith("phone:")
    assert "1234567" not in repr(found.participants)


def test_the_dashboard_and_the_recording_of_a_meeting_are_about_one_instance() -> None:
    meetings = {
        (found.meeting.id, found.meeting.title, found.meeting.starts)
        for found in map(read, ("learning_dashboard_2.4.json", "events.xml", "events_old.xml"))
    }
    assert meetings == {(MEETING, "Coaching lab", START)}


def test_a_recording_pairs_joins_and_leaves_of_the_room_not_of_the_voice_bridge() -> None:
    found = read("events.xml")
    assert minutes(found) == {"Ada Kaya": 59, "Bo Lindqvist": 15}
    assert found.meeting.ends == START + timedelta(hours=1)
    assert [(warned.code, warned.line) for warned in found.warnings] == [("no_leave", 5)]
    assert [person.rows for person in found.participants] == [(5,), (13, 70)]


def test_a_recording_tells_chat_polls_hands_and_reactions_with_their_times() -> None:
    ada, bo = read("events.xml").participants
    assert ada.acts == (Act("reacted", at(1790949860000), "applause"),)
    assert bo.acts == (
        Act("posted", at(1790949780000), "Hello & good day"),
        Act("answered-poll", at(1790949810000), "No", "Shall we begin?"),
        Act("raised-hand", at(1790949840000)),
    )


def move(kind: str, minute: int) -> str:
    moment = 1790949600000 + minute * 60_000
    return (
        f'<event eventname="Participant{kind}Event"><timestampUTC>{moment}</timestampUTC>'
        "<userId>w_1</userId><externalUserId>42</externalUserId><name>Ada</name></event>"
    )


def test_a_join_of_who_is_there_and_a_leave_of_who_is_not_say_nothing_new() -> None:
    told = [("Join", 0), ("Left", 1), ("Join", 2), ("Join", 5), ("Left", 12), ("Left", 20)]
    moves = "".join(move(*each) for each in told)
    (ada,) = read_text(f"<recording>{moves}</recording>").participants
    assert [stay[:2] for stay in ada.stays] == [
        (START, START + timedelta(minutes=1)),
        (START + timedelta(minutes=2), START + timedelta(minutes=12)),
    ]


def test_events_out_of_their_order_are_put_into_it() -> None:
    moves = "".join(move(*each) for each in [("Join", 30), ("Left", 40), ("Left", 10), ("Join", 0)])
    (ada,) = read_text(f"<recording>{moves}</recording>").participants
    assert ada.present == timedelta(minutes=20)


def test_an_old_recording_counts_from_the_moment_in_the_meetings_id() -> None:
    (ada,) = read("events_old.xml").participants
    assert ada.stays[0][:2] == (START, START + timedelta(minutes=10))
    assert ada.acts == (Act("raised-hand", START + timedelta(minutes=1)),)


def test_a_breakout_rooms_recording_is_said_to_be_one() -> None:
    text = (FILES / "events.xml").read_text().replace('breakout="false"', 'breakout="true"')
    assert "breakout_room" in [warned.code for warned in read_text(text).warnings]


def test_the_csv_dashboard_has_a_stay_where_the_duration_bears_it_out_else_a_total() -> None:
    found = read(CSV, timezone=BERLIN)
    assert minutes(found) == {
        'Ada "the coach" Kaya': 57.5,
        "Bo Lindqvist": 40,
        "Kaya, Cem": pytest.approx(30.1667, abs=0.001),
    }
    ada, bo, cem = found.participants
    assert ada.stays[0][:2] == (START + timedelta(minutes=1), START + timedelta(minutes=58.5))
    assert (bo.stays, cem.stays) == ((), ())
    assert [(w.code, w.line) for w in found.warnings] == [("only_total", 3), ("only_total", 4)]
    assert found.meeting.title == "Coaching lab"


def test_the_csv_dashboard_counts_acts_and_tells_answers() -> None:
    ada, bo, _ = read(CSV, timezone=BERLIN).participants
    assert ada.acts == (
        Act("posted", number=2),
        Act("reacted", number=1),
        Act("answered-poll", text="Yes", about="Shall we begin?"),
        Act("answered-poll", text="Feedback,Coaching", about="What next?"),
    )
    assert bo.acts == (
        Act("raised-hand", number=3),
        Act("answered-poll", text="No", about="Shall we begin?"),
    )


def test_a_comma_in_a_polls_question_takes_the_questions_away_not_the_answers() -> None:
    text = (FILES / CSV).read_bytes().replace(b"Shall we begin?", b"Well, shall we begin?")
    options = adapters.Options(timezone=BERLIN, date_order="mdy")
    ada = adapters.read("auto", adapters.File(text), options).participants[0]
    assert [(a.text, a.about) for a in ada.acts if a.kind == "answered-poll"] == [
        ("Yes", None),
        ("Feedback,Coaching", None),
    ]


def test_the_csv_dashboard_in_german_and_saved_again_is_the_same() -> None:
    found = read("dashboard_de_resaved.csv", timezone=BERLIN, expected=START)
    (ada,) = found.participants
    assert (found.tool, ada.role) == ("bigbluebutton", "moderator")
    assert ada.stays[0][:2] == (START + timedelta(minutes=1), START + timedelta(minutes=58.5))


def test_the_day_in_the_files_name_settles_the_order_of_day_and_month() -> None:
    content = (FILES / CSV).read_bytes()
    with pytest.raises(AmbiguousAttendance, match="--date-order"):
        adapters.read("auto", adapters.File(content), adapters.Options(timezone=BERLIN))
    assert read(CSV, timezone=BERLIN).participants[0].stays[0].joined.month == 10


def test_the_csv_dashboard_shows_somebodys_clock_and_is_refused_until_it_is_said_whose() -> None:
    with pytest.raises(AmbiguousAttendance, match="--timezone"):
        read(CSV)


def test_a_meeting_that_goes_on_ends_with_what_is_known_of_it() -> None:
    text = (FILES / "learning_dashboard_2.4.json").read_text()
    found = read_text(text.replace('"endedOn":1790953200000', '"endedOn":0'))
    assert minutes(found)["Ada Kaya"] == 30
    assert [warned.code for warned in found.warnings] == ["meeting_not_ended", "no_leave"]


WEBHOOKS = '{"data":{"type":"event","id":"user-left","attributes":{"meeting":{"internal-meeting-id":"x"}}}}'
DOCTYPE = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EVENT = '<recording><event timestamp="{}" eventname="ParticipantJoinEvent">{}</event></recording>'
JOIN = "<userId>1</userId><name>Ada</name>"
DASHBOARD = '{{"intId":"m","createdOn":1790949600000,"endedOn":1790949600001,"users":{}}}'
USER = DASHBOARD.replace("{}", '{{"a":{{"name":"A","intIds":{{"x":{}}}}}}}')
REFUSED = {
    "another file": ("a,b\n1,2\n", "no BigBlueButton"),
    "webhooks": (WEBHOOKS, "webhook"),
    "nobody": (DASHBOARD.format("{}"), "no participant"),
    "cut JSON": (DASHBOARD.format('{"a":{"name":"Ada"')[:-2], "no JSON"),
    "no name": (DASHBOARD.format('{"a":{"name":" ","intIds":{"x":{"registeredOn":5}}}}'), "no name"),
    "a text for a time": (USER.format('{"registeredOn":"5"}'), "int"),
    "a time far off": (USER.format('{"registeredOn":9e15}'), "dashboard"),
    "leaving first": (USER.format('{"registeredOn":9,"leftOn":8}'), "leaves before"),
    "an entity bomb": (DOCTYPE + "<recording>&b;</recording>", "document type"),
    "cut XML": ("<recording><event", "well-formed"),
    "an unknown entity": ("<recording><event>&b;</event></recording>", "well-formed"),
    "no event": ("<recording></recording>", "no participant"),
    "no time": (EVENT.format("x", JOIN), "no time"),
    "nobody knows when": (EVENT.format("5", JOIN), "neither"),
    "an event without a name": (EVENT.format("", "<timestampUTC>5</timestampUTC>"), "no name"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason):
        read_text(text)


def test_webhook_calls_are_recognised_so_that_the_refusal_can_help() -> None:
    with pytest.raises(UnreadableAttendance, match="/webhooks/bigbluebutton"):
        adapters.read("auto", adapters.File(WEBHOOKS.encode()), adapters.Options())


# Whatever the order, splitting and repetition of stays, the minutes are the same.

STAYS = some_stays(3_000, 600, first=1)
Told = Callable[[list[tuple[int, int]]], Participant]


def as_dashboard(stays: list[tuple[int, int]]) -> Participant:
    sessions = [
        {"registeredOn": 1790949600000 + a * 1000, "leftOn": 1790949600000 + b * 1000}
        for a, b in stays
    ]
    user = {"name": "Ada", "extId": "42", "intIds": {"w_1": {"sessions": sessions}}}
    told = {
        "intId": "m",
        "createdOn": 1790949600000,
        "endedOn": 1790959600000,
        "users": {"u": user},
    }
    (ada,) = read_text(json.dumps(told)).participants
    return ada


def as_recording(stays: list[tuple[int, int]]) -> Participant:
    events = "".join(
        f'<event eventname="Participant{kind}Event"><timestampUTC>{1790949600000 + moment * 1000}'
        f"</timestampUTC><userId>{number}</userId><externalUserId>42</externalUserId>"
        "<name>Ada</name></event>"
        for number, stay in enumerate(stays)
        for kind, moment in zip(("Join", "Left"), stay, strict=True)
    )
    (ada,) = read_text(f"<recording>{events}</recording>").participants
    return ada


@pytest.mark.parametrize("told", [as_dashboard, as_recording])
@given(stays=STAYS, data=st.data())
def test_any_order_split_or_repetition_of_stays_gives_the_same_minutes(
    told: Told, stays: list[tuple[int, int]], data: st.DataObject
) -> None:
    repeated = told_again(stays, data)
    assert told(stays).present == told(repeated).present == timedelta(seconds=covered(stays))


# Nothing but our own refusals comes out, and what is read makes statements.

SAMPLES = [path.read_bytes() for path in sorted(FILES.iterdir())]
ODD = [b"-1", b"null", b'"', b"<", b"9" * 30, b"\\ud800", b",", b"0", b"true"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    return hurt(draw, draw(st.sampled_from(SAMPLES)), ODD)


@given(damaged() | st.binary(max_size=200))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content: bytes) -> None:
    try:
        found = read_text(content)
    except UnreadableAttendance:
        return
    assert found.participants
    assert statements(found, OCCURRENCE)
