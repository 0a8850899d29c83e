"""`lrs program`: what is planned, what it was before, and documents to begin with."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
import orjson
import typer

from lrs.cli.output import err, out, print_json, print_table
from lrs.cli.program_templates import TEMPLATES, Outline
from lrs.document_text import parse_document
from lrs.document_writing import write_document
from lrs.errors import Conflict, InvalidInput, InvalidProgram
from lrs.local_time import beginning, normalise_time
from lrs.main import open_log, open_store
from lrs.plan import read_plan, validate_document
from lrs.plan_changes import written
from lrs.programs import Version
from lrs.settings import read_settings
from projections.infer import Asked, propose, sighted

program = typer.Typer(help="What is planned.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Output = Annotated[Path | None, typer.Option("-o", help="Write to this new file.")]
BY = "cli"


@program.command("apply")
def apply_program(
    file: Path,
    reason: Annotated[str | None, typer.Option(help="Why; kept for ever.")] = None,
) -> None:
    """Plan a program, or plan it anew, by a YAML or JSON document."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InvalidProgram(f"{file} cannot be read: {error.strerror}") from None
    document = parse_document(text, yaml=file.suffix.lower() != ".json")
    with open_store(read_settings()) as store:
        planned = store.programs.plan(document, by=BY, reason=reason)
    if not planned.recorded:
        err.print(f"Up to date: {planned.slug}.")
        return
    err.print(f"{'Planned' if planned.created else 'Changed'} {planned.slug}.")
    for change in planned.changes:
        err.print(f"  {written(change)}", markup=False, soft_wrap=True)


@program.command("list")
def list_programs(as_json: Json = False) -> None:
    """List the programs in force."""
    with open_store(read_settings()) as store:
        slugs = store.programs.slugs()
    if as_json:
        print_json({"programs": slugs})
    else:
        print_table(["program"], [[slug] for slug in slugs])


@program.command("show")
def show_program(
    slug: str,
    history: Annotated[
        bool, typer.Option("--history", help="List its versions and what each changed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print a program's document as JSON, or its history."""
    with open_store(read_settings()) as store:
        if history:
            _print_history(slug, store.programs.history(slug), as_json)
            return
        document = orjson.loads(store.programs.document(slug))
    if as_json:
        print_json(document)
    else:
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


@program.command("new")
def new_program(
    slug: Annotated[str, typer.Option(help="The program's short name: a-z, 0-9, -.")],
    starts: Annotated[str, typer.Option(help="The first day (YYYY-MM-DD).")],
    weeks: Annotated[int, typer.Option(min=1, max=104, help="For how many weeks.")],
    template: Annotated[
        Literal["weekly", "flipped"], typer.Option(help="A weekly cycle or a flipped classroom.")
    ] = "weekly",
    title: Annotated[str | None, typer.Option(help="By default made of the slug.")] = None,
    timezone: Annotated[str, typer.Option(help="IANA time zone of all times.")] = "UTC",
    output: Output = None,
) -> None:
    """Write a document to edit, with comments; it is valid as it is."""
    try:
        first = date.fromisoformat(starts)
    except ValueError:
        raise InvalidInput(f"{starts!r} is no date (YYYY-MM-DD)", "--starts") from None
    named = title or slug.replace("-", " ").capitalize()
    draft = TEMPLATES[template](Outline(slug, named, first, weeks, timezone))
    validate_document(draft.document)
    _deliver(write_document(*draft), output)


@program.command("infer")
def infer_program(
    since: Annotated[
        str | None, typer.Option(help="Only from what happened since then (date or RFC 3339).")
    ] = None,
    slug: Annotated[str, typer.Option(help="The program's short name.")] = "inferred",
    timezone: Annotated[str, typer.Option(help="IANA time zone of all times.")] = "UTC",
    course: Annotated[
        list[str] | None,
        typer.Option(help="A course's IRI, once for each; by default the one most is said of."),
    ] = None,
    output: Output = None,
) -> None:
    """Propose a document from the statements in the log; comments say what was guessed."""
    canonical = validate_document({"slug": slug, "timezone": timezone})
    zone = ZoneInfo(read_plan(canonical).timezone)
    moment = None if since is None else _moment(since, zone)
    proposal = propose(
        sighted(open_log(read_settings()), moment), Asked(slug, zone, tuple(course or ()))
    )
    validate_document(proposal.document)
    _deliver(write_document(*proposal), output)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return beginning(normalise_time(text), zone)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no date or date-time: {error}", "--since") from None


def _deliver(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:  # somebody's edits are not written over
            file.write(text)
    except FileExistsError:
        raise Conflict(f"{output} exists already; it is left as it is", "-o") from None
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}", "-o") from None
    err.print(f"Wrote {output}. Edit it, then: lrs program apply {output}", soft_wrap=True)


def _print_history(slug: str, versions: list[Version], as_json: bool) -> None:
    if as_json:
        print_json({"program": slug, "versions": msgspec.to_builtins(versions)})
        return
    for each in versions:
        stored = each.stored.isoformat(timespec="seconds")
        head = (
            f"{each.version}  {each.event} {stored} by {each.principal}, position {each.position}"
        )
        out.print(head, markup=False, soft_wrap=True)
        for change in each.changes:
            out.print(f"     {written(change)}", markup=False, soft_wrap=True)
