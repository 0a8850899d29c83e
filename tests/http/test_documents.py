"""The state and profile resources, agents and activities, against a running server on both engines."""

import threading
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from lrs.events import DocumentStored
from lrs.main import open_log, open_store
from tests.conftest import Server

STATE, ACTIVITY_PROFILE, AGENT_PROFILE = (
    "/xapi/activities/state",
    "/xapi/activities/profile",
    "/xapi/agents/profile",
)
ADA = orjson.dumps({"mbox": "mailto:ada@example.org"}).decode()
JSON = {"Content-Type": "application/json"}
V1 = {"X-Experience-API-Version": "1.0.3"}


def state(**more: str) -> dict[str, str]:
    """Return the parameters of a state document that nobody else has."""
    activity = f"https://example.org/activities/{uuid4()}"
    return {"activityId": activity, "agent": ADA, "stateId": "bookmark", **more}


def profile() -> dict[str, str]:
    return {"agent": ADA, "profileId": uuid4().hex}


def put(
    server: Server, path: str, parameters: dict[str, str], content: bytes, **headers: str
) -> httpx.Response:
    return server.client.put(path, params=parameters, content=content, headers=headers or JSON)


def test_a_document_comes_back_as_it_was_sent(server: Server) -> None:
    parameters = state()
    content = b"\x00\xff any bytes"
    sent = put(server, STATE, parameters, content, **{"Content-Type": "image/png"})
    assert sent.status_code == 204
    found = server.client.get(STATE, params=parameters)
    assert (found.content, found.headers["content-type"]) == (content, "image/png")
    assert found.headers["etag"].strip('"')
    assert found.headers["last-modified"]
    head = server.client.head(STATE, params=parameters)
    assert head.content == b""
    assert head.headers["etag"] == found.headers["etag"]


def test_posting_merges_top_level_keys_and_leaves_numbers_as_written(server: Server) -> None:
    parameters = state()
    put(server, STATE, parameters, b'{"a": 1.10, "b": {"c": 1, "d": 2}}')
    posted = server.client.post(
        STATE,
        params=parameters,
        content=b'{"b": {"c": 3}, "n": 12345678901234567890123}',
        headers=JSON,
    )
    assert posted.status_code == 204
    found = server.client.get(STATE, params=parameters).text
    assert orjson.loads(found) == {"a": 1.1, "b": {"c": 3}, "n": 1.2345678901234568e22}
    assert "1.10" in found
    assert "12345678901234567890123" in found


@pytest.mark.parametrize(
    ("known", "posted"),
    [
        ((b"[1]", "application/json"), (b'{"a": 1}', "application/json")),
        ((b'{"a": 1}', "application/json"), (b"[1]", "application/json")),
        ((b'{"a": 1}', "application/json"), (b"{", "application/json")),
        ((b'{"a": 1}', "application/json"), (b'{"a": 1}', "text/plain")),
        ((b"text", "text/plain"), (b'{"a": 1}', "application/json")),
    ],
    ids=str,
)
def test_what_is_no_json_object_is_not_merged(
    server: Server, known: tuple[bytes, str], posted: tuple[bytes, str]
) -> None:
    parameters = state()
    put(server, STATE, parameters, known[0], **{"Content-Type": known[1]})
    answer = server.client.post(
        STATE, params=parameters, content=posted[0], headers={"Content-Type": posted[1]}
    )
    assert answer.status_code == 400
    assert server.client.get(STATE, params=parameters).content == known[0]


def test_a_document_is_overwritten_only_by_who_has_seen_it(server: Server) -> None:
    parameters = profile()
    assert put(server, AGENT_PROFILE, parameters, b"{}").status_code == 204
    assert put(server, AGENT_PROFILE, parameters, b'{"a":1}').status_code == 409
    etag = server.client.get(AGENT_PROFILE, params=parameters).headers["etag"]
    for name, value, status in (
        ("If-Match", '"0000"', 412),
        ("If-None-Match", "*", 412),
        ("If-None-Match", f'"0000", {etag}', 412),
        ("If-Match", f'"0000", {etag}', 204),
    ):
        answer = put(server, AGENT_PROFILE, parameters, b'{"a":2}', **(JSON | {name: value}))
        assert answer.status_code == status, (name, value)
    stale = {"If-Match": etag}
    for method in ("POST", "DELETE"):
        answer = server.client.request(
            method, AGENT_PROFILE, params=parameters, content=b"{}", headers=JSON | stale
        )
        assert answer.status_code == 412


def test_in_1_0_3_a_profile_needs_a_header_and_state_does_not(server: Server) -> None:
    assert put(server, AGENT_PROFILE, profile(), b"{}", **(JSON | V1)).status_code == 400
    parameters = profile()
    created = put(server, AGENT_PROFILE, parameters, b"{}", **(JSON | V1 | {"If-None-Match": "*"}))
    assert created.status_code == 204
    assert put(server, AGENT_PROFILE, parameters, b"{}", **(JSON | V1)).status_code == 409
    parameters = state()
    for _ in range(2):
        assert put(server, STATE, parameters, b"{}", **(JSON | V1)).status_code == 204


def test_of_many_who_write_at_once_on_what_they_have_seen_one_wins(server: Server) -> None:
    parameters = profile()
    put(server, AGENT_PROFILE, parameters, b"{}")
    etag = server.client.get(AGENT_PROFILE, params=parameters).headers["etag"]
    statuses: list[int] = []

    def write(number: int) -> None:
        content = orjson.dumps({"n": number})
        headers = JSON | {"If-Match": etag}
        statuses.append(put(server, AGENT_PROFILE, parameters, content, **headers).status_code)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204] + [412] * 7


def test_ids_are_listed_by_owner_registration_and_time(server: Server) -> None:
    registration = str(uuid4())
    parameters = state()
    owner = {name: parameters[name] for name in ("activityId", "agent")}
    put(server, STATE, parameters, b"{}")
    put(server, STATE, owner | {"stateId": "other", "registration": registration}, b"{}")
    get = server.client.get
    assert get(STATE, params=owner).json() == ["bookmark", "other"]
    assert get(STATE, params=owner | {"registration": registration}).json() == ["other"]
    later = "2100-01-01T00:00:00Z"
    assert get(STATE, params=owner | {"since": later}).json() == []
    assert server.client.delete(STATE, params=owner).status_code == 204
    assert get(STATE, params=owner).json() == []


def test_every_version_of_a_document_stays_in_the_log(server: Server) -> None:
    parameters = state()
    put(server, STATE, parameters, b"first", **(V1 | {"Content-Type": "text/plain"}))
    put(server, STATE, parameters, b"second", **(V1 | {"Content-Type": "text/plain"}))
    server.client.delete(STATE, params=parameters)
    assert server.client.get(STATE, params=parameters).status_code == 404
    log = open_log(server.settings)
    kept = [
        entry.event.content
        for entry in log.entries()
        if isinstance(entry.event, DocumentStored)
        and entry.event.activity == parameters["activityId"]
    ]
    log.close()
    assert kept == [b"first", b"second"]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        (STATE, {}),
        (STATE, {"activityId": "https://example.org/a", "agent": ADA, "nonsense": "1"}),
        (STATE, {"activityId": "no iri", "agent": ADA}),
        (STATE, {"activityId": "https://example.org/a", "agent": "{"}),
        (STATE, {"activityId": "https://example.org/a", "agent": ADA, "registration": "1"}),
        (STATE, {"activityId": "https://example.org/a", "agent": ADA, "since": "now"}),
        (ACTIVITY_PROFILE, {"profileId": "1"}),
        (AGENT_PROFILE, {"profileId": "1"}),
        ("/xapi/agents", {}),
        ("/xapi/agents", {"agent": "{}"}),
        ("/xapi/activities", {}),
        ("/xapi/activities", {"activityId": "no iri"}),
    ],
    ids=str,
)
def test_bad_parameters_are_refused(server: Server, path: str, parameters: dict[str, str]) -> None:
    answer = server.client.get(path, params=parameters)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "message", "path"}


def test_an_activity_is_what_its_statements_say_together(server: Server) -> None:
    iri = f"https://example.org/activities/{uuid4()}"

    def statement(definition: dict[str, Any]) -> dict[str, Any]:
        return {
            "actor": {"mbox": "mailto:ada@example.org"},
            "verb": {"id": "https://example.org/verbs/did"},
            "object": {"id": iri, "definition": definition},
        }

    for definition in (
        {"name": {"en": "Old", "de": "Lektion"}, "type": "https://example.org/types/lesson"},
        {"name": {"en": "Lesson"}},
    ):
        server.client.post("/xapi/statements", json=statement(definition))
    found = server.client.get("/xapi/activities", params={"activityId": iri}).json()
    assert found == {
        "objectType": "Activity",
        "id": iri,
        "definition": {
            "name": {"en": "Lesson", "de": "Lektion"},
            "type": "https://example.org/types/lesson",
        },
    }
    other = "https://example.org/activities/never-seen"
    unknown = server.client.get("/xapi/activities", params={"activityId": other})
    assert unknown.json() == {"objectType": "Activity", "id": other}


def test_only_who_may_define_defines_an_activity(server: Server) -> None:
    iri = f"https://example.org/activities/{uuid4()}"
    with open_store(server.settings) as store:
        credentials = {
            name: store.credentials.create(name, scopes)
            for name, scopes in {
                "author": ["statements/write", "define"],
                "sender": ["statements/write"],
            }.items()
        }
    for name, title in {"author": "Feedback", "sender": "Something else"}.items():
        sent = {
            "actor": {"mbox": "mailto:ada@example.org"},
            "verb": {"id": "https://example.org/verbs/did"},
            "object": {"id": iri, "definition": {"name": {"en": title}}},
        }
        answer = server.client.post("/xapi/statements", json=sent, auth=credentials[name])
        assert answer.status_code == 200
    found = server.client.get("/xapi/activities", params={"activityId": iri}).json()
    assert found["definition"] == {"name": {"en": "Feedback"}}
    with open_store(server.settings) as store:
        store.credentials.revoke(credentials["author"][0])
    found = server.client.get("/xapi/activities", params={"activityId": iri}).json()
    assert found["definition"] == {"name": {"en": "Feedback"}}


def test_an_agent_is_answered_as_a_person(server: Server) -> None:
    agent = {"mbox": f"mailto:{uuid4().hex}@example.org"}
    for name in ("Ada Kaya", "Ada K."):
        statement = {
            "actor": {"name": name, **agent},
            "verb": {"id": "https://example.org/verbs/did"},
            "object": {"id": "https://example.org/activities/1"},
        }
        server.client.post("/xapi/statements", json=statement)
    parameters = {"agent": orjson.dumps(agent).decode()}
    assert server.client.get("/xapi/agents", params=parameters).json() == {
        "objectType": "Person",
        "name": ["Ada K.", "Ada Kaya"],
        "mbox": [agent["mbox"]],
    }


def test_the_alternate_syntax_is_1_0_3s_alone(server: Server) -> None:
    verb = f"https://example.org/verbs/{uuid4().hex}"
    form = {"verb": verb, "X-Experience-API-Version": "1.0.3"}
    with server.anyone(auth=server.client.auth) as client:
        found = client.post("/xapi/statements", params={"method": "GET"}, data=form)
        assert (found.status_code, found.json()["statements"]) == (200, [])
        newer = form | {"X-Experience-API-Version": "2.0.0"}
        assert client.post("/xapi/statements?method=GET", data=newer).status_code == 400
        assert client.post("/xapi/statements?method=GET&verb=x", data=form).status_code == 400
        assert client.put("/xapi/statements?method=POST", data=form).status_code == 400
        assert client.post("/xapi/statements?method=TRACE", data=form).status_code == 400
    sent = {
        "content": orjson.dumps(
            {
                "actor": {"mbox": "mailto:ada@example.org"},
                "verb": {"id": verb},
                "object": {"id": "https://example.org/activities/é"},
            }
        ).decode(),
        "Content-Type": "application/json",
        **form,
    }
    sent.pop("verb")
    with server.anyone(auth=server.client.auth) as client:
        assert client.post("/xapi/statements?method=POST", data=sent).status_code == 200
        (statement,) = client.post("/xapi/statements?method=GET", data=form).json()["statements"]
    assert statement["object"]["id"] == "https://example.org/activities/é"
