"""GoTo (Webinar, Meeting, Training): attendee reports, and the APIs' lists of attendees."""

from adapters.goto.attendees import attendee_rows
from adapters.goto.reader import GotoReader

__all__ = ["GotoReader", "attendee_rows"]
