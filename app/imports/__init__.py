"""Imports: rows of a file from another system, checked first, written when they are confirmed, and undone as one batch."""
