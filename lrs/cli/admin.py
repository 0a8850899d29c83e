"""`lrs credential`, `lrs people`."""

from typing import Annotated

import typer

from lrs.cli.output import err, out, print_json, print_table
from lrs.main import open_log, open_store, open_views
from lrs.people import read_actor
from lrs.settings import read_settings
from projections.reports import unmatched_actors
from projections.runner import Runner

credential = typer.Typer(help="Who may come in.", no_args_is_help=True)
people = typer.Typer(help="Who is who.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]
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


@people.command("unmatched")
def list_unmatched(as_json: Json = False) -> None:
    """List actors with records on a program's steps who are none of its learners."""
    settings = read_settings()
    with open_views(settings) as views:
        Runner(open_log(settings), views).catch_up()  # no server need be running
        found = unmatched_actors(views)
    if as_json:
        print_json({"unmatched": found})
    else:
        columns = ["program", "actor", "name", "records", "first", "last"]
        print_table(columns, [[each[column] for column in columns] for each in found])


@people.command("link")
def link_people(actors: list[str], reason: Reason) -> None:
    """Record that actors are one person (mailto:…, sha1:…, HOMEPAGE::NAME)."""
    keys = [read_actor(actor, f"ACTOR {n + 1}") for n, actor in enumerate(actors)]
    with open_store(read_settings()) as store:
        store.people.link(keys, reason=reason, by=BY)
    err.print("Linked.")


@people.command("unlink")
def unlink_person(actor: str, reason: Reason) -> None:
    """Record that an actor is nobody of those it had been linked to."""
    with open_store(read_settings()) as store:
        store.people.unlink(read_actor(actor, "ACTOR"), reason=reason, by=BY)
    err.print("Unlinked.")
