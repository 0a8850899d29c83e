"""RFC 3161: a head is signed by a time-stamping authority of our own, and `openssl` agrees with it."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lrs.audit.timestamp import NoTimestamp, anchor_by_timestamp, request_timestamp
from lrs.errors import InvalidInput
from lrs.main import open_store
from lrs.settings import Settings
from tests.audit.stores import Audited

CONFIGURATION = """
[authority]
serial = {folder}/serial
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256
signer_digest = sha256
"""
Answer = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the authority's key, certificate and configuration."""
    folder = tmp_path_factory.mktemp("authority")
    private = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tsa.example.org")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(private, SHA256())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "tsa.conf").write_text(CONFIGURATION.format(folder=folder))
    return folder


@pytest.fixture
def authority(folder: Path) -> Answer:
    """What answers a query as the authority does."""

    def answer(query: bytes) -> bytes:
        (folder / "query.tsq").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.conf", "-section", "authority"]
        command += ["-queryfile", "query.tsq", "-inkey", "key.pem", "-signer", "certificate.pem"]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout

    return answer


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Return what serves answers on this machine and returns the URL."""
    servers: list[tuple[HTTPServer, threading.Thread]] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/timestamp-query"
                content = answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200 if content else 503)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_head_is_signed_by_the_authority_as_openssl_confirms(
    authority: Answer,
    serve: Callable[[Answer], str],
    folder: Path,
    tmp_path: Path,
    new_settings: Callable[[str], Settings],
) -> None:
    with open_store(new_settings("sqlite")) as store:
        log = Audited.of(store, tmp_path / "signing.key")
        log.record(3)
        head = log.sign()
        answer, moment = anchor_by_timestamp(log.evidence, serve(authority), tmp_path)
    checkpoint = answer.with_suffix(".checkpoint")
    assert checkpoint.read_bytes() == head.note
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    certificate = folder / "certificate.pem"
    command = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        checkpoint,
        "-in",
        answer,
        "-CAfile",
        certificate,
    ]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    checkpoint.write_bytes(head.note + b"\n")
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_an_answer_to_another_request_is_none(
    authority: Answer, serve: Callable[[Answer], str]
) -> None:
    first: list[bytes] = []

    def replay(query: bytes) -> bytes:
        first.append(authority(query))
        return first[0]

    url = serve(replay)
    assert request_timestamp(b"a head", url)
    for content in (b"a head", b"another head"):  # another nonce, another imprint
        with pytest.raises(NoTimestamp, match="something else"):
            request_timestamp(content, url)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x30\x05\x30\x03\x02\x01\x02"])
def test_an_authority_that_fails_or_refuses_leaves_nothing(
    serve: Callable[[Answer], str], content: bytes
) -> None:
    with pytest.raises(NoTimestamp):
        request_timestamp(b"a head", serve(lambda _: content))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://tsa.example.org", "tsa", "http://["])
def test_an_authority_that_is_not_there_is_told(url: str) -> None:
    with pytest.raises(NoTimestamp):
        request_timestamp(b"a head", url)


def test_a_folder_that_is_not_there_is_told(
    authority: Answer,
    serve: Callable[[Answer], str],
    tmp_path: Path,
    new_settings: Callable[[str], Settings],
) -> None:
    with open_store(new_settings("sqlite")) as store:
        log = Audited.of(store, tmp_path / "signing.key")
        log.sign()
        with pytest.raises(InvalidInput, match="cannot be written"):
            anchor_by_timestamp(log.evidence, serve(authority), tmp_path / "nowhere")
