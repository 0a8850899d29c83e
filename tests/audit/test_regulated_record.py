"""What a regulated record asks for (21 CFR 11.10(e), EU Annex 11 and their kin), a test for each point.

They show that the server supports these rules; whether a use of it complies is its users' to show.
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from msgspec import structs

from lrs.append import Append, Head
from lrs.audit import disclosure
from lrs.audit.printing import as_csv, as_html, as_json
from lrs.audit.routes import MUTATING, RECORDS
from lrs.errors import InvalidSettings
from lrs.events import EVENTS
from lrs.http.statements import LANE
from lrs.main import create_app, open_store, open_views
from lrs.settings import Settings, read_settings
from projections.comparison import compare
from projections.copies import copy_of_statement
from projections.history import History
from projections.reports import Query, Reports
from projections.runner import Runner
from tests.conftest import ENGINES, KEY, Server, serving
from tests.projections import course
from tests.store.statements import drafts, statement, voiding

AGENT = '{"mbox":"mailto:ada@example.org"}'
STATE = {"activityId": "https://example.org/a", "agent": AGENT, "stateId": "bookmark"}
SHEET = b"Name,E-mail,Present\nAda,ada@example.org,yes\n"
LINK: dict[str, Any] = {
    "actors": ["mailto:ada@example.org", "mailto:a.kaya@example.org"],
    "reason": "asked her",
}
UPLOAD = {"program": "course", "session": course.SESSION}
WAIT_SECONDS = 10


@pytest.fixture(params=ENGINES, scope="module")
def audited(
    request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]
) -> Iterator[Server]:
    """A server that tells of every read, soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disclosure, "FLUSH_SECONDS", 0.05)
        settings = structs.replace(new_settings(request.param), disclosure_log="all")
        with serving(settings) as running:
            yield running


@pytest.fixture
def wait(wait_until: Callable[..., None]) -> Callable[[Callable[[], bool]], None]:
    return lambda true: wait_until(true, WAIT_SECONDS)


def history(server: Server, **wanted: str) -> list[dict[str, Any]]:
    answer = server.client.get("/audit/history", params={"limit": "1000", **wanted})
    answer.raise_for_status()
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


def position(server: Server) -> int:
    return int(server.client.get("/health").json()["position"])


def routes(app: Any) -> set[tuple[str, str]]:
    """Return (method, path) of all that the server answers, in routers of routers as well."""
    found = set(LANE_ROUTES)
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        if hasattr(route, "original_router"):
            waiting += route.original_router.routes
        elif hasattr(route, "routes"):
            waiting += route.routes
        else:
            found |= {(method, route.path) for method in route.methods or ()}
    return found


LANE_ROUTES = {(method, path) for path, method in LANE}


def test_every_route_that_changes_something_is_mapped_to_the_events_it_records() -> None:
    answered = routes(create_app(Settings(), projections=False))
    assert ("GET", "/audit/history") in answered
    mutating = {(method, path) for method, path in answered if method in MUTATING}
    assert mutating == RECORDS.keys()
    assert all(kinds and set(kinds) <= set(EVENTS) for kinds in RECORDS.values())


def test_1_every_state_change_yields_an_event_of_who_what_when_and_why(audited: Server) -> None:
    client = audited.client
    before = position(audited)
    sent = statement(timestamp="2026-01-01T00:00:00Z")
    client.post("/xapi/statements", json=sent).raise_for_status()
    client.post("/xapi/statements", json=voiding(sent["id"])).raise_for_status()
    client.put("/xapi/activities/state", params=STATE, content=b"{}").raise_for_status()
    client.post(
        "/xapi/activities/state",
        params=STATE,
        json={"a": 1},
    )
    client.delete("/xapi/activities/state", params=STATE).raise_for_status()
    client.put("/programs/course?reason=autumn", json=course.document()).raise_for_status()
    client.post("/people/links", json=LINK).raise_for_status()
    client.post(
        "/people/unlinks", json={"actor": LINK["actors"][1], "reason": "not her"}
    ).raise_for_status()
    client.post("/attendance/signin-sheet", params=UPLOAD, content=SHEET).raise_for_status()
    client.delete("/programs/course?reason=over").raise_for_status()
    with open_store(audited.settings) as store:
        store.credentials.create("clerk", ["people/write"], key="clerk", reason="new", by=KEY)
        store.credentials.revoke("clerk", reason="left", by=KEY)
    after = datetime.now(UTC)
    events = history(audited, after=str(before), principal=KEY)
    told = {each["action"]: each for each in events}
    assert {
        "statement.recorded",
        "statement.voided",
        "document.stored",
        "document.deleted",
        "program.planned",
        "people.linked",
        "person.unlinked",
        "attendance.imported",
        "program.withdrawn",
        "credential.created",
        "credential.revoked",
    } <= told.keys()
    assert all(each["principal"] == KEY and each["role"] == ["admin"] for each in events)
    assert all(datetime.fromisoformat(each["stored"]) <= after for each in events)
    assert told["statement.voided"]["actor"] == "mailto:ada@example.org"
    assert told["document.deleted"]["what"]["old"]["bytes"] == 2
    reasons = {name: told[name]["reason"] for name in told if told[name]["reason"]}
    assert reasons == {
        "program.planned": "autumn",
        "people.linked": "asked her",
        "person.unlinked": "not her",
        "program.withdrawn": "over",
        "credential.created": "new",
        "credential.revoked": "left",
    }


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_2_unlinking_linking_and_amending_with_a_blank_reason_is_refused(
    audited: Server, reason: str | None
) -> None:
    client = audited.client
    given = {} if reason is None else {"reason": reason}
    actor = LINK["actors"][0]
    before = len(
        history(audited, action="people.linked") + history(audited, action="person.unlinked")
    )
    assert client.post("/people/unlinks", json={"actor": actor, **given}).status_code == 400
    assert client.post("/people/links", json=LINK | {"reason": reason}).status_code == 400
    if reason is not None:
        planned = client.put("/programs/blank", params=given, json=course.document("blank"))
        assert planned.status_code == 400
        assert client.get("/programs/blank").status_code == 404
    after = len(
        history(audited, action="people.linked") + history(audited, action="person.unlinked")
    )
    assert after == before


def test_3_every_version_of_a_document_stays_retrievable(audited: Server) -> None:
    client = audited.client
    state = STATE | {"stateId": uuid4().hex}
    html = {"Content-Type": "text/html"}
    client.put("/xapi/activities/state", params=state, content=b"<b>1</b>", headers=html)
    stored = client.get("/xapi/activities/state", params=state)
    client.put(
        "/xapi/activities/state",
        params=state,
        content=b"two",
        headers=html | {"If-Match": stored.headers["etag"]},
    ).raise_for_status()
    client.delete("/xapi/activities/state", params=state).raise_for_status()
    query = {name: value for name, value in STATE.items() if name != "stateId"}
    query |= {"resource": "state", "documentId": state["stateId"]}
    versions = client.get("/audit/documents", params=query).json()["versions"]
    assert [(each["version"], each["action"], each["bytes"]) for each in versions] == [
        (1, "document.stored", 8),
        (2, "document.stored", 3),
        (3, "document.deleted", None),
    ]
    assert {each["principal"] for each in versions} == {KEY}
    first = client.get(f"/audit/documents/{versions[0]['position']}")
    assert (first.content, first.headers["content-type"]) == (b"<b>1</b>", "text/html")
    assert first.headers["content-disposition"] == "attachment"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/audit/documents/{versions[2]['position']}").status_code == 404
    assert client.get("/audit/documents", params=query | {"documentId": "x"}).status_code == 404
    assert client.get("/audit/documents/first").json()["path"] == "position"


def test_4_the_claimed_time_is_kept_apart_from_the_stored_one_which_only_grows(
    audited: Server,
) -> None:
    claimed = ["2026-03-03T03:03:03Z", "2020-01-01T00:00:00Z", "2026-02-02T02:02:02Z"]
    principal = uuid4().hex
    sent = [statement(principal, timestamp=each) for each in claimed]
    audited.client.post("/xapi/statements", json=sent).raise_for_status()
    ids = [each["id"] for each in sent]
    told = history(audited, person="mailto:ada@example.org")
    ours = [each for each in told if each["what"].get("statement") in ids]
    assert [each["timestamp"] for each in ours] == claimed
    stored = [each["stored"] for each in told]
    assert stored == sorted(set(stored))


def test_5_the_authority_is_the_servers_whatever_was_sent(audited: Server) -> None:
    forged = statement(authority={"objectType": "Agent", "mbox": "mailto:forged@example.org"})
    audited.client.post("/xapi/statements", json=forged).raise_for_status()
    kept = audited.client.get("/xapi/statements", params={"statementId": forged["id"]}).json()
    assert kept["authority"]["account"]["name"] == KEY
    (told,) = (
        each
        for each in history(audited, action="statement.recorded", principal=KEY)
        if each["stream"] == forged["id"]
    )
    assert told["principal"] == KEY


def test_6_no_setting_switches_the_audit_off(
    new_settings: Callable[[str], Settings],
    wait: Callable[[Callable[[], bool]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(InvalidSettings):
        read_settings({"LRS_DISCLOSURE_LOG": "off"})
    monkeypatch.setattr(disclosure, "FLUSH_SECONDS", 0.05)
    least = structs.replace(new_settings("sqlite"), disclosure_log="reports")
    with serving(least) as server:
        server.client.put("/programs/course", json=course.document()).raise_for_status()
        wait(lambda: server.client.get("/reports/drop-off?program=course").status_code == 200)
        server.client.get("/xapi/statements").raise_for_status()
        wait(lambda: {"GET /reports/drop-off", "GET /audit/history"} <= disclosed(server))
        assert "GET /xapi/statements" not in disclosed(server)


def disclosed(server: Server) -> set[str]:
    return {each["what"]["route"] for each in history(server, action="records.disclosed")}


def test_7_any_past_moment_gives_the_same_bytes_and_a_diff_names_what_made_the_difference(
    settings: Settings,
) -> None:
    query = Query("readiness", "course", course.SESSION)
    quiz = course.scored("ada", 9)
    with open_store(settings) as store, open_views(settings) as views:
        store.programs.plan(course.document(), by="planner")
        store.statements.record(drafts(store, course.completed("ada"))).result(30)
        reports, runner = Reports(store.log, views), Runner(store.log, views)
        moment = store.log.head().stored.isoformat()
        first = orjson.dumps(reports.get(query._replace(as_of=moment)))
        store.statements.record(drafts(store, quiz, *map(course.posted, course.NAMES))).result(30)
        store.programs.plan(course.document(title="Later"), by="planner")
        store.people.link(LINK["actors"], reason="asked", by="clerk")
        runner.catch_up()
        assert orjson.dumps(reports.get(query._replace(as_of=moment))) == first
        found = compare(store.log, views, query, moment, f"position:{store.log.head().position}")
    state = next(each for each in found["differences"] if each["path"].endswith("].state"))
    assert (state["name"], state["old"], state["new"]) == ("Ada", "partly", "ready")
    named = {
        each["what"].get("statement")
        for each in found["events"]
        if each["position"] in state["causes"]
    }
    assert quiz["id"] in named


def test_8_copies_show_voids_and_amendments_with_the_original_and_run_nothing(
    settings: Settings,
) -> None:
    evil = '"><script>alert(1)</script>'
    sent = statement() | {"actor": {"mbox": "mailto:ada@example.org", "name": evil}}
    sent["result"] = {"response": "=1+1"}
    with open_store(settings) as store, open_views(settings) as views:
        for each in (sent, voiding(sent["id"], actor="admin")):
            store.statements.record(drafts(store, each)).result(30)
        Runner(store.log, views).catch_up()
        copy = copy_of_statement(store.log, History(store.log, views), UUID(sent["id"]))
        body = store.log.index.find(UUID(sent["id"]))
    (entry,) = copy["entries"]
    assert body is not None
    assert entry["original"] == body.statement.decode()
    assert [(mark["mark"], mark["principal"]) for mark in entry["marks"]] == [("voided", "tester")]
    page = as_html(copy).decode()
    assert "VOIDED" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    assert orjson.loads(as_json(copy)) == copy
    ((row),) = csv.DictReader(io.StringIO(as_csv(copy).decode()))
    assert row["marks"].startswith("voided by the event at position")
    assert row["original"] == entry["original"]


def test_10_who_read_or_exported_whose_records_is_in_the_log(
    audited: Server, wait: Callable[[Callable[[], bool]], None]
) -> None:
    query = {"agent": AGENT}
    audited.client.get("/xapi/statements", params=query).raise_for_status()

    def told() -> bool:
        events = history(audited, action="records.disclosed", person="mailto:ada@example.org")
        return any(
            each["what"]["route"] == "GET /xapi/statements"
            and each["what"]["parameters"] == query
            and each["principal"] == KEY
            for each in events
        )

    wait(told)


def test_11_an_auditor_reads_only_for_a_time_and_leaves_a_trace(
    audited: Server, wait: Callable[[Callable[[], bool]], None], wait_until: Callable[..., None]
) -> None:
    expires = datetime.now(UTC) + timedelta(seconds=3)
    name = uuid4().hex
    with open_store(audited.settings) as store:
        auth = store.credentials.create(
            "auditor", ["audit/read"], key=name, expires=expires, by=KEY
        )
    with audited.anyone(auth=auth, headers={"X-Experience-API-Version": "2.0.0"}) as auditor:
        assert auditor.get("/audit/history", params={"reason": name}).status_code == 200
        assert auditor.post("/people/links", json=LINK).status_code == 403
        assert auditor.post("/xapi/statements", json=statement()).status_code == 403
        assert auditor.get("/xapi/statements").status_code == 403
        assert auditor.get("/reports/drop-off?program=course").status_code == 403
        wait_until(lambda: datetime.now(UTC) >= expires)
        assert auditor.get("/audit/history").status_code == 401
    wait(lambda: bool(history(audited, action="records.disclosed", principal=name)))
    (made,) = (
        each
        for each in history(audited, action="credential.created")
        if each["what"]["key"] == name
    )
    assert datetime.fromisoformat(made["what"]["expires"]) == expires


def test_12_the_trail_is_searched_by_person_principal_time_action_and_reason(
    audited: Server,
) -> None:
    client = audited.client
    reason = f"Asked {uuid4().hex}"
    actors = [f"mailto:{uuid4().hex}@example.org", "https://a.example.org::7"]
    client.post("/people/links", json={"actors": actors, "reason": reason}).raise_for_status()
    (linked,) = history(audited, reason=reason.upper())
    assert linked["what"]["actors"] == sorted(actors)
    assert linked in history(audited, person=actors[0])
    assert linked in history(audited, person=actors[1], principal=KEY, action="people.linked")
    moment = linked["stored"]
    assert history(audited, since=moment, until=moment) == [linked]
    assert history(audited, person=actors[0], principal="nobody") == []
    assert history(audited, person=actors[0], action="person.unlinked") == []


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"person": "nobody"}, "person"),
        ({"since": "yesterday"}, "since"),
        ({"limit": "0"}, "limit"),
        ({"after": "-1"}, "after"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_12_a_search_that_makes_no_sense_is_refused(
    audited: Server, parameters: dict[str, str], path: str
) -> None:
    answer = audited.client.get("/audit/history", params=parameters)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


def test_13_a_clock_that_runs_backwards_never_moves_stored_back(settings: Settings) -> None:
    with open_store(settings) as store:
        ahead = datetime.now(UTC) + timedelta(days=1)
        append = Append(drafts(store, statement(), statement()), store.log.mapper)
        append.stamp(Head(7, ahead), datetime.now(UTC))
        first, second = (entry.event.timestamp for entry in append.entries)
        assert first is not None
        assert second is not None
        assert ahead < first < second
