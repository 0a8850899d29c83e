"""Microsoft Teams: every file that its attendance export has written since 2020, in any language.

| Shape | Since | Read by |
|---|---|---|
| a line for each join and leave (`meetingAttendanceList`) | 2020 | `actions` |
| a live event's engagement report, the same with sessions | 2019 | `actions` |
| one table below a preamble (`meetingAttendanceReport`) | 2021 | `report` |
| numbered sections, of meetings and webinars | 2022 | `report` |
| Graph's attendance records, kept as JSON | 2021 | `graph` |
"""

from adapters.teams.reader import TeamsReader

__all__ = ["TeamsReader"]
