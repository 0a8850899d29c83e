"""Statements over HTTP, alone and in batches, beside the limits of the same rounds."""

from collections.abc import Iterator
from statistics import median

import httpx

from bench import limits
from bench.figures import Figure
from bench.load import Outcome, batches, get, send
from bench.server import Engine, Server, serving
from bench.statements import statements

SINGLES = ((1, 400), (8, 1_600), (32, 3_200), (64, 4_800))
"""Connections, and how many statements are sent one by one."""
BATCHES = ((25, 1, 120), (25, 8, 240), (100, 1, 80), (100, 8, 160), (500, 1, 20), (500, 8, 40))
"""Statements in a batch, connections, batches."""
WARMING = 20


def singles(engine: Engine, rounds: int) -> Iterator[Figure]:
    """Yield what single statements reach, against no work at all and a transaction for each."""
    for connections, count in SINGLES:
        ours, direct, nothing = [], [], []
        for number in range(rounds):
            run = (1, connections, count, number)
            nothing.append(_run("bench.limits:nothing", engine, *run))
            direct.append(_run("bench.limits:direct", engine, *run))
            ours.append(_run("lrs", engine, *run))
        case = f"1 × {connections} connections"
        for limit, others in (("do-nothing route", nothing), ("a transaction each", direct)):
            yield _figure("singles", engine, case, ours, limit, [each.rate for each in others])


def in_batches(engine: Engine, rounds: int) -> Iterator[Figure]:
    """Yield what batches reach, against raw SQL that writes the same rows."""
    for size, connections, count in BATCHES:
        ours, raw, inserted = [], [], []
        for number in range(rounds):
            generated = statements(1_000 + number)
            sample = [next(generated) for _ in range(min(size * count, 10_000))]
            raw.append(_raw(engine, sample, size))
            if engine.process is not None:
                url = engine.new_store()
                rows = limits.Rows(url, sample)
                inserted.append(len(sample) / limits.multi_row_insert(url, rows, size))
            ours.append(_run("lrs", engine, size, connections, count, number))
        case = f"{size} × {connections} connections"
        limit = "raw executemany" if engine.process is None else "raw COPY"
        yield _figure("batches", engine, case, ours, limit, raw)
        if inserted:
            yield _figure("batches", engine, case, ours, "raw multi-row INSERT", inserted)


def mixed(engine: Engine) -> Iterator[Figure]:
    """Yield what batches of 25 and first pages reach while both go on."""
    generated = statements(77)
    with serving("lrs", engine.new_store()) as server:
        send(server, batches(generated, 100, 40), 4)
        verb = "http%3A%2F%2Fid.tincanapi.com%2Fverb%2Fviewed"
        page = get(f"/xapi/statements?verb={verb}&limit=25")
        requests = []
        for each in batches(generated, 25, 400):
            requests += [each, page]
        outcome = send(server, requests, 8)
        yield Figure(
            "mixed",
            engine.name,
            "25 written, 25 read, 8 connections",
            rate=len(requests) / outcome.seconds,
            p50=outcome.percentile(50),
            p95=outcome.percentile(95),
            p99=outcome.percentile(99),
        )


class Run(Outcome):
    """An outcome with what it cost."""

    rate: float
    cpu: float
    database_cpu: float
    peak_memory: int
    size: float


def _run(
    application: str, engine: Engine, size: int, connections: int, count: int, number: int
) -> Run:
    generated = statements(number)
    store = engine.new_store()
    with serving(application, store) as server:
        send(server, batches(generated, size, WARMING), connections)
        before_size = engine.size(store)
        requests = batches(generated, size, count)
        before, cpu, database_cpu = _position(server), server.cpu_seconds(), engine.cpu_seconds()
        outcome = send(server, requests, connections)
        sent = size * count
        run = Run(**vars(outcome))
        run.rate = sent / outcome.seconds
        run.cpu = 1_000 * (server.cpu_seconds() - cpu) / sent
        run.database_cpu = 1_000 * (engine.cpu_seconds() - database_cpu) / sent
        run.peak_memory = server.peak_memory()
        run.size = (engine.size(store) - before_size) / sent
        if set(outcome.statuses) != {200}:
            raise AssertionError(f"{application} answered {outcome.statuses}")
        if application == "lrs" and _position(server) - before != sent:
            raise AssertionError("stored is not what was acknowledged")
    return run


def _position(server: Server) -> int:
    return int(httpx.get(f"{server.url}/health").json()["position"])


def _raw(engine: Engine, sample: list[bytes], size: int) -> float:
    url = engine.new_store()
    rows = limits.Rows(url, sample)
    write = limits.executemany if engine.process is None else limits.copy
    return len(sample) / write(url, rows, size)


def _figure(
    section: str, engine: Engine, case: str, ours: list[Run], limit: str, others: list[float]
) -> Figure:
    return Figure(
        section,
        engine.name,
        case,
        rate=median(run.rate for run in ours),
        p50=median(run.percentile(50) for run in ours),
        p95=median(run.percentile(95) for run in ours),
        p99=median(run.percentile(99) for run in ours),
        limit=limit,
        ratio=median(run.rate / other for run, other in zip(ours, others, strict=True)),
        cpu=median(run.cpu for run in ours),
        database_cpu=median(run.database_cpu for run in ours),
        peak_memory=max(run.peak_memory for run in ours),
        size=median(run.size for run in ours),
    )
