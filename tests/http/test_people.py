"""`/people` over HTTP: what is linked shows in the next answer, on both engines."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import ENGINES, Server, serving
from tests.projections import course

ADA, ROOM = "mailto:ada@example.org", "https://bbb.example.org::Ada K."
ROOM_AGENT = {
    "name": "Ada K.",
    "account": {"homePage": "https://bbb.example.org", "name": "Ada K."},
}


@pytest.fixture(params=ENGINES, scope="module")
def server(
    request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]
) -> Iterator[Server]:
    """Return a server where an Ada K. met in a room."""
    document = course.document()
    document["cohorts"][0]["learners"][0]["name"] = "Ada Kaya"
    sent = course.attended("x", 50) | {"actor": ROOM_AGENT}
    with serving(new_settings(request.param)) as running:
        running.client.post("/xapi/statements", json=[sent]).raise_for_status()
        running.client.put("/programs/course", json=document).raise_for_status()
        yield running


def ask(server: Server, **parameters: Any) -> httpx.Response:
    return server.client.get("/people", params=parameters)


def attended(server: Server) -> int:
    found = server.client.get("/reports/combined", params={"program": "course"}).json()
    (ada,) = [each for each in found["learners"] if each["name"] == "Ada Kaya"]
    return int(ada["sync"]["attended"])


def test_a_link_and_an_unlink_show_in_the_very_next_answer(server: Server) -> None:
    for _ in range(2):
        link = {"actors": [ADA, ROOM_AGENT], "reason": "asked"}
        assert server.client.post("/people/links", json=link).status_code == 204
        assert attended(server) == 1
        assert ask(server, unmatched="true").json() == {"unmatched": []}
        unlink = {"actor": ROOM, "reason": "a guest"}
        assert server.client.post("/people/unlinks", json=unlink).status_code == 204
        assert [e["actor"] for e in ask(server, unmatched="true").json()["unmatched"]] == [ROOM]
        assert attended(server) == 0


def test_the_unmatched_come_with_suggestions(server: Server) -> None:
    (found,) = ask(server, unmatched="true", program="course", limit=1).json()["unmatched"]
    assert {"actor", "name", "records", "first", "last", "programs", "suggestions"} <= found.keys()
    (suggestion,) = found["suggestions"]
    assert suggestion.keys() >= {"person", "name", "score", "reasons"}
    shown = ask(server, actor=ADA).json()
    assert (suggestion["person"], suggestion["name"]) == (shown["person"], "Ada Kaya")


def test_a_person_is_shown_by_key_or_agent_as_of_now_or_then(server: Server) -> None:
    before = ask(server, actor=ROOM).json()
    server.client.post("/people/links", json={"actors": [ADA, ROOM], "reason": "asked"})
    now = ask(server, actor=orjson.dumps(ROOM_AGENT).decode()).json()
    assert now["name"] == "Ada Kaya"
    assert now == ask(server, actor=ROOM).json() | {"as_of": now["as_of"]}
    last = now["decisions"][-1]
    assert (last["action"], last["principal"], last["reason"]) == ("link", "test-key", "asked")
    then = ask(server, actor=ROOM, as_of=f"position:{before['position']}").json()
    assert then | {"as_of": ""} == before | {"as_of": ""}
    server.client.post("/people/unlinks", json={"actor": ROOM, "reason": "a guest"})


@pytest.mark.parametrize(
    ("asked", "status", "path"),
    [
        ({}, 400, "unmatched"),
        ({"unmatched": "false"}, 400, "unmatched"),
        ({"unmatched": "true", "as_of": "position:1"}, 400, "as_of"),
        ({"unmatched": "true", "nonsense": "1"}, 400, "nonsense"),
        ({"unmatched": "true", "limit": "0"}, 400, "limit"),
        ({"unmatched": "true", "limit": "1001"}, 400, "limit"),
        ({"unmatched": "true", "limit": "²"}, 400, "limit"),
        ({"unmatched": "true", "cursor": "x"}, 400, "cursor"),
        ({"unmatched": "true", "program": "none"}, 404, "program"),
        ({"actor": "nobody"}, 400, "actor"),
        ({"actor": '{"mbox": 1}'}, 400, "actor.mbox"),
        ({"actor": ADA, "unmatched": "true"}, 400, "unmatched"),
        ({"actor": ADA, "as_of": "yesterday"}, 400, "as_of"),
        ({"actor": ADA, "as_of": "position:999999"}, 400, "as_of"),
        ({"actor": "mailto:a\0@example.org"}, 400, "actor"),
    ],
    ids=str,
)
def test_questions_without_an_answer(
    server: Server, asked: dict[str, str], status: int, path: str
) -> None:
    answer = ask(server, **asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["path"] == path


def test_a_parameter_given_twice_is_refused(server: Server) -> None:
    twice = f"/people?actor={quote(ADA)}&actor={quote(ADA)}"
    assert server.client.get(twice).status_code == 400


def test_whoever_links_may_see_the_unmatched(server: Server) -> None:
    with open_store(server.settings) as opened:
        linker = opened.credentials.create("Linker", ["people/write"])
        sender = opened.credentials.create("LMS", ["statements/write"])
    for credential, status in ((linker, 200), (sender, 403)):
        with server.anyone(auth=credential) as client:
            assert client.get("/people", params={"unmatched": "true"}).status_code == status
            assert client.get("/people", params={"actor": ADA}).status_code == status


def test_aggregates_hide_small_groups_from_whoever_is_no_admin(
    server: Server, wait_until: Callable[..., None]
) -> None:
    asked = {"program": "course", "aggregate": "true"}
    with open_store(server.settings) as opened:
        analyst = opened.credentials.create("Analyst", ["reports/read"])
    sent = [course.completed("bo"), course.completed("cem")]
    server.client.post("/xapi/statements", json=sent).raise_for_status()

    def whole() -> Any:
        return server.client.get("/reports/combined", params=asked).json()

    wait_until(lambda: whole()["patterns"]["async_only"] == 2)
    assert (whole()["learners"], whole()["suppressed"]) == ([], False)
    with server.anyone(auth=analyst) as client:
        hidden = client.get("/reports/combined", params=asked).json()
        assert (hidden["learners"], hidden["suppressed"]) == ([], True)
        assert hidden.keys() == whole().keys()
        assert hidden["totals"]["learners"] == len(course.NAMES)
        assert (hidden["patterns"]["async_only"], hidden["patterns"]["neither"]) == (None, None)
        assert hidden["totals"]["async"]["completed"] is None
        text = client.get("/reports/combined", params=asked | {"format": "csv"})
        assert text.headers["content-type"].startswith("text/csv")
        assert "patterns,,async_only,\r\n" in text.text
        answer = client.get("/reports/combined", params=asked | {"aggregate": "yes"})
        assert (answer.status_code, answer.json()["path"]) == (400, "aggregate")
        # A report as such is for readers who may see learners, and has them all.
        rows = client.get("/reports/combined", params={"program": "course"}).json()["learners"]
        assert len(rows) == len(course.NAMES)


def test_the_route_is_described(server: Server) -> None:
    described = server.client.get("/openapi.json").json()["paths"]["/people"]["get"]
    names = {each["name"] for each in described["parameters"]}
    assert names == {"unmatched", "program", "limit", "cursor", "actor", "as_of"}
