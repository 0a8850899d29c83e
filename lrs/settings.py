"""The settings: one frozen object, read once from the environment's `LRS_*`."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from lrs.errors import InvalidSettings
from lrs.xapi.versions import Version, negotiate

PREFIX = "LRS_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field `x` is the environment variable `LRS_X`; `docs/settings.md` explains them."""

    database_url: str = "sqlite:///lrs.db"
    admin_key: str | None = None
    admin_secret: str | None = None
    page_size: int = 100
    page_limit: int = 1000
    max_body_bytes: int = 10_485_760
    max_inflight_bytes: int = 67_108_864
    """All bodies that are being received or recorded at one moment, in each worker."""
    default_version: str = "2.0.0"
    public_url: str = "http://localhost:8000"
    """Where clients reach this server; statements' authorities are accounts on it."""
    oidc_issuer: str | None = None
    """Whose bearer tokens are accepted beside Basic credentials."""
    oidc_audience: str | None = None
    cors_origins: str = "*"
    """The origins, separated by blanks, whose pages may call; `*`: any."""
    zoom_webhook_secret: str | None = None
    webex_webhook_secret: str | None = None
    bigbluebutton_webhook_secret: str | None = None
    teams_client_state: str | None = None
    zoom_account_id: str | None = None
    zoom_client_id: str | None = None
    zoom_client_secret: str | None = None
    graph_tenant: str | None = None
    graph_client_id: str | None = None
    graph_client_secret: str | None = None
    meet_token: str | None = None
    meet_service_account: Path | None = None
    meet_subject: str | None = None
    """In whose name the service account asks."""
    webex_token: str | None = None
    webex_client_id: str | None = None
    webex_client_secret: str | None = None
    webex_refresh_token: str | None = None
    vocabulary: Path | None = None
    """A file with the operator's own rules of what statements mean."""
    signing_key: Path | None = None
    disclosure_log: Literal["all", "reports"] = "all"
    """Which reads the log tells of: all, or those of reports, people, programs and the audit only."""

    def __post_init__(self) -> None:
        """Check what the types cannot."""
        for name in ("page_size", "page_limit", "max_body_bytes", "max_inflight_bytes"):
            if getattr(self, name) < 1:
                raise InvalidSettings(f"{_variable(name)} must be at least 1")
        if (self.admin_key is None) != (self.admin_secret is None):
            raise InvalidSettings("LRS_ADMIN_KEY and LRS_ADMIN_SECRET go together")
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise InvalidSettings("LRS_OIDC_ISSUER and LRS_OIDC_AUDIENCE go together")
        if not self.database_url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise InvalidSettings("LRS_DATABASE_URL must begin sqlite:/// or postgresql://")
        negotiate(self.default_version)

    @property
    def sqlite_path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path) if scheme == "sqlite" else None

    @property
    def store_name(self) -> str:
        """The store as people may see it: without a password."""
        return re.sub(r"(?<=://)([^:@/]*):[^@/]*@", r"\1:***@", self.database_url)

    @property
    def version(self) -> Version:
        """The version of answers to requests that name none."""
        return negotiate(self.default_version)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises `InvalidSettings` for an unknown or malformed `LRS_*`."""
    given: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in Settings.__struct_fields__:
            raise InvalidSettings(f"{variable} is no setting of Bichron")
        given[name] = text
    try:
        return msgspec.convert(given, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise InvalidSettings(f"a setting is malformed: {error}") from None


def _path(kind: type, text: Any) -> Any:
    if kind is not Path or not text:
        raise ValueError("a path is expected")
    return Path(text)


def _variable(name: str) -> str:
    return PREFIX + name.upper()
