"""How projections follow, how late they are, what reports and replays of a programme take."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx

from bench.figures import Figure
from bench.load import batches, send
from bench.reads import fill
from bench.server import KEY, SECRET, Engine, peak_memory, serving
from bench.statements import COURSES, program, session, statements
from lrs.garbage import collect_rarely
from lrs.main import open_log, open_store, open_views
from lrs.settings import Settings
from projections.learning import NAME
from projections.reports import Query, Reports
from projections.runner import Runner, rebuild_views, tracked

ASKED = 20
FOLLOWED = 15


def projecting(engine: Engine, size: int) -> Iterator[Figure]:
    """Yield the rates of following and rebuilding, and the times of reports, over so many events."""
    url = engine.new_store()
    settings = Settings(database_url=url)
    with open_store(settings) as store:
        for course in range(COURSES):
            store.programs.plan(program(course), by="bench")
    fill(url, size)
    yield from _in_a_process(engine, url, "follow", size)
    yield from _in_a_process(engine, url, "rebuild", size)
    collect_rarely()  # as the server does
    with open_views(settings) as views:
        reports = Reports(open_log(settings), views)
        for query, asked in (
            (Query("readiness", "course-3", session=session(3, 5)), ASKED),
            (Query("drop-off", "course-3"), ASKED),
            (Query("combined", "course-3"), ASKED),
            (Query("combined", "course-5", as_of=f"position:{size}"), 3),
        ):
            yield _asked(engine, reports, query, asked, size)


def lag(engine: Engine) -> Iterator[Figure]:
    """Yield how late the projections are while 1,000 statements a second arrive."""
    with serving("lrs", engine.new_store(), projections=True) as server:
        client = httpx.Client(base_url=server.url, auth=(KEY, SECRET))
        client.put("/programs/course-3", json=program(3)).raise_for_status()
        generated, lags = statements(5), []
        query = {"program": "course-3"}
        while client.get("/reports/drop-off", params=query).status_code == 404:
            time.sleep(0.1)  # the projections have not begun yet
        began = time.perf_counter()
        for number in range(FOLLOWED * 10):
            send(server, batches(generated, 25, 4), 2)
            if number % 10 == 9:
                stored = client.get("/health").json()["position"]
                asked = time.perf_counter()
                while client.get("/reports/drop-off", params=query).json()["position"] < stored:
                    pass
                lags.append(time.perf_counter() - asked)
            time.sleep(max(0, began + (number + 1) / 10 - time.perf_counter()))
        lags.sort()
        yield Figure(
            "lag",
            engine.name,
            "until a report tells it, at 1,000 statements/s",
            p50=1_000 * lags[len(lags) // 2],
            p95=1_000 * lags[-1],
        )


def _in_a_process(engine: Engine, url: str, work: str, size: int) -> Iterator[Figure]:
    """Follow or rebuild in a process of its own, whose memory is then its alone."""
    command = [sys.executable, "-m", "bench.projecting", work, url]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    for line in done.stdout.splitlines():
        name, seconds, cpu, memory = line.split()
        yield Figure(
            "projections",
            engine.name,
            f"{work}, {name}, {size:,} events",
            rate=size / float(seconds),
            cpu=1_000 * float(cpu) / size,
            peak_memory=int(memory),
        )


def _asked(engine: Engine, reports: Reports, query: Query, asked: int, size: int) -> Figure:
    taken = []
    began = time.perf_counter()
    reports.get(query)
    first = time.perf_counter() - began
    for _ in range(asked):
        began = time.perf_counter()
        reports.get(query)
        taken.append(time.perf_counter() - began)
    taken.sort()
    replay = " as of a position" if query.as_of else ""
    return Figure(
        "reports",
        engine.name,
        f"{query.name}{replay}, {size:,} events (first {first * 1000:,.0f} ms)",
        p50=1_000 * taken[len(taken) // 2],
        p95=1_000 * taken[int(len(taken) * 0.95) - 1],
    )


def main() -> None:
    """Do one piece of work; print what was through when: seconds, CPU seconds and peak memory."""
    work, url = sys.argv[1:]
    settings = Settings(database_url=url)
    log = open_log(settings)
    collect_rarely()  # as the commands do
    with open_views(settings) as views:
        began, cpu = time.perf_counter(), time.process_time()

        def told(name: str) -> None:
            peak = peak_memory(os.getpid())
            seconds, used = time.perf_counter() - began, time.process_time() - cpu
            sys.stdout.write(f"{name} {seconds} {used} {peak}\n")

        if work == "rebuild":
            rebuild_views(log, views, lambda *_: None)
        else:
            runner, end = Runner(log, views), log.head().position
            while dict(tracked(views))[NAME] < end:
                runner.step()
            told("reports")
            runner.catch_up()
        told("everything")


if __name__ == "__main__":
    main()
