"""`lrs audit`: evidence for whoever need not trust us.

Exit codes: 0 done, or a bundle without findings; 1 a finding, or something refused; 2 wrong usage.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple
from uuid import uuid4

import typer

from lrs.audit.anchor import anchor_in_file, anchor_in_git
from lrs.audit.disclosure import Disclosure, disclose
from lrs.audit.encoding import encode64
from lrs.audit.export import Evidence
from lrs.audit.note import parse_checkpoint, parse_note
from lrs.audit.signer import Signer
from lrs.audit.timestamp import anchor_by_timestamp
from lrs.audit.verifier import verify as verify_bundle
from lrs.cli.output import err, print_json
from lrs.errors import InvalidInput, LRSError
from lrs.log import EventLog
from lrs.main import open_evidence, open_ledger, open_log, open_signer
from lrs.settings import read_settings
from lrs.xapi.values import parse_uuid

audit = typer.Typer(help="Evidence: what happened, and proof of it.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
BY = "cli"


class AuditLog(NamedTuple):
    """A log, its signer, and what can be shown of it."""

    log: EventLog
    signer: Signer
    evidence: Evidence


@audit.command("checkpoint")
def show_checkpoint(
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Go on with another key than the last head's.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print a signed head of all that the log has now; keep it outside, and nothing can be rewritten."""
    with _opened() as (log, signer, evidence):
        open_ledger(log).catch_up()
        signer.sign(new_key=new_key)
        head = evidence.head()
    if not as_json:
        sys.stdout.buffer.write(head.note)
        return
    checkpoint = parse_checkpoint(parse_note(head.note).text)
    print_json(
        {
            "origin": checkpoint.origin,
            "size": head.size,
            "root": encode64(checkpoint.root),
            "key": head.key,
            "checkpoint": head.note.decode(),
        }
    )


@audit.command("prove")
def prove(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT_ID")],
    as_json: Json = False,
) -> None:
    """Print the proof that a signed head includes a statement: C2SP tlog-proof, or all of it as JSON."""
    statement_id = parse_uuid(statement, "STATEMENT_ID")
    with _opened() as opened:
        _bring_up_to_date(opened)
        proof = opened.evidence.prove(statement_id)
        given = {"statementId": str(statement_id)}
        disclose(opened.log, Disclosure(BY, "lrs audit prove", given, 1))
    if as_json:
        print_json(proof.as_json())
    else:
        sys.stdout.buffer.write(proof.proof.encode())


@audit.command("export")
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="The bundle's file.")],
) -> None:
    """Write the log, up to its last signed head, as a bundle that anybody can verify offline."""
    with _opened() as opened:
        _bring_up_to_date(opened)
        events, content = opened.evidence.bundle()
        # Told first: no export goes unnoticed because it broke off.
        disclose(opened.log, Disclosure(BY, "lrs audit export", {}, events))
        try:
            _write(output, content)
        except OSError as error:
            raise InvalidInput(f"{output} cannot be written: {error}", "-o") from None
    err.print(f"Wrote {events} events. The bundle holds personal data.")


@audit.command("verify")
def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", exists=True, dir_okay=False)],
    trusted: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="CHECKPOINT",
            help="A file with checkpoints that were kept outside; may be repeated.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify a bundle, offline: what was altered, removed or slipped in, and where first."""
    kept = [path.read_bytes() for path in trusted or ()]
    with bundle.open("rb") as file:
        report = verify_bundle(file, kept)
    if as_json:
        print_json(
            {
                "verdict": report.verdict,
                "log": report.log,
                "origin": report.origin,
                "events": report.events,
                "checkpoints": report.checkpoints,
                "anchored": report.anchored,
                "findings": [finding._asdict() for finding in report.findings],
                "erased": [
                    {"leaf": leaf, "by_event": event}
                    for leaf, event in sorted(report.erased.items())
                ],
            }
        )
    else:
        sys.stdout.writelines(f"{line}\n" for line in report.lines())
    if report.findings:
        raise typer.Exit(1)


@audit.command("anchor")
def anchor(
    file: Annotated[Path | None, typer.Option(help="Append to this file.")] = None,
    git: Annotated[
        Path | None, typer.Option(help="Commit to this git repository.", file_okay=False)
    ] = None,
    tsa: Annotated[
        str | None, typer.Option(metavar="URL", help="Have this authority sign it (RFC 3161).")
    ] = None,
    into: Annotated[
        Path, typer.Option(help="Where the authority's answer goes.", file_okay=False)
    ] = Path(),
) -> None:
    """Keep a signed head outside of the store, once it agrees with the one kept last."""
    if file is None and git is None and tsa is None:
        raise typer.BadParameter("--file, --git or --tsa says where")
    with _opened() as (log, signer, evidence):
        open_ledger(log).catch_up()
        signer.sign()
        added = [anchor_in_file(evidence, file)] if file else []
        added += [anchor_in_git(evidence, git)] if git else []
        if tsa:
            answer, moment = anchor_by_timestamp(evidence, tsa, into)
            err.print(f"Signed as of {moment.isoformat()}: {answer}", markup=False, soft_wrap=True)
            added.append(True)
        size = evidence.head().size
    err.print(f"{'Anchored' if any(added) else 'Already anchored'}: a head of {size} events.")


@contextmanager
def _opened() -> Iterator[AuditLog]:
    settings = read_settings()
    log = open_log(settings)
    try:
        yield AuditLog(log, open_signer(log, settings), open_evidence(log))
    finally:
        log.close()


def _bring_up_to_date(opened: AuditLog) -> None:
    """Sign all that the log has; where that is refused, what was signed before is shown as it is."""
    try:
        open_ledger(opened.log).catch_up()
        opened.signer.sign()
    except LRSError as error:
        err.print(f"No new head can be signed: {error.message}", markup=False, soft_wrap=True)


def _write(path: Path, content: Iterator[bytes]) -> None:
    """Write a file for its owner's eyes, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
