"""The composition root: the only module, with `cli`, that knows every room."""

import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

from eventsourcing.postgres import PostgresApplicationRecorder
from eventsourcing.sqlite import SQLiteApplicationRecorder
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import State

from adapters import intake, webhooks
from lrs.audit.disclosure import Disclosures
from lrs.audit.erasure import Erasures
from lrs.audit.export import Evidence
from lrs.audit.holds import Somebody
from lrs.audit.keeper import Keeper
from lrs.audit.ledger import Ledger
from lrs.audit.signer import Signer
from lrs.audit.tree import TreeStore
from lrs.credentials import Credentials
from lrs.documents import Documents
from lrs.garbage import collect_rarely
from lrs.http import (
    about,
    activities,
    agents,
    audit,
    documents,
    erasure,
    errors,
    history,
    metrics,
    people,
    programs,
    statements,
)
from lrs.http.admission import Admission, Tally
from lrs.http.alternate import AlternateRequests
from lrs.http.attendance import attendance_router
from lrs.http.auth import require
from lrs.http.disclosure import DisclosureLog
from lrs.http.lane import Lane
from lrs.http.metrics import Measured, Meter
from lrs.http.webhooks import webhook_router
from lrs.log import EventLog
from lrs.people import People
from lrs.postgres.audit import PostgresTree
from lrs.postgres.factory import library_settings, open_postgres
from lrs.postgres.scrubbing import scrub as scrub_postgres
from lrs.programs import Programs
from lrs.sessions import Sessions
from lrs.settings import Settings, read_settings
from lrs.settling import Settler
from lrs.sqlite.audit import SqliteTree
from lrs.sqlite.factory import library_settings as sqlite_settings
from lrs.sqlite.factory import open_sqlite
from lrs.sqlite.scrubbing import scrub as scrub_sqlite
from lrs.statements import Statements
from lrs.store import Store
from lrs.tokens import TokenVerifier
from lrs.webhooks import Webhooks
from lrs.writer import Writer
from projections.database import TABLES, Database
from projections.history import History
from projections.http import report_router
from projections.knowledge import person_behind
from projections.postgres import SCHEMA, PostgresDatabase
from projections.reports import Reports
from projections.runner import Runner, tracked
from projections.sqlite import SqliteDatabase
from projections.vocabulary import adopt

ROOMS = (
    statements,
    documents,
    activities,
    agents,
    about,
    programs,
    people,
    history,
    audit,
    erasure,
    metrics,
)
CORS_REQUEST_HEADERS = [
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Accept-Language",
    "X-Experience-API-Version",
]
CORS_ANSWER_HEADERS = [
    "ETag",
    "Last-Modified",
    "Retry-After",
    "WWW-Authenticate",
    "X-Experience-API-Version",
    "X-Experience-API-Consistent-Through",
]


def open_log(settings: Settings) -> EventLog:
    """Open the settings' log, migrating or making it first.

    Whoever reads it from here on does so by the settings' vocabulary. Raises `InvalidSettings`.
    """
    adopt(settings.vocabulary)
    path = settings.sqlite_path
    if path is not None:
        return EventLog(open_sqlite(path), sqlite_settings(path))
    return EventLog(open_postgres(settings.database_url), library_settings(settings.database_url))


def open_store(settings: Settings) -> Store:
    """Open everything that writes. Raises `InvalidSettings` or `Unavailable`."""
    log = open_log(settings)
    writer = Writer(log)
    credentials = Credentials(log)
    if settings.admin_key is not None:
        credentials.create("admin", ["admin"], key=settings.admin_key, secret=settings.admin_secret)
    return Store(
        settings=settings,
        log=log,
        writer=writer,
        statements=Statements(log, writer, public_url=settings.public_url),
        documents=Documents(log),
        credentials=credentials,
        programs=Programs(log),
        people=People(log),
        tokens=_tokens(settings),
    )


def _tokens(settings: Settings) -> TokenVerifier | None:
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return None
    return TokenVerifier(settings.oidc_issuer, settings.oidc_audience)


def open_views(settings: Settings) -> Database:
    """Open where projections keep their tables: beside the SQLite file, or in a schema of their own."""
    path = settings.sqlite_path
    if path is not None:
        return SqliteDatabase(_views_path(path))
    return PostgresDatabase(settings.database_url)


def _views_path(path: Path) -> Path:
    """Return a file beside the log's: projections never hold the log's write lock."""
    return path.with_name(f"{path.stem}-views{path.suffix}")


def open_erasures(log: EventLog) -> Erasures:
    """Open what erases, and knows who is who."""
    return Erasures(log, lambda actor: Somebody(*person_behind(log, actor)))


def scrub_store(settings: Settings) -> list[str]:
    """Rewrite the store's files, so that nothing erased is left; return what is left to do.

    Raises `Unavailable` where somebody else is in the way; then do it again.
    """
    path = settings.sqlite_path
    if path is None:
        return scrub_postgres(settings.database_url, TABLES, SCHEMA)
    for each in (path, _views_path(path)):
        if each.exists():
            scrub_sqlite(each)
    return []


def open_tree(log: EventLog) -> TreeStore:
    """Open the Merkle tree of a log, which lies in the log's own database."""
    recorder = log.recorder
    if isinstance(recorder, SQLiteApplicationRecorder):
        return SqliteTree(recorder.datastore)
    return PostgresTree(cast("PostgresApplicationRecorder", recorder).datastore)


def open_evidence(log: EventLog) -> Evidence:
    """Open what an auditor asks for."""
    return Evidence(log.log_id(), open_tree(log))


def open_signer(log: EventLog, settings: Settings) -> Signer:
    """Open what signs heads; the key is made when the first one is signed."""
    log_id = log.log_id()
    return Signer(log_id, open_tree(log), settings.signing_key or _default_key(log_id, settings))


def _default_key(log_id: UUID, settings: Settings) -> Path:
    """Return the key's place: beside an SQLite file; for a database elsewhere, in the user's state."""
    path = settings.sqlite_path
    if path is not None:
        return path.with_name(f"{path.stem}-signing.key")
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "bichron" / f"{log_id}-signing.key"


def open_ledger(log: EventLog) -> Ledger:
    """Open what appends a log's events to its tree."""
    return Ledger(log.log_id(), open_tree(log))


def open_keeper(log: EventLog, settings: Settings) -> Keeper:
    """Open what keeps the tree and its signed heads up to date."""
    return Keeper(open_ledger(log), open_signer(log, settings), open_tree(log))


def create_app(settings: Settings | None = None, *, projections: bool = True) -> FastAPI:
    """Return the server; with `projections` it also follows the log, in threads of its own."""
    settings = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_store(settings) as store, open_views(settings) as views:
            _furnish(app.state, store, views)
            settler = Settler(store, app.state.webhooks, webhooks)
            followers = {"settling": settler.follow, "disclosures": app.state.disclosures.follow}
            if projections:
                followers["projections"] = Runner(store.log, views).follow
                followers["audit"] = open_keeper(store.log, settings).follow
            with _in_background(followers):
                yield

    app = FastAPI(title="Bichron", version="0.1.0", lifespan=lifespan)
    _add_layers(app, settings)
    errors.install(app)
    for room in ROOMS:
        app.include_router(room.router)
    app.include_router(report_router(require))
    app.include_router(attendance_router(intake))
    app.include_router(webhook_router(webhooks))
    return app


def _furnish(state: State, store: Store, views: Database) -> None:
    """Put what the routes work with into the app's state."""
    state.store = store
    state.views = views
    state.tracked = partial(tracked, views)
    state.reports = Reports(store.log, views)
    state.history = History(store.log, views)
    state.evidence = open_evidence(store.log)
    state.erasures = open_erasures(store.log)
    state.webhooks = Webhooks(store.log)
    state.webhook_sessions = Sessions(store.log, store.programs)
    state.disclosures = Disclosures(store.log)


@contextmanager
def _in_background(followers: Mapping[str, Callable[[threading.Event], None]]) -> Iterator[None]:
    """Run each follower in a thread of its name until the end, and wait for all to stop."""
    stop = threading.Event()
    threads = [threading.Thread(target=f, args=(stop,), name=n) for n, f in followers.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _add_layers(app: FastAPI, settings: Settings) -> None:
    """Put the layers around the routes, from the innermost to the outermost."""
    app.add_middleware(Lane, endpoints=statements.LANE)
    # It must see the request that is meant.
    app.add_middleware(DisclosureLog, xapi=settings.disclosure_log == "all")
    app.add_middleware(AlternateRequests, limit=settings.max_body_bytes)
    bodies = Tally()
    app.add_middleware(
        Admission,
        limit=settings.max_inflight_bytes,
        largest=settings.max_body_bytes,
        tally=bodies,
    )
    # Content runs on other origins than its LRS; it authenticates by header, never by cookie.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins.split(),
        allow_methods=["GET", "HEAD", "PUT", "POST", "DELETE"],
        allow_headers=CORS_REQUEST_HEADERS,
        expose_headers=CORS_ANSWER_HEADERS,
        max_age=86_400,
    )
    app.state.meter = Meter(bodies, {path for path, _ in statements.LANE})
    app.add_middleware(Measured, meter=app.state.meter)


def create_worker() -> FastAPI:
    """Return the server of one worker process, which leaves the projections to another process."""
    collect_rarely()
    return create_app(projections=False)
