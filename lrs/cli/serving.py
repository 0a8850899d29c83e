"""`lrs serve`, `lrs project`, `lrs status`."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing import get_context, parent_process
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvicorn

from lrs.cli.output import err, print_json, print_table
from lrs.garbage import collect_rarely
from lrs.http.metrics import MULTIPROCESS
from lrs.main import open_keeper, open_log, open_store, open_tree, open_views
from lrs.settings import Settings, read_settings
from projections.runner import Runner, tracked


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
    no_projections: Annotated[
        bool, typer.Option(help="Leave the projections to `lrs project`.")
    ] = False,
) -> None:
    """Serve xAPI and the reports; a process beside the workers keeps the projections."""
    settings = read_settings()
    ensure_credential(settings)
    with (
        nullcontext() if no_projections else _following(settings),
        nullcontext() if workers == 1 else _counting_together(),
    ):
        uvicorn.run(
            "lrs.main:create_worker",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
        )


@contextmanager
def _counting_together() -> Iterator[None]:
    """Give the workers a folder in which their counters meet."""
    with TemporaryDirectory(prefix="bichron-metrics-") as folder:
        os.environ[MULTIPROCESS] = folder  # workers read it when they import the library
        try:
            yield
        finally:
            del os.environ[MULTIPROCESS]


@contextmanager
def _following(settings: Settings) -> Iterator[None]:
    """Keep the projections in a process of their own, so that answers never wait for them."""
    process = get_context("spawn").Process(target=_follow, args=(settings,), name="projections")
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _follow(settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends this
    stop = threading.Event()
    if server := parent_process():
        # A server that was killed could not end this.
        threading.Thread(target=_outlive, args=(server.join, stop), daemon=True).start()
    _keep(settings, stop)


def _keep(settings: Settings, stop: threading.Event) -> None:
    """Keep the projections and, in a thread of its own, the audit log, until `stop` is set."""
    collect_rarely()
    log = open_log(settings)
    keeper = threading.Thread(target=open_keeper(log, settings).follow, args=(stop,), name="audit")
    with open_views(settings) as views:
        keeper.start()
        try:
            Runner(log, views).follow(stop)
        finally:
            stop.set()
            keeper.join()


def _outlive(wait: Callable[[], None], stop: threading.Event) -> None:
    wait()
    stop.set()


def ensure_credential(settings: Settings) -> None:
    """Make a first credential, and show it, when the store has none."""
    with open_store(settings) as store:
        if store.credentials.all():
            return
        key, secret = store.credentials.create("first", ["admin"])
    err.print("This store had no credential; here is one with every scope. It is shown only now:")
    err.print(f"  key:    {key}\n  secret: {secret}", soft_wrap=True)


def project() -> None:
    """Keep the projections, as a process of their own, until interrupted."""
    settings = read_settings()
    err.print("Following the log; Ctrl-C ends it.")
    try:
        _keep(settings, threading.Event())
    except KeyboardInterrupt:
        err.print("Stopped.")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the store, the log's position and how far each projection is behind."""
    settings = read_settings()
    log = open_log(settings)
    head = log.head()
    with open_tree(log).transaction(write=False) as tree:
        signed = tree.last_head()
        evidence = {"tree": tree.size(), "signed": signed.size if signed else 0}
    with open_views(settings) as views:
        projections = [
            {"name": name, "position": position, "lag": head.position - position}
            for name, position in tracked(views)
        ]
    store = settings.store_name
    if as_json:
        found = {"store": store, "position": head.position, "projections": projections}
        print_json(found | {"audit": evidence})
        return
    print_table(["store", "position"], [[store, head.position]])
    print_table(["projection", "position", "lag"], [list(each.values()) for each in projections])
    print_table(["events in the tree", "under a signed head"], [[*evidence.values()]])
