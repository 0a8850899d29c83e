"""Zoom: participants, webinars, polls and chats as files, and the API's answers."""

from adapters.zoom.reader import ZoomReader

__all__ = ["ZoomReader"]
