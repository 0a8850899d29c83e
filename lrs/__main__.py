"""`python -m lrs` is the command `lrs`."""

from lrs.cli import main

main()
