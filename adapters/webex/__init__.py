"""Cisco Webex: attendee reports of meetings and events, and the API's lists of participants."""

from adapters.webex.participants import participant_rows
from adapters.webex.reader import WebexReader

__all__ = ["WebexReader", "participant_rows"]
