"""Bearer tokens of an OpenID Connect issuer, and calls from other origins, against a real server."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from lrs import tokens
from lrs.events import BearerMet
from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import Server, serving

STATEMENTS = "/xapi/statements"
V2 = {"X-Experience-API-Version": "2.0.0"}
AUDIENCE = "bichron"


class Issuer:
    """An issuer on this machine: discovery, keys, tokens."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "one"})]
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found: dict[str, Any] = {
                    "keys": [key.as_dict(private=False) for key in issuer.keys]
                }
                if self.path == "/.well-known/openid-configuration":
                    found = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
                body = json.dumps(found).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def token(self, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
        key = key or self.keys[-1]
        header = {"alg": algorithm} | ({"kid": key.kid} if key.kid else {})
        told = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "ada",
            "exp": int(time.time()) + 600,
            "scope": "openid statements/write statements/read",
        }
        wanted = {name: value for name, value in (told | claims).items() if value is not None}
        return jwt.encode(header, wanted, key, algorithms=[algorithm])


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture(scope="module")
def guarded(new_settings: Callable[[str], Settings], issuer: Issuer) -> Iterator[Server]:
    settings = msgspec.structs.replace(
        new_settings("sqlite"), oidc_issuer=issuer.url, oidc_audience=AUDIENCE
    )
    with serving(settings) as running:
        yield running


def get(server: Server, token: str) -> httpx.Response:
    headers = V2 | {"Authorization": f"Bearer {token}"}
    return httpx.get(server.url + STATEMENTS, headers=headers)


def test_a_token_of_the_issuer_is_a_credential_with_its_scopes(
    guarded: Server, issuer: Issuer
) -> None:
    assert get(guarded, issuer.token()).status_code == 200
    assert get(guarded, issuer.token(scope="state openid")).status_code == 403
    sent = {
        "actor": {"mbox": "mailto:ada@example.org"},
        "verb": {"id": "https://example.org/verbs/did"},
        "object": {"id": "https://example.org/activities/1"},
    }
    headers = V2 | {"Authorization": f"Bearer {issuer.token(name='Ada Kaya')}"}
    assert httpx.post(guarded.url + STATEMENTS, json=sent, headers=headers).status_code == 200
    (statement,) = get(guarded, issuer.token()).json()["statements"]
    assert statement["authority"]["account"]["name"] == f"{issuer.url}|ada"
    assert statement["authority"]["name"] == "Ada Kaya"


def test_a_bearer_without_define_defines_nothing_and_has_a_role_in_the_trail(
    guarded: Server, issuer: Issuer, wait_until: Callable[..., None]
) -> None:
    iri = f"https://example.org/activities/{uuid4()}"
    author, sender = "statements/write define", "statements/write"
    for who, scope, title in (
        ("author", author, "Feedback"),
        ("sender", sender, "Something else"),
        ("sender", sender, "Something else again"),
    ):
        sent = {
            "actor": {"mbox": "mailto:ada@example.org"},
            "verb": {"id": "https://example.org/verbs/did"},
            "object": {"id": iri, "definition": {"name": {"en": title}}},
        }
        headers = V2 | {"Authorization": f"Bearer {issuer.token(sub=who, scope=scope)}"}
        httpx.post(guarded.url + STATEMENTS, json=sent, headers=headers).raise_for_status()

    def names() -> object:
        asked = guarded.client.get("/xapi/activities", params={"activityId": iri})
        return asked.json()["definition"]["name"]

    assert names() == {"en": "Feedback"}
    with open_store(guarded.settings) as store:
        met = [each for each in store.log.stream("bearers") if isinstance(each, BearerMet)]
        roles = {each.key.rpartition("|")[2]: each.scopes for each in met}
        assert (roles["author"], roles["sender"]) == (("define", sender), (sender,))
        assert len([each for each in met if each.key.endswith("|sender")]) == 1

    def roles_told() -> set[tuple[str, ...]]:
        asked = {"principal": f"{issuer.url}|sender", "action": "statement.recorded"}
        answer = guarded.client.get("/audit/history", params=asked).raise_for_status()
        return {tuple(each["role"] or ()) for each in answer.json()["events"]}

    wait_until(lambda: roles_told() == {("statements/write",)})
    # The last scopes count, as they do for a credential that is made anew.
    headers = V2 | {"Authorization": f"Bearer {issuer.token(sub='sender', scope=author)}"}
    other = sent | {"object": {"id": "https://example.org/activities/other"}}
    httpx.post(guarded.url + STATEMENTS, json=other, headers=headers).raise_for_status()
    assert names() == {"en": "Something else again"}


def test_other_tokens_are_401(guarded: Server, issuer: Issuer) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    for token in (
        issuer.token(iss="https://other.example.org"),
        issuer.token(aud="other"),
        issuer.token(exp=int(time.time()) - 600),
        issuer.token(exp=None),
        issuer.token(sub=None),
        issuer.token(stranger),
        issuer.token(OctKey.import_key("secret" * 8), "HS256"),
        issuer.token() + "x",
        "no-token",
    ):
        answer = get(guarded, token)
        assert answer.status_code == 401, (token, answer.text)
        assert set(answer.json()) == {"error", "message", "path"}


def test_a_new_key_is_met_without_a_restart(
    guarded: Server, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get(guarded, issuer.token()).status_code == 200
    monkeypatch.setattr(tokens, "REFRESH_SECONDS", 0.0)
    issuer.keys = [RSAKey.generate_key(2048, {"kid": "two"})]
    assert get(guarded, issuer.token()).status_code == 200


def test_basic_credentials_stay_valid_beside_tokens(guarded: Server) -> None:
    assert guarded.client.get(STATEMENTS).status_code == 200


def test_pages_of_other_origins_may_call_and_read_the_headers(guarded: Server) -> None:
    origin = {"Origin": "https://content.example.org"}
    preflight = httpx.options(
        guarded.url + STATEMENTS,
        headers=origin
        | {
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization,x-experience-api-version,if-match",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    answer = guarded.client.get(STATEMENTS, headers=origin)
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert "etag" in exposed
    assert "x-experience-api-consistent-through" in exposed
    assert "access-control-allow-credentials" not in answer.headers
