"""One person behind many actors, on both engines: what joins them, who says so, and since when."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.errors import InvalidQuery, NotFound
from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.xapi.actor import mbox_sha1
from projections.people import list_people, show_person
from projections.reports import Query
from projections.rules.report import canonical
from projections.runner import rebuild_views
from projections.unmatched import unmatched
from tests.conftest import ENGINES
from tests.projections import course
from tests.projections.test_law import QUERIES, READINESS, House, people
from tests.store.statements import record

ADA = "mailto:ada@example.org"
LMS_ACCOUNT = {"account": {"homePage": course.SITE, "name": "42"}}
ROOM_ACCOUNT = {"account": {"homePage": "https://bbb.example.org", "name": "Ada K."}}
LMS_KEY, ROOM_KEY = f"{course.SITE}::42", "https://bbb.example.org::Ada K."
DIGEST = {"mbox_sha1sum": mbox_sha1(ADA).removeprefix("sha1:")}


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        yield House(store, views)


def document(*, name: str = "Ada", also: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """Return the course with Ada under this name and these further actors."""
    planned = course.document(**changes)
    planned["cohorts"][0]["learners"][0] |= {"name": name, "also": list(also)}
    return planned


def by(actor: dict[str, Any], statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {"actor": {"objectType": "Agent", **actor}}


def page(house: House, **asked: Any) -> dict[str, Any]:
    house.runner.catch_up()
    return unmatched(house.store.log, house.views, **asked)


def actors(found: dict[str, Any]) -> list[str]:
    return [each["actor"] for each in found["unmatched"]]


def without_place(report: dict[str, Any]) -> bytes:
    """Return a report's bytes but for the moment and the position it stands at."""
    return canonical({k: v for k, v in report.items() if k not in {"as_of", "position"}})


def reports(house: House) -> list[bytes]:
    return [without_place(house.report(query)) for query in QUERIES]


@pytest.mark.parametrize(
    ("actor", "also"),
    [
        ({"mbox": ADA}, ()),
        ({"mbox": "mailto:ADA@Example.ORG"}, ()),
        (DIGEST, ()),
        ({"mbox_sha1sum": DIGEST["mbox_sha1sum"].upper()}, ()),
        (LMS_ACCOUNT, (LMS_KEY,)),
        (ROOM_ACCOUNT, (ROOM_KEY,)),
        ({"mbox": "mailto:Ada.Private@example.net"}, ("mailto:ada.private@example.net",)),
        (
            {"mbox": "mailto:ada.private@example.net"},
            (mbox_sha1("mailto:ada.private@example.net"),),
        ),
    ],
    ids=["mbox", "capitals", "sha1", "SHA1", "account", "name", "also", "digest in also"],
)
def test_documents_and_equal_mailboxes_join_by_themselves(
    house: House, actor: dict[str, Any], also: tuple[str, ...]
) -> None:
    house.store.programs.plan(document(also=also), by="test")
    record(house.store, course.completed("ada"), by(actor, course.scored("x", 9)))
    assert people(house.report(READINESS), "state")["Ada"] == "ready"
    assert actors(page(house)) == []


def test_a_decision_joins_what_nothing_else_does(house: House) -> None:
    house.store.programs.plan(document(), by="test")
    record(
        house.store,
        by(LMS_ACCOUNT, course.completed("x")),
        by(ROOM_ACCOUNT, course.scored("x", 9)),
        by({"mbox": "mailto:ada@example.net"}, course.attended("x", 50)),
    )
    assert people(house.report(READINESS), "state")["Ada"] == "not_started"
    found = [LMS_KEY, ROOM_KEY, "mailto:ada@example.net"]
    assert sorted(actors(page(house))) == sorted(found)
    house.store.people.link([ADA, *found], reason="asked her", by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "ready"
    assert people(house.report(Query("combined", "course")), "pattern")["Ada"] == "both"
    assert actors(page(house)) == []


def test_two_links_in_a_chain_make_one_person(house: House) -> None:
    house.store.programs.plan(document(), by="test")
    record(house.store, by(ROOM_ACCOUNT, course.completed("x")))
    house.store.people.link([LMS_KEY, ROOM_KEY], reason="the same photo", by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "not_started"
    house.store.people.link([mbox_sha1(ADA), LMS_KEY], reason="asked", by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "partly"
    house.store.people.unlink(LMS_KEY, reason="not hers", by="test")
    assert people(house.report(READINESS), "state")["Ada"] == "not_started"
    assert actors(page(house)) == [ROOM_KEY]


def test_the_unmatched_are_listed_with_whom_they_may_be(house: House) -> None:
    house.store.programs.plan(document(name="Ada Kaya"), by="test")
    named = {"name": "KAYA Ada", **ROOM_ACCOUNT}
    record(
        house.store,
        by(named, course.attended("x", 50)),
        by(named, course.joined("x", "2026-10-09T14:10:00Z")),
        course.attended("bo", 50),
        course.completed("stranger", "2026-10-07T10:00:00Z"),
    )
    first, second = page(house)["unmatched"]
    assert {**first, "suggestions": []} == {
        "actor": ROOM_KEY,
        "name": "KAYA Ada",
        "records": 2,
        "first": "2026-10-09T14:00:00Z",
        "last": "2026-10-09T14:10:00Z",
        "program": "course",
        "programs": ["course"],
        "sessions": [course.SESSION],
        "suggestions": [],
    }
    (suggestion,) = first["suggestions"]
    assert suggestion == {
        "person": show_person(house.store.log, ADA)["person"],
        "name": "Ada Kaya",
        "actor": ADA,
        "score": 95,
        "reasons": [
            "same name but for accents, capitals or order",
            "present in 1 session where the learner was missing",
        ],
    }
    assert (second["actor"], second["suggestions"]) == ("mailto:stranger@example.org", [])
    # A suggestion is none of the reports' business.
    assert people(house.report(READINESS), "state")["Ada Kaya"] == "not_started"


def test_who_was_seen_beside_a_learner_is_less_likely_the_learner(house: House) -> None:
    house.store.programs.plan(document(name="Ada Kaya"), by="test")
    named = {"name": "Ada Kaya", **ROOM_ACCOUNT}
    record(house.store, by(named, course.attended("x", 50)))
    apart = page(house)["unmatched"][0]["suggestions"][0]
    record(house.store, course.attended("ada", 50))
    beside = page(house)["unmatched"][0]["suggestions"][0]
    assert beside["score"] < apart["score"]
    assert "the learner is recorded beside them in 1 session" in beside["reasons"]


def test_a_learner_of_another_program_is_suggested_under_every_program(house: House) -> None:
    house.store.programs.plan(document(name="Ada Kaya"), by="test")
    house.store.programs.plan(document(slug="other", name="Eve Kaya"), by="test")
    record(house.store, by({"name": "Eve Kaya", **LMS_ACCOUNT}, course.completed("x")))
    (found,) = page(house)["unmatched"]
    assert (found["programs"], found["records"]) == (["course", "other"], 1)
    # Ada and Eve share a mailbox here: they are one person, who goes by two names.
    (suggestion,) = found["suggestions"]
    assert suggestion["name"] == "Eve Kaya"
    (only,) = page(house, program="course")["unmatched"]
    assert (only["programs"], only["suggestions"]) == (["course"], [])


def test_a_mailbox_and_its_sha1_are_listed_as_one(house: House) -> None:
    house.store.programs.plan(document(), by="test")
    stranger = course.completed("stranger")
    digest = mbox_sha1("mailto:stranger@example.org").removeprefix("sha1:")
    record(
        house.store,
        by({"mbox_sha1sum": digest, "name": "Zoe"}, course.attended("x", 50)),
        stranger,
    )
    (found,) = page(house)["unmatched"]
    assert (found["actor"], found["name"]) == ("mailto:stranger@example.org", "Zoe")
    assert (found["records"], found["first"]) == (2, "2026-10-05T10:00:00Z")
    house.store.people.link([ADA, "mailto:stranger@example.org"], reason="asked", by="test")
    assert actors(page(house)) == []


def test_pages_of_the_unmatched_follow_each_other_and_lose_nobody(house: House) -> None:
    house.store.programs.plan(document(), by="test")
    record(
        house.store,
        *[course.completed(f"stranger{n}") for n in range(7) for _ in range(1 + n % 3)],
        by({"name": "~1~", **ROOM_ACCOUNT}, course.completed("x")),
    )
    whole = actors(page(house))
    assert len(whole) == 8
    listed: list[str] = []
    cursor = None
    while True:
        found = page(house, limit=3, cursor=cursor)
        listed += actors(found)
        cursor = found.get("cursor")
        if cursor is None:
            break
    assert listed == whole
    with pytest.raises(InvalidQuery):
        page(house, cursor="3")
    with pytest.raises(NotFound):
        page(house, program="none")


def test_a_person_is_shown_with_every_identity_and_where_each_link_comes_from(
    house: House,
) -> None:
    house.store.programs.plan(document(also=(LMS_KEY,)), by="planner")
    house.store.people.link([ROOM_KEY, LMS_KEY], reason="same photo", by="eve")
    for asked in (ADA, mbox_sha1(ADA), LMS_KEY, ROOM_KEY):
        found = show_person(house.store.log, asked)
        assert (found["name"], found["actor"]) == ("Ada", asked)
        assert found["learner_of"] == [{"program": "course", "cohort": "autumn", "name": "Ada"}]
        sources = {
            each["actor"]: [link["source"] for link in each["links"]]
            for each in found["identities"]
        }
        assert sources == {
            ADA: ["document", "mailbox"],
            mbox_sha1(ADA): ["mailbox"],
            LMS_KEY: ["document", "decision"],
            ROOM_KEY: ["decision"],
        }
    (room,) = [each for each in found["identities"] if each["actor"] == ROOM_KEY]
    (link,) = room["links"]
    assert (link["with"], link["principal"], link["reason"]) == ([LMS_KEY], "eve", "same photo")
    assert link["stored"] == found["decisions"][0]["stored"] is not None
    (row,) = [each for each in list_people(house.store.log) if each["name"] == "Ada"]
    assert row["actors"] == sorted([ADA, mbox_sha1(ADA), LMS_KEY, ROOM_KEY])
    assert (row["person"], row["programs"]) == (found["person"], ["course"])
    assert len(list_people(house.store.log, "course")) == len(course.NAMES)


def test_who_was_who_then_is_still_known(house: House) -> None:
    house.store.programs.plan(document(), by="planner")
    record(house.store, by(ROOM_ACCOUNT, course.completed("x")))
    alone, before = house.store.log.head(), house.report(READINESS)
    house.store.people.link([ADA, ROOM_KEY], reason="asked", by="eve")
    linked, between = house.store.log.head(), house.report(READINESS)
    house.store.people.unlink(ROOM_KEY, reason="a guest", by="bob")
    rebuild_views(house.store.log, house.views, lambda *_: None)
    for head, report in ((alone, before), (linked, between)):
        at_position = house.at(READINESS, head.position)
        at_moment = house.reports.get(READINESS._replace(as_of=head.stored.isoformat()))
        assert without_place(at_position) == without_place(at_moment) == without_place(report)
    shown = {
        head.position: show_person(house.store.log, ADA, f"position:{head.position}")
        for head in (alone, linked)
    }
    assert [e["actor"] for e in shown[alone.position]["identities"]] == [ADA, mbox_sha1(ADA)]
    assert ROOM_KEY in [e["actor"] for e in shown[linked.position]["identities"]]
    assert shown[alone.position]["decisions"] == []
    now = show_person(house.store.log, ROOM_KEY)
    assert (now["name"], [each["links"] for each in now["identities"]]) == (None, [[]])
    told = [(d["action"], d["principal"], d["reason"], d["in_force"]) for d in now["decisions"]]
    assert told == [("link", "eve", "asked", False), ("unlink", "bob", "a guest", None)]
    with pytest.raises(InvalidQuery):
        show_person(house.store.log, ADA, "yesterday")


def test_a_link_shows_in_the_very_next_answer_while_the_views_follow(house: House) -> None:
    house.store.programs.plan(document(), by="test")
    record(house.store, by(ROOM_ACCOUNT, course.completed("x")))
    stop = threading.Event()
    following = threading.Thread(target=house.runner.follow, args=(stop,))
    following.start()
    try:
        for _ in range(3):
            house.store.people.link([ADA, ROOM_KEY], reason="asked", by="test")
            assert people(house.reports.get(READINESS), "state")["Ada"] == "partly"
            assert unmatched(house.store.log, house.views) == {"unmatched": []}
            house.store.people.unlink(ROOM_KEY, reason="not her", by="test")
            assert len(unmatched(house.store.log, house.views)["unmatched"]) == 1
            assert people(house.reports.get(READINESS), "state")["Ada"] == "not_started"
    finally:
        stop.set()
        following.join()


def test_an_answer_does_not_wait_for_ever_for_views_that_nobody_keeps(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.reports.DECISION_SECONDS", 0.1)
    house.store.programs.plan(document(), by="test")
    before = house.report(READINESS)
    house.store.people.link([ADA, ROOM_KEY], reason="asked", by="test")
    assert house.reports.get(READINESS)["position"] == before["position"]


@pytest.fixture(params=ENGINES, scope="module")
def new_house(
    request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]
) -> Callable[[], Settings]:
    """Return what makes the settings of an empty store; the engine's server is shared."""
    return lambda: new_settings(request.param)


STRANGERS = ["mailto:ada.private@example.net", LMS_KEY, ROOM_KEY, "mailto:bo@example.org"]
LINKS = st.lists(
    st.lists(st.sampled_from([ADA, *STRANGERS]), min_size=2, max_size=3, unique=True),
    min_size=1,
    max_size=4,
)
MODEST = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


def _spread(house: House) -> None:
    """Plan the course, and let strangers and learners do something on every step."""
    house.store.programs.plan(document(), by="test")
    record(
        house.store,
        by({"mbox": STRANGERS[0]}, course.completed("x")),
        by(LMS_ACCOUNT, course.scored("x", 8)),
        by(ROOM_ACCOUNT, course.attended("x", 50)),
        by(DIGEST, course.posted("x")),
        course.completed("bo"),
        course.attended("cem", 20),
    )


@given(links=LINKS, newcomer=st.sampled_from([ADA, *STRANGERS]))
@MODEST
def test_linking_then_unlinking_restores_every_report_byte_for_byte(
    new_house: Callable[[], Settings], links: list[list[str]], newcomer: str
) -> None:
    """Whoever was linked before stays linked: the newcomer is in no other link."""
    chosen = new_house()
    with open_store(chosen) as store, open_views(chosen) as views:
        house = House(store, views)
        _spread(house)
        for link in links:
            if newcomer not in link:
                store.people.link(link, reason="known", by="test")
        others = [actor for actor in (ADA, *STRANGERS) if actor != newcomer]
        before, listed = reports(house), page(house)
        store.people.link([newcomer, others[0]], reason="perhaps", by="test")
        store.people.link([newcomer, others[-1]], reason="perhaps", by="test")
        store.people.unlink(newcomer, reason="no", by="test")
        assert (reports(house), page(house)) == (before, listed)


@given(links=LINKS, data=st.data())
@MODEST
def test_links_in_any_order_give_the_same_people_and_reports(
    new_house: Callable[[], Settings], links: list[list[str]], data: st.DataObject
) -> None:
    chosen = new_house()
    with open_store(chosen) as store, open_views(chosen) as views:
        house = House(store, views)
        _spread(house)
        answers = []
        for order in (links, data.draw(st.permutations(links))):
            for link in order:
                store.people.link(link, reason="known", by="test")
            answers.append((reports(house), page(house), list_people(store.log)))
            for actor in {actor for link in links for actor in link}:
                with suppress(NotFound):
                    store.people.unlink(actor, reason="once more", by="test")
        assert answers[0] == answers[1]
