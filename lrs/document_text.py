"""From the bytes of a program document, YAML or JSON, to plain values.

YAML is read safely: no tags that make objects, no key twice, one document, and neither nesting nor
aliases that would make little text expand into much. Its timestamps are left as text, so that YAML
and JSON are read by the same rules, and a fault in one is reported with its path.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from lrs.errors import InvalidJSON, InvalidProgram
from lrs.xapi.parsing import loads

MAX_DEPTH = 32
"""How deep a document's text may nest."""
MAX_NODES = 500_000
"""How many keys and values a document may hold once its aliases are followed."""

# The C parser where there is one: ten times as fast, and the same grammar.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(_SafeLoader):  # type: ignore[misc] # the base is chosen at run time
    """A safe loader that keeps timestamps as text."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


def parse_document(raw: bytes, *, yaml: bool) -> object:
    """Read a document as YAML or as JSON; what it says is left to `validate_document`.

    The caller caps the size. Raises `InvalidProgram`, with line and column where they are known.
    """
    return _parse_yaml(raw) if yaml else _parse_json(raw)


def _parse_json(raw: bytes) -> object:
    try:
        return loads(raw)
    except InvalidJSON as error:
        raise InvalidProgram(error.message, error.path) from None


def _parse_yaml(raw: bytes) -> object:
    try:
        text = raw.decode("utf-8-sig")
        _check_depth(text)
        return _construct(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidProgram(f"line {line}: not UTF-8") from None
    except yaml.MarkedYAMLError as error:
        problem = ", ".join(filter(None, (error.context, error.problem)))
        raise _fault(problem, error.problem_mark or error.context_mark) from None
    except yaml.YAMLError as error:
        raise InvalidProgram(str(error)) from None


def _check_depth(text: str) -> None:
    """Look at the nesting in the stream of events: building the tree would descend into it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _fault(f"nested deeper than {MAX_DEPTH}", event.start_mark)


def _construct(text: str) -> object:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _weigh(node, {}) > MAX_NODES:
            raise InvalidProgram(f"more than {MAX_NODES} keys and values, aliases followed")
        value: object = loader.construct_document(node)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # What PyYAML lets escape where an explicit tag contradicts its value (`!!bool maybe`).
        raise InvalidProgram(f"a value does not fit its tag ({error})") from None
    else:
        return value
    finally:
        loader.dispose()


def _weigh(node: yaml.Node, weights: dict[int, int]) -> int:
    """Return how many nodes lie under a node, itself included, each alias counted in full.

    `weights` holds what is known by a node's id; 0 for a node that is still being weighed.
    Raises `InvalidProgram` for a key that occurs twice and for an alias to what contains it.
    """
    known = weights.get(id(node))
    if known == 0:
        raise _fault("an alias to what contains it", node.start_mark)
    if known is None:
        weights[id(node)] = 0
        known = 1 + sum(_weigh(child, weights) for child in _children(node))
        weights[id(node)] = known
    return known


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault("a key has to be text", key.start_mark)
            if key.value in seen and key.tag != _MERGE:
                raise _fault(f"the key {key.value!r} occurs more than once", key.start_mark)
            seen.add(key.value)
            yield key
            yield value


def _fault(problem: str, mark: Any) -> InvalidProgram:
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return InvalidProgram(f"{place}{problem}")
