"""`lrs demo`: a small course through the front door, then the three reports."""

import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import uvicorn

from adapters import intake
from lrs.attendance import Upload, import_files
from lrs.cli.attendance import BY
from lrs.cli.demo_course import SLUG, ZONE, Course
from lrs.cli.output import err, out, progress
from lrs.cli.reports import print_report
from lrs.errors import Conflict, Unavailable
from lrs.main import create_app, open_store
from lrs.settings import Settings

BATCH = 10
PATIENCE_SECONDS = 60


def demo(
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the reports.")] = False,
) -> None:
    """Send a small course to a throw-away store and print its three reports."""
    with tempfile.TemporaryDirectory(prefix="bichron-demo-") as folder:
        secret = secrets.token_urlsafe(12)
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'demo.db'}",
            admin_key="demo",
            admin_secret=secret,
        )
        with _serving(settings, 0 if no_serve else port) as url, _client(url, secret) as client:
            course = Course(date.today())  # noqa: DTZ011 - the reader's own day
            _fill(client, settings, course)
            _wait_for_projections(client)
            _print_reports(client, course)
            if not no_serve:
                out.print(f"Serving at {url} (API: {url}/docs)\nkey: demo   secret: {secret}")
                err.print("Ctrl-C ends it and throws the store away.")
                _wait_for_interrupt()


@contextmanager
def _serving(settings: Settings, port: int) -> Iterator[str]:
    """Serve in a thread and yield the URL; port 0 takes any free one."""
    listener = socket.socket()
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise Conflict(f"port {port} is taken; choose another one", "--port") from None
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _client(url: str, secret: str) -> httpx.Client:
    headers = {"X-Experience-API-Version": "2.0.0"}
    return httpx.Client(base_url=url, auth=("demo", secret), headers=headers, timeout=30)


def _fill(client: httpx.Client, settings: Settings, course: Course) -> None:
    """Plan the course, send its statements as an LMS would, import its Zoom file."""
    document = course.document()
    client.put(f"/programs/{SLUG}", json=document).raise_for_status()
    statements = list(course.statements())
    with progress("Sending statements") as advance:
        for start in range(0, len(statements), BATCH):
            batch = statements[start : start + BATCH]
            client.post("/xapi/statements", json=batch).raise_for_status()
            advance(start + len(batch), len(statements))
    with open_store(settings) as store:
        files = [("participants.csv", course.zoom_file())]
        upload = Upload("zoom", files, SLUG, course.session_id(1), timezone=ZONE.key)
        (outcome,) = import_files(store, intake, upload, by=BY)
    err.print(f"Sent {len(statements)} statements and a Zoom file of {len(outcome['people'])}.")


def _wait_for_projections(client: httpx.Client) -> None:
    end = client.get("/health").json()["position"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _report(client, "combined")["position"] < end:
        if time.monotonic() > deadline:
            raise Unavailable("the projections do not follow")
        time.sleep(0.05)


def _report(client: httpx.Client, name: str, **parameters: str) -> dict[str, Any]:
    response = client.get(f"/reports/{name}", params={"program": SLUG, **parameters})
    if response.status_code == httpx.codes.NOT_FOUND:
        return {"position": 0}  # the plan has not been read yet
    response.raise_for_status()
    report: dict[str, Any] = response.json()
    return report


def _print_reports(client: httpx.Client, course: Course) -> None:
    print_report(_report(client, "readiness", session=course.session_id(3)))
    print_report(_report(client, "drop-off"))
    print_report(_report(client, "combined"))


def _wait_for_interrupt() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        err.print("Stopped.")
