"""The command `lrs`. Results go to stdout, progress and messages to stderr.

Exit codes: 0 done, 1 a refused input or a finding, 2 wrong usage or settings.
"""

import sys

import typer

from lrs.cli import (
    admin,
    attendance,
    audit,
    demo,
    erasure,
    history,
    people,
    programs,
    reports,
    retention,
    serving,
    sync,
    vocabulary,
)
from lrs.errors import InvalidSettings, LRSError

app = typer.Typer(
    name="lrs",
    help="Bichron: live and self-paced learning in one picture, provable to an auditor.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serving.serve)
app.command()(serving.project)
app.command()(demo.demo)
app.command()(serving.status)
app.add_typer(admin.credential, name="credential")
app.add_typer(programs.program, name="program")
app.command("import")(attendance.import_attendance)
app.command()(sync.sync)
app.add_typer(people.people, name="people")
app.command()(reports.report)
app.command()(reports.rebuild)
app.add_typer(vocabulary.vocabulary, name="vocabulary")
app.add_typer(audit.audit, name="audit")
audit.audit.command("history")(history.show_history)
audit.audit.command("diff")(history.show_difference)
audit.audit.command("print")(history.print_copy)
audit.audit.command("erase")(erasure.erase)
audit.audit.command("erasures")(erasure.list_erasures)
audit.audit.command("scrub")(erasure.scrub)
audit.audit.add_typer(erasure.hold, name="hold")
audit.audit.add_typer(retention.retention, name="retention")


def main() -> None:
    """Run the command; an error of ours is a message, never a traceback."""
    try:
        app()
    except LRSError as error:
        place = f"{error.path}: " if error.path else ""
        sys.stderr.write(f"lrs: {place}{error.message}\n")
        sys.exit(2 if isinstance(error, InvalidSettings) else 1)
