"""GET /statements by every filter, first pages and deep ones, as the store grows."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import orjson

from bench.figures import Figure
from bench.limits import BENCH
from bench.load import Outcome, get, send
from bench.server import Engine, serving
from bench.statements import LMS, START, VIEWED, activity, agent, registration, statements
from lrs.main import open_store
from lrs.settings import Settings
from lrs.xapi.versions import Version

FILTERS = {
    "latest": {},
    "verb": {"verb": VIEWED},
    "activity": {"activity": activity(3, 7)},
    "related activity": {"activity": f"{LMS}/course/view.php?id=3", "related_activities": "true"},
    "agent": {"agent": orjson.dumps(agent(3, 7)).decode()},
    "agent, related": {"agent": orjson.dumps(agent(3, 7)).decode(), "related_agents": "true"},
    "agent with nothing": {"agent": '{"mbox":"mailto:nobody@example.org"}'},
    "registration": {"registration": registration(3, 7)},
    "verb and activity": {"verb": VIEWED, "activity": activity(3, 7)},
    "since": {"since": (START - timedelta(days=1)).isoformat()},
    "oldest": {"ascending": "true"},
}
ASKED = 60
PAGE = 100
DEEP = 1_000


def fill(url: str, count: int, seed: int = 11, start: int = 0) -> None:
    """Record so many statements through the front door, 1,000 at a time."""
    generated = statements(seed, start)
    with open_store(Settings(database_url=url)) as store:
        for number in range(start, start + count, 1_000):
            size = min(1_000, start + count - number)
            batch = b"[" + b",".join(next(generated) for _ in range(size)) + b"]"
            store.log.append(store.statements.draft(batch, BENCH, Version.V2_0))


def reads(engine: Engine, sizes: tuple[int, ...]) -> Iterator[Figure]:
    """Yield what each filter takes at each size; the ratio is that of the 95th percentiles."""
    url, filled = engine.new_store(), 0
    first: dict[str, float] = {}
    for size in sizes:
        fill(url, size - filled, seed=size, start=filled)
        filled = size
        with serving("lrs", url) as server:
            for name, parameters in _cases(size):
                path = (
                    f"/xapi/statements?{urlencode({**parameters, 'limit': PAGE}, quote_via=quote)}"
                )
                send(server, [get(path)] * 5, 1)
                outcome = _answered(send(server, [get(path)] * ASKED, 1))
                first.setdefault(name, outcome.percentile(95))
                yield Figure(
                    "reads",
                    engine.name,
                    f"{name}, {size:,} statements",
                    rate=ASKED / outcome.seconds,
                    p50=outcome.percentile(50),
                    p95=outcome.percentile(95),
                    p99=outcome.percentile(99),
                    limit=f"its p95 at {sizes[0]:,}",
                    ratio=outcome.percentile(95) / first[name],
                )


def _cases(size: int) -> Iterator[tuple[str, dict[str, str]]]:
    yield from FILTERS.items()
    # A page so deep is where `more` would lead after so many pages.
    deep = min(DEEP * PAGE, size // 2)
    yield f"page {DEEP:,} deep", {"cursor": str(size - deep)}


def _answered(outcome: Outcome) -> Outcome:
    if set(outcome.statuses) != {200}:
        raise AssertionError(f"answered {outcome.statuses}: {outcome.last_body[:200]!r}")
    return outcome
