"""`lrs credential`."""

from typing import Annotated

import typer

from lrs.cli.output import err, out, print_json, print_table
from lrs.main import open_store
from lrs.settings import read_settings

credential = typer.Typer(help="Who may come in.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
BY = "cli"


@credential.command("create")
def create_credential(
    name: str,
    scope: Annotated[list[str], typer.Option(help="A scope; give the option once for each.")],
    key: Annotated[str | None, typer.Option(help="The key; made when not given.")] = None,
    secret: Annotated[str | None, typer.Option(help="The secret; made when not given.")] = None,
    as_json: Json = False,
) -> None:
    """Make a credential and show its secret, only now."""
    with open_store(read_settings()) as store:
        key, secret = store.credentials.create(name, scope, key=key, secret=secret, by=BY)
    if as_json:
        print_json({"key": key, "secret": secret, "scopes": sorted(set(scope))})
    else:
        out.print(f"key:    {key}\nsecret: {secret}", soft_wrap=True)


@credential.command("list")
def list_credentials(as_json: Json = False) -> None:
    """List the credentials in force."""
    with open_store(read_settings()) as store:
        known = store.credentials.all()
    if as_json:
        print_json([{"key": c.key, "name": c.name, "scopes": c.scopes} for c in known])
    else:
        print_table(
            ["name", "key", "scopes"], [[c.name, c.key, ", ".join(c.scopes)] for c in known]
        )


@credential.command("revoke")
def revoke_credential(key: str) -> None:
    """Revoke a credential."""
    with open_store(read_settings()) as store:
        store.credentials.revoke(key, by=BY)
    err.print(f"Revoked {key}.")
