"""The server's memory while many large bodies arrive at once."""

from collections.abc import Iterator

import orjson

from bench.figures import Figure
from bench.load import post, send
from bench.server import Engine, serving

CONNECTIONS = 500
BODY = 1_000_000


def memory(engine: Engine) -> Iterator[Figure]:
    """Yield the peak while so many clients send a megabyte each; those refused get a 503."""
    requests = [post("/xapi/statements", _body(number)) for number in range(CONNECTIONS)]
    with serving("lrs", engine.new_store()) as server:
        before = server.peak_memory()
        outcome = send(server, requests, CONNECTIONS)
        if not set(outcome.statuses) <= {200, 503}:
            raise AssertionError(f"answered {outcome.statuses}")
        answers = ", ".join(f"{n} × {status}" for status, n in sorted(outcome.statuses.items()))
        yield Figure(
            "memory",
            engine.name,
            f"{CONNECTIONS} bodies of 1 MB at once ({answers})",
            rate=len(requests) / outcome.seconds,
            p50=outcome.percentile(50),
            p99=outcome.percentile(99),
            peak_memory=server.peak_memory(),
            limit="memory of the idle server",
            ratio=server.peak_memory() / before,
        )


def _body(number: int) -> bytes:
    return orjson.dumps(
        {
            "actor": {"mbox": f"mailto:learner{number}@example.org"},
            "verb": {"id": "https://example.org/verbs/sent"},
            "object": {"id": "https://example.org/activities/large"},
            "result": {"response": "x" * BODY},
        }
    )
