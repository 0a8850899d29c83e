"""The roles that Webex gives, in the languages seen so far."""

ROLES = {
    "host": "host",
    "anfitrião": "host",
    "cohost": "co-host",
    "co-host": "co-host",
    "coanfitrião": "co-host",
    "panelist": "panelist",
    "panelista": "panelist",
    "attendee": "attendee",
    "convidado": "attendee",
    "participante": "attendee",
}
