"""Bichron's write side: the xAPI front door, the event log and everything that writes to it."""
