"""Programs as an aggregate: what is planned now, and every document that ever was."""

import msgspec

from lrs.aggregate import Aggregate, Register
from lrs.document_rules import validate_document
from lrs.errors import InvalidProgram, NotFound
from lrs.events import Event, ProgramPlanned, ProgramWithdrawn
from lrs.log import EventLog


class ProgramShelf(Aggregate, frozen=True, kw_only=True):
    """The documents in force, as canonical JSON, by slug."""

    documents: dict[str, bytes] = {}

    def after(self, event: Event) -> "ProgramShelf":
        """Return the shelf after one more event."""
        documents = dict(self.documents)
        if isinstance(event, ProgramPlanned):
            documents[event.slug] = bytes(event.document)
        elif isinstance(event, ProgramWithdrawn):
            documents.pop(event.slug, None)
        return self._with(event, documents=documents)


class Programs:
    """Plans, withdraws and shows programs."""

    def __init__(self, log: EventLog) -> None:
        self._register = Register(log, "programs", ProgramShelf)

    def slugs(self) -> list[str]:
        """Return the slugs of the programs in force, sorted."""
        return sorted(self._register.get().documents)

    def document(self, slug: str) -> bytes:
        """Return a program's document as canonical JSON. Raises `NotFound`."""
        try:
            return self._register.get().documents[slug]
        except KeyError:
            raise NotFound(f"there is no program {slug!r}") from None

    def plan(self, document: object, *, by: str, slug: str | None = None) -> tuple[str, bool]:
        """Record a program document; return its slug and whether the program is new.

        An unchanged document records nothing. Raises `InvalidProgram`, also when `slug` (the one
        that the document was sent to) is given and is not the document's.
        """
        canonical = validate_document(document)
        named: str = msgspec.json.decode(canonical)["slug"]
        if slug is not None and slug != named:
            raise InvalidProgram(f"the document is for {named!r}, it was sent to {slug!r}", "slug")
        created = False

        def decide(shelf: ProgramShelf) -> Event | None:
            nonlocal created
            created = named not in shelf.documents
            if shelf.documents.get(named) == canonical:
                return None
            return ProgramPlanned(
                originator_id=shelf.id,
                originator_version=shelf.version + 1,
                principal=by,
                slug=named,
                document=msgspec.Raw(canonical),
            )

        self._register.change(decide)
        return named, created

    def withdraw(self, slug: str, *, by: str) -> None:
        """Take a program back; its history stays. Raises `NotFound`."""

        def decide(shelf: ProgramShelf) -> Event:
            if slug not in shelf.documents:
                raise NotFound(f"there is no program {slug!r}")
            return ProgramWithdrawn(
                originator_id=shelf.id,
                originator_version=shelf.version + 1,
                principal=by,
                slug=slug,
            )

        self._register.change(decide)
