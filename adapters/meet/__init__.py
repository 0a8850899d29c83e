"""Google Meet: attendance reports, the APIs' answers, and what browser extensions write."""

from adapters.meet.audit import call_rows
from adapters.meet.conference import conference_rows
from adapters.meet.reader import MeetReader

__all__ = ["MeetReader", "call_rows", "conference_rows"]
