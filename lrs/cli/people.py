"""`lrs people`."""

from typing import Annotated, Any

import typer

from lrs.cli.output import err, out, print_json, print_table
from lrs.main import open_log, open_store, open_views
from lrs.people import read_actor
from lrs.settings import read_settings
from projections.people import list_people, show_person
from projections.runner import Runner
from projections.unmatched import LARGEST_PAGE, PAGE, unmatched

people = typer.Typer(help="Who is who.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Program = Annotated[str | None, typer.Option(help="Only this program's.")]
AsOf = Annotated[str | None, typer.Option(help="A past moment (RFC 3339) or position:N.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]
BY = "cli"


@people.command("unmatched")
def list_unmatched(
    program: Program = None,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST_PAGE, help="So many actors.")] = PAGE,
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
    as_json: Json = False,
) -> None:
    """List actors with records on a program's steps who are none of its learners.

    Each with learners whom they may be. Nobody is linked by that; `lrs people link` decides.
    """
    settings = read_settings()
    log = open_log(settings)
    with open_views(settings) as views:
        Runner(log, views).catch_up()  # no server need be running
        found = unmatched(log, views, program=program, limit=limit, cursor=cursor)
    if as_json:
        print_json(found)
        return
    columns = ["actor", "name", "records", "last", "may be", "score", "because"]
    print_table(columns, [row for each in found["unmatched"] for row in _candidates(each)])
    if "cursor" in found:
        err.print(f"There are more: --cursor '{found['cursor']}'", soft_wrap=True, markup=False)


@people.command("list")
def list_known(program: Program = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """List everybody whom a program or a recorded link names."""
    found = list_people(open_log(read_settings()), program, as_of)
    if as_json:
        print_json({"people": found})
        return
    rows = [
        [each["name"], ", ".join(each["programs"]), "\n".join(each["actors"])] for each in found
    ]
    print_table(["name", "programs", "actors"], rows)


@people.command("show")
def show(actor: str, as_of: AsOf = None, as_json: Json = False) -> None:
    """Show who an actor is, under which identities, and where each link comes from."""
    found = show_person(open_log(read_settings()), read_actor(actor, "ACTOR"), as_of)
    if as_json:
        print_json(found)
        return
    out.print(f"{found['name'] or 'nobody’s learner'} · {found['person']}", markup=False)
    columns = ["actor", "from", "by", "stored", "why"]
    print_table(columns, [row for each in found["identities"] for row in _links(each)])
    if found["decisions"]:
        columns = ["decision", "actors", "by", "stored", "reason"]
        print_table(columns, [_decision(each) for each in found["decisions"]])


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


def _candidates(each: dict[str, Any]) -> list[list[Any]]:
    """Return a row for each suggestion, the actor in the first; one row where there is none."""
    actor = [each["actor"], each["name"], each["records"], each["last"][:10]]
    rows = [
        [f"{s['name']}\n{s['actor']}", s["score"], "; ".join(s["reasons"])]
        for s in each["suggestions"]
    ]
    first, *others = rows or [["", "", ""]]
    return [[*actor, *first], *(["", "", "", "", *row] for row in others)]


def _links(identity: dict[str, Any]) -> list[list[Any]]:
    rows = []
    for link in identity["links"]:
        source = f"{link['source']} {link['program']}" if link["program"] else link["source"]
        why = link["reason"] or ""
        if link["source"] == "mailbox":
            why = "the same mailbox"
        rows.append([source, link["principal"], (link["stored"] or "")[:19], why])
    first, *others = rows or [["", "", "", ""]]
    return [[identity["actor"], *first], *(["", *row] for row in others)]


def _decision(each: dict[str, Any]) -> list[Any]:
    undone = each["action"] == "link" and not each["in_force"]
    action = "link (undone)" if undone else each["action"]
    actors = "\n".join(each["actors"])
    return [action, actors, each["principal"], each["stored"][:19], each["reason"]]
