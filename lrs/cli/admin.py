"""`lrs credential`."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from lrs.cli.output import err, out, print_json, print_table
from lrs.errors import InvalidInput
from lrs.local_time import beginning, normalise_time
from lrs.main import open_store
from lrs.settings import read_settings

credential = typer.Typer(help="Who may come in.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str | None, typer.Option(help="Why; kept for ever.")]
BY = "cli"


@credential.command("create")
def create_credential(
    name: str,
    scope: Annotated[list[str], typer.Option(help="A scope; give the option once for each.")],
    key: Annotated[str | None, typer.Option(help="The key; made when not given.")] = None,
    secret: Annotated[str | None, typer.Option(help="The secret; made when not given.")] = None,
    expires: Annotated[
        str | None, typer.Option(help="Refused from then on (RFC 3339, or a date: UTC).")
    ] = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Make a credential and show its secret, only now."""
    ends = None if expires is None else _moment(expires)
    with open_store(read_settings()) as store:
        key, secret = store.credentials.create(
            name, scope, key=key, secret=secret, expires=ends, reason=reason, by=BY
        )
    if as_json:
        made = {"key": key, "secret": secret, "scopes": sorted(set(scope))}
        print_json(made if ends is None else made | {"expires": ends})
    else:
        out.print(f"key:    {key}\nsecret: {secret}", soft_wrap=True)


@credential.command("list")
def list_credentials(as_json: Json = False) -> None:
    """List the credentials in force."""
    with open_store(read_settings()) as store:
        known = store.credentials.all()
    if as_json:
        print_json(
            [
                {"key": c.key, "name": c.name, "scopes": c.scopes, "expires": c.expires}
                for c in known
            ]
        )
    else:
        rows = [
            [c.name, c.key, ", ".join(c.scopes), c.expires.isoformat() if c.expires else ""]
            for c in known
        ]
        print_table(["name", "key", "scopes", "expires"], rows)


@credential.command("revoke")
def revoke_credential(key: str, reason: Reason = None) -> None:
    """Revoke a credential."""
    with open_store(read_settings()) as store:
        store.credentials.revoke(key, reason=reason, by=BY)
    err.print(f"Revoked {key}.")


def _moment(text: str) -> datetime:
    try:
        return beginning(normalise_time(text), ZoneInfo("UTC"))
    except ValueError:
        message = f"{text!r} is neither a date nor a time of RFC 3339"
        raise InvalidInput(message, "--expires") from None
