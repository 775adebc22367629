"""Queries of the operations area."""
