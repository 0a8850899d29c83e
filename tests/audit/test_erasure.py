"""Erasure on both engines: what goes, what stays, what is read instead; every proof stays valid."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from adapters import intake
from lrs.attendance import Upload, import_files
from lrs.audit.erasure import Wanted
from lrs.audit.holds import HeldBack
from lrs.documents import DocumentKey
from lrs.errors import InvalidInput, NotFound, StatementConflict
from lrs.events import Erased, PayloadErased, ProgramPlanned
from lrs.index import Owner
from lrs.settings import Settings
from lrs.xapi.actor import mbox_sha1
from lrs.xapi.query import StatementQuery
from projections.comparison import compare
from projections.copies import copy_of_statement
from projections.history import Search
from tests.audit.erasing import ADA, QUERIES, WHY, House, house_of
from tests.projections import course
from tests.store.statements import record, referring, statement, voiding

STATE = DocumentKey(
    Owner("state", "https://example.org/a", "mbox|mailto:ada@example.org", None), "bookmark"
)
SHEET = b"Name,E-mail,Present\nAda,ada@example.org,yes\nBo,bo@example.org,yes\n"


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with house_of(settings) as opened:
        yield opened


def lively(house: House) -> None:
    """Let much happen, and Ada be in all of it."""
    house.store.programs.plan(course.document(), by="test")
    record(
        house.store,
        course.completed("ada"),
        course.scored("ada", 8),
        course.attended("ada", 55),
        course.completed("bo"),
        course.attended("bo", 40),
        course.completed("ada.private"),
    )
    pair = [ADA, "mailto:ada.private@example.org"]
    house.store.people.link(pair, reason="Ada said so", by="clerk")
    house.store.programs.plan(course.document(title="Renamed"), by="test", reason="for Ada")
    house.store.documents.put(STATE, b"page 1", "text/plain", lambda _: None, by="lms")
    house.store.documents.put(STATE, b"page 2", "text/plain", lambda _: None, by="lms")
    upload = Upload("signin-sheet", [("sheet.csv", SHEET)], "course", course.SESSION, "UTC")
    import_files(house.store, intake, upload, by="clerk")


def names_ada(text: str) -> bool:
    """Whether a text names Ada; `ada` alone is in many a UUID."""
    return any(each in text for each in ("ada@example", "ada.private", '"Ada', "'Ada", "Ada "))


def listed(house: House, **query: Any) -> list[dict[str, Any]]:
    page = house.store.log.index.page(StatementQuery(**query), 1_000)
    return [orjson.loads(each) for each in page.statements]


def find(house: House, sent: dict[str, Any]) -> dict[str, Any] | None:
    found = house.store.log.index.find(UUID(sent["id"]))
    return None if found is None else orjson.loads(found.statement)


def names(house: House, report: int = 0) -> list[str]:
    house.runner.catch_up()
    query = ("readiness", "drop-off", "combined")[report]
    found = next(
        each for each in house.at(house.store.log.head().position) if each["report"] == query
    )
    return [each["name"] for each in found["learners"]]


def test_a_person_is_erased_from_everything_and_nobody_else_is(house: House) -> None:
    lively(house)
    before = len(listed(house))
    receipt = house.erase()
    assert receipt["counts"] == {
        "attachments": 1,
        "documents": 2,
        "imports_redacted": 1,
        "people_links": 1,
        "program_versions_redacted": 2,
        "statements": 5,
    }
    assert len(listed(house)) == before - 5
    assert names(house) == ["Bo", "Cem", "Dan", "Eva"]
    assert listed(house, agent="mbox|mailto:ada@example.org", related_agents=True) == []
    assert len(listed(house, agent="mbox|mailto:bo@example.org")) == 3
    assert house.store.documents.get(STATE) is None
    assert house.store.documents.ids(STATE.owner) == []
    assert not names_ada(house.store.programs.document("course").decode())


def test_nothing_of_the_person_is_left_in_what_the_log_says(house: House) -> None:
    lively(house)
    house.told()
    house.erase()
    for _, event in house.store.log.entries():
        assert not names_ada(repr(event))
    assert not any(names_ada(shown.decode()) for shown in house.told())
    _, bundle = house.verify()
    assert not names_ada(bundle.decode())


@pytest.mark.parametrize("follower", ["late", "at once", "restarted"])
def test_incremental_and_rebuilt_and_live_agree_after_an_erasure(
    house: House, follower: str
) -> None:
    lively(house)
    if follower != "late":
        house.told()
    house.erase()
    if follower == "restarted":
        house.follow_anew()
    record(house.store, course.scored("bo", 9))
    incremental = house.told()
    house.rebuild()
    assert house.told() == incremental
    end = house.store.log.head().position
    live = [{**each, "as_of": None} for each in house.at(end)]
    standing = [{**house.reports.get(each), "as_of": None} for each in QUERIES]
    assert [each["learners"] for each in live] == [each["learners"] for each in standing]


def test_a_past_moment_is_replayed_for_all_others_as_it_was(house: House) -> None:
    lively(house)
    then = house.store.log.head().position
    before = house.at(then)
    house.erase()
    after = house.at(then)
    for old, new in zip(before, after, strict=True):
        others = [each for each in old["learners"] if each["name"] != "Ada"]
        assert new["learners"] == others
        assert len(others) == len(old["learners"]) - 1


def test_every_proof_stays_valid_and_the_verifier_names_the_erasure(house: House) -> None:
    lively(house)
    report, _ = house.verify()
    assert (report.verdict, report.erased) == ("UNANCHORED", {})
    receipt = house.erase()
    report, _ = house.verify()
    assert report.verdict == "ERASED"
    assert report.findings == []
    assert set(report.erased.values()) == {receipt["position"]}
    assert len(report.erased) == receipt["events"]


def test_where_others_name_the_person_the_rest_of_the_statement_stays(house: House) -> None:
    ada, bo = {"mbox": ADA}, {"mbox": "mailto:bo@example.org"}
    group = {"objectType": "Group", "member": [ada, bo]}
    score = {"score": {"raw": 1.5}, "extensions": {"https://example.org/n": 12345678901234567890}}
    team = statement("did", "cem", context={"instructor": ada, "team": group}, result=score)
    agents = statement(
        "did",
        "cem",
        version="2.0.0",
        context={
            "contextAgents": [
                {"objectType": "contextAgent", "agent": ada},
                {"objectType": "contextAgent", "agent": bo},
            ]
        },
    )
    together = statement(actor="x") | {"actor": group}
    alone = statement(actor="x") | {"actor": {"objectType": "Group", "member": [ada]}}
    about = statement("praised", "cem") | {"object": {"objectType": "Agent", **ada}}
    record(house.store, team, agents, together, alone, about)
    receipt = house.erase()
    assert receipt["counts"] == {"statements": 2, "statements_redacted": 3}
    found = find(house, team)
    assert found
    assert found["context"] == {"team": {"objectType": "Group", "member": [bo]}}
    assert found["result"] == score
    found = find(house, together)
    assert found
    assert found["actor"] == {"objectType": "Group", "member": [bo]}
    found = find(house, agents)
    assert found
    assert [each["agent"] for each in found["context"]["contextAgents"]] == [bo]
    assert find(house, alone) is None
    assert find(house, about) is None
    related = listed(house, agent="mbox|mailto:bo@example.org", related_agents=True)
    assert {each["id"] for each in related} == {each["id"] for each in (team, agents, together)}
    assert listed(house, agent="mbox|mailto:ada@example.org", related_agents=True) == []


def test_two_people_are_erased_from_one_statement_one_after_the_other(house: House) -> None:
    members = [{"mbox": f"mailto:{name}@example.org"} for name in ("ada", "bo", "cem")]
    sent = statement(actor="x") | {"actor": {"objectType": "Group", "member": members}}
    record(house.store, sent)
    house.erase()
    house.erase("mailto:bo@example.org")
    found = find(house, sent)
    assert found
    assert found["actor"]["member"] == members[2:]
    house.erase("mailto:cem@example.org")
    assert find(house, sent) is None
    assert listed(house) == []
    _, bundle = house.verify()
    assert all(each["mbox"][7:].encode() not in bundle for each in members)


def test_what_refers_to_an_erased_statement_is_not_found_by_its_terms_any_more(
    house: House,
) -> None:
    mine = statement("said", "ada")
    record(house.store, mine)
    record(house.store, referring(mine["id"], actor="bo"))
    assert len(listed(house, verb="https://example.org/verbs/said")) == 2
    house.erase()
    assert listed(house, verb="https://example.org/verbs/said") == []
    assert len(listed(house, agent="mbox|mailto:bo@example.org")) == 1


def test_what_an_erased_person_voided_stays_void(house: House) -> None:
    lively(house)
    sent = course.scored("bo", 9)
    record(house.store, sent)
    record(house.store, voiding(sent["id"], actor="ada"))
    house.told()
    house.erase()
    found = house.store.log.index.find(UUID(sent["id"]))
    assert found
    assert found.voided
    incremental = house.told()
    house.rebuild()
    assert house.told() == incremental
    (void,) = [each for each in listed(house) if each["verb"]["id"].endswith("voided")]
    assert void["actor"]["account"]["name"] == house.erasures.receipts()[0]["person"]


def test_one_statement_is_erased_by_its_id_and_cannot_come_back(house: House) -> None:
    first, second = statement(actor="ada"), statement(actor="ada")
    record(house.store, first, second)
    receipt = house.erase(person=None, statement=UUID(first["id"]))
    assert receipt["statement"] == first["id"]
    assert receipt["counts"] == {"statements": 1}
    assert [each["id"] for each in listed(house)] == [second["id"]]
    with pytest.raises(StatementConflict):
        record(house.store, first)
    with pytest.raises(NotFound):
        house.erase(person=None, statement=UUID(first["id"]))


def test_a_dry_run_tells_the_same_and_destroys_nothing(house: House) -> None:
    lively(house)
    end = house.store.log.head()
    preview = house.erasures.preview(Wanted(**WHY, person=ADA))
    assert house.store.log.head() == end
    assert preview["programs"] == ["course"]
    receipt = house.erase()
    assert (preview["counts"], preview["events"]) == (receipt["counts"], receipt["events"])
    assert preview["person"] == receipt["person"]


def test_a_person_is_known_by_any_actor_and_by_the_mailbox_digest(house: House) -> None:
    lively(house)
    digest = {"mbox_sha1sum": mbox_sha1(ADA).removeprefix("sha1:")}
    record(house.store, statement(actor="x") | {"actor": digest})
    receipt = house.erase("mailto:ada.private@example.org")
    assert receipt["counts"]["statements"] == 6


@pytest.mark.parametrize("blank", ["reason", "legal_basis"])
def test_a_reason_and_a_legal_basis_are_needed(house: House, blank: str) -> None:
    record(house.store, statement())
    with pytest.raises(InvalidInput) as refused:
        house.erase(**{blank: " "})
    assert refused.value.path == blank


def test_nobody_known_is_nothing_to_erase(house: House) -> None:
    record(house.store, statement())
    with pytest.raises(NotFound):
        house.erase("mailto:nobody@example.org")
    house.erase()
    with pytest.raises(NotFound):
        house.erase()


def test_a_legal_hold_beats_erasure_until_it_is_released(house: House) -> None:
    lively(house)
    hold = house.erasures.holds.add(person=ADA, reason="a dispute", by="counsel")
    with pytest.raises(HeldBack) as refused:
        house.erase("mailto:ada.private@example.org")
    assert str(hold) in refused.value.message
    assert house.erasures.preview(Wanted(**WHY, person=ADA))["held"] == [str(hold)]
    assert house.erasures.holds.listed()[0]["reason"] == "a dispute"
    house.erasures.holds.release(hold, reason="settled", by="counsel")
    assert house.erase()["events"]
    assert house.erasures.holds.listed() == []


def test_a_held_statement_and_what_a_held_person_is_in_are_not_touched(house: House) -> None:
    members = [{"mbox": ADA}, {"mbox": "mailto:bo@example.org"}]
    together = statement(actor="x") | {"actor": {"objectType": "Group", "member": members}}
    record(house.store, together)
    by_person = house.erasures.holds.add(person="mailto:bo@example.org", reason="x", by="counsel")
    with pytest.raises(HeldBack):
        house.erase()
    house.erasures.holds.release(by_person, reason="y", by="counsel")
    house.erasures.holds.add(statement=UUID(together["id"]), reason="x", by="counsel")
    with pytest.raises(HeldBack):
        house.erase()


def test_holds_need_a_reason_and_name_nobody(house: House) -> None:
    with pytest.raises(InvalidInput):
        house.erasures.holds.add(person=ADA, reason=" ", by="counsel")
    house.erasures.holds.add(person=ADA, reason="x", by="counsel")
    assert not names_ada(repr(list(house.store.log.stream("erasures"))))
    with pytest.raises(NotFound):
        house.erasures.holds.release(uuid4(), reason="x", by="counsel")
    with pytest.raises(NotFound):
        house.erasures.holds.add(statement=uuid4(), reason="x", by="counsel")


def test_a_receipt_tells_who_and_why_and_how_much_but_not_about_whom(house: House) -> None:
    lively(house)
    receipt = house.erase()
    assert (receipt["principal"], receipt["reason"]) == ("dpo", "asked to")
    assert receipt["legal_basis"] == "GDPR 17(1)(b)"
    assert not names_ada(orjson.dumps(receipt).decode())
    assert house.erasures.receipts() == [receipt]
    house.runner.catch_up()
    (told,) = house.history.search(Search(action="payload.erased"))["events"]
    assert (told["position"], told["reason"]) == (receipt["position"], "asked to")
    found = house.history.search(Search(person=receipt["person"]))["events"]
    assert told in found


def test_an_erased_event_is_found_by_its_action_and_principal_only(house: House) -> None:
    sent = statement()
    record(house.store, sent, referring(sent["id"], actor="bo"))
    house.runner.catch_up()
    house.erase()
    house.runner.catch_up()
    found = house.history.search(Search(principal="tester"))["events"]
    assert [each["erased"] for each in found] == [True, False]
    assert house.history.search(Search(person=ADA))["events"] == []


def test_what_is_kept_in_memory_by_others_is_read_anew(house: House, settings: Settings) -> None:
    lively(house)
    with house_of(settings) as other:
        assert names_ada(other.store.programs.document("course").decode())
        other.reports.get(QUERIES[0]._replace(as_of=f"position:{other.store.log.head().position}"))
        house.erase()
        assert not names_ada(other.store.programs.document("course").decode())
        assert names(other) == ["Bo", "Cem", "Dan", "Eva"]
        assert not names_ada(repr(other.store.programs.history("course")))


def test_the_program_is_planned_anew_and_its_versions_keep_their_moments(house: House) -> None:
    lively(house)
    versions = house.store.programs.history("course")
    house.erase()
    later = house.store.programs.history("course")
    assert [each.stored for each in later[:2]] == [each.stored for each in versions]
    assert len(later) == 3
    assert [change.path for change in later[1].changes] == ["title"]
    events = [each for _, each in house.store.log.entries() if isinstance(each, ProgramPlanned)]
    assert len(events) == 3


def test_erased_events_read_as_erased_and_only_these(house: House) -> None:
    record(house.store, statement(), statement(actor="bo"))
    house.erase()
    kinds = [type(event) for _, event in house.store.log.entries()]
    assert kinds.count(Erased) == 1
    assert kinds[-1] is PayloadErased


def test_a_copy_shows_the_mark_of_the_erasure_and_what_is_left(house: House) -> None:
    gone, taught = statement(), statement(actor="bo", context={"instructor": {"mbox": ADA}})
    record(house.store, gone, taught)
    receipt = house.erase()
    house.runner.catch_up()
    for sent, left in ((gone, False), (taught, True)):
        copy = copy_of_statement(house.store.log, house.history, UUID(sent["id"]))
        (entry,) = copy["entries"]
        (mark,) = entry["marks"]
        assert (mark["mark"], mark["position"]) == ("erased", receipt["position"])
        assert mark["principal"] == "dpo"
        assert (entry["original"] is not None) == left
        assert not names_ada(orjson.dumps(copy).decode())


def test_a_difference_between_past_moments_names_what_is_left(house: House) -> None:
    house.store.programs.plan(course.document(), by="test")
    before = house.store.log.head().position
    taught = course.completed("bo") | {"context": {"instructor": {"mbox": ADA}}}
    record(house.store, taught, course.completed("ada"))
    house.erase()
    house.runner.catch_up()
    query = QUERIES[0]
    moments = (f"position:{before}", f"position:{before + 2}")
    found = compare(house.store.log, house.views, query, *moments)
    assert [event["what"]["statement"] for event in found["events"]] == [taught["id"]]
