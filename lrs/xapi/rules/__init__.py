"""What makes a statement valid: one module for each part of it.

A *check* takes a value and raises `InvalidStatement` unless the rule is kept. Checks are plain
functions over tables of key → check; the path of a fault is put together only while the error
travels outwards, so that valid statements pay nothing for it.
"""
