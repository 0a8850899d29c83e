"""The tools that `lrs sync` asks, each by what the settings say of it."""

from collections.abc import Callable
from pathlib import Path

from adapters.pulls import Pull, meet_pull, teams_pull, webex_pull, zoom_pull
from adapters.pulls.access import Access, bearer
from adapters.pulls.meet import service_account
from adapters.pulls.webex import refreshed
from lrs.errors import InvalidInput, InvalidSettings
from lrs.settings import Settings


def pull_from(tool: str, settings: Settings) -> Pull:
    """Return the pull of a tool. Raises `InvalidInput`, and `InvalidSettings` naming what misses."""
    if tool not in TOOLS:
        raise InvalidInput(f"{tool!r} has no API that is asked; there are {', '.join(TOOLS)}")
    return TOOLS[tool](settings)


def _zoom(settings: Settings) -> Pull:
    return zoom_pull(*_given(settings, "zoom_account_id", "zoom_client_id", "zoom_client_secret"))


def _teams(settings: Settings) -> Pull:
    return teams_pull(*_given(settings, "graph_tenant", "graph_client_id", "graph_client_secret"))


def _meet(settings: Settings) -> Pull:
    if settings.meet_service_account is not None:
        return meet_pull(
            service_account(_read(settings.meet_service_account), settings.meet_subject)
        )
    (token,) = _given(settings, "meet_token")
    return meet_pull(bearer(token))


def _webex(settings: Settings) -> Pull:
    return webex_pull(_webex_access(settings))


def _webex_access(settings: Settings) -> Access:
    if settings.webex_refresh_token is not None:
        names = ("webex_client_id", "webex_client_secret", "webex_refresh_token")
        return refreshed(*_given(settings, *names))
    (token,) = _given(settings, "webex_token")
    return bearer(token)


TOOLS: dict[str, Callable[[Settings], Pull]] = {
    "zoom": _zoom,
    "teams": _teams,
    "meet": _meet,
    "webex": _webex,
}


def _given(settings: Settings, *names: str) -> list[str]:
    missing = [f"LRS_{name.upper()}" for name in names if not getattr(settings, name)]
    if missing:
        raise InvalidSettings(f"set {' and '.join(missing)}; docs/settings.md says where from")
    return [str(getattr(settings, name)) for name in names]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidSettings(
            f"LRS_MEET_SERVICE_ACCOUNT cannot be read: {error.strerror}"
        ) from None
