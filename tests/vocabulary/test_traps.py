"""What silently corrupts a projection elsewhere: one test for each trap that producers set."""

from datetime import UTC, datetime

import pytest

from projections.record import Record
from projections.repeats import distinct
from projections.vocabulary import classify
from tests.vocabulary.examples import FACE_TO_FACE, INTERACTION, MEETING, RULES
from tests.vocabulary.producers import (
    ACROSSX,
    ADL,
    ADL_TYPE,
    AS,
    CLASSROOM,
    CMI5_TYPE,
    EDLM,
    EDLM_TYPE,
    FOR,
    GRADER,
    JISC,
    JSON,
    QUIZ,
    TINCAN,
    TINCAN_TYPE,
    account,
    bbb,
    h5p,
    jisc,
    moodle,
    old_moodle,
    openedx,
    plain,
    points,
    scorm,
    storyline,
)


def classified(statement: JSON, position: int = 7) -> Record:
    found = classify(statement, position, datetime(2026, 10, 9, 14, 0, 1, tzinfo=UTC))
    assert found is not None
    return found


def attempt(score: JSON, **result: object) -> JSON:
    return moodle(
        f"{ADL}completed",
        "/mod/quiz/attempt.php?attempt=1&cmid=7",
        f"{ADL_TYPE}attempt",
        parents=(QUIZ,),
        result={"score": score, **result},
    )


@pytest.mark.parametrize("scaled", [0, 0.5, -1, 1])
def test_trap_1_half_of_the_points_is_a_half_whatever_scaled_says(scaled: float) -> None:
    score = {"raw": 5, "min": 0, "max": 10, "scaled": scaled}
    assert classified(attempt(score)).score == 0.5


def test_trap_2_success_without_a_pass_mark_is_no_pass() -> None:
    found = classified(attempt({"raw": 0, "min": 0, "max": 10}, success=True, completion=True))
    assert (found.kind, found.score) == ("quiz-scored", 0.0)


def test_trap_3_attended_and_not_completed_is_an_absence_for_jisc_and_a_part_for_moodle() -> None:
    absent = jisc(f"{ADL}attended", f"{JISC}event_timetabled", result={"completion": False})
    partly = moodle(
        f"{ADL}attended", "/mod/facetoface/1", FACE_TO_FACE, result={"completion": False}
    )
    assert classified(absent).kind == "not-attended"
    assert (classified(partly).kind, classified(partly).completion) == ("attended", False)


def test_trap_4_the_planned_length_is_no_time_present() -> None:
    register = moodle(
        f"{ADL}attended",
        "/mod/facetoface/1",
        FACE_TO_FACE,
        result={"completion": True, "duration": "PT8H"},
    )
    timetable = jisc(f"{ADL}attended", f"{JISC}event_timetabled", result={"duration": "PT2H"})
    assert classified(register).duration is None
    assert classified(timetable).duration is None
    assert classified(RULES["attended-adapter"][0]).duration == 50 * 60 * 1000


def test_trap_5_moodles_registration_is_no_attempt() -> None:
    assert classified(attempt({"raw": 5, "max": 10})).registration is None
    assert classified(bbb(f"{AS}join")).registration is not None


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (moodle(f"{AS}join", "/group/1", f"{EDLM_TYPE}group"), "registered"),
        (moodle(f"{AS}leave", "/course/view.php?id=2", f"{CMI5_TYPE}course"), "unregistered"),
        (bbb(f"{AS}join"), "join"),
        (bbb(f"{AS}leave"), "leave"),
        (bbb(f"{ADL}initialized", name="<unknown>"), "session-open"),
        (bbb(f"{ADL}terminated", name="<unknown>"), "session-close"),
        (plain(f"{ADL}initialized", f"{ADL_TYPE}lesson"), "started"),
        (plain(f"{ADL}terminated", f"{ADL_TYPE}lesson"), "left-content"),
        (bbb(f"{AS}start", within=f"{CLASSROOM}/activity-types/camera"), "interacted-live"),
        (plain(f"{AS}start", f"{ADL_TYPE}module"), "started"),
        (storyline(f"{TINCAN}left", f"{ADL_TYPE}module"), "left-content"),
        (RULES["asked-for-help"][0], "help-sought"),
        (bbb(f"{ADL}asked", within=INTERACTION), "asked"),
        (RULES["completed-submission"][0], "submitted"),
        (storyline(f"{ADL}experienced", INTERACTION), "item-answered"),
        (storyline(f"{ADL}experienced", f"{ADL_TYPE}module"), "viewed"),
    ],
)
def test_trap_6_the_same_verb_means_something_else(statement: JSON, kind: str) -> None:
    assert classified(statement).kind == kind


def test_trap_7_a_submission_that_is_told_three_times_counts_once() -> None:
    told = [
        openedx(f"{ADL}attempted", "problem", INTERACTION),
        openedx(f"{ACROSSX}evaluated", "problem", INTERACTION, result=points(1, 3, scaled=0.33333)),
        openedx(f"{ADL}attempted", "problem", f"{ADL_TYPE}question", result=points(2, 6)),
    ]
    records = distinct(classified(each, n) for n, each in enumerate(told))
    assert [record.kind for record in records] == ["started", "quiz-scored"]


def test_trap_8_what_is_sent_again_counts_once() -> None:
    again = attempt({"raw": 5, "max": 10}) | {"timestamp": "2026-10-09T14:00:01.900Z"}
    again["context"] = again["context"] | {"registration": "0a4e1c19-5ba4-4e5d-aeb7-d817125b7815"}
    records = [classified(attempt({"raw": 5, "max": 10}), 1), classified(again, 2)]
    assert [record.position for record in distinct(records)] == [1]


def test_trap_9_a_void_is_no_record_and_scorm_1_2_says_pass_or_fail_when_it_ends() -> None:
    void = plain(f"{ADL}voided") | {
        "object": {"objectType": "StatementRef", "id": "6f2c2a4e-6a4c-4f0e-9f5e-1c2d3e4f5a6c"}
    }
    assert classify(void, 1, datetime(2026, 10, 9, tzinfo=UTC)) is None
    passed = scorm(f"{ADL}terminated", result={"success": True, "score": {"scaled": 0.8}})
    assert (classified(passed).kind, classified(passed).score) == ("passed", 0.8)


def test_trap_10_a_recurring_room_is_told_apart_by_registration_and_session() -> None:
    found = classified(bbb(f"{AS}join"))
    assert found.object == "https://bbb.example.org/room/7"
    assert found.session == "4b8b734d-0adc-4d89-ba4b-d78688bb94fe"
    assert found.registration == "2b0e1c19-5ba4-4e5d-aeb7-d817125b7815"


@pytest.mark.parametrize("verb", [f"{EDLM}uncompleted", "http://vocab.xapi.fr/verbs/reset"])
def test_trap_11_a_completion_can_be_taken_back(verb: str) -> None:
    assert classified(plain(verb)).kind == "completion-retracted"


def test_one_question_is_no_quiz_unless_it_is_the_whole_content() -> None:
    question = storyline(f"{ADL}answered", INTERACTION, result=points(1, 1))
    part = h5p(f"{ADL}answered", part=True, result=points(1, 1))
    whole = h5p(f"{ADL}answered", result=points(1, 1))
    assert classified(question).kind == classified(part).kind == "item-answered"
    assert classified(whole).kind == "quiz-scored"


def test_a_part_of_a_content_does_not_complete_the_whole() -> None:
    for part in ("completed-h5p-part", "completed-objective-part", "passed-objective-part"):
        assert classified(RULES[part][0]).kind == "progressed"


def test_a_grade_is_its_learners_and_not_its_givers() -> None:
    by_actor = moodle(
        "https://w3id.org/xapi/dod-isd/verbs/assessed",
        "/mod/lesson/4",
        INTERACTION,
        context={"extensions": {FOR: account("43")}},
    )
    by_instructor = old_moodle(
        f"{ADL}scored",
        "/mod/assign/view.php?id=5",
        f"{ADL_TYPE}assessment",
        context={"instructor": GRADER},
        result=points(8),
    )
    assert classified(by_actor).actor == "https://lms.example.org::43"
    assert classified(by_instructor).actor == "https://lms.example.org::42"


@pytest.mark.parametrize("other", ["43", {}, {"mbox": "nobody"}, [account("43")], None])
def test_a_grade_for_what_is_no_actor_stays_with_its_actor(other: object) -> None:
    odd = moodle(
        "https://w3id.org/xapi/dod-isd/verbs/assessed",
        "/mod/lesson/4",
        INTERACTION,
        context={"extensions": {FOR: other}},
    )
    assert classified(odd).actor == "https://lms.example.org::42"


def test_watching_a_meetings_recording_is_self_paced() -> None:
    found = classified(moodle(f"{TINCAN}viewed", "/mod/bigbluebuttonbn/view.php?id=3", MEETING))
    assert (found.kind, found.mode) == ("viewed", "async")


def test_a_discussion_in_a_forum_is_self_paced_and_a_message_in_a_room_is_live() -> None:
    forum = moodle(f"{TINCAN}replied", "/mod/forum/1#p2", f"{TINCAN_TYPE}forum-reply")
    chat = bbb(f"{ACROSSX}posted", within="https://w3id.org/xapi/acrossx/activities/message")
    assert (classified(forum).kind, classified(forum).mode) == ("posted", "async")
    assert (classified(chat).kind, classified(chat).mode) == ("posted", "live-online")
