"""Named queries: `.sql` files beside the code that uses them, each query under `-- name: its_name`."""

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)[^\n]*\n", re.MULTILINE)


@cache
def queries(package: str, file: str) -> dict[str, str]:
    """Return the queries of a package's file by name, without their comments."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    return {
        name: re.sub(r"^\s*--[^\n]*\n", "", query, flags=re.MULTILINE).strip().rstrip(";")
        for name, query in zip(parts[::2], parts[1::2], strict=True)
    }


@cache
def migrations(package: str) -> list[tuple[int, str]]:
    """Return a package's `migrations/NNNN_what.sql` as (number, script), in order."""
    folder = files(package).joinpath("migrations")
    found = [path for path in folder.iterdir() if path.name.endswith(".sql")]
    return sorted((int(path.name[:4]), path.read_text(encoding="utf-8")) for path in found)
