"""One statement for each row of the vocabulary, in the shape of the producer it was written for."""

from tests.vocabulary.producers import (
    ACROSSX,
    ACROSSX_TYPE,
    ADL,
    ADL_TYPE,
    AS,
    AS1,
    CLASSROOM,
    CMI5_TYPE,
    DOD,
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
    activity,
    adapter,
    bbb,
    cmi5,
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

FACE_TO_FACE = f"{ACROSSX_TYPE}face-to-face-discussion"
INTERACTION = f"{ADL_TYPE}cmi.interaction"
MEETING = f"{ADL_TYPE}meeting"
FORUM = activity("https://lms.example.org/mod/forum/view.php?id=9", f"{EDLM_TYPE}forum")
ASSIGNMENT = activity("https://lms.example.org/mod/assign/view.php?id=5", f"{EDLM_TYPE}assignment")
LESSON = activity("https://lms.example.org/scorm/1", f"{ADL_TYPE}lesson")
PROBLEM = activity("https://edx.example.org/xblock/problem", INTERACTION)
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
EMOJI = f"{CLASSROOM}/extensions/emoji"
BRINDLEWAYE = "https://brindlewaye.com/xAPITerms/verbs/"

RULES: dict[str, tuple[JSON, str]] = {
    "attended-adapter": (
        adapter(f"{ADL}attended", "zoom", result={"duration": "PT50M"}),
        "attended",
    ),
    "attended-jisc-absent": (
        jisc(f"{ADL}attended", f"{JISC}event_timetabled", result={"completion": False}),
        "not-attended",
    ),
    "attended-jisc": (
        jisc(f"{ADL}attended", f"{JISC}event_non-timetabled", result={"completion": True}),
        "attended",
    ),
    "attended-face-to-face": (
        moodle(
            f"{ADL}attended",
            "/mod/facetoface/view.php?id=1",
            FACE_TO_FACE,
            result={"completion": False, "duration": "PT8H"},
        ),
        "attended",
    ),
    "attended": (plain(f"{ADL}attended", MEETING, result={"duration": "PT1H"}), "attended"),
    "skipped-meeting": (plain(f"{TINCAN}skipped", MEETING), "not-attended"),
    "join-group": (moodle(f"{AS}join", "/group/index.php?id=1", f"{EDLM_TYPE}group"), "registered"),
    "join": (bbb(f"{AS}join"), "join"),
    "join-live": (bbb(f"{AS}join", within="https://bbb.example.org/types/breakout"), "join"),
    "leave-course": (
        moodle(f"{AS}leave", "/course/view.php?id=2", f"{CMI5_TYPE}course"),
        "unregistered",
    ),
    "leave": (bbb(f"{AS}leave"), "leave"),
    "leave-untyped": (plain(f"{AS}leave"), "leave"),
    "leave-live": (bbb(f"{AS}leave", within="https://bbb.example.org/types/breakout"), "leave"),
    "open-classroom": (bbb(f"{ADL}initialized", name="<unknown>"), "session-open"),
    "open-meeting": (
        moodle(f"{AS1}create", "/mod/bigbluebuttonbn/view.php?id=3", MEETING),
        "session-open",
    ),
    "close-classroom": (
        bbb(f"{ADL}terminated", name="<unknown>", result={"duration": "PT1H2M"}),
        "session-close",
    ),
    "close-meeting": (
        old_moodle(f"{TINCAN}adjourned", "/mod/bigbluebuttonbn/view.php?id=3", f"{ADL_TYPE}link"),
        "session-close",
    ),
    "raised-hand": (
        bbb(f"{CLASSROOM}/verbs/reacted", result={"extensions": {EMOJI: "U+1F590"}}),
        "raised-hand",
    ),
    "reacted": (
        bbb(f"{CLASSROOM}/verbs/reacted", result={"extensions": {EMOJI: "U+1F44D"}}),
        "interacted-live",
    ),
    "shared-screen": (
        bbb(f"{AS}share", within=f"{CLASSROOM}/activity-types/screen"),
        "interacted-live",
    ),
    "device-on": (bbb(f"{AS}start", within=f"{CLASSROOM}/activity-types/micro"), "interacted-live"),
    "device-on-live": (
        bbb(f"{AS}start", within="https://bbb.example.org/types/pad"),
        "interacted-live",
    ),
    "asked-for-help": (
        openedx(
            f"{ADL}asked",
            "problem/answer",
            "https://w3id.org/xapi/acrossx/extensions/supplemental-info",
        ),
        "help-sought",
    ),
    "asked": (bbb(f"{ADL}asked", within=INTERACTION), "asked"),
    "answered-poll": (
        bbb(f"{ADL}answered", within=INTERACTION, result={"response": "0"}),
        "answered-poll",
    ),
    "answered-poll-in-meeting": (
        plain(
            f"{ADL}answered",
            INTERACTION,
            context={
                "platform": "Webex",
                "contextActivities": {"parent": [activity("https://meet.example.org/1", MEETING)]},
            },
        ),
        "answered-poll",
    ),
    "completed-submission": (
        jisc(f"{ADL}completed", f"{ADL_TYPE}assessment", result={"completion": False}),
        "submitted",
    ),
    "completed-submission-jisc": (
        jisc(f"{ADL}completed", f"{ADL_TYPE}assessment", result={"completion": True}),
        "submitted",
    ),
    "completed-quiz": (
        moodle(
            f"{ADL}completed",
            "/mod/quiz/attempt.php?attempt=1&cmid=7",
            f"{ADL_TYPE}attempt",
            parents=(QUIZ,),
            result={**points(5, scaled=0), "completion": True, "success": True, "duration": "PT5M"},
        ),
        "quiz-scored",
    ),
    "completed-h5p": (h5p(f"{ADL}completed", result=points(3, 4, scaled=0.75)), "quiz-scored"),
    "completed-h5p-part": (h5p(f"{ADL}completed", part=True, result=points(1, 1)), "progressed"),
    "completed-objective-part": (
        scorm(f"{ADL}completed", "objective", parent=LESSON),
        "progressed",
    ),
    "completed-not": (
        plain(f"{ADL}completed", f"{ADL_TYPE}course", result={"completion": False}),
        "progressed",
    ),
    "passed-objective-part": (scorm(f"{ADL}passed", "objective", parent=LESSON), "progressed"),
    "passed-quiz": (
        storyline(f"{ADL}passed", f"{ADL_TYPE}objective", result={**points(9), "success": True}),
        "quiz-scored",
    ),
    "passed": (
        cmi5(f"{ADL}passed", category="moveon", result={"score": {"scaled": 0.9}}),
        "passed",
    ),
    "failed": (
        cmi5(
            f"{ADL}failed", category="moveon", result={"score": {"scaled": 0.4}, "success": False}
        ),
        "quiz-scored",
    ),
    "failed-unscored": (scorm(f"{ADL}failed"), "other"),
    "scored-by-somebody": (
        old_moodle(
            f"{ADL}scored",
            "/mod/quiz/view.php?id=7",
            f"{ADL_TYPE}assessment",
            context={"instructor": GRADER},
            result=points(8),
        ),
        "graded",
    ),
    "scored-assignment": (
        old_moodle(
            f"{ADL}scored", "/mod/assign/view.php?id=5", f"{ADL_TYPE}assessment", result=points(8)
        ),
        "graded",
    ),
    "scored-quiz": (
        plain("https://w3id.org/xapi/tla/verbs/scored", f"{ADL_TYPE}assessment", result=points(8)),
        "quiz-scored",
    ),
    "scored-slot": (
        moodle(
            "https://w3id.org/xapi/tla/verbs/scored",
            "/mod/assign/view.php?id=5#submission",
            f"{EDLM_TYPE}submission",
            parents=(ASSIGNMENT,),
            result=points(8),
        ),
        "graded",
    ),
    "assessed": (
        moodle(
            f"{DOD}assessed",
            "/mod/lesson/view.php?id=4&pageid=1",
            INTERACTION,
            context={"extensions": {FOR: account("43")}},
            result=points(1, 1),
        ),
        "graded",
    ),
    "scored": (scorm(f"{ADL}scored", result={"score": {"scaled": 0.95}}), "quiz-scored"),
    "evaluated-part": (
        openedx(
            f"{ACROSSX}evaluated",
            "problem_2_1",
            INTERACTION,
            parent=PROBLEM,
            result={"success": True},
        ),
        "item-answered",
    ),
    "evaluated": (
        openedx(f"{ACROSSX}evaluated", "problem", INTERACTION, result=points(2, 4, scaled=0.5)),
        "quiz-scored",
    ),
    "evaluated-unscored": (
        openedx(f"{ACROSSX}evaluated", "problem", INTERACTION, result={"success": True}),
        "item-answered",
    ),
    "attempted-scored": (
        openedx(
            f"{ADL}attempted", "problem", f"{ADL_TYPE}question", result=points(2, 4, scaled=0.5)
        ),
        "quiz-scored",
    ),
    "earned": (
        openedx(f"{TINCAN}earned", "sequential", f"{TINCAN_TYPE}resource", result=points(3, 4)),
        "quiz-scored",
    ),
    "earned-nothing": (
        openedx(
            f"{TINCAN}earned", "sequential", f"{TINCAN_TYPE}resource", result=points(0, 0, scaled=0)
        ),
        "other",
    ),
    "answered-h5p": (
        h5p(f"{ADL}answered", library="H5P.MultiChoice-1.14", result=points(1, 1)),
        "quiz-scored",
    ),
    "answered": (
        moodle(
            f"{ADL}answered",
            "/question/question.php?id=1",
            INTERACTION,
            parents=(activity(f"{QUIZ['id']}#1", f"{ADL_TYPE}attempt"), QUIZ),
            result={"response": "x", "success": True},
        ),
        "item-answered",
    ),
    "experienced-question": (storyline(f"{ADL}experienced", INTERACTION), "item-answered"),
    "completed": (
        moodle(
            f"{ADL}completed",
            "/mod/book/view.php?id=6",
            f"{TINCAN_TYPE}book",
            result={"completion": True},
        ),
        "completed",
    ),
    "satisfied": (
        cmi5("https://w3id.org/xapi/adl/verbs/satisfied", kind=f"{CMI5_TYPE}course"),
        "completed",
    ),
    "waived": (cmi5("https://w3id.org/xapi/adl/verbs/waived"), "waived"),
    "progressed-to-completion": (
        openedx(f"{ADL}progressed", "video", f"{TINCAN_TYPE}resource", result={"completion": True}),
        "completed",
    ),
    "progressed-to-the-end": (
        openedx(
            f"{ADL}progressed",
            "video",
            f"{TINCAN_TYPE}resource",
            result={"extensions": {PROGRESS: 100.0}},
        ),
        "completed",
    ),
    "terminated-completed": (
        scorm(
            f"{ADL}terminated",
            result={"score": {"scaled": 0.95}, "completion": True, "success": True},
        ),
        "completed",
    ),
    "terminated-passed": (scorm(f"{ADL}terminated", result={"success": True}), "passed"),
    "terminated-failed": (
        scorm(f"{ADL}terminated", result={"success": False, "score": {"scaled": 0.3}}),
        "quiz-scored",
    ),
    "marked-completion": (
        plain("http://vocab.xapi.fr/verbs/marked-completion", result={"completion": True}),
        "completed",
    ),
    "unmarked-completion": (
        plain("http://vocab.xapi.fr/verbs/marked-completion", result={"completion": False}),
        "completion-retracted",
    ),
    "uncompleted": (
        moodle(f"{EDLM}uncompleted", "/mod/book/view.php?id=6", f"{TINCAN_TYPE}book"),
        "completion-retracted",
    ),
    "submitted": (
        moodle(
            f"{AS1}submit",
            "/mod/assign/view.php?id=5#submission",
            f"{EDLM_TYPE}submission",
            parents=(ASSIGNMENT,),
        ),
        "submitted",
    ),
    "posted": (bbb(f"{ACROSSX}posted", within=f"{ACROSSX_TYPE}message"), "posted"),
    "created-writing": (
        moodle(
            f"{AS}create",
            "/mod/forum/discuss.php?d=1",
            f"{TINCAN_TYPE}discussion",
            parents=(FORUM,),
        ),
        "posted",
    ),
    "edited-writing": (
        openedx(f"{ACROSSX}edited", "discussion", f"{TINCAN_TYPE}discussion"),
        "posted-edited",
    ),
    "deleted-writing": (
        moodle(
            f"{AS}delete",
            "/mod/forum/discuss.php?d=1#p2",
            f"{TINCAN_TYPE}forum-reply",
            parents=(FORUM,),
        ),
        "posted-deleted",
    ),
    "viewed-feedback": (
        moodle(
            f"{TINCAN}viewed",
            "/mod/assign/view.php?id=5#feedback",
            f"{EDLM_TYPE}feedback",
            parents=(ASSIGNMENT,),
        ),
        "feedback-received",
    ),
    "received-review": (
        moodle(f"{AS1}receive", "/mod/quiz/review.php?attempt=1", f"{AS1}review", parents=(QUIZ,)),
        "feedback-received",
    ),
    "viewed": (moodle(f"{TINCAN}viewed", "/mod/page/view.php?id=5", f"{ADL_TYPE}module"), "viewed"),
    "progressed": (cmi5(f"{ADL}progressed", result={"extensions": {PROGRESS: 100}}), "progressed"),
    "played": (
        plain(
            "https://w3id.org/xapi/video/verbs/played",
            "https://w3id.org/xapi/video/activity-type/video",
        ),
        "progressed",
    ),
    "resumed-enrolment": (
        moodle(
            "https://w3id.org/xapi/tla/verbs/resumed", "/course/view.php?id=2", f"{CMI5_TYPE}course"
        ),
        "registered",
    ),
    "suspended-enrolment": (
        moodle(
            "https://w3id.org/xapi/tla/verbs/suspended",
            "/course/view.php?id=2",
            f"{CMI5_TYPE}course",
        ),
        "unregistered",
    ),
    "started": (cmi5(f"{ADL}initialized"), "started"),
    "left-content": (cmi5(f"{ADL}terminated", result={"duration": "PT12M"}), "left-content"),
    "interacted": (h5p(f"{ADL}interacted"), "interacted"),
    "voted": (
        openedx(
            "https://w3id.org/xapi/openedx/verb/voted", "discussion", f"{TINCAN_TYPE}discussion"
        ),
        "voted",
    ),
    "registered": (
        moodle(f"{EDLM}enrolled", "/course/view.php?id=2", f"{CMI5_TYPE}course"),
        "registered",
    ),
    "unregistered": (
        moodle(f"{TINCAN}unregistered", "/mod/facetoface/view.php?id=1", FACE_TO_FACE),
        "unregistered",
    ),
    "login": (jisc(f"{BRINDLEWAYE}loggedin", f"{TINCAN_TYPE}lms"), "login"),
    "logout": (old_moodle(f"{BRINDLEWAYE}loggedout/", "", f"{TINCAN_TYPE}lms"), "logout"),
    "credential": (
        moodle("https://w3id.org/xapi/tla/verbs/achieved", "/badges/1", f"{EDLM_TYPE}badge"),
        "credential",
    ),
}

MODES: dict[str, tuple[JSON, str]] = {
    "sign-in-sheet": (adapter(f"{ADL}attended", "signin-sheet"), "in-person"),
    "virtual-classroom": (bbb(f"{AS}join"), "live-online"),
    "face-to-face": (*RULES["attended-face-to-face"][:1], "in-person"),
    "jisc-event": (*RULES["attended-jisc"][:1], "in-person"),
    "recording": (
        moodle(f"{TINCAN}viewed", "/mod/bigbluebuttonbn/view.php?id=3", MEETING),
        "async",
    ),
    "online-meeting": (
        plain(f"{ADL}attended", MEETING, context={"platform": "Microsoft Teams"}),
        "live-online",
    ),
    "room": (*RULES["close-meeting"][:1], "live-online"),
    "webinar": (plain(f"{ADL}attended", f"{TINCAN_TYPE}webinar"), "live-online"),
    "chat-in-meeting": (
        plain(
            f"{ACROSSX}posted",
            f"{ACROSSX_TYPE}message",
            context={
                "contextActivities": {"parent": [activity("https://m.example.org/1", MEETING)]}
            },
        ),
        "live-online",
    ),
    "meeting": (plain(f"{ADL}attended", MEETING), "unknown"),
    "self-paced-profile": (cmi5(f"{ADL}initialized"), "async"),
    "h5p": (
        plain(f"{ADL}attempted") | {"object": h5p(f"{ADL}attempted")["object"]},
        "async",
    ),
    "self-paced-type": (
        moodle(f"{TINCAN}viewed", "/mod/book/view.php?id=6", f"{TINCAN_TYPE}book"),
        "async",
    ),
    "unknown": (storyline(f"{ADL}attempted", f"{ADL_TYPE}course"), "unknown"),
}
