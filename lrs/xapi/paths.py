"""Places inside a JSON document, as errors name them: `context.contextActivities.parent[0].id`."""

SHOWN_CHARACTERS = 80


def within(step: str | int, path: str) -> str:
    """Return the place `path`, seen from one level further out, where it lies under `step`.

    A step is an index or a key; a key that is no identifier is written `['…']`.
    """
    if isinstance(step, int):
        head = f"[{step}]"
    elif step.isidentifier():
        head = step
    else:
        head = f"[{step[:SHOWN_CHARACTERS]!r}]"
    return f"{head}.{path}" if path and path[0] != "[" else head + path
