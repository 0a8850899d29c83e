"""Webhooks at a real server, on both engines: from calls in any order to attendance, once."""

import random
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import orjson
import pytest

import lrs.settling
from adapters import webhooks as adapters
from lrs.events import StatementRecorded, WebhookMeetingSettled, WebhookReceived
from lrs.main import open_store
from lrs.settings import Settings
from lrs.settling import Settler
from lrs.store import Store
from lrs.webhooks import Webhooks
from lrs.xapi.statement import VOIDED
from tests.adapters.webhook_calls import (
    MEETING,
    SECRET,
    STARTS,
    UUID,
    at,
    bigbluebutton_body,
    bigbluebutton_checksum,
    bigbluebutton_event,
    teams_notification,
    told,
    webex_event,
    webex_signature,
    zoom_event,
    zoom_person,
    zoom_signature,
)
from tests.conftest import ENGINES, Server, serving

SESSION = f"https://zoom.us/j/{MEETING}/2026-10-09"
ADA = zoom_person("Ada Kaya", email="ada@example.org", id="ada-id")
BO = zoom_person("Bo Lind")
PROGRAM = {
    "slug": "course",
    "sessions": [
        {
            "id": SESSION,
            "title": "Coaching lab",
            "mode": "live-online",
            "starts": told(STARTS),
            "ends": told(at(60)),
        },
        {
            "id": f"https://zoom.us/j/{MEETING}/2026-10-16",
            "mode": "live-online",
            "starts": told(STARTS + timedelta(days=7)),
            "ends": told(at(60) + timedelta(days=7)),
        },
    ],
}
ATTENDED = "http://adlnet.gov/expapi/verbs/attended"
Object = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def impatience() -> Iterator[None]:
    """Settle at once: the tests' calls all come, or come late on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lrs.settling, "SETTLES_AFTER", timedelta(milliseconds=200))
        patch.setattr(lrs.settling, "LOOK_SECONDS", 0.05)
        patch.setattr(lrs.settling, "LOOKED_AT_AGAIN_AFTER", timedelta(0))
        yield


def with_secrets(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings,
        zoom_webhook_secret=SECRET,
        webex_webhook_secret=SECRET,
        bigbluebutton_webhook_secret=SECRET,
        teams_client_state=SECRET,
    )


@pytest.fixture(params=ENGINES, scope="module")
def server(
    request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]
) -> Iterator[Server]:
    with serving(with_secrets(new_settings(request.param))) as running:
        yield running


@pytest.fixture
def tools(server: Server) -> Iterator[httpx.Client]:
    """A client as the tools are: without a credential."""
    with server.anyone() as client:
        yield client


def zoom(client: httpx.Client, event: Object, url: str = "/webhooks/zoom") -> httpx.Response:
    body = orjson.dumps(event)
    return client.post(url, content=body, headers=zoom_signature(body, datetime.now(UTC)))


def of_meeting(uuid: str, starts: datetime = STARTS) -> list[Object]:
    """Return the calls about a meeting in which Ada was 30 minutes and Bo from minute 10 on."""
    shift = starts - STARTS
    more = {"uuid": uuid, "start_time": told(starts)}
    return [
        zoom_event("started", at(0) + shift, **more),
        zoom_event("participant_joined_waiting_room", at(0) + shift, ADA, **more),
        zoom_event("participant_joined", at(1) + shift, ADA, **more),
        zoom_event("participant_joined", at(10) + shift, BO, **more),
        zoom_event("participant_left", at(31) + shift, ADA, **more),
        zoom_event("ended", at(60) + shift, **more),
    ]


def attended(server: Server, session: str = SESSION) -> dict[str, float]:
    """Return who attended, and how many minutes."""
    answer = server.client.get(
        "/xapi/statements", params={"activity": session, "verb": ATTENDED}
    ).json()
    return {
        each["actor"]["name"]: minutes(each["result"]["duration"])
        for each in answer["statements"]
        if each["verb"]["id"] == ATTENDED  # what voids one is found as well
    }


def minutes(duration: str) -> float:
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", duration)
    assert found is not None
    hours, whole, seconds = (float(each or 0) for each in found.groups())
    return hours * 60 + whole + seconds / 60


def planned(server: Server, slug: str, session: str, **more: Any) -> None:
    document = {
        "slug": slug,
        "sessions": [
            {
                "id": session,
                "mode": "live-online",
                "starts": told(STARTS),
                "ends": told(at(60)),
                **more,
            }
        ],
    }
    assert server.client.put(f"/programs/{slug}", json=document).status_code in {200, 201}


class TestWhoIsBelieved:
    def test_a_forged_an_old_and_an_unsigned_call_are_refused_in_our_shape(
        self, tools: httpx.Client
    ) -> None:
        body = orjson.dumps(zoom_event("started", STARTS))
        for headers in (
            {},
            zoom_signature(body, datetime.now(UTC), "another"),
            zoom_signature(body, datetime.now(UTC) - timedelta(minutes=6)),
        ):
            answer = tools.post("/webhooks/zoom", content=body, headers=headers)
            assert answer.status_code == 401
            assert answer.json().keys() == {"error", "message", "path"}

    def test_zooms_challenge_is_answered(self, tools: httpx.Client) -> None:
        challenge = {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8"}}
        answer = zoom(tools, challenge)
        assert answer.status_code == 200
        assert answer.json()["plainToken"] == "qgg8"
        assert zoom(tools, challenge).json() == answer.json()

    def test_graphs_token_is_echoed_as_text(self, tools: httpx.Client) -> None:
        answer = tools.post("/webhooks/teams", params={"validationToken": "a token & more"})
        assert (answer.status_code, answer.text) == (200, "a token & more")
        assert answer.headers["content-type"].startswith("text/plain")

    def test_the_callback_url_of_bigbluebutton_may_be_the_one_that_the_world_knows(
        self, server: Server, tools: httpx.Client
    ) -> None:
        planned(server, "bbb", "https://bbb.example.org/rooms/coaching-lab")
        body = bigbluebutton_body(bigbluebutton_event("meeting-created", STARTS))
        query = "program=bbb&session=https%3A%2F%2Fbbb.example.org%2Frooms%2Fcoaching-lab"
        for host in (server.settings.public_url, server.url):
            url = f"{host}/webhooks/bigbluebutton?{query}"
            checksum = bigbluebutton_checksum(url, body, "sha256")
            called = f"/webhooks/bigbluebutton?{query}&checksum={checksum}"
            assert tools.post(called, content=body).status_code == 200
        forged = f"/webhooks/bigbluebutton?{query}&checksum={'0' * 64}"
        assert tools.post(forged, content=body).status_code == 401

    def test_webex_and_graph_are_understood(self, tools: httpx.Client) -> None:
        data = {"id": "abcdef_I_1", "start": told(STARTS)}
        body = orjson.dumps(webex_event("meetings", "started", data))
        answer = tools.post("/webhooks/webex", content=body, headers=webex_signature(body))
        assert (answer.status_code, answer.json()["status"]) == (202, "kept")
        notification = {"value": [teams_notification("CallStarted", STARTS)]}
        assert tools.post("/webhooks/teams", json=notification).status_code == 202

    def test_what_is_malformed_too_large_or_of_nobody_is_refused(
        self, server: Server, tools: httpx.Client
    ) -> None:
        body = b"{"
        signed = zoom_signature(body, datetime.now(UTC))
        assert tools.post("/webhooks/zoom", content=body, headers=signed).status_code == 400
        assert tools.post("/webhooks/skype", json={}).status_code == 404
        large = b" " * (1024 * 1024 + 1)
        assert tools.post("/webhooks/zoom", content=large).status_code == 413
        started = zoom_event("started", STARTS)
        for query, status in (
            ("program=course", 400),
            ("session=x", 400),
            ("program=none&session=x", 404),
            ("colour=blue", 400),
        ):
            assert zoom(tools, started, f"/webhooks/zoom?{query}").status_code == status

    def test_without_its_secret_a_tool_is_refused_with_503(
        self, new_settings: Callable[[str], Settings]
    ) -> None:
        with serving(new_settings("sqlite")) as bare, bare.anyone() as client:
            for tool in ("zoom", "webex", "bigbluebutton", "teams"):
                answer = client.post(f"/webhooks/{tool}", json={})
                assert answer.status_code == 503
                assert "is not set" in answer.json()["message"]


class TestFromCallsToAttendance:
    def test_a_meeting_that_ends_is_recorded_once_in_the_session_that_it_was(
        self, server: Server, tools: httpx.Client, wait_until: Callable[..., None]
    ) -> None:
        assert server.client.put("/programs/course", json=PROGRAM).status_code == 201
        calls = of_meeting("in-any-order==")
        random.Random(7).shuffle(calls)
        answers = [zoom(tools, each) for each in calls]
        assert {each.status_code for each in answers} == {200}
        received = {"status": "received", "session": SESSION}
        ignored = {"status": "ignored", "session": None}
        assert [each.json() for each in answers].count(received) == 5
        assert [each.json() for each in answers].count(ignored) == 1
        wait_until(lambda: len(attended(server)) == 2)
        assert attended(server) == {"Ada Kaya": 30, "Bo Lind": 50}
        # The same again changes nothing.
        again = [zoom(tools, each).json()["status"] for each in calls]
        assert sorted(again) == ["duplicate"] * 5 + ["ignored"]
        count = len(statements(server))
        time.sleep(0.5)
        assert len(statements(server)) == count

    def test_what_comes_late_corrects(
        self, server: Server, tools: httpx.Client, wait_until: Callable[..., None]
    ) -> None:
        session = "https://zoom.us/j/99999999999"
        planned(server, "late", session)
        url = f"/webhooks/zoom?program=late&session={session}"
        *calls, late, ended = of_meeting("late==", at(2))
        for each in (*calls, ended):
            zoom(tools, each, url)
        wait_until(lambda: attended(server, session).get("Ada Kaya") == 59)
        zoom(tools, late, url)
        wait_until(lambda: attended(server, session).get("Ada Kaya") == 30)
        assert len(attended(server, session)) == 2

    def test_a_later_report_corrects_and_what_is_told_after_it_does_not_count(
        self, server: Server, tools: httpx.Client, wait_until: Callable[..., None]
    ) -> None:
        session = "https://zoom.us/j/88888888888"
        planned(server, "reported", session)
        url = f"/webhooks/zoom?program=reported&session={session}"
        for each in of_meeting("reported==", at(4)):
            zoom(tools, each, url)
        wait_until(lambda: len(attended(server, session)) == 2)
        answer = imported(server, "reported", session, shift=4)
        assert (answer["voided"], answer["stored"]) == (2, 3)
        assert attended(server, session) == {"Ada Kaya": 32, "Bo Lind": 50}
        assert imported(server, "reported", session, shift=4)["stored"] == 0
        before = statements(server)
        more = {"uuid": "reported==", "start_time": told(at(4))}
        zoom(tools, zoom_event("participant_joined", at(40), ADA, **more), url)
        wait_until(lambda: settled(server, "reported==") == "reported")
        assert statements(server) == before

    def test_a_report_that_came_first_counts(
        self, server: Server, tools: httpx.Client, wait_until: Callable[..., None]
    ) -> None:
        session = "https://zoom.us/j/77777777777"
        planned(server, "first", session)
        imported(server, "first", session, shift=6)
        for each in of_meeting("first==", at(6)):
            zoom(tools, each, f"/webhooks/zoom?program=first&session={session}")
        wait_until(lambda: settled(server, "first==") == "reported")
        assert attended(server, session) == {"Ada Kaya": 32, "Bo Lind": 50}

    def test_what_belongs_to_no_session_is_kept_until_a_program_names_it(
        self, server: Server, tools: httpx.Client, wait_until: Callable[..., None]
    ) -> None:
        calls = of_meeting("unplanned==", STARTS + timedelta(days=30))
        answers = [zoom(tools, each) for each in calls]
        kept = {"status": "kept", "session": None}
        assert [each.json() for each in answers if each.status_code == 202] == [kept] * 5
        time.sleep(0.5)
        assert settled(server, "unplanned==") is None
        session = "https://example.org/planned-late"
        planned(
            server,
            "planned-late",
            session,
            starts=told(STARTS + timedelta(days=30)),
            ends=told(at(60) + timedelta(days=30)),
            match=[f"https://zoom.us/j/{MEETING}"],
        )
        wait_until(lambda: len(attended(server, session)) == 2)

    def test_a_meeting_of_nobody_is_settled_too(
        self, server: Server, tools: httpx.Client, wait_until: Callable[..., None]
    ) -> None:
        planned(server, "nobody", "https://zoom.us/j/66666666666")
        url = "/webhooks/zoom?program=nobody&session=https://zoom.us/j/66666666666"
        zoom(tools, zoom_event("ended", at(60), uuid="nobody=="), url)
        wait_until(lambda: settled(server, "nobody==") == "nobody")


def statements(server: Server) -> list[str]:
    answer = server.client.get("/xapi/statements", params={"limit": 1000}).json()
    return [each["id"] for each in answer["statements"]]


def settled(server: Server, uuid: str) -> str | None:
    """Return how the meeting was last settled."""
    with open_store(server.settings) as store:
        outcomes = [
            event.outcome
            for event in store.log.stream(f"webhooks zoom {uuid}")
            if isinstance(event, WebhookMeetingSettled)
        ]
    return outcomes[-1] if outcomes else None


def imported(server: Server, program: str, session: str, shift: int) -> Object:
    """Import the report that Zoom has of a meeting, by which Ada left two minutes later."""
    report = [
        {"id": int(MEETING), "uuid": UUID, "topic": "Coaching lab", "start_time": told(at(shift)),
         "end_time": told(at(60 + shift))},
        {"page_count": 1, "total_records": 2, "participants": [
            {"id": "ada-id", "name": "Ada Kaya", "user_email": "ada@example.org",
             "join_time": told(at(1 + shift)), "leave_time": told(at(33 + shift)), "status": "in_meeting"},
            {"id": "", "name": "Bo Lind", "user_email": "",
             "join_time": told(at(10 + shift)), "leave_time": told(at(60 + shift)), "status": "in_meeting"},
        ]},
    ]  # fmt: skip
    answer = server.client.post(
        "/attendance/zoom",
        params={"program": program, "session": session},
        content=orjson.dumps(report),
    )
    assert answer.status_code == 200, answer.text
    found: Object = answer.json()
    return found


class TestSeveralProcesses:
    def test_two_servers_of_one_store_lose_nothing_and_record_once(
        self, new_settings: Callable[[str], Settings], wait_until: Callable[..., None]
    ) -> None:
        """Each has its own connections and its own settler; they meet only in the store."""
        for engine in ENGINES:
            with ExitStack() as stack:
                settings = with_secrets(new_settings(engine))
                servers = [stack.enter_context(serving(settings)) for _ in range(2)]
                planned(servers[0], "crowd", SESSION)
                calls = crowd("crowd==", 20)
                clients = [stack.enter_context(each.anyone(timeout=60)) for each in servers]
                sent = [(client, call) for call in calls for client in clients]
                random.Random(1).shuffle(sent)
                with ThreadPoolExecutor(8) as pool:
                    answers = list(pool.map(lambda each: zoom(*each), sent))
                outcomes = [each.json()["status"] for each in answers]
                assert sorted(outcomes) == ["duplicate"] * len(calls) + ["received"] * len(calls)
                right = {f"Person {n}": 30 for n in range(20)}
                wait_until(lambda: attended(servers[0]) == right)  # noqa: B023 - called here
                wait_until(lambda: open_meetings(settings) == 0)  # noqa: B023
                assert attended(servers[1]) == right


def open_meetings(settings: Settings) -> int:
    with open_store(settings) as store:
        return len(Webhooks(store.log).open())


def crowd(uuid: str, size: int) -> list[Object]:
    """Return the calls about a meeting in which so many people were half an hour."""
    more = {"uuid": uuid}
    people = [zoom_person(f"Person {n}", email=f"p{n}@example.org") for n in range(size)]
    return [
        *(zoom_event("participant_joined", at(1), each, **more) for each in people),
        *(zoom_event("participant_left", at(31), each, **more) for each in people),
        zoom_event("ended", at(60), **more),
    ]


class TestSettling:
    """What the settler does at which moment, without a server."""

    def told(self, store: Store, *events: Object) -> tuple[Settler, Webhooks]:
        inbox = Webhooks(store.log)
        for event in events:
            body = orjson.dumps(event)
            received = adapters.receive(
                "zoom",
                SECRET,
                body=body,
                headers=zoom_signature(body, STARTS),
                query={},
                urls=[],
                received=STARTS,
            )
            inbox.keep("zoom", received.deliveries, None, by="webhooks")
        return Settler(store, inbox, adapters), inbox

    def test_an_end_waits_for_what_was_before_it(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lrs.settling, "SETTLES_AFTER", timedelta(seconds=60))
        store.programs.plan(PROGRAM, by="test")
        settler, inbox = self.told(store, *of_meeting("waits=="))
        now = datetime.now(UTC)
        assert settler.settle(now) == 0
        assert settler.settle(now + timedelta(seconds=61)) == 1
        assert inbox.open() == frozenset()
        assert settler.settle(now + timedelta(days=1)) == 0

    def test_a_meeting_whose_end_nobody_tells_is_given_up_after_long_silence(
        self, store: Store
    ) -> None:
        store.programs.plan(PROGRAM, by="test")
        settler, _ = self.told(store, *of_meeting("silence==")[:-1])
        now = datetime.now(UTC)
        assert settler.settle(now + timedelta(hours=11)) == 0
        assert settler.settle(now + timedelta(hours=13)) == 1

    def test_what_is_told_while_a_meeting_is_settled_keeps_it_open(self, store: Store) -> None:
        _, inbox = self.told(store, *of_meeting("meanwhile==")[:-1])
        (key,) = inbox.open()
        before = inbox.told(key)
        _, inbox = self.told(store, of_meeting("meanwhile==")[-1])
        address = lrs.settling.Address("course", SESSION)
        assert not inbox.settle(key, before, address, "recorded", by="test")
        assert inbox.open() == {key}
        assert inbox.settle(key, inbox.told(key), address, "recorded", by="test")
        assert Webhooks(store.log).open() == frozenset()

    def test_a_fault_with_one_meeting_keeps_no_other_waiting(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        store.programs.plan(PROGRAM, by="test")
        settler, inbox = self.told(store, *of_meeting("a-fault=="), *of_meeting("fine==", at(8)))
        prepare = adapters.prepare

        def faulty(tool: str, facts: Any, **where: Any) -> Any:
            if len(facts) and orjson.loads(facts[0])[0]["names"][1] == "a-fault==":
                raise ValueError
            return prepare(tool, facts, **where)

        monkeypatch.setattr(adapters, "prepare", faulty)
        assert settler.settle(datetime.now(UTC) + timedelta(minutes=2)) == 1
        assert {each.instance for each in inbox.open()} == {"a-fault=="}
        assert "a-fault== is not settled" in caplog.text

    def test_who_knows_less_never_records_over_who_knows_more(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.programs.plan(PROGRAM, by="test")
        calls = of_meeting("slow==")
        left = calls.pop(4)
        slow, _ = self.told(store, *calls)
        prepare, later = adapters.prepare, datetime.now(UTC) + timedelta(minutes=2)

        def overtaken(tool: str, facts: Any, **where: Any) -> Any:
            monkeypatch.setattr(adapters, "prepare", prepare)
            other, _ = self.told(store, left)
            assert other.settle(later) == 1
            return prepare(tool, facts, **where)

        monkeypatch.setattr(adapters, "prepare", overtaken)
        slow.settle(later)
        recorded = [
            orjson.loads(entry.event.statement)
            for entry in store.log.entries()
            if isinstance(entry.event, StatementRecorded)
        ]
        lengths = [each["result"]["duration"] for each in recorded if "result" in each]
        assert sorted(map(minutes, lengths)) == [30, 50]
        assert not [each for each in recorded if each["verb"]["id"] == VOIDED]

    def test_another_process_goes_on_where_one_was_killed(self, store: Store) -> None:
        store.programs.plan(PROGRAM, by="test")
        self.told(store, *of_meeting("killed=="))
        fresh = Settler(store, Webhooks(store.log), adapters)
        assert fresh.settle(datetime.now(UTC) + timedelta(minutes=2)) == 1
        events = list(store.log.stream("webhooks zoom killed=="))
        assert [type(each) for each in events[:-1]] == [WebhookReceived] * 5
