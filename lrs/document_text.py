"""From the bytes of a program document, YAML or JSON, to plain values.

YAML is read safely: no tags that make objects, no key twice, one document, and neither nesting nor
aliases that would make little text expand into much. Its timestamps are left as text, so that YAML
and JSON are read by the same rules, and a fault in one is reported with its path.
"""

from typing import Any

import yaml

from lrs.errors import InvalidJSON, InvalidProgram
from lrs.xapi.parsing import loads

MAX_DEPTH = 32
MAX_NODES = 500_000
"""How many values a document may hold once its aliases are followed."""

# The C parser where there is one: ten times as fast, and the same grammar.
_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type] # the base is chosen at run time
    """A safe loader that keeps timestamps as text and refuses a key that occurs twice."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping; merged keys (`<<`) may be overridden, its own keys occur once."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault("a key has to be text", key)
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise _fault(f"the key {key.value!r} occurs more than once", key)
            seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found
