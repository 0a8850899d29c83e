"""Attachments and signatures through `/xapi/statements`, on both engines."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.conftest import Server

STATEMENTS = "/xapi/statements"
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"


def statement(**more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "actor": {"mbox": "mailto:ada@example.org"},
        "verb": {"id": "https://example.org/verbs/did"},
        "object": {"id": "https://example.org/activities/1"},
        **more,
    }


def attachment(content: bytes, **more: str) -> dict[str, Any]:
    return {
        "usageType": "https://example.org/usage/photo",
        "display": {"en": "A photo"},
        "contentType": "image/png",
        "length": len(content),
        "sha2": sha256(content).hexdigest(),
        **more,
    }


def part(content: bytes, digest: str | None = None) -> bytes:
    head = (
        "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n"
        f"X-Experience-API-Hash: {digest or sha256(content).hexdigest()}\r\n\r\n"
    )
    return head.encode() + content


def post(
    server: Server, statements: Any, *contents: bytes, parts: tuple[bytes, ...] = ()
) -> httpx.Response:
    pieces = [b"Content-Type:application/json\r\n\r\n" + orjson.dumps(statements)]
    pieces += [*map(part, contents), *parts]
    body = b"".join(b"\r\n----mark\r\n" + piece for piece in pieces) + b"\r\n----mark--\r\n"
    headers = {"Content-Type": 'multipart/mixed; boundary="--mark"'}
    return server.client.post(STATEMENTS, content=body, headers=headers)


def received(answer: httpx.Response) -> tuple[Any, dict[str, bytes]]:
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    first, *rest = message_from_bytes(head + answer.content).get_payload()
    contents = {each["X-Experience-API-Hash"]: each.get_payload(decode=True) for each in rest}
    return orjson.loads(first.get_payload(decode=True)), contents


def test_attachments_come_back_byte_for_byte(server: Server) -> None:
    content = bytes(range(256)) + b"\r\n--not the mark\r\n"
    sent = statement(attachments=[attachment(content)])
    assert post(server, sent, content).status_code == 200
    for parameters in ({"statementId": sent["id"]}, {"limit": "1"}):
        answer = server.client.get(STATEMENTS, params=parameters | {"attachments": "true"})
        assert answer.headers["content-type"].startswith("multipart/mixed; boundary=")
        assert content in answer.content
        assert set(received(answer)[1]) == {sha256(content).hexdigest()}
    plain = server.client.get(
        STATEMENTS, params={"statementId": sent["id"], "attachments": "false"}
    )
    assert plain.headers["content-type"] == "application/json"


def test_one_content_is_stored_once_whoever_sends_it(server: Server) -> None:
    content = uuid4().bytes
    before = server.client.get("/health").json()["position"]
    for _ in range(2):
        sent = [statement(attachments=[attachment(content)]) for _ in range(2)]
        assert post(server, sent, content).status_code == 200
    assert server.client.get("/health").json()["position"] == before + 5


def test_a_file_url_stands_for_the_content(server: Server) -> None:
    described = attachment(b"x", fileUrl="https://example.org/photo.png")
    assert (
        server.client.post(STATEMENTS, json=statement(attachments=[described])).status_code == 200
    )
    assert post(server, statement(attachments=[described])).status_code == 200


@pytest.mark.parametrize(
    "send",
    [
        lambda s: s.client.post(STATEMENTS, json=statement(attachments=[attachment(b"x")])),
        lambda s: post(s, statement(attachments=[attachment(b"x")])),
        lambda s: post(s, statement(), b"x"),
        lambda s: post(s, statement(attachments=[attachment(b"x")]), b"y"),
        lambda s: post(
            s,
            statement(attachments=[attachment(b"x")]),
            parts=(part(b"y", sha256(b"x").hexdigest()),),
        ),
        lambda s: post(s, statement(attachments=[attachment(b"x")]), parts=(b"no headers",)),
        lambda s: s.client.post(
            STATEMENTS, content=b"--a\r\n", headers={"Content-Type": "multipart/mixed; boundary=a"}
        ),
        lambda s: s.client.post(
            STATEMENTS, content=b"x", headers={"Content-Type": "multipart/mixed"}
        ),
    ],
    ids=[
        "alone",
        "not sent",
        "not named",
        "another",
        "wrong hash",
        "no headers",
        "cut off",
        "no mark",
    ],
)
def test_attachments_that_do_not_fit_are_refused_and_nothing_is_stored(
    server: Server, send: Callable[[Server], httpx.Response]
) -> None:
    before = server.client.get("/health").json()["position"]
    answer = send(server)
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"error", "message", "path"}
    assert server.client.get("/health").json()["position"] == before


@pytest.fixture(scope="module")
def keys() -> tuple[RSAPrivateKey, RSAPrivateKey]:
    return generate_private_key(65537, 2048), generate_private_key(65537, 2048)


def certificate(key: RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


class _Registry(JWSRegistry):
    max_header_length = 10_000


def sign(
    payload: dict[str, Any], key: RSAPrivateKey, algorithm: str = "RS256", x5c: str | None = None
) -> bytes:
    header: dict[str, Any] = {"alg": algorithm}
    if x5c:
        header["x5c"] = [x5c]
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    own = RSAKey.import_key(pem) if algorithm != "HS256" else OctKey.import_key("secret" * 8)
    registry = _Registry(algorithms=[algorithm])
    return jws.serialize_compact(header, orjson.dumps(payload), own, registry=registry).encode()


def signed(payload: dict[str, Any], signature: bytes) -> dict[str, Any]:
    described = attachment(signature, usageType=SIGNATURE, contentType="application/octet-stream")
    return payload | {"attachments": [described]}


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_a_signature_with_its_certificate_is_verified(
    server: Server, keys: tuple[RSAPrivateKey, RSAPrivateKey], algorithm: str
) -> None:
    payload = statement()
    signature = sign(payload, keys[0], algorithm, certificate(keys[0]))
    answer = post(server, signed(payload, signature), signature)
    assert answer.status_code == 200, answer.text


def test_signatures_that_prove_nothing_are_refused(
    server: Server, keys: tuple[RSAPrivateKey, RSAPrivateKey]
) -> None:
    payload = statement()
    own = certificate(keys[0])
    nothing = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(orjson.dumps(payload)).rstrip(b"=")
    for signature in (
        sign(payload, keys[1], x5c=own),  # another key than the certificate's
        sign(statement(), keys[0], x5c=own),  # another statement
        sign(payload | {"verb": {"id": "https://example.org/verbs/other"}}, keys[0], x5c=own),
        sign({"no": "statement"}, keys[0], x5c=own),
        sign(payload, keys[0], "HS256"),
        sign(payload, keys[0], x5c="bm90IGEgY2VydGlmaWNhdGU="),
        nothing + b"." + body + b".",
        b"no signature",
    ):
        answer = post(server, signed(payload, signature), signature)
        assert answer.status_code == 400, (signature[:40], answer.text)
        assert answer.json()["path"] == "attachments"
