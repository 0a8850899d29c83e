"""`/audit/checkpoint`, tiles, proofs and bundles over HTTP: whoever asks can check every answer."""

import base64
import io
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lrs.audit.merkle import root, verify_consistency
from lrs.audit.note import Checkpoint, Ed25519Key, open_checkpoint
from lrs.audit.proof import parse_proof, read_statement_proof
from lrs.audit.tiles import tiled_hashes, tiles
from lrs.audit.verifier import verify
from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import ENGINES, Server, serving
from tests.store.statements import statement

SENT = 300
LARGEST_PROOF = 8 * 1024


@pytest.fixture(params=ENGINES, scope="module")
def server(
    request: pytest.FixtureRequest,
    new_settings: Callable[[str], Settings],
    wait_until: Callable[..., None],
) -> Iterator[Server]:
    """Return a server with statements, all of them under a signed head."""
    with serving(new_settings(request.param)) as running:
        sent = [statement(activity=str(number)) for number in range(SENT)]
        running.client.post("/xapi/statements", json=sent).raise_for_status()
        wait_until(lambda: covered(running, sent[-1]["id"]), 5)
        yield running


@pytest.fixture(scope="module")
def wait_until() -> Callable[..., None]:
    from tests.conftest import _wait_until

    return _wait_until


def covered(server: Server, statement_id: str) -> bool:
    asked = {"statementId": statement_id}
    return server.client.get("/audit/proof/inclusion", params=asked).status_code == 200


def recorded(server: Server) -> dict[str, Any]:
    """Return one of the recorded statements, as the client has it."""
    found: dict[str, Any] = server.client.get("/xapi/statements?limit=1").json()["statements"][0]
    return found


def key(server: Server) -> Ed25519Key:
    return Ed25519Key.parse(server.client.get("/audit/key").text.strip())


def checkpoint(server: Server) -> Checkpoint:
    return open_checkpoint(server.client.get("/audit/checkpoint").content, key(server))


def reader(server: Server, *scopes: str) -> httpx.Client:
    with open_store(server.settings) as store:
        credential = store.credentials.create("reader", scopes)
    return server.anyone(auth=credential, headers={"X-Experience-API-Version": "2.0.0"})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body.keys() == {"error", "message", "path"}
    return answer.status_code, body["path"]


def test_a_checkpoint_is_a_signed_note_of_the_whole_log(server: Server) -> None:
    answer = server.client.get("/audit/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    with open_store(server.settings) as store:
        log_id, position = store.log.log_id(), store.log.head().position
    head = checkpoint(server)
    assert head.origin == f"bichron/{log_id}"
    assert SENT <= head.size <= position


def test_a_checkpoint_is_five_seconds_behind_at_most(
    server: Server, wait_until: Callable[..., None]
) -> None:
    sent = statement()
    server.client.post("/xapi/statements", json=sent).raise_for_status()
    wait_until(lambda: covered(server, sent["id"]), 5)


def test_tiles_lead_to_the_checkpoints_root(server: Server) -> None:
    head = checkpoint(server)
    stored = {}
    for tile in tiles(head.size):
        answer = server.client.get(f"/audit/{tile.path}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert len(answer.content) == 32 * tile.width
        stored[tile.level, tile.index] = answer.content
    assert len(stored) >= 3  # one full, one partial, one above them
    assert root(head.size, tiled_hashes(lambda level, index: stored[level, index])) == head.root


def test_a_full_tile_may_be_cached_for_ever_and_a_partial_one_may_not(server: Server) -> None:
    full = server.client.get("/audit/tile/0/000")
    assert "immutable" in full.headers["cache-control"]
    partial = server.client.get("/audit/tile/0/000.p/7")
    assert partial.content == full.content[: 7 * 32]
    assert partial.headers["cache-control"] == "no-cache"


def test_tiles_that_are_not_there_or_no_tiles_are_refused(server: Server) -> None:
    for path, status in (("0/009", 404), ("3/000.p/1", 404), ("0/0", 400), ("entries/000", 400)):
        assert refusal(server.client.get(f"/audit/tile/{path}"))[0] == status


def test_an_inclusion_proof_ties_a_statements_bytes_to_the_signed_head(server: Server) -> None:
    statement_id = recorded(server)["id"]
    covered(server, statement_id)
    body = server.client.get("/xapi/statements", params={"statementId": statement_id}).content
    answer = server.client.get("/audit/proof/inclusion", params={"statementId": statement_id})
    assert len(answer.content) < LARGEST_PROOF
    proof = read_statement_proof(answer.json())
    assert proof.verify(body, key(server)).size == proof.tree_size
    text = server.client.get(
        "/audit/proof/inclusion", params={"statementId": statement_id, "format": "text"}
    )
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    parse_proof(text.content).verify(proof.leaf, key(server))


def test_the_inclusion_proof_is_for_whoever_may_read_the_statement(server: Server) -> None:
    asked = {"statementId": recorded(server)["id"]}
    for scopes, status in (
        (["audit/read"], 200),
        (["statements/read"], 200),
        (["all/read"], 200),
        (["statements/read/mine"], 404),
        (["statements/write"], 403),
    ):
        with reader(server, *scopes) as client:
            answer = client.get("/audit/proof/inclusion", params=asked)
            assert answer.status_code == status, scopes


def test_who_may_read_its_own_statements_may_have_them_proven(
    server: Server, wait_until: Callable[..., None]
) -> None:
    with reader(server, "statements/write", "statements/read/mine") as client:
        sent = statement()
        client.post("/xapi/statements", json=sent).raise_for_status()
        wait_until(lambda: covered(server, sent["id"]), 5)
        asked = {"statementId": sent["id"]}
        assert client.get("/audit/proof/inclusion", params=asked).status_code == 200


def test_an_inclusion_proof_needs_a_statement_that_is_there(server: Server) -> None:
    for asked, status in (
        ({"statementId": str(uuid4())}, 404),
        ({"statementId": "seven"}, 400),
        ({}, 400),
        ({"statementId": str(uuid4()), "format": "xml"}, 400),
        ({"statementId": str(uuid4()), "size": "4"}, 400),
    ):
        assert refusal(server.client.get("/audit/proof/inclusion", params=asked))[0] == status


def test_a_consistency_proof_shows_that_one_head_extends_the_other(server: Server) -> None:
    head = checkpoint(server)
    for first in (1, 100, 256, head.size):
        asked = {"from": first, "to": head.size}
        proof = server.client.get("/audit/proof/consistency", params=asked).json()
        before, after, *path = map(
            base64.b64decode, (proof["from_root"], proof["to_root"], *proof["hashes"])
        )
        assert after == head.root
        assert verify_consistency(first, head.size, path, before, after)


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("0", "5", "from"),
        ("6", "5", "from"),
        ("1", "999999", "to"),
        ("-1", "5", "from"),
        ("1.5", "5", "from"),
        ("1", "٥", "to"),
        ("1", "9" * 40, "to"),
        ("1", "", "to"),
    ],
)
def test_bad_numbers_have_no_consistency_proof(
    server: Server, first: str, second: str, path: str
) -> None:
    asked = {"from": first, "to": second}
    answer = server.client.get("/audit/proof/consistency", params=asked)
    assert refusal(answer) == (400, path)


def test_the_bundle_is_verified_offline_against_a_checkpoint_that_was_kept(server: Server) -> None:
    kept = server.client.get("/audit/checkpoint").content
    bundle = server.client.get("/audit/bundle")
    assert "attachment" in bundle.headers["content-disposition"]
    report = verify(io.BytesIO(bundle.content), [kept])
    assert report.verdict == "OK", report.findings
    assert report.anchored == checkpoint_size(kept) <= report.events


def checkpoint_size(note: bytes) -> int:
    return int(note.split(b"\n")[1])


def test_an_export_is_told_to_the_disclosure_log(
    server: Server, wait_until: Callable[..., None]
) -> None:
    server.client.get("/audit/bundle").raise_for_status()

    def told() -> bool:
        found = server.client.get("/audit/history", params={"limit": 1000}).json()["events"]
        return any("GET /audit/bundle" in str(each["what"]) for each in found)

    wait_until(told, 20)


@pytest.mark.parametrize(
    "path",
    ["checkpoint", "key", "tile/0/000", "proof/consistency?from=1&to=2", "bundle"],
)
def test_the_audit_log_is_for_auditors(server: Server, path: str) -> None:
    with reader(server, "statements/read") as client:
        assert client.get(f"/audit/{path}").status_code == 403
    with server.anyone() as client:
        assert client.get(f"/audit/{path}").status_code == 401
    with reader(server, "audit/read") as client:
        assert client.get(f"/audit/{path}").status_code == 200
