"""The unmatched actors as the views keep them, without what is suggested of them."""

from typing import Any

from projections.database import Database
from projections.rules.moments import shown


def unmatched_actors(views: Database) -> list[dict[str, Any]]:
    """Return actors with records on a program's steps who are none of its learners, by program."""
    with views.transaction(write=False) as transaction:
        rows = transaction.run("unmatched")
    return [
        {
            "program": program,
            "actor": actor,
            "name": name,
            "records": records,
            "first": shown(first),
            "last": shown(last),
        }
        for program, actor, name, records, first, last in rows
    ]
