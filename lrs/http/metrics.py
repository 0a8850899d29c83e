"""`/metrics` for Prometheus: what this server did, and how far it is behind. Numbers only, no names.

With several workers their counters meet in files (`PROMETHEUS_MULTIPROC_DIR`, which `lrs serve` sets),
so that whichever worker is asked answers for all.
"""

import os
from collections.abc import Callable, Collection, Iterator
from http import HTTPMethod
from time import perf_counter

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lrs.http.admission import Tally
from lrs.store import Store

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
LEVEL_SECONDS = 0.5
"""So often the levels are taken while requests are under way; when none is, and when asked."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset(HTTPMethod)
NO_ROUTE = "none"
"""The route of requests that no route took: an address that is made up names no time series."""

disable_created_metrics()  # type: ignore[no-untyped-call] # the library's; it spares a series for each
OWN = CollectorRegistry()
ProcessCollector(registry=OWN)
REQUESTS = Counter(
    "bichron_http_requests",
    "Requests answered.",
    ["route", "method", "status"],
    registry=OWN,
)
SECONDS = Histogram(
    "bichron_http_request_seconds",
    "From a request's arrival to the end of its answer.",
    ["route", "method"],
    buckets=BUCKETS,
    registry=OWN,
)
STATEMENTS = Counter("bichron_statements_recorded", "Statements new to the log.", registry=OWN)
UNDER_WAY = Gauge(
    "bichron_http_requests_under_way",
    "Requests that are not answered yet.",
    multiprocess_mode="livesum",
    registry=OWN,
)
BODIES = Gauge(
    "bichron_bodies_in_flight_bytes",
    "Request bodies that are being received or recorded.",
    multiprocess_mode="livesum",
    registry=OWN,
)
QUEUE = Gauge(
    "bichron_writer_queue_bytes",
    "Statements that wait to be written.",
    multiprocess_mode="livesum",
    registry=OWN,
)

router = APIRouter()


class Meter:
    """Counts for one server. Called from its event loop alone."""

    def __init__(self, bodies: Tally, lane: Collection[str]) -> None:
        self._bodies = bodies
        self._lane = lane
        self._recorded = 0
        self._under_way = 0
        self._level_due = 0.0
        # Looking a time series up by its labels would cost as much as counting.
        self._requests: dict[tuple[str, str, int], Counter] = {}
        self._seconds: dict[tuple[str, str], Histogram] = {}

    def began(self) -> float:
        """Count a request that is under way from now on; return the time, for `ended`."""
        self._under_way += 1
        return perf_counter()

    def ended(self, scope: Scope, status: int, began: float) -> None:
        """Count an answered request."""
        now = perf_counter()
        self._under_way -= 1
        self._count(scope, status, now - began)
        if not self._under_way or now >= self._level_due:
            self._level_due = now + LEVEL_SECONDS
            self.level(scope["app"].state.store)

    def level(self, store: Store) -> None:
        """Take over what the store and the admission have counted."""
        recorded = store.writer.recorded
        if recorded > self._recorded:
            STATEMENTS.inc(recorded - self._recorded)
            self._recorded = recorded
        UNDER_WAY.set(self._under_way)
        BODIES.set(self._bodies.held)
        QUEUE.set(store.writer.queued)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = self._route(scope)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        requests = self._requests.get((route, method, status))
        if requests is None:
            requests = REQUESTS.labels(route, method, status)
            self._requests[route, method, status] = requests
        durations = self._seconds.get((route, method))
        if durations is None:
            durations = self._seconds[route, method] = SECONDS.labels(route, method)
        requests.inc()
        durations.observe(seconds)

    def _route(self, scope: Scope) -> str:
        if scope["path"] in self._lane:
            return str(scope["path"])
        return getattr(scope.get("route"), "path", NO_ROUTE)


class Measured:
    """The outermost layer: times every request."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it once it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._meter.began(), 0

        async def noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        finally:
            self._meter.ended(scope, status, began)


class _Standing(Collector):
    """How far log and projections are, asked of the store."""

    def __init__(self, store: Store, tracked: Callable[[], list[tuple[str, int]]]) -> None:
        self._end = store.log.head().position
        self._tracked = tracked()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("bichron_log_position", "The log's last position.", self._end)
        position = GaugeMetricFamily(
            "bichron_projection_position", "How far a projection has read.", labels=["projection"]
        )
        lag = GaugeMetricFamily(
            "bichron_projection_lag_events", "Events not read yet.", labels=["projection"]
        )
        for name, reached in self._tracked:
            position.add_metric([name], reached)
            lag.add_metric([name], max(0, self._end - reached))
        yield position
        yield lag


@router.get("/metrics", tags=["Operation"], response_class=Response)
async def metrics(request: Request) -> Response:
    """Answer in Prometheus' text format; no credential is needed, as for `/health`."""
    state = request.app.state
    state.meter.level(state.store)
    text = await run_sync(lambda: _counted() + generate_latest(_standing(state)))
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _counted() -> bytes:
    if MULTIPROCESS not in os.environ:
        return generate_latest(OWN)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library's
    return generate_latest(registry)


def _standing(state: State) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Standing(state.store, state.tracked))
    return registry
