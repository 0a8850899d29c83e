"""Requests made from our own OpenAPI, good and bad: never a 5xx, and the same answer on both engines."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from msgspec import structs
from schemathesis import GenerationMode

from lrs.main import create_app
from lrs.settings import Settings
from tests.conftest import AUTH, ENGINES, Server, serving

SCHEMA = schemathesis.openapi.from_dict(create_app(Settings(), projections=False).openapi())
OPERATIONS: dict[str, Any] = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}
CASES = [
    pytest.param(operation, mode, id=f"{label} {mode.value}")
    for label, operation in OPERATIONS.items()
    for mode in GenerationMode
    # What takes nothing can be given nothing wrong.
    if mode is GenerationMode.POSITIVE or [*operation.query, *operation.headers, *operation.body]
]


@pytest.fixture(scope="module")
def both(new_settings: Callable[[str], Settings]) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(with_secrets(new_settings(engine)))) for engine in ENGINES
        ]


def with_secrets(settings: Settings) -> Settings:
    """Return settings with which webhooks are verified, not refused with 503 for want of a secret."""
    return structs.replace(
        settings,
        zoom_webhook_secret="secret",
        webex_webhook_secret="secret",
        bigbluebutton_webhook_secret="secret",
        teams_client_state="secret",
    )


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_what_the_description_allows_or_forbids_is_met_alike_and_never_with_a_5xx(
    both: list[Server], operation: Any, mode: GenerationMode
) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def met_alike(case: Any) -> None:
        answers = [case.call(base_url=server.url, auth=AUTH) for server in both]
        statuses = {answer.status_code for answer in answers}
        assert len(statuses) == 1, statuses
        assert statuses.pop() < 500

    met_alike()


def test_every_route_is_described_and_says_what_its_refusals_look_like(both: list[Server]) -> None:
    described = both[0].client.get("/openapi.json").json()["paths"]
    assert {"/xapi/statements", "/xapi/agents/profile", "/reports/{name}"} <= described.keys()
    filters = {each["name"] for each in described["/xapi/statements"]["get"]["parameters"]}
    assert {"agent", "verb", "activity", "registration", "since", "until", "limit"} <= filters
    assert "application/json" in described["/xapi/statements"]["post"]["requestBody"]["content"]
