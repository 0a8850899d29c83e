"""A program document inferred from the log alone is valid and has the right people and steps."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha1
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from lrs.cli import demo_course
from lrs.document_writing import write_document
from lrs.errors import NotFound
from lrs.main import open_store, open_views
from lrs.plan import parse_document, read_plan, validate_document
from lrs.settings import Settings
from lrs.store import Store
from projections import sightings
from projections.infer import Asked, Proposal, propose, sighted
from projections.reports import Query, Reports
from projections.runner import Runner
from projections.sightings import Sightings
from projections.vocabulary import classify
from tests.projections import course
from tests.simulation.course import Course, Faults
from tests.simulation.deeds import deeds_of
from tests.simulation.people import key
from tests.store.statements import record

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 24)
ASKED = Asked("inferred", ZONE)
ADL = "http://adlnet.gov/expapi"
MEETING = f"{ADL}/activities/meeting"
COURSE = "https://lms.example.org/course/view.php?id=1"
Statement = dict[str, Any]


@pytest.fixture
def store(new_settings: Any) -> Iterator[Store]:
    """An empty store; what is inferred does not depend on the engine."""
    with open_store(new_settings("sqlite")) as opened:
        yield opened


def seen(*statements: Statement) -> Sightings:
    found = Sightings()
    for position, statement in enumerate(statements, start=1):
        if record_ := classify(statement, position, datetime(2027, 1, 1, tzinfo=UTC)):
            found.add(statement, record_)
    return found


def inferred(*statements: Statement, asked: Asked = ASKED) -> dict[str, Any]:
    return checked(propose(seen(*statements), asked))


def checked(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal's document, which is valid and is written so that it can be applied."""
    validate_document(proposal.document)
    assert parse_document(write_document(*proposal).encode(), yaml=True) == proposal.document
    return proposal.document


def names(document: dict[str, Any]) -> list[str]:
    return [learner["name"] for learner in document["cohorts"][0]["learners"]]


def met(name: str, at: str, verb: str = "join", room: str = course.ROOM, **more: Any) -> Statement:
    return course.joined(name, at, verb) | {"object": {"id": room}} | more


def in_course(statement: Statement, iri: str = COURSE, title: str = "Leading") -> Statement:
    target = {"id": iri, "definition": {"type": f"{ADL}/activities/course", "name": {"en": title}}}
    activities = dict((statement.get("context") or {}).get("contextActivities") or {})
    return statement | {"context": {"contextActivities": {**activities, "grouping": [target]}}}


def fill(store: Store) -> demo_course.Course:
    made = demo_course.Course(TODAY)
    statements = [{"id": str(uuid4()), **each} for each in made.statements()]
    for start in range(0, len(statements), 50):
        record(store, *statements[start : start + 50])
    return made


def test_the_demo_course_is_inferred_with_its_people_steps_and_times(store: Store) -> None:
    made = fill(store)
    proposal = propose(sighted(store.log), ASKED)
    document = checked(proposal)
    planned = made.document()
    engaged = {habit.name for habit in demo_course.HABITS} - {"Kaja Berg"}  # who never did anything
    assert set(names(document)) == {*engaged, "Visitor from HR"}
    flagged = {
        document["cohorts"][0]["learners"][n]["name"]
        for n in range(len(names(document)))
        if "guest?" in proposal.comments.get(f"cohorts[0].learners[{n}]", "")
    }
    assert flagged == {"Visitor from HR", "Goran Ilić"}
    kinds = {each["id"]: each["kind"] for each in document["activities"]}
    optional = {each["id"] for each in document["activities"] if not each.get("required", True)}
    assert optional == {demo_course.RECORDING}
    assert {iri: kind for iri, kind in kinds.items() if iri not in optional} == {
        each["id"]: each["kind"] for each in planned["activities"]
    }
    in_room = [each for each in planned["sessions"][:3] if "match" in each]
    assert [(s["starts"], s["ends"], s["match"]) for s in document["sessions"]] == [
        (each["starts"], each["ends"], each["match"]) for each in in_room
    ]
    assert document["sessions"][0]["prepares"] == [demo_course.PREWORK]


def test_the_readiness_of_an_inferred_session_has_the_right_people(
    store: Store, new_settings: Any
) -> None:
    fill(store)
    store.programs.plan(propose(sighted(store.log), ASKED).document, by="test")
    plan = read_plan(store.programs.document("inferred"))
    with open_views(Settings(database_url=new_settings("sqlite").database_url)) as views:
        Runner(store.log, views).catch_up()
        query = Query("readiness", "inferred", plan.sessions[0].id)
        found = Reports(store.log, views).get(query)
        combined = Reports(store.log, views).get(Query("combined", "inferred"))
    early = {each.name for each in demo_course.HABITS if each.prework and each.prework > 0}
    ready = {each["name"] for each in found["learners"] if each["state"] == "ready"}
    assert ready == early
    met_first = {each.name for each in demo_course.HABITS if each.live[0] and each.until >= 3}
    attended = {each["name"] for each in combined["learners"] if each["sync"]["attended"]}
    assert met_first <= attended <= {*met_first, "Visitor from HR"}


def test_only_what_happened_since_then_is_looked_at(store: Store) -> None:
    late = course.completed("cem", at="2026-10-20T10:00:00Z")
    record(store, course.completed("ada"), course.completed("bo"), late)
    found = sighted(store.log, datetime(2026, 10, 20, 10, tzinfo=UTC))
    assert list(found.actors) == ["mailto:cem@example.org"]
    with pytest.raises(NotFound):
        propose(sighted(store.log, datetime(2026, 10, 21, tzinfo=UTC)), ASKED)


def test_a_room_that_is_used_week_by_week_is_a_match_of_each_date() -> None:
    weeks = ("2026-10-02", "2026-10-09")
    statements = [
        met(name, f"{day}T{clock}Z", verb)
        for day in weeks
        for name, come, go in (
            ("ada", "11:58:40", "12:59:30"),
            ("bo", "12:00:10", "13:00:20"),
            ("cem", "12:14:00", "12:30:00"),
        )
        for verb, clock in (("join", come), ("leave", go))
    ]
    document = inferred(*reversed(statements))
    assert [
        (each["id"], each["starts"], each["ends"], each["match"]) for each in document["sessions"]
    ] == [
        (f"{course.ROOM}#{day}", f"{day}T14:00:00", f"{day}T15:00:00", [course.ROOM])
        for day in weeks
    ]


def test_a_meeting_that_was_seen_once_is_the_session_itself() -> None:
    (session,) = inferred(course.attended("ada", 60), course.attended("bo", 55))["sessions"]
    assert (session["id"], session["starts"], session["ends"]) == (
        course.SESSION,
        "2026-10-09T16:00:00",
        "2026-10-09T17:00:00",
    )
    assert "match" not in session


def test_two_meetings_on_one_day_have_ids_of_their_own() -> None:
    statements = [
        met(name, f"2026-10-09T{hour}:00:00Z", verb)
        for name in ("ada", "bo")
        for verb, hour in (("join", "08"), ("leave", "09"), ("join", "14"), ("leave", "15"))
    ]
    first, second = inferred(*statements)["sessions"]
    assert (first["id"], second["id"]) == (
        f"{course.ROOM}#2026-10-09",
        f"{course.ROOM}#2026-10-09T16:00:00",
    )


def test_one_meeting_told_by_two_tools_is_one_session() -> None:
    other = "https://lms.example.org/mod/meeting/view.php?id=3"
    statements = [
        met(name, f"2026-10-09T12:0{minute}:00Z", room=room)
        for name in ("ada", "bo", "cem")
        for minute, room in ((0, course.ROOM), (1, other))
    ]
    (session,) = inferred(*statements)["sessions"]
    assert {session["id"], *session["match"]} == {course.ROOM, other}


def test_whoever_tried_the_room_alone_makes_no_session() -> None:
    document = inferred(
        met("ada", "2026-10-01T10:00:00Z"),
        met("ada", "2026-10-09T12:00:00Z"),
        met("bo", "2026-10-09T12:00:00Z"),
    )
    assert [each["starts"] for each in document["sessions"]] == ["2026-10-09T14:00:00"]


def test_an_attempt_is_its_quiz_and_a_post_its_forum() -> None:
    document = inferred(course.scored("ada", 5), course.scored("bo", 7), course.posted("ada"))
    assert [(each["id"], each["kind"]) for each in document["activities"]] == [
        (course.QUIZ, "quiz"),
        (course.FORUM, "post"),
    ]


def test_the_course_most_is_said_of_is_proposed_and_others_when_asked_for() -> None:
    other = "https://lms.example.org/course/view.php?id=2"
    page = {"object": {"id": "https://lms.example.org/mod/page/view.php?id=99"}}
    statements = [
        in_course(course.completed("ada")),
        in_course(course.scored("ada", 5)),
        in_course(course.completed("bo") | page, other, "Selling"),
    ]
    document = inferred(*statements)
    assert (document["title"], names(document)) == ("Leading", ["mailto:ada@example.org"])
    assert [each["id"] for each in document["activities"]] == [course.PAGE, course.QUIZ]
    selling = inferred(*statements, asked=ASKED._replace(courses=(other,)))
    assert (selling["title"], names(selling)) == ("Selling", ["mailto:bo@example.org"])
    both = inferred(*statements, asked=ASKED._replace(courses=(other, COURSE)))
    assert len(names(both)) == 2
    assert len(both["activities"]) == 3
    with pytest.raises(NotFound):
        inferred(*statements, asked=ASKED._replace(courses=("https://example.org/none",)))


def test_who_grades_teaches_or_opens_the_room_is_no_learner() -> None:
    teacher = {"mbox": "mailto:gil@example.org", "name": "Gil Ray"}
    graded = course.scored("ada", 5)
    graded["context"] = {**graded["context"], "instructor": teacher}
    opened = met("gil", "2026-10-09T12:00:00Z") | {
        "verb": {"id": "http://activitystrea.ms/schema/1.0/create"},
        "object": {"id": course.ROOM, "definition": {"type": MEETING}},
    }
    for told in (graded, opened):
        proposal = propose(seen(told, course.completed("ada"), course.completed("gil")), ASKED)
        assert names(proposal.document) == ["mailto:ada@example.org"]
        assert "they teach" in proposal.comments[""]


def test_enrolled_and_withdrawn_come_from_enrolments() -> None:
    registered = course.said("ada", f"{ADL}/verbs/registered", COURSE, "2026-10-01T08:00:00Z")
    left = course.said(
        "ada", "http://id.tincanapi.com/verb/unregistered", COURSE, "2026-10-20T08:00:00Z"
    )
    proposal = propose(seen(left, registered), ASKED)
    (learner,) = checked(proposal)["cohorts"][0]["learners"]
    assert (learner["enrolled"], learner["withdrawn"]) == ("2026-10-01", "2026-10-20")
    assert "nothing was done yet" in proposal.comments["cohorts[0].learners[0]"]
    back = inferred(left, registered, course.completed("ada", at="2026-10-21T08:00:00Z"))
    assert "withdrawn" not in back["cohorts"][0]["learners"][0]


def account(home: str, key: str, name: str | None = None) -> dict[str, Any]:
    return {"account": {"homePage": home, "name": key}} | ({"name": name} if name else {})


def by(*agents: dict[str, Any]) -> list[dict[str, Any]]:
    document = inferred(*(course.completed("x") | {"actor": agent} for agent in agents))
    found: list[dict[str, Any]] = document["cohorts"][0]["learners"]
    return found


def test_one_full_name_at_two_systems_is_guessed_to_be_one_person() -> None:
    lms, room = "https://lms.example.org", "https://bbb.example.org"
    mail = {"mbox": "mailto:ada@example.org", "name": "ADA  Kaya"}
    (learner,) = by(account(lms, "42", "Ada Kaya"), account(room, "Ada Kaya"), mail)
    assert learner["mbox"] == "mailto:ada@example.org"
    keys = {learner["account"]["homePage"], *learner["also"]}
    assert keys in ({lms, f"{room}::Ada Kaya"}, {room, f"{lms}::42"})


def test_namesakes_at_one_system_and_single_words_stay_apart() -> None:
    lms, room = "https://lms.example.org", "https://bbb.example.org"
    assert (
        len(
            by(
                account(lms, "1", "Ada Kaya"),
                account(lms, "2", "Ada Kaya"),
                account(room, "Ada Kaya"),
            )
        )
        == 3
    )
    assert len(by(account(lms, "1", "Ada"), account(room, "Ada"))) == 2


def test_a_mailbox_and_its_digest_are_one_person() -> None:
    digest = sha1(b"mailto:ada@example.org").hexdigest()
    (learner,) = by({"mbox_sha1sum": digest}, {"mbox": "mailto:ada@example.org"})
    assert (learner["mbox"], learner["also"]) == ("mailto:ada@example.org", [f"sha1:{digest}"])


def test_what_is_beyond_a_limit_is_counted_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "MOST_ACTORS", 2)
    proposal = propose(seen(*(course.completed(name) for name in course.NAMES)), ASKED)
    assert len(names(checked(proposal))) == 2
    assert "3 sightings of actors" in proposal.comments[""]


def test_an_hour_that_the_clocks_show_twice_is_told_with_its_offset() -> None:
    twice = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # 02:00 in Berlin, for the second time
    later = twice + timedelta(hours=1)
    (session,) = inferred(
        *(
            met(name, at.isoformat(), verb)
            for name in ("ada", "bo")
            for verb, at in (("join", twice), ("leave", later))
        )
    )["sessions"]
    plan = read_plan(validate_document({"slug": "x", "timezone": ZONE.key, "sessions": [session]}))
    assert (plan.sessions[0].starts, plan.sessions[0].ends) == (twice, later)


def test_odd_names_make_no_invalid_document() -> None:
    odd = [
        {"mbox": "mailto:ada@example.org", "name": "A\u0007da\u2028 Kaya"},
        account("https://lms.example.org", " "),
        account("https://lms.example.org", "x\u0001"),
    ]
    assert [each["name"] for each in by(*odd)] == ["A da Kaya"]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_step_of_a_simulated_course_that_anybody_did_is_found(seed: int) -> None:
    simulated = Course(seed=seed, learners_count=15, weeks=4, faults=Faults(0, 0, 0, 0))
    found = seen(*simulated.arrivals())
    document = checked(propose(found, ASKED._replace(courses=tuple(found.courses))))
    kinds = {each["id"]: each["kind"] for each in document["activities"]}
    done = {
        deed.step
        for person in simulated.people
        for deed in deeds_of(simulated.programme, person)
        if deed.kind in {"finish", "attempt", "post", "submit"}
    }
    steps = [each for each in simulated.programme.activities if each in done]
    assert len(steps) > 4
    assert {each.id: each.kind for each in steps} == {each.id: kinds.get(each.id) for each in steps}
    actors = set().union(
        *(learner.actors for learner in read_plan(validate_document(document)).learners)
    )
    known = {key(agent) for person in simulated.people for agent in person.agents.values()}
    strangers = {key(agent) for person in simulated.strangers for agent in person.agents.values()}
    assert actors <= known | strangers
    assert len(actors & known) > len(simulated.people)
    starts = {each["starts"] for each in document["sessions"]}
    for session in simulated.programme.sessions:
        planned = datetime.fromtimestamp(session.starts / 1000, ZONE).replace(tzinfo=None)
        nearest = min(abs(datetime.fromisoformat(each) - planned) for each in starts)
        assert nearest <= timedelta(minutes=15)
