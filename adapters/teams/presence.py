"""Who was there: the list of stays and the list of people of one report, put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.attendance import Row, Stay, Warned, real_email
from adapters.teams.told import TOLERANCE, Told, lengths, stay_of
from adapters.teams.words import ROLES
from adapters.times import Clock


class _Directory:
    """Who has which UPN; the list of stays lacks it."""

    def __init__(self, people: Sequence[Told]) -> None:
        self._by_mail: dict[str, str] = {}
        self._by_name: dict[str, list[Told]] = {}
        for each in people:
            self._by_name.setdefault(each.name.casefold(), []).append(each)
            if each.mail and each.upn:
                self._by_mail[each.mail.casefold()] = each.upn

    def upn(self, name: str, mail: str) -> str | None:
        """Return the UPN of an address or, where it has no address, of a name that only one has."""
        if mail:
            return self._by_mail.get(mail.casefold())
        found = {each.upn for each in self._by_name.get(name.casefold(), [])}
        return found.pop() or None if len(found) == 1 else None

    def is_one(self, told: Told) -> bool:
        """Return whether a row is the only one of its name."""
        return len(self._by_name[told.name.casefold()]) == 1


@dataclass
class Presence:
    """A report's two lists as told; `end` closes the stays of those who have not left."""

    people: Sequence[Told]
    stays: Sequence[Told]
    clock: Clock
    end: datetime | None
    warnings: list[Warned]

    def rows(self) -> list[Row]:
        """Return a row for each stay, then one for each person whom the stays leave out.

        Whoever has neither times nor a duration, where others have, was not there. Raises
        `UnreadableAttendance`, `AmbiguousAttendance`.
        """
        if not any(each.has_times for each in (*self.people, *self.stays)):
            self._warn(
                "no_times", "no times at all, as a policy can have it; only who was there", None
            )
            listed = self.people or self.stays
            return [_row(each, each.upn, present_unknown=True) for each in listed]
        directory = _Directory(self.people)
        rows = list(self._of_stays(directory))
        return rows + list(self._of_people(directory, rows))

    def _of_stays(self, directory: _Directory) -> Iterator[Row]:
        for each in self.stays:
            upn = each.upn or directory.upn(each.name, each.mail)
            if (row := self._present(each, upn)) is not None:
                yield row

    def _of_people(self, directory: _Directory, rows: Sequence[Row]) -> Iterator[Row]:
        known: dict[str, list[Row]] = {}
        for each in rows:
            known.setdefault(each.stable_id or each.email or each.name.casefold(), []).append(each)
        for person in self.people:
            key = person.upn or real_email(person.mail) or person.name.casefold()
            theirs = known.get(key) or known.get(person.name.casefold())
            if theirs is None:
                if (row := self._left_out(person)) is not None:
                    yield row
            elif directory.is_one(person):
                self._compare(person, theirs)

    def _compare(self, person: Told, theirs: Sequence[Row]) -> None:
        """Warn where a person's total is not what their stays sum up to."""
        summed = lengths(row.stay for row in theirs if row.stay)
        if person.length is not None and abs(summed - person.length) > TOLERANCE * len(theirs):
            message = "the duration differs from the sum of this person's stays; the stays count"
            self._warn("duration_differs", message, person)

    def _left_out(self, person: Told) -> Row | None:
        """Return the row of somebody of whom only the first join and the last leave are told.

        Where they were away in between, the total counts and the times are no stay.
        """
        if self.stays and person.has_times:
            message = "this person is missing among the stays; the list of people counts"
            self._warn("not_among_stays", message, person)
        if person.span and person.length is not None:
            first, last = (self.clock.moment(time) for time in person.span)
            if last - first - person.length > TOLERANCE:
                self._warn("only_total", "away in between; only the total time is known", person)
                return _row(person, person.upn, total=person.length)
        return self._present(person, person.upn)

    def _present(self, told: Told, upn: str | None) -> Row | None:
        """Return a row of somebody who was there; None, with a warning, for who was not."""
        if not told.has_times:
            message = "neither times nor a duration are told; left out"
            self._warn("no_show", message, told)
            return None
        stay, warned = stay_of(told, self.clock, self.end)
        if warned is not None:
            self.warnings.append(warned)
        if stay is not None:
            return _row(told, upn, stay=stay)
        if told.length is not None:
            return _row(told, upn, total=told.length)
        self._warn("open_stay", "only a leave is told; how long is unknown", told)
        return _row(told, upn, present_unknown=True)

    def _warn(self, code: str, message: str, told: Told | None) -> None:
        self.warnings.append(Warned(code, message, told.line.number if told else None))


def _row(
    told: Told,
    upn: str | None,
    stay: Stay | None = None,
    total: timedelta | None = None,
    *,
    present_unknown: bool = False,
) -> Row:
    role = told.role.casefold()
    return Row(
        line=told.line.number,
        name=told.name,
        email=real_email(told.mail) or real_email(upn),
        stable_id=upn or None,
        role=ROLES.get(role, role or None),
        stay=stay,
        total=total,
        present_unknown=present_unknown,
    )
