"""Copies on paper and for spreadsheets. Whatever clients stored is text here, never markup. Pure."""

import csv
from collections.abc import Iterable, Mapping
from html import escape
from io import StringIO
from typing import Any

import orjson

Entry = Mapping[str, Any]
COLUMNS = (
    "position", "stored", "timestamp", "action", "principal", "role", "actor", "reason", "marks",
    "stream", "version", "what", "original",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_STYLE = """
body{font:14px/1.4 sans-serif;margin:2em;max-width:60em}
article{border:1px solid #999;padding:.7em 1em;margin:1em 0;page-break-inside:avoid}
h2{font-size:1em;margin:0}dl{display:grid;grid-template-columns:9em 1fr;margin:.5em 0}
dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
pre{background:#f4f4f4;padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere}
.mark{font-weight:bold;border:2px solid;padding:0 .4em}
.voided,.erased{color:#a00}.amended{color:#850}
article.is-voided pre{text-decoration:line-through}
"""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1>
<p>Log {log}, as of position {position}, stored {stored}. {count} entries.
Times are UTC; <em>stored</em> is the server's, <em>claimed</em> the sender's.</p>
{entries}
</body></html>
"""


def as_html(copy: Mapping[str, Any]) -> bytes:
    """Return a copy as one page that needs nothing else and runs nothing."""
    page = _PAGE.format(
        title=f"Copy of records: {_text(next(iter(copy['subject'].values())))}",
        style=_STYLE,
        log=_text(copy["log"]),
        position=_text(copy["position"]),
        stored=_text(copy["stored"]),
        count=len(copy["entries"]),
        entries="\n".join(map(_article, copy["entries"])),
    )
    return page.encode()


def as_csv(copy: Mapping[str, Any]) -> bytes:
    """Return a copy as CSV (RFC 4180, UTF-8), an entry a row; no cell is a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in copy["entries"]:
        cells = dict(entry) | {
            "marks": "; ".join(map(_mark_text, entry["marks"])),
            "role": " ".join(entry["role"] or ()),
            "what": orjson.dumps(entry["what"]).decode(),
        }
        writer.writerow([_harmless(cells[column]) for column in COLUMNS])
    return text.getvalue().encode()


def as_json(copy: Mapping[str, Any]) -> bytes:
    """Return a copy as JSON."""
    return orjson.dumps(copy, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _article(entry: Entry) -> str:
    marks = entry["marks"]
    classes = " ".join(sorted({f"is-{mark['mark']}" for mark in marks}))
    stamps = "".join(
        f'<p><span class="mark {_text(mark["mark"])}">{_text(mark["mark"].upper())}</span> '
        f"{_text(_mark_text(mark))}</p>"
        for mark in marks
    )
    original = entry["original"]
    body = "" if original is None else f"<pre>{_text(original)}</pre>"
    heading = f"{_text(entry['position'])} · {_text(entry['action'])}"
    return f'<article class="{classes}"><h2>{heading}</h2>{stamps}{_facts(entry)}{body}</article>'


def _facts(entry: Entry) -> str:
    facts: Iterable[tuple[str, Any]] = (
        ("stored", entry["stored"]),
        ("claimed", entry["timestamp"]),
        ("principal", entry["principal"]),
        ("role", ", ".join(entry["role"] or ())),
        ("actor", entry["actor"]),
        ("reason", entry["reason"]),
        ("stream", f"{entry['stream']}, version {entry['version']}"),
        *entry["what"].items(),
    )
    rows = (f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in facts if value)
    return f"<dl>{''.join(rows)}</dl>"


def _mark_text(mark: Mapping[str, Any]) -> str:
    if mark["position"] is None:
        return str(mark["mark"])
    return (
        f"{mark['mark']} by the event at position {mark['position']},"
        f" stored {mark['stored']}, principal {mark['principal']}"
    )


def _text(value: Any) -> str:
    shown = value if isinstance(value, str) else orjson.dumps(value).decode()
    return escape(shown, quote=True)


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
