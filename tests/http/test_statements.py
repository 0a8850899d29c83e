"""What a client of `/xapi/statements` may rely on, against a running server on both engines."""

import base64
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import orjson
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import KEY, SECRET, Server, serving

STATEMENTS = "/xapi/statements"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
JSON = {"Content-Type": "application/json"}


def statement(verb: str = "did", **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "actor": {"mbox": "mailto:ada@example.org"},
        "verb": {"id": f"https://example.org/verbs/{verb}"},
        "object": {"id": "https://example.org/activities/1"},
        **more,
    }


def position(server: Server) -> int:
    return int(server.client.get("/health").json()["position"])


def post(server: Server, body: Any) -> httpx.Response:
    return server.client.post(STATEMENTS, json=body)


def assert_refused(response: httpx.Response, status: int) -> dict[str, str]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()
    assert set(error) == {"error", "message", "path"}
    assert error["message"]
    return error


def test_a_post_answers_the_ids_in_order(server: Server) -> None:
    batch = [statement(), statement(), statement()]
    response = post(server, batch)
    assert response.status_code == 200
    assert response.json() == [each["id"] for each in batch]


def test_a_put_answers_204_and_its_statement_is_there(server: Server) -> None:
    sent = statement()
    sid = sent.pop("id")
    assert server.client.put(STATEMENTS, params={"statementId": sid}, json=sent).status_code == 204
    found = server.client.get(STATEMENTS, params={"statementId": sid})
    assert found.json()["id"] == sid
    assert found.headers["last-modified"]


def test_the_server_vouches_with_the_credential_whatever_the_client_says(server: Server) -> None:
    sent = statement(authority={"mbox": "mailto:forged@example.org"}, stored="2001-01-01T00:00:00Z")
    post(server, sent)
    found = server.client.get(STATEMENTS, params={"statementId": sent["id"]}).json()
    assert found["authority"]["account"]["name"] == KEY
    assert found["stored"] > "2026"


def test_a_statement_without_time_happened_when_it_was_stored(server: Server) -> None:
    sent = statement()
    post(server, sent)
    found = server.client.get(STATEMENTS, params={"statementId": sent["id"]}).json()
    assert found["timestamp"] == found["stored"]


def test_exact_answers_are_the_clients_own_text(server: Server) -> None:
    sid = str(uuid4())
    body = (
        '{ "id":"' + sid + '","actor":{"mbox":"mailto:ada@example.org"},'
        '"verb":{"id":"https://example.org/v"},"object":{"id":"https://example.org/a"},'
        '"result":{"score":{"raw":1.10},"extensions":{"https://example.org/n":'
        "1234567890123456789012345678901234567890}}}"
    )
    assert server.client.post(STATEMENTS, content=body, headers=JSON).status_code == 200
    found = server.client.get(STATEMENTS, params={"statementId": sid}).text
    assert '"raw":1.10' in found
    assert ":1234567890123456789012345678901234567890}" in found


def test_more_leads_through_all_pages_with_the_same_filters(server: Server) -> None:
    verb = uuid4().hex
    batch = [statement(verb) for _ in range(7)]
    post(server, batch)
    parameters = {"verb": f"https://example.org/verbs/{verb}", "limit": "3", "ascending": "true"}
    page = server.client.get(STATEMENTS, params=parameters).json()
    seen = [each["id"] for each in page["statements"]]
    while page["more"]:
        post(server, statement("noise"))
        page = server.client.get(page["more"]).json()
        seen += [each["id"] for each in page["statements"]]
    assert seen == [each["id"] for each in batch]


def test_more_is_complete_and_stable_while_others_write(server: Server) -> None:
    name = f"written-{uuid4()}"
    verb = f"https://example.org/verbs/{name}"
    known = [statement(name) for _ in range(60)]
    post(server, known)
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        with httpx.Client(
            base_url=server.url, auth=server.client.auth, headers=server.client.headers
        ) as client:
            while not stop.is_set():
                sent = statement(name)
                assert client.post(STATEMENTS, json=sent).status_code == 200
                written.append(sent["id"])

    writers = [threading.Thread(target=write) for _ in range(4)]
    for each in writers:
        each.start()
    try:
        newest_first = pages(server, {"verb": verb, "limit": "7"})
        oldest_first = pages(server, {"verb": verb, "limit": "7", "ascending": "true"})
    finally:
        stop.set()
        for each in writers:
            each.join()
    expected = [each["id"] for each in known]
    for seen in (newest_first, oldest_first):
        assert len(seen) == len(set(seen))
        assert set(seen) <= {*expected, *written}
    assert newest_first[-60:] == expected[::-1]
    assert oldest_first[:60] == expected
    assert set(pages(server, {"verb": verb, "limit": "7"})) == {*expected, *written}


def pages(server: Server, parameters: dict[str, str]) -> list[str]:
    answer = server.client.get(STATEMENTS, params=parameters).json()
    found = [each["id"] for each in answer["statements"]]
    while answer["more"] and len(found) < 2_000:
        answer = server.client.get(answer["more"]).json()
        found += [each["id"] for each in answer["statements"]]
    return found


def test_head_has_the_headers_of_get(server: Server) -> None:
    sent = statement()
    post(server, sent)
    parameters = {"statementId": sent["id"]}
    head, get = (server.client.request(m, STATEMENTS, params=parameters) for m in ("HEAD", "GET"))
    assert head.content == b""
    for name in ("content-length", "content-type", "last-modified", "x-experience-api-version"):
        assert head.headers[name] == get.headers[name]


def test_every_answer_tells_its_version_and_what_it_is_consistent_through(server: Server) -> None:
    answers = [
        post(server, statement()),
        post(server, {}),
        server.client.get(STATEMENTS),
        server.client.get(STATEMENTS, params={"nonsense": "1"}),
    ]
    with server.anyone(headers={"X-Experience-API-Version": "2.0.0"}) as nobody:
        answers.append(nobody.get(STATEMENTS))
    for answer in answers:
        assert answer.headers["x-experience-api-version"] == "2.0.0"
        through = answer.headers["x-experience-api-consistent-through"]
        assert len(through) == len("2026-11-24T10:00:00.000Z")


def test_moments_are_utc_where_the_database_lives_in_another_zone(
    new_settings: Callable[[str], Settings],
) -> None:
    settings = new_settings("postgresql")
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        name = SQL("alter database {} set timezone to 'Asia/Kolkata'")
        connection.execute(name.format(Identifier(connection.info.dbname)))
    with serving(settings) as running:
        sent = statement()
        posted = post(running, sent)
        got = running.client.get(STATEMENTS, params={"statementId": sent["id"]})
        page = running.client.get(STATEMENTS)
    told = [
        datetime.fromisoformat(answer.headers["x-experience-api-consistent-through"])
        for answer in (posted, got, page)
    ]
    told += [parsedate_to_datetime(answer.headers["last-modified"]) for answer in (got, page)]
    told.append(datetime.fromisoformat(got.json()["stored"]))
    now = datetime.now(UTC)
    assert all(abs(now - each) < timedelta(minutes=5) for each in told)


@pytest.mark.parametrize("asked", ["1.0", "1.0.0", "1.0.3", "2.0", "2.0.0", "2.0.1"])
def test_an_answer_has_the_version_that_was_asked_for(server: Server, asked: str) -> None:
    answer = server.client.get(STATEMENTS, headers={"X-Experience-API-Version": asked})
    assert answer.status_code == 200
    assert answer.headers["x-experience-api-version"] == asked


@pytest.mark.parametrize("asked", ["", "0.9", "1.1.0", "2.1.0", "3", "latest"])
def test_other_versions_are_refused(server: Server, asked: str) -> None:
    answer = server.client.get(STATEMENTS, headers={"X-Experience-API-Version": asked})
    assert_refused(answer, 400)
    assert answer.headers["x-experience-api-version"] == "2.0.0"


def test_without_a_credential_nothing_is_read_or_written(server: Server) -> None:
    headers = {"X-Experience-API-Version": "2.0.0"}
    before = position(server)
    with server.anyone(headers=headers) as nobody:
        answer = nobody.get(STATEMENTS)
        assert_refused(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert_refused(nobody.post(STATEMENTS, json=statement()), 401)
    for wrong in (("nobody", "x"), (KEY, "wrong")):
        assert_refused(server.client.get(STATEMENTS, auth=wrong), 401)
    for header in ("Bearer abc", "Basic", "Basic !!!", "Basic dGVzdA=="):
        with server.anyone(headers=headers | {"Authorization": header}) as somebody:
            assert_refused(somebody.get(STATEMENTS), 401)
    assert position(server) == before


BAD_BODIES = {
    "nothing": b"",
    "no JSON": b"hello",
    "cut off": b'{"actor": {',
    "a string": b'"statement"',
    "null": b"null",
    "not UTF-8": b'{"actor": "\xff"}',
    "NaN": b'{"result": {"score": {"raw": NaN}}}',
    "a duplicate key": b'{"id": "%b", "id": "%b"}' % ((str(uuid4()).encode(),) * 2),
    "depth 5000": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "an array of depth 5000": b"[" * 5_000 + b"]" * 5_000,
    "a lone surrogate": b'{"actor": "\\ud800"}',
    "an empty object": b"{}",
    "an array of nothing useful": b"[1, null]",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_bad_bodies_get_400_and_store_nothing(server: Server, body: bytes) -> None:
    before = position(server)
    assert_refused(server.client.post(STATEMENTS, content=body, headers=JSON), 400)
    parameters = {"statementId": str(uuid4())}
    put = server.client.put(STATEMENTS, params=parameters, content=body, headers=JSON)
    assert_refused(put, 400)
    assert position(server) == before


def test_a_refusal_names_the_path_and_the_rule_of_each_bad_statement(server: Server) -> None:
    wrong = statement(actor={"mbox": "ada@example.org"})
    error = assert_refused(post(server, [statement(), wrong]), 400)
    assert error["path"] == "statements[1].actor.mbox"
    assert error["error"] == "invalid_statement"
    assert "mailto" in error["message"]
    error = assert_refused(post(server, wrong), 400)
    assert error["path"] == "actor.mbox"


def test_one_bad_statement_refuses_its_batch_whole(server: Server) -> None:
    before = position(server)
    assert_refused(post(server, [statement(), statement(verb="a b"), statement()]), 400)
    assert position(server) == before


def test_the_same_id_twice_in_a_batch_is_refused(server: Server) -> None:
    before = position(server)
    same = statement()
    assert_refused(post(server, [same, same]), 400)
    assert position(server) == before


def test_the_same_id_with_equal_content_is_no_news_and_with_other_content_a_conflict(
    server: Server,
) -> None:
    known = statement()
    assert post(server, known).status_code == 200
    before = position(server)
    assert post(server, known).status_code == 200
    assert position(server) == before
    other = known | {"verb": {"id": "https://example.org/verbs/other"}}
    assert_refused(post(server, [statement(), other]), 409)
    put = server.client.put(STATEMENTS, params={"statementId": known["id"]}, json=other)
    assert_refused(put, 409)
    assert position(server) == before


def test_a_put_to_another_id_than_the_statements_is_refused(server: Server) -> None:
    put = server.client.put(STATEMENTS, params={"statementId": str(uuid4())}, json=statement())
    assert_refused(put, 400)


def test_an_empty_batch_stores_nothing_and_is_no_error(server: Server) -> None:
    before = position(server)
    response = post(server, [])
    assert response.status_code == 200
    assert response.json() == []
    assert position(server) == before


def test_bodies_over_the_limit_get_413(server: Server) -> None:
    before = position(server)
    body = orjson.dumps(
        statement(context={"extensions": {"https://example.org/x": "x" * 20_000_000}})
    )
    assert_refused(server.client.post(STATEMENTS, content=body, headers=JSON), 413)

    def chunks():
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    try:
        response = server.client.post(STATEMENTS, content=chunks(), headers=JSON)
    except httpx.TransportError:
        pass  # the server stopped reading; the client may notice before it reads the answer
    else:
        assert_refused(response, 413)
    assert position(server) == before


def test_other_media_types_are_refused(server: Server) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"Content-Type": media_type}
        answer = server.client.post(STATEMENTS, content=b"{}", headers=headers)
        assert_refused(answer, 400)


@pytest.mark.parametrize(
    "parameters",
    [
        {"nonsense": "1"},
        {"Verb": "https://example.org/v"},
        {"statementId": "no-uuid"},
        {"statementId": str(uuid4()), "verb": "https://example.org/v"},
        {"statementId": str(uuid4()), "voidedStatementId": str(uuid4())},
        {"agent": "{"},
        {"agent": "{}"},
        {"agent": '{"mbox": "ada"}'},
        {"verb": "not an iri"},
        {"registration": "1"},
        {"since": "yesterday"},
        {"until": "2026-13-01T00:00:00Z"},
        {"limit": "-1"},
        {"limit": "many"},
        {"format": "xml"},
        {"ascending": "yes"},
        {"related_agents": "1"},
        {"cursor": "abc"},
    ],
    ids=str,
)
def test_bad_parameters_get_400_and_name_it(server: Server, parameters: dict[str, str]) -> None:
    error = assert_refused(server.client.get(STATEMENTS, params=parameters), 400)
    assert error["path"].partition(".")[0] in parameters


def test_an_unknown_id_is_404(server: Server) -> None:
    assert_refused(server.client.get(STATEMENTS, params={"statementId": str(uuid4())}), 404)


def test_a_voided_statement_is_404_by_its_id_and_200_as_voided(server: Server) -> None:
    gone = statement()
    void = statement() | {
        "verb": {"id": VOIDED},
        "object": {"objectType": "StatementRef", "id": gone["id"]},
    }
    post(server, [gone])
    post(server, [void])
    get = server.client.get
    assert_refused(get(STATEMENTS, params={"statementId": gone["id"]}), 404)
    assert get(STATEMENTS, params={"voidedStatementId": gone["id"]}).json()["id"] == gone["id"]
    assert_refused(get(STATEMENTS, params={"voidedStatementId": void["id"]}), 404)


def test_formats_are_applied(server: Server) -> None:
    sent = statement(
        object={
            "id": "https://example.org/a",
            "definition": {"name": {"en": "Lesson", "de": "Lektion"}},
        }
    )
    post(server, sent)
    parameters = {"statementId": sent["id"]}
    ids = server.client.get(STATEMENTS, params=parameters | {"format": "ids"}).json()
    assert ids["object"] == {"id": "https://example.org/a"}
    canonical = server.client.get(
        STATEMENTS, params=parameters | {"format": "canonical"}, headers={"Accept-Language": "de"}
    ).json()
    assert canonical["object"]["definition"]["name"] == {"de": "Lektion"}


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [
        ("de;q=0.5, en;q=0.9", {"en": "did"}),
        ("fr, de;q=0.1, en;q=0", {"de-AT": "tat"}),
        ("en;q=0.2, de-AT;q=0.3, *;q=0.1", {"de-AT": "tat"}),
    ],
)
def test_canonical_answers_choose_the_language_by_its_weight(
    server: Server, accepted: str, shown: dict[str, str]
) -> None:
    sent = statement()
    sent["verb"]["display"] = {"en": "did", "de-AT": "tat"}
    post(server, sent)
    found = server.client.get(
        STATEMENTS,
        params={"statementId": sent["id"], "format": "canonical"},
        headers={"Accept-Language": accepted},
    )
    assert found.json()["verb"]["display"] == shown


def test_other_origins_may_read_answers_and_refusals_alike(server: Server) -> None:
    origin = {"Origin": "https://content.example.org"}
    for asked, status in (
        ({}, 200),
        ({"params": {"verb": "x"}}, 400),
        ({"headers": {"X-Experience-API-Version": "0.9"}}, 400),
        ({"auth": ("a", "b")}, 401),
    ):
        headers = origin | asked.pop("headers", {})
        answer = server.client.get(STATEMENTS, headers=headers, **asked)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "X-Experience-API-Version" in answer.headers["access-control-expose-headers"]


def test_a_preflight_needs_no_credential(server: Server) -> None:
    with server.anyone() as client:
        answer = client.options(
            STATEMENTS,
            headers={
                "Origin": "https://content.example.org",
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "authorization, x-experience-api-version",
            },
        )
    assert answer.status_code == 200
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "X-Experience-API-Version" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_scopes_decide_what_a_credential_may_do(server: Server) -> None:
    with open_store(server.settings) as opened:
        reader = opened.credentials.create("reader", ["statements/read"])
        writer = opened.credentials.create("writer", ["statements/write", "statements/read/mine"])
    own = statement()
    post(server, statement())
    headers = {"X-Experience-API-Version": "2.0.0"}
    with server.anyone(headers=headers, auth=reader) as client:
        assert client.get(STATEMENTS).status_code == 200
        assert_refused(client.post(STATEMENTS, json=statement()), 403)
    with server.anyone(headers=headers, auth=writer) as client:
        assert client.post(STATEMENTS, json=own).status_code == 200
        mine = client.get(STATEMENTS).json()["statements"]
        assert [each["id"] for each in mine] == [own["id"]]


def test_health_and_about_need_no_credential(server: Server) -> None:
    with server.anyone() as nobody:
        assert nobody.get("/health").json()["status"] == "ok"
        assert set(nobody.get("/xapi/about").json()["version"]) == {"1.0.3", "2.0.0"}


def test_other_paths_and_methods_answer_in_the_same_shape(server: Server) -> None:
    assert_refused(server.client.get("/nowhere"), 404)
    assert_refused(server.client.patch(STATEMENTS, json={}), 405)


def test_beyond_what_may_be_in_flight_bodies_are_asked_to_come_again(
    new_settings: Callable[[str], Settings],
) -> None:
    settings = msgspec.structs.replace(new_settings("sqlite"), max_inflight_bytes=300_000)
    size, answers = 200_000, []

    with serving(settings) as server:
        body = orjson.dumps(statement(result={"response": "x" * size}))
        head = (
            f"POST {STATEMENTS} HTTP/1.1\r\nHost: x\r\nX-Experience-API-Version: 2.0.0\r\n"
            f"Authorization: Basic {base64.b64encode(f'{KEY}:{SECRET}'.encode()).decode()}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(head + body[:1_000])
            while not answers or answers[-1].status_code == 200:
                answers.append(post(server, statement(result={"response": "x" * size})))
                assert len(answers) < 100, "the slow one was never counted"
            refused = answers[-1]
            assert_refused(refused, 503)
            assert refused.headers["retry-after"]
            assert refused.headers["x-experience-api-version"] == "2.0.0"
            small = post(server, statement())
            assert small.status_code == 200
            slow.sendall(body[1_000:])
            assert slow.recv(12) == b"HTTP/1.1 200"
        assert post(server, statement(result={"response": "x" * size})).status_code == 200
