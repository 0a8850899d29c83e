"""Erasing over HTTP and by command, on both engines."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from lrs.main import open_store
from lrs.settings import Settings
from tests.audit.erasing import WHY, holding
from tests.conftest import Lrs, Server, succeed
from tests.store.statements import record, statement


def send(server: Server, actor: str, **more: Any) -> dict[str, Any]:
    sent = statement(actor=actor, **more)
    server.client.post("/xapi/statements", json=sent).raise_for_status()
    return sent


def somebody() -> str:
    return f"p{uuid4().hex}"


def test_a_person_is_erased_over_http_after_a_dry_run(server: Server) -> None:
    name = somebody()
    sent = send(server, name)
    asked = {**WHY, "person": f"mailto:{name}@example.org"}
    preview = server.client.post("/audit/erasures", json={**asked, "dry_run": True})
    assert preview.json()["counts"] == {"statements": 1}
    assert server.client.get("/xapi/statements", params={"statementId": sent["id"]}).is_success
    receipt = server.client.post("/audit/erasures", json=asked).json()
    assert receipt["counts"] == {"statements": 1}
    answer = server.client.get("/xapi/statements", params={"statementId": sent["id"]})
    assert answer.status_code == 404
    assert name not in json.dumps(receipt)
    listed = server.client.get("/audit/erasures").json()["erasures"]
    assert listed[-1] == receipt
    again = server.client.post("/audit/erasures", json=asked)
    assert (again.status_code, again.json()["error"]) == (404, "not_found")


def test_a_person_may_be_given_as_an_agent(server: Server) -> None:
    name = somebody()
    send(server, name)
    agent = {"mbox": f"mailto:{name}@example.org"}
    answer = server.client.post("/audit/erasures", json={**WHY, "person": agent})
    assert answer.json()["counts"] == {"statements": 1}


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"reason": " "}, "reason"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"person": None}, "person"),
        ({"statement": str(uuid4())}, "person"),
        ({"person": "nobody at all"}, "person"),
        ({"person": None, "statement": "x"}, "statement"),
        ({"why": "x"}, ""),
        ({"reason": None}, ""),
    ],
)
def test_a_request_that_says_too_little_or_too_much_is_refused(
    server: Server, asked: dict[str, Any], path: str
) -> None:
    body = {**WHY, "person": "mailto:ada@example.org"} | asked
    answer = server.client.post("/audit/erasures", json=body)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


def test_only_the_scope_erase_erases_and_an_auditor_sees_the_receipts(server: Server) -> None:
    key = f"auditor-{uuid4()}"
    with open_store(server.settings) as store:
        auditor = store.credentials.create(
            "Auditor", ["audit/read"], key=key, reason="x", by="test"
        )
    asked = {**WHY, "person": "mailto:ada@example.org"}
    client = server.client
    assert client.post("/audit/erasures", json=asked, auth=auditor).status_code == 403
    assert client.post("/audit/holds", json=asked, auth=auditor).status_code == 403
    assert client.get("/audit/erasures", auth=auditor).is_success
    assert client.get("/audit/holds", auth=auditor).is_success
    with server.anyone() as anyone:
        assert anyone.post("/audit/erasures", json=asked).status_code == 401


def test_a_hold_is_set_and_released_over_http(server: Server) -> None:
    name = somebody()
    send(server, name)
    person = f"mailto:{name}@example.org"
    answer = server.client.post("/audit/holds", json={"person": person, "reason": "a dispute"})
    hold = answer.json()["hold"]
    refused = server.client.post("/audit/erasures", json={**WHY, "person": person})
    assert (refused.status_code, refused.json()["error"]) == (409, "legal_hold")
    assert hold in [each["hold"] for each in server.client.get("/audit/holds").json()["holds"]]
    release = f"/audit/holds/{hold}/release"
    assert server.client.post(release, json={"reason": " "}).status_code == 400
    assert server.client.post(release, json={"reason": "settled"}).status_code == 204
    assert server.client.post(release, json={"reason": "settled"}).status_code == 404
    assert server.client.post("/audit/erasures", json={**WHY, "person": person}).is_success


def test_what_is_erased_while_the_server_follows_is_in_no_report(
    server: Server, wait_until: Callable[..., None]
) -> None:
    name = somebody()
    mailbox = f"mailto:{name}@example.org"
    activity = f"https://lms.example.org/{name}"
    step = {"id": activity, "mode": "async", "kind": "content"}
    document = {
        "slug": name,
        "activities": [step],
        "cohorts": [{"id": "c", "learners": [{"name": "A", "mbox": mailbox}]}],
    }
    server.client.put(f"/programs/{name}", json=document).raise_for_status()
    send(server, name, object={"id": activity})

    def learners() -> list[Any]:
        report = server.client.get("/reports/drop-off", params={"program": name})
        return list(report.json()["learners"])

    wait_until(lambda: learners()[0]["last_activity"] is not None)
    server.client.post("/audit/erasures", json={**WHY, "person": mailbox}).raise_for_status()
    wait_until(lambda: learners() == [])
    assert name not in server.client.get(f"/programs/{name}").text.replace(activity, "").replace(
        f'"{name}"', ""
    )


@pytest.fixture
def lrs(lrs: Lrs) -> Lrs:
    """Run `lrs audit`."""
    return partial(lrs, "audit")


ERASE = ("erase", "--reason", "asked to", "--legal-basis", "GDPR 17")
ADA = ("--person", "mailto:ada@example.org")


def test_the_commands_show_erase_and_list(lrs: Lrs, settings: Settings) -> None:
    with open_store(settings) as store:
        record(store, statement(), statement(actor="bo"))
    preview = succeed(lrs, *ERASE, *ADA, "--dry-run", "--json")
    assert preview["counts"] == {"statements": 1}
    assert "statements" in succeed(lrs, *ERASE, *ADA, "--dry-run")
    receipt = succeed(lrs, *ERASE, *ADA, "--json")
    assert receipt["principal"] == "cli"
    assert succeed(lrs, "erasures", "--json") == {"erasures": [receipt]}
    assert "GDPR 17" in succeed(lrs, "erasures")
    code, _, err = lrs(*ERASE, *ADA)
    assert (code, "nothing to erase" in err) == (1, True)


def test_a_blank_reason_exits_1_and_a_missing_one_2(lrs: Lrs) -> None:
    assert lrs("erase", *ADA, "--reason", " ", "--legal-basis", "x")[0] == 1
    assert lrs("erase", *ADA, "--reason", "x", "--legal-basis", "")[0] == 1
    assert lrs("erase", *ADA, "--reason", "x")[0] == 2
    assert lrs(*ERASE)[0] == 1


def test_holds_by_command(lrs: Lrs, settings: Settings) -> None:
    with open_store(settings) as store:
        record(store, statement())
    hold = succeed(lrs, "hold", "add", *ADA, "--reason", "a dispute", "--json")["hold"]
    code, _, err = lrs(*ERASE, *ADA)
    assert (code, "legal hold beats erasure" in err) == (1, True)
    assert succeed(lrs, "hold", "list", "--json")["holds"][0]["hold"] == hold
    assert "a dispute" in succeed(lrs, "hold", "list")
    assert "forbids" in lrs(*ERASE, *ADA, "--dry-run")[2]
    succeed(lrs, "hold", "release", hold, "--reason", "settled")
    succeed(lrs, *ERASE, *ADA)


def test_retention_by_command(lrs: Lrs, settings: Settings) -> None:
    with open_store(settings) as store:
        record(store, statement())
    verb = "https://example.org/verbs/did"
    keep = ("--keep-days", "1", "--reason", "policy")
    succeed(lrs, "retention", "set", "deeds", "--verb", verb, *keep)
    assert succeed(lrs, "retention", "list", "--json")["classes"][0]["verbs"] == [verb]
    assert "deeds" in succeed(lrs, "retention", "list")
    (found,) = succeed(lrs, "retention", "report", "--json")["classes"]
    assert (found["statements"], found["expired"]) == (1, 0)
    assert "deeds" in succeed(lrs, "retention", "report")
    assert succeed(lrs, "retention", "apply", "--reason", "x", "--json") == {"erasures": []}
    assert lrs("retention", "apply", "--reason", " ")[0] == 1
    assert lrs("retention", "set", "deeds", "--reason", "x")[0] == 2
    succeed(lrs, "retention", "set", "deeds", "--drop", "--reason", "x")
    assert succeed(lrs, "retention", "list", "--json") == {"classes": []}


def test_scrubbing_can_be_done_again(lrs: Lrs, settings: Settings) -> None:
    with open_store(settings) as store:
        record(store, statement(actor="scrubbed"))
    assert holding(settings, "scrubbed@example.org")
    succeed(lrs, "scrub")
    assert holding(settings, "scrubbed@example.org")
