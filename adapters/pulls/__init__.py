"""Pulls: attendance asked from the vendors' APIs, instead of read from files that people save."""

from adapters.pulls.client import Client, Service
from adapters.pulls.meet import meet_pull
from adapters.pulls.pull import Instance, Pull, Pulled, SourcePull
from adapters.pulls.teams import teams_pull
from adapters.pulls.webex import webex_pull
from adapters.pulls.zoom import zoom_pull

__all__ = [
    "Client",
    "Instance",
    "Pull",
    "Pulled",
    "Service",
    "SourcePull",
    "meet_pull",
    "teams_pull",
    "webex_pull",
    "zoom_pull",
]
