"""The rules of the reports: pure functions over plans and records, without clock, engine or I/O."""
