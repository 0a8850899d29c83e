"""The limits that figures are held against: routes that do nothing or no more than they must, raw SQL."""

import itertools
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from anyio.to_thread import run_sync
from eventsourcing.persistence import StoredEvent
from fastapi import FastAPI, Request, Response

from lrs.append import Append, Head
from lrs.credentials import Principal
from lrs.indexing import IndexedStatement, Reference
from lrs.main import open_store
from lrs.settings import Settings, read_settings
from lrs.store import Store
from lrs.xapi.versions import Version

BENCH = Principal("bench", "Bench", frozenset({"all"}))


def nothing() -> FastAPI:
    """Return a server that reads a body and answers an id for each statement, and does nothing."""
    app = FastAPI()

    @app.post("/xapi/statements")
    async def post(request: Request) -> Response:
        body = await request.body()
        ids = ["12345678-1234-4234-8234-123456789abc"] * max(1, body.count(b'"actor":'))
        return Response(orjson.dumps(ids), media_type="application/json")

    @app.get("/health")
    async def health() -> dict[str, int]:
        return {"position": 0}

    return app


def direct() -> FastAPI:
    """Return a server with our store, but one transaction for each request, in a thread pool."""
    settings = read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_store(settings) as store:
            app.state.store = store
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/xapi/statements")
    async def post(request: Request) -> Response:
        store: Store = request.app.state.store
        drafts = store.statements.draft(await request.body(), BENCH, Version.V2_0)
        await run_sync(store.log.append, drafts)
        return Response(orjson.dumps([str(each.draft.id) for each in drafts]))

    @app.get("/health")
    async def health(request: Request) -> dict[str, int]:
        return {"position": request.app.state.store.log.head().position}

    return app


class Rows:
    """The very rows that our store would write for a batch of statements."""

    def __init__(self, url: str, statements: Sequence[bytes]) -> None:
        with open_store(Settings(database_url=url)) as store:
            drafts = store.statements.draft(
                b"[" + b",".join(statements) + b"]", BENCH, Version.V2_0
            )
            append = Append(drafts, store.log.mapper)
            head = store.log.head()
            self.events: list[StoredEvent] = append.stamp(
                Head(head.position, head.stored), datetime.now(UTC)
            )
            self.positions = [entry.position for entry in append.entries]
            index = append.index_rows(_Nothing())
        self.listed = index.listed
        by_position: dict[int, list[tuple[int, ...]]] = {each: [] for each in self.positions}
        for term in index.terms:
            by_position[term.position].append(tuple(term))
        self.terms = list(by_position.values())


class _Nothing:
    """Nothing was recorded before."""

    def referring_to(self, _: Sequence[UUID]) -> list[Reference]:
        return []

    def statements(self, _: Sequence[UUID]) -> list[IndexedStatement]:
        return []


def copy(url: str, rows: Rows, batch: int) -> float:
    """Return the seconds that binary COPY of the rows takes, a commit for each batch."""
    with psycopg.connect(url) as connection:
        began = time.perf_counter()
        for number in range(0, len(rows.events), batch):
            with connection.transaction(), connection.cursor() as cursor:
                for table, types, values in _tables(rows, number, batch):
                    with cursor.copy(f"copy {table} from stdin (format binary)") as into:
                        into.set_types(types)
                        for value in values:
                            into.write_row(value)
        return time.perf_counter() - began


def multi_row_insert(url: str, rows: Rows, batch: int) -> float:
    """Return the seconds that one INSERT of many rows for each table and batch takes."""
    with psycopg.connect(url) as connection:
        began = time.perf_counter()
        for number in range(0, len(rows.events), batch):
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                for table, types, values in _tables(rows, number, batch):
                    _insert(cursor, table, types, values)
        return time.perf_counter() - began


def executemany(url: str, rows: Rows, batch: int) -> float:
    """Return the seconds that SQLite's `executemany` of the rows takes, a commit for each batch."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    micros = [(p, int(s.timestamp() * 1_000_000)) for p, s in rows.listed]
    events = [
        (p, str(e.originator_id), e.originator_version, e.topic, e.state)
        for p, e in zip(rows.positions, rows.events, strict=True)
    ]
    began = time.perf_counter()
    for number in range(0, len(events), batch):
        span = slice(number, number + batch)
        connection.execute("begin immediate")
        connection.executemany("insert into event values (?, ?, ?, ?, ?)", events[span])
        connection.executemany("insert into statement values (?, ?)", micros[span])
        connection.executemany(
            "insert into term values (?, ?, ?, ?)", itertools.chain.from_iterable(rows.terms[span])
        )
        connection.execute("commit")
    took = time.perf_counter() - began
    connection.close()
    return took


def _tables(rows: Rows, number: int, batch: int) -> list[tuple[str, list[str], list[Any]]]:
    span = slice(number, number + batch)
    events = [
        (e.originator_id, e.originator_version, e.topic, e.state, p)
        for p, e in zip(rows.positions[span], rows.events[span], strict=True)
    ]
    terms = list(itertools.chain.from_iterable(rows.terms[span]))
    return [
        ("event", ["uuid", "int8", "text", "bytea", "int8"], events),
        ("statement", ["int8", "timestamptz"], rows.listed[span]),
        ("term", ["int2", "int8", "int8", "int8"], terms),
    ]


def _insert(
    cursor: psycopg.Cursor[Any], table: str, types: Sequence[str], values: Sequence[Any]
) -> None:
    # A statement takes at most 65,535 parameters.
    most = 65_535 // len(types)
    for number in range(0, len(values), most):
        part = values[number : number + most]
        row = "(" + ", ".join(f"%b::{each}" for each in types) + ")"
        cursor.execute(
            f"insert into {table} values " + ", ".join([row] * len(part)),
            list(itertools.chain.from_iterable(part)),
        )
