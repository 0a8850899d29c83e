"""`/metrics`: what Prometheus reads, of one worker and of several."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import AUTH, KEY, SECRET, Server, free_port
from tests.projections import course

ROOT = Path(__file__).parents[2]
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(server: Server) -> Samples:
    with server.anyone() as prometheus:
        answer = prometheus.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return samples(answer.text)


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0)


def grown(before: Samples, after: Samples, name: str, **labels: str) -> float:
    return value(after, name, **labels) - value(before, name, **labels)


def test_requests_are_counted_by_route_method_and_status_with_their_times(server: Server) -> None:
    before = scrape(server)
    server.client.post("/xapi/statements", json=[course.completed("ada"), course.completed("bo")])
    server.client.post("/xapi/statements", content=b"{")
    server.client.get("/programs/none")
    server.client.get("/programs/neither")
    server.client.get("/made/up/4711")
    after = scrape(server)
    requests = "bichron_http_requests_total"
    posts = {"route": "/xapi/statements", "method": "POST"}
    assert grown(before, after, requests, **posts, status="200") == 1
    assert grown(before, after, requests, **posts, status="400") == 1
    assert grown(before, after, "bichron_http_request_seconds_count", **posts) == 2
    assert grown(before, after, "bichron_http_request_seconds_bucket", **posts, le="10.0") == 2
    programs = {"route": "/programs/{slug}", "method": "GET", "status": "404"}
    assert grown(before, after, requests, **programs) == 2
    assert grown(before, after, requests, route="none", method="GET", status="404") == 1
    assert grown(before, after, "bichron_statements_recorded_total") == 2


def test_what_is_recorded_already_is_not_counted_again(server: Server) -> None:
    sent = course.completed("ada")
    server.client.post("/xapi/statements", json=sent)
    before = scrape(server)
    server.client.post("/xapi/statements", json=sent)
    assert grown(before, scrape(server), "bichron_statements_recorded_total") == 0


def test_positions_and_lag_are_those_of_the_store(
    server: Server, wait_until: Callable[..., None]
) -> None:
    server.client.post("/xapi/statements", json=course.completed("cem"))
    end = server.client.get("/health").json()["position"]

    def caught_up() -> bool:
        found = scrape(server)
        return value(found, "bichron_projection_lag_events", projection="learning") == 0

    wait_until(caught_up)
    found = scrape(server)
    assert value(found, "bichron_log_position") >= end
    assert value(found, "bichron_projection_position", projection="learning") >= end


def test_nothing_is_under_way_but_the_question(server: Server) -> None:
    found = scrape(server)
    assert value(found, "bichron_http_requests_under_way") == 1
    assert value(found, "bichron_bodies_in_flight_bytes") == 0
    assert value(found, "bichron_writer_queue_bytes") == 0
    assert value(found, "process_resident_memory_bytes") > 0


def test_metrics_name_nobody(server: Server) -> None:
    server.client.get("/people", params={"actor": "mailto:ada@example.org"})
    with server.anyone() as prometheus:
        text = prometheus.get("/metrics").text
    assert "example.org" not in text
    assert KEY not in text


def test_every_metric_is_documented(server: Server) -> None:
    guide = (ROOT / "docs" / "howto" / "metrics.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE))
    with server.anyone() as prometheus:
        families = text_string_to_metric_families(prometheus.get("/metrics").text)
        ours = {each.name for each in families if each.name.startswith("bichron")}
    assert {name.removesuffix("_total") for name in told} == ours


def test_workers_count_together(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    port = free_port()
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("LRS_")},
        "LRS_DATABASE_URL": f"sqlite:///{tmp_path / 'lrs.db'}",
        "LRS_ADMIN_KEY": KEY,
        "LRS_ADMIN_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "lrs", "serve", "--port", str(port), "--workers", "2"]
    served = subprocess.Popen([*command, "--no-projections"], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), 40)
        for _ in range(40):  # each on a connection of its own, so that both take some
            headers = {"X-Experience-API-Version": "2.0.0"}
            sent = course.completed("ada")
            answer = httpx.post(f"{url}/xapi/statements", json=sent, auth=AUTH, headers=headers)
            assert answer.status_code == 200
        told = [samples(httpx.get(f"{url}/metrics").text) for _ in range(6)]
        assert {value(each, "bichron_statements_recorded_total") for each in told} == {40}
    finally:
        served.terminate()
        served.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").status_code == 200
    except httpx.TransportError:
        return False
