"""Everything that can go wrong and is somebody's to hear about.

    LRSError
    ├── InvalidInput               the caller sent something that cannot be accepted
    │   ├── InvalidJSON
    │   ├── InvalidStatement
    │   ├── InvalidProgram
    │   ├── InvalidQuery
    │   └── UnreadableAttendance
    │       └── AmbiguousAttendance
    ├── Unauthenticated
    ├── Forbidden
    ├── NotFound
    ├── Conflict
    │   └── StatementConflict
    ├── PreconditionFailed
    ├── TooLarge
    ├── InvalidSettings
    └── Unavailable

Each carries its facts as attributes: `code` (a short word for machines), the message (a sentence
for people) and, where there is one, `path` (the place, as in `statements[3].actor.mbox`).
HTTP statuses live in one table, `lrs.http.errors`.
"""

from uuid import UUID


class LRSError(Exception):
    """Base of all errors that Bichron raises on purpose."""

    code = "error"

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class InvalidInput(LRSError):
    """The input breaks a rule; `path` names the place, the message the rule."""

    code = "invalid"


class InvalidJSON(InvalidInput):
    """The body is no JSON that xAPI allows (syntax, duplicate keys, NaN, too deep, not UTF-8)."""

    code = "invalid_json"


class InvalidStatement(InvalidInput):
    """A statement breaks a rule of the xAPI specification."""

    code = "invalid_statement"


class InvalidProgram(InvalidInput):
    """A program document breaks a rule of the contract."""

    code = "invalid_program"


class InvalidQuery(InvalidInput):
    """A request's parameter or header is unknown, malformed or contradicts another."""

    code = "invalid_query"


class UnreadableAttendance(InvalidInput):
    """An attendance file cannot be read as what it claims to be."""

    code = "unreadable_attendance"


class AmbiguousAttendance(UnreadableAttendance):
    """An attendance file has two readings; the message names the option that settles it."""

    code = "ambiguous_attendance"


class Unauthenticated(LRSError):
    """No credential, or not a valid one."""

    code = "unauthenticated"


class Forbidden(LRSError):
    """The credential lacks the scope."""

    code = "forbidden"


class NotFound(LRSError):
    """Nothing is there under that name."""

    code = "not_found"


class Conflict(LRSError):
    """What is there already contradicts what was sent."""

    code = "conflict"


class StatementConflict(Conflict):
    """A different statement is already recorded under this id."""

    code = "statement_conflict"

    def __init__(self, statement_id: UUID) -> None:
        super().__init__(f"a different statement is already recorded as {statement_id}")
        self.statement_id = statement_id


class PreconditionFailed(LRSError):
    """The document is not, or no longer, what the caller takes it for."""

    code = "precondition_failed"


class TooLarge(LRSError):
    """The body exceeds the limit."""

    code = "too_large"


class InvalidSettings(LRSError):
    """The environment holds a setting that is unknown or malformed."""

    code = "invalid_settings"


class Unavailable(LRSError):
    """The store cannot answer now; trying again later may help."""

    code = "unavailable"
