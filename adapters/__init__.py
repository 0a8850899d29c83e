"""Adapters bring outside records in: a vendor's file becomes attendance, attendance becomes xAPI."""
