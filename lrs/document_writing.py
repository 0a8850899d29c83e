"""A program document as YAML that people go on writing: in their order, with comments.

What is written is read back as it was; `lrs.document_text` reads it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import yaml

WIDTH = 100
"""How wide a line may grow before its object or list is written over several."""

_WORDS = re.compile(r"[^\W\d_](?:[\w .()/'-]*[\w.()/'-])?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:[+-][0-9:]+)?)?")
_IRI = re.compile(r"https?://[A-Za-z0-9./?=&%_#~:+-]*[A-Za-z0-9/=_-]")
_OTHERWISE_READ = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})


def write_document(document: Mapping[str, Any], comments: Mapping[str, str]) -> str:
    """Return a document as YAML, its keys in the order given.

    Comments stand above what they are about, by its path (`cohorts[0].learners[1]`, `` for the whole
    document); they may have several lines. Values are text, numbers, booleans, lists and objects.
    """
    head = "".join(f"{line}\n" for line in _comment(comments, "", ""))
    return head + "\n".join(_object(document, "", "", comments)) + "\n"


def _object(
    fields: Mapping[str, Any], path: str, indent: str, comments: Mapping[str, str]
) -> Iterator[str]:
    for key, value in fields.items():
        where = f"{path}.{key}" if path else key
        if not path and isinstance(value, list):
            yield ""
        yield from _comment(comments, where, indent)
        line = f"{indent}{key}: {_flow(value)}"
        if _is_leaf(value) or (_fits(line, where, comments) and not _has_items(value)):
            yield line
        elif isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _object(value, where, f"{indent}  ", comments)
        else:
            yield f"{indent}{key}:"
            yield from _list(value, where, f"{indent}  ", comments)


def _list(values: list[Any], path: str, indent: str, comments: Mapping[str, str]) -> Iterator[str]:
    for index, value in enumerate(values):
        where = f"{path}[{index}]"
        yield from _comment(comments, where, indent)
        line = f"{indent}- {_flow(value)}"
        if not isinstance(value, Mapping) or not value or _fits(line, where, comments):
            yield line
            continue
        first, *others = _object(value, where, f"{indent}  ", comments)
        if first.lstrip().startswith("#"):  # a dash before a comment would lose its object
            yield f"{indent}-"
            yield first
        else:
            yield f"{indent}- {first.lstrip()}"
        yield from others


def _comment(comments: Mapping[str, str], path: str, indent: str) -> Iterator[str]:
    if text := comments.get(path):
        for line in text.splitlines():
            yield f"{indent}# {line}".rstrip()


def _fits(line: str, path: str, comments: Mapping[str, str]) -> bool:
    """Tell whether something may stand on one line: it is short, and nothing in it is explained."""
    inner = (f"{path}.", f"{path}[")
    return len(line) <= WIDTH and not any(each.startswith(inner) for each in comments)


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, list | Mapping) or not value


def _has_items(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float):  # YAML 1.1 takes JSON's 1e-9 for text
        return yaml.safe_dump(value).splitlines()[0]
    return _text(value) if isinstance(value, str) else orjson.dumps(value).decode()


def _text(value: str) -> str:
    if _TIME.fullmatch(value) or _IRI.fullmatch(value):
        return value
    if _WORDS.fullmatch(value) and value.casefold() not in _OTHERWISE_READ:
        return value
    quoted: str = yaml.dump(value, default_style='"', allow_unicode=True, width=float("inf"))
    return quoted.rstrip("\n")
