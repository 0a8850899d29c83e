"""A server killed in the middle of load has lost nothing that it acknowledged, on both engines."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import AUTH, KEY, SECRET, free_port

ROOT = Path(__file__).parents[2]
WRITERS = 8
ACKNOWLEDGED = 300


def serve(settings: Settings, port: int) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")} | {
        "LRS_DATABASE_URL": settings.database_url,
        "LRS_ADMIN_KEY": KEY,
        "LRS_ADMIN_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "lrs", "serve", "--port", str(port)]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_killing_the_server_loses_no_acknowledged_statement(
    settings: Settings, wait_until: Callable[..., None]
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = serve(settings, port)
    acknowledged: list[UUID] = []
    stop = threading.Event()

    def write() -> None:
        headers = {"X-Experience-API-Version": "2.0.0"}
        with httpx.Client(base_url=url, auth=AUTH, headers=headers) as client:
            while not stop.is_set():
                statement_id = uuid4()
                statement = {
                    "id": str(statement_id),
                    "actor": {"mbox": "mailto:ada@example.org"},
                    "verb": {"id": "https://example.org/verbs/did"},
                    "object": {"id": "https://example.org/activities/1"},
                }
                try:
                    if client.post("/xapi/statements", json=statement).status_code == 200:
                        acknowledged.append(statement_id)
                except httpx.TransportError:
                    return

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    try:
        wait_until(lambda: is_up(url))
        for writer in writers:
            writer.start()
        wait_until(lambda: len(acknowledged) >= ACKNOWLEDGED)
        server.send_signal(signal.SIGKILL)
    finally:
        stop.set()
        server.kill()
        server.wait()
    for writer in writers:
        writer.join()
    time.sleep(0.1)  # PostgreSQL notices the broken connections
    with open_store(settings) as store:
        recorded = store.log.statements(acknowledged)
        assert set(recorded) == set(acknowledged)
        # The log goes on where it was.
        entries = [entry.position for entry in store.log.entries()]
        assert entries == list(range(1, len(entries) + 1))
