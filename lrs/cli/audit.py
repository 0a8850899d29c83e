"""`lrs audit`: evidence for whoever need not trust us."""

import typer

audit = typer.Typer(help="Evidence: what happened, and proof of it.", no_args_is_help=True)
