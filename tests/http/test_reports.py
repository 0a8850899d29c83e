"""Programs, people and reports over HTTP, against a running server on both engines."""

import csv
import io
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pyarrow.parquet as pq
import pytest
import yaml

from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import Server, serving
from tests.projections import course

YAML = {"Content-Type": "application/yaml"}


def put(server: Server, document: dict[str, Any], slug: str = "course") -> httpx.Response:
    return server.client.put(f"/programs/{slug}", json=document)


def assert_refused(response: httpx.Response, status: int, path: str | None = None) -> None:
    assert response.status_code == status, response.text
    error = response.json()
    assert set(error) == {"error", "message", "path"}
    if path is not None:
        assert error["path"] == path


@pytest.fixture
def caught_up(server: Server, wait_until: Callable[..., None]) -> Callable[[], None]:
    """Return what waits until the reports have seen all that is stored."""

    def wait() -> None:
        end = server.client.get("/health").json()["position"]

        def is_there() -> bool:
            report = server.client.get("/reports/combined", params={"program": "course"})
            return report.status_code == 200 and report.json()["position"] >= end

        wait_until(is_there)

    return wait


def test_a_program_is_put_in_json_or_yaml_and_read_back(server: Server) -> None:
    assert put(server, course.document()).status_code in {200, 201}
    text = yaml.safe_dump(course.document("second"))
    created = server.client.put("/programs/second", content=text, headers=YAML)
    assert (created.status_code, created.json()) == (201, {"slug": "second"})
    assert "second" in server.client.get("/programs").json()["programs"]
    assert server.client.get("/programs/second").json()["title"] == "A course"
    assert server.client.delete("/programs/second").status_code == 204
    assert_refused(server.client.get("/programs/second"), 404)
    assert_refused(server.client.delete("/programs/second"), 404)


def test_a_bad_document_names_the_place(server: Server) -> None:
    wrong = course.document()
    wrong["activities"][1]["due"] = "soon"
    assert_refused(put(server, wrong), 400, "activities[1].due")
    assert_refused(put(server, course.document(), slug="other"), 400, "slug")
    assert_refused(server.client.put("/programs/course", content=b"{"), 400)
    assert_refused(server.client.put("/programs/course", content=b"a: [", headers=YAML), 400)
    assert_refused(server.client.put("/programs/course", content=b"x" * 5_000_000), 413)


def test_the_three_reports_answer_what_was_sent(
    server: Server, caught_up: Callable[[], None]
) -> None:
    put(server, course.document())
    sent = [course.completed("ada"), course.scored("ada", 9), course.attended("ada", 55)]
    assert server.client.post("/xapi/statements", json=sent).status_code == 200
    caught_up()
    get = server.client.get
    readiness = get("/reports/readiness", params={"program": "course", "session": course.SESSION})
    learners = {each["name"]: each for each in readiness.json()["learners"]}
    assert learners["Ada"]["state"] == "ready"
    assert learners["Ada"]["done"][0]["statement"] == sent[0]["id"]
    drop_off = get("/reports/drop-off", params={"program": "course", "cohort": "autumn"}).json()
    assert drop_off["enrolled"] == 5
    combined = get("/reports/combined", params={"program": "course"}).json()
    assert combined["patterns"] == {"both": 1, "sync_only": 0, "async_only": 0, "neither": 4}
    again = get(
        "/reports/combined",
        params={"program": "course", "as_of": f"position:{combined['position']}"},
    ).json()
    assert again | {"as_of": ""} == combined | {"as_of": ""}


def test_reports_come_as_csv(server: Server, caught_up: Callable[[], None]) -> None:
    named = course.document()
    named["cohorts"][0]["learners"][0]["name"] = "=cmd|' /C calc'!A0"
    put(server, named)
    caught_up()
    parameters = {"program": "course", "format": "csv"}
    answer = server.client.get("/reports/drop-off", params=parameters)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 5
    assert "'=cmd|' /C calc'!A0" in {row["name"] for row in rows}


def test_reports_come_as_parquet(server: Server, caught_up: Callable[[], None]) -> None:
    put(server, course.document())
    caught_up()
    parameters = {"program": "course", "format": "parquet"}
    answer = server.client.get("/reports/drop-off", params=parameters)
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert 'filename="drop-off-course.parquet"' in answer.headers["content-disposition"]
    table = pq.read_table(io.BytesIO(answer.content))
    assert table["name"].to_pylist() == ["Ada", "Bo", "Cem", "Dan", "Eva"]
    assert_refused(
        server.client.get("/reports/drop-off", params=parameters | {"aggregate": "true"}), 400
    )


@pytest.mark.parametrize(
    ("report", "parameters", "status"),
    [
        ("nothing", {"program": "course"}, 404),
        ("drop-off", {}, 400),
        ("drop-off", {"program": "none"}, 404),
        ("drop-off", {"program": "course", "cohort": "none"}, 404),
        ("drop-off", {"program": "course", "format": "xml"}, 400),
        ("drop-off", {"program": "course", "nonsense": "1"}, 400),
        ("drop-off", {"program": "course", "as_of": "yesterday"}, 400),
        ("drop-off", {"program": "course", "as_of": "position:999999"}, 400),
        ("drop-off", {"program": "course", "as_of": "2001-01-01T00:00:00Z"}, 404),
        ("readiness", {"program": "course"}, 400),
        ("readiness", {"program": "course", "session": "https://example.org/none"}, 404),
    ],
    ids=str,
)
def test_questions_without_an_answer(
    server: Server,
    caught_up: Callable[[], None],
    report: str,
    parameters: dict[str, str],
    status: int,
) -> None:
    put(server, course.document())
    caught_up()
    assert_refused(server.client.get(f"/reports/{report}", params=parameters), status)


def test_people_are_linked_and_unlinked_with_a_reason(
    server: Server, caught_up: Callable[[], None], wait_until: Callable[..., None]
) -> None:
    put(server, course.document())
    server.client.post("/xapi/statements", json=[course.completed("stranger")])
    caught_up()

    def unmatched() -> list[str]:
        found = server.client.get("/people", params={"unmatched": "true"}).json()["unmatched"]
        return [each["actor"] for each in found]

    assert unmatched() == ["mailto:stranger@example.org"]
    agent = {"objectType": "Agent", "mbox": "mailto:stranger@example.org"}
    link = {"actors": ["mailto:eva@example.org", agent], "reason": "her other address"}
    assert server.client.post("/people/links", json=link).status_code == 204
    wait_until(lambda: unmatched() == [])
    unlink = {"actor": agent, "reason": "it was not"}
    assert server.client.post("/people/unlinks", json=unlink).status_code == 204
    wait_until(lambda: unmatched() == ["mailto:stranger@example.org"])
    for path, body in (
        ("links", link | {"reason": " "}),
        ("links", link | {"actors": [agent]}),
        ("links", link | {"actors": [agent, "nobody"]}),
        ("links", {"actors": []}),
        ("unlinks", unlink | {"reason": ""}),
        ("unlinks", []),
    ):
        assert_refused(server.client.post(f"/people/{path}", json=body), 400)
    assert_refused(server.client.post("/people/unlinks", json=unlink), 404)
    assert_refused(server.client.get("/people"), 400)


def test_each_resource_asks_for_its_scope(server: Server) -> None:
    with open_store(server.settings) as opened:
        credential = opened.credentials.create("LMS", ["statements/write"])
    with server.anyone(auth=credential) as lms, server.anyone() as nobody:
        for method, path in (
            ("PUT", "/programs/course"),
            ("GET", "/programs"),
            ("DELETE", "/programs/course"),
            ("GET", "/reports/combined"),
            ("GET", "/people"),
            ("POST", "/people/links"),
            ("POST", "/people/unlinks"),
        ):
            assert_refused(lms.request(method, path), 403)
            assert_refused(nobody.request(method, path), 401)


def test_a_database_that_drops_its_connections_is_met_again(
    new_settings: Callable[[str], Settings],
) -> None:
    with serving(new_settings("postgresql")) as server:
        put(server, course.document())
        with psycopg.connect(server.settings.database_url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        sent = course.completed("bo")
        assert server.client.post("/xapi/statements", json=sent).status_code == 200
        (found,) = server.client.get("/xapi/statements").json()["statements"]
        assert found["id"] == sent["id"]
        assert server.client.get("/programs/course").status_code == 200
