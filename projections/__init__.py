"""Bichron's read side: everything that derives from the log."""
